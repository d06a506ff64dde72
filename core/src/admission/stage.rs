//! What STS looks at before it reads a trust policy: the token itself and the provider's client id list. Measured by others on live STS
//! (September 2026); AWS documents no more than the error messages.

use smol_str::SmolStr;

use super::number::Number;
use super::principal::BUILT_IN;
use super::token::{Claim, Request};

/// At what STS's decision was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// At the token: no trust policy is read.
    Token,
    /// At the provider: no trust policy is read.
    Provider,
    /// At the trust policy.
    Policy,
}

impl Stage {
    /// `token`, `provider`, `policy`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Provider => "provider",
            Self::Policy => "policy",
        }
    }
}

/// The claim by which an identity provider says which roles a token is for.
pub const ROLES_CLAIM: &str = "https://aws.amazon.com/roles";
const TAGS_CLAIM: &str = "https://aws.amazon.com/tags";
const SOURCE_IDENTITY_CLAIM: &str = "https://aws.amazon.com/source_identity";

/// What a token's roles claim says of the role in question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RolesClaim {
    /// The token has none.
    Absent,
    /// It names the role.
    NamesRole,
    /// It names roles, and which role is asked for is not known.
    RoleUnknown,
    /// It does not name the role: STS's words.
    Refused(&'static str),
}

/// Reads the roles claim: a string, `;`-separated, or a list; blanks around an ARN are cut, `null` is no claim, entries that are no text or no
/// ARN are passed over.
#[must_use]
pub fn roles_claim(request: &Request) -> RolesClaim {
    let listed: Vec<&str> = match request.token.claim(ROLES_CLAIM) {
        None | Some(Claim::Null) => return RolesClaim::Absent,
        Some(Claim::Other) => return RolesClaim::Refused("The roles claim is not in a supported format"),
        Some(Claim::One(text)) if is_number_or_boolean(text) => {
            return RolesClaim::Refused("The roles claim is not in a supported format");
        }
        Some(Claim::One(text)) => text.split(';').collect(),
        Some(Claim::Many(list)) => list.iter().map(SmolStr::as_str).collect(),
    };
    let arns: Vec<&str> = listed.into_iter().map(str::trim).filter(|entry| is_role_arn(entry)).collect();
    if arns.is_empty() {
        return RolesClaim::Refused("The roles claim contains no valid role ARNs");
    }
    match &request.role_arn {
        None => RolesClaim::RoleUnknown,
        Some(role) if arns.contains(&role.as_str()) => RolesClaim::NamesRole,
        Some(_) => RolesClaim::Refused("The target role ARN is not present in the roles claim of the identity token"),
    }
}

fn is_number_or_boolean(text: &str) -> bool {
    Number::parse(text).is_some() || matches!(text, "true" | "false")
}

fn is_role_arn(text: &str) -> bool {
    crate::policy::Arn::parse(text).is_some_and(|arn| arn.partition.starts_with("aws") && arn.role().is_some())
}

/// Whether the token carries session tags.
#[must_use]
pub fn has_session_tags(request: &Request) -> bool {
    let is_tag = |name: &str| name == TAGS_CLAIM || name.strip_prefix(TAGS_CLAIM).is_some_and(|rest| rest.starts_with('/'));
    request.token.claims.iter().any(|(name, claim)| is_tag(name) && *claim != Claim::Null)
}

/// Whether the token carries a source identity.
#[must_use]
pub fn has_source_identity(request: &Request) -> bool {
    request.token.claim(SOURCE_IDENTITY_CLAIM).is_some_and(|claim| *claim != Claim::Null)
}

/// What the token or the provider stage objects to, with STS's message; `None` if both let the token through.
#[must_use]
pub fn objection(request: &Request) -> Option<(Stage, String)> {
    let token = &request.token;
    let refused = |message: &str| Some((Stage::Token, message.to_owned()));
    match token.claim("sub") {
        Some(Claim::One(_)) => {}
        Some(Claim::Null | Claim::Other | Claim::Many(_)) => return refused("the token's `sub` is not a string"),
        None => return refused("the token has no `sub`"),
    }
    let azp = match token.claim("azp") {
        Some(Claim::One(azp)) => Some(azp),
        _ => None,
    };
    let audience = match (azp, token.claim("aud")) {
        (_, None | Some(Claim::Null)) => return refused("the token has no `aud`"),
        (Some(azp), Some(_)) => azp,
        (None, Some(Claim::One(aud))) => aud,
        (None, Some(Claim::Many(list))) => match list.as_slice() {
            [one] => one,
            [] => return refused("the token has no `aud`"),
            _ => return refused("Token audience contains more than one audience while authorized party is not present"),
        },
        (None, Some(Claim::Other)) => return refused("the token's `aud` is neither a string nor a list of strings"),
    };
    // The provider is looked up in the role's account, under the token's issuer.
    let elsewhere = request.provider_arn.as_ref().is_some_and(|stated| {
        crate::policy::ProviderArn::parse(stated)
            .is_none_or(|arn| arn.issuer != token.issuer || request.account.as_ref().is_some_and(|account| account != arn.account))
    });
    if elsewhere && !BUILT_IN.contains(&token.issuer.as_str()) {
        return Some((Stage::Provider, format!("No OpenIDConnect provider found in your account for https://{}", token.issuer)));
    }
    let registered = request.client_ids.as_ref().is_none_or(|ids| ids.contains(audience));
    if !registered && !BUILT_IN.contains(&token.issuer.as_str()) {
        return Some((Stage::Provider, format!("Incorrect token audience: `{audience}` is not in the provider's client id list")));
    }
    match roles_claim(request) {
        RolesClaim::Refused(message) => refused(message),
        _ => None,
    }
}
