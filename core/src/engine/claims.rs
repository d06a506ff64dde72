//! A token's claims as JSON, read so that nothing is lost that STS sees: order, duplicates, numbers as they are written.

use std::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;
use smol_str::SmolStr;

use crate::admission::Claim;
use crate::source::{FileId, TextMap};
use crate::syntax::{Limits, Node, Value, json};

/// Reads an object of claims.
///
/// # Errors
/// What is wrong, to be read after the words "the payload".
pub fn parse(text: &str) -> Result<Vec<(SmolStr, Claim)>, String> {
    let parsed = json::parse(text, &TextMap::direct(FileId(0), 0), &Limits::default());
    match (parsed.root, parsed.errors.first()) {
        (Some(root), None) if root.is_object() => Ok(of_object(&root)),
        (_, Some(error)) => Err(format!("is not a JSON object: {}", error.message)),
        _ => Err("is not a JSON object".to_owned()),
    }
}

/// The claims of an object, in its order; none of anything else.
#[must_use]
pub fn of_object(object: &Node) -> Vec<(SmolStr, Claim)> {
    object.members().iter().map(|member| (member.key.text.clone(), of_node(&member.value))).collect()
}

/// A claim's value. A list counts if all of it are plain values.
fn of_node(node: &Node) -> Claim {
    match &node.value {
        Value::Null => Claim::Null,
        Value::Object(_) | Value::Broken => Claim::Other,
        Value::Bool(value) => Claim::One(if *value { "true" } else { "false" }.into()),
        Value::Number(value) => Claim::One(value.clone()),
        Value::String(value) => Claim::One(value.text.clone()),
        Value::Array(elements) => {
            let values = elements.iter().map(|element| match of_node(element) {
                Claim::One(value) => Some(value),
                _ => None,
            });
            values.collect::<Option<_>>().map_or(Claim::Other, Claim::Many)
        }
    }
}

/// A claim's value. What is no list and holds no escape is taken as it stands: lines of a batch have many of them.
#[must_use]
pub fn value(raw: &RawValue) -> Claim {
    let text = raw.get();
    match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(plain) if !plain.contains('\\') => Claim::One(plain.into()),
        None if !text.starts_with(['[', '{', 'n']) => Claim::One(text.into()),
        _ => {
            let parsed = json::parse(text, &TextMap::direct(FileId(0), 0), &Limits::default());
            parsed.root.filter(|_| parsed.errors.is_empty()).map_or(Claim::Other, |root| of_node(&root))
        }
    }
}

/// Claims in the order in which they are written, duplicates kept.
#[derive(Debug, Default)]
pub struct Claims(pub Vec<(SmolStr, Claim)>);

impl<'de> Deserialize<'de> for Claims {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Claims;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of claims")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Claims, A::Error> {
                let mut claims = Vec::new();
                while let Some((name, raw)) = map.next_entry::<SmolStr, &'de RawValue>()? {
                    claims.push((name, value(raw)));
                }
                Ok(Claims(claims))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_is_written() {
        let text = r#"{"a": 1.0, "b": [1e3, true, "x"], "c": null, "d": {}, "e": [[]], "a": "\u0041", "f": false, "g": "", "h": -2}"#;
        let expected = [
            ("a", Claim::One("1.0".into())),
            ("b", Claim::Many(vec!["1e3".into(), "true".into(), "x".into()])),
            ("c", Claim::Null),
            ("d", Claim::Other),
            ("e", Claim::Other),
            ("a", Claim::One("A".into())),
            ("f", Claim::One("false".into())),
            ("g", Claim::One("".into())),
            ("h", Claim::One("-2".into())),
        ];
        let expected = expected.map(|(name, claim)| (name.into(), claim));
        assert_eq!(parse(text).unwrap(), expected);
        assert_eq!(serde_json::from_str::<Claims>(text).unwrap().0, expected);
        for broken in ["[]", "", "{\"a\": 1", "{\"a\": 01}"] {
            assert!(parse(broken).unwrap_err().starts_with("is not a JSON object"), "{broken}");
        }
    }
}
