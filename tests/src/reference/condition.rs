//! A statement's condition block: every operator and every key must hold, the values of one key are alternatives.

use serde_json::Value;

use super::call::texts;
use super::keys::{self, Found};
use super::one_or_many;
use super::operator::{self, Family, Operator, Set};
use super::truth::{Truth, agree, and, not, or};
use super::values::{self, Context};

/// Whether the whole block holds.
pub fn holds(block: Option<&Value>, context: &Context<'_>) -> Truth {
    match block {
        None => Some(true),
        Some(Value::Object(operators)) => operators.iter().map(|(name, keys)| all_keys(name, keys, context)).fold(Some(true), and),
        Some(_) => None,
    }
}

fn all_keys(name: &str, keys: &Value, context: &Context<'_>) -> Truth {
    match (operator::read(name), keys) {
        (Some(operator), Value::Object(keys)) => {
            keys.iter().map(|(key, values)| one_key(operator, key, &one_or_many(Some(values)), context)).fold(Some(true), and)
        }
        // No such operator, or no such shape: IAM stores neither, so nothing is known of what it would do.
        _ => None,
    }
}

fn one_key(operator: Operator, key: &str, wanted: &[&Value], context: &Context<'_>) -> Truth {
    let found = keys::look_up(context.call, key);
    if operator.family == Family::Null {
        return null(&found, wanted);
    }
    match found {
        Found::Absent => absent(operator),
        Found::Undecided { may_be_absent } => {
            let there = undecided(operator, wanted);
            if may_be_absent { agree(there, absent(operator)) } else { there }
        }
        Found::Values(found) => {
            let mut each = found.iter().map(|found| satisfies(operator, wanted, found, context));
            match operator.set {
                Set::All => each.fold(Some(true), and),
                Set::Any => each.fold(Some(false), or),
                // A plain operator on several values: no document says whether all or any must match.
                Set::Plain => each.next().and_then(|first| each.fold(first, agree)),
            }
        }
    }
}

/// One value of the request against the list: one of them matches, or for a negated operator none does.
fn satisfies(operator: Operator, wanted: &[&Value], found: &str, context: &Context<'_>) -> Truth {
    let matched = wanted.iter().map(|wanted| values::matches(operator.family, wanted, found, context)).fold(Some(false), or);
    if operator.negated { not(matched) } else { matched }
}

/// The key is there, its value is not known.
fn undecided(operator: Operator, wanted: &[&Value]) -> Truth {
    let everything = operator.family == Family::Like && wanted.iter().any(|value| value.as_str() == Some("*"));
    let matched = if everything { Some(true) } else { None };
    let matched = if wanted.is_empty() { Some(false) } else { matched };
    if operator.negated { not(matched) } else { matched }
}

/// The key is not in the request.
fn absent(operator: Operator) -> Truth {
    match operator.set {
        Set::All => Some(true),
        // One page says true and one says false of IfExists; of negated operators none speaks.
        Set::Any if operator.if_exists || operator.negated => None,
        Set::Any => Some(false),
        Set::Plain => Some(operator.if_exists || operator.negated),
    }
}

/// `"true"` holds when the key is absent, `"false"` when it is there.
fn null(found: &Found, wanted: &[&Value]) -> Truth {
    let absent = match found {
        Found::Absent => Some(true),
        Found::Undecided { may_be_absent: true } => None,
        Found::Undecided { may_be_absent: false } | Found::Values(_) => Some(false),
    };
    let one = |wanted: &Value| match texts(wanted).first().map(|text| text.to_ascii_lowercase()).as_deref() {
        Some("true") => absent,
        Some("false") => not(absent),
        _ => None,
    };
    // Both values together always hold, also where presence is not known.
    let said = |word: &str| wanted.iter().any(|value| texts(value).iter().any(|text| text.eq_ignore_ascii_case(word)));
    if said("true") && said("false") {
        return Some(true);
    }
    wanted.iter().map(|value| one(value)).fold(Some(false), or)
}
