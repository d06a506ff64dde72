//! Any pull request of the repository can assume the role.

use irsa_lint_core::admission::{Grant, key, words};
use irsa_lint_core::declare_rule;
use irsa_lint_core::policy::Condition;
use irsa_lint_core::provider::{Kind, Provider};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::syntax::Place;
use smol_str::SmolStr;

use crate::trust::statements::{StatementGrant, statement_grants};
use crate::trust::wide::{subject_conditions, witness};

/// How the subject of a run for a pull request ends. Source: GitHub Docs, "OpenID Connect reference".
const PULL_REQUEST: &str = ":pull_request";

declare_rule! {
    /// Any pull request of the repository can assume the role.
    ///
    /// ## Why is this bad?
    ///
    /// The subject of a pull request run names no branch. Whoever can push a branch to the repository can open a pull request with a
    /// changed workflow file, and the run gets the role before anybody has reviewed it. Branch protection does not prevent this. Pull
    /// requests from forks get no such token, unless the repository is private and sends write tokens to forks.
    ///
    /// ## Severity
    ///
    /// Info: a role that only reads, for a plan or a test, is often intended for pull requests.
    ///
    /// ## How to fix it
    ///
    /// Limit the role to read permissions, or require an environment with protection rules: `repo:octo-org/octo-repo:environment:review`.
    ///
    /// ## References
    ///
    /// - GitHub Docs, "OpenID Connect reference"
    ///
    /// ```json fail at=/Statement/0/Condition/StringEquals/token.actions.githubusercontent.com:sub
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
    ///         "token.actions.githubusercontent.com:sub": ["repo:octo-org/octo-repo:ref:refs/heads/main", "repo:octo-org/octo-repo:pull_request"]
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
    ///         "token.actions.githubusercontent.com:sub": "repo:octo-org/octo-repo:environment:review"
    ///       }
    ///     }
    ///   }]
    /// }
    /// ```
    pub PullRequestSubject { id: "pull-request-subject", severity: Info, family: "too-wide", fix: None }
}

impl Rule for PullRequestSubject {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        let ends_so = |condition: &Condition| condition.values.iter().any(|value| is_pull_request(&value.text));
        if !role.policy.statements.iter().any(|statement| statement.effective_conditions().any(ends_so)) {
            return;
        }
        for grant in statement_grants(role) {
            if let Some(provider) = grant.issuer.provider.filter(|provider| provider.kind == Kind::Ci) {
                report(role, &grant, provider, out);
            }
        }
    }
}

fn is_pull_request(subject: &str) -> bool {
    subject.ends_with(PULL_REQUEST) && !subject.contains(['*', '?', '$'])
}

fn report(role: &RoleView<'_>, grant: &StatementGrant<'_>, provider: &Provider, out: &mut Findings) {
    for condition in subject_conditions(grant.statement, grant.issuer) {
        let named: Vec<&SmolStr> = condition.values.iter().map(|value| &value.text).filter(|text| is_pull_request(text)).collect();
        let gets_in = |piece: &Grant| named.iter().any(|subject| asks_for_it_alone(piece, subject, provider));
        let Some(piece) = grant.pieces.iter().find(|piece| gets_in(piece)) else { continue };
        let admitted: Vec<&SmolStr> = named.iter().copied().filter(|subject| asks_for_it_alone(piece, subject, provider)).collect();
        let Some(first) = admitted.first() else { continue };
        let place = Place { span: condition.span, pointer: condition.pointer.clone() };
        let tried = witness(role, grant.issuer, piece, (*first).clone());
        let Some(tried) = out.settle(&PullRequestSubject::META, &place, tried) else { continue };
        let repositories = admitted.iter().filter_map(|subject| Some(subject.strip_suffix(PULL_REQUEST)?.split_once(':')?.1));
        let repositories: Vec<&str> = repositories.collect();
        let named = if repositories.is_empty() { "its repository".to_owned() } else { words::listed(repositories, 3) };
        let message = format!("any pull request from a branch of {named} can assume {}, even before a review", role.name());
        let help = "limit the role to read permissions, or require an environment with protection rules instead of `pull_request`";
        out.report(&PullRequestSubject::META, place, message).witness(&tried).help(help).done();
        return;
    }
}

