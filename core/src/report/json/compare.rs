//! `compare` as JSON.

use serde::Serialize;
use smol_str::SmolStr;

use super::shape::{ErrorJson, RoleJson};
use super::who::GrantJson;
use super::{SCHEMA_VERSION, text};
use crate::document::model::Broken;
use crate::engine::compare::{Comparison, Moved, RoleChange};
use crate::report::Run;

#[derive(Serialize)]
struct CompareJson<'a> {
    schema_version: u32,
    roles: Vec<ChangeJson<'a>>,
    errors: Vec<ErrorJson<'a>>,
}

#[derive(Serialize)]
struct ChangeJson<'a> {
    role: Option<RoleJson<'a>>,
    present: &'static str,
    change: &'static str,
    added: Vec<MovedJson<'a>>,
    removed: Vec<MovedJson<'a>>,
    principals_added: &'a [String],
    principals_removed: &'a [String],
    unknown: Option<&'a str>,
    sentence: &'a str,
}

#[derive(Serialize)]
struct MovedJson<'a> {
    #[serde(flatten)]
    grant: GrantJson<'a>,
    outright: bool,
    only_where: &'a [SmolStr],
}

/// What changed between two runs, each with its documents' errors.
#[must_use]
pub fn compare(before: (&Run<'_>, &[Broken]), after: (&Run<'_>, &[Broken]), comparison: &Comparison) -> String {
    let errors = [before, after].into_iter().flat_map(|(run, errors)| ErrorJson::all(run, errors)).collect();
    let role = |change| ChangeJson::of(before.0, after.0, change);
    text(&CompareJson { schema_version: SCHEMA_VERSION, roles: comparison.roles.iter().map(role).collect(), errors })
}

impl<'a> ChangeJson<'a> {
    fn of(before: &Run<'a>, after: &Run<'a>, change: &'a RoleChange) -> Self {
        let moved = |moved: &'a [Moved]| moved.iter().map(MovedJson::of).collect();
        let (role, present) = match (&change.before, &change.after) {
            (None, Some(role)) => (Some(RoleJson::of(after.places, role)), "after"),
            (_, Some(role)) => (Some(RoleJson::of(after.places, role)), "both"),
            (role, None) => (role.as_ref().map(|role| RoleJson::of(before.places, role)), "before"),
        };
        Self {
            role,
            present,
            change: change.change().name(),
            added: moved(&change.added),
            removed: moved(&change.removed),
            principals_added: &change.principals_added,
            principals_removed: &change.principals_removed,
            unknown: change.unknown.as_deref(),
            sentence: &change.sentence,
        }
    }
}

impl<'a> MovedJson<'a> {
    fn of(moved: &'a Moved) -> Self {
        Self { grant: GrantJson::of(&moved.grant), outright: moved.outright, only_where: &moved.only_where }
    }
}
