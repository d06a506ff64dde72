//! The namespace is a pattern that namespaces which nobody has listed match, too.

use irsa_lint_core::declare_rule;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};

use crate::mend::narrow::to_users;
use crate::trust::kubernetes::{Breadth, report_wide};
use crate::trust::wide::subject_conditions;

declare_rule! {
    /// The namespace is a pattern that also matches namespaces nobody has listed.
    ///
    /// ## Why is this bad?
    ///
    /// A `*` in the namespace also matches namespaces that do not exist yet: `prod*` also matches `prod-anything`. Whoever can create a
    /// namespace, or owns one that happens to match, gets the role's permissions.
    ///
    /// ## Severity
    ///
    /// Error: whoever can create a namespace can get the role just by choosing its name.
    ///
    /// ## How to fix it
    ///
    /// List each namespace under the same key, without `*`.
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
    ///       "StringLike": {"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:prod*:app"}
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
    ///       "StringEquals": {"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com", "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": ["system:serviceaccount:prod-a:app", "system:serviceaccount:prod-b:app"]}
    ///     }
    ///   }]
    /// }
    /// ```
    pub OpenNamespacePrefix { id: "open-namespace-prefix", severity: Error, family: "too-wide", fix: Safe }
}

impl Rule for OpenNamespacePrefix {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        report_wide(
            role,
            &Self::META,
            out,
            |breadth| *breadth == Breadth::OpenNamespaces,
            |wide, witness, place, out| {
                let (namespace, name) = wide.shown();
                let message = format!(
                    "whoever can create a namespace such as `{namespace}` in {} can assume {} there as ServiceAccount `{name}`",
                    wide.cluster(),
                    role.name()
                );
                let crossing = subject_conditions(wide.statement, wide.issuer).flat_map(|c| &c.values).find(|value| crosses(&value.text));
                let crossing = crossing.map_or_else(String::new, |value| {
                    format!(" (the `*` in `{}` also matches the colon, so any ServiceAccount name gets in)", value.text)
                });
                let help =
                    format!("list each namespace without `*` under `StringEquals`: `system:serviceaccount:NAMESPACE:NAME`{crossing}");
                out.report(&Self::META, place, message).witness(witness).help(help).fix(to_users(role, wide)).done();
            },
        );
    }
}

/// Whether a pattern of a namespace goes on over the colon after it.
fn crosses(pattern: &str) -> bool {
    pattern.strip_prefix("system:serviceaccount:").is_some_and(|rest| rest.ends_with('*') && !rest.contains(':'))
}

#[cfg(test)]
mod tests {
    use irsa_lint_core::diagnostic::Proof;

    use crate::testing::{check, of_rule, policy};

    #[test]
    fn the_witness_lies_in_a_namespace_that_nobody_listed() {
        for (pattern, namespace) in [("prod*", "prod-anything"), ("*-prod", "anything-prod"), ("k*z", "kanythingz")] {
            let condition = r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com"}, "StringLike": {"ISSUER:sub": ["system:serviceaccount:NS:app", "system:serviceaccount:prod:app"]}}"#;
            let answer = check(&[("a.json", &policy(&condition.replace("NS", pattern)))]);
            let found = of_rule(&answer, "open-namespace-prefix");
            assert_eq!(found.len(), 1, "{pattern}");
            let Proof::Admits(shown) = &found[0].proof else { panic!("{:?}", found[0].proof) };
            assert_eq!(shown.subject, format!("system:serviceaccount:{namespace}:app"));
        }
    }

    #[test]
    fn a_star_that_matches_the_colon_is_named() {
        for (pattern, crosses) in [("prod*", true), ("prod*:app", false), ("prod-*:*", false)] {
            let condition =
                r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com"}, "StringLike": {"ISSUER:sub": "system:serviceaccount:NS"}}"#;
            let answer = check(&[("a.json", &policy(&condition.replace("NS", pattern)))]);
            assert_eq!(of_rule(&answer, "open-namespace-prefix")[0].help.contains("matches the colon"), crosses, "{pattern}");
        }
    }

    #[test]
    fn a_deny_may_leave_no_namespace_open() {
        let allow = policy(
            r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com"}, "StringLike": {"ISSUER:sub": "system:serviceaccount:prod*:app"}}"#,
        );
        let deny = r#"{"Effect": "Deny", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/ISSUER"}, "Action": "sts:*", "Condition": {"StringNotEquals": {"ISSUER:sub": ["system:serviceaccount:prod-a:app", "system:serviceaccount:prod-b:app"]}}}"#;
        let both = allow.replace("}]}", &format!("}}, {}]}}", deny.replace("ISSUER", crate::testing::ISSUER)));
        assert!(of_rule(&check(&[("a.json", &both)]), "open-namespace-prefix").is_empty());
    }
}
