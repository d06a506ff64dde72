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
    /// IAM refuses to create a provider like this.
    ///
    /// ## Why is this bad?
    ///
    /// The URL of a provider must begin with `https://` and have no query, and there is a limit to its client ids (100) and its thumbprints
    /// (5, each of 40 hexadecimal digits). Otherwise the call fails, and with it the roll-out, before any role can be assumed.
    ///
    /// ## Severity
    ///
    /// An error: the provider cannot be created.
    ///
    /// ## How to fix it
    ///
    /// Write the issuer's URL alone, and drop what is too much. No thumbprint is needed where the certificate is of a public authority.
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
            report(out, at(Some(url)), what, "write the issuer's URL alone: `https://`, the host and the path");
        }
        if let Some(ids) = provider.client_ids.value().filter(|ids| ids.len() > MOST_CLIENT_IDS) {
            let what = format!("it has {} client ids, and {MOST_CLIENT_IDS} are the most", ids.len());
            report(out, at(ids.first()), what, "list the audiences that tokens really carry");
        }
        let Some(thumbprints) = provider.thumbprints.value() else { return };
        if thumbprints.len() > MOST_THUMBPRINTS {
            let what = format!("it has {} thumbprints, and {MOST_THUMBPRINTS} are the most", thumbprints.len());
            report(out, at(thumbprints.first()), what, "keep the newest; a public authority's certificate needs none");
        }
        let is_thumbprint = |text: &str| text.len() == THUMBPRINT && text.bytes().all(|b| b.is_ascii_hexdigit());
        if let Some(odd) = thumbprints.iter().find(|odd| !is_thumbprint(&odd.text) && find_mark(&odd.text).is_none()) {
            let what = format!("the thumbprint `{}` is not {THUMBPRINT} hexadecimal digits", odd.text);
            report(out, at(Some(odd)), what, "write the SHA-1 of the certificate without colons, or leave the thumbprints out");
        }
    }
}

fn fault(url: &str) -> Option<String> {
    if url.starts_with("arn:") || find_mark(url).is_some() {
        return None;
    }
    if url.starts_with("http://") {
        return Some("its URL begins with `http://`, and only `https://` will do".to_owned());
    }
    if url.contains(['?', '#']) {
        return Some("its URL has a query, and none is allowed".to_owned());
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
