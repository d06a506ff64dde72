//! A provider that IAM refuses to create.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{OidcProvider, Place};
use irsa_lint_core::estate::ProviderId;
use irsa_lint_core::policy::find_mark;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Scalar;

/// How many client ids a provider can have. Source: IAM User Guide, "IAM and STS quotas".
const MOST_CLIENT_IDS: usize = 100;
/// How many thumbprints a provider can have. Source: IAM API Reference, CreateOpenIDConnectProvider.
const MOST_THUMBPRINTS: usize = 5;
/// How long a thumbprint is: SHA-1 in hexadecimal digits.
const THUMBPRINT: usize = 40;

declare_rule! {
    /// IAM refuses to create this provider.
    ///
    /// ## Why is this bad?
    ///
    /// The URL of a provider must begin with `https://` and must not have a query. A provider has at most 100 client ids and 5 thumbprints
    /// of 40 hexadecimal digits each. Otherwise creating it fails, and nobody can assume a role through it.
    ///
    /// ## Severity
    ///
    /// Error: the provider cannot be created.
    ///
    /// ## How to fix it
    ///
    /// Write only the issuer's URL, and remove what exceeds the limits. No thumbprint is needed if the certificate is from a public
    /// authority.
    ///
    /// ## References
    ///
    /// - IAM API Reference, CreateOpenIDConnectProvider
    /// - IAM User Guide, "IAM and STS quotas"
    ///
    /// ```json fail
    /// {"Url": "http://idp.example.com", "ClientIDList": ["sts.amazonaws.com"]}
    /// ```
    ///
    /// ```json pass
    /// {"Url": "https://idp.example.com", "ClientIDList": ["sts.amazonaws.com"], "ThumbprintList": []}
    /// ```
    pub ProviderRefusedByIam { id: "provider-refused-by-iam", severity: Error, family: "provider", fix: None }
}

impl Rule for ProviderRefusedByIam {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn provider(&self, _id: ProviderId, provider: &OidcProvider, _view: &View<'_>, out: &mut Findings) {
        let issuer = provider.issuer.value().map_or("?", |issuer| issuer.as_str());
        let at = |scalar: Option<&Scalar>| {
            let place = &provider.place;
            scalar.map_or_else(|| place.clone(), |scalar| Place { span: scalar.span, pointer: place.pointer.clone() })
        };
        let report = |out: &mut Findings, place: Place, what: String, help: &str| {
            out.report(&Self::META, place, format!("IAM refuses the provider `{issuer}`: {what}")).help(help).done();
        };
        if let Some((url, what)) = provider.url.as_ref().and_then(|url| Some((url, fault(&url.text)?))) {
            report(out, at(Some(url)), what, "write only the issuer's URL: `https://`, the host and the path");
        }
        if let Some(ids) = provider.client_ids.value().filter(|ids| ids.len() > MOST_CLIENT_IDS) {
            let what = format!("it has {} client ids, but may have at most {MOST_CLIENT_IDS}", ids.len());
            report(out, at(ids.first()), what, "list only the audiences that tokens really have");
        }
        let Some(thumbprints) = provider.thumbprints.value() else { return };
        if thumbprints.len() > MOST_THUMBPRINTS {
            let what = format!("it has {} thumbprints, but may have at most {MOST_THUMBPRINTS}", thumbprints.len());
            report(out, at(thumbprints.first()), what, "keep only the newest; a certificate from a public authority needs none");
        }
        let is_thumbprint = |text: &str| text.len() == THUMBPRINT && text.bytes().all(|b| b.is_ascii_hexdigit());
        if let Some(odd) = thumbprints.iter().find(|odd| !is_thumbprint(&odd.text) && find_mark(&odd.text).is_none()) {
            let what = format!("the thumbprint `{}` is not {THUMBPRINT} hexadecimal digits", odd.text);
            report(out, at(Some(odd)), what, "write the SHA-1 fingerprint of the certificate without colons, or remove the thumbprints");
        }
    }
}

fn fault(url: &str) -> Option<String> {
    if url.starts_with("arn:") || find_mark(url).is_some() {
        return None;
    }
    if url.starts_with("http://") {
        return Some("its URL must begin with `https://`, not `http://`".to_owned());
    }
    if url.contains(['?', '#']) {
        return Some("its URL must not have a query".to_owned());
    }
    let bare = url.trim();
    (bare != url).then(|| "its URL has white space around it".to_owned())
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    fn found(url: &str, ids: usize, thumbprints: &[&str]) -> usize {
        let ids: Vec<String> = (0..ids).map(|id| format!("\"app-{id}\"")).collect();
        let provider = format!(r#"{{"Url": "{url}", "ClientIDList": [{}], "ThumbprintList": {thumbprints:?}}}"#, ids.join(", "));
        of_rule(&check(&[("provider.json", &provider)]), "provider-refused-by-iam").len()
    }

    #[test]
    fn limits_and_forms() {
        let good = "9e99a48a9960b14926bb7f3b02e22da2b0ab7280";
        assert_eq!(found("idp.example.com", 100, &[good; 5]), 0);
        assert_eq!(found("https://idp.example.com/realms/a", 1, &[]), 0);
        assert_eq!(found("idp.example.com", 101, &[]), 1);
        assert_eq!(found("idp.example.com", 1, &[good; 6]), 1);
        assert_eq!(found("idp.example.com", 1, &["9E:99:A4:8A"]), 1);
        assert_eq!(found("idp.example.com", 1, &["<THUMBPRINT>"]), 0, "said as a placeholder, if at all");
        assert_eq!(found("http://idp.example.com", 1, &[]), 1);
        assert_eq!(found("https://idp.example.com?x=y", 1, &[]), 1);
    }
}
