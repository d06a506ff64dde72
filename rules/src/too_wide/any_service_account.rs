//! Every ServiceAccount of a cluster gets the role.

use irsa_lint_core::admission::IssuerAdmission;
use irsa_lint_core::declare_rule;
use irsa_lint_core::policy::Statement;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};

use crate::mend::narrow::to_users;
use crate::trust::kubernetes::{Breadth, report_wide};
use crate::trust::wide::subject_condition;

declare_rule! {
    /// Every ServiceAccount of the cluster can assume the role.
    ///
    /// ## Why is this bad?
    ///
    /// Whoever can create a Pod in any namespace of the cluster gets the role's permissions: one compromised workload, or one team with
    /// its own namespace, is enough. The statement does not check the subject, or accepts a pattern that every subject matches.
    ///
    /// ## Severity
    ///
    /// Error: every workload of the cluster has the role, so one compromised workload is enough.
    ///
    /// ## How to fix it
    ///
    /// Name the ServiceAccount in a condition on the provider's `:sub`: `system:serviceaccount:NAMESPACE:NAME` under `StringEquals`.
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
    pub AnyServiceAccount { id: "any-service-account", severity: Error, family: "too-wide", fix: Safe }
}

impl Rule for AnyServiceAccount {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        report_wide(
            role,
            &Self::META,
            out,
            |breadth| *breadth == Breadth::Cluster,
            |wide, witness, place, out| {
                let message = format!("any ServiceAccount in any namespace of {} can assume {}", wide.cluster(), role.name());
                out.report(&Self::META, place, message)
                    .witness(witness)
                    .help(help(wide.statement, wide.issuer))
                    .fix(to_users(role, wide))
                    .done();
            },
        );
    }
}

fn help(statement: &Statement, issuer: &IssuerAdmission<'_>) -> String {
    let key = format!("{}:sub", issuer.issuer.as_deref().unwrap_or("ISSUER"));
    match subject_condition(statement, issuer) {
        Some(_) => {
            format!("name the namespace and the ServiceAccount under `StringEquals`: `\"{key}\": \"system:serviceaccount:NAMESPACE:NAME\"`")
        }
        None => format!(
            "add the subject to the statement's `Condition` under `StringEquals`: `\"{key}\": \"system:serviceaccount:NAMESPACE:NAME\"`"
        ),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{bad_rules, check, of_rule, policy};

    fn bad(condition: &str) -> Vec<&'static str> {
        bad_rules(&check(&[("a.json", &policy(condition))]))
    }

    #[test]
    fn it_is_what_is_admitted_that_counts() {
        let aud = r#""StringEquals": {"ISSUER:aud": "sts.amazonaws.com"}"#;
        for condition in [
            format!("{{{aud}}}"),
            format!(r#"{{{aud}, "StringNotEquals": {{"ISSUER:sub": "system:serviceaccount:kube-system:default"}}}}"#),
            format!(r#"{{{aud}, "StringLike": {{"ISSUER:sub": ["system:serviceaccount:prod:app", "system:serviceaccount:*:*"]}}}}"#),
            format!(r#"{{{aud}, "StringLike": {{"ISSUER:sub": "*"}}}}"#),
            format!(r#"{{{aud}, "ForAllValues:StringEquals": {{"ISSUER:subject": "system:serviceaccount:prod:app"}}}}"#),
        ] {
            assert!(bad(&condition).contains(&"any-service-account"), "{condition}");
        }
    }

    #[test]
    fn a_star_that_lets_nobody_more_in_is_left_alone() {
        for condition in [
            r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com", "ISSUER:sub": "system:serviceaccount:prod:app"}, "StringLike": {"ISSUER:sub": "system:serviceaccount:*"}}"#,
            r#"{"StringLike": {"ISSUER:aud": "sts.amazonaws.com", "ISSUER:sub": "system:serviceaccount:prod:app"}}"#,
        ] {
            assert_eq!(bad(condition), [""; 0], "{condition}");
        }
    }

    #[test]
    fn each_wide_statement_is_shown_where_it_is() {
        let text = policy(
            r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com"}, "StringLike": {"ISSUER:sub": "system:serviceaccount:prod:app"}}"#,
        );
        let wide = text.replace("prod:app", "*:*");
        let both = text.replace("}]}", &format!("}}, {}]}}", wide.split_once('[').and_then(|(_, rest)| rest.strip_suffix("]}")).unwrap()));
        let answer = check(&[("a.json", &both)]);
        let found = of_rule(&answer, "any-service-account");
        assert_eq!(found.len(), 1);
        assert!(
            found[0].place.pointer.to_string().starts_with("/Statement/1/Condition/StringLike/"),
            "{}",
            found[0].place.pointer.to_string()
        );
    }

    #[test]
    fn a_deny_can_take_it_all_back() {
        let allow = policy(r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com"}}"#);
        let deny = r#"{"Effect": "Deny", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/ISSUER"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringNotEquals": {"ISSUER:sub": "system:serviceaccount:prod:app"}}}"#;
        let both = allow.replace("}]}", &format!("}}, {}]}}", deny.replace("ISSUER", crate::testing::ISSUER)));
        assert_eq!(bad_rules(&check(&[("a.json", &both)])), [""; 0]);
    }
}
