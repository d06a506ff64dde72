//! Pod Identity may assume the role, but not tag the session.

use irsa_lint_core::admission::action::speaks_of;
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::{Applicability, Edit, Fix};
use irsa_lint_core::policy::{Action, Statement};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::source::Span;
use irsa_lint_core::syntax::{Place, Scalar};

use crate::pods::{ASSUME_ROLE, TAG_SESSION, allows, statements};

declare_rule! {
    /// The trust policy lets EKS Pod Identity assume the role, but not tag the session.
    ///
    /// ## Why is this bad?
    ///
    /// EKS Pod Identity puts the cluster, the namespace and the ServiceAccount into the session's tags and needs `sts:TagSession` for it.
    /// Without it every Pod of the association is refused.
    ///
    /// ## Severity
    ///
    /// An error: every Pod of the association is refused.
    ///
    /// ## How to fix it
    ///
    /// Allow both actions: `"Action": ["sts:AssumeRole", "sts:TagSession"]`.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Create IAM role with trust policy required by EKS Pod Identity"
    ///
    /// ```json fail at=/Statement/0/Action
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Service": "pods.eks.amazonaws.com"},
    ///     "Action": "sts:AssumeRole"
    ///   }]
    /// }
    /// ```
    ///
    /// ```json pass
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Service": "pods.eks.amazonaws.com"},
    ///     "Action": ["sts:AssumeRole", "sts:TagSession"]
    ///   }]
    /// }
    /// ```
    pub MissingTagSession { id: "missing-tag-session", severity: Error, family: "pod-identity", fix: Unsafe }
}

impl Rule for MissingTagSession {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        let Some(statement) = statements(role.policy).find(|statement| speaks_of(&statement.action, ASSUME_ROLE)) else { return };
        if allows(role.policy, TAG_SESSION) {
            return;
        }
        let message = format!("EKS Pod Identity may assume {} but not tag the session, so every Pod is refused", role.name());
        out.report(&Self::META, action_place(statement), message)
            .help(format!("allow `{TAG_SESSION}` beside `{ASSUME_ROLE}`"))
            .fix(add_tag_session(&statement.action))
            .done();
    }
}

fn action_place(statement: &Statement) -> Place {
    let name = if statement.action.negated { "NotAction" } else { "Action" };
    Place { span: statement.action.span.unwrap_or(statement.span), pointer: statement.pointer.key(name) }
}

/// Adds the action where the text is plain JSON: no escaped string around it, no list of YAML lines.
fn add_tag_session(action: &Action) -> Option<Fix> {
    let (list, last) = (action.span?, action.patterns.last()?);
    if action.negated || !is_quoted(last) {
        return None;
    }
    let edit = if list == last.span {
        Edit { span: list, text: format!("[\"{}\", \"{TAG_SESSION}\"]", last.text) }
    } else if list.end > last.span.end {
        Edit { span: Span { start: last.span.end, ..last.span }, text: format!(", \"{TAG_SESSION}\"") }
    } else {
        return None;
    };
    Some(Fix { applicability: Applicability::Unsafe, message: format!("allow `{TAG_SESSION}`"), edits: vec![edit] })
}

/// Whether the file spells the text between two quotes of one byte each, byte for byte.
fn is_quoted(scalar: &Scalar) -> bool {
    let inner = scalar.inner_span();
    let len = |span: Span| usize::try_from(span.end.saturating_sub(span.start)).unwrap_or(0);
    len(inner) == scalar.text.len() && len(scalar.span) == scalar.text.len() + 2
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    fn fixes(statements: &str) -> Vec<Option<String>> {
        let answer = check(&[("p.json", &format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#))]);
        let text = |d: &&irsa_lint_core::diagnostic::Diagnostic| d.fix.as_ref().map(|fix| fix.edits[0].text.clone());
        of_rule(&answer, "missing-tag-session").iter().map(text).collect()
    }

    #[test]
    fn asks_the_policy_as_a_whole() {
        let pods =
            |action: &str| format!(r#"{{"Effect": "Allow", "Principal": {{"Service": "pods.eks.amazonaws.com"}}, "Action": {action}}}"#);
        let ec2 = r#"{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}"#;
        for good in [ec2.to_owned(), pods("\"sts:*\""), pods(r#"["sts:tagsession", "sts:AssumeRole"]"#)] {
            assert!(fixes(&good).is_empty(), "{good}");
        }
        let both = format!("{}, {}", pods(r#""sts:AssumeRole""#), pods(r#""sts:TagSession""#));
        assert!(fixes(&both).is_empty());
        assert_eq!(fixes(&pods(r#""sts:AssumeRole""#)), [Some(r#"["sts:AssumeRole", "sts:TagSession"]"#.to_owned())]);
        assert_eq!(fixes(&pods(r#"["sts:AssumeRole"]"#)), [Some(r#", "sts:TagSession""#.to_owned())]);
        let other = r#", {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:TagSession"}"#;
        assert_eq!(fixes(&format!("{}{other}", pods(r#""sts:AssumeRole""#))).len(), 1);
    }

    #[test]
    fn offers_no_fix_through_an_escaped_string() {
        let role = r#"{"Role": {"RoleName": "x", "Arn": "arn:aws:iam::111122223333:role/x", "Path": "/", "AssumeRolePolicyDocument": "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"Service\": \"pods.eks.amazonaws.com\"}, \"Action\": \"sts:AssumeRole\"}]}"}}"#;
        let answer = check(&[("role.json", role)]);
        assert!(of_rule(&answer, "missing-tag-session").iter().all(|d| d.fix.is_none()));
        assert_eq!(of_rule(&answer, "missing-tag-session").len(), 1);
    }
}
