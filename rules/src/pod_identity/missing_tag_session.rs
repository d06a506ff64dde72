//! Pod Identity may assume the role, but not tag the session.

use irsa_lint_core::admission::action::speaks_of;
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::{Applicability, Fix};
use irsa_lint_core::policy::{Action, Statement};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Place;

use crate::mend::edits::value_after;
use crate::objects::pods::{ASSUME_ROLE, TAG_SESSION, allows, statements};

declare_rule! {
    /// The trust policy lets EKS Pod Identity assume the role, but not tag the session.
    ///
    /// ## Why is this bad?
    ///
    /// EKS Pod Identity writes the cluster, the namespace and the ServiceAccount into the session's tags, and needs `sts:TagSession` for
    /// that. Without it every Pod of the association is refused.
    ///
    /// ## Severity
    ///
    /// Error: every Pod of the association is refused.
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
            .help(format!("allow both actions: `\"Action\": [\"{ASSUME_ROLE}\", \"{TAG_SESSION}\"]`"))
            .fix(add_tag_session(&statement.action, &role.view))
            .done();
    }
}

fn action_place(statement: &Statement) -> Place {
    let name = if statement.action.negated { "NotAction" } else { "Action" };
    Place { span: statement.action.span.unwrap_or(statement.span), pointer: statement.pointer.key(name) }
}

/// Adds the action behind the last one.
fn add_tag_session(action: &Action, view: &View<'_>) -> Option<Fix> {
    let last = action.patterns.last().filter(|_| !action.negated)?;
    let edit = value_after(view, last, action.span? != last.span, TAG_SESSION)?;
    Some(Fix { applicability: Applicability::Unsafe, message: format!("allow `{TAG_SESSION}`"), edits: vec![edit] })
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
    fn the_fix_is_escaped_where_the_policy_is() {
        let role = r#"{"Role": {"RoleName": "x", "Arn": "arn:aws:iam::111122223333:role/x", "Path": "/", "AssumeRolePolicyDocument": "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"Service\": \"pods.eks.amazonaws.com\"}, \"Action\": \"sts:AssumeRole\"}]}"}}"#;
        let answer = check(&[("role.json", role)]);
        let found = of_rule(&answer, "missing-tag-session");
        let text = found[0].fix.as_ref().map(|fix| fix.edits[0].text.as_str());
        assert_eq!(text, Some(r#"[\"sts:AssumeRole\", \"sts:TagSession\"]"#));
    }
}
