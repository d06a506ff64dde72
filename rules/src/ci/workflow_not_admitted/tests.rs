//! Which jobs get in, and what is said of those that do not.

use irsa_lint_core::diagnostic::{Diagnostic, Severity};

use crate::testing::{check, of_rule};

const GITHUB: &str = "token.actions.githubusercontent.com";
const ARN: &str = "arn:aws:iam::111122223333:role/deploy";

fn workflow(on: &str, job: &str, role: &str) -> String {
    format!(
        "on: {on}\npermissions: {{id-token: write}}\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n{job}    steps:\n      - uses: aws-actions/configure-aws-credentials@v4\n        with: {{role-to-assume: '{role}', aws-region: eu-west-1}}\n"
    )
}

fn policy(operator: &str, subject: &str) -> String {
    format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{GITHUB}"}}, "Condition": {{"StringEquals": {{"{GITHUB}:aud": "sts.amazonaws.com"}}, "{operator}": {{"{GITHUB}:sub": {subject}}}}}}}]}}"#
    )
}

fn findings(on: &str, job: &str, subject: &str) -> Vec<Diagnostic> {
    let answer = check(&[("deploy.yml", &workflow(on, job, ARN)), ("trust.json", &policy("StringLike", &format!("\"{subject}\"")))]);
    of_rule(&answer, "workflow-not-admitted").into_iter().cloned().collect()
}

fn severities(on: &str, job: &str, subject: &str) -> Vec<Severity> {
    findings(on, job, subject).iter().map(|d| d.severity).collect()
}

