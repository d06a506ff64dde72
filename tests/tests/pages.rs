//! Every rule is documented in full: what, why, why that severe, how to fix it, from which pages, with examples; and its fix is what it says.

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

#[test]
fn the_reason_of_a_severity_names_it() {
    let fits = |id: &str, name: &str, reason: &str| {
        let first = reason.split(['.', ':', ' ']).find(|word| matches!(*word, "error" | "warning" | "Info")).unwrap_or_default();
        (!first.eq_ignore_ascii_case(name))
            .then(|| format!("{id}: its severity is {name}, its reason begins `{}`", reason.chars().take(40).collect::<String>()))
    };
    let faults = RULES.iter().filter_map(|rule| {
        let meta = rule.meta();
        let reason = meta.page().section("Severity");
        // One without a reason is told above.
        if reason.is_empty() { None } else { fits(meta.id, meta.severity.name(), &reason) }
    });
    none("reasons that are those of another severity", faults.collect());
}
