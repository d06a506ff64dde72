//! What STS looks at before any trust policy: the token itself, and the provider's client ids.
//! Mostly measured by others on live AWS (`fixtures/data/sts-observed.ndjson`).

use serde_json::Value;

use super::arn;
use super::call::{Call, ROLES, texts};
use super::keys::BUILT_IN;
use super::truth::{Truth, and};

/// Whether the token is good for this role; signature, `iat` and `exp` are taken as good.
pub fn is_good(call: &Call) -> Truth {
    let subject = call.claim("sub").is_some_and(|sub| matches!(sub, Value::String(_) | Value::Number(_)));
    let audiences = call.claim("aud").map(texts).unwrap_or_default().len();
    let audience = if call.claim("azp").is_some() { audiences > 0 } else { audiences == 1 };
    and(Some(subject && audience), names_role(call))
}

/// Whether the roles claim, where there is one, names this role to the letter.
pub fn names_role(call: &Call) -> Truth {
    let Some(claim) = call.claim(ROLES) else { return Some(true) };
    let named: Vec<&str> = match claim {
        Value::String(text) => text.split(';').collect(),
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => return Some(false),
    };
    let role = call.role_arn.as_deref();
    let arns: Vec<&str> = named.into_iter().map(str::trim).filter(|text| text.starts_with("arn:")).collect();
    match role {
        Some(role) => Some(arns.contains(&role)),
        None if arns.is_empty() => Some(false),
        None => None,
    }
}

/// Whether the role's account has a provider for the issuer that knows the token's `azp`, else its `aud`.
pub fn provider_knows(call: &Call, client_ids: &[String]) -> bool {
    if BUILT_IN.contains(&call.issuer.as_str()) {
        return true;
    }
    let at_home = match (call.provider_arn.as_deref(), call.home()) {
        (Some(given), Some(home)) => arn::provider(given) == Some((home, call.issuer.as_str())),
        (Some(_), None) => false,
        (None, _) => true,
    };
    let audience = call.claim("azp").or_else(|| call.claim("aud")).map(texts).unwrap_or_default();
    at_home && audience.first().is_some_and(|audience| client_ids.contains(audience))
}
