//! The annotation `sts-regional-endpoints` is no boolean.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::ServiceAccount;
use irsa_lint_core::estate::ServiceAccountId;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::role_arn::value;
use crate::objects::webhook::STS_REGIONAL_ENDPOINTS;

declare_rule! {
    /// The annotation `eks.amazonaws.com/sts-regional-endpoints` is neither true nor false.
    ///
    /// ## Why is this bad?
    ///
    /// The webhook ignores a value that is not a boolean and uses its default. The Pods may then call another STS endpoint than the
    /// manifest suggests; if the network only allows one of them, the calls hang.
    ///
    /// ## Severity
    ///
    /// Warning: the Pods work, though not as the manifest says.
    ///
    /// ## How to fix it
    ///
    /// Write `"true"` or `"false"`, as a string.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Configure the AWS Security Token Service endpoint for a service account"
    ///
    /// ```yaml fail at=/metadata/annotations/eks.amazonaws.com~1sts-regional-endpoints
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations:
    ///     eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/payments
    ///     eks.amazonaws.com/sts-regional-endpoints: regional
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
    ///     eks.amazonaws.com/sts-regional-endpoints: "true"
    /// ```
    pub StsRegionalEndpoints { id: "sts-regional-endpoints", severity: Warning, family: "service-account", fix: None }
}

/// What Go's `strconv.ParseBool` takes.
const BOOLEANS: [&str; 12] = ["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"];

impl Rule for StsRegionalEndpoints {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn service_account(&self, _id: ServiceAccountId, account: &ServiceAccount, _view: &View<'_>, out: &mut Findings) {
        let Some(annotation) = account.annotation(STS_REGIONAL_ENDPOINTS).filter(|a| a.unquoted.is_none()) else { return };
        let Some((text, place)) = value(annotation) else { return };
        if BOOLEANS.contains(&text.as_str()) || text.text.contains("${") || text.text.contains("$(") {
            return;
        }
        let message = format!(
            "`{STS_REGIONAL_ENDPOINTS}` of ServiceAccount `{}` is `{}`, which is neither true nor false, so the webhook uses its default",
            account.display_name(),
            text.text
        );
        let meant = match text.text.trim().to_ascii_lowercase().as_str() {
            "legacy" | "global" | "no" | "off" | "disabled" | "false" => "\"false\"",
            _ => "\"true\"",
        };
        out.report(&Self::META, place, message).help(format!("write `{meant}`, if that is what you want")).done();
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    #[test]
    fn knows_gos_booleans() {
        let found = |value: &str| {
            let text = format!(
                "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n  annotations:\n    eks.amazonaws.com/sts-regional-endpoints: {value}\n"
            );
            of_rule(&check(&[("sa.yaml", &text)]), "sts-regional-endpoints").len()
        };
        for good in ["\"true\"", "'false'", "\"True\"", "'1'", "\"F\"", "'${REGIONAL}'"] {
            assert_eq!(found(good), 0, "{good}");
        }
        for bad in ["'yes'", "regional", "\"\"", "\"true \"", "tRUE"] {
            assert_eq!(found(bad), 1, "{bad}");
        }
    }
}
