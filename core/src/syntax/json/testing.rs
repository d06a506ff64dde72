//! Random JSON in many spellings, and a tree as serde_json would have it: the tests' oracle. Shared with the lazy reader's tests.

use proptest::prelude::*;
use serde_json::Value as Json;

use crate::source::{FileId, TextMap};
use crate::syntax::{Limits, Node, Parsed, Value};

pub(in crate::syntax) const FILE: FileId = FileId(3);

pub(in crate::syntax) fn parse(text: &str) -> Parsed {
    super::parse(text, &TextMap::direct(FILE, 0), &Limits::default())
}

/// What stands between a token's quotes.
pub(in crate::syntax) fn inside(token: &str) -> &str {
    token.strip_prefix('"').unwrap().strip_suffix('"').unwrap()
}

/// The tree as serde_json has it; what could not be read is the string `<broken>`.
pub(in crate::syntax) fn to_json(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(b) => Json::Bool(*b),
        Value::Number(n) => serde_json::from_str(n).unwrap(),
        Value::String(s) => Json::String(s.text.to_string()),
        Value::Array(elements) => elements.iter().map(to_json).collect(),
        Value::Object(members) => members.iter().map(|m| (m.key.text.to_string(), to_json(&m.value))).collect(),
        Value::Broken => Json::String("<broken>".to_owned()),
    }
}

/// Every node of a tree, and every key as a node of its own.
pub(in crate::syntax) fn all_nodes(root: &Node) -> Vec<Node> {
    let mut nodes = vec![root.clone()];
    for element in root.elements() {
        nodes.extend(all_nodes(element));
    }
    for member in root.members() {
        nodes.push(Node { span: member.key.span, value: Value::String(member.key.clone()) });
        nodes.extend(all_nodes(&member.value));
    }
    nodes
}

fn string() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("Statement".to_owned()),
        Just(String::new()),
        Just("arn:aws:iam::111122223333:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/CD18FC9FB6494384932AF3BDA6FE8102".to_owned()),
        "[ -~]{0,30}",
        proptest::collection::vec(
            prop_oneof![
                Just('"'),
                Just('\\'),
                Just('/'),
                Just('\u{1}'),
                Just('\n'),
                Just('é'),
                Just('😀'),
                Just('\u{fffd}'),
                any::<char>()
            ],
            0..12
        )
        .prop_map(|chars| chars.into_iter().collect()),
    ]
}

/// Fractions that are exact in binary, since serde_json rounds others.
fn number() -> impl Strategy<Value = Json> {
    prop_oneof![
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<i32>().prop_map(|n| Json::from(f64::from(n) / 8.0)),
        Just(Json::from(1e20)),
        Just(Json::from(0)),
    ]
}

pub(in crate::syntax) fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![Just(Json::Null), any::<bool>().prop_map(Json::from), number(), string().prop_map(Json::from)];
    leaf.prop_recursive(6, 60, 8, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..8).prop_map(Json::Array),
            proptest::collection::vec((string(), inner), 0..8).prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

/// One of a value's four spellings.
pub(in crate::syntax) fn spell(value: &Json, style: usize) -> String {
    match style {
        0 => serde_json::to_string(value).unwrap(),
        1 => serde_json::to_string_pretty(value).unwrap(),
        2 => serde_json::to_string_pretty(value).unwrap().replace('\n', "\r\n"),
        _ => {
            let mut text = "\u{feff}\t".to_owned();
            spell_oddly(value, &mut text);
            text
        }
    }
}

/// A value and one of its spellings.
pub(in crate::syntax) fn spelled() -> impl Strategy<Value = (Json, String)> {
    (json(), 0..4usize).prop_map(|(value, style)| {
        let text = spell(&value, style);
        (value, text)
    })
}

/// White space everywhere, and every other character of a string as an escape.
fn spell_oddly(value: &Json, out: &mut String) {
    match value {
        Json::Array(elements) => {
            out.push_str("[ ");
            for (i, element) in elements.iter().enumerate() {
                out.push_str(if i > 0 { "\r\n,\t" } else { "" });
                spell_oddly(element, out);
            }
            out.push_str("\n          ]");
        }
        Json::Object(members) => {
            out.push_str("{\t");
            for (i, (key, member)) in members.iter().enumerate() {
                out.push_str(if i > 0 { " ,  " } else { "" });
                spell_oddly(&Json::String(key.clone()), out);
                out.push_str("\r:\n");
                spell_oddly(member, out);
            }
            out.push('}');
        }
        Json::String(text) => {
            out.push('"');
            for (i, c) in text.chars().enumerate() {
                if i % 2 == 0 {
                    c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04X}")));
                } else {
                    let quoted = serde_json::to_string(&c).unwrap();
                    out.push_str(if c == '/' { "\\/" } else { inside(&quoted) });
                }
            }
            out.push('"');
        }
        other => out.push_str(&other.to_string()),
    }
}

/// A text that is one character away from JSON, or JSON still.
pub(in crate::syntax) fn nearly_json() -> impl Strategy<Value = String> {
    const INSERTED: [char; 26] = [
        '"', '\\', '{', '}', '[', ']', ',', ':', ' ', '\n', '\t', '\u{1}', '0', '1', '-', '.', 'e', 'u', 't', 'n', '/', '\'', '#', 'é',
        '\u{a0}', '+',
    ];
    (spelled(), any::<prop::sample::Index>(), proptest::option::of(prop::sample::select(INSERTED.as_slice()))).prop_map(
        |((_, text), at, c)| {
            let mut chars: Vec<char> = text.trim_start_matches('\u{feff}').chars().collect();
            match c {
                Some(c) => chars.insert(at.index(chars.len() + 1), c),
                None => drop(chars.remove(at.index(chars.len()))),
            }
            chars.into_iter().collect()
        },
    )
}
