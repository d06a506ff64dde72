//! What a condition key means in a web-identity request. Sources: IAM User Guide, "Available keys for AWS OIDC federation" and "AWS global
//! condition context keys"; Service Authorization Reference, STS. Key names ignore letter case.

use smol_str::SmolStr;

use crate::provider::{ClaimKind, Provider, standard_claim};

/// The audience as the key `<issuer>:aud` shows it: the token's `azp` where it has one, else its `aud`.
pub const AUD: &str = "aud";
/// The subject.
pub const SUB: &str = "sub";
/// The token's own `aud`.
pub const OAUD: &str = "oaud";
/// `sts:RoleAuthorizedByIdp`: `true` where the token's roles claim names this role, else `false`.
pub const AUTHORIZED_BY_IDP: &str = "sts:RoleAuthorizedByIdp";

/// What a key means for tokens of one issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyMeaning {
    /// A claim with one value.
    Claim(SmolStr),
    /// A claim with a number for a value.
    NumericClaim(SmolStr),
    /// A claim with any number of values (`amr`).
    MultivaluedClaim(SmolStr),
    /// In every request absent, and why.
    Absent(Absence),
    /// In every request there, with a value that the principal decides.
    Fixed(Fixed),
    /// The session's name, which the caller chooses.
    SessionName,
    /// There or not, whatever the token says.
    Undecided,
}

/// Keys whose value follows from the provider (measured by others).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixed {
    /// `aws:FederatedProvider` and `aws:userid`: the provider's ARN.
    ProviderArn,
    /// `aws:PrincipalAccount`: the provider's account.
    Account,
    /// `aws:PrincipalType`: `User`.
    PrincipalType,
}

/// Why a key is in no request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absence {
    /// It begins with `https://`; the rest would be the issuer's.
    Scheme,
    /// It names another issuer.
    OtherIssuer(SmolStr),
    /// It is the issuer's, but STS does not expose this claim.
    UnknownClaim(SmolStr),
    /// It begins with the provider's ARN instead of its issuer.
    ProviderArn,
    /// It lacks the trailing slash that the issuer has, or has one that the issuer lacks.
    TrailingSlash,
    /// It has no prefix at all, or one that no service has.
    NoKey,
    /// A key of another service or of requests that do not come with a web identity.
    OtherService,
}

/// What `key` means for tokens of `issuer` (without `https://`); `None`: of an issuer that the policy does not name.
#[must_use]
pub fn resolve(key: &str, issuer: Option<&str>, provider: Option<&Provider>) -> KeyMeaning {
    if let Some(claim) = issuer.and_then(|issuer| claim_of(key, issuer)) {
        return claim_meaning(claim, provider);
    }
    if names_identity(key) && issuer_of(key).is_none() {
        return KeyMeaning::Absent(absence(key, issuer));
    }
    if let Some(name) = strip_prefix_ignore_case(key, "aws:") {
        return global(name);
    }
    if let Some(name) = strip_prefix_ignore_case(key, "sts:") {
        return sts(name);
    }
    KeyMeaning::Absent(absence(key, issuer))
}

/// The claim that a key of this issuer names: what follows the issuer and a colon.
#[must_use]
pub fn claim_of<'k>(key: &'k str, issuer: &str) -> Option<&'k str> {
    strip_prefix_ignore_case(key, issuer)?.strip_prefix(':')
}

/// The issuer that a key seems to name: all before the last colon, if it looks like a host.
#[must_use]
pub fn issuer_of(key: &str) -> Option<&str> {
    let (issuer, _) = key.rsplit_once(':')?;
    let host = issuer.split('/').next().unwrap_or(issuer);
    (host.contains('.') || host.contains("${") || host.contains('<')).then_some(issuer)
}

/// Whether a key asks for a claim that only issuers have: no service has keys of these names.
fn names_identity(key: &str) -> bool {
    key.rsplit_once(':').is_some_and(|(_, claim)| ["sub", "aud", "amr", "oaud"].iter().any(|known| claim.eq_ignore_ascii_case(known)))
}

fn strip_prefix_ignore_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn claim_meaning(claim: &str, provider: Option<&Provider>) -> KeyMeaning {
    let found = provider.map_or_else(|| standard_claim(claim), |provider| provider.claim(claim));
    match found {
        None => KeyMeaning::Absent(Absence::UnknownClaim(claim.into())),
        Some(info) => match info.kind {
            ClaimKind::String => KeyMeaning::Claim(SmolStr::new(&info.name)),
            ClaimKind::Numeric => KeyMeaning::NumericClaim(SmolStr::new(&info.name)),
            ClaimKind::Multivalued => KeyMeaning::MultivaluedClaim(SmolStr::new(&info.name)),
        },
    }
}

/// Keys of `aws:`. `PrincipalArn` is absent (measured by others); `username` is documented as absent for federated principals, and a caller
/// who has no session yet has no tags: those of the token are `RequestTag`.
fn global(name: &str) -> KeyMeaning {
    let is = |known: &str| name.eq_ignore_ascii_case(known);
    if is("FederatedProvider") || is("userid") {
        KeyMeaning::Fixed(Fixed::ProviderArn)
    } else if is("PrincipalAccount") {
        KeyMeaning::Fixed(Fixed::Account)
    } else if is("PrincipalType") {
        KeyMeaning::Fixed(Fixed::PrincipalType)
    } else if is("PrincipalArn") || is("username") || strip_prefix_ignore_case(name, "PrincipalTag/").is_some() {
        KeyMeaning::Absent(Absence::OtherService)
    } else {
        KeyMeaning::Undecided
    }
}

fn sts(name: &str) -> KeyMeaning {
    let is = |known: &str| name.eq_ignore_ascii_case(known);
    if is("RoleAuthorizedByIdp") {
        KeyMeaning::Claim(SmolStr::new_static(AUTHORIZED_BY_IDP))
    } else if is("RoleSessionName") {
        KeyMeaning::SessionName
    } else if is("ExternalId") {
        KeyMeaning::Absent(Absence::OtherService)
    } else {
        KeyMeaning::Undecided
    }
}

fn absence(key: &str, issuer: Option<&str>) -> Absence {
    if let Some(rest) = strip_prefix_ignore_case(key, "https://").or_else(|| strip_prefix_ignore_case(key, "http://")) {
        return match issuer.filter(|issuer| claim_of(rest, issuer).is_none()) {
            Some(_) => issuer_of(rest).map_or(Absence::Scheme, |other| Absence::OtherIssuer(other.into())),
            None => Absence::Scheme,
        };
    }
    if key.starts_with("arn:") || key.starts_with("oidc-provider/") {
        return Absence::ProviderArn;
    }
    match issuer_of(key) {
        Some(named) => {
            let same_but_slash =
                issuer.is_some_and(|issuer| named.trim_end_matches('/').eq_ignore_ascii_case(issuer.trim_end_matches('/')));
            if same_but_slash { Absence::TrailingSlash } else { Absence::OtherIssuer(named.into()) }
        }
        None if key.contains(':') && !key.starts_with(':') && !names_identity(key) => Absence::OtherService,
        None => Absence::NoKey,
    }
}
