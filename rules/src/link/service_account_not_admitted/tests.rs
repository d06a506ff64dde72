//! Where a ServiceAccount is let in, and what is said where it is not.

use irsa_lint_core::diagnostic::Diagnostic;

use crate::testing::{ISSUER, check, of_rule, policy};

fn account(namespace: &str, name: &str, more: &str) -> String {
    let namespace = if namespace.is_empty() { String::new() } else { format!("  namespace: {namespace}\n") };
    format!(
        "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {name}\n{namespace}  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/app\n{more}"
    )
}

fn role(policy: &str) -> String {
    format!(
        r#"{{"Role": {{"RoleName": "app", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/app", "AssumeRolePolicyDocument": {policy}}}}}"#
    )
}

fn subject(operator: &str, value: &str) -> String {
    policy(&format!(r#"{{"{operator}": {{"ISSUER:sub": {value}}}, "StringEqualsIgnoreCase": {{"ISSUER:aud": "sts.amazonaws.com"}}}}"#))
}

fn found(account: &str, policy: &str, more: &[(&str, &str)]) -> Vec<Diagnostic> {
    let role = role(policy);
    let mut files = vec![("sa.yaml", account), ("role.json", role.as_str())];
    files.extend(more);
    of_rule(&check(&files), "service-account-not-admitted").into_iter().cloned().collect()
}

fn cluster(id: &str) -> String {
    let issuer = ISSUER.replace("EXAMPLED539D4633E53DE1B716D3041E", id);
    format!(
        r#"{{"cluster": {{"name": "demo", "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/demo", "identity": {{"oidc": {{"issuer": "https://{issuer}"}}}}}}}}"#
    )
}

#[test]
fn stays_silent_where_the_role_admits_it() {
    let own = account("prod", "app", "");
    for (operator, value) in [
        ("StringEquals", r#""system:serviceaccount:prod:app""#),
        ("StringEquals", r#"["system:serviceaccount:dev:app", "system:serviceaccount:prod:app"]"#),
        ("StringLike", r#""system:serviceaccount:*:app""#),
        ("StringLike", r#""system:serviceaccount:prod:a*""#),
        ("StringNotEquals", r#""system:serviceaccount:prod:other""#),
    ] {
        assert!(found(&own, &subject(operator, value), &[]).is_empty(), "{operator} {value}");
    }
    assert!(found(&account("", "app", ""), &subject("StringEquals", r#""system:serviceaccount:prod:app""#), &[]).is_empty());
    let same = cluster("EXAMPLED539D4633E53DE1B716D3041E");
    assert!(found(&own, &subject("StringEquals", r#""system:serviceaccount:prod:app""#), &[("c.json", &same)]).is_empty());
}

#[test]
fn stays_silent_where_the_policy_has_a_fault_of_its_own() {
    let own = account("prod", "app", "");
    for (operator, value) in [
        ("StringEquals", r#""system:serviceaccount:prod:*""#),
        ("StringEquals", r#""prod:app""#),
        ("StringLike", r#""serviceaccount:prod:other""#),
    ] {
        assert!(found(&own, &subject(operator, value), &[]).is_empty(), "{operator} {value}");
    }
    assert!(found(&own, &subject("StringEquals", r#""system:serviceaccount:dev:app""#).replace("WithWebIdentity", ""), &[]).is_empty());
    assert!(
        found(
            &own,
            &subject("StringEquals", r#""system:serviceaccount:prod:app""#).replace(r#""sts.amazonaws.com""#, r#""sts.amazon.com""#),
            &[]
        )
        .is_empty()
    );
}

#[test]
fn says_what_differs() {
    let message = |account: &str, policy: &str, more: &[(&str, &str)]| {
        let found = found(account, policy, more);
        assert_eq!(found.len(), 1, "{account} {policy}");
        found[0].message.clone()
    };
    let exact = subject("StringEquals", r#""system:serviceaccount:prod:app""#);
    assert!(message(&account("dev", "app", ""), &exact, &[]).contains("the namespace differs, the role admits `prod/app`"));
    assert!(message(&account("", "api", ""), &exact, &[]).contains("does not admit ServiceAccount `api`"));
    assert!(message(&account("prod", "api", ""), &exact, &[]).contains("the name differs"));
    let pattern = subject("StringLike", r#""system:serviceaccount:prod-*:app""#);
    assert!(message(&account("prod", "app", ""), &pattern, &[]).contains("`system:serviceaccount:prod-*:app`"));
    let audience = account("prod", "app", "    eks.amazonaws.com/audience: vault\n");
    assert!(message(&audience, &exact, &[]).contains("the audience `vault`, the role admits `sts.amazonaws.com`"));
    let vault = exact.replace(r#""sts.amazonaws.com""#, r#""vault""#);
    assert!(message(&account("prod", "app", ""), &vault, &[]).contains("the audience `sts.amazonaws.com`, the role admits `vault`"));
    let pod = "kind: Pod\nmetadata: {name: p, namespace: prod}\nspec: {serviceAccountName: app, volumes: [{name: t, projected: {sources: [{serviceAccountToken: {audience: vault, path: t}}]}}]}\n";
    assert!(found(&account("prod", "app", ""), &vault, &[("pod.yaml", pod)]).is_empty(), "the Pod has a token of its own");
    let other = cluster("EXAMPLEAAAA4633E53DE1B716D3041E0");
    assert!(message(&account("prod", "app", ""), &exact, &[("c.json", &other)]).contains("trusts another cluster"));
    let ec2 = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"#;
    assert!(message(&account("prod", "app", ""), ec2, &[]).contains("trusts `ec2.amazonaws.com` and no web identity"));
}

#[test]
fn an_association_wins_over_the_annotation() {
    let association = r#"{"association": {"clusterName": "demo", "namespace": "dev", "serviceAccount": "app", "roleArn": "arn:aws:iam::111122223333:role/other"}}"#;
    let exact = subject("StringEquals", r#""system:serviceaccount:prod:app""#);
    assert!(found(&account("dev", "app", ""), &exact, &[("a.json", association)]).is_empty());
}
