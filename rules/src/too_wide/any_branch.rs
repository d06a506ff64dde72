//! Every branch, tag, event or run of one repository, project or workspace can assume the role.

use irsa_lint_core::declare_rule;
use irsa_lint_core::provider::SubjectForm;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};

use crate::trust::tenants::{Reach, WideTenant, report_wide};
use crate::trust::wide::subject_words;

declare_rule! {
    /// Every branch, tag, event or run of one repository, project or workspace can assume the role.
    ///
    /// ## Why is this bad?
    ///
    /// Whoever can push any branch, or open a pull request from inside the repository, gets the role's permissions, reviewed or not. That
    /// can be intended for a role that only reads; for one that deploys it seldom is.
    ///
    /// ## Severity
    ///
    /// Info: many roles are intended for a whole repository, and nobody from outside gets in.
    ///
    /// ## How to fix it
    ///
    /// Name the branch or, better, an environment with protection rules: `repo:octo-org/octo-repo:environment:production`.
    ///
    /// ## References
    ///
    /// - GitHub Docs, "Security hardening your deployments with OpenID Connect"
    ///
    /// ```json fail at=/Statement/0/Condition/StringLike/token.actions.githubusercontent.com:sub
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
    ///       "StringLike": {"token.actions.githubusercontent.com:sub": "repo:octo-org/octo-repo:*"}
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
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
    ///         "token.actions.githubusercontent.com:sub": "repo:octo-org/octo-repo:ref:refs/heads/main"
    ///       }
    ///     }
    ///   }]
    /// }
    /// ```
    pub AnyBranch { id: "any-branch", severity: Info, family: "too-wide", fix: None }
}

impl Rule for AnyBranch {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        report_wide(role, &Self::META, out, Reach::Project, |wide, witness, place, out| {
            let pulls = if lets_pull_requests_in(wide) { ", and pull requests get in as well" } else { "" };
            let asked = subject_words(wide.statement, wide.issuer);
            let message = format!("{} does not restrict the {}{pulls}: {asked}", role.name(), wide.parts_alike());
            let help = format!("if the role can do more than read, name the whole subject, for example {}", wide.good());
            out.report(&Self::META, place, message).witness(witness).help(help).done();
        });
    }
}

/// Whether the subject of a run for a pull request gets in, where the issuer has such.
fn lets_pull_requests_in(wide: &WideTenant<'_>) -> bool {
    let ends = |form: &SubjectForm| form.template.text().ends_with(":pull_request") || form.template.text().ends_with(":{context}");
    let Some(provider) = wide.issuer.provider.filter(|provider| provider.subjects.iter().any(ends)) else { return false };
    let project: Vec<&str> = wide.subject.splitn(3, ':').take(2).collect();
    let subject = format!("{}:pull_request", project.join(":"));
    wide.piece.subjects().contains(&subject) && provider.subject_form(&subject).is_some()
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    fn found(issuer: &str, condition: &str) -> usize {
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{issuer}"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {}}}]}}"#,
            condition.replace("ISSUER", issuer)
        );
        of_rule(&check(&[("a.json", &text)]), "any-branch").len()
    }

    #[test]
    fn what_a_good_subject_leaves_open_is_left_alone() {
        let buildkite = r#"{"StringLike": {"ISSUER:sub": "organization:acme-inc:pipeline:deploy:ref:REF:*"}}"#;
        assert_eq!(found("agent.buildkite.com", &buildkite.replace("REF", "refs/heads/main")), 0);
        assert_eq!(found("agent.buildkite.com", &buildkite.replace("REF", "*")), 1);
    }

    #[test]
    fn the_message_names_all_that_is_open() {
        let text = |subject: &str| {
            let text = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/I"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringLike": {"I:sub": "SUBJECT"}}}]}"#;
            let text = text.replace("SUBJECT", subject).replace("/I\"", "/token.actions.githubusercontent.com\"");
            text.replace("\"I:", "\"token.actions.githubusercontent.com:")
        };
        for (subject, which) in [
            ("repo:octo-org/octo-repo:*", "does not restrict the branch, tag or environment, and pull requests get in as well:"),
            ("repo:octo-org/octo-repo:ref:refs/tags/*", "does not restrict the tag:"),
        ] {
            let answer = check(&[("a.json", &text(subject))]);
            let message = &of_rule(&answer, "any-branch")[0].message;
            assert!(message.contains(which), "{message}");
        }
    }

    #[test]
    fn another_claim_can_name_the_branch() {
        let github = "token.actions.githubusercontent.com";
        let subject = r#"{"StringLike": {"ISSUER:sub": "repo:octo-org/octo-repo:*"}OTHER}"#;
        assert_eq!(found(github, &subject.replace("OTHER", "")), 1);
        assert_eq!(found(github, &subject.replace("OTHER", r#", "StringEquals": {"ISSUER:ref": "refs/heads/main"}"#)), 0);
    }
}