/// Whether the subject gets in, by being named: where every branch does, that is the finding. A claim that says what is run makes it harmless.
fn asks_for_it_alone(piece: &Grant, subject: &str, provider: &Provider) -> bool {
    let subjects = piece.subjects();
    let any_branch = || format!("{}:ref:refs/heads/zz-irsa-lint-7", subject.strip_suffix(PULL_REQUEST).unwrap_or(subject));
    let narrowed = || {
        let mut others = piece.other_claims().filter(|name| *name != key::OAUD);
        others.any(|name| provider.claim(name).is_some_and(|claim| !claim.identifies_tenant))
    };
    subjects.contains(subject) && !subjects.contains(&any_branch()) && !narrowed()
}

#[cfg(test)]
mod tests {
    use irsa_lint_core::diagnostic::Proof;

    use crate::testing::{check, of_rule};

    fn found(issuer: &str, condition: &str) -> Vec<String> {
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{issuer}"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {}}}]}}"#,
            condition.replace("ISSUER", issuer)
        );
        let answer = check(&[("a.json", &text)]);
        let subject = |proof: &Proof| match proof {
            Proof::Admits(shown) => shown.subject.to_string(),
            _ => String::new(),
        };
        of_rule(&answer, "pull-request-subject").into_iter().map(|d| subject(&d.proof)).collect()
    }

    #[test]
    fn every_github_has_pull_requests() {
        for issuer in ["token.actions.githubusercontent.com", "token.actions.octocorp.ghe.com", "github.example.com/_services/token"] {
            let condition = r#"{"StringLike": {"ISSUER:sub": ["repo:octo-org/octo-repo:pull_request", "repo:octo-org/octo-repo:ref:refs/heads/release/*"]}}"#;
            assert_eq!(found(issuer, condition), ["repo:octo-org/octo-repo:pull_request"], "{issuer}");
        }
    }

    #[test]
    fn what_says_more_or_less_is_left_alone() {
        let github = "token.actions.githubusercontent.com";
        for condition in [
            r#"{"StringLike": {"ISSUER:sub": ["repo:octo-org/octo-repo:*", "repo:octo-org/octo-repo:pull_request"]}}"#,
            r#"{"StringEquals": {"ISSUER:sub": "repo:octo-org/octo-repo:pull_request", "ISSUER:job_workflow_ref": "octo-org/w/.github/workflows/plan.yml@main"}}"#,
            r#"{"StringNotEquals": {"ISSUER:sub": "repo:octo-org/octo-repo:pull_request"}}"#,
            r#"{"StringEquals": {"ISSUER:sub": "repo:octo-org/octo-repo:environment:pull_request-checks"}}"#,
        ] {
            assert_eq!(found(github, condition), [""; 0], "{condition}");
        }
    }

    #[test]
    fn a_deny_takes_it_back() {
        let principal =
            r#""Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/I"}, "Action": "sts:AssumeRoleWithWebIdentity""#;
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", {principal}, "Condition": {{"StringEquals": {{"I:sub": ["repo:o/r:ref:refs/heads/main", "repo:o/r:pull_request"]}}}}}}, {{"Effect": "Deny", {principal}, "Condition": {{"StringLike": {{"I:sub": "*:pull_request"}}}}}}]}}"#
        )
        .replace("/I\"", "/token.actions.githubusercontent.com\"")
        .replace("\"I:", "\"token.actions.githubusercontent.com:");
        assert!(of_rule(&check(&[("a.json", &text)]), "pull-request-subject").is_empty());
    }
}
