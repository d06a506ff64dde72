//! `can-assume` as JSON.

use serde::Serialize;
use smol_str::SmolStr;

use super::shape::{ErrorJson, LocationJson, RoleJson, Shown};
use super::token::TokenJson;
use super::{SCHEMA_VERSION, text};
use crate::document::model::Broken;
use crate::engine::answer::{Because, Compared, Decision, StatementTrace};
use crate::engine::token_check::Given;
use crate::report::words::{effect, stage, verdict};
use crate::report::{Places, Run};
use crate::syntax::Pointer;

#[derive(Serialize)]
struct CanAssumeJson<'a> {
    schema_version: u32,
    notes: &'a [String],
    token: Option<TokenJson<'a>>,
    decisions: Vec<DecisionJson<'a>>,
    errors: Vec<ErrorJson<'a>>,
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
    name: &'a str,
    location: LocationJson<'a>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    compared: Option<ComparedJson<'a>>,
}

#[derive(Serialize)]
struct ComparedJson<'a> {
    operator: &'a str,
    key: &'a str,
    wanted: &'a [SmolStr],
    found: Option<&'a [SmolStr]>,
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
            compared: because.compared.as_ref().map(ComparedJson::of),
        };
        Self {
            statement: trace.statement,
            name: &trace.name,
            location: LocationJson::of(places, &trace.place),
            effect: effect(trace.effect),
            matched: trace.matched.known(),
            because: trace.because.iter().map(because).collect(),
        }
    }
}

impl<'a> ComparedJson<'a> {
    fn of(compared: &'a Compared) -> Self {
        Self { operator: &compared.operator, key: &compared.key, wanted: &compared.wanted, found: compared.found.as_deref() }
    }
}
