//! Every end that a link may have.

use super::*;
use crate::document::{Context, read};
use crate::source::FileId;

const ISSUER: &str = "oidc.eks.eu-west-1.amazonaws.com/id/A1";

fn estate_with(texts: &[&str], settings: EstateSettings) -> Estate {
    let mut documents = Documents::default();
    for (file, text) in (0..).zip(texts) {
        documents.append(read(FileId(file), text, &Context::default()));
    }
    Estate::new(documents, settings)
}

fn estate(texts: &[&str]) -> Estate {
    estate_with(texts, EstateSettings::default())
}

fn trust(account: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Federated":"arn:aws:iam::{account}:oidc-provider/{ISSUER}"}},"Action":"sts:AssumeRoleWithWebIdentity"}}]}}"#
    )
}

fn live_role(account: &str, path: &str, name: &str) -> String {
    format!(
        r#"{{"Role":{{"RoleName":"{name}","Path":"{path}","Arn":"arn:aws:iam::{account}:role{path}{name}","AssumeRolePolicyDocument":{}}}}}"#,
        trust(account)
    )
}

/// A plan of roles whose ARNs only apply knows: name and trust policy of each.
fn plan(roles: &[(&str, &str)]) -> String {
    let changes = roles.iter().map(|(name, policy)| {
        let name = if name.is_empty() { String::new() } else { format!(r#""name":"{name}","#) };
        let unknown = if name.is_empty() { r#","name":true"# } else { "" };
        let policy = policy.replace('"', "\\\"");
        format!(
            r#"{{"address":"aws_iam_role.r{}","type":"aws_iam_role","name":"r","change":{{"actions":["create"],"after":{{{name}"path":"/","assume_role_policy":"{policy}"}},"after_unknown":{{"arn":true{unknown}}}}}}}"#,
            policy.len()
        )
    });
    format!(r#"{{"format_version":"1.2","resource_changes":[{}]}}"#, changes.collect::<Vec<_>>().join(","))
}

fn account(namespace: &str, name: &str, arn: &str) -> String {
    let namespace = if namespace.is_empty() { String::new() } else { format!("namespace: {namespace}, ") };
    let annotations = if arn.is_empty() { String::new() } else { format!(", annotations: {{eks.amazonaws.com/role-arn: '{arn}'}}") };
    format!("kind: ServiceAccount\nmetadata: {{{namespace}name: {name}{annotations}}}\n---\n")
}

fn pod(namespace: &str, account: &str) -> String {
    let namespace = if namespace.is_empty() { String::new() } else { format!("namespace: {namespace}, ") };
    let account = if account.is_empty() { String::new() } else { format!("serviceAccountName: {account}") };
    format!("kind: Pod\napiVersion: v1\nmetadata: {{{namespace}name: p}}\nspec: {{{account}}}\n---\n")
}

const APP: &str = "arn:aws:iam::111122223333:role/app";

#[test]
fn a_role_is_found_by_its_arn_in_any_order_of_files() {
    let (role, account) = (live_role("111122223333", "/", "app"), account("n", "s", APP));
    for texts in [[role.as_str(), account.as_str()], [account.as_str(), role.as_str()]] {
        let estate = estate(&texts);
        assert_eq!(estate.role_of(ServiceAccountId(0)), &Link::To(RoleId(0)));
        assert_eq!(estate.accounts_of(RoleId(0)), [ServiceAccountId(0)]);
        assert_eq!(estate.role_account(RoleId(0)), Some("111122223333"));
    }
}

#[test]
fn a_planned_role_has_the_account_of_its_provider_or_of_the_user() {
    let planned = plan(&[("app", &trust("111122223333"))]);
    let estate = estate(&[&planned, &account("n", "s", APP)]);
    assert_eq!(estate.role_arn(RoleId(0)), Stated::Is(APP.into()));
    assert_eq!(estate.role_of(ServiceAccountId(0)), &Link::To(RoleId(0)));
    let settings = EstateSettings { account: Some("444455556666".into()), ..EstateSettings::default() };
    let estate = estate_with(&[&planned, &account("n", "s", APP)], settings);
    assert_eq!(estate.role_of(ServiceAccountId(0)), &Link::Missing { wanted: APP.into() });
    assert_eq!(estate.near_roles(APP), [NearMiss { role: RoleId(0), differs: Difference::Account }]);
}

#[test]
fn a_planned_role_of_no_known_account_matches_by_path_and_name() {
    let none = r#"{"Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    let estate_one = estate(&[&plan(&[("app", none)]), &account("n", "s", APP)]);
    assert_eq!(estate_one.role_of(ServiceAccountId(0)), &Link::To(RoleId(0)));
    let two = format!(r#"[{},{}]"#, plan(&[("app", none)]), plan(&[("app", none)]));
    let estate_two = estate(&[&two, &account("n", "s", APP)]);
    assert_eq!(estate_two.role_of(ServiceAccountId(0)), &Link::Ambiguous(vec![RoleId(0), RoleId(1)]));
    let unknown = estate(&[&plan(&[("", none)]), &account("n", "s", APP)]);
    assert!(matches!(unknown.role_of(ServiceAccountId(0)), Link::Unknown(_)));
}

#[test]
fn no_annotation_and_a_templated_one() {
    let estate = estate(&[&account("n", "s", ""), &account("n", "t", "arn:aws:iam::{{ .Values.account }}:role/x")]);
    assert_eq!(estate.role_of(ServiceAccountId(0)), &Link::None);
    assert!(matches!(estate.role_of(ServiceAccountId(1)), Link::Unknown(_)));
}

#[test]
fn a_lone_bare_policy_is_taken_for_the_role_that_all_annotations_name() {
    let (policy, one) = (trust("111122223333"), account("n", "s", APP));
    for texts in [[policy.as_str(), one.as_str()], [one.as_str(), policy.as_str()]] {
        let estate = estate(&texts);
        assert_eq!(estate.role_of(ServiceAccountId(0)), &Link::To(RoleId(0)));
        assert_eq!(estate.adopted().map(|adopted| adopted.accounts.clone()), Some(vec![ServiceAccountId(0)]));
        assert_eq!((estate.role_arn(RoleId(0)), estate.role_name(RoleId(0))), (Stated::Is(APP.into()), Some("app")));
    }
    let adopted = |texts: &[&str]| estate(texts).adopted().is_some();
    let other = account("n", "t", "arn:aws:iam::111122223333:role/other");
    assert!(!adopted(&[&policy, &one, &other]), "two roles are named");
    assert!(!adopted(&[&policy, &policy, &one]), "two policies");
    assert!(!adopted(&[&policy, &one, &live_role("111122223333", "/", "app")]), "another document describes it");
    assert!(!adopted(&[&policy, &account("n", "s", "")]), "nothing is named");
    assert!(adopted(&[&policy, &one, &live_role("111122223333", "/", "else")]));
}

#[test]
fn a_lone_bare_policy_is_taken_for_the_role_that_all_jobs_name() {
    let job = |arn: &str| format!("on: push\njobs:\n  d:\n    steps:\n    - {{uses: x/y@v1, with: {{role-to-assume: '{arn}'}}}}\n");
    let policy = trust("111122223333").replace(ISSUER, "token.actions.githubusercontent.com");
    let (app, other) = (job(APP), job("arn:aws:iam::111122223333:role/other"));
    let adopted = |texts: &[&str]| estate(texts).adopted().map(|adopted| adopted.arn.to_string());
    assert_eq!(adopted(&[&policy, &app]).as_deref(), Some(APP));
    assert_eq!(adopted(&[&policy, &app, &account("n", "s", "arn:aws:iam::111122223333:role/pod")]).as_deref(), Some(APP));
    assert_eq!(adopted(&[&policy, &app, &other]), None);
    let described = live_role("111122223333", "/", "other");
    assert_eq!(adopted(&[&policy, &app, &other, &described]).as_deref(), Some(APP), "the other one is in the run");
    assert_eq!(adopted(&[&policy, &job("${{ secrets.ROLE }}")]), None);
    assert_eq!(adopted(&[&trust("111122223333"), &app]), None, "a cluster's policy");
    assert_eq!(adopted(&[&policy, &app, &live_role("111122223333", "/", "app")]), None);
}

#[test]
fn a_policy_is_tied_by_hand() {
    let settings = EstateSettings { role_of: vec![(FileId(1), APP.into())], ..EstateSettings::default() };
    let policy = trust("444455556666");
    let estate = estate_with(&[&policy, &policy, &account("n", "s", APP)], settings);
    assert_eq!(estate.role_of(ServiceAccountId(0)), &Link::To(RoleId(1)));
    assert_eq!(estate.role_account(RoleId(1)), Some("111122223333"));
    assert_eq!((estate.role_arn(RoleId(0)), estate.adopted()), (Stated::Absent, None));
}

#[test]
fn near_misses_of_roles() {
    let estate = estate(&[&live_role("111122223333", "/team/", "payments-api"), &live_role("111122223333", "/", "web")]);
    let near = |arn: &str| estate.near_roles(arn).into_iter().map(|miss| (miss.role.0, miss.differs)).collect::<Vec<_>>();
    assert_eq!(near("arn:aws:iam::444455556666:role/team/payments-api"), [(0, Difference::Account)]);
    assert_eq!(near("arn:aws:iam::111122223333:role/payments-api"), [(0, Difference::Path)]);
    assert_eq!(near("arn:aws-cn:iam::111122223333:role/team/payments-api"), [(0, Difference::Partition)]);
    assert_eq!(near("arn:aws:iam::111122223333:role/team/paymens-api"), [(0, Difference::Name(1))]);
    assert_eq!(near("arn:aws:iam::111122223333:role/Web"), [(1, Difference::Name(0))]);
    assert_eq!(near("arn:aws:iam::111122223333:role/api"), []);
}

#[test]
fn a_workload_runs_as_the_account_of_its_namespace() {
    let accounts = format!("{}{}", account("a", "s", APP), account("b", "s", ""));
    let of = |pod: &str| estate(&[&accounts, pod]).service_account_of(WorkloadId(0)).clone();
    assert_eq!(of(&pod("b", "s")), Link::To(ServiceAccountId(1)));
    assert_eq!(of(&pod("c", "s")), Link::Missing { wanted: "c/s".into() });
    assert_eq!(of(&pod("a", "")), Link::Missing { wanted: "a/default".into() });
    assert_eq!(of(&pod("", "s")), Link::Ambiguous(vec![ServiceAccountId(0), ServiceAccountId(1)]));
    assert!(matches!(of(&pod("a", "'{{ .Values.name }}'")), Link::Unknown(_)));
    let near = estate(&[&accounts]).near_service_accounts(Some("c"), "s");
    assert_eq!(near.iter().map(|miss| miss.account.0).collect::<Vec<_>>(), [0, 1]);
    let near = estate(&[&account("a", "payments", "")]).near_service_accounts(Some("a"), "payment");
    assert_eq!(near[0].differs, Difference::Name(1));
}

#[test]
fn an_unknown_namespace_matches_any() {
    let estate_any = estate(&[&account("", "s", APP), &pod("a", "s")]);
    assert_eq!(estate_any.service_account_of(WorkloadId(0)), &Link::To(ServiceAccountId(0)));
    assert_eq!(estate_any.workloads_of(ServiceAccountId(0)), [WorkloadId(0)]);
    // The one of that very namespace is nearer than one of none.
    let exact = estate(&[&account("", "s", ""), &account("a", "s", APP), &pod("a", "s")]);
    assert_eq!(exact.service_account_of(WorkloadId(0)), &Link::To(ServiceAccountId(1)));
    // Two documents of one object.
    let same = estate(&[&account("a", "s", APP), &account("a", "s", APP), &pod("a", "s")]);
    assert_eq!(same.service_account_of(WorkloadId(0)), &Link::To(ServiceAccountId(0)));
}

#[test]
fn associations_by_namespace_and_name() {
    let association = |namespace: &str| {
        format!(r#"{{"association":{{"clusterName":"c","namespace":"{namespace}","serviceAccount":"s","roleArn":"{APP}"}}}}"#)
    };
    let of = |texts: &[&str]| estate(texts).association_of(ServiceAccountId(0));
    assert_eq!(of(&[&account("a", "s", ""), &association("b"), &association("a")]), Link::To(AssociationId(1)));
    assert_eq!(of(&[&account("c", "s", ""), &association("a")]), Link::Missing { wanted: "c/s".into() });
    assert_eq!(
        of(&[&account("", "s", ""), &association("a"), &association("b")]),
        Link::Ambiguous(vec![AssociationId(0), AssociationId(1)])
    );
}

#[test]
fn providers_by_issuer_and_account() {
    let list = |accounts: &[&str]| {
        let arns = accounts.iter().map(|a| format!(r#"{{"Arn":"arn:aws:iam::{a}:oidc-provider/{ISSUER}"}}"#)).collect::<Vec<_>>();
        format!(r#"{{"OpenIDConnectProviderList":[{}]}}"#, arns.join(","))
    };
    let get = format!(r#"{{"Url":"https://{ISSUER}","ClientIDList":["sts.amazonaws.com"]}}"#);
    let both = estate(&[&list(&["111122223333"]), &get]);
    assert_eq!(both.provider_of(ISSUER, Some("111122223333")), Link::To(ProviderId(1)), "the one that shows its client ids");
    let two = estate(&[&list(&["111122223333"]), &list(&["444455556666"])]);
    assert_eq!(two.provider_of(ISSUER, Some("444455556666")), Link::To(ProviderId(1)));
    assert_eq!(two.provider_of(ISSUER, None), Link::Ambiguous(vec![ProviderId(0), ProviderId(1)]));
    assert!(matches!(two.provider_of(ISSUER, Some("777788889999")), Link::Missing { .. }));
    assert!(matches!(two.provider_of(&format!("{ISSUER}/"), None), Link::Missing { .. }));
    assert!(two.lists(Listed::Providers, Some("444455556666")) && !two.lists(Listed::Providers, Some("777788889999")));
    let with_role = estate(&[&get, &live_role("111122223333", "/", "app")]);
    assert_eq!(with_role.client_ids(RoleId(0), ISSUER), Stated::Is(vec!["sts.amazonaws.com".into()]));
    let unknown = r#"{"resource_changes":[{"address":"aws_iam_openid_connect_provider.x","type":"aws_iam_openid_connect_provider","name":"x","change":{"actions":["create"],"after":{"client_id_list":["a"]},"after_unknown":{"url":true}}}]}"#;
    assert!(matches!(estate(&[unknown]).provider_of(ISSUER, None), Link::Unknown(_)));
}

#[test]
fn an_empty_list_is_of_the_account_that_the_run_is_about() {
    let empty = r#"{"OpenIDConnectProviderList":[]}"#;
    let one = estate(&[empty, &live_role("111122223333", "/", "app")]);
    assert!(one.lists(Listed::Providers, Some("111122223333")));
    let two = estate(&[empty, &live_role("111122223333", "/", "app"), &live_role("444455556666", "/", "app")]);
    assert!(!two.lists(Listed::Providers, Some("111122223333")));
    assert!(!one.lists(Listed::Roles, Some("111122223333")));
}

#[test]
fn the_cluster_is_the_runs_only_one_or_the_users() {
    let cluster = |name: &str, id: &str| {
        format!(
            r#"{{"cluster":{{"name":"{name}","arn":"arn:aws:eks:eu-west-1:111122223333:cluster/{name}","identity":{{"oidc":{{"issuer":"https://{id}"}}}}}}}}"#
        )
    };
    assert_eq!(estate(&[]).cluster_issuer(), &Stated::Absent);
    let one = estate(&[&cluster("c", ISSUER), &cluster("c", ISSUER)]);
    assert_eq!(one.cluster_issuer(), &Stated::Is(ISSUER.into()));
    assert_eq!(one.cluster_of(ISSUER), Link::To(ClusterId(0)));
    assert!(matches!(one.cluster_of("x"), Link::Missing { .. }));
    let two = [cluster("c", ISSUER), cluster("d", "x")];
    assert!(estate(&[&two[0], &two[1]]).cluster_issuer().is_unknown());
    let settings = EstateSettings { cluster_issuer: Some("https://x".into()), ..EstateSettings::default() };
    assert_eq!(estate_with(&[&two[0], &two[1]], settings).cluster_issuer(), &Stated::Is("x".into()));
}

#[test]
fn documents_of_one_role_are_one_role() {
    let role = live_role("111122223333", "/", "app");
    let bare = role.replace(&trust("111122223333"), "null");
    let estate_live = estate(&[&bare, &role]);
    assert_eq!(estate_live.roles().count(), 1);
    assert!(estate_live.role(RoleId(0)).unwrap().trust.policy().is_some(), "the richer one stays");
    // What differs stays two: neither may hide what the other admits.
    let other = role.replace("AssumeRoleWithWebIdentity", "AssumeRole");
    assert_eq!(estate(&[&role, &other]).roles().count(), 2);
    let planned = plan(&[("app", &trust("111122223333"))]);
    let address = format!("aws_iam_role.r{}", trust("111122223333").replace('"', "\\\"").len());
    let state = format!(
        r#"{{"format_version":"1.0","values":{{"root_module":{{"resources":[{{"address":"{address}","mode":"managed","type":"aws_iam_role","name":"r","values":{{"name":"old","arn":"{APP}"}}}}]}}}}}}"#
    );
    for texts in [[planned.as_str(), state.as_str()], [state.as_str(), planned.as_str()]] {
        let estate = estate(&texts);
        assert_eq!(estate.roles().count(), 1);
        assert_eq!((estate.role_name(RoleId(0)), estate.role_arn(RoleId(0))), (Some("app"), Stated::Is(APP.into())));
    }
    assert_eq!(estate(&[&planned, &planned]).roles().count(), 2, "the same address in two plans says nothing");
}

#[test]
fn faces_may_share_it_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Estate>();
    shared::<crate::document::Work<'_>>();
}

#[test]
fn roles_by_name_or_arn() {
    let estate = estate(&[&live_role("111122223333", "/", "app"), &live_role("444455556666", "/", "app")]);
    assert_eq!(estate.roles_named("app"), [RoleId(0), RoleId(1)]);
    assert_eq!(estate.roles_named("arn:aws:iam::444455556666:role/app"), [RoleId(1)]);
    assert_eq!(estate.roles_named("x"), []);
}
