//! Every ServiceAccount of a cluster gets the role.

use irsa_lint_core::declare_rule;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};

use crate::kubernetes::cluster_grants;
use crate::wide::{subject_place, witness};

declare_rule! {
    /// Every ServiceAccount of the cluster can assume the role.
    ///
    /// ## Why is this bad?
    ///
    /// Whoever can create a Pod in any namespace of the cluster gets the role's permissions: one compromised workload, or one team with a
    /// namespace of its own, is enough. The statement asks for no subject, or for a pattern that every subject matches.
    ///
    /// ## How to fix it
    ///
    /// Name the ServiceAccount in a condition on the provider's `:sub`: `system:serviceaccount:NAMESPACE:NAME` under `StringEquals`.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Assign IAM roles to Kubernetes service accounts"
    ///
    /// ```json fail at=/Statement/0/Condition/StringLike/oidc.eks.eu-west-1.amazonaws.com~1id~1EXAMPLED539D4633E53DE1B716D3041E:sub
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com"},
    ///       "StringLike": {"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:*:*"}
    ///     }
    ///   }]
    /// }
    /// ```
    ///
    /// ```json pass
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"
    ///       }
    ///     }
    ///   }]
    /// }
    /// ```
    pub AnyServiceAccount { id: "any-service-account", severity: Error, family: "too-wide", fix: None }
}

impl Rule for AnyServiceAccount {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        for grant in cluster_grants(role) {
            let Some(subject) = grant.anybody() else { continue };
            let place = subject_place(role, grant.issuer, grant.grant, &subject);
            let Some(witness) = out.settle(&Self::META, &place, witness(role, grant.issuer, grant.grant, subject)) else { continue };
            let message = format!("any ServiceAccount in any namespace of {} can assume {}", grant.cluster(), role.name());
            out.report(&Self::META, place, message)
                .witness(&witness)
                .help("name the namespace and the ServiceAccount in the condition on `:sub`: `system:serviceaccount:NAMESPACE:NAME` under `StringEquals`")
                .done();
        }
    }
}
