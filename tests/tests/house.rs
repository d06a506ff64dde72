//! The house rules that a compiler does not guard: the way of the data, heads, sizes, registration, formatting, paths in the docs.

#![cfg(test)]
#![expect(clippy::string_slice, reason = "a test may panic, and every place sliced at was found in that very text")]

use std::process::Command;

use irsa_lint_tests::repository::{files, root, text};

/// The stages of core in the order of the data: a stage uses only what stands before it.
const STAGES: [&str; 14] = [
    "order",
    "schedule",
    "source",
    "syntax",
    "policy",
    "provider",
    "admission",
    "document",
    "estate",
    "diagnostic",
    "settings",
    "rule",
    "engine",
    "report",
];

/// Files over their limit, each with the reason why it stays whole.
const LONG_FILES: [(&str, &str); 0] = [];

/// Functions over the limit, by file and name, each with the reason why it stays whole.
const LONG_FUNCTIONS: [(&str, &str, &str); 1] =
    [("rules/build.rs", "provider", "one field of an entry after the other, in the order of the struct")];

const FILE_LIMIT: usize = 600;
const RULE_LIMIT: usize = 400;
const FUNCTION_LIMIT: usize = 60;

fn with_ending(ending: &str) -> Vec<String> {
    files().unwrap().into_iter().filter(|path| path.ends_with(ending)).collect()
}

fn none(title: &str, found: Vec<String>) {
    assert!(found.is_empty(), "{title}:\n{}", found.join("\n"));
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

/// The first word of each path that a text names after `crate::`, groups (`crate::{a, b::c}`) taken apart; with its line.
fn crate_paths(text: &str) -> Vec<(usize, String)> {
    let word = |text: &str| text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let code: Vec<&str> = text.lines().map(|line| if is_comment(line) { "" } else { line }).collect();
    let code = code.join("\n");
    let mut found = Vec::new();
    for (at, marker) in code.match_indices("crate::") {
        let line = code[..at].lines().count().max(1);
        let rest = &code[at + marker.len()..];
        if !rest.starts_with('{') {
            found.push((line, word(rest)));
            continue;
        }
        let mut depth = 0;
        for (at, c) in rest.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            let used = word(&rest[at + c.len_utf8()..]);
            if depth == 1 && (c == '{' || c == ',') && !used.is_empty() {
                found.push((line, used));
            }
        }
    }
    found
}

#[test]
fn data_flows_one_way() {
    let place = |stage: &str| STAGES.iter().position(|known| *known == stage);
    let mut back_edges = Vec::new();
    for path in with_ending(".rs") {
        let Some(inside) = path.strip_prefix("core/src/") else { continue };
        let stage = inside.split('/').next().unwrap().trim_end_matches(".rs");
        if stage == "lib" {
            continue;
        }
        let Some(own) = place(stage) else {
            back_edges.push(format!("{path}: `{stage}` is no stage; stages are {STAGES:?}"));
            continue;
        };
        for (line, used) in crate_paths(&text(&path)) {
            if place(&used).is_some_and(|used| used > own) {
                back_edges.push(format!("{path}:{line}: {stage} uses {used}"));
            }
        }
    }
    none("back edges in core", back_edges);
}

#[test]
fn paths_after_crate_are_found() {
    let text = "use crate::{\n  policy::{A, B},\n  engine,\n};\n// crate::report\nlet x = crate::source::Span;";
    let found: Vec<(usize, String)> = crate_paths(text);
    let expected = [(1, "policy"), (1, "engine"), (6, "source")];
    assert_eq!(found, expected.map(|(line, word)| (line, word.to_owned())));
}

#[test]
fn every_file_says_what_it_is_for() {
    // One line is a stub that keeps a place: there is nothing to say of it yet.
    let headless = |path: &String| !text(path).starts_with("//!") && text(path).lines().count() > 1;
    none("files without a `//!` head", with_ending(".rs").into_iter().filter(headless).collect());
}

