//! What is kept beside an error, where it is reported, and that no input exhausts time, stack or memory.

use std::fmt::Write as _;

use super::*;

#[test]
fn what_stands_before_an_error_is_kept() {
    for (text, tree, fault) in [
        ("a: 1\nb: [c, d\ne: f\n", r#"{a: 1, b: ["c"]}"#, ":"),
        ("a: 1\nb: \"c\nd: e\n", "{a: 1, b: ?}", "\""),
        ("a: 1\nb:\n  c: 2\n d: 3\n", "{a: 1, b: {c: 2}}", "d"),
        ("a: b: c\n", r#"{a: "b"}"#, ":"),
    ] {
        let parsed = read(text);
        assert_eq!(parsed.errors.len(), 1, "{text}");
        assert_eq!((show(parsed.root.as_ref().unwrap()).as_str(), at(text, parsed.errors[0].span)), (tree, fault), "{text}");
    }
}

#[test]
fn messages_say_what_to_look_at() {
    for (text, fault) in [
        ("a: [b\nc: d\n", ":: this cannot stand here: the `[` before it is not closed, or a comma is missing"),
        ("a: [b", "[: this `[` is not closed"),
        ("a: [b}", "[: this `[` is closed by a `}`"),
        ("a: 'b\n", "': this quote is not closed"),
        ("a: @b\n", "@: a value cannot begin with `@` unless it is quoted"),
        ("a: `b\n", "`: a value cannot begin with a backtick unless it is quoted"),
        ("a: b\nc\nd: e\n", "c: this line has no `:` behind its key, or is not indented as a part of the value above"),
    ] {
        assert_eq!(faults(text, &read(text)), [fault]);
    }
}

#[test]
fn a_tab_that_indents_is_pointed_at() {
    for text in ["a:\n\tb: 1\n", "a: 1\n\tb: 2\n", "a:\n  b: c\n \td: e\n"] {
        let parsed = read(text);
        assert_eq!(faults(text, &parsed), ["\t: a tab cannot indent a line in YAML"], "{text:?} {parsed:?}");
    }
}

#[test]
fn a_second_document_is_not_dropped_in_silence() {
    let text = "a: 1\r---\rb: 2\r";
    let parsed = read(text);
    assert_eq!(show(parsed.root.as_ref().unwrap()), "{a: 1}");
    assert_eq!(faults(text, &parsed), ["---: another document begins here, of which nothing was read"]);
}

#[test]
fn complex_keys_cost_only_their_member() {
    let text = "a: 1\n? {b: 1}\n: 2\n[c]: 3\nd: 4\n";
    let parsed = read(text);
    assert_eq!(show(parsed.root.as_ref().unwrap()), "{a: 1, d: 4}");
    let expected = ["{b: 1}: a key has to be a string, but this is an object", "[c]: a key has to be a string, but this is a list"];
    assert_eq!(faults(text, &parsed), expected);
}

#[test]
fn a_billion_laughs_cost_little() {
    let mut text = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for i in 1..=20 {
        let refs = vec![format!("*a{}", i - 1); 9].join(", ");
        writeln!(text, "a{i}: &a{i} [{refs}]").unwrap();
    }
    let parsed = read(&text);
    assert_eq!(parsed.errors.len(), 1);
    assert_eq!(parsed.errors[0].message, "the aliases of this document stand for more than 50000 values");
    let mut all = Vec::new();
    let root = parsed.root.unwrap();
    scalars(&root, &mut all);
    assert!(all.len() < 50_100, "{}", all.len());
    assert_eq!(root.members().len(), 21, "all is read on");
}

#[test]
fn anchors_within_anchors_cost_little() {
    let mut text = String::new();
    (0..200).for_each(|i| write!(text, "&a{i} [").unwrap());
    text.push_str(&"x, ".repeat(20_000));
    text.push_str(&"]".repeat(200));
    let parsed = read(&format!("a: {text}\nb: *a0\n"));
    assert_eq!(
        parsed.errors.iter().map(|e| e.message.as_str()).collect::<Vec<_>>(),
        ["the aliases of this document stand for more than 50000 values"]
    );
}

#[test]
fn nesting_is_limited_in_every_way_it_comes() {
    let deep = ["[".repeat(100_000), "- ".repeat(10_000), "{a: ".repeat(10_000), "? ".repeat(10_000), "!x [".repeat(10_000)];
    for text in deep {
        let parsed = read(&text);
        assert_eq!(parsed.errors.len(), 1);
        assert_eq!(parsed.errors[0].message, "objects and lists are nested deeper than 256 levels", "{}", text.get(..10).unwrap());
    }
    let fits = |n: usize| read(&format!("{}{}", "[".repeat(n), "]".repeat(n))).errors.len();
    assert_eq!((fits(256), fits(257)), (0, 1));
    let limits = Limits { depth: 4, alias_nodes: 100 };
    let parsed = parse_document("a: &a [[x]]\nb: [*a]\nc: [[*a]]\n", &map(), &limits);
    assert_eq!(parsed.errors.len(), 1, "an alias nests, too");
}
