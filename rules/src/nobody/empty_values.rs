//! A condition that lists no value.

use irsa_lint_core::admission::action::{self, speaks_of};
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::policy::{Condition, Effect, SetPrefix};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::syntax::Place;

declare_rule! {
    /// A condition has an empty list of values.
    ///
    /// ## Why is this bad?
    ///
    /// The values of a key are alternatives. With no values the condition never holds, and the statement lets nobody in. Under a negated
    /// operator it always holds and restricts nothing. IAM stores such a policy without an error; usually a variable in a template was
    /// empty.
    ///
    /// ## Severity
    ///
    /// Error if the statement lets nobody in. Warning if the condition restricts nothing.
    ///
    /// ## How to fix it
    ///
    /// List the required values, or remove the condition.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "Grammar of the IAM JSON policy language"
    ///
    /// ```json fail at=/Statement/0/Condition/StringEquals/oidc.eks.eu-west-1.amazonaws.com~1id~1EXAMPLED539D4633E53DE1B716D3041E:sub
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": []
    ///       }
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
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": ["system:serviceaccount:payments:api"]
    ///       }
    ///     }
    ///   }]
    /// }
    /// ```
    pub EmptyValues { id: "empty-values", severity: Error, family: "nobody", fix: None }
}

impl Rule for EmptyValues {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        for statement in &role.policy.statements {
            for condition in statement.effective_conditions().filter(|c| c.list && c.values.is_empty()) {
                let Some(fatal) = never_holds(condition) else { continue };
                let (operator, key) = (&condition.operator_name.text, &condition.key.text);
                let subject = speaks_of(&statement.action, action::WEB_IDENTITY);
                let consequence = match (fatal, statement.effect) {
                    (true, Effect::Allow) if subject => format!("nobody can assume {} through this statement", role.name()),
                    (true, Effect::Allow) => "the statement allows nothing".to_owned(),
                    (true, _) => "the statement denies nothing".to_owned(),
                    (false, _) => "the condition restricts nothing".to_owned(),
                };
                let holds = if fatal { "never holds" } else { "always holds" };
                let message = format!("`{operator}` on `{key}` has an empty list and {holds}: {consequence}");
                let place = Place { span: condition.span, pointer: condition.pointer.clone() };
                let report = out.report(&Self::META, place, message).help("list the required values, or remove the condition");
                let report = if fatal && statement.effect == Effect::Allow {
                    report.nobody(format!("`{key}` cannot match an empty list"))
                } else {
                    report.severity(Severity::Warning)
                };
                report.done();
            }
        }
    }
}

/// Whether the condition never holds (else it always does); `None` where that hangs on the request.
fn never_holds(condition: &Condition) -> Option<bool> {
    let operator = condition.known()?;
    if operator.base.is_negated() {
        return Some(false);
    }
    // Both hold without a value in the request.
    let maybe = operator.if_exists || operator.set == Some(SetPrefix::ForAllValues);
    (!maybe).then_some(true)
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule, policy};

    fn found(condition: &str) -> Vec<&'static str> {
        of_rule(&check(&[("p.json", &policy(condition))]), "empty-values").iter().map(|d| d.severity.name()).collect()
    }

    #[test]
    fn what_an_empty_list_comes_to() {
        assert_eq!(found(r#"{"StringLike": {"ISSUER:sub": []}}"#), ["error"]);
        assert_eq!(
            found(r#"{"StringNotEquals": {"ISSUER:sub": []}, "StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b"}}"#),
            ["warning"]
        );
        assert!(found(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b"}}"#).is_empty());
        assert!(found(r#"{"ForAllValues:StringEquals": {"aws:TagKeys": []}}"#).is_empty());
    }

    #[test]
    fn an_empty_text_is_a_value() {
        assert!(found(r#"{"StringEquals": {"ISSUER:sub": [""]}}"#).is_empty());
    }
}