fn is_rule(path: &str) -> bool {
    let depth = path.strip_prefix("rules/src/").map_or(0, |inside| inside.matches('/').count());
    depth == 1 && !path.ends_with("/mod.rs") && path.ends_with(".rs")
}

#[test]
fn files_stay_small() {
    let mut over = Vec::new();
    for path in with_ending(".rs") {
        let limit = if is_rule(&path) { RULE_LIMIT } else { FILE_LIMIT };
        let lines = text(&path).lines().count();
        if lines > limit && !LONG_FILES.iter().any(|(known, _)| *known == path) {
            over.push(format!("{path}: {lines} lines, limit {limit}: split it by idea"));
        }
    }
    none("files over their limit", over);
}

/// Functions with their length; needs a text that rustfmt has laid out: a function ends with a brace under its `fn`.
fn functions(text: &str) -> Vec<(String, usize)> {
    let mut open: Option<(String, String, usize)> = None;
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let code = line.trim_start();
        let indent = &line[..line.len() - code.len()];
        if let Some((name, end, start)) = &open {
            if line == end {
                found.push((name.clone(), number - start + 1));
                open = None;
            }
            continue;
        }
        let words: Vec<&str> = code.split(' ').take_while(|word| *word != "fn").collect();
        let prefix = words.iter().all(|word| word.starts_with("pub") || matches!(*word, "const" | "async" | "unsafe" | "extern" | "in"));
        if !prefix || words.len() == code.split(' ').count() || is_comment(line) || line.ends_with('}') || line.ends_with(';') {
            continue;
        }
        let name = code.split("fn ").nth(1).unwrap_or_default();
        let name: String = name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        open = Some((name, format!("{indent}}}"), number));
    }
    found
}

#[test]
fn functions_stay_small() {
    let mut over = Vec::new();
    for path in with_ending(".rs") {
        // A test may hold a long table.
        if path.ends_with("/tests.rs") || path.contains("/tests/") {
            continue;
        }
        for (name, lines) in functions(&text(&path)) {
            let known = LONG_FUNCTIONS.iter().any(|(file, function, _)| *file == path && *function == name);
            if lines > FUNCTION_LIMIT && !known {
                over.push(format!("{path}: `{name}` has {lines} lines, limit {FUNCTION_LIMIT}"));
            }
        }
    }
    none("functions over the limit", over);
}

#[test]
fn functions_are_measured() {
    let text = "pub fn a(\n    x: u8,\n) -> u8 {\n    x\n}\nimpl B {\n    fn c() {}\n    const fn d() {\n    }\n}\n";
    assert_eq!(functions(text), [("a".to_owned(), 5), ("d".to_owned(), 2)]);
}

/// The body of `catalogue! { … }` in the rules' root, if it is there yet.
fn catalogue() -> Option<String> {
    let root = text("rules/src/lib.rs");
    let call = root.lines().position(|line| line.starts_with("catalogue!"))?;
    Some(
        root.lines()
            .skip(call + 1)
            .take_while(|line| !line.starts_with(['}', ')', ']']))
            .filter(|line| !is_comment(line))
            .collect::<Vec<_>>()
            .join("\n"),
    )
}

#[test]
fn every_rule_is_registered_under_its_file_name() {
    let rules: Vec<String> = with_ending(".rs").into_iter().filter(|path| is_rule(path) && text(path).contains("declare_rule!")).collect();
    let Some(catalogue) = catalogue() else {
        none("rules, but no `catalogue!` in rules/src/lib.rs", rules);
        return;
    };
    let mut wrong = Vec::new();
    for path in rules {
        let mut parts = path.trim_start_matches("rules/src/").trim_end_matches(".rs").split('/');
        let (family, name) = (parts.next().unwrap(), parts.next().unwrap());
        let word = |text: &str, wanted: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == wanted);
        if !catalogue.lines().any(|line| word(line, name)) {
            wrong.push(format!("{path}: not in `catalogue!` of rules/src/lib.rs"));
        }
        let id = name.replace('_', "-");
        let rule = text(&path);
        if !rule.contains(&format!("id: \"{id}\"")) {
            wrong.push(format!("{path}: its id is not `{id}`"));
        }
        let family = family.replace('_', "-");
        if !rule.contains(&format!("family: \"{family}\"")) {
            wrong.push(format!("{path}: its family is not `{family}`, its folder"));
        }
    }
    none("rules", wrong);
}

