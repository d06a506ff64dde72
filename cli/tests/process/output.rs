//! Where answers go and how they look there.

use std::io::Read as _;
use std::process::Stdio;

use crate::run::{Bench, narrow, wide};

#[test]
fn colours_only_where_they_are_wanted() {
    let bench = Bench::new(&[("trust.json", &wide())]);
    let colored = |args: &[&str], env: &[(&str, &str)]| {
        let mut command = bench.command(&[&["trust.json"], args].concat());
        command.envs(env.iter().copied());
        String::from_utf8(command.output().unwrap().stdout).unwrap().contains('\u{1b}')
    };
    assert!(!colored(&[], &[]));
    assert!(colored(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(colored(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!colored(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn text_json_and_concise_say_the_same() {
    let bench = Bench::new(&[("trust.json", &wide())]);
    let (answer, _) = bench.json(&["trust.json"]);
    let text = bench.run(&["trust.json"]).out;
    let concise = bench.run(&["trust.json", "--format", "concise"]).out;
    for d in answer["diagnostics"].as_array().unwrap() {
        let start = &d["location"]["start"];
        let place = format!("trust.json:{}:{}", start["line"], start["column"]);
        let message = d["message"].as_str().unwrap();
        assert!(text.contains(&place) && text.contains(message), "{text}");
        assert!(concise.contains(&format!("{place}: error: {message} [{}]", d["rule"].as_str().unwrap())), "{concise}");
    }
    assert!(text.ends_with("in 1 file (1 role, 0 ServiceAccounts)\n"), "{text}");
}

#[test]
fn an_answer_goes_to_a_file() {
    let bench = Bench::new(&[("trust.json", &wide())]);
    let ran = bench.run(&["trust.json", "--output", "report.txt", "--color", "never"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert_eq!(std::fs::read_to_string(bench.path("report.txt")).unwrap(), bench.run(&["trust.json"]).out);
    assert_eq!(bench.run(&["trust.json", "--output", "no/such/folder/x"]).code, 2);
}

#[test]
fn stdin_has_the_name_that_it_is_given() {
    let bench = Bench::new(&[]);
    let ran = bench.run_with(&["-", "--format", "concise"], &wide());
    assert!(ran.code == 1 && ran.out.starts_with("<stdin>:10:"), "{}", ran.out);
    let ran = bench.run_with(&["--stdin-filename", "roles/trust.json", "--format", "concise"], &wide());
    assert!(ran.code == 1 && ran.out.starts_with("roles/trust.json:10:"), "{}", ran.out);
    let ran = bench.run_with(&["-"], "{\"Version\": ");
    assert!(ran.code == 2 && ran.err.contains("<stdin>:1:"), "{}", ran.err);
}

#[test]
fn quiet_leaves_the_findings_alone() {
    let bench = Bench::new(&[("trust.json", &wide()), ("good.json", &narrow())]);
    let quiet = bench.run(&["--quiet", "trust.json"]).out;
    assert!(quiet.contains("any-service-account") && !quiet.contains("help:") && !quiet.contains("ServiceAccounts)"), "{quiet}");
    assert_eq!(bench.run(&["--quiet", "good.json"]).out, "");
}

#[test]
fn a_reader_that_goes_away_is_no_crash() {
    let bench = Bench::new(&[]);
    for n in 0..400 {
        bench.write(&format!("{n}.json"), wide().as_bytes());
    }
    for format in ["text", "json"] {
        let mut command = bench.command(&[".", "--format", format]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut some = [0; 16];
        child.stdout.take().unwrap().read_exact(&mut some).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(1), [].as_slice()), "{format}");
    }
}

#[test]
fn findings_come_in_the_order_of_the_paths() {
    let bench = Bench::new(&[]);
    for n in 0..100 {
        bench.write(&format!("{:02}.json", (n * 37) % 100), wide().as_bytes());
    }
    let (answer, _) = bench.json(&["."]);
    let paths: Vec<&str> = answer["diagnostics"].as_array().unwrap().iter().map(|d| d["location"]["path"].as_str().unwrap()).collect();
    assert!(paths.len() >= 100 && paths.is_sorted());
}
