//! A federated principal is allowed an action that it never calls.

use irsa_lint_core::admission::action;
use irsa_lint_core::admission::fault::FaultKind;
use irsa_lint_core::admission::words::listed;
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::{Fix, Severity};
use irsa_lint_core::policy::PrincipalKind;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};

use crate::trust::faults::{Found, faults, guess, replaced_whole};

declare_rule! {
    /// A statement for an identity provider does not allow `sts:AssumeRoleWithWebIdentity`.
    ///
    /// ## Why is this bad?
    ///
    /// Tokens of an identity provider can only be used to call `sts:AssumeRoleWithWebIdentity`; `sts:AssumeRole` is for AWS principals. A
    /// statement that names an identity provider and another action lets nobody in.
    ///
    /// ## Severity
    ///
    /// Error: the statement lets nobody in. Info if another statement allows the action to the same provider.
    ///
    /// ## How to fix it
    ///
    /// Change the action to `sts:AssumeRoleWithWebIdentity`.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Assign IAM roles to Kubernetes service accounts"
    /// - Service Authorization Reference, "Actions, resources, and condition keys for AWS Security Token Service"
    ///
    /// ```json fail at=/Statement/0/Action
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "Action": "sts:AssumeRole",
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
    pub WrongAction { id: "wrong-action", severity: Error, family: "nobody", fix: Unsafe }
}

impl Rule for WrongAction {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        for found in faults(role, |kind| matches!(kind, FaultKind::WrongAction { .. })) {
            let FaultKind::WrongAction { allowed_elsewhere } = &found.fault.kind else { continue };
            let action = &found.statement.action;
            let written = listed(action.patterns.iter().map(|pattern| pattern.text.as_str()), 3);
            let element = if action.negated { "excepts" } else { "allows" };
            let who = provider(&found);
            let rest = if *allowed_elsewhere {
                "another statement allows that action, and this one does nothing for the provider".to_owned()
            } else {
                format!("nobody can assume {} through it", role.name())
            };
            let message = format!(
                "{} {element} {written} for the identity provider `{who}`, but its tokens need `{}`: {rest}",
                found.statement.name(),
                action::WEB_IDENTITY
            );
            let report = out.report(&Self::META, found.place(), message).fix(right_action(&found));
            let report =
                if *allowed_elsewhere { report.severity(Severity::Info) } else { report.nobody("web identities do not call this action") };
            report.help(format!("change the action to `{}`", action::WEB_IDENTITY)).done();
        }
    }
}

/// The identity provider that the statement names.
fn provider<'a>(found: &Found<'a>) -> &'a str {
    let named =
        found.statement.principals.list.iter().find(|p| p.kind == PrincipalKind::Federated || p.value.text.contains(":oidc-provider/"));
    let value = named.map(|p| p.value.text.as_str()).unwrap_or_default();
    value.split_once(":oidc-provider/").map_or(value, |(_, issuer)| issuer)
}

/// The right action in the place of the one that is nearest to it, if only identity providers are meant.
fn right_action(found: &Found<'_>) -> Option<Fix> {
    let action = &found.statement.action;
    let only_federated = found.statement.principals.list.iter().all(|p| p.kind == PrincipalKind::Federated);
    let is_near = |text: &str| text.eq_ignore_ascii_case("sts:AssumeRole") || text.to_ascii_lowercase().starts_with("sts:assumerolewith");
    let pattern = action.patterns.iter().find(|pattern| is_near(&pattern.text)).filter(|_| only_federated && !action.negated)?;
    guess(format!("change the action to `{}`", action::WEB_IDENTITY), [replaced_whole(pattern, action::WEB_IDENTITY)])
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule, policy};

    fn found(action: &str) -> Vec<(&'static str, bool)> {
        let text = policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b"}}"#);
        let answer = check(&[("p.json", &text.replace(r#""sts:AssumeRoleWithWebIdentity""#, action))]);
        of_rule(&answer, "wrong-action").into_iter().map(|d| (d.severity.name(), d.fix.is_some())).collect()
    }

    #[test]
    fn actions_that_do_and_do_not() {
        assert_eq!(found(r#"["sts:TagSession", "sts:AssumeRole"]"#), [("error", true)]);
        assert_eq!(found(r#""sts:AssumeRoleWithWebIdentify""#), [("error", true)]);
        assert_eq!(found(r#""sts:TagSession""#), [("error", false)]);
        let text = policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b"}}"#).replace("WithWebIdentity", "");
        assert!(of_rule(&check(&[("p.json", &text)]), "wrong-action")[0].message.contains("nobody"));
        for right in [
            r#""sts:assumerolewithwebidentity""#,
            r#""sts:*""#,
            r#"["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"]"#,
            r#""sts:AssumeRole*""#,
        ] {
            assert!(found(right).is_empty(), "{right}");
        }
    }

    #[test]
    fn a_statement_for_session_tags_beside_the_right_one() {
        let condition = r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b", "ISSUER:aud": "sts.amazonaws.com"}}"#;
        let (web, tags) = (policy(condition), policy(condition).replace("AssumeRoleWithWebIdentity", "TagSession"));
        let statement = |text: &str| text.split_once("[{").unwrap().1.trim_end_matches("}]}").to_owned();
        let both = web.replace("}]}", &format!("}}, {{{}}}]}}", statement(&tags)));
        let answer = check(&[("p.json", &both)]);
        assert!(answer.errors.is_empty() && of_rule(&answer, "wrong-action").is_empty(), "{both} {:?}", answer.diagnostics);
    }

    #[test]
    fn roles_of_others() {
        let text = r#"{"Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"#;
        assert!(check(&[("p.json", text)]).diagnostics.is_empty());
        let saml = r#"{"Statement": [{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/x"}, "Action": "sts:AssumeRoleWithSAML"}]}"#;
        assert!(check(&[("p.json", saml)]).diagnostics.is_empty());
    }
}
