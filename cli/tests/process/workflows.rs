//! CI jobs as people have them: in `.github/workflows` of a repository, beside workflows that are nobody's affair here.

use crate::run::Bench;

const DEPLOY: &str = "name: deploy
on: {push: {branches: [main]}}
permissions: {id-token: write, contents: read}
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - uses: aws-actions/configure-aws-credentials@v4
        with: {role-to-assume: 'arn:aws:iam::111122223333:role/deploy', aws-region: eu-west-1}
";

const BUILD: &str = "on: push
jobs:
  build:
    runs-on: ${{ matrix.os }}
    steps:
      - uses: actions/checkout@v4
      - run: make
";

fn role(end: &str) -> String {
    let issuer = "token.actions.githubusercontent.com";
    format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{issuer}"}},
        "Condition": {{"StringEquals": {{"{issuer}:aud": "sts.amazonaws.com", "{issuer}:sub": "repo:acme-example/web:{end}"}}}}}}]}}"#
    )
}

/// The findings that are more than a remark.
fn grave(answer: &serde_json::Value) -> Vec<&serde_json::Value> {
    answer["diagnostics"].as_array().unwrap().iter().filter(|found| found["severity"] != "info").collect()
}

#[test]
fn a_folder_is_looked_into_for_workflows_and_for_nothing_else_that_is_hidden() {
    let hidden = role("*");
    let bench = Bench::new(&[
        ("iam/trust.json", &role("ref:refs/heads/main")),
        (".github/workflows/deploy.yml", DEPLOY),
        (".github/workflows/build.yml", BUILD),
        (".github/policies/trust.json", &hidden),
        (".cache/trust.json", &hidden),
        ("lib/.hidden.json", &hidden),
    ]);
    let (answer, code) = bench.json(&["."]);
    assert_eq!(code, 1, "{answer:#}");
    let found = grave(&answer);
    assert_eq!(found.len(), 1, "{answer:#}");
    assert_eq!(found[0]["rule"], "workflow-not-admitted");
    assert!(found[0]["location"]["path"].as_str().unwrap().ends_with("iam/trust.json"));
    assert!(found[0]["message"].as_str().unwrap().contains("`repo:acme-example/web:environment:production`"));
    let ran = bench.run(&["."]);
    assert!(ran.out.contains("the role that the CI jobs in these files name"), "{}", ran.out);
}

#[test]
fn what_fits_and_what_is_unrelated_says_nothing() {
    let bench = Bench::new(&[
        ("trust.json", &role("environment:production")),
        (".github/workflows/deploy.yml", DEPLOY),
        (".github/workflows/build.yml", BUILD),
        (".github/workflows/broken.yml", "jobs:\n\tbuild: [\n"),
    ]);
    let (answer, code) = bench.json(&["."]);
    assert_eq!(code, 0, "{answer:#}");
    assert!(grave(&answer).is_empty() && answer["errors"].as_array().unwrap().is_empty(), "{answer:#}");
    assert!(answer["not_analysed"].as_array().unwrap().is_empty(), "{answer:#}");
}

#[test]
fn inspect_lists_the_jobs() {
    let bench = Bench::new(&[("trust.json", &role("environment:production")), ("deploy.yml", DEPLOY)]);
    let (answer, code) = bench.json(&["inspect", "."]);
    assert_eq!(code, 0);
    let job = &answer["ci_jobs"][0];
    assert_eq!((job["job"].as_str(), job["environment"].as_str()), (Some("deploy"), Some("production")));
    assert_eq!(
        (job["role_arn"].as_str(), job["audience"].as_str()),
        (Some("arn:aws:iam::111122223333:role/deploy"), Some("sts.amazonaws.com"))
    );
    assert_eq!(answer["links"][0]["state"], "linked");
}

#[test]
fn the_hidden_file_of_gitlab_is_looked_into() {
    let job = "deploy:
  id_tokens: {AWS_TOKEN: {aud: https://gitlab.com}}
  script:
    - aws sts assume-role-with-web-identity --role-arn arn:aws:iam::111122223333:role/deploy --web-identity-token $AWS_TOKEN
";
    let policy = role("x").replace("token.actions.githubusercontent.com", "gitlab.com");
    let policy = policy.replace("repo:acme-example/web:x", "project_path:acme-example/web:ref_type:branch:ref:main");
    let bench = Bench::new(&[("iam/trust.json", &policy), (".gitlab-ci.yml", job)]);
    let (answer, _) = bench.json(&["."]);
    let rules: Vec<&str> = grave(&answer).iter().filter_map(|found| found["rule"].as_str()).collect();
    assert_eq!(rules, ["workflow-audience"], "{answer:#}");
}
