//! A CI job names as its role what is no ARN of a role.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::{Applicability, Fix};
use irsa_lint_core::document::model::CiJob;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::role_arn::{ONLY_A_NAME, RoleArn, read};
use crate::objects::workflows::job_name;

declare_rule! {
    /// The role that a CI job assumes is not the ARN of a role.
    ///
    /// ## Why is this bad?
    ///
    /// STS answers `Request ARN is invalid`, or finds no such role. A name alone is not enough with an OIDC token: only the ARN says which
    /// account the role is in.
    ///
    /// ## Severity
    ///
    /// Error: STS knows no such role, so every run of the job fails.
    ///
    /// ## How to fix it
    ///
    /// Write the role's ARN, as `aws iam get-role` shows it: `arn:aws:iam::` + account + `:role/` + path and name.
    ///
    /// ## References
    ///
    /// - STS API Reference, "AssumeRoleWithWebIdentity" (RoleArn)
    /// - aws-actions/configure-aws-credentials, README (role-to-assume)
    ///
    /// ```yaml fail at=/jobs/deploy/steps/0/with/role-to-assume
    /// on: {push: {branches: [main]}}
    /// permissions: {id-token: write}
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - uses: aws-actions/configure-aws-credentials@v4
    ///         with: {role-to-assume: "arn:aws:iam:::role/deploy", aws-region: eu-west-1}
    /// ```
    ///
    /// ```yaml pass
    /// on: {push: {branches: [main]}}
    /// permissions: {id-token: write}
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - uses: aws-actions/configure-aws-credentials@v4
    ///         with: {role-to-assume: "arn:aws:iam::111122223333:role/deploy", aws-region: eu-west-1}
    /// ```
    pub WorkflowRoleArn { id: "workflow-role-arn", severity: Error, family: "ci", fix: Unsafe }
}

impl Rule for WorkflowRoleArn {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn ci_job(&self, job: &CiJob, _view: &View<'_>, out: &mut Findings) {
        for step in job.roles.iter().filter(|_| job.sends_token()) {
            let Some(written) = step.role_arn.value() else { continue };
            let (why, repaired) = match read(&written.text) {
                RoleArn::Role(_) | RoleArn::Template => continue,
                RoleArn::Malformed(why, repaired) => (why, repaired),
                RoleArn::Other(what) => (format!("is the ARN of {what}"), None),
                RoleArn::Placeholder(placeholder) => (format!("still holds the placeholder `{placeholder}`"), None),
            };
            let message = format!("{} assumes `{}`, which {why}", job_name(job), written.text.trim());
            let help = match &repaired {
                Some(repaired) => format!("write `{repaired}`"),
                None if why == ONLY_A_NAME => {
                    "write the role's ARN: with an OIDC token nothing tells the account, so a name alone is not enough".to_owned()
                }
                None => "write the role's ARN: `arn:aws:iam::ACCOUNT:role/NAME`".to_owned(),
            };
            let fix = repaired.map(|arn| Fix::replace(Applicability::Unsafe, format!("write `{arn}`"), written.inner_span(), arn));
            out.report(&Self::META, step.role_place.clone(), message).help(help).fix(fix).done();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    #[test]
    fn values_that_are_filled_in_and_other_credentials_are_left_alone() {
        let found = |role: &str, more: &str| {
            let text = format!(
                "on: push\npermissions: {{id-token: write}}\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: aws-actions/configure-aws-credentials@v4\n        with: {{role-to-assume: '{role}', aws-region: eu-west-1{more}}}\n"
            );
            of_rule(&check(&[("deploy.yml", &text)]), "workflow-role-arn").len()
        };
        assert_eq!(found("arn:aws:iam::${{ secrets.ACCOUNT }}:role/deploy", ""), 0);
        assert_eq!(found("arn:aws:iam::${ACCOUNT}:role/deploy", ""), 0);
        assert_eq!(found("deploy", ", aws-access-key-id: x"), 0, "keys tell the account");
        assert_eq!(found("deploy", ", role-chaining: true"), 0);
        assert_eq!(found("deploy", ""), 1);
        assert_eq!(found("arn:aws:iam:111122223333:role/deploy", ""), 1);
        assert_eq!(found("arn:aws:iam::111122223333:policy/deploy", ""), 1);
    }

    #[test]
    fn a_name_alone_lacks_the_account() {
        let help = |role: &str| {
            let text = format!(
                "on: push\npermissions: {{id-token: write}}\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: aws-actions/configure-aws-credentials@v4\n        with: {{role-to-assume: '{role}', aws-region: eu-west-1}}\n"
            );
            of_rule(&check(&[("deploy.yml", &text)]), "workflow-role-arn")[0].help.clone()
        };
        assert!(help("deploy").contains("the account"));
        assert!(!help("arn:aws:iam::111122223333:policy/deploy").contains("the account"));
    }

    #[test]
    fn a_variable_of_gitlab_is_not_known() {
        let found = |arn: &str| {
            let text = format!(
                "deploy:\n  id_tokens:\n    TOKEN: {{aud: 'https://gitlab.com'}}\n  script:\n    - export AWS_ROLE_ARN=\"{arn}\"\n    - aws sts get-caller-identity\n"
            );
            of_rule(&check(&[("gitlab-ci.yml", &text)]), "workflow-role-arn").len()
        };
        assert_eq!(found("arn:aws:iam::${AWS_ACCOUNT_ID}:role/devops-operator"), 0);
        assert_eq!(found("arn:aws:iam::111122223333:role/devops-operator"), 0);
        assert_eq!(found("arn:aws:iam:::role/devops-operator"), 1);
    }
}
