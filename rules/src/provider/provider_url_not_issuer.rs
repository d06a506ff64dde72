//! A provider's URL is not that of an issuer.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::document::model::{OidcProvider, Place};
use irsa_lint_core::estate::ProviderId;
use irsa_lint_core::policy::find_mark;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

declare_rule! {
    /// A provider's URL is not the issuer in the tokens.
    ///
    /// ## Why is this bad?
    ///
    /// STS looks for the provider whose URL is exactly the token's `iss`. The address of the cluster's API server, of the discovery
    /// document or of the keys is different, so no token matches the provider: `No OpenIDConnect provider found in your account`.
    ///
    /// ## Severity
    ///
    /// Error: no token matches the provider. Warning if the URL may still be an issuer.
    ///
    /// ## How to fix it
    ///
    /// Take the URL from `aws eks describe-cluster --name NAME --query cluster.identity.oidc.issuer`, or the `iss` of a token.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Create an IAM OIDC provider for your cluster"
    /// - IAM API Reference, CreateOpenIDConnectProvider
    ///
    /// ```json fail at=/Url
    /// {"Url": "EXAMPLED539D4633E53DE1B716D3041E.gr7.eu-west-1.eks.amazonaws.com", "ClientIDList": ["sts.amazonaws.com"]}
    /// ```
    ///
    /// ```json pass
    /// {"Url": "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E", "ClientIDList": ["sts.amazonaws.com"]}
    /// ```
    pub ProviderUrlNotIssuer { id: "provider-url-not-issuer", severity: Error, family: "provider", fix: None }
}

impl Rule for ProviderUrlNotIssuer {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn provider(&self, id: ProviderId, provider: &OidcProvider, view: &View<'_>, out: &mut Findings) {
        let Some(issuer) = provider.issuer.value() else { return };
        if view.catalogue.provider_of(issuer).is_some_and(|known| !known.guessed) || find_mark(issuer).is_some() {
            return;
        }
        // The same provider may stand in a list and in a document of its own: once is enough.
        if view.estate.providers().find(|(_, other)| other.issuer == provider.issuer).is_some_and(|(first, _)| first != id) {
            return;
        }
        let Some(fault) = fault(issuer, view) else { return };
        let help = match &fault.meant {
            Some(meant) => format!("create a provider with the URL `https://{meant}` and use it in the trust policies"),
            None => "create a provider with the issuer's URL, which is the `iss` of the tokens".to_owned(),
        };
        let severity = if fault.certain { Severity::Error } else { Severity::Warning };
        out.report(&Self::META, place(provider), format!("the URL of the provider `{issuer}` {}", fault.what))
            .severity(severity)
            .help(help)
            .done();
    }
}

/// Where a provider's URL stands.
fn place(provider: &OidcProvider) -> Place {
    match &provider.url {
        Some(url) if provider.address.is_none() && !url.text.starts_with("arn:") => {
            Place { span: url.span, pointer: provider.place.pointer.key("Url") }
        }
        Some(url) => Place { span: url.span, pointer: provider.place.pointer.clone() },
        None => provider.place.clone(),
    }
}

struct Fault {
    what: String,
    meant: Option<String>,
    certain: bool,
}

fn fault(issuer: &str, view: &View<'_>) -> Option<Fault> {
    let known = |text: &str| view.catalogue.provider_of(text).is_some();
    let (host, path) = issuer.split_once('/').map_or((issuer, None), |(host, path)| (host, Some(path)));
    if let Some((region, domain)) = api_server(host) {
        let meant = format!("oidc.eks.{region}.{domain}/id/…");
        return Some(Fault {
            what: "is the address of an EKS cluster's API server, not its issuer".to_owned(),
            meant: Some(meant),
            certain: true,
        });
    }
    for (end, what) in [
        ("/.well-known/openid-configuration", "the issuer's discovery document"),
        ("/.well-known/jwks.json", "the issuer's keys"),
        ("/.well-known/jwks", "the issuer's keys"),
    ] {
        if let Some(meant) = issuer.trim_end_matches('/').strip_suffix(end) {
            return Some(Fault { what: format!("is the address of {what}, not the issuer"), meant: Some(meant.to_owned()), certain: true });
        }
    }
    if let Some(meant) = issuer.strip_suffix("/keys").filter(|meant| known(meant)) {
        return Some(Fault {
            what: "is the address of the issuer's keys, not the issuer".to_owned(),
            meant: Some(meant.to_owned()),
            certain: true,
        });
    }
    let lower = host.to_ascii_lowercase();
    if lower != host {
        let meant = path.map_or_else(|| lower.clone(), |path| format!("{lower}/{path}"));
        let what = "has capital letters in its host, but issuers have none and letter case matters".to_owned();
        return Some(Fault { what, certain: known(&meant), meant: Some(meant) });
    }
    let region = host.strip_prefix("oidc.").and_then(|rest| rest.strip_suffix(".eks.amazonaws.com"))?;
    let meant = format!("oidc.eks.{region}.amazonaws.com/{}", path.unwrap_or("id/…"));
    Some(Fault { what: "has the parts of its host in the wrong order".to_owned(), meant: Some(meant), certain: true })
}

/// Region and domain of an EKS API server's address: `ID.gr7.REGION.eks.amazonaws.com`. Source: Amazon EKS API Reference, Cluster.
fn api_server(host: &str) -> Option<(&str, &str)> {
    let (front, domain) = host.split_once(".eks.").filter(|(_, domain)| domain.starts_with("amazonaws.com"))?;
    let mut parts = front.split('.');
    let (id, _, region) = (parts.next()?, parts.next()?, parts.next()?);
    let is_id = id.len() >= 16 && id.bytes().all(|b| b.is_ascii_alphanumeric());
    (is_id && parts.next().is_none()).then_some((region, domain))
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    fn found(url: &str) -> Vec<&'static str> {
        let provider = format!(r#"{{"Url": "{url}", "ClientIDList": ["sts.amazonaws.com"]}}"#);
        of_rule(&check(&[("provider.json", &provider)]), "provider-url-not-issuer").iter().map(|d| d.severity.name()).collect()
    }

    #[test]
    fn addresses_that_are_no_issuers() {
        for bad in [
            "https://EXAMPLED539D4633E53DE1B716D3041E.gr7.us-west-2.eks.amazonaws.com",
            "https://token.actions.githubusercontent.com/.well-known/openid-configuration",
            "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E/keys",
            "oidc.us-west-2.eks.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E",
            "Token.Actions.GithubUserContent.com",
        ] {
            assert_eq!(found(bad), ["error"], "{bad}");
        }
        assert_eq!(found("IdP.example.com/realms/Acme"), ["warning"]);
    }

    #[test]
    fn issuers_are_left_alone() {
        for good in [
            "oidc.eks.us-west-2.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E",
            "idp.example.com/realms/Acme",
            "accounts.example.com/keys",
            "eks.example.com",
            "oidc.eks.<REGION>.amazonaws.com/id/<ID>",
            "my-bucket.s3.amazonaws.com",
        ] {
            assert!(found(good).is_empty(), "{good}");
        }
    }
}
