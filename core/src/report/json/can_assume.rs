//! `can-assume` as JSON.

use serde::Serialize;

use super::shape::{ErrorJson, LocationJson, RoleJson, Shown};
use super::{SCHEMA_VERSION, text};
use crate::document::model::Broken;
use crate::engine::answer::{Because, Decision, StatementTrace};
use crate::engine::token_check::{Given, Remark, Weight};
use crate::report::words::{effect, stage, verdict};
use crate::report::{Places, Run};
use crate::syntax::Pointer;

#[derive(Serialize)]
struct CanAssumeJson<'a> {
    schema_version: u32,
    notes: &'a [String],
    token: Option<TokenJson>,
    decisions: Vec<DecisionJson<'a>>,
    errors: Vec<ErrorJson<'a>>,
}

#[derive(Serialize)]
struct TokenJson {
    verified: bool,
    summary: String,
    expiry: Option<String>,
    remarks: Vec<RemarkJson>,
}

#[derive(Serialize)]
struct RemarkJson {
    refused: bool,
    message: String,
    help: String,
}

#[derive(Serialize)]
struct DecisionJson<'a> {
    role: Option<RoleJson<'a>>,
    decision: &'static str,
    stage: &'static str,
    objection: Option<&'a str>,
    trace: Vec<StatementJson<'a>>,
    nearest: Option<NearestJson<'a>>,
}

#[derive(Serialize)]
struct StatementJson<'a> {
    statement: usize,
    effect: &'static str,
    matched: Option<bool>,
    because: Vec<BecauseJson<'a>>,
}

#[derive(Serialize)]
struct BecauseJson<'a> {
    what: &'static str,
    pointer: Shown<'a, Pointer>,
    holds: Option<bool>,
    message: &'a str,
    location: LocationJson<'a>,
}

#[derive(Serialize)]
struct NearestJson<'a> {
    subject: &'a str,
    message: &'a str,
}

/// `can-assume --format json`.
#[must_use]
pub fn can_assume(run: &Run<'_>, errors: &[Broken], given: Option<&Given>, decisions: &[Decision]) -> String {
    let decision = |d| DecisionJson::of(run.places, d);
    text(&CanAssumeJson {
        schema_version: SCHEMA_VERSION,
        notes: run.notes,
        token: given.map(TokenJson::of),
        decisions: decisions.iter().map(decision).collect(),
        errors: ErrorJson::all(run, errors),
    })
}

impl TokenJson {
    fn of(given: &Given) -> Self {
        let remark = |remark: Remark| RemarkJson { refused: remark.weight == Weight::Refused, message: remark.message, help: remark.help };
        Self {
            verified: false,
            summary: given.summary(),
            expiry: given.expiry(),
            remarks: given.remarks().into_iter().map(remark).collect(),
        }
    }
}

impl<'a> DecisionJson<'a> {
    fn of(places: &Places<'a>, d: &'a Decision) -> Self {
        Self {
            role: d.role.as_ref().map(|role| RoleJson::of(places, role)),
            decision: verdict(&d.verdict),
            stage: stage(d.stage),
            objection: d.objection.as_deref(),
            trace: d.trace.iter().map(|statement| StatementJson::of(places, statement)).collect(),
            nearest: d.nearest.as_ref().map(|nearest| NearestJson { subject: &nearest.subject, message: &nearest.message }),
        }
    }
}

impl<'a> StatementJson<'a> {
    fn of(places: &Places<'a>, trace: &'a StatementTrace) -> Self {
        let because = |because: &'a Because| BecauseJson {
            what: because.what.name(),
            pointer: Shown(&because.place.pointer),
            holds: because.holds.known(),
            message: &because.message,
            location: LocationJson::of(places, &because.place),
        };
        Self {
            statement: trace.statement,
            effect: effect(trace.effect),
            matched: trace.matched.known(),
            because: trace.because.iter().map(because).collect(),
        }
    }
}
