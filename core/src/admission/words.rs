//! Why a key is absent and what a condition compares, in words.

use super::context::{Context, Values};
use super::key::{Absence, KeyMeaning};
use super::truth::Truth;
use crate::policy::{Base, Condition};

impl Absence {
    /// Why no request has the key: a clause that follows the key's name.
    #[must_use]
    pub fn words(&self, issuer: Option<&str>) -> String {
        let issuer = issuer.unwrap_or("this issuer");
        match self {
            Self::Scheme => "begins with `https://`, but condition keys never do".to_owned(),
            Self::OtherIssuer(other) => format!("is for issuer `{other}`, but the provider is `{issuer}`"),
            Self::UnknownClaim(claim) => format!("names the claim `{claim}`, which STS does not expose"),
            Self::ProviderArn => "begins with the provider's ARN instead of its issuer".to_owned(),
            Self::TrailingSlash => format!("differs from the issuer `{issuer}` in the trailing slash"),
            Self::NoKey => format!("is not a condition key (it must be the issuer `{issuer}`, a colon and the claim)"),
            Self::OtherService => "is in no request with a web identity".to_owned(),
        }
    }
}

/// `` `a` ``, `` `a` or `b` ``, or the first few of many.
#[must_use]
pub fn listed<'a>(values: impl IntoIterator<Item = &'a str>, most: usize) -> String {
    let values: Vec<&str> = values.into_iter().collect();
    let mut shown: Vec<String> = values.iter().take(most).map(|value| format!("`{value}`")).collect();
    if values.len() > most {
        shown.push(format!("{} more", values.len() - most));
    }
    match shown.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} or {last}", head.join(", ")),
    }
}

/// What one condition made of a request, with the values compared.
#[must_use]
pub fn condition(condition: &Condition, context: &Context<'_>, holds: Truth) -> String {
    let key = &condition.key.text;
    let operator = &condition.operator_name.text;
    let Some(known) = condition.known() else { return format!("`{operator}` is not a condition operator") };
    let wanted = listed(condition.values.iter().map(|v| v.text.as_str()), 4);
    let meaning = context.meaning(key);
    let holds = match holds {
        Truth::True => "holds",
        Truth::False => "does not hold",
        Truth::Unknown => "cannot be told",
    };
    if known.base == Base::Null {
        return format!("`{operator}` on `{key}` with {wanted} {holds}");
    }
    match context.values(&meaning) {
        Values::Undecided => format!("`{key}` is not decided by the token: `{operator}` {wanted} {holds}"),
        Values::Absent => match &meaning {
            KeyMeaning::Absent(why) => {
                format!("`{key}` {}: it is in no request, so `{operator}` {holds}", why.words(Some(&context.request.token.issuer)))
            }
            _ => format!("the token has no value for `{key}`, so `{operator}` {holds}"),
        },
        Values::One(value) => format!("`{key}` is `{value}`: `{operator}` {wanted} {holds}"),
        Values::Many(values) => {
            format!("`{key}` is {}: `{operator}` {wanted} {holds}", listed(values.iter().map(|v| v.as_str()), 4))
        }
    }
}
