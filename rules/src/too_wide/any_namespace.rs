//! A ServiceAccount of that name in any namespace can assume the role.

use irsa_lint_core::declare_rule;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};

use crate::mend::narrow::to_users;
use crate::trust::kubernetes::{Breadth, report_wide};

declare_rule! {
    /// A ServiceAccount of that name in any namespace can assume the role.
    ///
    /// ## Why is this bad?
    ///
    /// The name of a ServiceAccount protects nothing: whoever has a namespace in the cluster, or can create one, can create a
    /// ServiceAccount of that name in it and gets the role's permissions.
    ///
    /// ## Severity
    ///
    /// Error: an attacker only needs a namespace, and in most clusters many people have one.
    ///
    /// ## How to fix it
    ///
    /// Name the namespace: `system:serviceaccount:NAMESPACE:NAME`. List several under the same key.
    ///
    /// If ServiceAccounts in the given files name the role, the fix replaces the pattern with them. It is safe if the files contain all
    /// ServiceAccounts of the cluster (`kubectl get serviceaccounts -A -o yaml`). Otherwise review it first, because others may use the
    /// role.
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
    ///       "StringLike": {"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:*:app"}
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
    ///       "StringEquals": {"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com", "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": ["system:serviceaccount:blue:app", "system:serviceaccount:green:app"]}
    ///     }
    ///   }]
    /// }
    /// ```
    pub AnyNamespace { id: "any-namespace", severity: Error, family: "too-wide", fix: Safe }
}

impl Rule for AnyNamespace {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        report_wide(
            role,
            &Self::META,
            out,
            |breadth| *breadth == Breadth::AnyNamespace,
            |wide, witness, place, out| {
                let (_, name) = wide.shown();
                let message = format!(
                    "a ServiceAccount with the right name, such as `{name}`, can assume {} from any namespace of {}",
                    role.name(),
                    wide.cluster()
                );
                let help = format!("name the namespace in the condition on `:sub`: `system:serviceaccount:NAMESPACE:{name}`");
                out.report(&Self::META, place, message).witness(witness).help(help).fix(to_users(role, wide)).done();
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{bad_rules, check, policy};

    fn bad(subject: &str) -> Vec<&'static str> {
        let condition = r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com"}, "StringLike": {"ISSUER:sub": "SUBJECT"}}"#;
        bad_rules(&check(&[("a.json", &policy(&condition.replace("SUBJECT", subject)))]))
    }

    #[test]
    fn only_the_most_telling_rule_speaks() {
        assert_eq!(bad("system:serviceaccount:*:app"), ["any-namespace"]);
        assert_eq!(bad("*:app"), ["any-namespace"]);
        assert_eq!(bad("system:serviceaccount:*:app-*"), ["any-namespace"]);
        assert_eq!(bad("system:serviceaccount:*"), ["any-service-account"]);
        assert_eq!(bad("system:serviceaccount:prod-*:app"), ["open-namespace-prefix"]);
        assert_eq!(bad("system:serviceaccount:prod:*"), ["any-name-in-namespace"]);
    }

    #[test]
    fn a_wildcard_with_few_matches_is_left_alone() {
        assert_eq!(bad("system:serviceaccount:prod-?:app"), [""; 0]);
        assert_eq!(bad("system:serviceaccount:prod:app"), [""; 0]);
    }
}
