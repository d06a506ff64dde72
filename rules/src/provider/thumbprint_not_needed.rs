//! A thumbprint that nobody need keep up to date.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{OidcProvider, Origin, Place};
use irsa_lint_core::estate::ProviderId;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

/// Thumbprints that were told to everybody once and belong to certificates that are no longer in use. Source: GitHub Changelog, "GitHub
/// Actions: Update on OIDC based deployments to AWS".
const RETIRED: [&str; 1] = ["a031c46782e6e6c662c2c87c76da9aa62ccabd8e"];

declare_rule! {
    /// A provider's thumbprint is out of date, but it does not matter.
    ///
    /// ## Why is this bad?
    ///
    /// It is not bad: a thumbprint is only a fallback. IAM checks issuers with a certificate from a public authority against its own list.
    /// An old or invented thumbprint for EKS, GitHub, GitLab or Google keeps nobody out, and renewing it repairs nothing. This is reported
    /// for thumbprints known to be retired, and if the files contain nothing but the provider.
    ///
    /// ## Severity
    ///
    /// Info: the thumbprint has no effect.
    ///
    /// ## How to fix it
    ///
    /// Nothing needs to be done. If tokens are refused, check the issuer, the client ids and the trust policy.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "Obtain the thumbprint for an OpenID Connect identity provider"
    ///
    /// ```json fail at=/ThumbprintList/0
    /// {"Url": "token.actions.githubusercontent.com", "ClientIDList": ["sts.amazonaws.com"],
    ///  "ThumbprintList": ["a031c46782e6e6c662c2c87c76da9aa62ccabd8e"]}
    /// ```
    ///
    /// ```json pass
    /// {"Url": "token.actions.githubusercontent.com", "ClientIDList": ["sts.amazonaws.com"], "ThumbprintList": []}
    /// ```
    pub ThumbprintNotNeeded { id: "thumbprint-not-needed", severity: Info, family: "provider", fix: None }
}

impl Rule for ThumbprintNotNeeded {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn provider(&self, _id: ProviderId, provider: &OidcProvider, view: &View<'_>, out: &mut Findings) {
        let (Some(issuer), Some(thumbprints)) = (provider.issuer.value(), provider.thumbprints.value()) else { return };
        let Some(known) = view.catalogue.provider_of(issuer).filter(|known| !known.guessed) else { return };
        let documents = view.estate.documents();
        let alone = provider.origin == Origin::Live && documents.roles.is_empty() && documents.service_accounts.is_empty();
        let retired = |text: &str| RETIRED.contains(&text.to_ascii_lowercase().as_str());
        let Some((index, thumbprint)) = thumbprints.iter().enumerate().find(|(_, thumbprint)| alone || retired(&thumbprint.text)) else {
            return;
        };
        let text = &thumbprint.text;
        let message = if retired(text) {
            format!("the thumbprint `{text}` of provider `{issuer}` is for a certificate that is no longer in use, which does no harm")
        } else {
            format!("the thumbprint `{text}` of provider `{issuer}` does not need to be kept up to date")
        };
        let list = if provider.origin.is_terraform() { "thumbprint_list" } else { "ThumbprintList" };
        let place = Place { span: thumbprint.span, pointer: provider.place.pointer.key(list).index(index) };
        out.report(&Self::META, place, message)
            .help(format!(
                "nothing needs to be done, because IAM trusts the certificate of {} anyway; if tokens are refused, check the issuer, the client ids and the trust policy",
                known.name
            ))
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule, policy};

    fn found(url: &str, thumbprint: &str, more: &[(&str, &str)]) -> usize {
        messages(url, thumbprint, more).len()
    }

    fn messages(url: &str, thumbprint: &str, more: &[(&str, &str)]) -> Vec<String> {
        let provider = format!(r#"{{"Url": "{url}", "ClientIDList": ["sts.amazonaws.com"], "ThumbprintList": ["{thumbprint}"]}}"#);
        let mut files = vec![("provider.json", provider.as_str())];
        files.extend(more);
        of_rule(&check(&files), "thumbprint-not-needed").iter().map(|d| d.message.clone()).collect()
    }

    #[test]
    fn is_no_noise() {
        let trust = policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b", "ISSUER:aud": "sts.amazonaws.com"}}"#);
        let (now, retired) = ("1c58a3a8518e8759bf075b76b750d4f2df264fcd", super::RETIRED[0]);
        let github = "token.actions.githubusercontent.com";
        assert_eq!(found(github, now, &[("p.json", &trust)]), 0);
        assert_eq!(found(github, retired, &[("p.json", &trust)]), 1);
        assert_eq!(found(github, now, &[]), 1);
        let says_retired = |thumbprint: &str| messages(github, thumbprint, &[])[0].contains("no longer in use");
        assert!(says_retired(retired) && !says_retired(now));
        assert_eq!(found("idp.example.com", now, &[]), 0, "its certificate may need one");
    }
}
