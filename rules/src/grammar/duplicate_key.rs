//! A key that stands twice in one object.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::policy::{Condition, Statement, Violation, ViolationKind};
use irsa_lint_core::rule::View;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::syntax::Place;

declare_rule! {
    /// A key occurs twice in one object, and the value of the first is lost.
    ///
    /// ## Why is this bad?
    ///
    /// JSON and YAML parsers keep the last of two members with the same key. A second `StringEquals` block discards the conditions of the
    /// first, which may be the one that names the ServiceAccount. IAM refuses such a policy. In a Kubernetes object's annotations or
    /// labels, the last one is kept as well.
    ///
    /// ## Severity
    ///
    /// Error: conditions are lost, and IAM refuses the policy. Warning if a key of another document occurs twice, or if one condition key
    /// is spelled in two ways: parsers agree on the result, but it is hardly ever intended.
    ///
    /// ## How to fix it
    ///
    /// Put everything under one key.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "Grammar of the IAM JSON policy language"
    ///
    /// ```json fail at=/Statement/0/Condition/StringEquals also=missing-audience
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com"},
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
    pub DuplicateKey { id: "duplicate-key", severity: Error, family: "grammar", fix: None }
}

impl Rule for DuplicateKey {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        for violation in &role.policy.violations {
            if let ViolationKind::DuplicateKey(key) = &violation.kind {
                in_policy(key, violation, role, out);
            }
        }
        for statement in &role.policy.statements {
            in_other_letters(statement, out);
        }
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        // What stands twice among the annotations that matter is `annotation-duplicated`'s affair.
        let own = |key: &str| key == "annotations" || key.starts_with("eks.amazonaws.com/");
        for duplicate in view.estate.documents().duplicate_keys.iter().filter(|duplicate| !own(&duplicate.key)) {
            let last = Place { span: duplicate.last, pointer: duplicate.place.pointer.clone() };
            out.report(
                &Self::META,
                duplicate.place.clone(),
                format!("the key `{}` occurs twice, and this value is ignored", duplicate.key),
            )
            .severity(Severity::Warning)
            .help("keep one of the two")
            .related(last, "this one counts")
            .done();
        }
    }
}

fn in_policy(key: &str, violation: &Violation, role: &RoleView<'_>, out: &mut Findings) {
    let conditions = role.policy.statements.iter().flat_map(|s| &s.conditions);
    let lost: Vec<String> = conditions.filter(|c| c.overridden && violation.pointer_covers(c)).map(described).collect();
    let rest = match lost.as_slice() {
        [] => "parsers keep only the last one".to_owned(),
        lost => format!("parsers keep only the last one, and {} is lost", lost.join(" and ")),
    };
    let place = Place { span: violation.span, pointer: violation.pointer.clone() };
    out.report(&DuplicateKey::META, place, format!("`{key}` occurs twice in one object, so IAM refuses the policy; {rest}"))
        .help(format!("put everything under one `{key}`"))
        .done();
}

fn described(condition: &Condition) -> String {
    format!("the condition on `{}`", condition.key.text)
}

trait Covers {
    fn pointer_covers(&self, condition: &Condition) -> bool;
}

impl Covers for Violation {
    /// Whether the condition stands under the key that is repeated.
    fn pointer_covers(&self, condition: &Condition) -> bool {
        let (own, other) = (self.pointer.to_string(), condition.pointer.to_string());
        other.strip_prefix(own.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            && self.span == first_key(condition, own == other)
    }
}

/// The key of a condition itself, or of its operator.
fn first_key(condition: &Condition, itself: bool) -> irsa_lint_core::source::Span {
    if itself { condition.key.span } else { condition.operator_name.span }
}

/// One key twice under one operator, in different letter case: both count, and both must hold.
fn in_other_letters(statement: &Statement, out: &mut Findings) {
    let twins = |a: &Condition, b: &Condition| {
        a.operator_name.span == b.operator_name.span && a.key.text != b.key.text && a.key.text.eq_ignore_ascii_case(&b.key.text)
    };
    for (index, condition) in statement.conditions.iter().enumerate() {
        let Some(first) = statement.conditions.iter().take(index).find(|first| twins(first, condition)) else { continue };
        let place = Place { span: condition.span, pointer: condition.pointer.clone() };
        let message =
            format!("`{}` and `{}` are the same key in two spellings, and both conditions must hold", first.key.text, condition.key.text);
        out.report(&DuplicateKey::META, place, message)
            .severity(Severity::Warning)
            .help("if the values are alternatives, list them under one key")
            .related(Place { span: first.span, pointer: first.pointer.clone() }, "the first")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, check, of_rule, policy};

    #[test]
    fn says_what_is_lost() {
        let text =
            policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b"}, "StringEquals": {"ISSUER:aud": "sts.amazonaws.com"}}"#);
        let answer = check(&[("p.json", &text)]);
        let found = of_rule(&answer, "duplicate-key");
        assert!(found.len() == 1 && found[0].message.contains(&format!("the condition on `{ISSUER}:sub` is lost")), "{found:?}");
        let text = policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b", "ISSUER:sub": "system:serviceaccount:a:c"}}"#);
        assert!(of_rule(&check(&[("p.json", &text)]), "duplicate-key")[0].message.contains(":sub` is lost"));
    }

    #[test]
    fn one_key_in_two_spellings() {
        let text = policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b", "ISSUER:SUB": "system:serviceaccount:a:b"}}"#);
        assert_eq!(of_rule(&check(&[("p.json", &text)]), "duplicate-key")[0].severity.name(), "warning");
    }

    #[test]
    fn one_key_under_two_operators_is_fine() {
        let text = policy(
            r#"{"StringLike": {"ISSUER:sub": "system:serviceaccount:a:*"}, "StringNotEquals": {"ISSUER:sub": "system:serviceaccount:a:c"}}"#,
        );
        assert!(of_rule(&check(&[("p.json", &text)]), "duplicate-key").is_empty());
    }
}
