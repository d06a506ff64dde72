//! What of each provider is too wide, and how much: one table over all of them. Info about names is left out where it is of no interest.

use irsa_lint_core::diagnostic::Severity;

use crate::testing::check;

/// The findings about breadth for a statement with this condition, worst first: rule and first letter of the severity.
fn breadth(issuer: &str, condition: &str) -> String {
    let built_in = ["accounts.google.com", "cognito-identity.amazonaws.com", "www.amazon.com", "graph.facebook.com"].contains(&issuer);
    let principal = if built_in { issuer.to_owned() } else { format!("arn:aws:iam::111122223333:oidc-provider/{issuer}") };
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Federated": "{principal}"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {}}}]}}"#,
        condition.replace("ISSUER", issuer)
    );
    let answer = check(&[("a.json", &text)]);
    let undecided: Vec<_> = answer.not_analysed.iter().filter(|not| not.message.contains("budget")).collect();
    assert!(undecided.is_empty(), "{issuer} {condition}: {undecided:?}");
    let of_interest = |rule: &str| !["refused-by-iam", "recyclable-name", "github-id-subject", "shadowed-statement"].contains(&rule);
    let mut found: Vec<(Severity, &str)> =
        answer.diagnostics.iter().filter(|d| of_interest(d.rule)).map(|d| (d.severity, d.rule)).collect();
    found.sort_by(|a, b| b.cmp(a));
    let shown: Vec<String> = found.iter().map(|(severity, rule)| format!("{rule} {}", severity.name())).collect();
    shown.join(", ")
}

