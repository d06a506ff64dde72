//! Grants to Kubernetes service accounts: which cluster, and how far they reach.

use irsa_lint_core::admission::language::{Glob, Language};
use irsa_lint_core::admission::{Answer, Grant, IssuerAdmission, Reason, Summary};
use irsa_lint_core::provider::Kind;
use irsa_lint_core::rule::RoleView;
use smol_str::{SmolStr, format_smolstr};

/// Namespaces and names that no policy means: what admits both of a pair admits whatever anybody creates.
const FRESH: [&str; 2] = ["any", "zz-irsa-lint-7"];

/// A grant to service accounts of one cluster.
pub struct ClusterGrant<'a> {
    /// Of which issuer.
    pub issuer: &'a IssuerAdmission<'a>,
    /// The grant.
    pub grant: &'a Grant,
    /// What it comes to.
    pub summary: Summary,
    role: RoleView<'a>,
}

/// The grants of a role to service accounts of Kubernetes clusters.
pub fn cluster_grants<'a>(role: &RoleView<'a>) -> impl Iterator<Item = ClusterGrant<'a>> {
    let role = *role;
    let kubernetes = role.admission.grants().filter(|(issuer, _)| issuer.provider.is_some_and(|p| p.kind == Kind::Kubernetes));
    kubernetes.map(move |(issuer, grant)| {
        let forms = role.view.issuers.forms(issuer.issuer.as_deref());
        ClusterGrant { issuer, grant, summary: grant.summary(&forms, role.budget), role }
    })
}

/// The subject of a ServiceAccount's token.
#[must_use]
pub fn subject(namespace: &str, name: &str) -> SmolStr {
    format_smolstr!("system:serviceaccount:{namespace}:{name}")
}

/// Namespace and name of a subject.
#[must_use]
pub fn parts(subject: &str) -> Option<(&str, &str)> {
    subject.strip_prefix("system:serviceaccount:")?.split_once(':')
}

impl ClusterGrant<'_> {
    /// How a message names the cluster: by the end of its issuer.
    #[must_use]
    pub fn cluster(&self) -> String {
        let issuer = self.issuer.issuer.as_deref().unwrap_or("any issuer");
        match issuer.rsplit_once("/id/") {
            Some((_, id)) if id.is_ascii() && id.len() > 8 => format!("cluster …{}", id.get(id.len() - 4..).unwrap_or(id)),
            _ => format!("cluster `{issuer}`"),
        }
    }

    /// A subject of a namespace and a name that nobody has thought of, if the grant lets in whatever anybody creates.
    #[must_use]
    pub fn anybody(&self) -> Option<SmolStr> {
        let subjects = self.grant.subjects();
        let [first, second] = FRESH.map(|fresh| subject(&format!("{fresh}-namespace"), &format!("{fresh}-name")));
        (subjects.contains(&first) && subjects.contains(&second)).then_some(first)
    }

    /// A subject of a namespace that nobody has thought of, if the grant lets in any namespace under some name.
    #[must_use]
    pub fn any_namespace(&self) -> Answer<SmolStr> {
        if !self.summary.is_unbounded("namespace") {
            return Answer::No;
        }
        let [first, second] = FRESH.map(|fresh| self.in_namespace(&format!("{fresh}-namespace")));
        match (first, second) {
            (Answer::Yes(subject), Answer::Yes(_)) => Answer::Yes(subject),
            (Answer::Unknown(reason), _) | (_, Answer::Unknown(reason)) => Answer::Unknown(reason),
            _ => Answer::No,
        }
    }

    /// A subject that the grant admits in a namespace.
    #[must_use]
    pub fn in_namespace(&self, namespace: &str) -> Answer<SmolStr> {
        self.member_of(Language::glob(Glob::parse(&subject(namespace, "*"))))
    }

    /// A legal subject that the grant admits and that lies in `set`.
    #[must_use]
    pub fn member_of(&self, set: Language) -> Answer<SmolStr> {
        let forms = self.role.view.issuers.forms(self.issuer.issuer.as_deref());
        self.grant.subjects().intersect(set).intersect(forms.legal.clone()).witness(self.role.budget)
    }

    /// Whether how far the grant reaches could not be told.
    #[must_use]
    pub fn undecided(&self) -> Option<Reason> {
        (self.summary.admits == irsa_lint_core::admission::Admits::Unknown).then_some(Reason::Budget)
    }
}
