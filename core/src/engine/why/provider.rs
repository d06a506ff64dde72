//! The links of the provider and of its client ids, and what is near where a provider is missing.

use smol_str::SmolStr;

use super::pod::Pod;
use super::{Walk, found};
use crate::admission::words::listed;
use crate::admission::{BUILT_IN, Claim, Token, Truth};
use crate::document::model::{Listed, OidcProvider, ROLE_ARN, Stated};
use crate::engine::answer::LinkKind;
use crate::estate::Link;
use crate::policy::Arn;
use crate::syntax::Place;

/// Values shown of a list.
const SHOWN: usize = 4;

impl Walk<'_> {
    /// The provider of an issuer in the role's account.
    pub fn provider(&mut self, issuer: &str, account: Option<&str>, audience: Option<&SmolStr>) {
        let shown = account.map_or_else(|| "the role's account".to_owned(), |account| format!("account {account}"));
        if BUILT_IN.contains(&issuer) {
            return self.push(
                LinkKind::Provider,
                Truth::True,
                format!("`{issuer}` is built into STS and needs no provider in IAM"),
                "",
                None,
            );
        }
        let estate = &self.case.estate;
        let said_missing = self.reported.issuer.as_deref() == Some(issuer);
        let exact = estate.provider_of(issuer, account).to().and_then(|id| estate.provider(id));
        if let Some(finding) = self.evidence.of_provider(issuer).filter(|_| exact.is_none() || said_missing) {
            return self.links.push(found(LinkKind::Provider, finding));
        }
        match (exact, estate.provider_of(issuer, account)) {
            (Some(provider), _) if said_missing => {
                let message = format!(
                    "STS found no OIDC provider for `{issuer}` in the account of the role, though these documents describe one: it was made after \
                     the error, is gone, or belongs to another account than the role"
                );
                let help = format!("run `aws iam list-open-id-connect-providers` in {shown} and look for exactly `oidc-provider/{issuer}`");
                self.push(LinkKind::Provider, Truth::False, message, help, Some(&provider.place));
            }
            (Some(provider), _) => {
                self.push(
                    LinkKind::Provider,
                    Truth::True,
                    format!("{shown} has an OIDC provider for `{issuer}`"),
                    "",
                    Some(&provider.place),
                );
            }
            (None, Link::Missing { .. } | Link::None) if said_missing || estate.lists(Listed::Providers, account) => {
                self.missing(issuer, account, &shown, audience);
            }
            _ if said_missing => self.missing(issuer, account, &shown, audience),
            _ => {
                let message = format!("no document shows whether {shown} has an OIDC provider for `{issuer}`");
                let help = "add the output of `aws iam list-open-id-connect-providers` and `aws iam get-open-id-connect-provider`";
                self.push(LinkKind::Provider, Truth::Unknown, message, help, None);
            }
        }
    }

    fn missing(&mut self, issuer: &str, account: Option<&str>, shown: &str, audience: Option<&SmolStr>) {
        let all: Vec<&OidcProvider> = self.case.estate.providers().map(|(_, provider)| provider).collect();
        let near = all.iter().find_map(|provider| Some((*provider, nearness(provider, issuer, account)?)));
        let audience = audience.map_or("sts.amazonaws.com", SmolStr::as_str);
        let create = format!("create an IAM OIDC provider for `https://{issuer}` in {shown}, with client id `{audience}`");
        let (message, help, place) = match near {
            Some((provider, what)) => (format!("{shown} has no OIDC provider for `{issuer}`, but {what}"), create, Some(&provider.place)),
            None => {
                let others: Vec<&str> = all.iter().filter_map(|provider| Some(provider.issuer.value()?.as_str())).collect();
                let instead = if others.is_empty() {
                    String::new()
                } else {
                    format!("; the documents show {}", listed(others, SHOWN).replace(" or ", " and "))
                };
                let help = format!(
                    "if the token's issuer is right, {create}, and name it in Principal and in every condition key of the trust policy; \
                     else see that the token comes from the cluster or system that was meant"
                );
                (format!("{shown} has no OIDC provider for `{issuer}`, the token's issuer{instead}"), help, None)
            }
        };
        self.push(LinkKind::Provider, Truth::False, message, help, place);
    }

    /// The client ids of a provider against the token's audience.
    pub fn audience(&mut self, issuer: &str, account: Option<&str>, token: &Token) {
        let Some(audience) = audience_of(token) else { return };
        let estate = &self.case.estate;
        let Some(provider) = estate.provider_of(issuer, account).to().and_then(|id| estate.provider(id)) else { return };
        let Stated::Is(ids) = &provider.client_ids else { return };
        let place = ids.first().map_or_else(|| provider.place.clone(), |first| Place { span: first.span, ..provider.place.clone() });
        if ids.iter().any(|id| id.text == *audience) {
            let message = format!("the provider lists client id `{audience}`, the token's audience");
            return self.push(LinkKind::Audience, Truth::True, message, "", Some(&place));
        }
        let registered = listed(ids.iter().map(|id| id.text.as_str()), SHOWN);
        let message = format!("the token's audience is `{audience}`, but the provider's client ids are {registered}");
        let help = format!(
            "add client id `{audience}` to the provider (`aws iam add-client-id-to-open-id-connect-provider`), or ask for tokens with the \
             audience {registered}"
        );
        self.push(LinkKind::Audience, Truth::False, message, help, Some(&place));
    }

    /// What the rules find about the client ids, where the token's audience is not known.
    pub fn client_ids(&mut self, issuer: &str, account: Option<&str>) {
        let estate = &self.case.estate;
        let provider = estate.provider_of(issuer, account).to().and_then(|id| estate.provider(id));
        if let Some(found) = provider.and_then(|provider| self.evidence.of_client_ids(provider.place.span)) {
            self.links.push(super::found(LinkKind::Audience, found));
        }
    }

    /// Provider and audience where the role is not known: its account is that of the annotation, the issuer that of the only provider.
    pub fn provider_alone(&mut self, pod: &Pod<'_>, token: Option<&Token>) {
        let estate = &self.case.estate;
        let only = || {
            let mut all = estate.providers().filter_map(|(_, provider)| provider.issuer.value());
            all.next().filter(|_| all.next().is_none()).cloned()
        };
        let own = token.map(|token| token.issuer.clone()).filter(|issuer| !issuer.is_empty());
        let Some(issuer) = own.or_else(|| self.reported.issuer.clone()).or_else(only) else { return };
        let arn = pod.account.and_then(|(_, account)| account.annotation(ROLE_ARN)).and_then(|a| a.value.value());
        let account = arn.and_then(|arn| Arn::parse(&arn.text)).map(|arn| SmolStr::new(arn.account)).filter(|account| !account.is_empty());
        self.provider(&issuer, account.as_deref(), token.and_then(audience_of));
        match token {
            Some(token) => self.audience(&issuer, account.as_deref(), token),
            None => self.client_ids(&issuer, account.as_deref()),
        }
    }
}

