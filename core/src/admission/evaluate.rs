//! One token against one trust policy. Source: IAM User Guide, "Policy evaluation logic" and "Condition operators".

use std::cmp::Ordering;

use super::action::{self, speaks_of};
use super::context::{Context, Values};
use super::key::{self, KeyMeaning};
use super::number::Number;
use super::principal::principals_match;
use super::stage::{self, Stage};
use super::token::Request;
use super::truth::Truth;
use super::value::{Expanded, arn_matches, expand, string_matches};
use crate::policy::{Base, Condition, Effect, Operator, SetPrefix, Statement, TrustPolicy};
use crate::provider::Catalogue;

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is let in.
    Allowed,
    /// It is refused.
    Denied,
    /// The token alone does not decide, or AWS's documentation does not.
    Unknown,
}

impl Verdict {
    /// `allowed`, `denied`, `unknown`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Unknown => "unknown",
        }
    }
}

/// Decides a call: the token and provider stages where the provider's client ids are known, then the policy.
#[must_use]
pub fn decide(policy: &TrustPolicy, request: &Request, catalogue: &Catalogue) -> (Verdict, Stage) {
    if request.client_ids.is_some()
        && let Some((stage, _)) = stage::objection(request)
    {
        return (Verdict::Denied, stage);
    }
    (decide_policy(policy, request, catalogue), Stage::Policy)
}

/// Decides by the policy alone.
#[must_use]
pub fn decide_policy(policy: &TrustPolicy, request: &Request, catalogue: &Catalogue) -> Verdict {
    let provider = catalogue.provider_of(&request.token.issuer);
    let context = Context { request, provider, variables: policy.has_variables() };
    let mut verdict = allowed(policy, &context, action::WEB_IDENTITY);
    for (needed, action) in
        [(stage::has_session_tags(request), action::TAG_SESSION), (stage::has_source_identity(request), action::SET_SOURCE_IDENTITY)]
    {
        if needed {
            verdict = verdict.and(allowed(policy, &context, action));
        }
    }
    match verdict {
        Truth::True => Verdict::Allowed,
        Truth::False => Verdict::Denied,
        Truth::Unknown => Verdict::Unknown,
    }
}

/// Whether the policy allows an action to the bearer of the token: some Allow matches and no Deny.
fn allowed(policy: &TrustPolicy, context: &Context<'_>, action: &str) -> Truth {
    let matching = |effect: Effect| {
        let of_effect = policy.statements.iter().filter(move |s| s.effect == effect);
        of_effect.map(|s| statement_matches(s, context, action)).fold(Truth::False, Truth::or)
    };
    match matching(Effect::Allow) {
        Truth::False => Truth::False,
        allow => allow.and(!matching(Effect::Deny)),
    }
}

/// Whether a statement speaks of this call.
#[must_use]
pub fn statement_matches(statement: &Statement, context: &Context<'_>, action: &str) -> Truth {
    if !speaks_of(&statement.action, action) {
        return Truth::False;
    }
    let principal = principals_match(statement, context.request);
    if principal == Truth::False {
        return Truth::False;
    }
    statement.effective_conditions().map(|c| condition_holds(c, context)).fold(principal, Truth::and)
}

