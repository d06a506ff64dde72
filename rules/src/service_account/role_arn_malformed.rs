//! The annotation `role-arn` is not of the form that the webhook and STS take.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::{Applicability, Fix, Severity};
use irsa_lint_core::document::model::{ServiceAccount, Stated};
use irsa_lint_core::estate::ServiceAccountId;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::role_arn::{RoleArn, place, read, value};

declare_rule! {
    /// The annotation `eks.amazonaws.com/role-arn` is not the ARN of a role.
    ///
    /// ## Why is this bad?
    ///
    /// The webhook only logs a value that is not the ARN of a role, and passes it on unchanged. The Pod starts, and its first call to AWS
    /// fails with `ValidationError` or `AccessDenied`. With an empty value the webhook does nothing, and the Pod uses the node role.
    ///
    /// ## Severity
    ///
    /// Error: every call of the Pod fails. Warning if the value is empty: charts write that if no role is wanted.
    ///
    /// ## How to fix it
    ///
    /// Write the role's ARN, `arn:aws:iam::ACCOUNT:role/NAME`, with the 12 digits of its account and its path if it has one. `aws iam
    /// get-role --role-name NAME` shows it.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Assign IAM roles to Kubernetes service accounts"
    /// - amazon-eks-pod-identity-webhook, README
    ///
    /// ```yaml fail at=/metadata/annotations/eks.amazonaws.com~1role-arn
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations:
    ///     eks.amazonaws.com/role-arn: arn:aws:iam:111122223333:role/payments
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
    /// ```
    pub RoleArnMalformed { id: "role-arn-malformed", severity: Error, family: "service-account", fix: Unsafe }
}

impl Rule for RoleArnMalformed {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn service_account(&self, _id: ServiceAccountId, account: &ServiceAccount, _view: &View<'_>, out: &mut Findings) {
        let Some(annotation) = account.role_arn() else { return };
        let who = account.display_name();
        let Some((scalar, place)) = value(annotation) else {
            if matches!(annotation.value, Stated::Absent) {
                let message = match &annotation.unquoted {
                    Some(written) => format!(
                        "the role-arn annotation of ServiceAccount `{who}` is `{written}`, which is neither a role's ARN nor a string"
                    ),
                    None => format!("the role-arn annotation of ServiceAccount `{who}` is not a string"),
                };
                out.report(&Self::META, place(annotation), message).help("write the role's ARN as a string").done();
            }
            return;
        };
        let RoleArn::Malformed(why, repaired) = read(&scalar.text) else { return };
        if scalar.text.trim().is_empty() {
            let message = format!("the role-arn annotation of ServiceAccount `{who}` is empty, so its Pods get no role");
            out.report(&Self::META, place, message)
                .severity(Severity::Warning)
                .help("write the role's ARN, or remove the annotation if no role is wanted")
                .done();
            return;
        }
        let message = format!("the role-arn annotation `{}` of ServiceAccount `{who}` {why}", scalar.text.trim_end());
        let help = match &repaired {
            Some(repaired) => format!("write `{repaired}`"),
            None => "write the role's ARN, as `aws iam get-role` shows it: `arn:aws:iam::ACCOUNT:role/NAME`".to_owned(),
        };
        let fix = repaired.map(|arn| Fix::replace(Applicability::Unsafe, format!("write `{arn}`"), scalar.inner_span(), arn));
        out.report(&Self::META, place, message).help(help).fix(fix).done();
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    fn account(value: &str) -> String {
        format!("apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n  annotations:\n    eks.amazonaws.com/role-arn: {value}\n")
    }

    #[test]
    fn speaks_of_malformed_values_alone() {
        let found = |value: &str| of_rule(&check(&[("sa.yaml", &account(value))]), "role-arn-malformed").len();
        for bad in ["payments", "'\"arn:aws:iam::111122223333:role/x\"'", "arn:aws:iam::1111:role/x", "\"\"", "12", "~"] {
            assert_eq!(found(bad), 1, "{bad}");
        }
        for other in [
            "arn:aws-cn:iam::111122223333:role/x/y",
            "'{{ .Values.roleArn }}'",
            "arn:aws:iam::${ACCOUNT_ID}:role/x",
            "arn:aws:iam::<ACCOUNT_ID>:role/x",
            "arn:aws:iam::111122223333:policy/x",
        ] {
            assert_eq!(found(other), 0, "{other}");
        }
    }

    #[test]
    fn mends_what_is_certain() {
        let answer = check(&[("sa.yaml", &account("arn:aws:iam:111122223333:role/x"))]);
        let fix = of_rule(&answer, "role-arn-malformed")[0].fix.clone().unwrap();
        assert_eq!(fix.edits[0].text, "arn:aws:iam::111122223333:role/x");
    }
}