#[test]
fn a_role_for_others_names_them() {
    let trust = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"#;
    let role = format!(r#"{{"Role": {{"RoleName": "deploy", "Path": "/", "Arn": "{ARN}", "AssumeRolePolicyDocument": {trust}}}}}"#);
    let answer = check(&[("deploy.yml", &workflow("push", "", ARN)), ("role.json", &role)]);
    let found = of_rule(&answer, "workflow-not-admitted");
    assert!(found.len() == 1 && found[0].message.contains("trusts `ec2.amazonaws.com`"), "{found:?}");
}

#[test]
fn an_environment_hides_the_branch() {
    let found = findings("{push: {branches: [main]}}", "    environment: {name: production}\n", "repo:acme-example/web:ref:refs/heads/*");
    let words = ["environment", "`repo:acme-example/web:environment:production`", "has no branch"];
    assert!(words.iter().all(|word| found[0].message.contains(word)), "{}", found[0].message);
    assert!(found[0].place.pointer.to_string().ends_with("StringLike/token.actions.githubusercontent.com:sub"));
    for fine in [
        "repo:acme-example/web:environment:production",
        "repo:acme-example/web:*",
        "repo:acme-example/*",
        "repo:acme-*/web:environment:prod*",
    ] {
        assert_eq!(severities("push", "    environment: production\n", fine), [], "{fine}");
    }
    assert_eq!(severities("push", "    environment: '${{ inputs.stage }}'\n", "repo:acme-example/web:ref:refs/heads/main"), []);
    let matrix = "    strategy: {matrix: {stage: [dev, live]}}\n    environment: ${{ matrix.stage }}\n";
    let found = findings("push", matrix, "repo:acme-example/web:ref:refs/heads/main");
    assert!(found[0].message.contains("`repo:acme-example/web:environment:dev`"), "{}", found[0].message);
    assert_eq!(severities("push", matrix, "repo:acme-example/web:environment:live"), []);
}

#[test]
fn what_starts_the_job_decides() {
    let error = [Severity::Error];
    let on_main = "repo:acme-example/web:ref:refs/heads/main";
    for (on, subject, expected) in [
        ("{push: {branches: [master]}}", on_main, &error[..]),
        ("{push: {branches: [main]}}", on_main, &[]),
        ("{push: {branches: ['**']}}", on_main, &[]),
        ("{push: {branches: ['ma?in']}}", on_main, &[]),
        ("{push: {branches-ignore: [x]}}", on_main, &[]),
        ("{push: {tags: ['v*']}}", on_main, &error[..]),
        ("{push: {tags: ['v*']}}", "repo:acme-example/web:ref:refs/tags/v*", &[]),
        ("push", on_main, &[]),
        ("pull_request", on_main, &error[..]),
        ("{pull_request: {branches: [main]}}", "repo:acme-example/web:pull_request", &[]),
        ("pull_request_target", on_main, &[]),
        ("release", on_main, &error[..]),
        ("{schedule: [{cron: '0 0 * * *'}]}", on_main, &[]),
        ("workflow_call", on_main, &[]),
        ("{workflow_call: {}, push: {tags: [x]}}", "repo:acme-example/web:environment:prod", &[Severity::Warning]),
        ("some_new_event", on_main, &[]),
        ("workflow_dispatch", "repo:acme-example/web:environment:prod", &error[..]),
    ] {
        assert_eq!(severities(on, "", subject), expected, "{on} {subject}");
    }
}

#[test]
fn one_trigger_of_several_is_no_error_and_a_guard_silences_it() {
    let subject = "repo:acme-example/web:ref:refs/heads/main";
    assert_eq!(severities("[push, pull_request]", "", subject), [Severity::Info]);
    assert_eq!(severities("{push: {tags: ['v*']}, workflow_dispatch: {}}", "", subject), [Severity::Warning]);
    assert_eq!(severities("[push, pull_request]", "    if: github.event_name == 'push'\n", subject), []);
    assert_eq!(severities("[push, pull_request]", "    needs: build\n", subject), []);
}

#[test]
fn subjects_of_another_form_are_left_alone_and_ids_are_no_other_form() {
    for other in [
        "repo:acme-example/web",
        "repo:acme-example/web:main",
        "repository_owner:acme-example",
        "repo:acme-example/web:environment:prod:ref:refs/heads/main",
    ] {
        assert_eq!(severities("push", "", other), [], "{other}");
    }
    assert_eq!(severities("push", "", "repo:acme-example@123/web@456:ref:refs/heads/main"), []);
    assert_eq!(severities("push", "", "repo:acme-example@123/web@456:environment:x"), [Severity::Error]);
}

#[test]
fn the_letter_case_of_an_environment_is_no_certain_mistake() {
    let found = findings("push", "    environment: production\n", "repo:acme-example/web:environment:Production");
    assert!(found.len() == 1 && found[0].severity == Severity::Warning && found[0].message.contains("letter case"), "{found:?}");
    assert_eq!(severities("push", "    environment: production\n", "repo:acme-example/web:environment:Prod"), [Severity::Error]);
}

#[test]
fn a_condition_on_the_environment_itself() {
    let found = |job: &str| {
        let claim = format!(r#""StringEquals": {{"{GITHUB}:environment": "production", "#);
        let policy = policy("StringLike", "\"repo:acme-example/web:*\"").replace(r#""StringEquals": {"#, &claim);
        let answer = check(&[("deploy.yml", &workflow("push", job, ARN)), ("trust.json", &policy)]);
        of_rule(&answer, "workflow-not-admitted").len()
    };
    assert_eq!(found("    environment: production\n"), 0);
    assert_eq!(found("    environment: '${{ inputs.stage }}'\n"), 0);
    assert_eq!(found("    environment: staging\n"), 1);
    assert_eq!(found(""), 1);
}

#[test]
fn a_policy_with_a_fault_of_its_own_is_not_told_twice() {
    let star = policy("StringEquals", "\"repo:acme-example/web:*\"");
    let answer = check(&[("deploy.yml", &workflow("push", "", ARN)), ("trust.json", &star)]);
    assert!(of_rule(&answer, "workflow-not-admitted").is_empty());
    assert!(!of_rule(&answer, "literal-wildcard").is_empty());
}

#[test]
fn a_role_for_others_and_a_role_that_is_not_in_the_run() {
    let eks = crate::testing::policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b", "ISSUER:aud": "sts.amazonaws.com"}}"#);
    let role =
        |arn: &str| format!(r#"{{"Role": {{"RoleName": "deploy", "Path": "/", "Arn": "{arn}", "AssumeRolePolicyDocument": {eks}}}}}"#);
    let found = |workflow: &str, document: &str| {
        let answer = check(&[("deploy.yml", workflow), ("role.json", document)]);
        of_rule(&answer, "workflow-not-admitted").len()
    };
    assert_eq!(found(&workflow("push", "", ARN), &role(ARN)), 1);
    assert_eq!(found(&workflow("push", "", ARN), &eks), 0, "a cluster's policy is not taken for the job's role");
    assert_eq!(found(&workflow("push", "", ARN), &role("arn:aws:iam::444455556666:role/deploy")), 0);
    assert_eq!(found(&workflow("push", "", "${{ secrets.ROLE }}"), &role(ARN)), 0);
    assert_eq!(found(&workflow("push", "", ARN).replace("aws-region", "role-chaining: true, aws-region"), &role(ARN)), 0);
    let own = workflow("push", "", ARN).replace("ubuntu-latest", "self-hosted").replace("id-token: write", "contents: read");
    assert_eq!(found(&own, &role(ARN)), 0, "the runner has credentials of its own");
}
