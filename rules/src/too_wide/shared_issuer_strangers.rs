//! Strangers can assume the role: the issuer serves everyone, and no condition says whose workloads are meant.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::policy::{Base, SetPrefix, Statement};
use irsa_lint_core::provider::ChosenBy;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::syntax::Place;

use crate::grammar::refused_by_iam::RefusedByIam;
use crate::trust::tenants::{Reach, WideTenant, report_wide};

declare_rule! {
    /// Strangers can assume the role: the issuer serves all customers, and no condition names yours.
    ///
    /// ## Why is this bad?
    ///
    /// GitHub, GitLab.com, HCP Terraform, Buildkite and others sign the tokens of all their customers with one issuer. Unless a condition
    /// names your organisation, the workloads of any customer get the role's permissions. A `*` also matches separators: `repo:octo-org*`
    /// admits `repo:octo-org-evil/…`. A condition on the audience keeps nobody out if workloads can choose the audience.
    ///
    /// ## Severity
    ///
    /// Error: anybody with an account at the issuer gets in.
    ///
    /// ## How to fix it
    ///
    /// Name the organisation and the repository, project or workspace in a condition on the provider's `:sub`, followed by the separator:
    /// `repo:octo-org/octo-repo:…`. Or name your organisation with a claim that identifies it, such as GitHub's `repository_owner_id`.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "Identity-provider controls for shared OIDC providers"
    /// - GitHub Docs, "Configuring OpenID Connect in Amazon Web Services"
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
    ///       "StringLike": {"token.actions.githubusercontent.com:sub": "repo:octo-org*"}
    ///     }
    ///   }]
    /// }
    /// ```
    ///
    /// ```json fail at=/Statement/0/Condition/StringEquals also=refused-by-iam
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}
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
    ///         "token.actions.githubusercontent.com:sub": "repo:octo-org/octo-repo:environment:production"
    ///       }
    ///     }
    ///   }]
    /// }
    /// ```
    pub SharedIssuerStrangers { id: "shared-issuer-strangers", severity: Error, family: "too-wide", fix: None }
}

impl Rule for SharedIssuerStrangers {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        report_wide(role, &Self::META, out, Reach::Strangers, |wide, witness, place, out| {
            let message = format!("{} at {} can assume {}: {}", wide.strangers(), wide.issuer_name(), role.name(), wide.why());
            let place = wide.tenant_condition().map_or(place, |asked| Place { span: asked.span, pointer: asked.pointer.clone() });
            let severity = if comes_from_a_known_place(wide.statement) { Severity::Warning } else { Severity::Error };
            out.report(&Self::META, place, message).severity(severity).witness(witness).help(help(role, wide)).done();
        });
    }
}

/// Whether the statement also asks from where the call comes: who is no guest of that network does not get in.
fn comes_from_a_known_place(statement: &Statement) -> bool {
    const PLACES: [&str; 4] = ["aws:SourceIp", "aws:VpcSourceIp", "aws:SourceVpc", "aws:SourceVpce"];
    statement.effective_conditions().any(|condition| {
        let asks = condition.known().is_some_and(|operator| {
            let lists = matches!(operator.base, Base::IpAddress | Base::StringEquals | Base::StringLike);
            lists && !operator.if_exists && operator.set != Some(SetPrefix::ForAllValues)
        });
        let everywhere = |text: &str| text.ends_with("/0") || text.trim_end_matches('*').is_empty();
        asks && PLACES.iter().any(|place| place.eq_ignore_ascii_case(&condition.key.text))
            && !condition.values.iter().any(|value| everywhere(&value.text))
    })
}

fn help(role: &RoleView<'_>, wide: &WideTenant<'_>) -> String {
    let controlled = wide.issuer.provider.zip(wide.issuer.issuer.as_deref()).is_some_and(|(p, issuer)| p.control_for(issuer).is_some());
    let stored = controlled && !is_refused(wide.statement, role);
    format!("{}{}", what_to_do(wide), if stored { " (IAM accepts this policy without an error)" } else { "" })
}

/// Whether IAM refuses to store the statement.
fn is_refused(statement: &Statement, role: &RoleView<'_>) -> bool {
    let mut refused = Findings::default();
    RefusedByIam.role(role, &mut refused);
    let (from, to) = (statement.span.start, statement.span.end);
    refused.diagnostics.iter().any(|found| found.place.span.start >= from && found.place.span.end <= to)
}

fn what_to_do(wide: &WideTenant<'_>) -> String {
    let issuer = wide.issuer.issuer.as_deref().unwrap_or("ISSUER");
    let Some(provider) = wide.issuer.provider else { return format!("name those who may get in in a condition: {}", wide.good()) };
    if let Some(key) = &provider.tenant_in {
        let key = if key.contains(':') { key.to_string() } else { format!("{issuer}:{key}") };
        return format!("add a condition on `{key}` under `StringEquals` with your own value");
    }
    let mut help = format!("name your own {} in a condition on the subject, for example {}", wide.tenant_and_project(), wide.good());
    if wide.asks_for_subject() && provider.audience.chosen_by == ChosenBy::Workload && !wide.piece.audiences().is_all() {
        help.push_str("; the audience protects nothing, because workloads of this issuer choose it");
    }
    help
}

#[cfg(test)]
mod tests {
    use crate::testing::{bad_rules, check};

