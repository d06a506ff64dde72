//! Both evaluators against what others say: two independent evaluators (generated policies), and live AWS (observed calls).

#![cfg(test)]

use irsa_lint_tests::adapter;
use irsa_lint_tests::reference::{Call, decide};
use serde_json::Value;

/// Every request of a file for which the engine does not give the expected verdict.
fn differences(data: &str, decide: impl Fn(&Value, &Call) -> &'static str) -> (usize, Vec<String>) {
    let mut asked = 0;
    let mut differences = Vec::new();
    for line in data.lines().filter(|line| !line.trim().is_empty()) {
        let case: Value = serde_json::from_str(line).unwrap();
        for request in case["requests"].as_array().unwrap() {
            asked += 1;
            let decision = decide(&case["policy"], &Call::read(&case, request));
            if request["expected"] != decision {
                differences.push(format!("{}: {decision} for {request}\n  {}", case["id"], case["policy"]));
            }
        }
    }
    (asked, differences)
}

fn agrees(data: &str, at_least: usize, decide: impl Fn(&Value, &Call) -> &'static str) {
    let (asked, differences) = differences(data, decide);
    assert!(asked >= at_least, "only {asked} decisions were asked for");
    assert!(differences.is_empty(), "{} of {asked} differ:\n{}", differences.len(), differences.join("\n"));
}

/// Generated policies with the verdict of two independent evaluators.
const ORACLE: &str = include_str!("../fixtures/data/oracle-decisions.ndjson");
/// What live AWS did.
const OBSERVED: &str = include_str!("../fixtures/data/sts-observed.ndjson");

fn reference(policy: &Value, call: &Call) -> &'static str {
    decide(policy, call).word()
}

fn core(policy: &Value, call: &Call) -> &'static str {
    adapter::core_decision(policy, call).unwrap_or("unreadable")
}

#[test]
fn the_reference_agrees_with_two_independent_evaluators() {
    agrees(ORACLE, 3051, reference);
}

#[test]
fn the_reference_agrees_with_what_live_aws_did() {
    agrees(OBSERVED, 26, reference);
}

#[test]
fn core_agrees_with_two_independent_evaluators() {
    agrees(ORACLE, 3051, core);
}

#[test]
fn core_agrees_with_what_live_aws_did() {
    agrees(OBSERVED, 26, core);
}
