//! A trust policy as a JSON value, as it was understood: escapes, heredocs and references resolved. What breaks the grammar is left out.

use std::collections::BTreeMap;

use serde::Serialize;
use smol_str::SmolStr;

use crate::policy::{Action, Condition, Effect, Principal, PrincipalKind, Principals, Statement, TrustPolicy};
use crate::syntax::Scalar;

/// All of JSON that a policy consists of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum PolicyJson {
    /// A string.
    Text(SmolStr),
    /// A list.
    List(Vec<PolicyJson>),
    /// An object, its members sorted.
    Object(BTreeMap<SmolStr, PolicyJson>),
}

use PolicyJson::{List, Object, Text};

/// The policy.
#[must_use]
pub fn policy(policy: &TrustPolicy) -> PolicyJson {
    let mut out = BTreeMap::new();
    if let Some(version) = &policy.version_value {
        out.insert("Version".into(), Text(version.text.clone()));
    }
    let mut statements: Vec<PolicyJson> = policy.statements.iter().map(statement).collect();
    let one = if policy.statement_list || statements.len() != 1 { None } else { statements.pop() };
    out.insert("Statement".into(), one.unwrap_or(List(statements)));
    Object(out)
}

fn statement(statement: &Statement) -> PolicyJson {
    let mut out = BTreeMap::new();
    if let Some(sid) = &statement.sid {
        out.insert("Sid".into(), Text(sid.text.clone()));
    }
    let effect = match statement.effect {
        Effect::Allow => Some("Allow".into()),
        Effect::Deny => Some("Deny".into()),
        Effect::Invalid => statement.effect_value.as_ref().map(|value| value.text.clone()),
    };
    out.extend(effect.map(|effect| ("Effect".into(), Text(effect))));
    if statement.principals.span.is_some() {
        let name = if statement.principals.negated { "NotPrincipal" } else { "Principal" };
        out.insert(name.into(), principals(&statement.principals));
    }
    let Action { negated, patterns, span } = &statement.action;
    if span.is_some() {
        out.insert(if *negated { "NotAction" } else { "Action" }.into(), values(patterns, false));
    }
    if statement.condition_span.is_some() {
        out.insert("Condition".into(), conditions(statement.effective_conditions()));
    }
    Object(out)
}

fn principals(principals: &Principals) -> PolicyJson {
    if principals.list.iter().any(|principal| principal.kind == PrincipalKind::Star) {
        return Text("*".into());
    }
    let key = |principal: &Principal| principal.key.as_ref().map(|key| key.text.clone()).unwrap_or_default();
    let mut out = BTreeMap::new();
    for principal in &principals.list {
        let same: Vec<Scalar> = principals.list.iter().filter(|other| key(other) == key(principal)).map(|p| p.value.clone()).collect();
        out.insert(key(principal), values(&same, false));
    }
    Object(out)
}

fn conditions<'a>(conditions: impl Iterator<Item = &'a Condition>) -> PolicyJson {
    let mut out: BTreeMap<SmolStr, PolicyJson> = BTreeMap::new();
    for condition in conditions {
        let of_operator = out.entry(condition.operator_name.text.clone()).or_insert_with(|| Object(BTreeMap::new()));
        if let Object(keys) = of_operator {
            keys.insert(condition.key.text.clone(), values(&condition.values, condition.list));
        }
    }
    Object(out)
}

/// One value stands alone, unless it was written as a list.
fn values(values: &[Scalar], list: bool) -> PolicyJson {
    match values {
        [one] if !list => Text(one.text.clone()),
        many => List(many.iter().map(|value| Text(value.text.clone())).collect()),
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
        let understood = policy(&crate::policy::read(&parsed.root.unwrap(), &Pointer::root()));
        assert_eq!(serde_json::to_value(understood).unwrap(), text);
    }
}
