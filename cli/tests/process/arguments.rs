//! What the options do, and what the exit status says.

use crate::run::{Bench, ISSUER, narrow, wide};

#[test]
fn a_bare_path_is_checked() {
    let bench = Bench::new(&[("trust.json", &wide())]);
    let bare = bench.run(&["trust.json", "--format", "json"]);
    assert_eq!(bare.code, 1);
    assert_eq!(bare.out, bench.run(&["check", "trust.json", "--format", "json"]).out);
    assert_eq!(bare.out, bench.run(&["--format", "json", "check", "trust.json"]).out);
}

#[test]
fn without_a_path_the_current_folder_is_walked() {
    let bench = Bench::new(&[("a/trust.json", &wide()), ("b.json", &narrow())]);
    let (answer, code) = bench.json(&[]);
    assert_eq!((answer["summary"]["files"].as_u64(), code), (Some(2), 1));
    assert_eq!(answer["diagnostics"][0]["location"]["path"], "./a/trust.json");
}

#[test]
fn fail_on_moves_the_exit_status_alone() {
    let bench = Bench::new(&[("trust.json", &wide())]);
    let run = |fail_on| bench.run(&["trust.json", "--fail-on", fail_on]);
    assert_eq!([run("info").code, run("warning").code, run("error").code, run("never").code], [1, 1, 1, 0]);
    assert_eq!(run("error").out, run("never").out);
}

