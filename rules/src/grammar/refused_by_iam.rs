//! A trust policy that IAM refuses to store.

use irsa_lint_core::admission::action::{self, speaks_of};
use irsa_lint_core::admission::fault::At;
use irsa_lint_core::declare_rule;
use irsa_lint_core::policy::{Effect, Principal, PrincipalKind, Statement, find_mark};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};

use crate::trust::faults::place;
use crate::trust::idp_controls;
use crate::trust::refusals::{Refusal, in_grammar, in_size, in_text, of_principal};

declare_rule! {
    /// IAM refuses to create a role with this trust policy, or to update a role with it.
    ///
    /// ## Why is this bad?
    ///
    /// IAM checks a trust policy when it is stored, and `apply` fails with `MalformedPolicyDocument`, `LimitExceeded` or
    /// `ValidationError`. Examples: unknown or misplaced elements, a `Resource`, an unknown version, a Sid with special characters,
    /// actions other than those of STS, malformed principals, characters beyond U+00FF, more than 2,048 characters. For issuers that many
    /// customers share, each statement must say whose workloads are let in. A role that was stored earlier keeps working.
    ///
    /// ## Severity
    ///
    /// Error: creating the role, or the next update of its policy, fails.
    ///
    /// ## How to fix it
    ///
    /// Follow the policy grammar. For a shared issuer, restrict each statement to your own organisation, group or repository in a
    /// condition on the subject.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "Grammar of the IAM JSON policy language" and "IAM and AWS STS quotas"
    /// - IAM User Guide, "Identity-provider controls for shared OIDC providers"
    ///
    /// ```json fail at=/Statement/0/Action
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "Action": "STS:AssumeRoleWithWebIdentity",
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
    pub RefusedByIam { id: "refused-by-iam", severity: Error, family: "grammar", fix: Unsafe }
}

impl Rule for RefusedByIam {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        for refusal in in_grammar(role) {
            report(refusal, "the trust policy", role, out);
        }
        for statement in &role.policy.statements {
            of_statement(statement, role, out);
        }
        if let Some(refusal) = in_size(role) {
            report(refusal, "the trust policy", role, out);
        }
    }
}

fn report(refusal: Refusal, what: &str, role: &RoleView<'_>, out: &mut Findings) {
    let Refusal { place, problem, says, help, severity, fix } = refusal;
    let message = format!("{problem}, so IAM refuses {what} of {}", role.name());
    let help = format!("{help} (IAM's error: {says})");
    out.report(&RefusedByIam::META, place, message).severity(severity).help(help).fix(fix).done();
}

/// All that IAM takes offence at in a statement.
fn of_statement(statement: &Statement, role: &RoleView<'_>, out: &mut Findings) {
    let star = statement.principals.list.iter().position(|p| p.kind == PrincipalKind::Star);
    if let Some(star) = star {
        let says = "AssumeRolepolicy contained an invalid principal: \"STAR\":\"*\".";
        let problem = format!("the principal of {} is a bare `*`", statement.name());
        let help = "name the principals under `Federated`, `AWS` or `Service`";
        report(Refusal::new(place(statement, At::Principal(star)), problem, says, help), &statement.name(), role, out);
    }
    if let Some(action) = other_action(statement) {
        let problem = format!("`{action}` is not an STS action that a trust policy may have");
        let help = format!("write `{}`, with `sts:` in lower case", action::WEB_IDENTITY);
        let says = "AssumeRole policy may only specify STS AssumeRole actions.";
        report(Refusal::new(place(statement, At::Action), problem, says, help), &statement.name(), role, out);
    }
    for principal in &statement.principals.list {
        if let Some(refusal) = of_principal(principal) {
            report(refusal, &statement.name(), role, out);
        }
    }
    for refusal in in_text(statement) {
        report(refusal, &statement.name(), role, out);
    }
    let controlled =
        statement.effect == Effect::Allow && !statement.principals.negated && speaks_of(&statement.action, action::WEB_IDENTITY);
    let mut federated = statement.principals.list.iter().filter(|p| controlled && p.kind == PrincipalKind::Federated);
    let finished = |principal: &&Principal| find_mark(&principal.value.text).is_none();
    if let Some(refusal) =
        federated.find_map(|principal| idp_controls::refused(statement, principal, role).filter(|_| finished(&principal)))
    {
        report(refusal, &statement.name(), role, out);
    }
}