    fn bad(issuer: &str, condition: &str) -> Vec<&'static str> {
        let principal = if issuer.contains("google") || issuer.contains("cognito-identity") || issuer.starts_with("www.") {
            issuer.to_owned()
        } else {
            format!("arn:aws:iam::111122223333:oidc-provider/{issuer}")
        };
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Federated": "{principal}"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {}}}]}}"#,
            condition.replace("ISSUER", issuer)
        );
        // What IAM itself refuses to store is a fact of its own.
        let mut found = bad_rules(&check(&[("a.json", &text)]));
        found.retain(|rule| *rule != "refused-by-iam");
        found
    }

    fn of_subject(issuer: &str, subject: &str) -> Vec<&'static str> {
        bad(issuer, &format!(r#"{{"StringLike": {{"ISSUER:sub": "{subject}"}}, "StringEquals": {{"ISSUER:aud": "sts.amazonaws.com"}}}}"#))
    }

    const GITHUB: &str = "token.actions.githubusercontent.com";

    #[test]
    fn tenants_that_nobody_named_are_strangers() {
        for (issuer, subject) in [
            (GITHUB, "*"),
            (GITHUB, "repo:*"),
            (GITHUB, "repo:octo*/*"),
            (GITHUB, "repo:octo-org*/octo-repo:*"),
            (GITHUB, "repo:*/octo-repo:*"),
            (GITHUB, "*octo-org/octo-repo:*"),
            ("gitlab.com", "project_path:my*/*"),
            ("gitlab.com", "project_path:mygroup*:ref_type:branch:ref:main"),
            ("app.terraform.io", "organization:my-org*:*"),
            ("app.terraform.io", "*:workspace:prod:*"),
            ("agent.buildkite.com", "organization:acme*"),
            ("scalr.io", "account:*"),
            ("proidc.upbound.io", "mcp:acme*:provider:provider-aws"),
        ] {
            assert_eq!(of_subject(issuer, subject), ["shared-issuer-strangers"], "{issuer} {subject}");
        }
    }

    #[test]
    fn a_named_tenant_is_no_stranger() {
        for (issuer, subject) in [
            (GITHUB, "repo:octo-org/octo-repo:*"),
            (GITHUB, "repo:octo-org@*/octo-repo@*:*"),
            (GITHUB, "repo:octo-org@1/octo-repo@2:ref:refs/heads/*"),
            (GITHUB, "repository_owner_id:123"),
            ("gitlab.com", "project_path:mygroup/myproject:ref_type:branch:ref:*"),
            ("app.terraform.io", "organization:my-org:project:shop:workspace:prod:run_phase:*"),
            ("agent.buildkite.com", "organization:acme-inc:pipeline:deploy:*"),
            ("oidc.modal.com", "modal:workspace_id:ac-12345abcd:environment_name:main:app_name:shop:*"),
        ] {
            assert_eq!(of_subject(issuer, subject), [""; 0], "{issuer} {subject}");
        }
    }

    #[test]
    fn another_key_can_name_the_tenant() {
        for (issuer, condition) in [
            (GITHUB, r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com", "ISSUER:repository_id": "123"}}"#),
            (
                GITHUB,
                r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com"}, "StringLike": {"ISSUER:sub": "repo:*:environment:prod", "ISSUER:repository": "octo-org/octo-repo"}}"#,
            ),
            (
                "cognito-identity.amazonaws.com",
                r#"{"StringEquals": {"ISSUER:aud": "eu-west-1:01234567-0000-4000-8000-000000000000"}, "ForAnyValue:StringLike": {"ISSUER:amr": "authenticated"}}"#,
            ),
            ("accounts.google.com", r#"{"StringEquals": {"ISSUER:aud": "1234.apps.googleusercontent.com"}}"#),
            ("www.amazon.com", r#"{"StringEquals": {"ISSUER:app_id": "amzn1.application-oa2-client.0"}}"#),
        ] {
            assert_eq!(bad(issuer, condition), [""; 0], "{issuer} {condition}");
        }
    }

    #[test]
    fn who_must_come_from_ones_own_network_is_half_a_stranger() {
        use irsa_lint_core::diagnostic::Severity;

        let severity = |condition: &str| {
            let text = format!(
                r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{GITHUB}"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{"StringLike": {{"{GITHUB}:sub": "repo:*"}}, {condition}}}}}]}}"#
            );
            check(&[("a.json", &text)]).diagnostics.into_iter().find(|d| d.rule == "shared-issuer-strangers").map(|d| d.severity)
        };
        assert_eq!(severity(r#""IpAddress": {"aws:SourceIp": "192.0.2.0/24"}"#), Some(Severity::Warning));
        assert_eq!(severity(r#""StringEquals": {"aws:SourceVpc": "vpc-11112222333344445"}"#), Some(Severity::Warning));
        for condition in [
            r#""IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "0.0.0.0/0"]}"#,
            r#""IpAddressIfExists": {"aws:SourceIp": "192.0.2.0/24"}"#,
            r#""NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}"#,
            r#""StringEquals": {"sts:RoleSessionName": "deploy"}"#,
        ] {
            assert_eq!(severity(condition), Some(Severity::Error), "{condition}");
        }
    }

    #[test]
    fn a_key_that_anybody_may_choose_does_not() {
        for (issuer, condition) in [
            (GITHUB, r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com", "ISSUER:environment": "production"}}"#),
            (GITHUB, r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com"}, "StringLike": {"ISSUER:repository": "octo-org*"}}"#),
            (
                GITHUB,
                r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com"}, "ForAllValues:StringEquals": {"ISSUER:repository_owner": "octo-org"}}"#,
            ),
            ("cognito-identity.amazonaws.com", r#"{"ForAnyValue:StringLike": {"ISSUER:amr": "authenticated"}}"#),
            ("accounts.google.com", r#"{"StringEquals": {"ISSUER:oaud": "sts.amazonaws.com"}}"#),
        ] {
            // Other rules may say what is wrong with the key itself.
            assert!(bad(issuer, condition).contains(&"shared-issuer-strangers"), "{issuer} {condition}");
        }
    }
}
