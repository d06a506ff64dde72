//! `rules` and `explain` as JSON.

use serde::Serialize;

use super::{SCHEMA_VERSION, text};
use crate::rule::{Example, Rule};

#[derive(Serialize)]
struct RulesJson<T> {
    schema_version: u32,
    rules: Vec<T>,
}

#[derive(Serialize)]
struct RuleJson {
    id: &'static str,
    severity: &'static str,
    severity_reason: String,
    family: &'static str,
    summary: &'static str,
    fix: &'static str,
    url: String,
}

#[derive(Serialize)]
struct PageJson {
    #[serde(flatten)]
    rule: RuleJson,
    why: String,
    how_to_fix: String,
    references: Vec<String>,
    examples: Vec<ExampleJson>,
}

#[derive(Serialize)]
struct ExampleJson {
    found: bool,
    files: Vec<FileJson>,
}

#[derive(Serialize)]
struct FileJson {
    name: String,
    text: String,
}

/// `rules --format json`.
#[must_use]
pub fn rules(rules: &[&'static dyn Rule]) -> String {
    text(&RulesJson { schema_version: SCHEMA_VERSION, rules: rules.iter().map(|rule| RuleJson::of(*rule)).collect() })
}

/// `explain --format json`.
#[must_use]
pub fn pages(rules: &[&'static dyn Rule]) -> String {
    text(&RulesJson { schema_version: SCHEMA_VERSION, rules: rules.iter().map(|rule| PageJson::of(*rule)).collect() })
}

impl RuleJson {
    fn of(rule: &dyn Rule) -> Self {
        let meta = rule.meta();
        Self {
            id: meta.id,
            severity: meta.severity.name(),
            severity_reason: meta.page().section("Severity"),
            family: meta.family,
            summary: meta.summary(),
            fix: meta.fix.name(),
            url: meta.url(),
        }
    }
}

impl PageJson {
    fn of(rule: &dyn Rule) -> Self {
        let page = rule.meta().page();
        Self {
            rule: RuleJson::of(rule),
            why: page.section("Why is this bad?"),
            how_to_fix: page.section("How to fix it"),
            references: page.references().into_iter().map(str::to_owned).collect(),
            examples: page.examples.into_iter().map(ExampleJson::of).collect(),
        }
    }
}

impl ExampleJson {
    fn of(example: Example) -> Self {
        let files = example.files.into_iter().map(|(name, text)| FileJson { name, text });
        Self { found: example.fails, files: files.collect() }
    }
}