#[test]
fn a_wrong_call_is_2_and_says_what_is_wrong() {
    let bench = Bench::new(&[("trust.json", &narrow())]);
    for (args, word) in [
        (["trust.json", "--no-such-option"].as_slice(), "--no-such-option"),
        (&["trust.json", "--select", "no-such-rule"], "no-such-rule"),
        (&["trust.json", "--account", "12"], "12 digits"),
        (&["trust.json", "--role-of", "x"], "FILE=ARN"),
        (&["trust.json", "--max-file-size", "9G"], "4G"),
        (&["explain", "no-such-rule"], "no-such-rule"),
        (&["can-assume", "trust.json"], "--service-account"),
        (&["can-assume", "trust.json", "--service-account", "prod/app"], "--issuer"),
        (&["can-assume", "trust.json", "--service-account", "app", "--issuer", ISSUER], "NAMESPACE/NAME"),
        (&["can-assume", "-", "--token", "-"], "standard input"),
        (&["can-assume", "trust.json", "--token", "gone.jwt"], "gone.jwt: no such file"),
        (&["why", "trust.json", "--error", "@gone.txt"], "gone.txt: no such file"),
    ] {
        let ran = bench.run(args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
        assert!(ran.err.contains(word), "{args:?}: {}", ran.err);
    }
}

#[test]
fn version_help_rules_and_explain() {
    let bench = Bench::new(&[]);
    assert_eq!(bench.run(&["--version"]).out, format!("irsa-lint {}\n", env!("CARGO_PKG_VERSION")));
    assert!(bench.run(&["--help"]).out.contains("can-assume"));
    let (answer, code) = bench.json(&["rules"]);
    assert_eq!(code, 0);
    let rules = answer["rules"].as_array().unwrap();
    assert!(rules.len() == bench.run(&["rules", "--format", "concise"]).out.lines().count() && !rules.is_empty());
    let listed = bench.run(&["rules"]).out;
    assert!(rules.iter().all(|rule| listed.contains(&format!("\n  {} ", rule["id"].as_str().unwrap()))), "{listed}");
    for rule in rules {
        let id = rule["id"].as_str().unwrap();
        let ran = bench.run(&["explain", id]);
        assert_eq!(ran.code, 0);
        assert!(ran.out.replace('\n', " ").contains(rule["summary"].as_str().unwrap()), "{id}: {}", ran.out);
    }
}

#[test]
fn select_and_ignore_choose_rules() {
    let bench = Bench::new(&[("trust.json", &wide())]);
    let rules = |args: &[&str]| {
        let (answer, _) = bench.json(args);
        answer["diagnostics"].as_array().unwrap().iter().map(|d| d["rule"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(rules(&["trust.json"]).contains(&"any-service-account".to_owned()));
    assert_eq!(rules(&["trust.json", "--select", "any-service-account"]), ["any-service-account"]);
    assert!(!rules(&["trust.json", "--ignore", "any-service-account"]).contains(&"any-service-account".to_owned()));
}

#[test]
fn a_walk_respects_gitignore_and_skips_what_is_hidden_unless_it_is_named() {
    let bench = Bench::new(&[
        (".gitignore", "ignored/\n"),
        ("ignored/a.json", &wide()),
        (".hidden/b.json", &wide()),
        ("c.json", &narrow()),
        ("README.md", &wide()),
        ("policy", &narrow()),
        ("notes.txt", "no document"),
    ]);
    assert_eq!(bench.json(&["."]).0["summary"]["files"], 2);
    assert_eq!(bench.json(&[".", ".hidden/b.json", "ignored/a.json", "README.md"]).0["summary"]["files"], 5);
}

#[test]
fn a_file_that_is_named_twice_is_read_once() {
    let bench = Bench::new(&[("a/c.json", &wide())]);
    assert_eq!(bench.json(&["a/c.json", "a", "./a/c.json", "."]).0["summary"]["files"], 1);
}

#[test]
fn several_roles_need_a_name() {
    let plan = |name: &str| {
        let policy = serde_json::to_string(&narrow()).unwrap();
        format!(
            r#"{{"Role": {{"Path": "/", "RoleName": "{name}", "Arn": "arn:aws:iam::111122223333:role/{name}", "AssumeRolePolicyDocument": {policy}}}}}"#
        )
    };
    let bench = Bench::new(&[("a.json", &plan("one")), ("b.json", &plan("two"))]);
    let ask = ["can-assume", ".", "--service-account", "prod/app", "--issuer", ISSUER];
    let ran = bench.run(&ask);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("role/one") && ran.err.contains("role/two"), "{}", ran.err);
    assert_eq!(bench.run(&[&ask[..], &["--role", "two"]].concat()).code, 0);
    assert_eq!(bench.run(&[&ask[..], &["--role", "three"]].concat()).code, 2);
    assert_eq!(bench.json(&["who", ".", "--role", "arn:aws:iam::111122223333:role/one"]).0["roles"].as_array().unwrap().len(), 1);
}

#[test]
fn can_assume_answers_by_the_exit_status() {
    let bench = Bench::new(&[("trust.json", &narrow())]);
    let ask = |account| bench.run(&["can-assume", "trust.json", "--service-account", account, "--issuer", ISSUER]);
    assert_eq!((ask("prod/app").code, ask("prod/api").code), (0, 1));
    let denied = ask("prod/api").out;
    assert!(denied.contains("✗ condition") && denied.contains("nearest miss: `system:serviceaccount:prod:app`"), "{denied}");
    let with_cluster = ["can-assume", "trust.json", "--service-account", "prod/app", "--cluster-issuer", ISSUER];
    assert_eq!(bench.run(&with_cluster).code, 0);
    assert_eq!(bench.run(&[&with_cluster[..], &["--audience", "other"]].concat()).code, 1);
}

#[test]
fn a_token_comes_from_a_file_or_stdin() {
    let payload = format!(r#"{{"iss": "{ISSUER}", "sub": "system:serviceaccount:prod:app", "aud": ["sts.amazonaws.com"]}}"#);
    let bench = Bench::new(&[("trust.json", &narrow()), ("token.json", &payload)]);
    assert_eq!(bench.run(&["can-assume", "trust.json", "--token", "token.json"]).code, 0);
    assert_eq!(bench.run_with(&["can-assume", "trust.json", "--token", "-"], &payload).code, 0);
    assert_eq!(bench.run_with(&["can-assume", "trust.json", "--token", "-"], &payload.replace(":app", ":api")).code, 1);
    assert_eq!(bench.run_with(&["can-assume", "-", "--token", "token.json"], &narrow()).code, 0);
}

#[test]
fn every_rule_is_explained_in_every_form() {
    let bench = Bench::new(&[]);
    let (answer, code) = bench.json(&["explain", "all"]);
    assert_eq!(code, 0);
    for page in answer["rules"].as_array().unwrap() {
        let (id, text) = (page["id"].as_str().unwrap(), |name: &str| page[name].as_str().unwrap());
        let shown = bench.run(&["explain", id]).out;
        for heading in ["Why is this bad?", "Severity", "How to fix it", "References", "✗ Reported", "✓ Not reported"] {
            assert!(shown.contains(&format!("\n{heading}")), "{id}: {heading}");
        }
        assert!(shown.starts_with(&format!("{id}  {} · family {} · ", text("severity"), text("family"))), "{shown}");
        assert!(!text("why").is_empty() && !text("severity_reason").is_empty() && !text("how_to_fix").is_empty(), "{id}");
        assert!(!page["references"].as_array().unwrap().is_empty() && page["examples"].as_array().unwrap().len() >= 2, "{id}");
        let markdown = bench.run(&["explain", "--markdown", id]).out;
        assert!(
            markdown.starts_with(&format!("# {id}\n\n**{}**", text("severity"))) && markdown.contains("\n## Examples\n\nReported"),
            "{markdown}"
        );
    }
    let family = bench.run(&["explain", "nobody"]).out;
    assert!(family.contains("\nliteral-wildcard  error") && !family.contains("any-namespace  error"), "{family}");
    let slip = bench.run(&["explain", "mising-audience"]);
    assert_eq!(
        (slip.code, slip.err.as_str()),
        (2, "irsa-lint: there is no rule `mising-audience`; did you mean `missing-audience`? `irsa-lint rules` lists them all\n")
    );
}
