//! A second evaluator of `AssumeRoleWithWebIdentity`, written from the law (`docs/semantics.md`), slow and plain.
//!
//! It exists to disagree with core's when one of them is wrong, so it must not know core: it reads JSON values, matches its own globs
//! and reads its own operators. Three answers throughout: what no token decides is unknown, and unknown is never folded into yes or no.

mod arn;
mod call;
mod condition;
mod glob;
mod keys;
mod operator;
mod statement;
mod token;
mod truth;
mod values;

use serde_json::Value;

pub use call::Call;
use truth::{Truth, and, not, or};

/// The role's answer to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The caller gets credentials.
    Allowed,
    /// The call is refused.
    Denied,
    /// Something that the token does not carry decides.
    Unknown,
}

impl Verdict {
    /// The word for it in the batch form of `can-assume`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Unknown => "unknown",
        }
    }
}

impl From<Truth> for Verdict {
    fn from(truth: Truth) -> Self {
        match truth {
            Some(true) => Self::Allowed,
            Some(false) => Self::Denied,
            None => Self::Unknown,
        }
    }
}

/// What STS answers, given the policy and the call. With the provider's client ids the token and the provider are judged, too.
#[must_use]
pub fn decide(policy: &Value, call: &Call) -> Verdict {
    let token = if call.client_ids.is_some() { token::is_good(call) } else { Some(true) };
    let provider = call.client_ids.as_ref().is_none_or(|ids| token::provider_knows(call, ids));
    let policy = call.actions().into_iter().map(|action| admits(policy, call, action)).fold(Some(true), and);
    and(and(token, Some(provider)), policy).into()
}

/// Some Allow matches and no Deny does.
fn admits(policy: &Value, call: &Call, action: &str) -> Truth {
    let replaces = policy.get("Version").and_then(Value::as_str) == Some("2012-10-17");
    let mut allowed = Some(false);
    let mut shut_out = Some(false);
    for statement in one_or_many(policy.get("Statement")) {
        let matched = |effect| statement::matches(statement, effect, call, action, replaces);
        match statement.get("Effect").and_then(Value::as_str) {
            Some("Allow") => allowed = or(allowed, matched(statement::Effect::Allow)),
            Some("Deny") => shut_out = or(shut_out, matched(statement::Effect::Deny)),
            // IAM stores no such statement, so it does nothing.
            _ => {}
        }
    }
    and(allowed, not(shut_out))
}

/// A value that may stand alone or in a list; nothing where it is missing.
fn one_or_many(value: Option<&Value>) -> Vec<&Value> {
    match value {
        None => Vec::new(),
        Some(Value::Array(list)) => list.iter().collect(),
        Some(one) => vec![one],
    }
}
