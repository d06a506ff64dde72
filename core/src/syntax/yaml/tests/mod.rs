//! Tests of the YAML reader, and what they share.

mod collections;
mod errors;
mod properties;
mod scalars;

use super::{parse, parse_document};
use crate::source::{FileId, Span, TextMap};
use crate::syntax::{Limits, Node, Parsed, Scalar, Value};

fn map() -> TextMap {
    TextMap::direct(FileId(0), 0)
}

fn read(text: &str) -> Parsed {
    parse_document(text, &map(), &Limits::default())
}

/// The root of a document without errors.
fn root(text: &str) -> Node {
    let parsed = read(text);
    assert_eq!(parsed.errors, [], "{text}");
    parsed.root.unwrap()
}

/// The tree as one line of JSON-like text; strings quoted, numbers bare.
fn show(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Number(n) => n.to_string(),
        Value::String(s) => format!("{:?}", s.as_str()),
        Value::Array(nodes) => format!("[{}]", nodes.iter().map(show).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let members = members.iter().map(|m| format!("{}: {}", m.key.text, show(&m.value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        Value::Broken => "?".to_owned(),
    }
}

fn at(text: &str, span: Span) -> &str {
    text.get(span.range()).unwrap()
}

/// Each character of a scalar with the bytes that spell it, where they are not the character itself.
fn escapes(text: &str, scalar: &Scalar) -> Vec<(char, String)> {
    let spelled = scalar.text.char_indices().map(|(i, c)| (c, at(text, scalar.span_of(i..i + c.len_utf8())).to_owned()));
    spelled.filter(|(c, spelling)| *spelling != c.to_string()).collect()
}

/// Errors as `place: message`.
fn faults(text: &str, parsed: &Parsed) -> Vec<String> {
    parsed.errors.iter().map(|e| format!("{}: {}", at(text, e.span), e.message)).collect()
}

/// All scalars of a tree, keys included.
fn scalars<'a>(node: &'a Node, all: &mut Vec<&'a Scalar>) {
    match &node.value {
        Value::String(s) => all.push(s),
        Value::Array(nodes) => nodes.iter().for_each(|n| scalars(n, all)),
        Value::Object(members) => members.iter().for_each(|m| {
            all.push(&m.key);
            scalars(&m.value, all);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Broken => {}
    }
}
