//! What scalars decode to, and that each character leads back to the bytes that spell it.

use super::*;
use crate::source::TextMapBuilder;

/// The string under `a`, which must be one.
fn a(text: &str) -> Scalar {
    root(text).get("a").unwrap().scalar().unwrap().clone()
}

fn pairs(expected: &[(char, &str)]) -> Vec<(char, String)> {
    expected.iter().map(|(c, s)| (*c, (*s).to_owned())).collect()
}

#[test]
fn single_line_scalars_stand_as_they_are() {
    for (text, token, inner) in [
        ("a: b é c # x\n", "b é c", "b é c"),
        ("a: \"b: c\" # x", "\"b: c\"", "b: c"),
        ("a: 'b # c'\r\n", "'b # c'", "b # c"),
        ("a: ''\n", "''", ""),
        ("\u{feff}a: b", "b", "b"),
    ] {
        let scalar = a(text);
        assert_eq!(scalar.text, inner);
        assert_eq!(at(text, scalar.span), token);
        assert_eq!(at(text, scalar.inner_span()), inner);
        assert!(scalar.span.contains(scalar.inner_span()), "{text}");
        assert_eq!(escapes(text, &scalar), []);
    }
}

#[test]
fn plain_scalars_fold_over_lines() {
    let text = "a: b\n  c \t\n\n \n  d\nz: 1";
    let scalar = a(text);
    assert_eq!(scalar.text, "b c\n\nd");
    assert_eq!(at(text, scalar.span), "b\n  c \t\n\n \n  d");
    assert_eq!(escapes(text, &scalar), pairs(&[(' ', "\n  "), ('\n', " \t\n\n \n  "), ('\n', " \t\n\n \n  ")]));
}

#[test]
fn single_quotes_double_and_fold() {
    let text = "a: 'it''s\r\n  x'\r\n";
    let scalar = a(text);
    assert_eq!(scalar.text, "it's x");
    assert_eq!(escapes(text, &scalar), pairs(&[('\'', "''"), (' ', "\r\n  ")]));
}

#[test]
fn double_quotes_know_all_escapes() {
    let text = r#"a: "\0\a\b\t\n\v\f\r\e\ \"\/\\\N\_\L\P\x41\u00e9\U0001F600\ud83d\ude00""#;
    let scalar = a(text);
    assert_eq!(scalar.text, "\0\x07\x08\t\n\x0b\x0c\r\x1b \"/\\\u{85}\u{a0}\u{2028}\u{2029}A\u{e9}\u{1f600}\u{1f600}");
    let spelled: String = escapes(text, &scalar).into_iter().map(|(_, s)| s).collect();
    assert_eq!(format!("a: \"{spelled}\""), text);
}

#[test]
fn double_quotes_fold_and_join() {
    let text = "a: \"b \\\n   c \n\n  d\\n\n  e\\\n\n  f\"";
    let scalar = a(text);
    assert_eq!(scalar.text, "b c\nd\n e\nf");
    let expected = pairs(&[('\n', " \n\n  "), ('\n', "\\n"), (' ', "\n  "), ('\n', "\\\n\n  ")]);
    assert_eq!(escapes(text, &scalar), expected);
}

#[test]
fn literal_blocks_keep_lines() {
    let text = "a: |  # c | d\n\n  b\n    c\n\n  d\n\n# e\nz: 1";
    let scalar = a(text);
    assert_eq!(scalar.text, "\nb\n  c\n\nd\n");
    assert_eq!(at(text, scalar.span), "|  # c | d\n\n  b\n    c\n\n  d\n");
    assert_eq!(escapes(text, &scalar), []);
    let d = scalar.text.find('d').unwrap();
    assert_eq!(scalar.span_of(d..d + 1).range(), text.find("d\n\n# e").map(|at| at..at + 1).unwrap());
}

#[test]
fn blocks_chomp_as_their_header_says() {
    for (text, decoded, token) in [
        ("a: |-\n  b\n\nz: 1", "b", "|-\n  b"),
        ("a: |+\n  b\n\nz: 1", "b\n\n", "|+\n  b\n\n"),
        ("a: |\n  b", "b", "|\n  b"),
        ("a: |2-\n    b\n  c\n", "  b\nc", "|2-\n    b\n  c"),
        ("a: >+1\n  b\n c\n\n", " b\nc\n\n", ">+1\n  b\n c\n\n"),
        ("a: |\nz: 1", "", "|"),
        ("a: |+\n\n\nz: 1", "\n\n", "|+\n\n\n"),
        ("a: |\r\n  b\r\n  c\r\nz: 1", "b\nc\n", "|\r\n  b\r\n  c\r\n"),
    ] {
        let scalar = a(text);
        assert_eq!(scalar.text, decoded, "{text:?}");
        assert_eq!(at(text, scalar.span), token, "{text:?}");
        assert!(scalar.span.contains(scalar.inner_span()), "{text:?}");
        assert!(escapes(text, &scalar).iter().all(|(c, s)| *c == '\n' && s == "\r\n"), "{text:?}");
    }
}

