//! What rules' tests have in common: a run over texts.

use irsa_lint_core::diagnostic::{Diagnostic, Severity};
use irsa_lint_core::engine::answer::CheckAnswer;
use irsa_lint_core::engine::{Engine, InOrder, Input, Settings};
use irsa_lint_core::source::SourceFile;

/// Checks files, given as name and text, with all rules.
pub fn check(files: &[(&str, &str)]) -> CheckAnswer {
    let settings = Settings::default();
    let engine = Engine {
        rules: crate::RULES,
        catalogue: crate::providers::catalogue(),
        errors: crate::errors::KNOWN,
        settings: &settings,
        schedule: &InOrder,
    };
    let inputs = files.iter().map(|(name, text)| Input { file: SourceFile::new(*name, *text), named: true, pasted: true });
    let case = engine.load(inputs.collect());
    engine.check(&case)
}

/// The ids of errors and warnings found, sorted, each once.
pub fn bad_rules(answer: &CheckAnswer) -> Vec<&'static str> {
    let bad = answer.diagnostics.iter().filter(|d| d.severity >= Severity::Warning);
    let mut ids: Vec<&'static str> = bad.map(|d| d.rule).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The findings of one rule.
pub fn of_rule<'a>(answer: &'a CheckAnswer, rule: &str) -> Vec<&'a Diagnostic> {
    answer.diagnostics.iter().filter(|d| d.rule == rule).collect()
}

/// The issuer of most examples, without `https://`.
pub const ISSUER: &str = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E";

/// A trust policy of one statement for [`ISSUER`]; `ISSUER` in the condition stands for it.
pub fn policy(condition: &str) -> String {
    let condition = condition.replace("ISSUER", ISSUER);
    format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{ISSUER}"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {condition}}}]}}"#
    )
}
