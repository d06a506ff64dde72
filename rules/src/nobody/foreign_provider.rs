//! The provider lives in another account than the role.

use irsa_lint_core::admission::fault::FaultKind;
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Fix;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};

use crate::trust::faults::{Found, consequence, faults, guess, replaced};

declare_rule! {
    /// The provider that the statement names is in another account than the role.
    ///
    /// ## Why is this bad?
    ///
    /// STS looks for the identity provider in the role's own account, so an ARN of another account matches nobody. For a cluster in
    /// another account, the role's account needs its own provider for that cluster's issuer.
    ///
    /// ## Severity
    ///
    /// Error: no token can match the statement.
    ///
    /// ## How to fix it
    ///
    /// Create a provider for the issuer in the role's account and name that one. Or let the Pod assume a role in the cluster's account
    /// first, and this role from there.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Authenticate to another account with IRSA"
    ///
    /// ```json fail at=/Role/AssumeRolePolicyDocument/Statement/0/Principal/Federated
    /// {"Role": {
    ///   "RoleName": "payments",
    ///   "Path": "/",
    ///   "Arn": "arn:aws:iam::111122223333:role/payments",
    ///   "AssumeRolePolicyDocument": {
    ///     "Version": "2012-10-17",
    ///     "Statement": [{
    ///       "Effect": "Allow",
    ///       "Principal": {"Federated": "arn:aws:iam::444455556666:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///       "Action": "sts:AssumeRoleWithWebIdentity",
    ///       "Condition": {
    ///         "StringEquals": {
    ///           "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///           "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"
    ///         }
    ///       }
    ///     }]
    ///   }
    /// }}
    /// ```
    ///
    /// ```json pass
    /// {"Role": {
    ///   "RoleName": "payments",
    ///   "Path": "/",
    ///   "Arn": "arn:aws:iam::111122223333:role/payments",
    ///   "AssumeRolePolicyDocument": {
    ///     "Version": "2012-10-17",
    ///     "Statement": [{
    ///       "Effect": "Allow",
    ///       "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///       "Action": "sts:AssumeRoleWithWebIdentity",
    ///       "Condition": {
    ///         "StringEquals": {
    ///           "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///           "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"
    ///         }
    ///       }
    ///     }]
    ///   }
    /// }}
    /// ```
    pub ForeignProvider { id: "foreign-provider", severity: Error, family: "nobody", fix: Unsafe }
}

impl Rule for ForeignProvider {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        for found in faults(role, |kind| matches!(kind, FaultKind::ForeignAccount(_))) {
            let FaultKind::ForeignAccount(own) = &found.fault.kind else { continue };
            let arn = found.text();
            let (other, issuer) = parts(arn);
            let rest = if found.fault.fatal { consequence(true, role) } else { "it lets nobody in".to_owned() };
            let message = format!("the provider `{arn}` is not in account {own} like {}: {rest}", role.name());
            out.report(&Self::META, found.place(), message)
                .help(format!(
                    "create a provider for `{issuer}` in account {own} and name that one; or give the Pods a role in account {other} and let that role assume this one"
                ))
                .nobody(format!("STS looks for the provider in account {own}"))
                .fix(of_own_account(&found, own, role))
                .done();
        }
    }
}

/// The provider of the same issuer in the role's own account, where the run shows that there is one.
fn of_own_account(found: &Found<'_>, own: &str, role: &RoleView<'_>) -> Option<Fix> {
    let (other, issuer) = parts(found.text());
    role.view.estate.provider_of(issuer, Some(own)).to()?;
    let at = found.text().find(other).filter(|_| !other.is_empty())?;
    guess(format!("name the provider of account {own}"), [replaced(found.scalar()?, at..at + other.len(), own)])
}

/// Account and issuer of a provider's ARN.
fn parts(arn: &str) -> (&str, &str) {
    irsa_lint_core::policy::ProviderArn::parse(arn).map_or(("", arn), |arn| (arn.account, arn.issuer))
}
