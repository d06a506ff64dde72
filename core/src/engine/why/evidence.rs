//! What the rules find in the documents of a run, as reasons for a broken link. It knows families of rules, and no rule.

use crate::diagnostic::{Diagnostic, Proof, Severity};
use crate::engine::run::Engine;
use crate::source::Span;
use crate::syntax::Place;

/// Findings that may be why a pod does not get its role.
pub struct Evidence<'d> {
    found: Vec<(&'static str, &'d Diagnostic)>,
}

impl<'d> Evidence<'d> {
    /// Of what `check` found. What only says that too many are let in is left out.
    pub fn of(engine: &Engine<'_>, diagnostics: &'d [Diagnostic]) -> Self {
        let family = |id: &str| engine.rules.iter().find(|rule| rule.meta().id == id).map_or("", |rule| rule.meta().family);
        let keeps_out = |d: &&Diagnostic| d.severity >= Severity::Warning && !matches!(d.proof, Proof::Admits(_));
        let found = diagnostics.iter().filter(keeps_out).map(|d| (family(d.rule), d));
        Self { found: found.filter(|(family, _)| !matches!(*family, "too-wide" | "condition")).collect() }
    }

    fn of_families(&self, families: &'static [&'static str]) -> impl Iterator<Item = &Diagnostic> {
        self.found.iter().filter(move |(family, _)| families.contains(family)).map(|(_, d)| *d)
    }

    /// The first finding of these families in a place.
    pub fn inside(&self, families: &'static [&'static str], span: Span) -> Option<&Diagnostic> {
        self.of_families(families).find(|d| span.contains(d.place.span))
    }

    /// Something about the annotation of a ServiceAccount, written there or on its workload. Where the annotation is there, only an error
    /// keeps the role away.
    pub fn of_annotation(&self, places: &[&Place], is_there: bool) -> Option<&Diagnostic> {
        let counts = |d: &&Diagnostic| !is_there || d.severity == Severity::Error;
        let mut found = self.of_families(&["service-account"]).filter(counts);
        found.find(|d| places.iter().any(|place| place.span.contains(d.place.span)))
    }

    /// Something about a CI job.
    pub fn of_ci(&self) -> Option<&Diagnostic> {
        self.of_families(&["ci"]).next()
    }

    /// Something about a workload.
    pub fn of_workload(&self, workload: &Place) -> Option<&Diagnostic> {
        self.of_families(&["link", "workload", "pod-identity"]).find(|d| workload.span.contains(d.place.span))
    }

    /// Something about the provider of an issuer.
    pub fn of_provider(&self, issuer: &str) -> Option<&Diagnostic> {
        let plain = issuer.trim_end_matches('/');
        self.of_families(&["provider"]).find(|d| d.message.contains(plain) || d.help.contains(plain))
    }

    /// Something about the client ids of a provider.
    pub fn of_client_ids(&self, provider: Span) -> Option<&Diagnostic> {
        let in_list = |place: &Place| ["ClientIDList", "client_id_list"].iter().any(|list| place.pointer.to_string().contains(list));
        let own = |d: &&Diagnostic| provider.contains(d.place.span) && in_list(&d.place);
        let of_role = |d: &&Diagnostic| d.related.iter().any(|(place, _)| place.span == provider);
        self.of_families(&["nobody", "provider"]).filter(|d| d.severity == Severity::Error).find(|d| own(d) || of_role(d))
    }

    /// What makes it likely that a trust policy does not admit whom it is meant for.
    pub fn doubt_about_policy(&self, policy: Span) -> Option<&Diagnostic> {
        self.of_families(&["nobody"]).find(|d| d.severity == Severity::Warning && policy.contains(d.place.span))
    }

    /// Something about an association or what it leads to.
    pub fn of_association(&self, places: &[Span]) -> Option<&Diagnostic> {
        let stands = |span: Span| places.iter().any(|place| place.contains(span));
        self.of_families(&["pod-identity"]).find(|d| stands(d.place.span) || d.related.iter().any(|(at, _)| stands(at.span)))
    }

    /// Why a trust policy admits nobody. `stored`: whether IAM's refusal to store it counts.
    pub fn of_policy(&self, policy: Span, stored: bool) -> Option<&Diagnostic> {
        let families: &[&str] = if stored { &["nobody", "grammar", "link"] } else { &["nobody"] };
        self.of_families(families).find(|d| d.severity == Severity::Error && policy.contains(d.place.span))
    }

    /// An error of a trust policy that concerns one place in it.
    pub fn of_step(&self, policy: Span, step: &Place) -> Option<&Diagnostic> {
        let touches = |span: Span| step.span.contains(span) || span.contains(step.span);
        let errors = self.of_families(&["nobody", "grammar", "link"]).filter(|d| d.severity == Severity::Error);
        let mut errors = errors.filter(|d| policy.contains(d.place.span));
        errors.find(|d| touches(d.place.span) || d.related.iter().any(|(place, _)| touches(place.span)))
    }

    /// Something about a ServiceAccount and the role that it names.
    pub fn of_account(&self, account: &Place) -> Option<&Diagnostic> {
        let errors = self.of_families(&["link"]).filter(|d| d.severity == Severity::Error);
        let mut errors =
            errors.filter(|d| account.span.contains(d.place.span) || d.related.iter().any(|(at, _)| account.span.contains(at.span)));
        errors.next()
    }

    /// Something about a role that is assumed from another role's session.
    pub fn of_second_role(&self, arn: &str, name: &str) -> Option<&Diagnostic> {
        let name = format!("`{name}`");
        self.of_families(&["link"]).find(|d| {
            let says = |text: &str| d.message.contains(text) || d.help.contains(text);
            says("`sts:AssumeRole`") && (says(arn) || says(&name))
        })
    }

    /// Something about the ConfigMap `aws-auth`.
    pub fn of_aws_auth(&self) -> Option<&Diagnostic> {
        self.of_families(&["aws-auth"]).next()
    }

    /// Whether there is anything about a place.
    pub fn speaks_of(&self, place: &Place) -> bool {
        self.found.iter().any(|(_, d)| place.span.contains(d.place.span))
    }
}
