//! Lines of the batch forms: one out for each line in.

use serde::Serialize;
use serde_json::value::RawValue;

use super::json::{DiagnosticJson, ErrorJson, GrantJson, OtherJson, text};
use super::{Places, words};
use crate::admission::Verdict;
use crate::engine::Case;
use crate::engine::answer::{CheckAnswer, OtherPrincipal, WhoGrant};
use crate::engine::batch::Line;

#[derive(Serialize)]
struct DecisionsLine {
    id: Option<Box<RawValue>>,
    decisions: Vec<&'static str>,
}

#[derive(Serialize)]
struct GrantsLine<'a> {
    id: Option<Box<RawValue>>,
    grants: Vec<GrantJson<'a>>,
    others: Vec<OtherJson<'a>>,
}

#[derive(Serialize)]
struct DiagnosticsLine<'a> {
    id: Option<Box<RawValue>>,
    diagnostics: Vec<DiagnosticJson<'a>>,
    errors: Vec<ErrorJson<'a>>,
}

#[derive(Serialize)]
struct ErrorLine<'a> {
    id: Option<Box<RawValue>>,
    error: &'a str,
}

/// A line of `can-assume --batch`.
#[must_use]
pub fn decisions(line: Line<Vec<Verdict>>) -> String {
    written(line, |id, verdicts| text(&DecisionsLine { id, decisions: verdicts.iter().map(words::verdict).collect() }))
}

/// A line of `who --batch`.
#[must_use]
pub fn grants(line: Line<(Vec<WhoGrant>, Vec<OtherPrincipal>)>) -> String {
    written(line, |id, (grants, others)| text(&GrantsLine { id, grants: GrantJson::all(&grants), others: OtherJson::all(&others) }))
}

/// A line of `check --batch`.
#[must_use]
pub fn diagnostics(line: Line<(Case, CheckAnswer)>) -> String {
    written(line, |id, (case, answer)| {
        let places = Places::new(&case.sources);
        let diagnostics = answer.diagnostics.iter().map(|d| DiagnosticJson::of(&places, d)).collect();
        text(&DiagnosticsLine { id, diagnostics, errors: ErrorJson::broken(&places, &answer.errors).collect() })
    })
}

fn written<T>(line: Line<T>, write: impl FnOnce(Option<Box<RawValue>>, T) -> String) -> String {
    let id = line.id.and_then(|id| RawValue::from_string(id).ok());
    match line.answer {
        Ok(answer) => write(id, answer),
        Err(error) => text(&ErrorLine { id, error: &error }),
    }
}