/// Whether one condition holds.
#[must_use]
pub fn condition_holds(condition: &Condition, context: &Context<'_>) -> Truth {
    let Some(operator) = condition.known() else { return Truth::Unknown };
    let meaning = context.meaning(&condition.key.text);
    let values = context.values(&meaning);
    // STS demands a session name and looks for a roles claim at every call: these keys are there even where their value is not known.
    let always = meaning == KeyMeaning::SessionName || matches!(&meaning, KeyMeaning::Claim(claim) if claim == key::AUTHORIZED_BY_IDP);
    if operator.base == Base::Null {
        return null_holds(condition, &if always { Values::One("".into()) } else { values });
    }
    match values {
        // No value of the key can match an empty list.
        Values::Undecided
            if condition.values.is_empty() && (always || holds_when_absent(operator) == operator.base.is_negated().into()) =>
        {
            operator.base.is_negated().into()
        }
        Values::Undecided => Truth::Unknown,
        Values::Absent => holds_when_absent(operator),
        Values::One(value) => value_holds(condition, operator, &value, context),
        Values::Many(list) => {
            let each = || list.iter().map(|value| value_holds(condition, operator, value, context));
            let all = each().fold(Truth::True, Truth::and);
            let any = each().fold(Truth::False, Truth::or);
            match operator.set {
                Some(SetPrefix::ForAllValues) => all,
                Some(SetPrefix::ForAnyValue) => any,
                // AWS wants a set operator on a key with several values and says nothing of what comes without one.
                None if all == any => all,
                None => Truth::Unknown,
            }
        }
    }
}

/// `Null`: values are alternatives, `"true"` for an absent key, `"false"` for a present one.
fn null_holds(condition: &Condition, values: &Values<'_>) -> Truth {
    let asks = |text: &str| condition.values.iter().any(|value| value.text.eq_ignore_ascii_case(text));
    match values {
        Values::Undecided if asks("true") && asks("false") => Truth::True,
        Values::Undecided if !asks("true") && !asks("false") => Truth::False,
        Values::Undecided => Truth::Unknown,
        Values::Absent => asks("true").into(),
        Values::One(_) | Values::Many(_) => asks("false").into(),
    }
}

/// What an operator makes of a key that the request does not have.
#[must_use]
pub fn holds_when_absent(operator: Operator) -> Truth {
    match (operator.set, operator.if_exists, operator.base.is_negated()) {
        // One text of the documentation says that these hold, another that they do not.
        (Some(SetPrefix::ForAnyValue), true, _) | (Some(SetPrefix::ForAnyValue), false, true) => Truth::Unknown,
        (Some(SetPrefix::ForAnyValue), false, false) => Truth::False,
        (Some(SetPrefix::ForAllValues), _, _) | (None, true, _) | (None, _, true) => Truth::True,
        (None, false, false) => Truth::False,
    }
}

fn value_holds(condition: &Condition, operator: Operator, value: &str, context: &Context<'_>) -> Truth {
    let hits = condition.values.iter().map(|wanted| matches_one(operator.base, &wanted.text, value, context));
    let hit = hits.fold(Truth::False, Truth::or);
    if operator.base.is_negated() { !hit } else { hit }
}

/// Whether one value of the request matches one value of the condition, negation aside.
fn matches_one(base: Base, wanted: &str, value: &str, context: &Context<'_>) -> Truth {
    if base.is_string() || base.is_arn() {
        return match expand(wanted, context.variables, base.has_wildcards(), |key| context.replacement(key)) {
            Expanded::Tokens(tokens) if base.is_arn() => arn_matches(&tokens, value).into(),
            Expanded::Tokens(tokens) => string_matches(base, &tokens, value).into(),
            Expanded::Fails => Truth::False,
            Expanded::Unknown => Truth::Unknown,
        };
    }
    match base {
        Base::Bool => wanted.eq_ignore_ascii_case(value).into(),
        _ => match (Number::parse(wanted.trim()), Number::parse(value.trim())) {
            (Some(wanted), Some(value)) => compare_numbers(base, value.compare(wanted)),
            // A date, an address or bytes against a claim that is none of these.
            _ if base.is_negated() => Truth::Unknown,
            _ => Truth::False,
        },
    }
}

fn compare_numbers(base: Base, order: Ordering) -> Truth {
    match base {
        Base::NumericEquals | Base::NumericNotEquals => order.is_eq().into(),
        Base::NumericLessThan => order.is_lt().into(),
        Base::NumericLessThanEquals => order.is_le().into(),
        Base::NumericGreaterThan => order.is_gt().into(),
        Base::NumericGreaterThanEquals => order.is_ge().into(),
        _ => Truth::Unknown,
    }
}
