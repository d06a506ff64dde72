//! `check` as JSON; `docs/schema/check.schema.json` describes it.

use serde::Serialize;

pub use super::shape::ErrorJson;
use super::shape::{LocationJson, NotAnalysedJson};
use super::{SCHEMA_VERSION, text};
use crate::diagnostic::{Applicability, Diagnostic, Fix, Proof, Shown};
use crate::engine::answer::CheckAnswer;
use crate::report::{Counts, Places, Run};
use crate::rule::url_of;

#[derive(Serialize)]
struct CheckJson<'a> {
    schema_version: u32,
    tool: ToolJson,
    diagnostics: Vec<DiagnosticJson<'a>>,
    errors: Vec<ErrorJson<'a>>,
    not_analysed: Vec<NotAnalysedJson<'a>>,
    summary: SummaryJson,
    notes: &'a [String],
}

#[derive(Serialize)]
struct ToolJson {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct SummaryJson {
    files: usize,
    roles: usize,
    service_accounts: usize,
    errors: usize,
    warnings: usize,
    infos: usize,
}

/// One finding.
#[derive(Debug, Serialize)]
pub struct DiagnosticJson<'a> {
    rule: &'static str,
    severity: &'static str,
    message: &'a str,
    help: &'a str,
    url: String,
    location: LocationJson<'a>,
    related: Vec<RelatedJson<'a>>,
    witness: Option<WitnessJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nobody: Option<&'a str>,
    fix: Option<FixJson<'a>>,
    suppressed: Option<()>,
}

#[derive(Debug, Serialize)]
struct RelatedJson<'a> {
    location: LocationJson<'a>,
    message: &'a str,
}

#[derive(Debug, Serialize)]
struct WitnessJson<'a> {
    issuer: &'a str,
    subject: &'a str,
    audience: Option<&'a str>,
    claims: Vec<ClaimJson<'a>>,
    residual: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
struct ClaimJson<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Debug, Serialize)]
struct FixJson<'a> {
    applicability: &'static str,
    message: &'a str,
    edits: Vec<EditJson<'a>>,
}

#[derive(Debug, Serialize)]
struct EditJson<'a> {
    location: LocationJson<'a>,
    text: &'a str,
}

/// `check --format json`.
#[must_use]
pub fn check(run: &Run<'_>, answer: &CheckAnswer) -> String {
    let counts = Counts::of(&answer.diagnostics);
    text(&CheckJson {
        schema_version: SCHEMA_VERSION,
        tool: ToolJson { name: "irsa-lint", version: env!("CARGO_PKG_VERSION") },
        diagnostics: answer.diagnostics.iter().map(|d| DiagnosticJson::of(run.places, d)).collect(),
        errors: ErrorJson::all(run, &answer.errors),
        not_analysed: NotAnalysedJson::all(run.places, &answer.not_analysed),
        summary: SummaryJson {
            files: run.files,
            roles: answer.roles,
            service_accounts: answer.service_accounts,
            errors: counts.errors,
            warnings: counts.warnings,
            infos: counts.infos,
        },
        notes: run.notes,
    })
}

impl<'a> DiagnosticJson<'a> {
    /// As published.
    pub fn of(places: &Places<'a>, d: &'a Diagnostic) -> Self {
        let (witness, nobody) = match &d.proof {
            Proof::Admits(shown) => (Some(WitnessJson::of(shown)), None),
            Proof::Nobody(reason) => (None, Some(reason.as_str())),
            Proof::Stated => (None, None),
        };
        let related = |(place, message): &'a (_, String)| RelatedJson { location: LocationJson::of(places, place), message };
        Self {
            rule: d.rule,
            severity: d.severity.name(),
            message: &d.message,
            help: &d.help,
            url: url_of(d.rule),
            location: LocationJson::of(places, &d.place),
            related: d.related.iter().map(related).collect(),
            witness,
            nobody,
            fix: d.fix.as_ref().map(|fix| FixJson::of(places, fix)),
            suppressed: None,
        }
    }
}

impl<'a> WitnessJson<'a> {
    fn of(shown: &'a Shown) -> Self {
        Self {
            issuer: &shown.issuer,
            subject: &shown.subject,
            audience: shown.audience.as_deref(),
            claims: shown.claims.iter().map(|(name, value)| ClaimJson { name, value }).collect(),
            residual: shown.residual.iter().map(AsRef::as_ref).collect(),
        }
    }
}

impl<'a> FixJson<'a> {
    fn of(places: &Places<'a>, fix: &'a Fix) -> Self {
        let applicability = match fix.applicability {
            Applicability::Safe => "safe",
            Applicability::Unsafe => "unsafe",
        };
        let edit = |edit: &'a crate::diagnostic::Edit| EditJson { location: LocationJson::of_span(places, edit.span), text: &edit.text };
        Self { applicability, message: &fix.message, edits: fix.edits.iter().map(edit).collect() }
    }
}
