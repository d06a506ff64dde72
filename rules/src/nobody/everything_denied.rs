//! A Deny takes away all that an Allow grants.

use irsa_lint_core::admission::fault::At;
use irsa_lint_core::admission::fault::FaultKind;
use irsa_lint_core::declare_rule;
use irsa_lint_core::policy::Statement;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};

use crate::trust::faults::{faults, place};

declare_rule! {
    /// A Deny statement cancels everything that an Allow statement grants.
    ///
    /// ## Why is this bad?
    ///
    /// A Deny overrides every Allow. If it covers all tokens that an Allow lets in, nobody can assume the role through that Allow.
    ///
    /// ## Severity
    ///
    /// Error: those whom the Allow statement names are kept out.
    ///
    /// ## How to fix it
    ///
    /// Narrow the Deny statement with a condition, or remove the Allow statement.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "Policy evaluation logic"
    ///
    /// ```json fail at=/Statement/0
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
    ///   }, {
    ///     "Effect": "Deny",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringLike": {"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:*"}
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
    ///   }, {
    ///     "Effect": "Deny",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringLike": {"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:billing:*"}
    ///     }
    ///   }]
    /// }
    /// ```
    pub EverythingDenied { id: "everything-denied", severity: Error, family: "nobody", fix: None }
}

impl Rule for EverythingDenied {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        for found in faults(role, |kind| matches!(kind, FaultKind::Denied(_))) {
            let FaultKind::Denied(denies) = &found.fault.kind else { continue };
            let denies: Vec<&Statement> = denies.iter().filter_map(|index| role.policy.statements.get(*index)).collect();
            let names = denies.iter().map(|deny| deny.name()).collect::<Vec<_>>().join(", ");
            let message = format!(
                "{names} denies everything that {} allows, so nobody can assume {} through it",
                found.statement.name(),
                role.name()
            );
            let mut report = out
                .report(&Self::META, found.place(), message)
                .help(format!("narrow {names} with a condition, or remove {}", found.statement.name()))
                .nobody(format!("{names} matches every token that {} matches", found.statement.name()));
            for deny in denies {
                report = report.related(place(deny, At::Statement), "denies it");
            }
            report.done();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, check, of_rule};

    fn finds(deny: &str) -> bool {
        let principal = format!(
            r#""Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{ISSUER}"}}, "Action": "sts:AssumeRoleWithWebIdentity""#
        );
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", {principal}, "Condition": {{"StringLike": {{"{ISSUER}:sub": "system:serviceaccount:a:*"}}}}}}, {{"Effect": "Deny", {principal}, "Condition": {}}}]}}"#,
            deny.replace("ISSUER", ISSUER)
        );
        !of_rule(&check(&[("p.json", &text)]), "everything-denied").is_empty()
    }

    #[test]
    fn all_or_some() {
        assert!(finds(r#"{"StringNotLike": {"ISSUER:sub": "system:serviceaccount:b:*"}}"#));
        assert!(finds(r#"{"StringLike": {"ISSUER:sub": "system:serviceaccount:*:*"}}"#));
        assert!(!finds(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b"}}"#));
        assert!(!finds(r#"{"StringLike": {"ISSUER:sub": "*"}, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}"#));
    }
}
