//! Pictures of small runs. Findings are the rules' affair: here the evaluator and the documents speak.

use super::*;
use crate::engine::{InOrder, Input, Settings};
use crate::provider::Catalogue;
use crate::source::SourceFile;

const ISSUER: &str = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E";
const ROLE: &str = "arn:aws:iam::111122223333:role/app";

fn role(subject: &str) -> String {
    format!(
        r#"{{"Role": {{"RoleName": "app", "Arn": "{ROLE}", "Path": "/", "AssumeRolePolicyDocument": {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow",
        "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{ISSUER}"}}, "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {{"StringEquals": {{"{ISSUER}:sub": "{subject}", "{ISSUER}:aud": "sts.amazonaws.com"}}}}}}]}}}}}}"#
    )
}

fn account(name: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {name}\n  namespace: prod\n  annotations:\n    eks.amazonaws.com/role-arn: {ROLE}\n---\n"
    )
}

fn pictures(texts: &[String]) -> Vec<Picture> {
    let (settings, catalogue) = (Settings::default(), Catalogue::new(&[]));
    let engine = Engine { rules: &[], catalogue: &catalogue, errors: &[], settings: &settings, schedule: &InOrder };
    let input = |(at, text): (usize, &String)| {
        let path = if text.starts_with('{') { format!("{at}.json") } else { format!("{at}.yaml") };
        Input { file: SourceFile::new(path, text.clone()), named: true, pasted: true }
    };
    let case = engine.load(texts.iter().enumerate().map(input).collect());
    let who = engine.who(&case, None);
    engine.chain(&case, &[], &who.roles)
}

fn nodes(picture: &Picture, kind: NodeKind) -> Vec<&Node> {
    picture.nodes.iter().filter(|node| node.kind == kind).collect()
}

fn line<'p>(picture: &'p Picture, label: &str) -> &'p Line {
    picture.links.iter().find(|line| line.label.starts_with(label)).unwrap()
}

#[test]
fn draws_from_issuer_to_workload() {
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: prod\nspec:\n  template:\n    spec:\n      serviceAccountName: app\n      containers: [{name: a}]\n";
    let all = pictures(&[role("system:serviceaccount:prod:app"), account("app") + deployment]);
    let [picture] = all.as_slice() else { panic!("{all:?}") };
    let kinds: Vec<_> = picture.nodes.iter().map(|node| (node.kind.name(), node.state.name())).collect();
    let expected =
        [("role", "ok"), ("policy", "ok"), ("cluster", "ok"), ("provider", "unknown"), ("service_account", "ok"), ("workload", "ok")];
    assert_eq!(kinds, expected);
    let sub = line(picture, "sub system:serviceaccount:prod:app");
    assert_eq!((sub.state, sub.reason.as_str()), (State::Ok, ""));
    assert_eq!(line(picture, "annotation eks.amazonaws.com/role-arn").state, State::Ok);
    assert_eq!(line(picture, "serviceAccountName").state, State::Ok);
    let provider = line(picture, "aud sts.amazonaws.com");
    assert_eq!((provider.state, provider.rule), (State::Unknown, None), "{provider:?}");
    assert!(nodes(picture, NodeKind::Provider)[0].detail.contains("not among these documents"));
}

#[test]
fn a_subject_that_the_policy_does_not_admit_is_broken() {
    let all = pictures(&[role("system:serviceaccount:prod:api"), account("app")]);
    let sub = line(&all[0], "sub system:serviceaccount:prod:app");
    assert_eq!(sub.state, State::Broken);
    assert!(sub.reason.contains("system:serviceaccount:prod:api"), "{}", sub.reason);
    // Without a namespace nobody can tell.
    let loose = account("app").replace("  namespace: prod\n", "");
    let admitted = pictures(&[role("system:serviceaccount:prod:app"), loose.clone()]);
    assert_eq!(line(&admitted[0], "sub").state, State::Ok);
    assert_eq!(line(&pictures(&[role("system:serviceaccount:prod:api"), loose])[0], "sub").state, State::Unknown);
}

#[test]
fn a_provider_is_missing_only_where_all_are_listed() {
    let list = r#"{"OpenIDConnectProviderList": [{"Arn": "arn:aws:iam::111122223333:oidc-provider/other.example.com"}]}"#;
    let subject = "system:serviceaccount:prod:app";
    let missing = pictures(&[role(subject), list.to_owned()]);
    assert_eq!(nodes(&missing[0], NodeKind::Provider)[0].state, State::Missing);
    let there = pictures(&[role(subject), list.replace("other.example.com", ISSUER)]);
    assert_eq!(nodes(&there[0], NodeKind::Provider)[0].state, State::Ok);
}

#[test]
fn what_is_too_much_is_counted() {
    let accounts: String = (0..15).map(|at| account(&format!("app-{at}"))).collect();
    let all = pictures(&[role("system:serviceaccount:prod:app-1"), accounts.clone()]);
    assert_eq!(nodes(&all[0], NodeKind::ServiceAccount).len(), 12);
    assert_eq!(all[0].more, [More { of: 0, kind: NodeKind::ServiceAccount, count: 3 }]);
    // A role of which there is no document.
    let named = pictures(&[accounts]);
    assert!(named.len() == 1 && named[0].role.is_none());
    assert_eq!(nodes(&named[0], NodeKind::Role)[0].state, State::Unknown);
    assert_eq!(line(&named[0], "annotation").state, State::Unknown);
}

#[test]
fn an_association_wins_over_the_annotation() {
    let association = format!(
        r#"{{"association": {{"clusterName": "c", "namespace": "prod", "serviceAccount": "app", "roleArn": "{ROLE}", "associationArn": "arn:aws:eks:eu-west-1:111122223333:podidentityassociation/c/a-1", "associationId": "a-1"}}}}"#
    );
    let all = pictures(&[role("system:serviceaccount:prod:app"), account("app"), association]);
    let served = line(&all[0], "pods.eks.amazonaws.com");
    assert_eq!(served.state, State::Broken, "{all:?}");
    assert!(line(&all[0], "annotation").reason.contains("takes precedence"));
    assert!(all[0].links.iter().all(|line| !line.label.starts_with("sub ")));
}
