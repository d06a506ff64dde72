//! `check --fix` and `--diff`: what is written, what is shown, what is left alone.

use std::process::Command;

use crate::run::{Bench, Ran, narrow, wide};

/// Its annotation is misspelt: an unsafe fix. With a byte order mark, CRLF and a tab.
fn account() -> String {
    "\u{feff}apiVersion: v1\r\nkind: ServiceAccount # é ✓ 😀\r\nmetadata:\r\n  name: app\r\n  namespace: prod\r\n  annotations:\r\n    eks.amazonaws.com/role_arn: arn:aws:iam::111122223333:role/app # 1\r\n    é: \"\t\"\r\n".to_owned()
}

/// No condition asks for the audience: a safe fix.
fn any_audience() -> String {
    let text = narrow();
    let (before, rest) = text.split_once("\"StringEquals\": {").unwrap();
    let (_, after) = rest.split_once("\"StringLike\"").unwrap();
    format!("{before}\"StringEquals\"{after}")
}

fn read(bench: &Bench, path: &str) -> String {
    String::from_utf8(std::fs::read(bench.path(path)).unwrap()).unwrap()
}

fn apply(bench: &Bench, program: &str, args: &[&str]) {
    let ran = Command::new(program).args(args).current_dir(bench.path("")).output().unwrap();
    assert!(ran.status.success(), "{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn safe_ones_are_made_and_unsafe_ones_offered() {
    let bench = Bench::new(&[("trust.json", &any_audience()), ("sa.yaml", &account())]);
    let ran = bench.run(&["--fix", "trust.json", "sa.yaml", "--format", "concise"]);
    assert_eq!(ran.code, 1, "what remains decides: {}", ran.err);
    assert_eq!(ran.err, "fixed 1 finding in 1 file; 1 more with --unsafe-fixes\n");
    assert!(ran.out.contains("[annotation-misspelt]") && !ran.out.contains("[missing-audience]"), "{}", ran.out);
    assert_eq!(read(&bench, "sa.yaml"), account());
    let fixed = read(&bench, "trust.json");
    assert!(
        fixed.contains(
            r#""StringEquals": { "oidc.eks.us-west-2.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com", "oidc"#
        ),
        "{fixed}"
    );
    let again = bench.run(&["check", "--fix", "--quiet", "trust.json"]);
    assert_eq!((again.code, again.err.as_str(), again.out.as_str()), (0, "", ""));
    assert_eq!(read(&bench, "trust.json"), fixed);
}

#[test]
fn all_other_bytes_of_a_file_survive() {
    let bench = Bench::new(&[("sa.yaml", &account())]);
    let ran = bench.run(&["--fix", "--unsafe-fixes", "sa.yaml"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, "fixed 1 finding in 1 file\n"));
    assert_eq!(read(&bench, "sa.yaml"), account().replace("role_arn", "role-arn"));
    let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(any_audience().encode_utf16().flat_map(u16::to_le_bytes)).collect();
    bench.write("powershell.json", &utf16);
    assert_eq!(bench.run(&["--fix", "powershell.json"]).code, 0);
    let bytes = std::fs::read(bench.path("powershell.json")).unwrap();
    assert_eq!(bytes[..4], utf16[..4]);
    assert_eq!(bench.run(&["powershell.json"]).code, 0);
}

#[test]
fn the_diff_is_one_that_git_and_patch_take() {
    let files = [("one two/trust.json", any_audience()), ("sa.yaml", account())];
    for (program, args) in [("git", &["apply", "change.diff"][..]), ("patch", &["-p1", "--binary", "-i", "change.diff"])] {
        let bench = Bench::new(&files.each_ref().map(|(path, text)| (*path, text.as_str())));
        let ran = bench.run(&["--diff", "--unsafe-fixes", "."]);
        assert_eq!((ran.code, ran.err.as_str()), (1, "would fix 2 findings in 2 files\n"));
        assert_eq!(read(&bench, "sa.yaml"), account(), "nothing is written");
        bench.write("change.diff", ran.out.as_bytes());
        apply(&bench, program, args);
        assert_eq!(read(&bench, "sa.yaml"), account().replace("role_arn", "role-arn"));
        let after = bench.run(&["--diff", "--unsafe-fixes", "."]);
        assert_eq!((after.code, after.out.as_str(), after.err.as_str()), (0, "", "nothing to fix\n"));
    }
}

#[test]
fn what_diff_shows() {
    let bench = Bench::new(&[("trust.json", &any_audience())]);
    insta::assert_snapshot!(bench.run(&["--diff", "trust.json"]).out);
}

#[test]
fn standard_input_comes_back_fixed() {
    let bench = Bench::new(&[]);
    let ran = bench.run_with(&["--fix", "-"], &any_audience());
    assert_eq!(ran.code, 0);
    assert!(ran.out.starts_with('{') && ran.out.contains(":aud\": \"sts.amazonaws.com\""), "{}", ran.out);
    assert!(
        ran.err.starts_with("fixed 1 finding in 1 file\n") && ran.err.ends_with("no findings in 1 file (1 role, 0 ServiceAccounts)\n"),
        "{}",
        ran.err
    );
    let ran = bench.run_with(&["--fix", "-", "--quiet"], &wide());
    assert_eq!((ran.code, ran.out), (1, wide()));
    bench.write("file.json", any_audience().as_bytes());
    let mut command = bench.command(&["--fix", "-", "file.json", "--kind", "trust-policy"]);
    let broken = bench.path("broken.json");
    std::fs::write(&broken, b"{\"AssumeRole\": \"\xff\"}").unwrap();
    let ran: Ran = command.stdin(std::fs::File::open(broken).unwrap()).output().unwrap().into();
    assert!(
        ran.code == 2 && read(&bench, "file.json").contains(":aud\""),
        "what could not be read is not mistaken for a file: {}",
        ran.err
    );
    let ran = bench.run_with(&["--diff", "-", "--stdin-filename", "a/trust.json"], &any_audience());
    assert!(ran.code == 1 && ran.out.starts_with("--- a/a/trust.json\n+++ b/a/trust.json\n"), "{}", ran.out);
}

#[test]
fn what_a_program_made_is_not_edited() {
    let policy = any_audience();
    let role = format!(
        r#"{{"Role": {{"RoleName": "app", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/app", "AssumeRolePolicyDocument": {policy}}}}}"#
    );
    let plan = format!(
        r#"{{"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {{"root_module": {{"resources": [{{"address": "aws_iam_role.app", "mode": "managed", "type": "aws_iam_role", "name": "app", "values": {{"name": "app", "assume_role_policy": {}}}}}]}}}}}}"#,
        serde_json::to_string(&policy).unwrap()
    );
    let live = account().replace("metadata:", "metadata:\r\n  uid: 11111111-2222-4333-8444-555555555555");
    let bench = Bench::new(&[("role.json", &role), ("plan.json", &plan), ("live.yaml", &live)]);
    let fixes = |(answer, code): (serde_json::Value, i32)| {
        let found = answer["diagnostics"].as_array().unwrap().iter().filter(|d| d["fix"].is_object()).count();
        (found, code)
    };
    assert_eq!(fixes(bench.json(&["role.json", "plan.json", "live.yaml"])), (3, 1), "there the fix is a proposal");
    let Ran { code, err, .. } = bench.run(&["--fix", "--unsafe-fixes", "role.json", "plan.json", "live.yaml"]);
    assert_eq!(code, 1);
    insta::assert_snapshot!(err);
    assert_eq!([read(&bench, "role.json"), read(&bench, "plan.json"), read(&bench, "live.yaml")], [role, plan, live]);
}

#[cfg(unix)]
#[test]
fn what_cannot_be_written_is_said_and_still_reported() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = Bench::new(&[("trust.json", &any_audience()), ("other.json", &any_audience())]);
    std::fs::set_permissions(bench.path("trust.json"), std::fs::Permissions::from_mode(0o444)).unwrap();
    let ran = bench.run(&["--fix", "trust.json", "other.json", "--format", "concise"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("irsa-lint: trust.json: not written: it is read-only\n"), "{}", ran.err);
    assert!(ran.out.starts_with("trust.json:") && !ran.out.contains("other.json"), "{}", ran.out);
}

#[test]
fn options_that_would_do_nothing_are_refused() {
    let bench = Bench::new(&[("trust.json", &any_audience())]);
    for args in [&["who", "--fix", "trust.json"][..], &["--unsafe-fixes", "trust.json"], &["check", "--batch", "--fix"]] {
        let ran = bench.run(args);
        assert!(ran.code == 2 && ran.err.contains("--fix"), "{args:?}: {}", ran.err);
    }
    let said = bench.run(&["trust.json"]).out;
    assert!(said.ends_with("1 can be fixed with --fix\n"), "{said}");
}
