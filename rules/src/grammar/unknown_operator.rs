//! A condition operator that does not exist.

use irsa_lint_core::declare_rule;
use irsa_lint_core::policy::{Condition, Statement, suggest_operator};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::source::Span;
use irsa_lint_core::syntax::Place;

use crate::trust::faults::{guess, replaced_whole};

declare_rule! {
    /// A condition operator does not exist.
    ///
    /// ## Why is this bad?
    ///
    /// IAM refuses a policy with an unknown operator, so the condition never takes effect. Usually a letter is missing, or `IfExists` was
    /// added to `Null`.
    ///
    /// ## Severity
    ///
    /// Error: IAM refuses the policy.
    ///
    /// ## How to fix it
    ///
    /// Write the operator as the IAM documentation spells it.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "IAM JSON policy elements: Condition operators"
    ///
    /// ```json fail at=/Statement/0/Condition/StringEqual
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEqual": {"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com"},
    ///       "StringEquals": {"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"}
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
    pub UnknownOperator { id: "unknown-operator", severity: Error, family: "grammar", fix: Unsafe }
}

impl Rule for UnknownOperator {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        for statement in &role.policy.statements {
            let mut known: Vec<Span> = Vec::new();
            for condition in statement.conditions.iter().filter(|c| c.known().is_none()) {
                // Each condition under one operator has the operator's place.
                if !known.contains(&condition.operator_name.span) {
                    known.push(condition.operator_name.span);
                    report(statement, condition, role, out);
                }
            }
        }
    }
}

fn report(statement: &Statement, condition: &Condition, role: &RoleView<'_>, out: &mut Findings) {
    let operator = &condition.operator_name;
    let place = Place { span: operator.span, pointer: statement.pointer.key("Condition").key(&operator.text) };
    let meant = suggest_operator(&operator.text);
    let help = match &meant {
        Some(meant) => format!("write `{meant}`"),
        None => "use an operator such as `StringEquals` or `StringLike`".to_owned(),
    };
    let message = format!("`{}` is not a condition operator, so IAM refuses the trust policy of {}", operator.text, role.name());
    let fix = meant
        .filter(|meant| is_free(statement, meant))
        .and_then(|meant| guess(format!("write `{meant}`"), [replaced_whole(operator, &meant)]));
    out.report(&UnknownOperator::META, place, message).help(help).fix(fix).done();
}

/// Whether the statement does not have that operator already: twice it may not stand.
fn is_free(statement: &Statement, operator: &str) -> bool {
    !statement.conditions.iter().any(|c| c.operator_name.text == operator)
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule, policy};

    fn found(condition: &str) -> Vec<Option<String>> {
        let answer = check(&[("p.json", &policy(condition))]);
        of_rule(&answer, "unknown-operator").into_iter().map(|d| d.fix.as_ref().map(|fix| fix.edits[0].text.clone())).collect()
    }

    #[test]
    fn suggests_what_is_meant() {
        assert_eq!(found(r#"{"StringEqual": {"ISSUER:sub": "a", "ISSUER:aud": "b"}}"#), [Some("StringEquals".into())]);
        assert_eq!(found(r#"{"StringEqual": {"ISSUER:sub": "a"}, "StringEquals": {"ISSUER:aud": "sts.amazonaws.com"}}"#), [None]);
        assert_eq!(found(r#"{"Something": {"ISSUER:sub": "a"}}"#), [None]);
    }

    #[test]
    fn every_documented_form() {
        for operator in ["stringequals", "ForAnyValue:StringLikeIfExists", "ForAllValues:ArnNotLike", "NotIpAddress", "Null"] {
            assert!(found(&format!(r#"{{"{operator}": {{"ISSUER:sub": "true"}}}}"#)).is_empty(), "{operator}");
        }
    }
}
