//! Runs every example of every rule's documentation.

use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::rule::{Example, Rule};

use crate::testing::{bad_rules, check, of_rule};

fn fault(rule: &dyn Rule, example: &Example) -> Option<String> {
    let files: Vec<(&str, &str)> = example.files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let answer = check(&files);
    if !answer.errors.is_empty() {
        return Some(format!("is broken: {}", answer.errors[0].message));
    }
    let own = of_rule(&answer, rule.meta().id);
    if own.is_empty() == example.fails {
        return Some(if example.fails { "finds nothing" } else { "is not left alone" }.to_owned());
    }
    if let Some(at) = &example.at
        && !own.iter().any(|d| d.place.pointer.to_string() == *at)
    {
        return Some(format!("points at {:?}, not at {at}", own.iter().map(|d| d.place.pointer.to_string()).collect::<Vec<_>>()));
    }
    if let Some(bare) = own.iter().find(|d| d.help.is_empty()) {
        return Some(format!("gives no help: {}", bare.message));
    }
    let others: Vec<_> =
        bad_rules(&answer).into_iter().filter(|id| *id != rule.meta().id && !example.also.iter().any(|a| a == id)).collect();
    (!others.is_empty()).then(|| format!("makes other rules fire: {others:?}"))
}

#[test]
fn every_documented_example_does_what_its_fence_says() {
    let mut faults = Vec::new();
    for rule in crate::RULES {
        let meta = rule.meta();
        let examples = Example::all_in(meta.doc);
        if !(examples.iter().any(|e| e.fails) && examples.iter().any(|e| !e.fails)) {
            faults.push(format!("{}: wants one `fail` and one `pass` example", meta.id));
        }
        for (number, example) in examples.iter().enumerate() {
            faults.extend(fault(*rule, example).map(|fault| format!("{}: example {} {fault}", meta.id, number + 1)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_reason_of_a_severity_begins_with_it() {
    let mut faults = Vec::new();
    for meta in crate::RULES.iter().map(|rule| rule.meta()) {
        let reason = meta.page().section("Severity");
        let named = |severity: &str| reason.strip_prefix(severity).is_some_and(|rest| rest.starts_with(": ") || rest.starts_with(" if "));
        let own = match meta.severity {
            Severity::Error => "Error",
            Severity::Warning => "Warning",
            Severity::Info => "Info",
        };
        if !named(own) {
            faults.push(format!("{}: its reason does not begin with `{own}: ` or `{own} if `: {reason}", meta.id));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
