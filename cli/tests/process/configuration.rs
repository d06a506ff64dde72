//! `irsa-lint.toml`: where it is found, what it changes, and what a fault in it looks like.

use crate::run::{Bench, Ran};

const OWN: &str = r#"# The CI that we run ourselves.
[[providers]]
name = "Acme CI"
kind = "ci"
issuers = ["ci.acme.example"]
shared = true

[providers.parts]
team = { characters = "a-z0-9-" }
pipeline = "segment"
run = { characters = "0-9" }

[providers.audience]
common = ["sts.amazonaws.com"]
chosen_by = "workload"

[[providers.subjects]]
template = "team:{team}:pipeline:{pipeline}:run:{run}"
tenant = ["team"]
projects = ["pipeline"]
volatile = ["run"]

[providers.examples]
good = "team:shop:pipeline:deploy:run:*"
"#;

fn policy(issuer: &str, subject: &str) -> String {
    format!(
        r#"{{
  "Version": "2012-10-17",
  "Statement": [{{
    "Effect": "Allow",
    "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{issuer}"}},
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {{
      "StringEquals": {{"{issuer}:aud": "sts.amazonaws.com"}},
      "StringLike": {{"{issuer}:sub": "{subject}"}}
    }}
  }}]
}}
"#
    )
}

const WIDE: &str = "team:*:pipeline:deploy:run:*";
const GOOD: &str = "team:shop:pipeline:deploy:run:*";

#[test]
fn an_own_provider_is_known() {
    let issuer = "ci.acme.example";
    let bench = Bench::new(&[
        ("irsa-lint.toml", OWN),
        ("wide.json", &policy(issuer, WIDE)),
        ("tenant.json", &policy(issuer, "team:shop:*")),
        ("good.json", &policy(issuer, GOOD)),
        ("dead.json", &policy(issuer, "team:Shop:pipeline:deploy:run:7")),
    ]);
    let wide = bench.run(&["wide.json", "--format", "concise"]);
    assert!(wide.code == 1 && wide.out.contains("error: ") && wide.out.contains("[shared-issuer-strangers]"), "{}", wide.out);
    assert!(wide.out.contains("Acme CI"), "{}", wide.out);
    let tenant = bench.run(&["tenant.json", "--format", "concise"]);
    assert!(tenant.code == 1 && tenant.out.contains("[whole-tenant]"), "{}", tenant.out);
    let dead = bench.run(&["dead.json", "--format", "concise"]);
    assert!(dead.code == 1 && dead.out.contains("[illegal-subject]"), "{}", dead.out);
    let good = bench.run(&["good.json", "--format", "concise", "--fail-on", "info"]);
    assert_eq!((good.code, good.err.as_str()), (0, ""), "{}", good.out);
    std::fs::remove_file(bench.path("irsa-lint.toml")).unwrap();
    let unknown = bench.run(&["wide.json", "--format", "concise"]);
    assert!(!unknown.out.contains("Acme CI") && !unknown.out.contains("[shared-issuer-strangers]"), "{}", unknown.out);
}

#[test]
fn an_own_provider_stands_before_a_built_in_one() {
    let own = OWN
        .replace("ci.acme.example", "agent.{domain}")
        .replace("[providers.parts]", "[providers.parts]\ndomain = { characters = \"a-z.\" }")
        .replace("shared = true", "shared = false");
    let text = policy("agent.buildkite.com", GOOD);
    let bench = Bench::new(&[("own.toml", &own), ("good.json", &text)]);
    let given = bench.run(&["good.json", "--config", "own.toml", "--fail-on", "info"]);
    assert_eq!(given.code, 0, "{}", given.out);
    let who = bench.run(&["who", "good.json", "--config", "own.toml"]);
    assert!(who.out.contains("Acme CI") && !who.out.contains("Buildkite"), "{}", who.out);
}

#[test]
fn it_is_found_above_up_to_the_repository_and_no_further() {
    let text = policy("ci.acme.example", WIDE);
    let bench = Bench::new(&[
        ("irsa-lint.toml", OWN),
        ("repo/.git/HEAD", "ref: refs/heads/main"),
        ("repo/a/b/wide.json", &text),
        ("a/b/wide.json", &text),
    ]);
    let found =
        |folder: &str| -> Ran { bench.command(&["wide.json", "--verbose"]).current_dir(bench.path(folder)).output().unwrap().into() };
    assert!(!found("repo/a/b").out.contains("Acme CI"), "the configuration is beyond the repository");
    assert!(!found("a/b").out.contains("Acme CI"), "no repository, and not here");
    bench.write("repo/irsa-lint.toml", OWN.as_bytes());
    let ran = found("repo/a/b");
    assert!(ran.out.contains("Acme CI") && ran.err.contains("note: ../../irsa-lint.toml: the configuration"), "{}{}", ran.out, ran.err);
    bench.write("repo/a/irsa-lint.toml", b"");
    assert!(!found("repo/a/b").out.contains("Acme CI"), "the nearest one counts");
}

#[test]
fn a_fault_has_file_line_column_and_a_suggestion() {
    for (from, to, place, message) in [
        ("issuers =", "issuer =", "5:1", "there is no key `issuer` here\n  help: did you mean `issuers`?"),
        ("[[providers]]", "[[provider]]", "2:3", "there is no key `provider` here\n  help: did you mean `providers`?"),
        ("kind = \"ci\"", "kind = \"✓ci\"", "4:8", "`✓ci` is not one of the words that may stand here\n  help: did you mean `ci`?"),
        ("tenant = [\"team\"]", "tenant = [\"org\"]", "19:11", "has no part `org`"),
        ("shared = true", "shared = true\n😀", "7:2", "expected `=`"),
    ] {
        assert!(OWN.contains(from), "{from}");
        let bench = Bench::new(&[("irsa-lint.toml", &OWN.replacen(from, to, 1)), ("a.json", &policy("ci.acme.example", GOOD))]);
        let ran = bench.run(&["a.json"]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{to}");
        let start = format!("irsa-lint: irsa-lint.toml:{place}: ");
        assert!(ran.err.starts_with(&start) && ran.err.contains(message), "{to}: {}", ran.err);
    }
    let bench = Bench::new(&[("a.json", &policy("ci.acme.example", GOOD))]);
    let missing = bench.run(&["a.json", "--config", "none.toml"]);
    assert!(missing.code == 2 && missing.err.contains("cannot read the configuration none.toml"), "{}", missing.err);
}