/// The audience that STS looks at.
pub fn audience_of(token: &Token) -> Option<&SmolStr> {
    match token.claim("azp").or_else(|| token.claim("aud")) {
        Some(Claim::One(audience)) => Some(audience),
        Some(Claim::Many(list)) => list.first().filter(|_| list.len() == 1),
        _ => None,
    }
}

/// What a provider has to do with an issuer that has none.
fn nearness(provider: &OidcProvider, issuer: &str, account: Option<&str>) -> Option<String> {
    let own = provider.issuer.value()?;
    let of = provider.arn.value().and_then(|arn| Arn::parse(arn)).map(|arn| arn.account);
    if own == issuer && of.is_some() && of != account {
        return Some(format!("account {} has one: the role needs one in its own account", of.unwrap_or_default()));
    }
    if own.trim_end_matches('/') == issuer.trim_end_matches('/') {
        return Some(format!("one for `{own}`: the two differ in the trailing slash, so for IAM they are different issuers"));
    }
    if own.eq_ignore_ascii_case(issuer) {
        return Some(format!("one for `{own}`: the two differ in letter case, so for IAM they are different issuers"));
    }
    let cluster = |text: &str| text.rsplit_once("/id/").map(|(host, id)| (host.to_owned(), id.to_owned()));
    match (cluster(own), cluster(issuer)) {
        (Some((host, _)), Some((same, _))) if host == same => {
            Some(format!("one for `{own}`, another cluster in the region: a re-created cluster has a new issuer"))
        }
        (Some((_, id)), Some((_, same))) if id == same => Some(format!("one for `{own}`: the id is the same, the region is not")),
        _ => None,
    }
}
