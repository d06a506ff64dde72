//! A placeholder stayed in the annotation `role-arn`.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{NotAnalysed, ServiceAccount};
use irsa_lint_core::estate::ServiceAccountId;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::role_arn::{RoleArn, read, value};

declare_rule! {
    /// The annotation `eks.amazonaws.com/role-arn` holds a placeholder of the instructions it was copied from.
    ///
    /// ## Why is this bad?
    ///
    /// No role has this ARN. The webhook injects it all the same, and the Pod's first call to AWS fails.
    ///
    /// ## How to fix it
    ///
    /// Put the account's twelve digits and the role's name in its place. Variables of a templating tool (`{{ … }}`, `${…}`) are no
    /// placeholders: they are filled in before the manifest is applied.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Assign IAM roles to Kubernetes service accounts"
    ///
    /// ```yaml fail at=/metadata/annotations/eks.amazonaws.com~1role-arn
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations:
    ///     eks.amazonaws.com/role-arn: arn:aws:iam::<ACCOUNT_ID>:role/payments
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations:
    ///     eks.amazonaws.com/role-arn: arn:aws:iam::${ACCOUNT_ID}:role/payments
    /// ```
    pub PlaceholderRoleArn { id: "placeholder-role-arn", severity: Error, family: "service-account", fix: None }
}

impl Rule for PlaceholderRoleArn {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn service_account(&self, _id: ServiceAccountId, account: &ServiceAccount, _view: &View<'_>, out: &mut Findings) {
        let Some((scalar, place)) = account.role_arn().and_then(value) else { return };
        let who = account.display_name();
        let placeholder = match read(&scalar.text) {
            RoleArn::Placeholder(placeholder) => placeholder,
            // The cluster itself holds the variable: nothing will fill it in any more.
            RoleArn::Template if account.live => &scalar.text,
            RoleArn::Template => {
                let message =
                    format!("template: the role-arn annotation of ServiceAccount `{who}`, `{}`, is not filled in yet", scalar.text);
                out.not_analysed.push(NotAnalysed { place, message });
                return;
            }
            _ => return,
        };
        let message = format!("the role-arn annotation of ServiceAccount `{who}` still holds the placeholder `{placeholder}`");
        out.report(&Self::META, place, message).help("put the account's twelve digits and the role's name in its place").done();
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    #[test]
    fn a_variable_is_a_placeholder_in_a_live_object_alone() {
        let text = |uid: &str| {
            format!(
                "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n{uid}  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::${{ID}}:role/x\n"
            )
        };
        let found = |uid: &str| of_rule(&check(&[("sa.yaml", &text(uid))]), "placeholder-role-arn").len();
        assert_eq!((found(""), found("  uid: 11111111-2222-4333-8444-555555555555\n")), (0, 1));
    }
}