#[test]
fn folded_blocks_fold_all_but_indented_lines() {
    let text = "a: >\n  b\n  c\n\n  d\n    e\n  f\n";
    let scalar = a(text);
    assert_eq!(scalar.text, "b c\nd\n  e\nf\n");
    assert_eq!(escapes(text, &scalar), pairs(&[(' ', "\n  "), ('\n', "\n\n  ")]));
}

#[test]
fn headers_are_found_behind_tags_anchors_and_comments() {
    for text in [
        "? k\n: !x &a|b | # |\n  v\n",
        "- - |\n   v\n",
        "--- |\n v\n",
        "|\n v\n",
        "| # |\n v\n",
        "# |\nk: # |\n  |\n  v\n",
        "? |\n v\n: 1\n",
    ] {
        let root = root(text);
        let mut all = Vec::new();
        scalars(&root, &mut all);
        let block = all.into_iter().find(|s| s.text == "v\n").unwrap();
        let token = at(text, block.span);
        assert!(token.starts_with('|') && token.trim_start_matches(['|', ' ', '#', '\n']) == "v\n", "{text:?}: {token:?}");
        assert_eq!(escapes(text, block), []);
    }
}

#[test]
fn json_in_a_block_leads_back_to_its_bytes() {
    let policy = "{\n  \"Statement\": [\n    {\"Action\": \"sts:AssumeRoleWithWebIdentity\"}\n  ]\n}";
    let text = format!("spec:\n  policy: |\n    {}\n  z: 1\n", policy.replace('\n', "\n    "));
    let root = root(&text);
    let scalar = root.path(&["spec", "policy"]).unwrap().scalar().unwrap();
    assert_eq!(scalar.text, format!("{policy}\n"));
    for needle in ["\"Statement\"", "sts:AssumeRoleWithWebIdentity", "]\n}"] {
        let start = scalar.text.find(needle).unwrap();
        let spelled = at(&text, scalar.span_of(start..start + needle.len()));
        assert_eq!(spelled.replace("\n    ", "\n"), needle);
    }
}

#[test]
fn tags_and_quotes_decide_what_a_scalar_is() {
    let text = "[1, '1', !!str 1, !!int '1', ! 1, yes, ~, null, 'null', True, !!str , 0x1f]";
    assert_eq!(show(&root(text)), r#"[1, "1", "1", 1, "1", "yes", null, null, "null", true, "", 0x1f]"#);
}

#[test]
fn other_tags_stay_as_objects() {
    let text = "a: !Sub '${x}'\nb: !GetAtt [r, Arn]\nc: !Ref\nd: !Y\n  e: 1\n!k f: 1";
    let root = root(text);
    assert_eq!(show(&root), r#"{a: {!Sub: "${x}"}, b: {!GetAtt: ["r", "Arn"]}, c: {!Ref: null}, d: {!Y: {e: 1}}, f: 1}"#);
    let sub = root.get("a").unwrap();
    assert_eq!(at(text, sub.span), "!Sub '${x}'");
    assert_eq!(at(text, sub.members()[0].key.inner_span()), "!Sub");
    let text = "%TAG !e! tag:example.org,2000:\n--- !e!x%41 y\n";
    let root = super::root(text);
    assert_eq!(at(text, root.members()[0].key.span), "!e!x%41");
}

#[test]
fn a_text_within_a_text_leads_through_both() {
    // The file: "a: \"\\x41b\"" in a JSON string at offset 10.
    let file = TextMap::direct(FileId(0), 10);
    let text = r#"a: "\x41b""#;
    let mut outer = TextMapBuilder::new(&file);
    outer.verbatim(0..3);
    outer.escape(1, 3..5);
    outer.escape(1, 5..7);
    outer.verbatim(7..11);
    outer.escape(1, 11..13);
    let outer = outer.finish_with(10);
    let parsed = parse_document(text, &outer, &Limits::default());
    let root = parsed.root.unwrap();
    let scalar = root.get("a").unwrap().scalar().unwrap().clone();
    assert_eq!(scalar.text, "Ab");
    assert_eq!(scalar.span.range(), 13..23);
    assert_eq!(scalar.span_of(0..1).range(), 15..20);
    assert_eq!(scalar.span_of(1..2).range(), 20..21);
}
