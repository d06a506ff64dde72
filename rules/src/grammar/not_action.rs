//! An Allow statement names what it does not allow: `NotAction`.

use irsa_lint_core::admission::action::{WEB_IDENTITY, speaks_of};
use irsa_lint_core::admission::words;
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::policy::Effect;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::syntax::Place;

use crate::objects::pods::ASSUME_ROLE;

/// The actions by which a role is assumed. Source: STS API Reference.
const ASSUMING: [&str; 3] = [ASSUME_ROLE, WEB_IDENTITY, "sts:AssumeRoleWithSAML"];

declare_rule! {
    /// An Allow statement uses `NotAction`.
    ///
    /// ## Why is this bad?
    ///
    /// `NotAction` allows every action except those listed, including ways to assume the role that nobody thought of. IAM accepts only the
    /// STS actions for assuming roles in a trust policy.
    ///
    /// ## Severity
    ///
    /// Error if tokens or AWS principals get in this way. Warning if it lets nobody in: then it only hides what is allowed.
    ///
    /// ## How to fix it
    ///
    /// Name the action: `sts:AssumeRoleWithWebIdentity` for an identity provider, `sts:AssumeRole` for AWS principals and services.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "IAM JSON policy elements: NotAction"
    ///
    /// ```json fail at=/Statement/0/NotAction
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "NotAction": "sts:GetCallerIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"
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
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"
    ///       }
    ///     }
    ///   }]
    /// }
    /// ```
    pub NotAction { id: "not-action", severity: Error, family: "grammar", fix: None }
}

impl Rule for NotAction {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        let allows = role.policy.statements.iter().filter(|statement| statement.effect == Effect::Allow && statement.action.negated);
        for statement in allows {
            let named = words::listed(statement.action.patterns.iter().map(|pattern| pattern.text.as_str()), 3);
            let admits = ASSUMING.iter().copied().filter(|action| speaks_of(&statement.action, action)).collect::<Vec<_>>();
            let what = if admits.is_empty() {
                "but no action that assumes a role".to_owned()
            } else {
                format!("including {}", admits.iter().map(|action| format!("`{action}`")).collect::<Vec<_>>().join(", "))
            };
            let message =
                format!("{} of {} uses `NotAction` and allows every action except {named}, {what}", statement.name(), role.name());
            let span = statement.action.span.unwrap_or(statement.span);
            let place = Place { span, pointer: statement.pointer.key("NotAction") };
            let severity = if admits.is_empty() { Severity::Warning } else { Severity::Error };
            let help = "list the allowed actions in `Action`: `sts:AssumeRoleWithWebIdentity` for an identity provider, `sts:AssumeRole` for AWS principals and services";
            out.report(&Self::META, place, message).severity(severity).help(help).done();
        }
    }
}

#[cfg(test)]
mod tests {
    use irsa_lint_core::diagnostic::Severity;

    use crate::testing::{check, of_rule};

    fn severities(effect: &str, actions: &str) -> Vec<Severity> {
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "{effect}", "Principal": {{"AWS": "arn:aws:iam::111122223333:root"}}, "NotAction": {actions}}}]}}"#
        );
        of_rule(&check(&[("a.json", &text)]), "not-action").iter().map(|d| d.severity).collect()
    }

    #[test]
    fn what_is_admitted_decides() {
        assert_eq!(severities("Allow", r#""s3:*""#), [Severity::Error]);
        assert_eq!(severities("Allow", r#"["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"]"#), [Severity::Error]);
        assert_eq!(severities("Allow", r#""sts:*""#), [Severity::Warning]);
        assert_eq!(severities("Deny", r#""sts:AssumeRole""#), []);
    }

    #[test]
    fn the_actions_that_assume_a_role_are_named() {
        let text = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "NotAction": "sts:AssumeRole"}]}"#;
        let answer = check(&[("a.json", text)]);
        let found = of_rule(&answer, "not-action");
        assert!(found[0].message.contains("`sts:AssumeRoleWithWebIdentity`"), "{}", found[0].message);
    }
}
