//! Two readers, one truth: the lazy reader against the full tree.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::schedule::InOrder;
use crate::syntax::json::testing::{FILE, nearly_json, parse, spelled};
use crate::syntax::{Node, Value};

fn read(text: &str) -> Option<LazyJson<'_>> {
    LazyJson::read(text, &Limits::default(), &InOrder)
}

/// That a lazy value is the node, node by node, span by span.
fn same(lazy: LazyValue<'_>, node: &Node) {
    assert_eq!(lazy.span(FILE), node.span);
    assert_eq!(lazy.to_node(FILE, &Limits::default()).root.as_ref(), Some(node));
    let kind = match &node.value {
        Value::Null | Value::Broken => Kind::Null,
        Value::Bool(_) => Kind::Bool,
        Value::Number(_) => Kind::Number,
        Value::String(_) => Kind::String,
        Value::Array(_) => Kind::Array,
        Value::Object(_) => Kind::Object,
    };
    assert_eq!(lazy.kind(), kind);
    assert_eq!(lazy.bool(), node.bool());
    assert_eq!(lazy.str().as_deref(), node.text());
    assert_eq!(lazy.elements().count(), node.elements().len());
    lazy.elements().zip(node.elements()).for_each(|(lazy, node)| same(lazy, node));
    assert_eq!(lazy.members().count(), node.members().len());
    for ((key, value), member) in lazy.members().zip(node.members()) {
        assert_eq!(key, member.key.as_str());
        same(value, &member.value);
        assert_eq!(lazy.get(&key).map(|v| v.span(FILE)), node.get(&key).map(|n| n.span));
    }
}

proptest! {
    #[test]
    fn is_the_full_tree((_, text) in spelled()) {
        let lazy = read(&text).unwrap();
        same(lazy.root(), &parse(&text).root.unwrap());
    }

    #[test]
    fn refuses_what_the_full_parser_finds_faults_in(text in prop_oneof![nearly_json(), any::<String>()]) {
        let parsed = parse(&text);
        let lazy = read(&text);
        prop_assert_eq!(lazy.is_some(), parsed.errors.is_empty());
        if let Some(lazy) = lazy {
            same(lazy.root(), &parsed.root.unwrap());
        }
    }
}

#[test]
fn goes_down_by_keys_to_the_last_of_duplicates() {
    let text = r#"{"a": {"b": 1}, "\u0061": {"b": [true, "x\ty"]}, "c": null}"#;
    let lazy = read(text).unwrap();
    let list = lazy.root().path(&["a", "b"]).unwrap();
    assert_eq!(list.text(), r#"[true, "x\ty"]"#);
    assert_eq!(list.elements().nth(1).unwrap().str().unwrap(), "x\ty");
    assert!(matches!(lazy.root().members().next(), Some((Cow::Borrowed("a"), _))));
    assert!(lazy.root().path(&["a", "x"]).is_none());
    assert!(lazy.root().path(&["c", "x"]).is_none());
}

/// The walk in one go and the walk in stretches of any length.
fn in_stretches(text: &str, length: usize) {
    let walked = |length| check::check(text, &Limits::default(), length, &InOrder).map(|checked| (checked.root, checked.ends));
    assert_eq!(walked(length), walked(usize::MAX), "{length}: {text}");
}

proptest! {
    #[test]
    fn stretches_change_nothing((_, text) in spelled(), broken in nearly_json(), length in 1usize..40) {
        in_stretches(&text, length);
        in_stretches(&broken, length);
    }

    #[test]
    fn stretches_of_lists_of_objects_change_nothing(
        elements in prop::collection::vec(prop_oneof![
            Just(r#"{"a": [{"b": 1},{"b": 2},{"b": "},{\"c\": 3"}]}"#),
            Just(r#"{"a": "x},{"}"#),
            Just(r#"{"a": {"b": [[{"c": 1}, {"c": [1,2]}]]}}"#),
            Just(r#"{"a": 1},{"b":2}"#),
            Just(r#"{"a": [{"b":1},{"c":}]}"#),
            Just("7"),
        ], 0..12),
        open in "[\\[]{1,3}",
        length in 1usize..80,
    ) {
        let close = "]".repeat(open.len());
        let long = "y".repeat(300);
        in_stretches(&format!(r#"{{"list": {open}{}{close}, "long": "{long}", "other": [{{"x":1}},{{"y":2}}]}}"#, elements.join(",")), length);
    }
}

#[test]
fn stretches_are_taken_over() {
    let text = format!("[{}]", vec![r#"{"a":[{"b":1},{"b":2}],"c":"},{"}"#; 40].join(","));
    let stretches: Vec<_> = stretch::ahead(text.as_bytes(), &Limits::default(), 200, &InOrder).collect();
    assert_eq!(stretches.len(), text.len() / 200 - 1);
    let element = r#"{"a":[{"b":1},{"b":2}],"c":"},{"},"#.len();
    assert!(stretches.iter().all(|stretch| (stretch.start - 1) % element == 0), "each begins at an element of the outer list");
}

#[test]
fn stretches_keep_to_the_depth() {
    let objects = vec![r#"{"a":1}"#; 100].join(",");
    for inner in [6, 7] {
        let text = format!("{}{objects},{}{}{}", "[".repeat(250), "[".repeat(inner), "]".repeat(inner), "]".repeat(250));
        in_stretches(&text, 400);
    }
}

#[test]
fn only_larger_values_are_noted() {
    let role = json!({"tags": {"team": "a"}, "policy": "x".repeat(300)});
    let text = json!({"roles": [role, role], "none": []}).to_string();
    let lazy = read(&text).unwrap();
    assert_eq!(lazy.ends.len(), 6, "root, list, two roles, their policies");
    same(lazy.root(), &parse(&text).root.unwrap());
}

#[test]
fn depth_is_limited_as_in_the_full_parser() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&nested(256)).is_some());
    assert!(read(&nested(257)).is_none());
    assert!(read(&"[".repeat(1_000_000)).is_none());
}
