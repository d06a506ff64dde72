//! Whom the principal of a statement speaks of, among web identities. Source: IAM User Guide, "AWS JSON policy elements: Principal";
//! what the documentation leaves open is measured by others or chosen so that a possible admission is never hidden.

use super::token::Request;
use super::truth::Truth;
use crate::policy::{Arn, Effect, Principal, PrincipalKind, ProviderArn, Statement};

/// The identity providers that IAM knows by name, without an ARN.
pub const BUILT_IN: &[&str] = &["cognito-identity.amazonaws.com", "accounts.google.com", "www.amazon.com", "graph.facebook.com"];

/// What a federated principal names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Federated<'a> {
    /// An OIDC provider.
    Provider(ProviderArn<'a>),
    /// One of the four that need no provider.
    BuiltIn(&'a str),
    /// `*`.
    Any,
    /// A SAML provider.
    Saml(&'a str),
    /// Nothing that exists.
    Nothing,
}

impl<'a> Federated<'a> {
    /// Reads the value of a `Federated` principal. A `*` or `?` inside an ARN is no pattern there: such an ARN names nothing.
    #[must_use]
    pub fn parse(value: &'a str) -> Self {
        let Some(arn) = Arn::parse(value) else {
            return match value {
                "*" => Self::Any,
                name if BUILT_IN.contains(&name) => Self::BuiltIn(name),
                _ => Self::Nothing,
            };
        };
        match ProviderArn::of(&arn) {
            Some(arn) if memchr::memchr2(b'*', b'?', value.as_bytes()).is_none() => Self::Provider(arn),
            _ => arn.saml_provider().map_or(Self::Nothing, Self::Saml),
        }
    }

    /// The issuer without `https://`.
    #[must_use]
    pub fn issuer(&self) -> Option<&'a str> {
        match self {
            Self::Provider(arn) => Some(arn.issuer),
            Self::BuiltIn(name) => Some(name),
            _ => None,
        }
    }
}

/// Whether one principal speaks of the bearer of a token, in a statement of that effect.
#[must_use]
pub fn principal_matches(principal: &Principal, effect: Effect, request: &Request) -> Truth {
    match principal.kind {
        // IAM stores no such Allow, so nothing was ever seen to come of it; in a Deny it is documented as everyone.
        PrincipalKind::Star if effect == Effect::Allow => Truth::Unknown,
        PrincipalKind::Star => Truth::True,
        PrincipalKind::Federated => federated_matches(&principal.value.text, effect, request).into(),
        _ => Truth::False,
    }
}

fn federated_matches(value: &str, effect: Effect, request: &Request) -> bool {
    match Federated::parse(value) {
        Federated::Any => effect == Effect::Allow,
        Federated::BuiltIn(name) => request.token.issuer == name,
        Federated::Provider(arn) => {
            let provider = match &request.provider_arn {
                Some(stated) => stated == value,
                None => arn.issuer == request.token.issuer,
            };
            provider && request.account.as_ref().is_none_or(|account| account == arn.account)
        }
        Federated::Saml(_) | Federated::Nothing => false,
    }
}

/// Whether the principal element of a statement speaks of the bearer of a token.
#[must_use]
pub fn principals_match(statement: &Statement, request: &Request) -> Truth {
    let principals = &statement.principals;
    if principals.span.is_none() {
        return Truth::False;
    }
    let matches = |p: &Principal| principal_matches(p, statement.effect, request);
    if !principals.negated {
        return principals.list.iter().map(matches).fold(Truth::False, Truth::or);
    }
    // Turned round to the letter: whoever names everyone with NotPrincipal leaves nobody, whatever the statement does.
    let named = |p: &Principal| {
        let everyone = p.kind == PrincipalKind::Star || (p.kind == PrincipalKind::Federated && p.value.text == "*");
        if everyone { Truth::True } else { matches(p) }
    };
    !principals.list.iter().map(named).fold(Truth::False, Truth::or)
}
