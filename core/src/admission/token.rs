//! A web-identity token, and the request that carries it.

use smol_str::SmolStr;

/// What an `AssumeRoleWithWebIdentity` call says of its caller. Claims are complete: what is not here, the token does not have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Token {
    /// The issuer without `https://`, a trailing slash kept.
    pub issuer: SmolStr,
    /// The claims in the token, `sub`, `aud` and `azp` among them.
    pub claims: Vec<(SmolStr, Claim)>,
}

/// A claim's value as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// One value; numbers and booleans as they are written.
    One(SmolStr),
    /// A list.
    Many(Vec<SmolStr>),
    /// `null`.
    Null,
    /// An object or something else that no condition key shows.
    Other,
}

impl Token {
    /// A token with subject and audience.
    #[must_use]
    pub fn new(issuer: &str, subject: &str, audience: &str) -> Self {
        let claims = vec![("sub".into(), Claim::One(subject.into())), ("aud".into(), Claim::One(audience.into()))];
        Self { issuer: issuer.into(), claims }
    }

    /// A claim by its name, to the letter; of duplicates the last, as STS does (measured by others).
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&Claim> {
        self.claims.iter().rev().find(|(known, _)| known == name).map(|(_, claim)| claim)
    }

    /// The subject, if there is exactly one.
    #[must_use]
    pub fn subject(&self) -> Option<&SmolStr> {
        match self.claim("sub") {
            Some(Claim::One(subject)) => Some(subject),
            _ => None,
        }
    }
}

/// The call: a token, and what the caller chooses.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The token.
    pub token: Token,
    /// The ARN of the provider that vouches for the token, where it is known.
    pub provider_arn: Option<SmolStr>,
    /// The role's account, where it is known.
    pub account: Option<SmolStr>,
    /// The role's ARN, where it is known.
    pub role_arn: Option<SmolStr>,
    /// `RoleSessionName`, where it is known.
    pub role_session_name: Option<SmolStr>,
    /// The provider's client id list, where it is known; then the token stage and the provider stage are decided, too.
    pub client_ids: Option<Vec<SmolStr>>,
}
