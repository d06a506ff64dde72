//! What a rule is. A rule asks the admitted set or the linked estate, never the spelling; text is asked only for where to point and what to fix.

mod analysis;
mod example;
mod page;

pub use analysis::{Analysed, Analyses, Analysis};
pub use example::Example;
pub use page::{HEADINGS, Page};

use crate::admission::{Admission, Answer, Budget, Issuers, Witness};
use crate::diagnostic::{Diagnostic, Fix, Proof, Severity, Shown};
use crate::document::model::{CiJob, NotAnalysed, OidcProvider, Place, PodIdentityAssociation, Role, ServiceAccount, Workload};
use crate::estate::{AssociationId, Estate, ProviderId, RoleId, ServiceAccountId, WorkloadId};
use crate::policy::TrustPolicy;
use crate::provider::Catalogue;
use crate::source::{Sources, Span};

/// What is known of a rule without running it.
#[derive(Debug)]
pub struct RuleMeta {
    /// Its id and file name, named after the defect: `missing-audience`.
    pub id: &'static str,
    /// How bad its findings are at worst.
    pub severity: Severity,
    /// The family, which is its folder: `too-wide`, `nobody`, …
    pub family: &'static str,
    /// Its documentation in Markdown, examples included; the first line is its summary. Empty without the feature `documentation`.
    pub doc: &'static str,
    /// What its fixes are, where it has any.
    pub fix: FixKind,
}

/// Whether a rule can mend what it finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixKind {
    /// It cannot.
    None,
    /// At least some findings, safely.
    Safe,
    /// At least some findings, and a person must look.
    Unsafe,
}

impl FixKind {
    /// `none`, `safe`, `unsafe`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }
}

impl RuleMeta {
    /// Its documentation, taken apart.
    #[must_use]
    pub fn page(&self) -> Page {
        Page::of(self.doc)
    }

    /// One sentence: what the rule finds.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        self.doc.lines().next().unwrap_or_default().trim()
    }

    /// Where its documentation is published.
    #[must_use]
    pub fn url(&self) -> String {
        url_of(self.id)
    }
}

/// Where the documentation of the rule with this id is published.
#[must_use]
pub fn url_of(id: &str) -> String {
    format!("https://irsa-lint.github.io/rules/{id}")
}

/// A rule. Each method is asked once for every thing of its kind in the run; a rule implements what it needs.
pub trait Rule: Sync {
    /// What is known of it.
    fn meta(&self) -> &'static RuleMeta;
    /// Judges a role whose trust policy is known.
    fn role(&self, _role: &RoleView<'_>, _out: &mut Findings) {}
    /// Judges a ServiceAccount, by its place in the estate.
    fn service_account(&self, _id: ServiceAccountId, _account: &ServiceAccount, _view: &View<'_>, _out: &mut Findings) {}
    /// Judges a workload.
    fn workload(&self, _id: WorkloadId, _workload: &Workload, _view: &View<'_>, _out: &mut Findings) {}
    /// Judges an OIDC provider.
    fn provider(&self, _id: ProviderId, _provider: &OidcProvider, _view: &View<'_>, _out: &mut Findings) {}
    /// Judges a Pod Identity association.
    fn association(&self, _id: AssociationId, _association: &PodIdentityAssociation, _view: &View<'_>, _out: &mut Findings) {}
    /// Judges a job of CI that assumes a role.
    fn ci_job(&self, _job: &CiJob, _view: &View<'_>, _out: &mut Findings) {}
    /// Judges the run as a whole; asked once.
    fn estate(&self, _view: &View<'_>, _out: &mut Findings) {}
}

/// What every rule may look at.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Every document of the run, linked.
    pub estate: &'a Estate,
    /// The texts: a fix copies what stands around it, such as the indentation. No rule judges by them.
    pub sources: &'a Sources,
    /// What is known of issuers.
    pub catalogue: &'a Catalogue,
    /// The subjects of issuers.
    pub issuers: &'a Issuers<'a>,
    /// The admission of every role, worked out when it is first asked for.
    pub analyses: &'a (dyn Analysed + 'a),
}

/// A role with what its policy admits.
#[derive(Clone, Copy)]
pub struct RoleView<'a> {
    /// The rest of the run.
    pub view: View<'a>,
    /// Its place in the estate.
    pub id: RoleId,
    /// The role.
    pub role: &'a Role,
    /// Its trust policy.
    pub policy: &'a TrustPolicy,
    /// Whom it admits.
    pub admission: &'a Admission<'a>,
    /// What questions about this policy may cost in all.
    pub budget: &'a Budget,
}

impl View<'_> {
    /// How a message names a role: ``role `payments` ``, or `the role` where it has no name.
    #[must_use]
    pub fn role_name(&self, id: RoleId) -> String {
        self.estate.role_name(id).map_or_else(|| "the role".to_owned(), |name| format!("role `{name}`"))
    }

    /// The text under a span, as the file spells it.
    #[must_use]
    pub fn source(&self, span: Span) -> &str {
        self.sources.slice(span)
    }

    /// What was worked out of a role's trust policy.
    #[must_use]
    pub fn analysis(&self, id: RoleId) -> Option<&Analysis<'_>> {
        self.analyses.get(id)
    }
}

impl RoleView<'_> {
    /// How a message names the role: ``role `payments` ``, or `the role` where it has no name.
    #[must_use]
    pub fn name(&self) -> String {
        self.view.role_name(self.id)
    }

    /// The role's account, where it is known.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.view.estate.role_account(self.id)
    }
}

