//! The annotation `audience` is empty or not what STS is called.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::{Applicability, Fix, Severity};
use irsa_lint_core::document::model::{AUDIENCE, ServiceAccount, Stated};
use irsa_lint_core::estate::{Link, ServiceAccountId};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::role_arn::value;
use crate::objects::webhook::meant_audience;

declare_rule! {
    /// The annotation `eks.amazonaws.com/audience` is empty, or a misspelt `sts.amazonaws.com`.
    ///
    /// ## Why is this bad?
    ///
    /// The annotation becomes the audience of the Pods' tokens exactly as it is. If it is empty, Kubernetes uses its own API server as the
    /// audience. STS refuses every token whose audience the OIDC provider does not list: `Incorrect token audience`.
    ///
    /// ## Severity
    ///
    /// Error if it is empty: no token is accepted. Warning if it is almost `sts.amazonaws.com`: a provider may list that spelling.
    ///
    /// ## How to fix it
    ///
    /// Remove the annotation: the default, `sts.amazonaws.com`, is right in every partition.
    ///
    /// ## References
    ///
    /// - amazon-eks-pod-identity-webhook, README
    /// - Kubernetes API Reference, ServiceAccountTokenProjection
    ///
    /// ```yaml fail at=/metadata/annotations/eks.amazonaws.com~1audience
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations:
    ///     eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/payments
    ///     eks.amazonaws.com/audience: "sts.amazonaws.com "
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations:
    ///     eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/payments
    ///     eks.amazonaws.com/audience: sts.amazonaws.com
    /// ```
    pub AudienceMalformed { id: "audience-malformed", severity: Error, family: "service-account", fix: Unsafe }
}

impl Rule for AudienceMalformed {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn service_account(&self, id: ServiceAccountId, account: &ServiceAccount, view: &View<'_>, out: &mut Findings) {
        let Some((text, place)) = account.annotation(AUDIENCE).and_then(value) else { return };
        let who = account.display_name();
        if text.text.is_empty() {
            let message = format!(
                "`{AUDIENCE}` of ServiceAccount `{who}` is empty, so its tokens are for the Kubernetes API server and STS refuses them"
            );
            out.report(&Self::META, place, message).help("remove the annotation: the default is `sts.amazonaws.com`").done();
            return;
        }
        let Some(meant) = meant_audience(&text.text).filter(|_| !text.text.contains("${")) else { return };
        let blank = text.text.trim() != text.text;
        // Where the role is in the run, it says which audience it wants.
        let role = matches!(view.estate.role_of(id), Link::To(_));
        let registered = || {
            let lists = view.estate.documents().providers.iter().filter_map(|provider| match &provider.client_ids {
                Stated::Is(ids) => Some(ids),
                _ => None,
            });
            lists.flatten().any(|id| id.text == text.text)
        };
        if !blank && (role || registered()) {
            return;
        }
        let message = format!(
            "`{AUDIENCE}` of ServiceAccount `{who}` is `{}`, so STS refuses its tokens unless the OIDC provider lists exactly this text",
            text.text.escape_debug()
        );
        out.report(&Self::META, place, message)
            .severity(if blank { Severity::Error } else { Severity::Warning })
            .help(format!("write `{meant}`, or remove the annotation (the default is `sts.amazonaws.com`)"))
            .fix(Fix::replace(Applicability::Unsafe, format!("write `{meant}`"), text.inner_span(), meant))
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{bad_rules, check, of_rule};

    fn account(value: &str) -> String {
        format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/app\n    eks.amazonaws.com/audience: {value}\n"
        )
    }

    #[test]
    fn leaves_audiences_of_ones_own_alone() {
        let found = |value: &str| of_rule(&check(&[("sa.yaml", &account(value))]), "audience-malformed").len();
        for good in ["sts.amazonaws.com", "vault", "https://api.example.com", "'${AUDIENCE}'", "amazonaws.com"] {
            assert_eq!(found(good), 0, "{good}");
        }
        for bad in [
            "\"\"",
            "sts.amazonaws.com.cn",
            "https://sts.amazonaws.com",
            "sts.eu-west-1.amazonaws.com",
            "'sts.amazonaws.com '",
            "sts.amazonaw.com",
        ] {
            assert_eq!(found(bad), 1, "{bad}");
        }
    }

    #[test]
    fn a_provider_may_list_the_odd_one() {
        let provider = r#"{"Url": "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E", "ClientIDList": ["sts.amazonaws.com.cn"], "ThumbprintList": []}"#;
        let answer = check(&[("sa.yaml", &account("sts.amazonaws.com.cn")), ("provider.json", provider)]);
        assert_eq!(bad_rules(&answer), [""; 0]);
    }
}
