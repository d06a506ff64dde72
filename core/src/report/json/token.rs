//! A token as JSON: its claims and what is to be said of it, never the token itself nor another token that it carries.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use smol_str::SmolStr;

use crate::admission::{Claim, Token};
use crate::engine::token_check::{Given, Remark, Weight};

/// One token.
#[derive(Serialize)]
pub struct TokenJson<'a> {
    verified: bool,
    summary: String,
    expiry: Option<String>,
    remarks: Vec<RemarkJson>,
    issuer: String,
    subject: Option<&'a str>,
    audience: Vec<&'a str>,
    claims: Claims<'a>,
    expires: Option<i64>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct RemarkJson {
    refused: bool,
    message: String,
    help: String,
}

impl<'a> TokenJson<'a> {
    /// What is published of a token.
    pub fn of(given: &'a Given) -> Self {
        let remark = |remark: Remark| RemarkJson { refused: remark.weight == Weight::Refused, message: remark.message, help: remark.help };
        let token = &given.token;
        let audience = match token.claim("aud") {
            Some(Claim::One(one)) => vec![one.as_str()],
            Some(Claim::Many(many)) => many.iter().map(SmolStr::as_str).collect(),
            _ => Vec::new(),
        };
        Self {
            verified: false,
            summary: given.summary(),
            expiry: given.expiry(),
            remarks: given.remarks().into_iter().map(remark).collect(),
            issuer: format!("https://{}", token.issuer),
            subject: token.subject().map(SmolStr::as_str),
            audience,
            claims: Claims(token),
            expires: given.expires(),
            notes: given.notes(),
        }
    }
}

/// Name and value of every claim; an object, which no condition key shows, is `{}`.
struct Claims<'a>(&'a Token);

impl Serialize for Claims<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let claims = &self.0.claims;
        let mut map = serializer.serialize_map(None)?;
        for (at, (name, claim)) in claims.iter().enumerate() {
            // Of duplicates the last holds.
            if claims.iter().skip(at + 1).any(|(later, _)| later == name) {
                continue;
            }
            match claim {
                Claim::One(value) => map.serialize_entry(name, shown(value))?,
                Claim::Many(values) => map.serialize_entry(name, &values.iter().map(|value| shown(value)).collect::<Vec<_>>())?,
                Claim::Null => map.serialize_entry(name, &())?,
                Claim::Other => map.serialize_entry(name, &std::collections::BTreeMap::<&str, &str>::new())?,
            }
        }
        map.end()
    }
}

/// A claim that is a token of its own is as secret as this one.
fn shown(value: &str) -> &str {
    if value.starts_with("eyJ") && value.contains('.') { "…" } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_claims_and_no_token() {
        let payload = r#"{"iss": "https://i.example.com", "sub": "s", "aud": "a", "aud": ["b"], "exp": 5, "x": null, "y": {"z": 1}, "id": "eyJh.eyJi.c"}"#;
        let given = crate::engine::jwt::parse(payload).unwrap();
        let json = serde_json::to_value(TokenJson::of(&given)).unwrap();
        let claims =
            serde_json::json!({"iss": "https://i.example.com", "sub": "s", "aud": ["b"], "exp": "5", "x": null, "y": {}, "id": "…"});
        assert_eq!(json["claims"], claims);
        assert_eq!(
            (&json["issuer"], &json["audience"], &json["expires"]),
            (&"https://i.example.com".into(), &["b"].as_slice().into(), &5.into())
        );
    }
}
