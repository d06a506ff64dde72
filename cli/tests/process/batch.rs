//! A line out for each line in.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::run::{Bench, ISSUER, narrow, wide};

fn lines(args: &[&str], input: &str) -> (Vec<Value>, i32) {
    let ran = Bench::new(&[]).run_with(args, input);
    (ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), ran.code)
}

fn question(id: usize, subject: &str) -> String {
    let policy: Value = serde_json::from_str(&narrow()).unwrap();
    let request = json!({"issuer": ISSUER, "sub": subject, "aud": "sts.amazonaws.com"});
    json!({"id": id, "policy": policy, "requests": [request]}).to_string()
}

#[test]
fn decisions_in_order() {
    let questions: Vec<String> = (0..500).map(|n| question(n, &format!("system:serviceaccount:prod:{}", ["app", "api"][n % 2]))).collect();
    let (answers, code) = lines(&["can-assume", "--batch"], &questions.join("\n"));
    assert_eq!((answers.len(), code), (500, 0));
    for (n, answer) in answers.iter().enumerate() {
        assert_eq!(*answer, json!({"id": n, "decisions": [if n % 2 == 0 { "allowed" } else { "denied" }]}));
    }
}

#[test]
fn a_line_that_is_no_question_is_an_error_in_its_place() {
    let good = question(1, "system:serviceaccount:prod:app");
    let input =
        [good.as_str(), "nonsense", "", r#"{"id": "x", "policy": {}}"#, "[]", r#"{"id": {"a": [1]}, "requests": []}"#, &good].join("\n");
    let (answers, code) = lines(&["can-assume", "--batch"], &input);
    assert_eq!((answers.len(), code), (7, 2));
    assert!(answers[1]["id"].is_null() && answers[1]["error"].is_string() && answers[2]["error"].is_string());
    assert_eq!(answers[3]["id"], "x");
    assert_eq!(answers[5]["id"], json!({"a": [1]}));
    assert_eq!(answers[0], answers[6]);
}

#[test]
fn who_and_check_by_the_line() {
    let policy: Value = serde_json::from_str(&wide()).unwrap();
    let (answers, code) = lines(&["who", "--batch"], &json!({"id": 1, "policy": policy}).to_string());
    assert_eq!(code, 0);
    assert_eq!(answers[0]["grants"][0]["issuer"], ISSUER);
    assert_eq!(answers[0]["grants"][0]["unbounded"], json!(["namespace", "name"]));
    let lines_in =
        [json!({"id": "a", "path": "x.json", "text": wide()}), json!({"id": "b", "path": "y.yaml", "text": "kind: ServiceAccount\n\tx"})];
    let (answers, code) = lines(&["check", "--batch"], &lines_in.map(|line| line.to_string()).join("\n"));
    assert_eq!((answers.len(), code), (2, 0));
    assert_eq!(answers[0]["diagnostics"][0]["location"]["path"], "x.json");
    assert_eq!(answers[1]["errors"][0]["location"]["start"]["line"], 2);
}

#[test]
fn any_json_is_a_policy() {
    for policy in ["null", "5", "[]", "\"x\"", "{}", r#"{"Statement": 1}"#] {
        let line = format!(r#"{{"id": 1, "policy": {policy}, "requests": [{{"issuer": "https://x.example"}}]}}"#);
        assert_eq!(lines(&["can-assume", "--batch"], &line).0[0]["decisions"], json!(["denied"]), "{policy}");
        let (answers, code) = lines(&["who", "--batch"], &format!(r#"{{"id": 1, "policy": {policy}}}"#));
        assert_eq!((code, answers[0]["grants"].as_array().map(Vec::len)), (0, Some(0)), "{policy}");
    }
}

#[test]
fn one_question_is_answered_before_the_next_is_asked() {
    let bench = Bench::new(&[]);
    let mut child = bench.command(&["can-assume", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut ask = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    for n in 0..3 {
        writeln!(ask, "{}", question(n, "x")).unwrap();
        let mut line = String::new();
        answers.read_line(&mut line).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap()["id"], n);
    }
    drop(ask);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
