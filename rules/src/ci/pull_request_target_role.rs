//! A job that strangers' pull requests start runs their code with a role.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::document::model::{CiJob, IdToken, Stated};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::workflows::job_name;

declare_rule! {
    /// A `pull_request_target` job assumes a role and checks out the code of the pull request.
    ///
    /// ## Why is this bad?
    ///
    /// `pull_request_target` gives the job the rights of the base repository, including tokens for AWS, even for a pull request from a
    /// fork. Whoever opens one can add a script, a build file or a test to it, which then runs with the credentials of the role.
    ///
    /// ## Severity
    ///
    /// Warning: whoever opens a pull request can run code with the role. Info if a condition of the job or the rules of an environment may
    /// keep strangers out.
    ///
    /// ## How to fix it
    ///
    /// Build the pull request's code in a job triggered by `pull_request`, which gets no token for forks. Assume the role in another job
    /// that only runs code of the base repository.
    ///
    /// ## References
    ///
    /// - GitHub Docs, "Secure use reference" (mitigating the risks of untrusted code checkout)
    /// - GitHub Docs, "Events that trigger workflows" (`pull_request_target`)
    ///
    /// ```yaml fail
    /// on: pull_request_target
    /// permissions: {id-token: write, contents: read}
    /// jobs:
    ///   preview:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - uses: aws-actions/configure-aws-credentials@v4
    ///         with: {role-to-assume: "arn:aws:iam::111122223333:role/preview", aws-region: eu-west-1}
    ///       - uses: actions/checkout@v4
    ///         with: {ref: "${{ github.event.pull_request.head.sha }}"}
    ///       - run: make preview
    /// ```
    ///
    /// ```yaml pass
    /// on: pull_request_target
    /// permissions: {id-token: write, contents: read}
    /// jobs:
    ///   label:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - uses: aws-actions/configure-aws-credentials@v4
    ///         with: {role-to-assume: "arn:aws:iam::111122223333:role/preview", aws-region: eu-west-1}
    ///       - uses: actions/checkout@v4
    ///       - run: make label
    /// ```
    pub PullRequestTargetRole { id: "pull-request-target-role", severity: Warning, family: "ci", fix: None }
}

impl Rule for PullRequestTargetRole {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn ci_job(&self, job: &CiJob, _view: &View<'_>, out: &mut Findings) {
        let Some(trigger) = job.triggers.iter().find(|trigger| trigger.event == "pull_request_target") else { return };
        let (Some(checkout), Some(step), IdToken::Granted) = (&job.head_checkout, job.roles.first(), &job.id_token) else { return };
        let role = step.role_arn.value().map_or_else(|| "a role".to_owned(), |arn| format!("role `{}`", arn.text));
        let message = format!(
            "{} assumes {role} and checks out the code of the pull request: whoever opens one, even from a fork, can use the role",
            job_name(job)
        );
        // A condition or the reviewers of an environment may keep strangers out.
        let guarded = job.conditional || step.conditional || job.environment != Stated::Absent;
        let severity = if guarded { Severity::Info } else { Severity::Warning };
        out.report(&Self::META, checkout.clone(), message)
            .severity(severity)
            .help("build the pull request's code in a job triggered by `pull_request`; assume the role only in a job that runs code of the base repository")
            .related(trigger.place.clone(), "pull requests from forks start the job with the rights of the base repository")
            .related(step.role_place.clone(), "the role is named here")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use irsa_lint_core::diagnostic::Severity;

    use crate::testing::{check, of_rule};

    fn found(event: &str, job: &str, reference: &str) -> Vec<Severity> {
        let text = format!(
            "on: {event}\npermissions: {{id-token: write}}\njobs:\n  preview:\n    runs-on: ubuntu-latest\n{job}    steps:\n      - uses: actions/checkout@v4\n        with: {{ref: '{reference}'}}\n      - uses: aws-actions/configure-aws-credentials@v4\n        with: {{role-to-assume: 'arn:aws:iam::111122223333:role/preview', aws-region: eu-west-1}}\n"
        );
        of_rule(&check(&[("preview.yml", &text)]), "pull-request-target-role").iter().map(|d| d.severity).collect()
    }

    #[test]
    fn only_the_code_of_the_pull_request_on_its_target() {
        let head = "${{ github.event.pull_request.head.sha }}";
        assert_eq!(found("pull_request_target", "", head), [Severity::Warning]);
        assert_eq!(found("[push, pull_request_target]", "", "${{ github.head_ref }}"), [Severity::Warning]);
        assert_eq!(found("pull_request_target", "    environment: review\n", head), [Severity::Info]);
        assert_eq!(found("pull_request_target", "    if: github.actor == 'me'\n", head), [Severity::Info]);
        assert_eq!(found("pull_request", "", head), []);
        assert_eq!(found("pull_request_target", "", "main"), []);
        assert_eq!(found("pull_request_target", "", "${{ github.event.pull_request.base.sha }}"), []);
    }
}
