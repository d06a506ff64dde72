//! Whoever can create a ServiceAccount in the namespace can assume the role.

use irsa_lint_core::admission::words;
use irsa_lint_core::declare_rule;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use smol_str::SmolStr;

use crate::mend::narrow::to_users;
use crate::trust::kubernetes::{Breadth, report_wide};

declare_rule! {
    /// Whoever can create a ServiceAccount in the namespace can assume the role.
    ///
    /// ## Why is this bad?
    ///
    /// A `*` in the name matches any ServiceAccount that somebody creates in the namespace, and every controller that already runs there.
    /// In a namespace that several teams or charts share (`kube-system`, `default`), each of them gets the permissions of the others.
    ///
    /// ## Severity
    ///
    /// Warning: an attacker needs rights in that one namespace, which may belong to one team only.
    ///
    /// ## How to fix it
    ///
    /// List each ServiceAccount under the same key, without `*`.
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
    ///       "StringLike": {"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:kube-system:*"}
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
    ///       "StringEquals": {"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com", "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": ["system:serviceaccount:kube-system:external-dns", "system:serviceaccount:kube-system:external-dns-private"]}
    ///     }
    ///   }]
    /// }
    /// ```
    pub AnyNameInNamespace { id: "any-name-in-namespace", severity: Warning, family: "too-wide", fix: Safe }
}

impl Rule for AnyNameInNamespace {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        report_wide(
            role,
            &Self::META,
            out,
            |breadth| matches!(breadth, Breadth::OpenNames { .. }),
            |wide, witness, place, out| {
                let Breadth::OpenNames { namespaces, any_name } = &wide.breadth else { return };
                let (namespace, name) = wide.shown();
                let which =
                    if *any_name { "any ServiceAccount".to_owned() } else { format!("any ServiceAccount with a name like `{name}`") };
                let message = format!("{which} in {} of {} can assume {}", named(namespaces), wide.cluster(), role.name());
                let help = format!("list each ServiceAccount without `*` under `StringEquals`: `system:serviceaccount:{namespace}:NAME`");
                out.report(&Self::META, place, message).witness(witness).help(help).fix(to_users(role, wide)).done();
            },
        );
    }
}

fn named(namespaces: &[SmolStr]) -> String {
    let listed = words::listed(namespaces.iter().map(SmolStr::as_str), 3);
    if namespaces.len() == 1 { format!("namespace {listed}") } else { format!("namespaces {listed}") }
}

#[cfg(test)]
mod tests {
    use crate::testing::{bad_rules, check, of_rule};

    #[test]
    fn a_cluster_that_only_the_policy_knows_is_one_all_the_same() {
        let policy = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/d111111abcdef8.cloudfront.net"},
            "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringLike": {"d111111abcdef8.cloudfront.net:sub": "SUBJECT", "d111111abcdef8.cloudfront.net:aud": "sts.amazonaws.com"}}}]}"#;
        let answer = check(&[("a.json", &policy.replace("SUBJECT", "system:serviceaccount:kube-system:*"))]);
        let found = of_rule(&answer, "any-name-in-namespace");
        assert!(found.len() == 1 && found[0].message.contains("`kube-system`"), "{found:?}");
        let prefix = check(&[("a.json", &policy.replace("SUBJECT", "system:serviceaccount:argo:argocd-*"))]);
        assert!(of_rule(&prefix, "any-name-in-namespace")[0].message.contains("argocd-anything"));
        let exact = check(&[("a.json", &policy.replace("SUBJECT", "system:serviceaccount:kube-system:dns"))]);
        assert_eq!(bad_rules(&exact), [""; 0]);
    }
}
