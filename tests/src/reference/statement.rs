//! A statement matches when its principal matches, its action matches, and its whole condition holds.

use serde_json::{Map, Value};

use super::arn;
use super::call::Call;
use super::condition;
use super::glob;
use super::keys::BUILT_IN;
use super::one_or_many;
use super::truth::{Truth, and, not, or};
use super::values::Context;

/// What the statement does; some principals are read differently in the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Lets in.
    Allow,
    /// Shuts out.
    Deny,
}

/// Whether the statement speaks of this call.
pub fn matches(statement: &Value, effect: Effect, call: &Call, action: &str, replaces: bool) -> Truth {
    let who = principal(statement, effect, call);
    let what = Some(names_action(statement, action));
    and(and(who, what), condition::holds(statement.get("Condition"), &Context { call, replaces }))
}

fn names_action(statement: &Value, action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    let named = |list: &Value| {
        let patterns = one_or_many(Some(list)).into_iter().filter_map(Value::as_str);
        patterns.map(str::to_ascii_lowercase).any(|pattern| glob::matches(&glob::wild(&pattern), &action))
    };
    match (statement.get("Action"), statement.get("NotAction")) {
        (Some(list), _) => named(list),
        (None, Some(list)) => !named(list),
        (None, None) => false,
    }
}

fn principal(statement: &Value, effect: Effect, call: &Call) -> Truth {
    match (statement.get("Principal"), statement.get("NotPrincipal")) {
        (Some(Value::String(star)), _) if star == "*" => match effect {
            // IAM does not store the bare star, so what it would do was never seen.
            Effect::Allow => None,
            Effect::Deny => Some(true),
        },
        (Some(Value::Object(named)), _) => Some(federated(named, call) || (effect == Effect::Allow && everyone_federated(named))),
        (None, Some(Value::String(star))) if star == "*" => Some(false),
        (None, Some(Value::Object(named))) => not(Some(federated(named, call) || everyone_federated(named))),
        _ => Some(false),
    }
}

fn listed(named: &Map<String, Value>) -> impl Iterator<Item = &str> {
    one_or_many(named.get("Federated")).into_iter().filter_map(Value::as_str)
}

/// `{"Federated": "*"}` is taken as everyone federated where that lets in, and as nobody where it would protect.
fn everyone_federated(named: &Map<String, Value>) -> bool {
    listed(named).any(|value| value == "*")
}

fn federated(named: &Map<String, Value>, call: &Call) -> bool {
    listed(named).map(|value| Some(is_provider(value, call))).fold(Some(false), or) == Some(true)
}

/// Whether this principal is the provider that vouches for the token, to the letter: no wildcards, no other account.
fn is_provider(value: &str, call: &Call) -> bool {
    if BUILT_IN.contains(&value) {
        return value == call.issuer;
    }
    let Some((account, issuer)) = arn::provider(value) else { return false };
    let at_home = call.home().is_none_or(|home| home == account);
    let vouches = call.provider_arn.as_deref().is_none_or(|given| given == value);
    issuer == call.issuer && at_home && vouches
}
