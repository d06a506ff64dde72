//! Every repository, project or workspace of a tenant can assume the role.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::provider::{ChosenBy, Kind};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};

use crate::trust::tenants::{Reach, WideTenant, report_wide};

declare_rule! {
    /// Every repository, project or workspace of an organisation can assume the role.
    ///
    /// ## Why is this bad?
    ///
    /// Everybody who can create a repository in the organisation, or push to the least protected one, gets the role's permissions. That
    /// includes test and archived repositories, and all future ones. The same applies to the users and applications of a directory.
    ///
    /// ## Severity
    ///
    /// Warning: those who get in belong to the organisation, but seldom are all of them intended. Error if the whole directory gets in and
    /// the subject is not checked.
    ///
    /// ## How to fix it
    ///
    /// Name the repository, project or workspace. List several under the same key.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "Configuring a role for GitHub OIDC identity provider"
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
    ///       "StringLike": {"token.actions.githubusercontent.com:sub": "repo:octo-org/*"}
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
    ///         "token.actions.githubusercontent.com:sub": ["repo:octo-org/shop:environment:production", "repo:octo-org/cart:environment:production"]
    ///       }
    ///     }
    ///   }]
    /// }
    /// ```
    pub WholeTenant { id: "whole-tenant", severity: Warning, family: "too-wide", fix: None }
}

impl Rule for WholeTenant {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        report_wide(role, &Self::META, out, Reach::Tenant, |wide, witness, place, out| {
            let message = format!("{} at {} can assume {}: {}", wide.projects_of_tenant(), wide.issuer_name(), role.name(), wide.why());
            let help = format!("name the {} in a condition on the subject, for example {}", wide.project(), wide.good());
            out.report(&Self::META, place, message).severity(severity(wide)).witness(witness).help(help).done();
        });
    }
}

/// Where no subject is asked for in a directory whose every member can ask for the audience, nothing is left that keeps anybody out.
fn severity(wide: &WideTenant<'_>) -> Severity {
    let open = wide.issuer.provider.is_some_and(|provider| {
        matches!(provider.kind, Kind::Cloud | Kind::User)
            && matches!(provider.audience.chosen_by, ChosenBy::RelyingParty | ChosenBy::Workload)
    });
    if open && wide.piece.subjects().is_all() { Severity::Error } else { Severity::Warning }
}

#[cfg(test)]
mod tests {
    use irsa_lint_core::diagnostic::Severity;

    use crate::testing::{bad_rules, check, of_rule};

    fn text(issuer: &str, condition: &str) -> String {
        format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{issuer}"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {}}}]}}"#,
            condition.replace("ISSUER", issuer)
        )
    }

    fn bad(issuer: &str, subject: &str) -> Vec<&'static str> {
        let condition =
            format!(r#"{{"StringLike": {{"ISSUER:sub": "{subject}"}}, "StringEquals": {{"ISSUER:aud": "sts.amazonaws.com"}}}}"#);
        bad_rules(&check(&[("a.json", &text(issuer, &condition))]))
    }

    #[test]
    fn the_example_names_who_is_named_already() {
        for (issuer, subject, good) in [
            ("token.actions.githubusercontent.com", "repo:acme-example/*", "repo:acme-example/octo-repo:environment:production"),
            (
                "gitlab.com",
                "project_path:acme-example/*:ref_type:tag:ref:*",
                "project_path:acme-example/myproject:ref_type:branch:ref:main",
            ),
            ("app.terraform.io", "organization:acme-example:*", "organization:acme-example:project:Default Project:"),
        ] {
            let condition = format!(r#"{{"StringLike": {{"ISSUER:sub": "{subject}"}}}}"#);
            let answer = check(&[("a.json", &text(issuer, &condition))]);
            let help = &of_rule(&answer, "whole-tenant")[0].help;
            assert!(help.contains(good), "{help}");
        }
    }

    #[test]
    fn projects_of_one_tenant() {
        for (issuer, subject) in [
            ("token.actions.githubusercontent.com", "repo:octo-org/octo-repo*"),
            ("token.actions.githubusercontent.com", "repository_owner:octo-org:*"),
            ("token.actions.githubusercontent.com", "repo:octo-org@*"),
            ("gitlab.com", "project_path:mygroup/*:ref_type:branch:ref:main"),
            ("app.terraform.io", "organization:my-org:*"),
            ("app.terraform.io", "organization:my-org:project:shop:workspace:*"),
            ("agent.buildkite.com", "organization:acme-inc:*"),
            ("oidc.circleci.com/org/2f1c3b44-aaaa-bbbb-cccc-1234567890ab", "org/2f1c3b44-aaaa-bbbb-cccc-1234567890ab/*"),
            ("github.example.com/_services/token", "repo:*"),
            ("api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc", "{*}:*"),
        ] {
            assert_eq!(bad(issuer, subject), ["whole-tenant"], "{issuer} {subject}");
        }
    }

    #[test]
    fn one_project_is_left_alone() {
        for (issuer, subject) in [
            (
                "oidc.circleci.com/org/2f1c3b44-aaaa-bbbb-cccc-1234567890ab",
                "org/2f1c3b44-aaaa-bbbb-cccc-1234567890ab/project/9988aaaa-0000-4000-8000-000000000000/user/*",
            ),
            ("api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc", "{aaaaaaaa-0000-4000-8000-000000000001}:*"),
            ("github.example.com/_services/token", "repo:octo-org/octo-repo:*"),
        ] {
            assert_eq!(bad(issuer, subject), [""; 0], "{issuer} {subject}");
        }
    }

    #[test]
    fn no_subject_in_a_directory_is_an_error() {
        let issuer = "sts.windows.net/11111111-2222-3333-4444-555555555555/";
        let answer = check(&[("a.json", &text(issuer, r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com"}}"#))]);
        let found = of_rule(&answer, "whole-tenant");
        assert_eq!(found.iter().map(|d| d.severity).collect::<Vec<_>>(), [Severity::Error]);
        let app = check(&[(
            "a.json",
            &text(
                "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123",
                r#"{"StringEquals": {"ISSUER:aud": "0123456789abcdefghijklmnop"}}"#,
            ),
        )]);
        assert_eq!(bad_rules(&app), [""; 0]);
    }
}
