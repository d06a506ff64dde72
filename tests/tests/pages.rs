//! Every rule is documented in full: what, why, why that severe, how to fix it, from which pages, with examples.

#![cfg(test)]

use irsa_lint_rules::RULES;

fn none(title: &str, found: Vec<String>) {
    assert!(found.is_empty(), "{title}:\n{}", found.join("\n"));
}

#[test]
fn every_page_is_complete() {
    let pages = RULES.iter().map(|rule| (rule.meta().id, rule.meta().page().missing()));
    let incomplete = pages.filter(|(_, missing)| !missing.is_empty());
    none("rules whose documentation lacks something", incomplete.map(|(id, missing)| format!("{id}: {}", missing.join(", "))).collect());
}
