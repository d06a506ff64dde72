//! Input that is broken in every way that people meet: said with file, line and column, exit 2, and every other file is still checked.

use crate::run::{Bench, narrow, permissions_count, wide};

/// Checks `bad` next to a good file and returns the complaint; the good file must have been checked.
fn complaint(bench: &Bench, bad: &str) -> String {
    bench.write("good.json", wide().as_bytes());
    let (answer, code) = bench.json(&[bad, "good.json"]);
    assert_eq!(code, 2, "{answer:#}");
    assert!(answer["diagnostics"].as_array().unwrap().iter().any(|d| d["location"]["path"] == "good.json"), "{answer:#}");
    let errors = answer["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{answer:#}");
    let error = &errors[0];
    let start = &error["location"]["start"];
    let ran = bench.run(&[bad, "good.json"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains(error["message"].as_str().unwrap()), "{}", ran.err);
    if start.is_object() {
        assert!(ran.err.contains(&format!("{}:{}:{}", error["path"].as_str().unwrap(), start["line"], start["column"])), "{}", ran.err);
    }
    format!("{}:{}:{}: {}", error["path"].as_str().unwrap(), start["line"], start["column"], error["message"].as_str().unwrap())
}

#[test]
fn a_missing_file() {
    assert_eq!(complaint(&Bench::new(&[]), "gone.json"), "gone.json:null:null: no such file or folder");
}

#[test]
fn a_truncated_file() {
    let text = wide();
    let cut = text.find("\"StringLike\"").unwrap();
    let bench = Bench::new(&[("cut.json", text.get(..cut).unwrap())]);
    assert!(complaint(&bench, "cut.json").starts_with("cut.json:8:20: "));
}

#[test]
fn a_tab_in_yaml() {
    let bench = Bench::new(&[("sa.yaml", "kind: ServiceAccount\nmetadata:\n\tname: app\n")]);
    let complaint = complaint(&bench, "sa.yaml");
    assert!(complaint.starts_with("sa.yaml:3:1: ") && complaint.contains("tab"), "{complaint}");
}

#[test]
fn bytes_that_are_no_text() {
    let bench = Bench::new(&[]);
    bench.write("latin1.yaml", b"kind: ServiceAccount\nmetadata:\n  name: Zo\xEB\n");
    assert_eq!(complaint(&bench, "latin1.yaml"), "latin1.yaml:3:11: not UTF-8 text: byte 0xEB is no part of a character");
}

#[test]
fn a_file_that_is_too_large_names_the_option() {
    let bench = Bench::new(&[]);
    std::fs::File::create(bench.path("huge.json")).unwrap().set_len(1 << 30).unwrap();
    assert_eq!(
        complaint(&bench, "huge.json"),
        "huge.json:null:null: too large: 1 GiB, and the limit is 256 MiB; `--max-file-size` lifts it"
    );
    let small = Bench::new(&[("trust.json", &narrow())]);
    assert_eq!(small.run(&["trust.json", "--max-file-size", "100"]).code, 2);
    assert_eq!(small.run(&["trust.json", "--max-file-size", "2K"]).code, 0);
    assert_eq!(small.run_with(&["-", "--max-file-size", "100"], &narrow()).code, 2);
}

#[cfg(unix)]
#[test]
fn a_folder_that_leads_back_to_itself() {
    let bench = Bench::new(&[("folder/a.json", &narrow())]);
    std::os::unix::fs::symlink("..", bench.path("folder/back")).unwrap();
    assert!(complaint(&bench, "folder").contains("folder/back:null:null: a symbolic link that leads back to"));
}

#[cfg(unix)]
#[test]
fn a_file_without_permission() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = Bench::new(&[("secret.json", &narrow())]);
    std::fs::set_permissions(bench.path("secret.json"), std::fs::Permissions::from_mode(0o0)).unwrap();
    if permissions_count(&bench.path("secret.json")) {
        assert_eq!(complaint(&bench, "secret.json"), "secret.json:null:null: no permission to read it");
    }
}

#[test]
fn a_file_with_nothing_in_it() {
    for text in ["", "\n", "\u{feff}"] {
        let bench = Bench::new(&[("empty.json", text), ("good.json", &narrow())]);
        let ran = bench.run(&["empty.json"]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains("the file is empty") && ran.err.contains("empty.json:1:1"), "{}", ran.err);
        let among = bench.run(&["empty.json", "good.json"]);
        assert_eq!(among.code, 0);
        assert!(among.err.contains("note: empty.json: skipped: the file is empty"), "{}", among.err);
    }
}

#[test]
fn what_is_not_ours_is_a_note_when_named_and_silence_when_walked() {
    let bench = Bench::new(&[("package.json", "{\"name\": \"x\"}"), ("broken.yaml", "a: [b"), ("good.json", &narrow())]);
    bench.write("picture.png", b"\x89PNG\r\n\x1a\n\0\0");
    let walked = bench.run(&["."]);
    assert_eq!((walked.code, walked.err.as_str()), (0, ""));
    let named = bench.run(&["package.json", "broken.yaml", "picture.png", "good.json"]);
    assert_eq!(named.code, 0, "{}", named.err);
    assert_eq!(named.err.lines().count(), 3, "{}", named.err);
    assert_eq!(bench.run(&["package.json", "good.json", "--quiet"]).err, "");
    assert_eq!(bench.run(&["package.json", "good.json", "--strict"]).code, 2);
}

#[test]
fn a_run_that_recognises_nothing_is_no_clean_run() {
    let bench = Bench::new(&[("package.json", "{\"name\": \"x\"}"), ("broken.json", "{\"a\": "), ("docs/a.txt", "text")]);
    for paths in [["package.json"].as_slice(), &["."], &["docs"], &["package.json", "broken.json"]] {
        let ran = bench.run(paths);
        assert_eq!(ran.code, 2, "{paths:?}");
        assert!(!ran.err.is_empty() && !ran.out.contains("no findings"), "{paths:?}: {}", ran.out);
    }
    let broken = bench.run(&["broken.json"]);
    assert!(broken.err.contains("broken.json:1:"), "{}", broken.err);
}

#[test]
fn a_policy_of_very_many_statements() {
    let statement = r#"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}"#;
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, vec![statement; 100_000].join(","));
    let bench = Bench::new(&[("many.json", &text), ("good.json", &wide())]);
    let (answer, code) = bench.json(&["many.json", "good.json"]);
    assert!(matches!(code, 1 | 2), "{code}");
    assert!(answer["diagnostics"].as_array().unwrap().iter().any(|d| d["location"]["path"] == "good.json"));
}

#[test]
fn very_deep_nesting_is_an_error_and_no_crash() {
    let deep = format!("{{\"Statement\": {}\"AssumeRole\"", "[".repeat(200_000));
    let bench = Bench::new(&[("deep.json", &deep)]);
    assert!(complaint(&bench, "deep.json").starts_with("deep.json:1:"));
}
