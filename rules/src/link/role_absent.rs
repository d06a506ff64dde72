//! A ServiceAccount names a role that does not exist.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::{Applicability, Fix};
use irsa_lint_core::document::model::{ServiceAccount, Stated};
use irsa_lint_core::estate::{Difference, ServiceAccountId};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::missing_role::{is_surely_absent, meant, missing};

declare_rule! {
    /// A ServiceAccount names a role that does not exist.
    ///
    /// ## Why is this bad?
    ///
    /// STS finds no role with that ARN and refuses every call of the Pod. This is reported only if the files list all roles of the
    /// account, or contain a role of nearly the same name that admits exactly this ServiceAccount.
    ///
    /// ## Severity
    ///
    /// Error: every call of the Pod fails.
    ///
    /// ## How to fix it
    ///
    /// Write the ARN of the right role, including its path, or create the role.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Assign IAM roles to Kubernetes service accounts"
    ///
    /// ```yaml fail
    /// # file: serviceaccount.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/paymnets"}
    /// # file: roles.json
    /// {"Roles": [{"RoleName": "payments", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/payments", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///   "Condition": {"StringEquals": {
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"}}}]}}]}
    /// ```
    ///
    /// ```yaml pass
    /// # file: serviceaccount.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/payments"}
    /// # file: other.json
    /// {"Role": {"RoleName": "other", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/other", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}}}
    /// ```
    pub RoleAbsent { id: "role-absent", severity: Error, family: "link", fix: Unsafe }
}

impl Rule for RoleAbsent {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn service_account(&self, id: ServiceAccountId, account: &ServiceAccount, view: &View<'_>, out: &mut Findings) {
        let Some(missing) = missing(id, account, view) else { return };
        let absent = is_surely_absent(&missing, view);
        let meant = meant(&missing, account, view);
        if matches!(meant, Some((_, Difference::Account))) || (meant.is_none() && !absent) {
            return;
        }
        let who = account.display_name();
        let names = format!("ServiceAccount `{who}` names `{}`", missing.written.text);
        let report = |out: &mut Findings, message: String, help: String, fix: Option<Fix>| {
            out.report(&Self::META, missing.place.clone(), message).help(help).fix(fix).done();
        };
        match meant.map(|(role, _)| (role, view.estate.role_arn(role))) {
            Some((_, Stated::Is(arn))) => {
                let what = if absent { "which does not exist" } else { "which is not among these files" };
                let message = format!("{names}, {what}, but role `{arn}` admits it");
                let fix = Fix::replace(Applicability::Unsafe, format!("write `{arn}`"), missing.written.inner_span(), arn.to_string());
                report(out, message, format!("write `{arn}`"), Some(fix));
            }
            Some((role, _)) => {
                report(out, format!("{names}, but {} admits it", view.role_name(role)), "write the ARN of that role".to_owned(), None)
            }
            None => {
                let message = format!("{names}, but account {} has no such role", missing.arn.account);
                report(out, message, "create the role, or write the ARN of the right one".to_owned(), None);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule, policy};

    fn found(annotated: &str, document: &str, subject: &str) -> usize {
        let account = format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: efs-csi\n  namespace: prod\n  annotations:\n    eks.amazonaws.com/role-arn: {annotated}\n"
        );
        let trust = policy(&format!(
            r#"{{"StringEquals": {{"ISSUER:sub": "system:serviceaccount:{subject}", "ISSUER:aud": "sts.amazonaws.com"}}}}"#
        ));
        let role = format!(
            r#"{{"RoleName": "ebs-csi", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/ebs-csi", "AssumeRolePolicyDocument": {trust}}}"#
        );
        let document = document.replace("ROLE", &role);
        of_rule(&check(&[("sa.yaml", &account), ("roles.json", &document)]), "role-absent").len()
    }

    #[test]
    fn a_role_of_a_like_name_counts_only_if_it_admits_the_account() {
        let one = r#"{"Role": ROLE}"#;
        let named = "arn:aws:iam::111122223333:role/efs-csi";
        assert_eq!(found(named, one, "prod:ebs-csi"), 0);
        assert_eq!(found(named, one, "prod:efs-csi"), 1);
        assert_eq!(found("arn:aws:iam::111122223333:role/csi/ebs-csi", one, "prod:efs-csi"), 1);
    }

    #[test]
    fn a_full_list_shows_what_is_absent() {
        let list = r#"{"Roles": [ROLE]}"#;
        assert_eq!(found("arn:aws:iam::111122223333:role/something-else", list, "prod:ebs-csi"), 1);
        assert_eq!(found("arn:aws:iam::444455556666:role/something-else", list, "prod:ebs-csi"), 0);
        assert_eq!(found("arn:aws:iam::111122223333:role/something-else", r#"{"Role": ROLE}"#, "prod:ebs-csi"), 0);
    }
}
