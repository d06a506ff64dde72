//! What went wrong for others: each folder of `tests/fixtures/failures` is a failure that somebody reported, rebuilt with invented values. It
//! is found by the rule that it names, in words that name what is wrong, and nothing is said of its corrected form. Knows rules by their ids
//! alone.

#![cfg(test)]

use std::collections::BTreeSet;

use irsa_lint_core::diagnostic::{Diagnostic, Severity};
use irsa_lint_core::engine::answer::CheckAnswer;
use irsa_lint_core::engine::{Engine, InOrder, Input, Settings};
use irsa_lint_core::source::SourceFile;
use irsa_lint_tests::repository::{files, text};
use serde_json::Value;

const FOLDER: &str = "tests/fixtures/failures/";

/// One failure: the documents as the user had them, and as they should be.
struct Failure {
    name: String,
    expected: Value,
    before: Vec<(String, String)>,
    /// Empty where only somebody else can mend it, or where nothing is wrong with the documents.
    fixed: Vec<(String, String)>,
}

fn failures() -> Vec<Failure> {
    let paths: Vec<String> = files().unwrap().into_iter().filter(|path| path.starts_with(FOLDER)).collect();
    let names: BTreeSet<&str> = paths.iter().filter_map(|path| path.strip_prefix(FOLDER)?.split('/').next()).collect();
    let documents = |folder: &str| -> Vec<(String, String)> {
        let inside = paths.iter().filter_map(|path| Some((path, path.strip_prefix(folder)?)));
        let own = inside.filter(|(_, name)| !name.contains('/') && *name != "expect.json" && !name.ends_with(".txt"));
        own.map(|(path, name)| (name.to_owned(), text(path))).collect()
    };
    let all = names.into_iter().map(|name| {
        let expected = text(&format!("{FOLDER}{name}/expect.json"));
        Failure {
            name: name.to_owned(),
            expected: serde_json::from_str(&expected).unwrap_or_else(|error| panic!("{name}/expect.json: {error}")),
            before: documents(&format!("{FOLDER}{name}/")),
            fixed: documents(&format!("{FOLDER}{name}/fixed/")),
        }
    });
    all.collect()
}

fn check(documents: &[(String, String)]) -> CheckAnswer {
    let settings = Settings::default();
    let engine = Engine {
        rules: irsa_lint_rules::RULES,
        catalogue: irsa_lint_rules::providers::catalogue(),
        errors: irsa_lint_rules::errors::KNOWN,
        settings: &settings,
        schedule: &InOrder,
    };
    let inputs = documents.iter().map(|(name, text)| Input { file: SourceFile::new(name, text), named: false, pasted: false });
    engine.check(&engine.load(inputs.collect()))
}

/// All that a finding says.
fn words(finding: &Diagnostic) -> String {
    let related = finding.related.iter().map(|(_, message)| message.as_str());
    [finding.message.as_str(), finding.help.as_str()].into_iter().chain(related).collect::<Vec<_>>().join("\n")
}

fn shown<'a>(findings: impl IntoIterator<Item = &'a Diagnostic>) -> String {
    let lines = findings.into_iter().map(|d| format!("    {} {}: {}\n      {}", d.severity.name(), d.rule, d.message, d.help));
    lines.collect::<Vec<_>>().join("\n")
}

/// What is wrong with the answer to a failure.
fn fault(failure: &Failure) -> Option<String> {
    let word = |name: &str| failure.expected[name].as_str().unwrap_or_else(|| panic!("{}: `{name}` is missing", failure.name));
    let answer = check(&failure.before);
    let found = &answer.diagnostics;
    if !answer.errors.is_empty() {
        return Some(format!("cannot be read: {}", answer.errors[0].message));
    }
    if word("severity") == "none" {
        let bad: Vec<_> = found.iter().filter(|d| d.severity >= Severity::Warning).collect();
        return (!bad.is_empty()).then(|| format!("is not in the documents, and yet:\n{}", shown(bad)));
    }
    let own: Vec<_> = found.iter().filter(|d| d.rule == word("rule") && d.severity.name() == word("severity")).collect();
    if own.is_empty() {
        return Some(format!("is not found as {} `{}`, but:\n{}", word("severity"), word("rule"), shown(found)));
    }
    let mentions: Vec<&str> = failure.expected["mentions"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let explains = |d: &&Diagnostic| mentions.iter().all(|mention| words(d).contains(mention));
    (!own.iter().any(explains)).then(|| format!("does not speak of {mentions:?}:\n{}", shown(own)))
}

#[test]
fn every_failure_is_found_and_explained() {
    let failures = failures();
    let faults: Vec<String> = failures.iter().filter_map(|failure| Some(format!("{} {}", failure.name, fault(failure)?))).collect();
    assert!(faults.is_empty(), "{} of {} failures:\n{}", faults.len(), failures.len(), faults.join("\n"));
    assert!(failures.len() >= 155, "only {} failures were found", failures.len());
}

#[test]
fn nothing_is_said_of_the_corrected_documents() {
    let mut faults = Vec::new();
    for failure in failures().iter().filter(|failure| !failure.fixed.is_empty()) {
        let answer = check(&failure.fixed);
        let bad: Vec<_> = answer.diagnostics.iter().filter(|d| d.severity >= Severity::Warning).collect();
        if !bad.is_empty() || !answer.errors.is_empty() {
            faults.push(format!("{}: {:?}\n{}", failure.name, answer.errors, shown(bad)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_failure_is_whole() {
    let mut titles = BTreeSet::new();
    for failure in failures() {
        let word = |name: &str| failure.expected[name].as_str().unwrap_or_else(|| panic!("{}: `{name}` is missing", failure.name));
        assert!(titles.insert(word("title").to_owned()), "{}: two failures are titled `{}`", failure.name, word("title"));
        assert!(!word("class").is_empty() && !failure.before.is_empty(), "{}", failure.name);
        let known = irsa_lint_rules::RULES.iter().any(|rule| rule.meta().id == word("rule"));
        assert!(known || word("severity") == "none", "{}: no rule is called `{}`", failure.name, word("rule"));
        let differs = failure.fixed != failure.before;
        assert!(differs, "{}: the corrected documents are the same", failure.name);
    }
}
