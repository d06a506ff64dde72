//! Pairs of trust policies and what changed between them.

use super::*;
use crate::engine::{InOrder, Input, Settings};
use crate::provider::Catalogue;
use crate::source::SourceFile;

const ISSUER: &str = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E";

fn statement(conditions: &str) -> String {
    let conditions = conditions.replace("ISS", ISSUER);
    format!(
        r#"{{"Effect": "Allow", "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{ISSUER}"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {conditions}}}"#
    )
}

fn subjects(list: &str) -> String {
    let list = list.split(' ').map(|subject| format!("\"system:serviceaccount:{subject}\"")).collect::<Vec<_>>().join(", ");
    statement(&format!(r#"{{"StringEquals": {{"ISS:aud": "sts.amazonaws.com"}}, "StringLike": {{"ISS:sub": [{list}]}}}}"#))
}

fn role(name: &str, statements: &[String]) -> String {
    format!(
        r#"{{"RoleName": "{name}", "Arn": "arn:aws:iam::111122223333:role/{name}", "Path": "/", "AssumeRolePolicyDocument": {{"Version": "2012-10-17", "Statement": [{}]}}}}"#,
        statements.join(", ")
    )
}

fn compared(before: &[String], after: &[String]) -> Vec<RoleChange> {
    let (settings, catalogue) = (Settings::default(), Catalogue::new(&[]));
    let engine = Engine { rules: &[], catalogue: &catalogue, errors: &[], settings: &settings, schedule: &InOrder };
    let load = |roles: &[String]| {
        let text = format!(r#"{{"Roles": [{}]}}"#, roles.join(", "));
        engine.load(vec![Input { file: SourceFile::new("roles.json", text), named: true, pasted: true }])
    };
    engine.compare(&load(before), &load(after)).roles
}

fn one(before: &[String], after: &[String]) -> RoleChange {
    compared(&[role("payments", before)], &[role("payments", after)]).remove(0)
}

#[test]
fn says_who_is_newly_let_in() {
    let change = one(&[subjects("prod:app")], &[subjects("prod:app dev:*")]);
    assert_eq!(change.change(), Change::Wider, "{change:?}");
    assert!(change.unknown.is_none() && change.removed.is_empty());
    let grant = &change.added[0].grant;
    assert!(
        grant.examples.len() == 3 && grant.examples.iter().all(|subject| subject.starts_with("system:serviceaccount:dev:")),
        "{grant:?}"
    );
    assert!(change.sentence.starts_with("`payments` newly lets in ") && change.sentence.contains("dev"), "{}", change.sentence);
    let back = one(&[subjects("prod:app dev:*")], &[subjects("prod:app")]);
    assert_eq!((back.change(), &back.removed[0].grant), (Change::Narrower, grant));
    let both = one(&[subjects("prod:app")], &[subjects("prod:api")]);
    assert_eq!(both.change(), Change::Both);
    assert_eq!(both.added[0].grant.examples, ["system:serviceaccount:prod:api"]);
    assert_eq!(both.removed[0].grant.examples, ["system:serviceaccount:prod:app"]);
}

#[test]
fn no_change_is_proved_and_not_seen_by_the_text() {
    let split = [subjects("prod:app"), subjects("prod:api")];
    let change = one(&split, &[subjects("prod:api prod:app prod:app")]);
    assert_eq!((change.change(), change.sentence.as_str()), (Change::None, "`payments` lets in exactly the same callers as before"));
    assert_eq!(one(&[subjects("prod:*")], &[subjects("prod:* prod:app")]).change(), Change::None);
    let deny = subjects("prod:app").replace("Allow", "Deny");
    assert_eq!(one(&[subjects("prod:app dev:app"), deny], &[subjects("dev:app")]).change(), Change::None);
}

#[test]
fn conditions_that_no_token_decides() {
    let bound = |address: &str, ns: &str| {
        statement(&format!(
            r#"{{"StringEquals": {{"ISS:sub": "system:serviceaccount:{ns}:app"}}, "IpAddress": {{"aws:SourceIp": "{address}"}}}}"#
        ))
    };
    let free = |ns: &str| statement(&format!(r#"{{"StringEquals": {{"ISS:sub": "system:serviceaccount:{ns}:app"}}}}"#));
    let dropped = one(&[bound("10.0.0.0/8", "prod")], &[free("prod")]);
    assert_eq!((dropped.change(), dropped.added[0].outright, dropped.unknown), (Change::Wider, false, None));
    assert_eq!(dropped.added[0].only_where, ["aws:SourceIp"]);
    assert!(dropped.sentence.contains("whatever `aws:SourceIp` says"), "{}", dropped.sentence);
    let changed = one(&[bound("10.0.0.0/8", "prod")], &[bound("0.0.0.0/0", "prod")]);
    assert_eq!(changed.change(), Change::Unknown, "{changed:?}");
    // The same condition before and after is no doubt about the rest.
    let beside = one(&[bound("10.0.0.0/8", "prod")], &[free("dev"), bound("10.0.0.0/8", "prod")]);
    assert_eq!((beside.change(), beside.unknown, beside.added.len()), (Change::Wider, None, 1));
    let fresh = one(&[free("dev")], &[free("dev"), bound("10.0.0.0/8", "prod")]);
    assert_eq!((fresh.added[0].outright, fresh.added[0].grant.residual.as_slice()), (true, &["aws:SourceIp".into()][..]));
    let outside = bound("10.0.0.0/8", "prod").replace("Allow", "Deny").replace("IpAddress", "NotIpAddress");
    let lifted = one(&[free("prod"), outside.clone()], &[free("prod")]);
    assert_eq!((lifted.change(), lifted.added[0].only_where.as_slice()), (Change::Wider, &["aws:SourceIp".into()][..]), "{lifted:?}");
    assert_eq!(one(&[free("prod")], &[free("prod"), outside]).change(), Change::Narrower);
}

#[test]
fn other_principals_and_roles_of_one_state() {
    let aws = |condition: &str| {
        format!(r#"{{"Effect": "Allow", "Principal": {{"AWS": "arn:aws:iam::444455556666:root"}}, "Action": "sts:AssumeRole"{condition}}}"#)
    };
    let added = one(&[subjects("prod:app")], &[subjects("prod:app"), aws("")]);
    assert_eq!(
        (added.change(), added.principals_added.as_slice()),
        (Change::Wider, &["AWS: arn:aws:iam::444455556666:root".to_owned()][..])
    );
    let external = aws(r#", "Condition": {"StringEquals": {"sts:ExternalId": "x"}}"#);
    let loosened = one(&[external], &[aws("")]);
    assert_eq!(loosened.change(), Change::Unknown);
    assert!(loosened.sentence.contains("444455556666"), "{}", loosened.sentence);
    let roles = compared(
        &[role("old", &[subjects("prod:app")]), role("kept", &[subjects("prod:app")])],
        &[role("kept", &[subjects("prod:app")]), role("new", &[subjects("dev:app")])],
    );
    let seen: Vec<_> = roles.iter().map(|role| (role.before.is_some(), role.after.is_some(), role.change())).collect();
    assert_eq!(seen, [(true, true, Change::None), (false, true, Change::Wider), (true, false, Change::Narrower)]);
    assert!(roles[2].sentence.starts_with("`old` is gone and no longer lets in "), "{}", roles[2].sentence);
    let open = one(&[subjects("prod:app")], &[subjects("<NAMESPACE>:app")]);
    assert!(open.unknown.is_some(), "{open:?}");
}

#[test]
fn an_audience_that_is_no_longer_asked_for() {
    let free = statement(r#"{"StringEquals": {"ISS:sub": "system:serviceaccount:prod:app"}}"#);
    let change = one(&[subjects("prod:app")], &[free]);
    assert_eq!(change.change(), Change::Wider);
    assert!(change.sentence.ends_with("with any audience but `sts.amazonaws.com`"), "{}", change.sentence);
}