/// Where rules put what they find.
#[derive(Debug, Default)]
pub struct Findings {
    /// Findings so far.
    pub diagnostics: Vec<Diagnostic>,
    /// What could not be answered so far.
    pub not_analysed: Vec<NotAnalysed>,
}

impl Findings {
    /// Files an answer: the value of a yes; an unknown goes under what was not analysed, so that no rule forgets it.
    pub fn settle<T>(&mut self, meta: &RuleMeta, place: &Place, answer: Answer<T>) -> Option<T> {
        match answer {
            Answer::Yes(value) => Some(value),
            Answer::No => None,
            Answer::Unknown(reason) => {
                let message = format!("{}: {reason}", meta.id);
                let known = self.not_analysed.iter().any(|n| n.message == message && n.place == *place);
                if !known {
                    self.not_analysed.push(NotAnalysed { place: place.clone(), message });
                }
                None
            }
        }
    }

    /// Takes over what was found elsewhere.
    pub fn append(&mut self, mut other: Findings) {
        self.diagnostics.append(&mut other.diagnostics);
        self.not_analysed.append(&mut other.not_analysed);
    }

    /// Reports a finding with the rule's own severity; the rest is added to what this returns.
    pub fn report(&mut self, meta: &'static RuleMeta, place: Place, message: impl Into<String>) -> Report<'_> {
        let diagnostic = Diagnostic {
            rule: meta.id,
            severity: meta.severity,
            message: message.into(),
            help: String::new(),
            place,
            related: Vec::new(),
            proof: Proof::Stated,
            fix: None,
        };
        Report { findings: self, diagnostic: Some(diagnostic) }
    }
}

/// A finding in the making; it is filed when this is dropped.
#[must_use = "dropped at once it is a finding without help"]
pub struct Report<'a> {
    findings: &'a mut Findings,
    diagnostic: Option<Diagnostic>,
}

impl Report<'_> {
    fn with(mut self, change: impl FnOnce(&mut Diagnostic)) -> Self {
        if let Some(diagnostic) = &mut self.diagnostic {
            change(diagnostic);
        }
        self
    }

    /// What to do.
    pub fn help(self, help: impl Into<String>) -> Self {
        self.with(|d| d.help = help.into())
    }

    /// Another severity than the rule's own.
    pub fn severity(self, severity: Severity) -> Self {
        self.with(|d| d.severity = severity)
    }

    /// The token that was tried.
    pub fn witness(self, witness: &Witness) -> Self {
        self.with(|d| d.proof = Proof::Admits(Shown::of(witness)))
    }

    /// Why nobody gets in.
    pub fn nobody(self, reason: impl Into<String>) -> Self {
        self.with(|d| d.proof = Proof::Nobody(reason.into()))
    }

    /// Another place that explains it.
    pub fn related(self, place: Place, message: impl Into<String>) -> Self {
        self.with(|d| d.related.push((place, message.into())))
    }

    /// The change that mends it, if there is one.
    pub fn fix(self, fix: impl Into<Option<Fix>>) -> Self {
        self.with(|d| d.fix = fix.into())
    }

    /// Files it.
    pub fn done(self) {}
}

impl Drop for Report<'_> {
    fn drop(&mut self) {
        if let Some(diagnostic) = self.diagnostic.take() {
            self.findings.diagnostics.push(diagnostic);
        }
    }
}

/// Declares a rule: its documentation, then `pub struct Name { id: "…", severity: Error, family: "…", fix: None }`.
#[macro_export]
macro_rules! declare_rule {
    ($(#[doc = $doc:expr])* pub $name:ident { id: $id:literal, severity: $severity:ident, family: $family:literal, fix: $fix:ident }) => {
        $(#[doc = $doc])*
        #[derive(Debug)]
        pub struct $name;

        impl $name {
            /// What is known of this rule without running it.
            pub const META: $crate::rule::RuleMeta = $crate::rule::RuleMeta {
                id: $id,
                severity: $crate::diagnostic::Severity::$severity,
                family: $family,
                doc: $crate::documentation!($($doc)*),
                fix: $crate::rule::FixKind::$fix,
            };
        }
    };
}

/// The documentation of a rule, line by line.
#[cfg(feature = "documentation")]
#[doc(hidden)]
#[macro_export]
macro_rules! documentation {
    ($($line:expr)*) => { concat!($($line, "\n"),*) };
}

/// The documentation of a rule is published beside what this is built for.
#[cfg(not(feature = "documentation"))]
#[doc(hidden)]
#[macro_export]
macro_rules! documentation {
    ($($line:expr)*) => {
        ""
    };
}
