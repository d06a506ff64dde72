//! Documents as people have them: each is read as what it is, at the place where it stands, whole or in pieces.

use super::model::{Documents, Listed, Namespace, Origin, Stated, Trust};
use super::{Context, PlanSide, Work, read};
use crate::policy::TrustPolicy;
use crate::schedule::InOrder;
use crate::source::{FileId, Span};

const FILE: FileId = FileId(0);
const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/gitlab.com"},"Action":"sts:AssumeRoleWithWebIdentity"}]}"#;

fn documents(text: &str) -> Documents {
    read(FILE, text, &Context::default())
}

/// The bytes under a span.
fn at(text: &str, span: Span) -> &str {
    text.get(span.range()).unwrap()
}

fn first_policy(documents: &Documents) -> &TrustPolicy {
    documents.roles[0].trust.policy().unwrap()
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// A plan of one role whose policy stands in it as an escaped string.
fn plan(policy: &str, unknown: &str) -> String {
    let after = if policy.is_empty() { String::new() } else { format!(r#","assume_role_policy":"{}""#, escaped(policy)) };
    format!(
        r#"{{"format_version":"1.2","planned_values":{{"root_module":{{}}}},"resource_changes":[
        {{"address":"module.a[\"x\"].aws_iam_role.app[0]","mode":"managed","type":"aws_iam_role","name":"app","change":{{"actions":["create"],
        "before":null,"after":{{"name":"app","path":"/team/"{after}}},"after_unknown":{{"arn":true{unknown}}}}}}}]}}"#
    )
}

#[test]
fn a_bare_policy_and_a_policy_in_a_string() {
    let found = documents(POLICY);
    assert_eq!((found.roles.len(), found.roles[0].origin), (1, Origin::BarePolicy));
    let quoted = format!("\"{}\"", escaped(POLICY));
    let found = documents(&quoted);
    let federated = &first_policy(&found).statements[0].principals.list[0].value;
    let span = federated.inner_span();
    assert_eq!(at(&quoted, span), "arn:aws:iam::111122223333:oidc-provider/gitlab.com");
}

