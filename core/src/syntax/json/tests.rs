//! The parser against serde_json on valid and nearly valid texts, and fault by fault on what people write.

use proptest::prelude::*;
use serde_json::json;

use super::MAX_ERRORS;
use super::testing::{FILE, all_nodes, inside, json, nearly_json, parse, spell, spelled, to_json};
use crate::source::{Span, TextMap};
use crate::syntax::{Limits, Node, Value, parse_embedded};

/// Undoes one layer of JSON's escapes.
fn unescape(text: &str) -> String {
    serde_json::from_str(&format!("\"{text}\"")).unwrap()
}

fn slice(text: &str, span: Span) -> &str {
    text.get(span.range()).unwrap()
}

/// That a node's token and each of its characters stand where the tree says; `layer` undoes the escapes around the text.
fn check_places(node: &Node, file: &str, layer: fn(&str) -> String) {
    let token = layer(slice(file, node.span));
    match &node.value {
        Value::String(scalar) => {
            assert_eq!(serde_json::from_str::<String>(&token).unwrap(), scalar.text.as_str());
            assert_eq!(layer(slice(file, scalar.inner_span())), inside(&token));
            for (at, c) in scalar.text.char_indices() {
                let spelling = slice(file, scalar.span_of(at..at + c.len_utf8()));
                assert_eq!(unescape(&layer(spelling)), c.to_string());
            }
        }
        _ => assert_eq!(serde_json::from_str::<serde_json::Value>(&token).unwrap(), to_json(node)),
    }
}

proptest! {
    #[test]
    fn valid_json_is_read_as_serde_reads_it((value, text) in spelled()) {
        let parsed = parse(&text);
        prop_assert_eq!(&parsed.errors, &[]);
        let root = parsed.root.unwrap();
        prop_assert_eq!(to_json(&root), value);
        for node in all_nodes(&root) {
            check_places(&node, &text, str::to_owned);
        }
    }

    #[test]
    fn json_in_a_string_leads_back_to_the_file(value in json()) {
        let inner = serde_json::to_string_pretty(&json!([value])).unwrap();
        let file = format!("[1, {}]", serde_json::to_string(&inner).unwrap());
        let outer = parse(&file).root.unwrap();
        let parsed = parse_embedded(outer.elements()[1].scalar().unwrap(), &Limits::default()).unwrap();
        prop_assert_eq!(&parsed.errors, &[]);
        let root = parsed.root.unwrap();
        prop_assert_eq!(to_json(&root), json!([value]));
        for node in all_nodes(&root) {
            check_places(&node, &file, unescape);
        }
    }

    #[test]
    fn faults_are_found_where_serde_finds_them(text in nearly_json()) {
        let valid = match serde_json::from_str::<serde_json::Value>(&text) {
            Ok(_) => true,
            // Numbers are kept as written, so none is out of range; what stands behind it is judged by a reader that doesn't mind either.
            Err(error) if error.to_string().starts_with("number out of range") => serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok(),
            Err(_) => false,
        };
        let parsed = parse(&text);
        prop_assert_eq!(valid, parsed.errors.is_empty(), "{:?}", parsed.errors);
    }

    #[test]
    fn a_truncated_text_is_one_fault(value in json(), style in 0..4usize) {
        let text = spell(&json!({"a": [value]}), style);
        for (end, _) in text.char_indices().skip(1) {
            let cut = text.get(..end).unwrap();
            let errors = parse(cut).errors;
            prop_assert_eq!(errors.len(), 1, "{:?} {:?}", cut, errors);
        }
    }

    #[test]
    fn any_text_is_read_without_panic_and_on_character_boundaries(text in prop_oneof![
        any::<String>(),
        "[\\[\\]{}:,\"'\\\\/*#a-fnrtu0-9 \n\r“”é😀$=.+-]{0,60}",
    ]) {
        let parsed = parse(&text);
        prop_assert!(parsed.errors.len() <= MAX_ERRORS);
        prop_assert!(parsed.errors.is_sorted_by_key(|e| e.span.start));
        prop_assert!(parsed.errors.iter().all(|e| e.span.start <= e.span.end && text.get(e.span.range()).is_some()));
        let nodes = parsed.root.as_ref().map(all_nodes).unwrap_or_default();
        for node in nodes {
            prop_assert!(text.get(node.span.range()).is_some());
            if let Some(scalar) = node.scalar() {
                for (at, c) in scalar.text.char_indices() {
                    prop_assert!(text.get(scalar.span_of(at..at + c.len_utf8()).range()).is_some());
                }
            }
            prop_assert!(node.value != Value::Broken || !parsed.errors.is_empty());
        }
    }
}

