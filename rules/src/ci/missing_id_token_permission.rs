//! A job assumes a role by a token that its permissions do not let it have.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{CiJob, IdToken};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::workflows::job_name;

declare_rule! {
    /// A GitHub Actions job assumes a role, but does not have the permission `id-token: write`.
    ///
    /// ## Why is this bad?
    ///
    /// GitHub issues an OIDC token only to jobs with this permission. The default permissions never include it, and a `permissions` key
    /// sets everything that it does not list to `none`. The step fails with `Credentials could not be loaded, please check your action
    /// inputs`.
    ///
    /// ## Severity
    ///
    /// Error: the job gets no token, so it cannot assume the role.
    ///
    /// ## How to fix it
    ///
    /// Add `id-token: write` under `permissions` of the workflow or the job, and `contents: read` if the job checks out the repository.
    ///
    /// ## References
    ///
    /// - GitHub Docs, "OpenID Connect reference" (workflow permissions for the requesting the OIDC token)
    /// - GitHub Docs, "Workflow syntax for GitHub Actions" (`permissions`)
    ///
    /// ```yaml fail
    /// on: {push: {branches: [main]}}
    /// permissions:
    ///   contents: read
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - uses: aws-actions/configure-aws-credentials@v4
    ///         with: {role-to-assume: "arn:aws:iam::111122223333:role/deploy", aws-region: eu-west-1}
    /// ```
    ///
    /// ```yaml pass
    /// on: {push: {branches: [main]}}
    /// permissions:
    ///   id-token: write
    ///   contents: read
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - uses: aws-actions/configure-aws-credentials@v4
    ///         with: {role-to-assume: "arn:aws:iam::111122223333:role/deploy", aws-region: eu-west-1}
    /// ```
    pub MissingIdTokenPermission { id: "missing-id-token-permission", severity: Error, family: "ci", fix: None }
}

impl Rule for MissingIdTokenPermission {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn ci_job(&self, job: &CiJob, _view: &View<'_>, out: &mut Findings) {
        let Some(step) = job.roles.iter().find(|step| step.official).filter(|_| !job.other_credentials) else { return };
        let who = job_name(job);
        let (place, why) = match &job.id_token {
            IdToken::Denied(permissions) => (permissions.clone(), "its `permissions` lack `id-token: write`"),
            IdToken::NotAsked => (step.place.clone(), "it lacks the permission `id-token: write`, which is never given by default"),
            IdToken::Granted | IdToken::Unknown => return,
        };
        // One `permissions` for all jobs is one mistake.
        if out.diagnostics.iter().any(|told| told.rule == Self::META.id && told.place == place) {
            return;
        }
        let role = step.role_arn.value().map_or_else(|| "a role".to_owned(), |arn| format!("role `{}`", arn.text));
        let message = format!("{who} assumes {role} with an OIDC token, but {why}, so it gets no token");
        let mut report = out
            .report(&Self::META, place, message)
            .help("add `id-token: write` under `permissions`, and `contents: read` if the job checks out the repository");
        if matches!(job.id_token, IdToken::Denied(_)) {
            report = report.related(step.place.clone(), "this step needs the token");
        }
        report.done();
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    fn found(head: &str, job: &str, step: &str) -> usize {
        let text = format!(
            "{head}\njobs:\n  deploy:\n    {job}\n    steps:\n{step}      - uses: aws-actions/configure-aws-credentials@v4\n        with: {{role-to-assume: 'arn:aws:iam::111122223333:role/deploy', aws-region: eu-west-1}}\n      - uses: aws-actions/amazon-ecr-login@v2\n"
        );
        of_rule(&check(&[("deploy.yml", &text)]), "missing-id-token-permission").len()
    }

    #[test]
    fn the_permissions_of_the_job_replace_those_of_the_workflow() {
        let hosted = "runs-on: ubuntu-latest";
        for (head, job, expected) in [
            ("on: push", "", 1),
            ("on: push\nenv: {AWS_REGION: eu-west-1}", "", 1),
            ("on: push\npermissions: {}", "", 1),
            ("on: push\npermissions: read-all", "", 1),
            ("on: push\npermissions: write-all", "", 0),
            ("on: push\npermissions: {id-token: write}", "", 0),
            ("on: push\npermissions: {id-token: write}", "permissions: {contents: read}", 1),
            ("on: push\npermissions: {id-token: read}", "permissions: {id-token: write}", 0),
            ("on: workflow_call", "", 0),
            ("on: workflow_call", "permissions: {contents: read}", 1),
            ("on: {workflow_call: {}, push: {}}", "", 1),
            ("on: push", "env: {AWS_ACCESS_KEY_ID: x}", 0),
        ] {
            let job = format!("{hosted}{}{job}", if job.is_empty() { "" } else { "\n    " });
            assert_eq!(found(head, &job, ""), expected, "{head} {job}");
        }
    }

    #[test]
    fn permissions_of_the_workflow_are_told_once_for_all_jobs() {
        let job = |name: &str| {
            format!(
                "  {name}:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: aws-actions/configure-aws-credentials@v4\n        with: {{role-to-assume: 'arn:aws:iam::111122223333:role/{name}'}}\n"
            )
        };
        let text = format!("on: push\npermissions: {{contents: read}}\njobs:\n{}{}", job("one"), job("two"));
        assert_eq!(of_rule(&check(&[("deploy.yml", &text)]), "missing-id-token-permission").len(), 1);
    }

    #[test]
    fn credentials_from_elsewhere_need_no_token() {
        let hosted = "runs-on: ubuntu-latest";
        for runner in ["runs-on: self-hosted", "runs-on: [self-hosted, linux]", "runs-on: '${{ matrix.os }}'", "runs-on: my-runners"] {
            assert_eq!(found("on: push", runner, ""), 0, "{runner}");
        }
        for step in [
            "      - uses: aws-actions/configure-aws-credentials@v4\n        with: {aws-access-key-id: x, aws-secret-access-key: y, aws-region: z}\n",
            "      - uses: ./.github/actions/login\n",
            "      - run: echo AWS_ACCESS_KEY_ID=$KEY >> $GITHUB_ENV\n",
        ] {
            assert_eq!(found("on: push", hosted, step), 0, "{step}");
        }
        assert_eq!(found("on: push", hosted, "      - uses: actions/checkout@v4\n"), 1);
    }
}
