//! The second evaluator against what others say: two independent evaluators (generated policies), and live AWS (observed calls).

#![cfg(test)]

use irsa_lint_tests::reference::decide_line;
use serde_json::Value;

/// Every request of a file whose expected verdict the reference does not give.
fn differences(data: &str) -> (usize, Vec<String>) {
    let mut asked = 0;
    let mut differences = Vec::new();
    for line in data.lines().filter(|line| !line.trim().is_empty()) {
        let case: Value = serde_json::from_str(line).unwrap();
        let decisions = decide_line(&case);
        let requests = case["requests"].as_array().unwrap();
        assert_eq!(decisions.len(), requests.len(), "one decision for each request of {}", case["id"]);
        for (request, decision) in requests.iter().zip(decisions) {
            asked += 1;
            if request["expected"] != decision.word() {
                differences.push(format!("{}: {} for {}\n  {}", case["id"], decision.word(), request, case["policy"]));
            }
        }
    }
    (asked, differences)
}

#[test]
fn agrees_with_two_independent_evaluators() {
    let (asked, differences) = differences(include_str!("../fixtures/data/oracle-decisions.ndjson"));
    assert_eq!(asked, 3051, "every decision of the file is asked for");
    assert!(differences.is_empty(), "{} of {asked} differ:\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn agrees_with_what_live_aws_did() {
    let (asked, differences) = differences(include_str!("../fixtures/data/sts-observed.ndjson"));
    assert!(asked >= 25, "every observation of the file is asked for");
    assert!(differences.is_empty(), "{} of {asked} differ:\n{}", differences.len(), differences.join("\n"));
}