/// Reads a faulty text: what was understood, and each error as what it points at and what it says.
fn faulty(text: &str) -> (serde_json::Value, Vec<(&str, String)>) {
    let parsed = parse(text);
    let errors = parsed.errors.into_iter().map(|e| (slice(text, e.span), e.message)).collect();
    (parsed.root.as_ref().map_or(json!("<none>"), to_json), errors)
}

#[test]
fn one_fault_is_one_error_and_the_rest_is_understood() {
    let cases = [
        // Commas and colons.
        (r#"{"a": 1, "b": 2,}"#, json!({"a": 1, "b": 2}), ",", "a comma is not allowed after the last item"),
        (r#"[1, 2, ]"#, json!([1, 2]), ",", "a comma is not allowed after the last item"),
        (r#"[1,, 2]"#, json!([1, 2]), ",", "unexpected `,`"),
        (r#"{, "a": 1}"#, json!({"a": 1}), ",", "unexpected `,`"),
        ("{\"a\": 1\n \"b\": [2]}", json!({"a": 1, "b": [2]}), "", "a `,` or `}` is missing here"),
        (r#"[1 [2] ]"#, json!([1, [2]]), "", "a `,` or `]` is missing here"),
        (r#"{"a" 1, "b": 2}"#, json!({"a": 1, "b": 2}), "", "a `:` is missing after this key"),
        (r#"{"a" = 1, "b": 2}"#, json!({"a": 1, "b": 2}), "=", "a key is followed by `:` in JSON"),
        (r#"{"a", "b": 2}"#, json!({"a": "<broken>", "b": 2}), "", "a `:` and a value are missing after this key"),
        (r#"{"a": , "b": 2}"#, json!({"a": "<broken>", "b": 2}), ",", "expected a value, found `,`"),
        (r#"{"a": }"#, json!({"a": "<broken>"}), "}", "expected a value, found `}`"),
        (r#"{"a":: 1}"#, json!({"a": 1}), ":", "unexpected `:`"),
        // Brackets.
        (r#"{"a": {"b": 1, "c": 2}"#, json!({"a": {"b": 1, "c": 2}}), "{", "the text ends before this `{` is closed"),
        (r#"{"a": [{"b": 1], "c": 2}"#, json!({"a": [{"b": 1}], "c": 2}), "]", "expected `}`, found `]`"),
        (r#"{"a": [1, 2, "b": 3}"#, json!({"a": [1, 2, "b", 3]}), ":", "unexpected `:`"),
        (r#"[1, 2}"#, json!([1, 2]), "}", "expected `]`, found `}`"),
        (r#"{"a": 1}}"#, json!({"a": 1}), "}", "there is more text after the end of the value"),
        ("{\"a\": 1} {\"b\": 2}\n[]", json!({"a": 1}), "{\"b\": 2}", "there is more text after the end of the value"),
        ("}", json!("<none>"), "}", "expected a value, found `}`"),
        ("{{ .Values.role }}", json!({}), "{", "expected a key in double quotes, found `{`"),
        // Words.
        (r#"{"a": True, "b": 2}"#, json!({"a": "<broken>", "b": 2}), "True", "`true` is written in lower case in JSON"),
        (r#"{"a": None}"#, json!({"a": "<broken>"}), "None", "`None` is written `null` in JSON"),
        (
            r#"{"a": ${arn}, "b": 2}"#,
            json!({"a": "<broken>", "b": 2}),
            "${arn}",
            "`${arn}` is not a value of JSON; a string needs double quotes",
        ),
        ("[aws: sts x , 2]", json!(["<broken>", 2]), "aws: sts x", "`aws: sts x` is not a value of JSON; a string needs double quotes"),
        (r#"{Effect: "Allow", "b": 2}"#, json!({"Effect": "Allow", "b": 2}), "Effect", "the key `Effect` needs double quotes"),
        (r#"{"a": 1, b}"#, json!({"a": 1}), "b", "expected a key in double quotes, found `b`"),
        ("[012, 1]", json!(["<broken>", 1]), "012", "`012` is not a number of JSON"),
        ("[1.]", json!(["<broken>"]), "1.", "`1.` is not a number of JSON"),
        (
            "apiVersion: v1\nkind: Pod\n",
            json!("<broken>"),
            "apiVersion: v1",
            "`apiVersion: v1` is not a value of JSON; a string needs double quotes",
        ),
        // Quotes.
        ("{'a': 1}", json!({"a": 1}), "'a'", "a string needs double quotes (`\"`), not `'`"),
        ("{“a”: 1}", json!({"a": 1}), "“a”", "a string needs double quotes (`\"`), not `“`"),
        ("{\"a\": \"x,\r\n \"b\": 2}", json!({"a": "x,", "b": 2}), "\"x,", "the line ends before this string is closed"),
        ("{\"a: 1,\n \"b\": 2}", json!({"a: 1,": "<broken>", "b": 2}), "\"a: 1,", "the line ends before this string is closed"),
        ("[\"a]\n", json!(["a]"]), "\"a]", "the line ends before this string is closed"),
        ("[\"a", json!(["a"]), "\"a", "the text ends before this string is closed"),
        (
            r#"{"Effect: "Allow", "a": 1}"#,
            json!({"Effect: ": "<broken>", ", ": "<broken>", ": 1}": "<broken>"}),
            "",
            "a `:` is missing after this key",
        ),
        // Inside strings.
        ("[\"a\tb\tc\"]", json!(["a\tb\tc"]), "\t", "U+0009 must be written as an escape in a string"),
        (r#"["a\d*"]"#, json!(["a\\d*"]), r"\d", r"`\d` is not an escape of JSON"),
        (r#"["\u12é"]"#, json!(["\\u12é"]), r"\u12", r"`\u12` is not an escape of JSON"),
        (r#"["\ud800x"]"#, json!(["\u{fffd}x"]), r"\ud800", r"`\ud800` is half of a surrogate pair without the other half"),
        // Around the value.
        ("{\"a\": 1, // one\n \"b\": 2}", json!({"a": 1, "b": 2}), "// one", "comments are not allowed in JSON"),
        ("{\"a\": /* ] */ 1}", json!({"a": 1}), "/* ] */", "comments are not allowed in JSON"),
        ("# one\n1", json!(1), "# one", "comments are not allowed in JSON"),
        ("[1, /* two", json!([1]), "/* two", "the text ends before this comment does, and comments are not allowed in JSON"),
        ("{\"a\":\u{a0}\u{a0}1}", json!({"a": 1}), "\u{a0}\u{a0}", "U+00A0 is not white space in JSON"),
        ("", json!("<none>"), "", "the file is empty"),
        ("\u{feff} \n", json!("<none>"), "\u{feff} \n", "the file is empty"),
    ];
    for (text, understood, at, message) in cases {
        assert_eq!(faulty(text), (understood, vec![(at, message.to_owned())]), "{text}");
    }
}

#[test]
fn missing_things_are_told_where_they_are_missing() {
    for (text, at) in [("{\"a\": 1\n \"b\": 2}", 7), ("{\"a\" 1}", 4)] {
        assert_eq!(parse(text).errors[0].span.start, at, "{text}");
    }
}

#[test]
fn each_fault_of_several_is_told() {
    let (understood, errors) = faulty("{'a': [1,], // x\n \"b\": nil,\n}");
    assert_eq!(understood, json!({"a": [1], "b": "<broken>"}));
    assert_eq!(errors.iter().map(|(at, _)| *at).collect::<Vec<_>>(), ["'a'", ",", "// x", "nil", ","]);
    assert_eq!(parse(&"[1,],".repeat(3)).errors.len(), 2);
    assert_eq!(parse(&format!("[{}]", "x, ".repeat(10_000))).errors.len(), MAX_ERRORS);
}

#[test]
fn duplicates_are_kept_in_order() {
    let root = parse(r#"{"a": 1, "b": 2, "a": 3}"#).root.unwrap();
    assert_eq!(root.members().iter().map(|m| m.key.as_str()).collect::<Vec<_>>(), ["a", "b", "a"]);
    assert_eq!(root.get("a").unwrap().value, Value::Number("3".into()));
}

#[test]
fn nesting_past_the_limit_is_one_error_and_skipped() {
    let nested = |depth: usize| format!("[{}1{}, 2]", "[".repeat(depth - 1), "]".repeat(depth - 1));
    assert_eq!(parse(&nested(256)).errors, []);
    let text = nested(257);
    let parsed = parse(&text);
    assert_eq!(parsed.errors.len(), 1);
    assert_eq!(parsed.errors[0].message, "nested deeper than 256 levels");
    assert_eq!(parsed.errors[0].span.start, 256);
    assert_eq!(parsed.root.unwrap().elements().len(), 2);
    assert_eq!(parse(&"[".repeat(1_000_000)).errors.len(), 1);
    assert_eq!(parse(&"{\"a\":".repeat(100_000)).errors.len(), 1);
}

#[test]
fn spans_begin_where_the_text_stands_in_its_file() {
    let parsed = super::parse("{\"a\": \"\\n\"}", &TextMap::direct(FILE, 100), &Limits::default());
    let root = parsed.root.unwrap();
    assert_eq!((root.span.start, root.span.end), (100, 111));
    let scalar = root.get("a").unwrap().scalar().unwrap();
    assert_eq!((scalar.span.start, scalar.inner_span().start, scalar.inner_span().end), (106, 107, 109));
}
