//! Random calls: tokens made from what the policy writes, with small damages, so that they fall on both sides of its borders.

use serde_json::{Map, Value, json};

use super::Random;
use super::words::{self, ISSUERS, Near};

const ROLE: &str = "arn:aws:iam::111122223333:role/checkout";

/// A request of a `can-assume --batch` line.
pub fn call(random: &mut Random, issuer: &str, near: &Near) -> Value {
    let issuer = if random.chance(96) { issuer } else { *random.pick(&ISSUERS) };
    let mut request = Map::new();
    let mut set = |name: &str, value: Value| request.insert(name.to_owned(), value);
    set("issuer", json!(format!("https://{issuer}")));
    let account = random.weighted(&[(94, "111122223333"), (6, "444455556666")]);
    set("provider_arn", json!(format!("arn:aws:iam::{account}:oidc-provider/{issuer}")));
    if random.chance(98) {
        set("sub", json!(claim(random, issuer, near, "sub")));
    }
    let audience = claim(random, issuer, near, "aud");
    match random.below(50) {
        0 => {}
        1 => drop(set("aud", json!([audience]))),
        _ => drop(set("aud", json!(audience))),
    }
    let claims = claims(random, issuer, near);
    if !claims.is_empty() {
        set("claims", Value::Object(claims));
    }
    set("role_arn", json!(ROLE));
    if random.chance(50) {
        set("role_session_name", json!(random.pick(&["nightly", "run"])));
    }
    Value::Object(request)
}

fn claims(random: &mut Random, issuer: &str, near: &Near) -> Map<String, Value> {
    let mut claims = Map::new();
    for (percent, name) in [(8, "azp"), (20, "email"), (20, "repository"), (15, "ref"), (15, "environment"), (3, "namespace")] {
        if random.chance(percent) {
            claims.insert(name.to_owned(), json!(claim(random, issuer, near, name)));
        }
    }
    if random.chance(25) {
        let methods: Vec<String> = (0..1 + random.below(2)).map(|_| claim(random, issuer, near, "amr")).collect();
        claims.insert("amr".to_owned(), json!(methods));
    }
    if random.chance(4) {
        let name = *random.pick(&["https://aws.amazon.com/tags/principal_tags/CostCentre", "https://aws.amazon.com/source_identity"]);
        claims.insert(name.to_owned(), json!("retail"));
    }
    if random.chance(4) {
        let roles = [json!(ROLE), json!([ROLE, 7]), json!("arn:aws:iam::111122223333:role/other"), json!(7), Value::Null];
        claims.insert("https://aws.amazon.com/roles".to_owned(), random.pick(&roles).clone());
    }
    claims
}

fn claim(random: &mut Random, issuer: &str, near: &Near, name: &str) -> String {
    let usual = words::value(random, issuer, name);
    let written = near.written(random, name).map(str::to_owned);
    let text = match written {
        Some(pattern) if random.chance(75) => words::instance(random, &pattern),
        _ => usual,
    };
    let percent = if name == "sub" { 15 } else { 6 };
    if random.chance(percent) { words::damaged(random, &text) } else { text }
}