#[test]
fn policies_of_identities_and_resources_are_not_ours() {
    for text in [
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}"#,
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::x/*"}}"#,
        r#"{"a": 1}"#,
        "a: 1\n",
    ] {
        let found = documents(text);
        assert!(!found.recognised && found.roles.is_empty() && found.errors.is_empty(), "{text}");
    }
}

#[test]
fn roles_of_the_command_line() {
    let role =
        format!(r#"{{"Path":"/x/","RoleName":"app","Arn":"arn:aws:iam::111122223333:role/x/app","AssumeRolePolicyDocument":{POLICY}}}"#);
    let encoded = role.replace(POLICY, &format!("\"{}\"", POLICY.replace('{', "%7B").replace('"', "%22").replace('}', "%7D")));
    for text in [
        role.clone(),
        format!(r#"{{"Role":{role}}}"#),
        format!(r#"{{"Role":{encoded}}}"#),
        format!(r#"{{"Roles":[{role}]}}"#),
        format!(r#"[{{"Roles":[{role}]}}]"#),
        format!(r#"{{"RoleDetailList":[{role}],"UserDetailList":[]}}"#),
        format!(r#"{{"status_code":200,"data":{{"Roles":[{role}],"IsTruncated":false}}}}"#),
        format!("Role:\n  RoleName: app\n  Path: /x/\n  Arn: arn:aws:iam::111122223333:role/x/app\n  AssumeRolePolicyDocument: {POLICY}\n"),
    ] {
        let found = documents(&text);
        assert_eq!(found.roles.len(), 1, "{text}");
        let role = &found.roles[0];
        assert_eq!((role.name.value().unwrap().as_str(), role.path.as_str(), role.origin), ("app", "/x/", Origin::Live), "{text}");
        assert_eq!(first_policy(&found).statements[0].principals.list.len(), 1, "{text}");
        assert!(found.errors.is_empty());
    }
}

#[test]
fn a_list_is_full_unless_it_says_that_there_is_more() {
    let list = |more: &str| {
        let text = format!(r#"{{"Roles":[{{"RoleName":"a","Arn":"arn:aws:iam::111122223333:role/a"}}]{more}}}"#);
        documents(&text).full_lists.first().map(|list| (list.of, list.account.clone()))
    };
    assert_eq!(list(""), Some((Listed::Roles, Some("111122223333".into()))));
    assert_eq!(list(r#","IsTruncated":false"#), Some((Listed::Roles, Some("111122223333".into()))));
    assert_eq!(list(r#","IsTruncated":true,"Marker":"x""#), None);
    assert_eq!(list(r#","NextToken":"x""#), None);
    // What `--filter User` leaves.
    assert!(documents(r#"{"RoleDetailList":[],"UserDetailList":[]}"#).full_lists.is_empty());
    let providers = documents(r#"{"OpenIDConnectProviderList":[{"Arn":"arn:aws:iam::111122223333:oidc-provider/x.auth0.com/"}]}"#);
    assert_eq!(providers.full_lists[0].of, Listed::Providers);
    assert_eq!(providers.providers[0].issuer, Stated::Is("x.auth0.com/".into()));
}

#[test]
fn providers_clusters_and_associations() {
    let found = documents(r#"{"Url":"oidc.eks.eu-west-1.amazonaws.com/id/A1","ClientIDList":["sts.amazonaws.com"],"ThumbprintList":[]}"#);
    assert_eq!(found.providers[0].client_ids.value().unwrap()[0].text, "sts.amazonaws.com");
    let found = documents(
        r#"{"cluster":{"name":"c","arn":"arn:aws:eks:eu-west-1:111122223333:cluster/c","identity":{"oidc":{"issuer":"https://oidc.eks.eu-west-1.amazonaws.com/id/A1"}}}}"#,
    );
    assert_eq!(found.clusters[0].issuer, Stated::Is("oidc.eks.eu-west-1.amazonaws.com/id/A1".into()));
    let found = documents(
        r#"{"association":{"clusterName":"c","namespace":"n","serviceAccount":"s","roleArn":"arn:aws:iam::111122223333:role/a"}}"#,
    );
    assert_eq!(found.associations[0].role_arn.value().unwrap().text, "arn:aws:iam::111122223333:role/a");
}

#[test]
fn a_policy_in_a_plan_leads_to_the_bytes_of_the_plan() {
    let text = plan(POLICY, "");
    let found = documents(&text);
    assert_eq!(found.roles[0].address.as_deref(), Some(r#"module.a["x"].aws_iam_role.app[0]"#));
    assert!(found.roles[0].arn.is_unknown());
    let action = &first_policy(&found).statements[0].action.patterns[0];
    assert_eq!(at(&text, action.inner_span()), "sts:AssumeRoleWithWebIdentity");
    let pointer = first_policy(&found).statements[0].pointer.to_string();
    assert_eq!(pointer, r#"module.a["x"].aws_iam_role.app[0] /Statement/0"#);
    assert!(found.not_analysed.is_empty());
}

#[test]
fn what_only_apply_knows_is_said() {
    let text = plan("", r#","assume_role_policy":true"#);
    let found = documents(&text);
    assert!(matches!(found.roles[0].trust, Trust::Unknown(..)));
    assert_eq!(found.not_analysed.len(), 1);
    let note = &found.not_analysed[0];
    assert_eq!(note.message, r#"value known only after apply: module.a["x"].aws_iam_role.app[0].assume_role_policy"#);
    assert_eq!(note.place.pointer.to_string(), r#"module.a["x"].aws_iam_role.app[0] "#);
    assert_eq!(at(&text, note.place.span), "true");
}

#[test]
fn what_a_plan_destroys_is_gone_and_what_it_replaces_is_there() {
    let deleted =
        plan(POLICY, "").replace("[\"create\"]", "[\"delete\"]").replace("\"before\":null,\"after\":{", "\"after\":null,\"before\":{");
    assert!(documents(&deleted).roles.is_empty());
    let before = read(FILE, &deleted, &Context { side: PlanSide::Before, ..Context::default() });
    assert_eq!(before.roles.len(), 1);
    let replaced = plan(POLICY, "").replace("[\"create\"]", "[\"delete\",\"create\"]");
    assert_eq!(documents(&replaced).roles.len(), 1);
}

#[test]
fn kubernetes_objects_of_a_plan() {
    let change = |kind: &str, after: &str, unknown: &str| {
        format!(
            r#"{{"address":"{kind}.x","type":"{kind}","name":"x","change":{{"actions":["create"],"after":{after},"after_unknown":{unknown}}}}}"#
        )
    };
    let changes = [
        change(
            "kubernetes_service_account_v1",
            r#"{"metadata":[{"name":"app","annotations":{"a":"b"}}]}"#,
            r#"{"metadata":[{"annotations":{"eks.amazonaws.com/role-arn":true}}]}"#,
        ),
        change(
            "kubernetes_manifest",
            r#"{"manifest":{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"m","namespace":"n"}}}"#,
            "{}",
        ),
        change(
            "kubernetes_deployment",
            r#"{"metadata":[{"name":"d","namespace":"n"}],"spec":[{"template":[{"metadata":[{"labels":{"l":"1"}}],"spec":[{"service_account_name":"app","container":[{"name":"c","image":"i","env":[{"name":"AWS_ROLE_ARN","value":"x"}]}]}]}]}]}"#,
            "{}",
        ),
    ];
    let found = documents(&format!(r#"{{"resource_changes":[{}]}}"#, changes.join(",")));
    let [app, manifest] = found.service_accounts.as_slice() else { panic!("two accounts") };
    assert!(app.role_arn().unwrap().value.is_unknown());
    assert_eq!((app.namespace.known(), app.origin), (Some("default"), Origin::Terraform));
    assert_eq!(
        found.not_analysed[0].message,
        r#"value known only after apply: kubernetes_service_account_v1.x.metadata[0].annotations["eks.amazonaws.com/role-arn"]"#
    );
    assert_eq!((manifest.address.as_deref(), manifest.namespace.known()), (Some("kubernetes_manifest.x"), Some("n")));
    let workload = &found.workloads[0];
    assert_eq!((workload.kind.as_str(), workload.service_account.value().unwrap().as_str()), ("Deployment", "app"));
    assert_eq!((workload.containers[0].env.len(), workload.pod_labels.len()), (1, 1));
}

#[test]
fn states_in_both_forms() {
    let values =
        format!(r#"{{"name":"app","path":"/","arn":"arn:aws:iam::111122223333:role/app","assume_role_policy":"{}"}}"#, escaped(POLICY));
    let json = format!(
        r#"{{"format_version":"1.0","values":{{"root_module":{{"child_modules":[{{"child_modules":[{{"resources":[{{"address":"module.a.module.b.aws_iam_role.x","mode":"managed","type":"aws_iam_role","name":"x","values":{values}}}]}}]}}]}}}}}}"#
    );
    let raw = format!(
        r#"{{"version":4,"terraform_version":"1.9.0","resources":[{{"module":"module.a","mode":"managed","type":"aws_iam_role","name":"x","instances":[{{"index_key":"k","attributes":{values}}}]}}]}}"#
    );
    for (text, address) in [(json, "module.a.module.b.aws_iam_role.x"), (raw, r#"module.a.aws_iam_role.x["k"]"#)] {
        let found = documents(&text);
        assert_eq!(found.roles[0].address.as_deref(), Some(address));
        assert_eq!(found.roles[0].origin, Origin::TerraformState);
        assert_eq!(first_policy(&found).statements.len(), 1);
    }
}

#[test]
fn service_accounts_of_manifests() {
    let text = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: app\n  eks.amazonaws.com/role-arn: x\n  annotations:\n    a: one\n    a: two\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/app\n    n: 600\n---\nkind: ServiceAccount\nmetadata: {name: b, namespace: n, uid: '1'}\n";
    let found = documents(text);
    let [app, live] = found.service_accounts.as_slice() else { panic!("two accounts") };
    assert!(matches!(app.namespace, Namespace::Unknown));
    let arn = app.role_arn().unwrap();
    assert_eq!(arn.pointer.to_string(), "/metadata/annotations/eks.amazonaws.com~1role-arn");
    assert_eq!(at(text, arn.value.value().unwrap().span), "arn:aws:iam::111122223333:role/app");
    assert_eq!(app.annotation("n").unwrap().value, Stated::Absent);
    assert_eq!(app.misplaced[0].pointer.to_string(), "/metadata/eks.amazonaws.com~1role-arn");
    assert_eq!(found.duplicate_keys[0].place.pointer.to_string(), "/metadata/annotations/a");
    assert!(live.live && live.origin == Origin::Live);
}

#[test]
fn lists_of_kubectl() {
    let item = |namespace: &str| {
        format!(r#"{{"apiVersion":"v1","kind":"ServiceAccount","metadata":{{"name":"a","namespace":"{namespace}","uid":"1"}}}}"#)
    };
    let list =
        |items: &str| documents(&format!(r#"{{"apiVersion":"v1","items":[{items}],"kind":"List","metadata":{{"resourceVersion":""}}}}"#));
    let all = list(&format!("{},{}", item("a"), item("b")));
    assert_eq!((all.service_accounts.len(), all.full_lists.len()), (2, 1));
    assert_eq!(all.service_accounts[1].place.pointer.to_string(), "/items/1");
    assert!(list(&item("a")).full_lists.is_empty());
    assert!(list(&format!(r#"{},{},{{"kind":"Pod","metadata":{{"name":"p"}}}}"#, item("a"), item("b"))).full_lists.is_empty());
}

#[test]
fn workloads_of_manifests() {
    let pod = "serviceAccountName: app\n      automountServiceAccountToken: false\n      containers:\n      - name: c\n        image: i:1\n        env:\n        - {name: AWS_ROLE_ARN, value: x}\n        - {name: B, valueFrom: {}}\n      volumes:\n      - name: t\n        projected:\n          sources:\n          - serviceAccountToken: {audience: vault}\n";
    let text = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d}}\nspec:\n  template:\n    metadata:\n      annotations: {{eks.amazonaws.com/role-arn: x}}\n    spec:\n      {pod}"
    );
    let found = documents(&text);
    let workload = &found.workloads[0];
    assert_eq!(workload.service_account.value().unwrap().as_str(), "app");
    assert_eq!((workload.automount_token, workload.pod_annotations.len(), workload.annotations.len()), (Some(false), 1, 0));
    assert_eq!(workload.containers[0].env[1].1, None);
    assert_eq!(workload.tokens[0].audience.as_ref().unwrap().as_str(), "vault");
    assert_eq!(workload.pod_spec.as_ref().unwrap().pointer.to_string(), "/spec/template/spec");
    let cron = documents(
        "kind: CronJob\napiVersion: batch/v1\nmetadata: {name: c}\nspec: {jobTemplate: {spec: {template: {spec: {serviceAccount: old}}}}}\n",
    );
    assert_eq!(cron.workloads[0].service_account.value().unwrap().as_str(), "old");
    assert!(documents("kind: Job\napiVersion: batch.volcano.sh/v1alpha1\nmetadata: {name: c}\n").workloads.is_empty());
}

#[test]
fn aws_auth_leads_into_the_yaml_in_its_string() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: aws-auth, namespace: kube-system}\ndata:\n  mapRoles: |\n    - rolearn: arn:aws:iam::111122223333:role/team/x\n      username: system:node:{{EC2PrivateDNSName}}\n      groups:\n        - system:nodes\n  mapUsers: |\n    []\n";
    let found = documents(text);
    let entry = &found.aws_auth[0];
    assert_eq!(at(text, entry.arn.span), "arn:aws:iam::111122223333:role/team/x");
    assert_eq!((entry.groups.len(), entry.place.pointer.to_string().as_str()), (1, "/data/mapRoles/0"));
    assert!(found.errors.is_empty() && found.not_analysed.is_empty());
}

#[test]
fn clusters_of_argo_cd() {
    // {"awsAuthConfig":{"clusterName":"c","roleARN":"arn:aws:iam::111122223333:role/x"}}
    let config = "eyJhd3NBdXRoQ29uZmlnIjp7ImNsdXN0ZXJOYW1lIjoiYyIsInJvbGVBUk4iOiJhcm46YXdzOmlhbTo6MTExMTIyMjIzMzMzOnJvbGUveCJ9fQ==";
    let secret = |data: &str| format!("kind: Secret\nmetadata: {{name: s, labels: {{argocd.argoproj.io/secret-type: cluster}}}}\n{data}\n");
    for text in [
        secret(&format!("data: {{config: {config}, server: aHR0cHM6Ly94}}")),
        secret(
            "stringData:\n  server: https://x\n  config: |\n    {\"awsAuthConfig\":{\"clusterName\":\"c\",\"roleARN\":\"arn:aws:iam::111122223333:role/x\"}}",
        ),
    ] {
        let found = documents(&text);
        let cluster = &found.argocd_clusters[0];
        assert_eq!(cluster.role_arn.as_ref().unwrap().as_str(), "arn:aws:iam::111122223333:role/x");
        assert_eq!(cluster.server.as_ref().unwrap().as_str(), "https://x");
    }
}

#[test]
fn what_aws_auth_cannot_hold_is_told() {
    let faults = |data: &str| {
        let text = format!("kind: ConfigMap\nmetadata: {name}\ndata:\n  {data}\n", name = "{name: aws-auth}");
        let found = documents(&text);
        (found.aws_auth.len(), found.aws_auth_faults.into_iter().map(|fault| fault.what).collect::<Vec<_>>())
    };
    let entry = "{RoleARN: 'arn:aws:iam::111122223333:role/x', groups: [g]}";
    assert_eq!(faults(&format!("mapRoles: \"[{entry}]\"")), (1, vec![]));
    assert_eq!(faults("mapRoles: ''"), (0, vec![]));
    assert_eq!(faults("mapRoles: '{{ .Values.roles }}'"), (0, vec![]));
    assert_eq!(faults("mapRoles: '${roles}'"), (0, vec![]));
    assert_eq!(faults("mapRoles: |\n    %{ for name in names }\n    - rolearn: x\n    %{ endfor }").1, [""; 0]);
    let (entries, told) = faults(&format!("mapRoles: [{entry}]"));
    assert!(entries == 1 && told[0].contains("a list"), "{told:?}");
    let (entries, told) = faults(&format!("mapRoles: \"{entry}\""));
    assert!(entries == 0 && told[0].contains("not a list of entries"), "{told:?}");
    assert_eq!(faults("mapUsers: '[{rolearn: x}]'").1, ["an entry of `mapUsers` has no `userarn`"]);
}

#[test]
fn access_entries_of_the_command_line_and_of_plans() {
    let arn = "arn:aws:iam::111122223333:role/ops";
    let policy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy";
    let found = documents(&format!(
        r#"{{"accessEntry": {{"clusterName": "a", "principalArn": "{arn}", "kubernetesGroups": ["viewers"], "type": "STANDARD"}}}}"#
    ));
    let entry = &found.access_entries[0];
    assert_eq!((entry.principal.as_str(), entry.principal_place.pointer.to_string().as_str()), (arn, "/accessEntry/principalArn"));
    assert_eq!(
        (entry.groups[0].0.as_str(), entry.groups[0].1.pointer.to_string().as_str()),
        ("viewers", "/accessEntry/kubernetesGroups/0")
    );
    assert_eq!(documents(&format!(r#"{{"accessEntries": ["{arn}"]}}"#)).access_entries.len(), 1);
    assert!(!documents(r#"{"accessEntries": []}"#).recognised && !documents(r#"{"accessEntries": ["anna"]}"#).recognised);
    let policies = |scope: &str| {
        let text = format!(
            r#"{{"associatedAccessPolicies": [{{"policyArn": "{policy}", "accessScope": {{"type": "{scope}"}}}}], "clusterName": "a", "principalArn": "{arn}"}}"#
        );
        documents(&text).access_entries[0].policies.len()
    };
    assert_eq!((policies("cluster"), policies("namespace")), (1, 0));
    let plan = format!(
        r#"{{"format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": [{{"address": "aws_eks_access_policy_association.a", "mode": "managed", "type": "aws_eks_access_policy_association", "name": "a", "change": {{"actions": ["create"], "before": null, "after": {{"cluster_name": "a", "principal_arn": "{arn}", "policy_arn": "{policy}", "access_scope": [{{"type": "cluster", "namespaces": null}}]}}, "after_unknown": {{}}}}}}]}}"#
    );
    assert_eq!(documents(&plan).access_entries[0].policies[0].as_str(), policy);
}

#[test]
fn roles_that_are_to_be_assumed_from_others() {
    let pod = "kind: Pod\nmetadata: {name: p, namespace: n}\nspec: {serviceAccountName: a, containers: [{args: ['--aws-assume-role=arn:aws:iam::111122223333:role/b', --x=y]}]}\n";
    let found = documents(pod);
    let second = &found.second_roles[0];
    assert_eq!((second.asker.as_str(), at(pod, second.arn.span)), ("Pod `p`", "arn:aws:iam::111122223333:role/b"));
    assert_eq!(second.from, super::model::FirstRole::Of(Some("n".into()), "a".into()));
    let issuer = |group: &str| {
        let text = format!(
            "apiVersion: {group}/v1\nkind: Issuer\nmetadata: {{name: i}}\nspec: {{acme: {{solvers: [{{dns01: {{route53: {{role: 'arn:aws:iam::111122223333:role/b'}}}}}}]}}}}\n"
        );
        documents(&text).second_roles.len()
    };
    assert_eq!((issuer("cert-manager.io"), issuer("example.com")), (1, 0));
    let config = "kind: ConfigMap\nmetadata: {name: aws, namespace: n}\ndata:\n  config: |\n    # é\n    [profile b]\n    source_profile = a\n    role_arn=arn:aws:iam::444455556666:role/b\n    [profile a]\n    web_identity_token_file = /token\n    role_arn = arn:aws:iam::111122223333:role/a\n";
    let found = documents(config);
    assert_eq!(found.second_roles.len(), 1);
    let (second, super::model::FirstRole::Named(first, _)) = (&found.second_roles[0], &found.second_roles[0].from) else { panic!() };
    assert_eq!(at(config, second.arn.span), "arn:aws:iam::444455556666:role/b");
    assert_eq!((first.as_str(), second.place.pointer.to_string().as_str()), ("arn:aws:iam::111122223333:role/a", "/data/config"));
    let crossplane = |source: &str| {
        let text = format!(
            "apiVersion: aws.upbound.io/v1beta1\nkind: ProviderConfig\nmetadata: {{name: p}}\nspec: {{credentials: {{source: {source}}}, assumeRoleChain: [{{roleARN: 'arn:aws:iam::111122223333:role/b'}}]}}\n"
        );
        documents(&text).second_roles.len()
    };
    assert_eq!((crossplane("IRSA"), crossplane("Secret")), (1, 0));
    let plan = r#"{"format_version": "1.2", "resource_changes": [{"address": "kubernetes_deployment_v1.d", "mode": "managed", "type": "kubernetes_deployment_v1", "name": "d", "change": {"actions": ["create"], "before": null, "after": {"metadata": [{"name": "d", "namespace": "n"}], "spec": [{"template": [{"spec": [{"service_account_name": "a", "container": [{"name": "c", "args": ["--aws-assume-role=arn:aws:iam::111122223333:role/b"]}]}]}]}]}, "after_unknown": {}}}]}"#;
    assert_eq!(at(plan, documents(plan).second_roles[0].arn.span), "arn:aws:iam::111122223333:role/b");
    assert!(!documents("kind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\n").recognised);
}

#[test]
fn templates_are_not_analysed_and_never_guessed() {
    let found = documents(
        "kind: ServiceAccount\nmetadata:\n  name: app\n  annotations:\n    eks.amazonaws.com/role-arn: 'arn:aws:iam::{{ .Values.account }}:role/x'\n",
    );
    assert!(found.service_accounts[0].role_arn().unwrap().value.is_unknown());
    assert_eq!(found.not_analysed.len(), 1);
    for text in [
        "{{- if .Values.create }}\nkind: ServiceAccount\nmetadata:\n  name: {{ .x }}\n{{- end }}\n",
        "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"sts:AssumeRole\", \"Principal\": ${principal}}]}",
        "kind: ServiceAccount\nmetadata:\n  annotations:\n%{ for a in b ~}\n    a: b\n",
    ] {
        let found = documents(text);
        assert_eq!((found.not_analysed.len(), found.errors.len(), found.roles.len()), (1, 0, 0), "{text}");
        assert!(found.recognised);
    }
}

#[test]
fn broken_files_are_errors_only_if_they_are_ours() {
    let broken = POLICY.get(..POLICY.len() - 2).unwrap();
    let found = documents(broken);
    assert!(found.recognised && !found.errors.is_empty() && found.roles.len() == 1);
    assert!(documents("{\"a\": [1,").errors.is_empty());
    let pasted = read(FILE, "{\"a\": [1,", &Context { ours: true, ..Context::default() });
    assert!(!pasted.errors.is_empty());
    // A trailing comma is no JSON, though YAML would take it.
    assert_eq!(documents(&POLICY.replace("]}", ",]}")).errors.len(), 1);
    let text =
        "a: 1\n---\nkind: ServiceAccount\nmetadata:\n name: x\n  eks.amazonaws.com/y: z\n---\nkind: ServiceAccount\nmetadata: {name: ok}\n";
    let found = documents(text);
    assert!(!found.errors.is_empty());
    assert!(found.service_accounts.iter().any(|account| account.name.value().is_some_and(|name| name.text == "ok")));
}

#[test]
fn flow_yaml_lines_of_json_and_other_languages() {
    assert_eq!(documents("{kind: ServiceAccount, metadata: {name: x}}").service_accounts.len(), 1);
    assert_eq!(documents("\"kind\": ServiceAccount\nmetadata: {name: x}\n").service_accounts.len(), 1);
    let lines = format!("{POLICY}\n{POLICY}\n");
    let found = documents(&lines);
    assert_eq!((found.roles.len(), found.errors.len()), (2, 0));
    assert_eq!(found.roles[1].place.span.start as usize, POLICY.len() + 1);
    let hcl = documents("resource \"aws_iam_role\" \"x\" {\n  assume_role_policy = jsonencode({})\n}\n");
    assert!(!hcl.recognised && hcl.errors.is_empty());
    assert!(!documents("\u{feff}\n").recognised);
}

#[test]
fn a_kind_that_is_named_is_taken_as_said() {
    let text = r#"{"Version":"2012-10-17","Statement":[]}"#;
    assert!(documents(text).roles.is_empty());
    let context = Context { kind: Some("trust-policy".into()), ..Context::default() };
    assert_eq!(read(FILE, text, &context).roles.len(), 1);
}

/// What `kubectl get -o json` prints of objects: kind and namespace of each.
fn objects(objects: &[(&str, &str)]) -> String {
    let items = objects.iter().map(|(kind, namespace)| {
        format!(r#"{{"apiVersion":"v1","kind":"{kind}","metadata":{{"name":"x","namespace":"{namespace}","uid":"1"}},"spec":{{}}}}"#)
    });
    format!(r#"{{"apiVersion":"v1","items":[{}],"kind":"List","metadata":{{"resourceVersion":""}}}}"#, items.collect::<Vec<_>>().join(","))
}

/// What large documents say when they are read in pieces is what a tree of the whole says.
#[test]
fn pieces_and_whole_say_the_same() {
    let role = |name: &str| {
        format!(
            r#"{{"Path":"/","RoleName":"{name}","Arn":"arn:aws:iam::111122223333:role/{name}","Tags":[{{"a":1}}],"AssumeRolePolicyDocument":{POLICY}}}"#
        )
    };
    let values = format!(r#"{{"name":"app","arn":"a","assume_role_policy":"{}"}}"#, escaped(POLICY));
    let resource = format!(
        r#"{{"address":"data.aws_iam_role.x","mode":"data","type":"aws_iam_role","name":"x","values":{values}}},{{"type":"null"}}"#
    );
    let known = plan(POLICY, "");
    let prior = known.replacen('{', &format!(r#"{{"prior_state":{{"values":{{"root_module":{{"resources":[{resource}]}}}}}},"#), 1);
    let state = format!(
        r#"{{"format_version":"1","values":{{"root_module":{{"resources":[{resource}],"child_modules":[{{"resources":[{resource}]}}]}}}}}}"#
    );
    for text in [
        known.clone(),
        prior,
        plan("", r#","assume_role_policy":true"#),
        plan(POLICY, "").replace("\"format_version\"", "\"x\""),
        state.clone(),
        state.replace("\"values\":{\"root_module\"", "\"planned_values\":{\"root_module\""),
        format!(
            r#"{{"version":4,"terraform_version":"1","resources":[{{"mode":"managed","type":"aws_iam_role","name":"x","instances":[{{"attributes":{values}}}]}},{{"type":"y"}}]}}"#
        ),
        format!(r#"{{"Roles":[{},{}]}}"#, role("a"), role("b")),
        format!(r#"{{"Roles":[{}],"IsTruncated":true}}"#, role("a")),
        format!(r#"{{"UserDetailList":[],"RoleDetailList":[{},{}]}}"#, role("a"), role("b")),
        r#"{"RoleDetailList":[]}"#.to_owned(),
        r#"{"Roles":[{"Other":1}]}"#.to_owned(),
        objects(&[("ServiceAccount", "a"), ("ServiceAccount", "b")]),
        objects(&[("ServiceAccount", "a"), ("ServiceAccount", "a")]),
        objects(&[("ServiceAccount", "a"), ("Pod", "b")]),
        objects(&[("Other", "a")]),
        POLICY.to_owned(),
        known.get(..known.len() - 3).unwrap().to_owned(),
    ] {
        for side in [PlanSide::After, PlanSide::Before] {
            let context = Context { side, ..Context::default() };
            let whole = read(FILE, &text, &context);
            let work = Work::plan_from(0, FILE, &text, &context, &InOrder);
            let mut pieces = Documents::default();
            work.tasks().iter().for_each(|task| pieces.append(work.run(task)));
            assert_eq!(format!("{whole:?}"), format!("{pieces:?}"), "{text}");
        }
    }
}

#[test]
fn a_policy_that_iam_could_not_store_is_an_error_and_takes_no_time() {
    let statement = r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole"}"#;
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, vec![statement; 100_000].join(","));
    let found = read(FileId(0), &text, &Context::default());
    assert_eq!(found.errors.len(), 1);
    assert!(found.errors[0].message.contains("8,192 characters"), "{}", found.errors[0].message);
    assert!(found.recognised && found.roles[0].trust.policy().is_none());
}

#[test]
fn what_a_pod_says_of_users_and_tokens() {
    let pod = documents(
        "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: a, labels: {own: x}}\nspec: {template: {metadata: {labels: {pods: x}}, spec: {securityContext: {runAsUser: 1000}, containers: [{name: c, securityContext: {runAsNonRoot: true}, volumeMounts: [{name: t, mountPath: /aws}]}], volumes: [{name: t, projected: {sources: [{serviceAccountToken: {path: token}}]}}]}}}\n",
    );
    let workload = &pod.workloads[0];
    assert_eq!((workload.kind.as_str(), workload.labels.len(), workload.pod_labels.len()), ("Rollout", 1, 1));
    assert_eq!(workload.security.run_as_user.as_deref(), Some("1000"));
    assert_eq!((workload.security.fs_group, workload.containers[0].security.run_as_non_root), (false, Some(true)));
    assert_eq!(workload.containers[0].mounts, [("t".into(), "/aws".into())]);
    assert_eq!((workload.tokens[0].path.as_str(), workload.tokens[0].audience.is_none()), ("token", true));
}

#[test]
fn pods_of_a_list_need_not_repeat_their_kind() {
    let list = documents("apiVersion: v1\nkind: PodList\nitems: [{metadata: {name: a, uid: x}, spec: {serviceAccountName: b}}]\n");
    assert_eq!((list.workloads[0].kind.as_str(), list.workloads[0].live), ("Pod", true));
    let spark = "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {name: etl}\nspec: {driver: {serviceAccount: a}, executor: {}}\n";
    assert_eq!(documents(spark).workloads.len(), 2);
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {template: {spec: {}}}\n";
    assert!(documents(service).workloads.is_empty(), "no Knative service");
}

#[test]
fn the_webhooks_own_map_and_the_list_of_webhooks() {
    let map = documents(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: pod-identity-webhook}\ndata: {config: '{\"*/api\": {\"RoleARN\": \"x\"}, \"odd\": 1}'}\n",
    );
    let entries: Vec<_> = map.webhook_entries.iter().map(|entry| (entry.namespace.as_str(), entry.name.as_str())).collect();
    assert_eq!(entries, [("*", "api")]);
    let item = "{kind: MutatingWebhookConfiguration, metadata: {name: a}, webhooks: [{name: b}]}";
    let list = |items: &str| documents(&format!("apiVersion: v1\nkind: List\nitems: [{items}]\n"));
    assert_eq!((list(item).mutating_webhooks[0].names.len(), list(item).full_lists.len()), (2, 1));
    assert_eq!(list(&format!("{item}, {{kind: ConfigMap}}")).full_lists.len(), 0);
}
