//! A trust policy as a JSON value, as it was understood: escapes, heredocs and references resolved. What breaks the grammar is left out.

use serde_json::{Map, Value, json};

use crate::policy::{Action, Condition, Effect, Principal, PrincipalKind, Principals, Statement, TrustPolicy};
use crate::syntax::Scalar;

/// The policy.
#[must_use]
pub fn policy(policy: &TrustPolicy) -> Value {
    let mut out = Map::new();
    if let Some(version) = &policy.version_value {
        out.insert("Version".to_owned(), json!(version.as_str()));
    }
    let mut statements: Vec<Value> = policy.statements.iter().map(statement).collect();
    let one = if policy.statement_list || statements.len() != 1 { None } else { statements.pop() };
    out.insert("Statement".to_owned(), one.unwrap_or(Value::Array(statements)));
    Value::Object(out)
}

fn statement(statement: &Statement) -> Value {
    let mut out = Map::new();
    if let Some(sid) = &statement.sid {
        out.insert("Sid".to_owned(), json!(sid.as_str()));
    }
    match statement.effect {
        Effect::Allow => out.insert("Effect".to_owned(), json!("Allow")),
        Effect::Deny => out.insert("Effect".to_owned(), json!("Deny")),
        Effect::Invalid => statement.effect_value.as_ref().and_then(|value| out.insert("Effect".to_owned(), json!(value.as_str()))),
    };
    if statement.principals.span.is_some() {
        let name = if statement.principals.negated { "NotPrincipal" } else { "Principal" };
        out.insert(name.to_owned(), principals(&statement.principals));
    }
    let Action { negated, patterns, span } = &statement.action;
    if span.is_some() {
        out.insert(if *negated { "NotAction" } else { "Action" }.to_owned(), values(patterns, false));
    }
    if statement.condition_span.is_some() {
        out.insert("Condition".to_owned(), conditions(statement.effective_conditions()));
    }
    Value::Object(out)
}

fn principals(principals: &Principals) -> Value {
    if principals.list.iter().any(|principal| principal.kind == PrincipalKind::Star) {
        return json!("*");
    }
    let key = |principal: &Principal| principal.key.as_ref().map(|key| key.text.to_string()).unwrap_or_default();
    let mut out = Map::new();
    for principal in &principals.list {
        let same: Vec<Scalar> = principals.list.iter().filter(|other| key(other) == key(principal)).map(|p| p.value.clone()).collect();
        out.insert(key(principal), values(&same, false));
    }
    Value::Object(out)
}

fn conditions<'a>(conditions: impl Iterator<Item = &'a Condition>) -> Value {
    let mut out: Map<String, Value> = Map::new();
    for condition in conditions {
        let of_operator = out.entry(condition.operator_name.as_str()).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(keys) = of_operator {
            keys.insert(condition.key.text.to_string(), values(&condition.values, condition.list));
        }
    }
    Value::Object(out)
}

/// One value stands alone, unless it was written as a list.
fn values(values: &[Scalar], list: bool) -> Value {
    match values {
        [one] if !list => json!(one.as_str()),
        many => many.iter().map(Scalar::as_str).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, TextMap};
    use crate::syntax::{Limits, Pointer, json};

    #[test]
    fn says_what_was_read() {
        let text = serde_json::json!({
            "Version": "2012-10-17",
            "Statement": [
                { "Sid": "A", "Effect": "Allow", "Principal": { "Federated": ["x", "y"], "AWS": "z" }, "Action": ["a", "b"],
                  "Condition": { "StringEquals": { "k": ["v"], "l": "w" }, "Null": { "m": "true" } } },
                { "Effect": "Deny", "NotPrincipal": "*", "NotAction": "c" },
            ]
        });
        let parsed = json::parse(&text.to_string(), &TextMap::direct(FileId(0), 0), &Limits::default());
        assert_eq!(policy(&crate::policy::read(&parsed.root.unwrap(), &Pointer::root())), text);
    }
}
