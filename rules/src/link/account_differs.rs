//! A ServiceAccount names a role of its name in another account than the role's own.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::{Applicability, Fix};
use irsa_lint_core::document::model::ServiceAccount;
use irsa_lint_core::estate::ServiceAccountId;
use irsa_lint_core::policy::Arn;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::missing_role::{account_slip, missing};

declare_rule! {
    /// A ServiceAccount names a role in the wrong account.
    ///
    /// ## Why is this bad?
    ///
    /// The annotation has another account id than the role. STS looks for the role in the wrong account, and every call fails. A role of
    /// that name in the other account admits exactly this ServiceAccount, so it must be the intended one.
    ///
    /// ## Severity
    ///
    /// Error: every call of the Pod fails.
    ///
    /// ## How to fix it
    ///
    /// Write the account id of the role into the annotation. To use a role in another account, create the OIDC provider in that account.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Authenticate to another account with IRSA"
    ///
    /// ```yaml fail
    /// # file: serviceaccount.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::444455556666:role/payments"}
    /// # file: role.json
    /// {"Role": {"RoleName": "payments", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/payments", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///   "Condition": {"StringEquals": {
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"}}}]}}}
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
    /// # file: role.json
    /// {"Role": {"RoleName": "payments", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/payments", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///   "Condition": {"StringEquals": {
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"}}}]}}}
    /// ```
    pub AccountDiffers { id: "account-differs", severity: Error, family: "link", fix: Unsafe }
}

impl Rule for AccountDiffers {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn service_account(&self, id: ServiceAccountId, account: &ServiceAccount, view: &View<'_>, out: &mut Findings) {
        let Some(missing) = missing(id, account, view) else { return };
        let Some(role) = account_slip(&missing, account, view) else { return };
        let Some(home) = view.estate.role_account(role) else { return };
        let written = missing.arn.account;
        let message = format!(
            "ServiceAccount `{}` names {} in account {written}, but the role is in account {home}",
            account.display_name(),
            view.role_name(role)
        );
        let meant = Arn { account: home, ..missing.arn };
        let meant = format!("arn:{}:iam::{}:{}", meant.partition, meant.account, meant.resource);
        let fix = Fix::replace(Applicability::Unsafe, format!("write `{meant}`"), missing.written.inner_span(), meant.clone());
        let related = view.estate.role(role).map(|role| role.place.clone());
        let mut report = out.report(&Self::META, missing.place.clone(), message).help(format!("write `{meant}`")).fix(fix);
        if let Some(place) = related {
            report = report.related(place, "the role admits this ServiceAccount");
        }
        report.done();
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule, policy};

    fn account(name: &str, account: &str) -> String {
        format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {name}\n  namespace: prod\n  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::{account}:role/app\n"
        )
    }

    #[test]
    fn needs_a_role_that_means_this_account_and_that_nobody_else_names() {
        let trust = policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:prod:app", "ISSUER:aud": "sts.amazonaws.com"}}"#);
        let role = format!(
            r#"{{"Role": {{"RoleName": "app", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/app", "AssumeRolePolicyDocument": {trust}}}}}"#
        );
        let found = |accounts: &[(&str, &str)]| {
            let texts: Vec<String> = accounts.iter().map(|(name, id)| account(name, id)).collect();
            let mut files = vec![("role.json", role.as_str())];
            files.extend(texts.iter().map(|text| ("sa.yaml", text.as_str())));
            of_rule(&check(&files), "account-differs").len()
        };
        assert_eq!(found(&[("app", "444455556666")]), 1);
        assert_eq!(found(&[("other", "444455556666")]), 0, "a role of another account that happens to have the name");
        assert_eq!(found(&[("app", "444455556666"), ("app", "111122223333")]), 0, "one overlay for each account");
    }
}
