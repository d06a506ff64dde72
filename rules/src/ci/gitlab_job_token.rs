//! A GitLab job sends a token to STS that is no ID token.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::document::model::{CiJob, Place};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::workflows::job_name;

declare_rule! {
    /// A GitLab job sends `CI_JOB_TOKEN`, or the removed `CI_JOB_JWT`, to STS instead of an ID token.
    ///
    /// ## Why is this bad?
    ///
    /// `CI_JOB_TOKEN` is for GitLab's own API and has no audience: STS answers `Missing a required claim: aud`. `CI_JOB_JWT` and
    /// `CI_JOB_JWT_V2` were removed in GitLab 17.0 and are empty now, so the job sends no token at all.
    ///
    /// ## Severity
    ///
    /// Error: STS refuses the token. Warning for the variables that GitLab has removed: somebody may define one of that name.
    ///
    /// ## How to fix it
    ///
    /// Declare an ID token for the job (`id_tokens`), with the audience that the OIDC provider in IAM lists, and send that token.
    ///
    /// ## References
    ///
    /// - GitLab Docs, "Configure OpenID Connect in AWS to retrieve temporary credentials"
    /// - GitLab Docs, "OpenID Connect (OIDC) Authentication Using ID Tokens"
    ///
    /// ```yaml fail at=/deploy
    /// deploy:
    ///   script:
    ///     - echo "$CI_JOB_TOKEN" > $AWS_WEB_IDENTITY_TOKEN_FILE
    ///     - aws sts get-caller-identity
    /// ```
    ///
    /// ```yaml pass
    /// deploy:
    ///   id_tokens:
    ///     AWS_TOKEN:
    ///       aud: https://gitlab.com
    ///   script:
    ///     - echo "$AWS_TOKEN" > $AWS_WEB_IDENTITY_TOKEN_FILE
    ///     - aws sts get-caller-identity
    /// ```
    pub GitlabJobToken { id: "gitlab-job-token", severity: Error, family: "ci", fix: None }
}

impl Rule for GitlabJobToken {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn ci_job(&self, job: &CiJob, _view: &View<'_>, out: &mut Findings) {
        let Some(token) = &job.wrong_token else { return };
        let name = &token.text;
        // An older GitLab of one's own still has them.
        let (why, severity) = match name.as_str() {
            "CI_JOB_TOKEN" => ("is only for GitLab's own API: it has no `aud`, so STS refuses it", Severity::Error),
            _ => ("was removed in GitLab 17.0 and is empty now", Severity::Warning),
        };
        let place = Place { span: token.span, pointer: job.place.pointer.clone() };
        out.report(&Self::META, place, format!("{} sends `{name}` to STS as its web identity token, but `{name}` {why}", job_name(job)))
            .severity(severity)
            .help("declare an ID token under `id_tokens`, with a client id of the OIDC provider in IAM as its `aud`, and send that token")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use irsa_lint_core::diagnostic::Severity;

    use crate::testing::{check, of_rule};

    fn found(head: &str, line: &str) -> Vec<Severity> {
        let text = format!("deploy:\n{head}  script:\n    - |\n      set -eu\n      {line}\n      aws s3 ls\n");
        of_rule(&check(&[("gitlab-ci.yml", &text)]), "gitlab-job-token").iter().map(|d| d.severity).collect()
    }

    #[test]
    fn tokens_of_the_job_in_place_of_its_id_token() {
        let declared = "  id_tokens: {CI_JOB_JWT_V2: {aud: 'https://gitlab.com'}, OTHER: {aud: x}}\n";
        let assume = |token: &str| format!("aws sts assume-role-with-web-identity --role-arn $ROLE_ARN --web-identity-token {token}");
        assert_eq!(found("", &assume("$CI_JOB_TOKEN")), [Severity::Error]);
        assert_eq!(found("", &assume("\"${CI_JOB_JWT_V2}\"")), [Severity::Warning]);
        assert_eq!(found(declared, &assume("${CI_JOB_JWT_V2}")), []);
        assert_eq!(found(declared, &assume("$OTHER")), []);
        assert_eq!(found("", "echo $CI_JOB_TOKEN > $AWS_WEB_IDENTITY_TOKEN_FILE"), [Severity::Error]);
        assert_eq!(found("", "echo $CI_JOB_TOKEN | docker login -u gitlab-ci-token --password-stdin $CI_REGISTRY"), []);
        assert_eq!(found("", "curl --header \"JOB-TOKEN: $CI_JOB_TOKEN\" $URL > $AWS_WEB_IDENTITY_TOKEN_FILE"), []);
    }
}
