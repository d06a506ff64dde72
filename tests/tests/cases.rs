//! Cases that know no engine: a policy, a call, the verdict, and the page of the law that says so. Every engine runs all of them.

#![cfg(test)]

use std::collections::BTreeSet;

use irsa_lint_tests::adapter;
use irsa_lint_tests::reference::{self, Call};
use irsa_lint_tests::repository::{files, text};
use serde_json::Value;

/// Every case with the file that holds it.
fn cases() -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for file in files().unwrap().into_iter().filter(|path| path.starts_with("tests/cases/") && path.ends_with(".json")) {
        let parsed: Value = serde_json::from_str(&text(&file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        all.extend(parsed.as_array().unwrap().iter().map(|case| (file.clone(), case.clone())));
    }
    all
}

fn word<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap_or_else(|| panic!("`{name}` is missing in {case}"))
}

/// Runs all cases by an engine; an engine that says nothing at all has nothing to prove.
fn run(engine: &str, decide: impl Fn(&Value, &Call) -> Option<&'static str>) {
    let mut differences = Vec::new();
    for (file, case) in cases() {
        let call = Call::read(&case, &case["request"]);
        match decide(&case["policy"], &call) {
            Some(verdict) if verdict != word(&case, "verdict") => {
                let (name, expected, law) = (word(&case, "name"), word(&case, "verdict"), word(&case, "law"));
                differences.push(format!("{file}: {name}: {verdict}, but it is {expected} ({law})\n  {case}"));
            }
            _ => {}
        }
    }
    assert!(differences.is_empty(), "{engine} decides {} cases otherwise:\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn every_case_is_whole() {
    let cases = cases();
    let mut names = BTreeSet::new();
    let mut verdicts = BTreeSet::new();
    for (file, case) in &cases {
        assert!(names.insert((file.clone(), word(case, "name").to_owned())), "{file}: two cases are named `{}`", word(case, "name"));
        assert!(!word(case, "law").is_empty() && case["policy"].is_object() && case["request"].is_object(), "{file}: {case}");
        verdicts.insert(word(case, "verdict").to_owned());
    }
    assert_eq!(verdicts.into_iter().collect::<Vec<_>>(), ["allowed", "denied", "unknown"]);
    assert!(cases.len() >= 130, "only {} cases were found", cases.len());
}

#[test]
fn the_reference_decides_every_case_so() {
    run("the reference", |policy, call| Some(reference::decide(policy, call).word()));
}

#[test]
fn core_decides_every_case_so() {
    run("core", adapter::core_decision);
}
