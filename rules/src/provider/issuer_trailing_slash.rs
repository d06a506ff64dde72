//! A provider's issuer ends in a slash where the tokens' does not, or the other way round.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::document::model::{OidcProvider, Place};
use irsa_lint_core::estate::ProviderId;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

declare_rule! {
    /// A provider's URL has a trailing slash that the issuer of its tokens does not have, or lacks one.
    ///
    /// ## Why is this bad?
    ///
    /// The provider's URL must be exactly the token's `iss`. With a slash too many or too few STS finds no provider for the token and
    /// refuses it with `InvalidIdentityToken`. A provider's URL cannot be changed later.
    ///
    /// ## Severity
    ///
    /// Error: no token of the issuer is accepted. Warning if only the host's name suggests which product issues the tokens.
    ///
    /// ## How to fix it
    ///
    /// Create a provider with the URL exactly as the issuer writes it, and use it in the trust policy's principal and condition keys.
    /// Auth0 and Microsoft Entra ID (v1) end in a slash; most others do not.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "Create an OpenID Connect (OIDC) identity provider in IAM"
    ///
    /// ```json fail at=/Url
    /// {"Url": "token.actions.githubusercontent.com/", "ClientIDList": ["sts.amazonaws.com"]}
    /// ```
    ///
    /// ```json pass
    /// {"Url": "acme-example.eu.auth0.com/", "ClientIDList": ["https://api.example.com"]}
    /// ```
    pub IssuerTrailingSlash { id: "issuer-trailing-slash", severity: Error, family: "provider", fix: None }
}

impl Rule for IssuerTrailingSlash {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn provider(&self, id: ProviderId, provider: &OidcProvider, view: &View<'_>, out: &mut Findings) {
        let Some(issuer) = provider.issuer.value() else { return };
        if view.catalogue.provider_of(issuer).is_some() {
            return;
        }
        let trimmed = issuer.trim_end_matches('/');
        let meant = if trimmed.len() < issuer.len() { trimmed.to_owned() } else { format!("{issuer}/") };
        let Some(known) = view.catalogue.provider_of(&meant) else { return };
        // The same provider may stand in a list and in a document of its own: once is enough.
        if view.estate.providers().find(|(_, other)| other.issuer == provider.issuer).is_some_and(|(first, _)| first != id) {
            return;
        }
        let extra = if trimmed.len() < issuer.len() {
            "a trailing slash that its tokens do not have"
        } else {
            "no trailing slash, but its tokens have one"
        };
        let message = format!("the provider `{issuer}` has {extra}: the issuer of {} is `https://{meant}`", known.name);
        // A host that is only called like the product may be another one.
        let severity = if known.guessed { Severity::Warning } else { Severity::Error };
        let place = match &provider.url {
            Some(url) if provider.address.is_none() && url.text == *issuer => {
                Place { span: url.span, pointer: provider.place.pointer.key("Url") }
            }
            _ => provider.place.clone(),
        };
        out.report(&Self::META, place, message)
            .severity(severity)
            .help(format!("create a provider with the URL `https://{meant}` and use it in the trust policies"))
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    fn found(url: &str) -> usize {
        let provider = format!(r#"{{"Url": "{url}", "ClientIDList": ["sts.amazonaws.com"]}}"#);
        of_rule(&check(&[("provider.json", &provider)]), "issuer-trailing-slash").len()
    }

    #[test]
    fn knows_who_ends_in_a_slash() {
        for bad in ["acme.eu.auth0.com", "gitlab.com/", "gitlab.example.com/"] {
            assert_eq!(found(bad), 1, "{bad}");
        }
        for good in ["acme.eu.auth0.com/", "gitlab.com", "idp.example.com/", "idp.example.com"] {
            assert_eq!(found(good), 0, "{good}");
        }
    }

    #[test]
    fn a_provider_in_two_documents_is_told_once() {
        let list = r#"{"OpenIDConnectProviderList": [{"Arn": "arn:aws:iam::111122223333:oidc-provider/gitlab.com/"}]}"#;
        let provider = r#"{"Url": "gitlab.com/", "ClientIDList": ["x"]}"#;
        assert_eq!(of_rule(&check(&[("list.json", list), ("provider.json", provider)]), "issuer-trailing-slash").len(), 1);
    }
}
