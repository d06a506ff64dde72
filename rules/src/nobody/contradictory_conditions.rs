//! Conditions that hold each by itself and never together.

use irsa_lint_core::admission::fault::At;
use irsa_lint_core::admission::fault::FaultKind;
use irsa_lint_core::admission::words::listed;
use irsa_lint_core::declare_rule;
use irsa_lint_core::policy::Condition;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};

use crate::trust::faults::{consequence, faults, place};

declare_rule! {
    /// The conditions of a statement contradict each other.
    ///
    /// ## Why is this bad?
    ///
    /// All conditions of a statement must hold at once; only the values of one list are alternatives. If one operator requires one subject
    /// and another operator requires a different one, no token satisfies both.
    ///
    /// ## Severity
    ///
    /// Error: the statement lets nobody in, although it was written to let somebody in.
    ///
    /// ## How to fix it
    ///
    /// List alternatives as values of one key under one operator, or write a statement for each.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "Conditions with multiple context keys or values"
    ///
    /// ```json fail at=/Statement/0/Condition/StringLike/oidc.eks.eu-west-1.amazonaws.com~1id~1EXAMPLED539D4633E53DE1B716D3041E:sub
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
    ///       },
    ///       "StringLike": {"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:billing:*"}
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
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": ["system:serviceaccount:payments:api", "system:serviceaccount:billing:api"]
    ///       }
    ///     }
    ///   }]
    /// }
    /// ```
    pub ContradictoryConditions { id: "contradictory-conditions", severity: Error, family: "nobody", fix: None }
}

impl Rule for ContradictoryConditions {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        for found in faults(role, |kind| matches!(kind, FaultKind::Contradiction(_))) {
            let FaultKind::Contradiction(together) = &found.fault.kind else { continue };
            let conditions: Vec<&Condition> = together.iter().filter_map(|index| found.statement.conditions.get(*index)).collect();
            let message = match conditions.as_slice() {
                [a, b] => format!("{} and {} never hold together, so {}", words(a), words(b), consequence(true, role)),
                many => {
                    format!(
                        "the {} conditions of {} never hold together, so {}",
                        many.len(),
                        found.statement.name(),
                        consequence(true, role)
                    )
                }
            };
            let mut report = out
                .report(&Self::META, found.place(), message)
                .help("list alternatives as values of one key under one operator, or write a statement for each")
                .nobody("each condition holds for some tokens, but no token satisfies all of them");
            for index in together.iter().filter(|index| At::Condition(**index) != found.fault.at) {
                report = report.related(place(found.statement, At::Condition(*index)), "this condition contradicts it");
            }
            report.done();
        }
    }
}

fn words(condition: &Condition) -> String {
    let values = listed(condition.values.iter().map(|value| value.text.as_str()), 2);
    format!("`{}` {values}", condition.operator_name.text)
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule, policy};

    fn finds(condition: &str) -> bool {
        !of_rule(&check(&[("p.json", &policy(condition))]), "contradictory-conditions").is_empty()
    }

    #[test]
    fn what_excludes_all_that_is_asked_for() {
        assert!(finds(
            r#"{"StringLike": {"ISSUER:sub": "system:serviceaccount:a:*"}, "StringNotLike": {"ISSUER:sub": "system:serviceaccount:a:*"}}"#
        ));
        assert!(finds(r#"{"StringLike": {"ISSUER:sub": "system:serviceaccount:a:*"}, "StringNotLike": {"ISSUER:sub": "*:a:*"}}"#));
    }

    #[test]
    fn what_leaves_somebody() {
        assert!(!finds(
            r#"{"StringLike": {"ISSUER:sub": "system:serviceaccount:a:*"}, "StringNotEquals": {"ISSUER:sub": "system:serviceaccount:a:b"}}"#
        ));
        assert!(!finds(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b"}, "Null": {"ISSUER:sub": "false"}}"#));
        assert!(!finds(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b"}, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}"#));
    }
}
