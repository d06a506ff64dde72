//! The annotation `role-arn` holds an ARN, but not of a role.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::ServiceAccount;
use irsa_lint_core::estate::ServiceAccountId;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::role_arn::{RoleArn, read, value};

declare_rule! {
    /// The annotation `eks.amazonaws.com/role-arn` names something other than a role.
    ///
    /// ## Why is this bad?
    ///
    /// A Pod can only assume a role. The webhook passes the value on unchanged, and the Pod's first call to AWS fails. Usually it is the
    /// ARN of the permissions policy, which is next to the role's ARN on the same console page.
    ///
    /// ## Severity
    ///
    /// Error: every call of the Pod fails.
    ///
    /// ## How to fix it
    ///
    /// Write the ARN of the role that the policy is attached to: `arn:aws:iam::111122223333:role/NAME`.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Assign IAM roles to Kubernetes service accounts"
    /// - IAM User Guide, "IAM identifiers"
    ///
    /// ```yaml fail at=/metadata/annotations/eks.amazonaws.com~1role-arn
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations:
    ///     eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:policy/payments
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations:
    ///     eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/policy/payments
    /// ```
    pub RoleArnNotARole { id: "role-arn-not-a-role", severity: Error, family: "service-account", fix: None }
}

impl Rule for RoleArnNotARole {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn service_account(&self, _id: ServiceAccountId, account: &ServiceAccount, _view: &View<'_>, out: &mut Findings) {
        let Some((scalar, place)) = account.role_arn().and_then(value) else { return };
        let RoleArn::Other(kind) = read(&scalar.text) else { return };
        let message =
            format!("the role-arn annotation of ServiceAccount `{}` names {kind}, not a role: `{}`", account.display_name(), scalar.text);
        out.report(&Self::META, place, message).help("write the ARN of the role: `arn:aws:iam::ACCOUNT:role/NAME`").done();
    }
}
