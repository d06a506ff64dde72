//! Two readers, one truth: the lazy reader against the full tree.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::syntax::json::testing::{FILE, nearly_json, parse, spelled};
use crate::syntax::{Node, Value};

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
        let lazy = LazyJson::read(&text, &Limits::default()).unwrap();
        same(lazy.root(), &parse(&text).root.unwrap());
    }

    #[test]
    fn refuses_what_the_full_parser_finds_faults_in(text in prop_oneof![nearly_json(), any::<String>()]) {
        let parsed = parse(&text);
        let lazy = LazyJson::read(&text, &Limits::default());
        prop_assert_eq!(lazy.is_some(), parsed.errors.is_empty());
        if let Some(lazy) = lazy {
            same(lazy.root(), &parsed.root.unwrap());
        }
    }
}

#[test]
fn goes_down_by_keys_to_the_last_of_duplicates() {
    let text = r#"{"a": {"b": 1}, "\u0061": {"b": [true, "x\ty"]}, "c": null}"#;
    let lazy = LazyJson::read(text, &Limits::default()).unwrap();
    let list = lazy.root().path(&["a", "b"]).unwrap();
    assert_eq!(list.text(), r#"[true, "x\ty"]"#);
    assert_eq!(list.elements().nth(1).unwrap().str().unwrap(), "x\ty");
    assert!(matches!(lazy.root().members().next(), Some((Cow::Borrowed("a"), _))));
    assert!(lazy.root().path(&["a", "x"]).is_none());
    assert!(lazy.root().path(&["c", "x"]).is_none());
}

#[test]
fn only_larger_containers_are_noted() {
    let role = json!({"tags": {"team": "a"}, "policy": "x".repeat(300)});
    let text = json!({"roles": [role, role], "none": []}).to_string();
    let lazy = LazyJson::read(&text, &Limits::default()).unwrap();
    assert_eq!(lazy.ends.len(), 4, "root, list, two roles");
    same(lazy.root(), &parse(&text).root.unwrap());
}

#[test]
fn depth_is_limited_as_in_the_full_parser() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(LazyJson::read(&nested(256), &Limits::default()).is_some());
    assert!(LazyJson::read(&nested(257), &Limits::default()).is_none());
    assert!(LazyJson::read(&"[".repeat(1_000_000), &Limits::default()).is_none());
}