#[test]
fn everything_is_formatted() {
    // By the list of files: `cargo fmt` passes over modules that a macro declares.
    let out = Command::new("rustfmt")
        .args(["--check", "--edition", "2024", "--config-path"])
        .arg(root())
        .args(with_ending(".rs"))
        .current_dir(root())
        .output();
    let out = out.unwrap();
    assert!(out.status.success(), "rustfmt:\n{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
}

/// What a Markdown text sets in single backticks, fenced blocks left out, with its line.
fn code_spans(text: &str) -> Vec<(usize, &str)> {
    let mut fenced = false;
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            found.extend(line.split('`').skip(1).step_by(2).map(|span| (number + 1, span)));
        }
    }
    found
}

#[test]
fn paths_in_the_docs_exist() {
    let tracked = files().unwrap();
    let folders: Vec<&str> = tracked.iter().filter_map(|path| path.split_once('/')).map(|(folder, _)| folder).collect();
    let mut missing = Vec::new();
    for doc in tracked.iter().filter(|path| *path == "README.md" || (path.starts_with("docs/") && path.ends_with(".md"))) {
        for (line, span) in code_spans(&text(doc)) {
            let Some((folder, _)) = span.split_once('/') else { continue };
            let pattern = span.contains(['<', '>', '*', '{', '…', ' ', '$']);
            if !pattern && folders.contains(&folder) && !root().join(span.trim_end_matches('/')).exists() {
                missing.push(format!("{doc}:{line}: `{span}` does not exist"));
            }
        }
    }
    none("dead paths in the docs", missing);
}

fn lines_with(paths: &[String], needle: &str, counts: impl Fn(&str, usize) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for path in paths {
        for (number, line) in text(path).lines().enumerate() {
            if line.match_indices(needle).any(|(at, _)| counts(line, at)) {
                found.push(format!("{path}:{}: {needle}", number + 1));
            }
        }
    }
    found
}

#[test]
fn no_file_names_the_place_where_it_was_written() {
    let all = files().unwrap();
    let starts_a_path =
        |line: &str, at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '~' | '}'));
    for place in ["work", "tmp/wt", "tmp/bash_jobs"] {
        none("absolute paths of a workplace", lines_with(&all, &format!("/{place}/"), starts_a_path));
    }
}

#[test]
fn nothing_is_allowed_or_put_off() {
    let code: Vec<String> = files().unwrap().into_iter().filter(|path| !path.starts_with("tests/fixtures/")).collect();
    let rust: Vec<String> = code.iter().filter(|path| path.ends_with(".rs")).cloned().collect();
    none("use `#[expect(…, reason = …)]`", lines_with(&rust, &["#[al", "low("].concat(), |_, _| true));
    none("use `#[expect(…, reason = …)]`", lines_with(&rust, &["#![al", "low("].concat(), |_, _| true));
    let in_comment = |line: &str, at: usize| line[..at].contains("//") || line[..at].contains("/*");
    for word in [["TO", "DO"].concat(), ["FIX", "ME"].concat()] {
        none("put off", lines_with(&rust, &word, in_comment));
        let others = [".toml", ".sh", ".py", ".yml", ".ts", ".css"];
        let others: Vec<String> = code.iter().filter(|path| others.iter().any(|ending| path.ends_with(ending))).cloned().collect();
        none("put off", lines_with(&others, &word, |line, at| line[..at].contains(['#', '/'])));
    }
}