/// An action that is `sts:*`, of another service, or a web identity's with `sts` in other letters (observed by others on live IAM).
fn other_action(statement: &Statement) -> Option<&str> {
    let patterns = statement.action.patterns.iter().filter(|_| !statement.action.negated).map(|pattern| pattern.as_str());
    patterns.into_iter().find(|pattern| {
        let Some((service, name)) = pattern.split_once(':') else { return false };
        let web = name.eq_ignore_ascii_case("AssumeRoleWithWebIdentity");
        let other = !service.eq_ignore_ascii_case("sts") || name == "*" || (web && service != "sts");
        other && find_mark(pattern).is_none()
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, check, of_rule, policy};

    fn refused(issuer: &str, condition: &str) -> bool {
        let text = policy(condition).replace(ISSUER, issuer);
        !of_rule(&check(&[("p.json", &text)]), "refused-by-iam").is_empty()
    }

    #[test]
    fn the_general_control_minds_the_star_alone() {
        assert!(refused("gitlab.com", "{}") && refused("gitlab.com", r#"{"StringLike": {"ISSUER:sub": "*"}}"#));
        assert!(refused("gitlab.com", r#"{"StringEquals": {"ISSUER:aud": "https://gitlab.com"}}"#));
        assert!(!refused("gitlab.com", r#"{"StringLike": {"ISSUER:sub": "**"}}"#));
        assert!(!refused(
            "gitlab.com",
            r#"{"StringEquals": {"GITLAB.COM:SUB": "project_path:a/b:ref_type:branch:ref:main"}, "StringLike": {"ISSUER:sub": "*"}}"#
        ));
        assert!(!refused("gitlab.com/private", "{}"));
    }

    #[test]
    fn githubs_control_minds_what_begins_with_a_star() {
        let github = "token.actions.githubusercontent.com";
        assert!(refused(github, r#"{"StringLike": {"ISSUER:sub": ["*:x", "repo:a/b:*"]}}"#));
        assert!(!refused(github, r#"{"StringLike": {"ISSUER:sub": ["repo:a/b:*", "*"]}}"#));
        assert!(!refused(github, r#"{"StringLike": {"ISSUER:job_workflow_ref": "a/b/x@*"}}"#));
        assert!(refused(
            "token.actions.githubusercontent.com/acme",
            r#"{"StringEquals": {"token.actions.githubusercontent.com:sub": "repo:a/b:x"}}"#
        ));
    }

    #[test]
    fn private_issuers_and_deny_are_free() {
        assert!(!refused(ISSUER, "{}") && !refused("idp.example.com", "{}"));
        let deny = policy("{}").replace(ISSUER, "gitlab.com").replace(r#""Allow""#, r#""Deny""#);
        assert!(of_rule(&check(&[("p.json", &deny)]), "refused-by-iam").is_empty());
    }

    fn messages(change: impl Fn(String) -> String) -> Vec<(&'static str, String, String)> {
        let text = change(policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b", "ISSUER:aud": "sts.amazonaws.com"}}"#));
        let answer = check(&[("p.json", &text)]);
        of_rule(&answer, "refused-by-iam").into_iter().map(|d| (d.severity.name(), d.message.clone(), d.help.clone())).collect()
    }

    #[test]
    fn what_breaks_the_grammar() {
        for (from, to, words) in [
            (r#""Effect": "Allow", "#, "", "Missing required field Effect"),
            (r#""Condition""#, r#""Conditions""#, "Unknown field Conditions"),
            (r#""Effect""#, r#""Resource": "*", "Effect""#, "Has prohibited field Resource"),
            ("2012-10-17", "2024-01-01", "The policy must contain a valid version string"),
            (r#""Effect""#, r#""Sid": "a b", "Effect""#, "[0-9A-Za-z]*"),
            (r#""Allow""#, r#""allow""#, "the effect `allow` does not exist"),
            (r#""sts:AssumeRoleWithWebIdentity""#, r#"["sts:AssumeRoleWithWebIdentity", "s3:GetObject"]"#, "`s3:GetObject`"),
            ("system:serviceaccount:a:b", "system:serviceaccount:a:b✓", "U+2713"),
        ] {
            let found = messages(|text| text.replacen(from, to, 1));
            assert!(found.len() == 1 && (found[0].1.contains(words) || found[0].2.contains(words)), "{words}: {found:?}");
        }
    }

    #[test]
    fn what_stands_in_the_wrong_place() {
        let misplaced = messages(|text| text.replace(r#""Principal": {"#, r#""Principal": {"Condition": {}, "#));
        assert!(misplaced.iter().any(|(_, _, help)| help.contains("beside `Principal`")), "{misplaced:?}");
        let operator = messages(|text| text.replace(r#""Effect""#, r#""StringLike": {}, "Effect""#));
        assert!(operator[0].2.contains("into `Condition`"), "{operator:?}");
        let version = messages(|text| text.replace(r#""Effect""#, r#""Version": "2012-10-17", "Effect""#));
        assert!(version[0].2.contains("top of the policy"), "{version:?}");
    }

    #[test]
    fn principals_of_no_known_form() {
        let with = |principal: &str| messages(|text| text.replace(r#""Principal": {"#, &format!(r#""Principal": {{{principal}, "#)));
        for (bad, says) in [
            (r#""Service": "ec2""#, r#"Invalid principal in policy: "SERVICE":"ec2""#),
            (r#""AWS": "arn:aws:iam::111122223333:group/x""#, r#""AWS":"arn:aws:iam::111122223333:group/x""#),
            (r#""AWS": ["111122223333", "11112222333"]"#, r#""AWS":"11112222333""#),
            (r#""AWS": "arn:aws:iam::111122223333:role/*""#, "Invalid principal"),
        ] {
            let found = with(bad);
            assert!(found.len() == 1 && found[0].2.contains(says), "{bad}: {found:?}");
        }
        for good in [
            r#""Service": ["pods.eks.amazonaws.com", "ec2.amazonaws.com.cn"]"#,
            r#""AWS": ["111122223333", "arn:aws:iam::111122223333:root", "arn:aws-cn:iam::111122223333:role/a/b", "*"]"#,
            r#""AWS": ["AROAEXAMPLEID1234567", "arn:aws:sts::111122223333:assumed-role/r/s", "arn:aws:iam::${account}:root"]"#,
        ] {
            assert_eq!(with(good), [], "{good}");
        }
    }

    #[test]
    fn length_without_white_space() {
        let with = |count: usize, blanks: usize| {
            let names: Vec<String> = (0..count).map(|n| format!(r#""system:serviceaccount:namespace-{n:03}:account""#)).collect();
            let list = format!("[{}]", names.join(&format!(",{}", " ".repeat(blanks))));
            messages(|text| text.replace(r#""system:serviceaccount:a:b""#, &list))
        };
        assert_eq!(with(30, 200), []);
        let long = with(60, 0);
        assert!(long.len() == 1 && long[0].0 == "warning" && long[0].1.contains("2,048"), "{long:?}");
        let too_long = with(250, 0);
        assert!(too_long.len() == 1 && too_long[0].0 == "error" && too_long[0].1.contains("8,192"), "{too_long:?}");
    }

    #[test]
    fn what_iam_takes() {
        assert_eq!(messages(|text| text), []);
        assert_eq!(messages(|text| text.replace(r#""Version": "2012-10-17", "#, "").replace(r#""Effect""#, r#""Sid": "", "Effect""#)), []);
    }
}
