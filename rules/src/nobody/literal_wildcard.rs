//! A `*` under an operator that takes it literally.

use irsa_lint_core::admission::fault::FaultKind;
use irsa_lint_core::admission::words::listed;
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::policy::{Base, Condition, Operator, Statement};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};

use crate::trust::faults::{Found, claim, groups, guess, replaced_whole};

declare_rule! {
    /// A `*` is under `StringEquals`, which takes it literally.
    ///
    /// ## Why is this bad?
    ///
    /// Only `StringLike` and the ARN operators know wildcards. Under `StringEquals` a `*` is just an asterisk, and no namespace,
    /// ServiceAccount, branch or audience has one in its name. The value matches no token, and a statement that lists no other value lets
    /// nobody in.
    ///
    /// ## Severity
    ///
    /// Error if the statement lets nobody in. Warning if other values still match, or if the condition now always holds.
    ///
    /// ## How to fix it
    ///
    /// Write the full name. If you really want a pattern, put it under `StringLike`, and check who can create something that matches it:
    /// `system:serviceaccount:*:app` lets in whoever can create a namespace.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "IAM JSON policy elements: Condition operators"
    /// - EKS User Guide, "Assign IAM roles to Kubernetes service accounts"
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
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:argocd:argocd-*"
    ///       }
    ///     }
    ///   }]
    /// }
    /// ```
    ///
    /// ```json pass also=any-name-in-namespace
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": ["system:serviceaccount:argocd:argocd-server", "system:serviceaccount:argocd:argocd-repo-server"]
    ///       }
    ///     }
    ///   }]
    /// }
    /// ```
    pub LiteralWildcard { id: "literal-wildcard", severity: Error, family: "nobody", fix: Unsafe }
}

impl Rule for LiteralWildcard {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        let same_condition = |a: &Found<'_>, b: &Found<'_>| a.condition().map(|c| c.span) == b.condition().map(|c| c.span);
        for group in groups(role, |kind| matches!(kind, FaultKind::LiteralWildcard { .. }), same_condition) {
            let Some(first) = group.first() else { continue };
            let Some((condition, operator)) = first.condition().and_then(|c| Some((c, c.known()?))) else { continue };
            report(&group, first, condition, operator, role, out);
        }
    }
}

fn report(group: &[Found<'_>], first: &Found<'_>, condition: &Condition, operator: Operator, role: &RoleView<'_>, out: &mut Findings) {
    let values = listed(group.iter().map(Found::text), 3);
    let name = &condition.operator_name.text;
    let what = match claim(&condition.key.text).to_ascii_lowercase().as_str() {
        "sub" => "no subject contains one",
        "aud" | "oaud" => "no audience contains one",
        _ => "no value contains one",
    };
    let consequence = if group.len() < condition.values.len() {
        "this value never matches".to_owned()
    } else {
        format!("nobody can assume {} through this statement", role.name())
    };
    let message = format!("`{name}` takes the wildcard in {values} literally, but {what}, so {consequence}");
    let patterned = patterned(name, operator);
    let text = first.text();
    let help = match text.strip_prefix("system:serviceaccount:") {
        Some(rest) if rest.starts_with("*:") => {
            format!(
                "write the namespace of `{}` instead of `*`; under `StringLike` this value would let in that name from any namespace",
                rest.trim_start_matches("*:")
            )
        }
        _ => {
            let patterned = patterned.as_deref().unwrap_or("StringLike");
            format!("write the full name, or put the value under `{patterned}` if everything that matches it may get in")
        }
    };
    let fix = patterned
        .filter(|pattern| may_become(first, condition, group, pattern))
        .and_then(|pattern| guess(format!("make it `{pattern}`"), [replaced_whole(&condition.operator_name, &pattern)]));
    let place = if group.len() == 1 {
        first.place()
    } else {
        irsa_lint_core::syntax::Place { span: condition.span, pointer: condition.pointer.clone() }
    };
    let report = out.report(&LiteralWildcard::META, place, message).help(help).fix(fix);
    let report = if first.fault.fatal {
        report.nobody(format!("`{text}` is compared letter by letter, and {what}"))
    } else {
        report.severity(Severity::Warning)
    };
    report.done();
}

/// The operator that takes the same values as patterns.
fn patterned(name: &str, operator: Operator) -> Option<String> {
    (operator.base == Base::StringEquals && name.contains("StringEquals")).then(|| name.replace("StringEquals", "StringLike"))
}

/// Whether the operator can be changed without changing what another condition says, and without opening more than a name.
fn may_become(found: &Found<'_>, condition: &Condition, group: &[Found<'_>], pattern: &str) -> bool {
    let statement: &Statement = found.statement;
    let others_plain = statement
        .conditions
        .iter()
        .filter(|c| c.operator_name.span == condition.operator_name.span && c.span != condition.span)
        .all(|c| c.values.iter().all(|v| !v.text.contains(['*', '?'])));
    let is_free = !statement.conditions.iter().any(|c| c.operator_name.text == pattern);
    let narrow = |value: &str| {
        let before = value.split('*').next().unwrap_or_default();
        value.len() > before.len() && before.matches(':').count() >= if value.starts_with("system:serviceaccount:") { 3 } else { 2 }
    };
    others_plain && is_free && claim(&condition.key.text).eq_ignore_ascii_case("sub") && group.iter().all(|f| narrow(f.text()))
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, check, of_rule, policy};

    fn found(issuer: &str, condition: &str) -> Vec<(&'static str, bool)> {
        let answer = check(&[("p.json", &policy(condition).replace(ISSUER, issuer))]);
        of_rule(&answer, "literal-wildcard").into_iter().map(|d| (d.severity.name(), d.fix.is_some())).collect()
    }

    #[test]
    fn all_values_or_some() {
        let list = |second: &str| format!(r#"{{"StringEquals": {{"ISSUER:sub": ["system:serviceaccount:a:b*", "{second}"]}}}}"#);
        assert_eq!(found(ISSUER, &list("system:serviceaccount:a:c")), [("warning", true)]);
        assert_eq!(found(ISSUER, &list("system:serviceaccount:a:?*")), [("error", true)]);
        assert_eq!(found(ISSUER, r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:app-?"}}"#), [("error", false)]);
    }

    #[test]
    fn no_fix_opens_a_namespace_or_changes_another_condition() {
        assert_eq!(found(ISSUER, r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:*:app"}}"#), [("error", false)]);
        let taken = r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b*"}, "StringLike": {"ISSUER:aud": "sts.*"}}"#;
        assert_eq!(found(ISSUER, taken), [("error", false)]);
    }

    #[test]
    fn every_issuer() {
        let github = "token.actions.githubusercontent.com";
        assert_eq!(found(github, r#"{"StringEquals": {"ISSUER:sub": "repo:octo-org/app:*"}}"#), [("error", true)]);
        assert_eq!(found("idp.example.com", r#"{"StringEquals": {"ISSUER:sub": "team-*"}}"#), [("warning", false)]);
        assert_eq!(
            found(ISSUER, r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b", "ISSUER:aud": "*"}}"#),
            [("error", false)]
        );
    }

    #[test]
    fn wildcards_in_their_place() {
        assert!(found(ISSUER, r#"{"StringLike": {"ISSUER:sub": "system:serviceaccount:a:*"}}"#).is_empty());
        assert!(
            found(ISSUER, r#"{"StringNotEquals": {"ISSUER:sub": "*"}, "StringLike": {"ISSUER:sub": "system:serviceaccount:a:*"}}"#)
                .is_empty()
        );
        assert!(found(ISSUER, r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b${*}"}}"#).is_empty());
    }
}
