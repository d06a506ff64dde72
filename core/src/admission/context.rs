//! What a request says under each condition key.

use std::borrow::Cow;

use smol_str::SmolStr;

use super::key::{self, Fixed, KeyMeaning};
use super::stage;
use super::token::{Claim, Request};
use super::value::Replacement;
use crate::provider::Provider;

/// A request with what is known of its issuer.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The request.
    pub request: &'a Request,
    /// The issuer in the catalogue.
    pub provider: Option<&'a Provider>,
    /// Whether the policy's version has variables.
    pub variables: bool,
}

/// The values of a key in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values<'a> {
    /// It is not there.
    Absent,
    /// It cannot be told.
    Undecided,
    /// One value.
    One(Cow<'a, str>),
    /// Several.
    Many(Vec<SmolStr>),
}

impl<'a> Context<'a> {
    /// What the key means for this request's issuer.
    #[must_use]
    pub fn meaning(&self, key: &str) -> KeyMeaning {
        key::resolve(key, Some(&self.request.token.issuer), self.provider)
    }

    /// The values of a key.
    #[must_use]
    pub fn values(&self, meaning: &KeyMeaning) -> Values<'a> {
        match meaning {
            KeyMeaning::Absent(_) => Values::Absent,
            KeyMeaning::Undecided => Values::Undecided,
            KeyMeaning::SessionName => self.request.role_session_name.as_ref().map_or(Values::Undecided, |name| one(name)),
            KeyMeaning::Fixed(fixed) => self.fixed(*fixed),
            KeyMeaning::Claim(name) if name == key::AUTHORIZED_BY_IDP => self.authorized_by_idp(),
            KeyMeaning::Claim(name) | KeyMeaning::NumericClaim(name) | KeyMeaning::MultivaluedClaim(name) => self.claim(name),
        }
    }

    fn claim(&self, name: &str) -> Values<'a> {
        let token = &self.request.token;
        let claim = match name {
            key::AUD => token.claim("azp").filter(|azp| **azp != Claim::Null).or_else(|| token.claim("aud")),
            key::OAUD => token.claim("aud"),
            name => token.claim(name),
        };
        match claim {
            None | Some(Claim::Null) => Values::Absent,
            Some(Claim::Other) => Values::Undecided,
            Some(Claim::One(value)) => one(value),
            Some(Claim::Many(values)) => match values.as_slice() {
                [] => Values::Absent,
                [value] => one(value),
                many => Values::Many(many.to_vec()),
            },
        }
    }

    fn fixed(&self, fixed: Fixed) -> Values<'a> {
        let request = self.request;
        match fixed {
            Fixed::PrincipalType => Values::One(Cow::Borrowed("User")),
            Fixed::ProviderArn => request.provider_arn.as_ref().map_or(Values::Undecided, |arn| one(arn)),
            Fixed::Account => {
                let of_provider =
                    || request.provider_arn.as_ref().and_then(|arn| crate::policy::ProviderArn::parse(arn)).map(|arn| arn.account);
                match of_provider().or(request.account.as_deref()) {
                    Some(account) => Values::One(Cow::Borrowed(account)),
                    None => Values::Undecided,
                }
            }
        }
    }

    fn authorized_by_idp(&self) -> Values<'a> {
        match stage::roles_claim(self.request) {
            stage::RolesClaim::Absent => Values::One(Cow::Borrowed("false")),
            stage::RolesClaim::NamesRole => Values::One(Cow::Borrowed("true")),
            stage::RolesClaim::RoleUnknown | stage::RolesClaim::Refused(_) => Values::Undecided,
        }
    }

    /// What a policy variable stands for; multivalued keys cannot be variables.
    #[must_use]
    pub fn replacement(&self, key: &str) -> Replacement {
        let meaning = self.meaning(key);
        if matches!(meaning, KeyMeaning::MultivaluedClaim(_)) {
            return Replacement::Missing;
        }
        match self.values(&meaning) {
            Values::One(value) => Replacement::Text(value.as_ref().into()),
            Values::Absent | Values::Many(_) => Replacement::Missing,
            Values::Undecided => Replacement::Unknown,
        }
    }
}

fn one(value: &SmolStr) -> Values<'_> {
    Values::One(Cow::Borrowed(value))
}