/// The same for a pattern of the subject, beside an audience that is usual.
fn of_subject(issuer: &str, audience: &str, subject: &str) -> String {
    breadth(issuer, &format!(r#"{{"StringEquals": {{"ISSUER:aud": "{audience}"}}, "StringLike": {{"ISSUER:sub": "{subject}"}}}}"#))
}

const STRANGERS: &str = "shared-issuer-strangers error";
const TENANT: &str = "whole-tenant warning";
const DIRECTORY: &str = "whole-tenant error";
const CALLED: &str = "called-workflow warning";
const BRANCH: &str = "any-branch info";
const PULLS: &str = "pull-request-subject info";
const CLUSTER: &str = "any-service-account error";
const NAMESPACES: &str = "open-namespace-prefix error";
const NAMESPACE: &str = "any-namespace error";
const NAMES: &str = "any-name-in-namespace warning";
const FINE: &str = "";
const STS: &str = "sts.amazonaws.com";

/// Issuer, audience, and patterns of the subject with what is to be found.
type Row = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const CI: &[Row] = &[
    (
        "token.actions.githubusercontent.com",
        STS,
        &[
            ("*", STRANGERS),
            ("?*", STRANGERS),
            ("**", STRANGERS),
            ("repo:*", STRANGERS),
            ("repo:octo*/*", STRANGERS),
            ("repo:octo-org*", STRANGERS),
            ("repo:octo-org*/octo-repo:*", STRANGERS),
            ("repo:*/octo-repo:*", STRANGERS),
            ("repo:octo-???/octo-repo:*", STRANGERS),
            ("*octo-org/octo-repo:*", STRANGERS),
            ("*:environment:production", STRANGERS),
            ("job_workflow_ref:*", STRANGERS),
            ("repo:octo-org/*", TENANT),
            ("repo:octo-org/octo-repo*", TENANT),
            ("repo:octo-org/*:environment:production", TENANT),
            ("repo:octo-org@1/*", TENANT),
            ("repository_owner:octo-org:*", TENANT),
            ("job_workflow_ref:octo-org/shared/.github/workflows/deploy.yml@refs/heads/main", CALLED),
            ("job_workflow_ref:octo-org/*", CALLED),
            ("repo:octo-org/octo-repo:*", BRANCH),
            ("repo:octo-org/octo-repo:ref:*", BRANCH),
            ("repo:octo-org/octo-repo:ref:refs/heads/*", BRANCH),
            ("repo:octo-org/octo-repo:ref:refs/tags/v*", BRANCH),
            ("repo:octo-org/octo-repo:environment:*", BRANCH),
            ("repo:octo-org@1/octo-repo@2:*", BRANCH),
            ("repo:octo-org/octo-repo:pull_request", PULLS),
            ("repo:octo-org@1/octo-repo@2:pull_request", PULLS),
            ("repo:octo-org/octo-repo:ref:refs/heads/main", FINE),
            ("repo:octo-org/octo-repo:environment:production", FINE),
            ("repo:octo-org@1/octo-repo@2:environment:production", FINE),
            ("repo:octo-org/octo-repo-?:environment:production", FINE),
            ("repository_id:2", FINE),
        ],
    ),
    (
        "token.actions.githubusercontent.com/octocat-inc",
        STS,
        &[
            ("repo:*", TENANT),
            ("repo:octo-org/*", TENANT),
            ("repo:octo-org/octo-repo:*", BRANCH),
            ("repo:octo-org/octo-repo:pull_request", PULLS),
            ("repo:octo-org/octo-repo:environment:production", FINE),
        ],
    ),
    (
        "token.actions.octocorp.ghe.com",
        STS,
        &[
            ("*", TENANT),
            ("repo:octo-org*", TENANT),
            ("repo:octo-org/octo-repo:*", BRANCH),
            ("repo:octo-org/octo-repo:pull_request", PULLS),
            ("repo:octo-org/octo-repo:ref:refs/heads/main", FINE),
        ],
    ),
    (
        "github.example.com/_services/token",
        STS,
        &[("repo:octo-org/*", TENANT), ("repo:octo-org/octo-repo:*", BRANCH), ("repo:octo-org/octo-repo:ref:refs/heads/main", FINE)],
    ),
    (
        "gitlab.com",
        "https://gitlab.com",
        &[
            ("*", STRANGERS),
            ("**", STRANGERS),
            ("project_path:*", STRANGERS),
            ("project_path:my*/*", STRANGERS),
            ("project_path:mygroup*:ref_type:branch:ref:main", STRANGERS),
            ("project_path:mygroup/*", TENANT),
            ("project_path:mygroup/*:ref_type:branch:ref:main", TENANT),
            ("project_path:mygroup/app:*", BRANCH),
            ("project_path:mygroup/app:ref_type:branch:ref:*", BRANCH),
            ("project_path:mygroup/app:ref_type:tag:ref:v*", BRANCH),
            ("project_path:mygroup/sub/app:ref_type:branch:ref:main", FINE),
        ],
    ),
    (
        "gitlab.example.com",
        "https://gitlab.example.com",
        &[
            ("project_path:*", TENANT),
            ("project_path:mygroup/*", TENANT),
            ("project_path:mygroup/app:*", BRANCH),
            ("project_path:mygroup/app:ref_type:branch:ref:main", FINE),
        ],
    ),
    (
        "agent.buildkite.com",
        STS,
        &[
            ("organization:*", STRANGERS),
            ("organization:acme*", STRANGERS),
            ("organization:acme-inc:*", TENANT),
            ("organization:acme-inc:pipeline:deploy*", TENANT),
            ("organization:acme-inc:pipeline:deploy:*", BRANCH),
            ("organization:acme-inc:pipeline:deploy:ref:refs/heads/main:*", FINE),
        ],
    ),
    (
        "api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc",
        "ari:cloud:bitbucket::workspace/aaaaaaaa-0000-4000-8000-000000000001",
        &[
            ("*", TENANT),
            ("{*}:*", TENANT),
            ("{aaaaaaaa-0000-4000-8000-000000000001}:*", BRANCH),
            ("{aaaaaaaa-0000-4000-8000-000000000001}:{bbbbbbbb-0000-4000-8000-000000000002}:*", FINE),
        ],
    ),
    (
        "oidc.circleci.com/org/2f1c3b44-aaaa-bbbb-cccc-1234567890ab",
        "2f1c3b44-aaaa-bbbb-cccc-1234567890ab",
        &[
            ("*", TENANT),
            ("org/2f1c3b44-aaaa-bbbb-cccc-1234567890ab/*", TENANT),
            ("org/2f1c3b44-aaaa-bbbb-cccc-1234567890ab/project/*/user/*", TENANT),
            ("org/2f1c3b44-aaaa-bbbb-cccc-1234567890ab/project/9988aaaa-0000-4000-8000-000000000000/user/*", FINE),
        ],
    ),
    (
        "oidc.codefresh.io",
        "https://g.codefresh.io",
        &[("account:*", STRANGERS), ("account:5f30:*", TENANT), ("account:5f30:pipeline:64de:*", FINE)],
    ),
    (
        "my-org.semaphoreci.com",
        "https://my-org.semaphoreci.com",
        &[("org:my-org:*", TENANT), ("org:my-org:project:936a5312-a3b8-4921-8b3f-2cec8baac574:*", BRANCH)],
    ),
    (
        "vstoken.dev.azure.com/d1a8f71c-7f64-45ad-9c5c-19c2f469d620",
        "api://AzureADTokenExchange",
        &[("sc://my-org/*", TENANT), ("sc://my-org/shop/aws-production", FINE)],
    ),
];

const DEPLOYMENT: &[Row] = &[
    (
        "app.terraform.io",
        "aws.workload.identity",
        &[
            ("organization:*", STRANGERS),
            ("organization:my-org*", STRANGERS),
            ("*:workspace:prod:*", STRANGERS),
            ("organization:my-org:*", TENANT),
            ("organization:my-org:project:*:workspace:prod:run_phase:*", TENANT),
            ("organization:my-org:project:shop:workspace:*:run_phase:*", TENANT),
            ("organization:my-org:project:shop:workspace:prod:run_phase:*", FINE),
            ("organization:my-org:project:shop:workspace:prod:run_phase:apply", FINE),
        ],
    ),
    (
        "acme.app.spacelift.io",
        "acme.app.spacelift.io",
        &[("*", TENANT), ("space:root:*", TENANT), ("space:prod-01:stack:shop:run_type:TRACKED:scope:write", FINE)],
    ),
    (
        "oidc.vercel.com/acme",
        "https://vercel.com/acme",
        &[
            ("owner:acme:*", TENANT),
            ("owner:acme:project:*:environment:production", TENANT),
            ("owner:acme:project:shop:*", BRANCH),
            ("owner:acme:project:shop:environment:production", FINE),
        ],
    ),
    ("oidc.fly.io/acme", STS, &[("*", TENANT), ("acme:*", TENANT), ("acme:shop:*", FINE)]),
    ("scalr.io", STS, &[("account:*", STRANGERS), ("account:acme:*", TENANT), ("account:acme:environment:prod:workspace:shop", FINE)]),
    ("api.cursor.com", STS, &[("user:*", STRANGERS), ("team_id:1", FINE)]),
];

const EKS: &str = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E";

const CLUSTERS: &[Row] = &[
    (
        EKS,
        STS,
        &[
            ("*", CLUSTER),
            ("?*", CLUSTER),
            ("system:serviceaccount:*", CLUSTER),
            ("system:serviceaccount:*:*", CLUSTER),
            ("system:serviceaccount:prod*", NAMESPACES),
            ("system:serviceaccount:prod*:app", NAMESPACES),
            ("system:serviceaccount:prod-*:*", NAMESPACES),
            ("system:serviceaccount:*:app", NAMESPACE),
            ("system:serviceaccount:prod:*", NAMES),
            ("system:serviceaccount:prod:app*", NAMES),
            ("system:serviceaccount:prod-?:app", FINE),
            ("system:serviceaccount:prod:app", FINE),
        ],
    ),
    (
        "oidc.op1.openshiftapps.com/2j8efj68qregg90ldmjcj7nbv0p9t3pf",
        "openshift",
        &[
            ("system:serviceaccount:openshift-*:*", NAMESPACES),
            ("system:serviceaccount:my-app:*", NAMES),
            ("system:serviceaccount:my-app:sa", FINE),
        ],
    ),
    (
        "oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb",
        STS,
        &[("system:serviceaccount:*", STRANGERS), ("system:serviceaccount:mytenantid:*", FINE)],
    ),
    (
        "container.googleapis.com/v1/projects/p/locations/europe-west1/clusters/c",
        STS,
        &[("*", CLUSTER), ("system:serviceaccount:prod*", NAMESPACES), ("system:serviceaccount:prod:app", FINE)],
    ),
    (
        "eastus.oic.prod-aks.azure.com/ffffffff-eeee-dddd-cccc-bbbbbbbbbbb0/00000000-0000-0000-0000-000000000000/",
        STS,
        &[("system:serviceaccount:*", CLUSTER), ("system:serviceaccount:prod:*", NAMES), ("system:serviceaccount:prod:app", FINE)],
    ),
    ("my-store.s3.eu-west-1.amazonaws.com", STS, &[("system:serviceaccount:prod:*", NAMES), ("system:serviceaccount:prod:app", FINE)]),
];

const PEOPLE: &[Row] = &[
    (
        "sts.windows.net/11111111-2222-3333-4444-555555555555/",
        "api://app",
        &[("*", DIRECTORY), ("0f0f0f0f-0000-4000-8000-000000000000", FINE)],
    ),
    (
        "login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0",
        "0f0f0f0f-0000-4000-8000-000000000000",
        &[("*", DIRECTORY), ("0f0f0f0f-0000-4000-8000-000000000000", FINE)],
    ),
    ("login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0", "0f0f0f0f-0000-4000-8000-000000000000", &[("*", STRANGERS)]),
    ("acme.eu.auth0.com/", "client", &[("*", DIRECTORY), ("auth0|*", TENANT), ("XCaSnYut7Tl4ubdR7pKzkjBym19JRoBl@clients", FINE)]),
    ("acme.okta.com/oauth2/default", "api://default", &[("*", DIRECTORY), ("00u*", TENANT), ("00u1abcd2EFGHijkl3m4", FINE)]),
    ("cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123", "0123456789abcdefghijklmnop", &[("*", FINE)]),
    (
        "0f0f0f0f-0000-4000-8000-000000000000.tokens.sts.global.api.aws",
        STS,
        &[("*", DIRECTORY), ("arn:aws:iam::123456789012:role/*", TENANT), ("arn:aws:iam::123456789012:role/DataProcessing", FINE)],
    ),
];

/// Conditions that do not ask for the subject.
const CLAIMS: &[(&str, &str, &str)] = &[
    ("token.actions.githubusercontent.com", r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com"}}"#, STRANGERS),
    (
        "token.actions.githubusercontent.com",
        r#"{"StringEquals": {"ISSUER:actor": "octocat", "ISSUER:aud": "sts.amazonaws.com"}}"#,
        STRANGERS,
    ),
    ("token.actions.githubusercontent.com", r#"{"StringEquals": {"ISSUER:actor_id": "1", "ISSUER:aud": "sts.amazonaws.com"}}"#, STRANGERS),
    (
        "token.actions.githubusercontent.com",
        r#"{"StringEquals": {"ISSUER:workflow": "deploy", "ISSUER:aud": "sts.amazonaws.com"}}"#,
        STRANGERS,
    ),
    (
        "token.actions.githubusercontent.com",
        r#"{"StringEquals": {"ISSUER:ref": "refs/heads/main", "ISSUER:aud": "sts.amazonaws.com"}}"#,
        STRANGERS,
    ),
    (
        "token.actions.githubusercontent.com",
        r#"{"StringEquals": {"ISSUER:environment": "production", "ISSUER:aud": "sts.amazonaws.com"}}"#,
        STRANGERS,
    ),
    (
        "token.actions.githubusercontent.com",
        r#"{"StringEqualsIfExists": {"ISSUER:repository_id": "1"}, "StringEquals": {"ISSUER:aud": "sts.amazonaws.com"}}"#,
        STRANGERS,
    ),
    (
        "token.actions.githubusercontent.com",
        r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com"}, "StringNotLike": {"ISSUER:sub": "repo:octo-org/*"}}"#,
        STRANGERS,
    ),
    (
        "token.actions.githubusercontent.com",
        r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com"}, "Null": {"ISSUER:sub": "false"}}"#,
        STRANGERS,
    ),
    (
        "token.actions.githubusercontent.com",
        r#"{"StringEquals": {"ISSUER:job_workflow_ref": "octo-org/w/.github/workflows/d.yml@main", "ISSUER:aud": "sts.amazonaws.com"}}"#,
        CALLED,
    ),
    (
        "token.actions.githubusercontent.com",
        r#"{"StringEquals": {"ISSUER:repository_owner_id": "1", "ISSUER:aud": "sts.amazonaws.com"}}"#,
        TENANT,
    ),
    (
        "token.actions.githubusercontent.com",
        r#"{"StringEquals": {"ISSUER:enterprise_id": "1", "ISSUER:aud": "sts.amazonaws.com"}}"#,
        TENANT,
    ),
    (
        "token.actions.githubusercontent.com",
        r#"{"StringEquals": {"ISSUER:repository_owner_id": "1", "ISSUER:environment": "production", "ISSUER:aud": "sts.amazonaws.com"}}"#,
        TENANT,
    ),
    (
        "token.actions.githubusercontent.com",
        r#"{"StringEquals": {"ISSUER:repository": "octo-org/octo-repo", "ISSUER:aud": "sts.amazonaws.com"}}"#,
        BRANCH,
    ),
    (
        "token.actions.githubusercontent.com",
        r#"{"StringEquals": {"ISSUER:repository_id": "1", "ISSUER:aud": "sts.amazonaws.com"}}"#,
        BRANCH,
    ),
    (
        "token.actions.githubusercontent.com",
        r#"{"StringEquals": {"ISSUER:repository_id": "1", "ISSUER:ref": "refs/heads/main", "ISSUER:aud": "sts.amazonaws.com"}}"#,
        FINE,
    ),
    (
        "token.actions.githubusercontent.com",
        r#"{"StringEquals": {"ISSUER:repository_owner_id": "1", "ISSUER:job_workflow_ref": "octo-org/w/.github/workflows/d.yml@main", "ISSUER:aud": "sts.amazonaws.com"}}"#,
        FINE,
    ),
    ("gitlab.com", r#"{"StringEquals": {"ISSUER:user_login": "octocat", "ISSUER:aud": "https://gitlab.com"}}"#, STRANGERS),
    ("gitlab.com", r#"{"StringEquals": {"ISSUER:ref_protected": "true", "ISSUER:aud": "https://gitlab.com"}}"#, STRANGERS),
    ("gitlab.com", r#"{"StringEquals": {"ISSUER:namespace_id": "1", "ISSUER:aud": "https://gitlab.com"}}"#, TENANT),
    ("gitlab.com", r#"{"StringEquals": {"ISSUER:project_id": "1", "ISSUER:aud": "https://gitlab.com"}}"#, BRANCH),
    ("agent.buildkite.com", r#"{"StringEquals": {"ISSUER:pipeline_slug": "deploy", "ISSUER:aud": "sts.amazonaws.com"}}"#, STRANGERS),
    ("agent.buildkite.com", r#"{"StringEquals": {"ISSUER:organization_id": "1", "ISSUER:aud": "sts.amazonaws.com"}}"#, TENANT),
    ("accounts.google.com", r#"{}"#, STRANGERS),
    ("accounts.google.com", r#"{"StringEquals": {"ISSUER:oaud": "sts.amazonaws.com"}}"#, STRANGERS),
    ("accounts.google.com", r#"{"StringLike": {"ISSUER:aud": "*"}}"#, STRANGERS),
    ("accounts.google.com", r#"{"StringLike": {"ISSUER:sub": "1*"}, "StringEquals": {"ISSUER:oaud": "sts.amazonaws.com"}}"#, STRANGERS),
    ("accounts.google.com", r#"{"StringEquals": {"ISSUER:email": "octocat@example.com"}}"#, "missing-audience warning"),
    ("accounts.google.com", r#"{"StringEquals": {"ISSUER:aud": "109876543210987654321"}}"#, FINE),
    ("accounts.google.com", r#"{"StringEquals": {"ISSUER:sub": "109876543210987654321", "ISSUER:oaud": "sts.amazonaws.com"}}"#, FINE),
    ("cognito-identity.amazonaws.com", r#"{}"#, STRANGERS),
    ("cognito-identity.amazonaws.com", r#"{"StringLike": {"ISSUER:aud": "*"}}"#, STRANGERS),
    ("cognito-identity.amazonaws.com", r#"{"StringLike": {"ISSUER:aud": "eu-west-1:*"}}"#, STRANGERS),
    ("cognito-identity.amazonaws.com", r#"{"ForAnyValue:StringLike": {"ISSUER:amr": "authenticated"}}"#, STRANGERS),
    (
        "cognito-identity.amazonaws.com",
        r#"{"StringEquals": {"ISSUER:aud": "eu-west-1:12345678-abcd-4000-8000-123456790ab0"}}"#,
        "guest-identity info",
    ),
    (
        "cognito-identity.amazonaws.com",
        r#"{"StringEquals": {"ISSUER:aud": "eu-west-1:12345678-abcd-4000-8000-123456790ab0"}, "ForAnyValue:StringLike": {"ISSUER:amr": "authenticated"}}"#,
        FINE,
    ),
    ("www.amazon.com", r#"{"StringEquals": {"ISSUER:user_id": "amzn1.account.AEXAMPLE"}}"#, STRANGERS),
    ("www.amazon.com", r#"{"StringEquals": {"ISSUER:app_id": "amzn1.application-oa2-client.0"}}"#, FINE),
    (
        "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d/",
        r#"{"StringEquals": {"ISSUER:aud": "api://1462b192-27f7-4cb9-8523-0f4ecb54b47e"}}"#,
        STRANGERS,
    ),
    ("cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123", r#"{}"#, TENANT),
    ("login.example.com", r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com"}}"#, "whole-tenant warning, unknown-issuer info"),
    ("login.example.com", r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com", "ISSUER:sub": "deployer"}}"#, "unknown-issuer info"),
];

#[test]
fn each_pattern_is_as_wide_as_it_is() {
    let rows = [CI, DEPLOYMENT, CLUSTERS, PEOPLE].into_iter().flatten();
    let wrong: Vec<String> = rows
        .flat_map(|(issuer, audience, patterns)| patterns.iter().map(move |(pattern, wanted)| (issuer, audience, pattern, wanted)))
        .map(|(issuer, audience, pattern, wanted)| (of_subject(issuer, audience, pattern), issuer, pattern, wanted))
        .filter(|(found, _, _, wanted)| found != *wanted)
        .map(|(found, issuer, pattern, wanted)| format!("{issuer} {pattern}: `{found}`, not `{wanted}`"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn claims_that_name_somebody_and_claims_that_do_not() {
    let wrong: Vec<String> = CLAIMS
        .iter()
        .map(|(issuer, condition, wanted)| (breadth(issuer, condition), issuer, condition, wanted))
        .filter(|(found, _, _, wanted)| found != *wanted)
        .map(|(found, issuer, condition, wanted)| format!("{issuer} {condition}: `{found}`, not `{wanted}`"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_list_is_as_wide_as_its_widest_value() {
    for (values, wanted) in [
        (r#"["repo:acme/x:environment:production", "*"]"#, STRANGERS),
        (r#"["*", "repo:acme/x:environment:production"]"#, STRANGERS),
        (r#"["repo:acme/x:environment:production", "repo:acme/*"]"#, TENANT),
        (r#"["repo:acme/x:environment:production", "repo:acme/y:environment:production"]"#, FINE),
    ] {
        let condition = format!(r#"{{"StringEquals": {{"ISSUER:aud": "sts.amazonaws.com"}}, "StringLike": {{"ISSUER:sub": {values}}}}}"#);
        assert_eq!(breadth("token.actions.githubusercontent.com", &condition), wanted, "{values}");
    }
}

#[test]
fn a_message_names_the_stranger_who_gets_in() {
    let message = |issuer: &str, subject: &str| {
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{issuer}"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{"StringLike": {{"{issuer}:sub": "{subject}", "{issuer}:aud": "sts.amazonaws.com"}}}}}}]}}"#
        );
        let answer = check(&[("a.json", &text)]);
        answer.diagnostics.iter().filter(|d| d.severity == Severity::Error).map(|d| d.message.clone()).collect::<String>()
    };
    let github = "token.actions.githubusercontent.com";
    for (issuer, subject, named) in [
        (github, "repo:octo-org*", "any repository of an owner such as `octo-org-anybody`"),
        (github, "repo:octo-org*/octo-repo:*", "repository `octo-repo` of an owner such as `octo-org-anybody`"),
        (github, "repo:*/octo-repo:*", "repository `octo-repo` of any owner"),
        (github, "repo:*", "any repository of any owner"),
        ("app.terraform.io", "organization:my-org*", "of an organization such as `my-org-anybody`"),
        (EKS, "system:serviceaccount:prod*:app", "a namespace such as `prod-anything`"),
        (EKS, "system:serviceaccount:prod*", "a namespace such as `prod-anything`"),
    ] {
        let message = message(issuer, subject);
        assert!(message.contains(named), "{subject}: {message}");
    }
}

#[test]
fn a_second_statement_undoes_the_first() {
    let statement = |subject: &str| {
        format!(
            r#"{{"Effect": "Allow", "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/I"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{"StringEquals": {{"I:aud": "sts.amazonaws.com"}}, "StringLike": {{"I:sub": "{subject}"}}}}}}"#
        )
    };
    let related = |issuer: &str, narrow: &str, wide: &str| {
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{}, {}]}}"#, statement(narrow), statement(wide));
        let text = text.replace("/I\"", &format!("/{issuer}\"")).replace("\"I:", &format!("\"{issuer}:"));
        let answer = check(&[("a.json", &text)]);
        let found = answer.diagnostics.iter().filter(|d| d.severity >= Severity::Warning).flat_map(|d| d.related.clone());
        found.map(|(place, _)| place.pointer.to_string()).collect::<Vec<_>>()
    };
    let github = "token.actions.githubusercontent.com";
    let at = format!("/Statement/0/Condition/StringLike/{github}:sub");
    assert_eq!(related(github, "repo:octo-org/octo-repo:environment:production", "repo:*"), [at]);
    // What the other lets in it does not let in: nothing is undone.
    assert_eq!(related(github, "repo:acme/shop:environment:production", "repo:octo-org/*"), [""; 0]);
    let at = format!("/Statement/0/Condition/StringLike/{}:sub", EKS.replace('/', "~1"));
    assert_eq!(related(EKS, "system:serviceaccount:prod:app", "system:serviceaccount:*"), [at]);
}

#[test]
fn only_tokens_of_registered_clients_come_as_far_as_the_policy() {
    let issuer = "oidc.vercel.com";
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{issuer}"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{"StringLike": {{"{issuer}:sub": "*:environment:production"}}}}}}]}}"#
    );
    let provider = format!(r#"{{"Url": "{issuer}", "ClientIDList": ["https://vercel.com/acme"], "ThumbprintList": []}}"#);
    let rules = |files: &[(&str, &str)]| check(files).diagnostics.iter().map(|d| (d.rule, d.severity)).collect::<Vec<_>>();
    assert!(rules(&[("a.json", &text)]).contains(&("shared-issuer-strangers", Severity::Error)));
    let both = rules(&[("a.json", &text), ("provider.json", &provider)]);
    assert!(
        !both.contains(&("shared-issuer-strangers", Severity::Error)) && both.contains(&("whole-tenant", Severity::Warning)),
        "{both:?}"
    );
}

#[test]
fn what_iam_stores_although_it_lets_strangers_in() {
    for (subject, stored) in [(r#""repo:*""#, true), (r#"["repo:acme/x", "*"]"#, true), (r#""*""#, false), (r#""?*""#, true)] {
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{"StringLike": {{"token.actions.githubusercontent.com:sub": {subject}}}}}}}]}}"#
        );
        let answer = check(&[("a.json", &text)]);
        let found = answer.diagnostics.iter().find(|d| d.rule == "shared-issuer-strangers").unwrap();
        assert_eq!(found.help.contains("IAM accepts this policy"), stored, "{subject}: {}", found.help);
    }
}
