//! A token's claims as JSON, read so that nothing is lost that STS sees: order, duplicates, numbers as they are written.

use std::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;
use smol_str::SmolStr;

use crate::admission::Claim;

/// Reads an object of claims.
///
/// # Errors
/// What is wrong, to be read after the words "the payload".
pub fn parse(json: &str) -> Result<Vec<(SmolStr, Claim)>, String> {
    serde_json::from_str::<Claims>(json).map(|claims| claims.0).map_err(|error| format!("is not a JSON object: {error}"))
}

/// A claim's value.
#[must_use]
pub fn value(raw: &RawValue) -> Claim {
    match raw.get().as_bytes().first() {
        Some(b'n') => Claim::Null,
        Some(b'{') => Claim::Other,
        Some(b'[') => list(raw),
        Some(b'"') => serde_json::from_str::<SmolStr>(raw.get()).map_or(Claim::Other, Claim::One),
        _ => Claim::One(raw.get().into()),
    }
}

/// A list counts if all of it are plain values.
fn list(raw: &RawValue) -> Claim {
    let elements: Vec<&RawValue> = serde_json::from_str(raw.get()).unwrap_or_default();
    let values = elements.into_iter().map(|element| match value(element) {
        Claim::One(value) => Some(value),
        _ => None,
    });
    values.collect::<Option<_>>().map_or(Claim::Other, Claim::Many)
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
        let claims = parse(r#"{"a": 1.0, "b": [1e3, true, "x"], "c": null, "d": {}, "e": [[]], "a": "\u0041"}"#).unwrap();
        let expected = [
            ("a", Claim::One("1.0".into())),
            ("b", Claim::Many(vec!["1e3".into(), "true".into(), "x".into()])),
            ("c", Claim::Null),
            ("d", Claim::Other),
            ("e", Claim::Other),
            ("a", Claim::One("A".into())),
        ];
        assert_eq!(claims, expected.map(|(name, claim)| (name.into(), claim)));
        assert!(parse("[]").unwrap_err().starts_with("is not a JSON object"));
    }
}
