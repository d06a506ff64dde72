//! `rules` as JSON.

use serde::Serialize;

use super::{SCHEMA_VERSION, text};
use crate::rule::{FixKind, Rule};

#[derive(Serialize)]
struct RulesJson {
    schema_version: u32,
    rules: Vec<RuleJson>,
}

#[derive(Serialize)]
struct RuleJson {
    id: &'static str,
    severity: &'static str,
    family: &'static str,
    summary: &'static str,
    fix: &'static str,
    url: String,
}

/// `rules --format json`.
#[must_use]
pub fn rules(rules: &[&'static dyn Rule]) -> String {
    let rule = |rule: &&'static dyn Rule| {
        let meta = rule.meta();
        let fix = match meta.fix {
            FixKind::None => "none",
            FixKind::Safe => "safe",
            FixKind::Unsafe => "unsafe",
        };
        RuleJson { id: meta.id, severity: meta.severity.name(), family: meta.family, summary: meta.summary(), fix, url: meta.url() }
    };
    text(&RulesJson { schema_version: SCHEMA_VERSION, rules: rules.iter().map(rule).collect() })
}
