//! A CI job names a role that does not exist.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::{Applicability, Fix, Severity};
use irsa_lint_core::document::model::{CiJob, Listed, RoleStep, Stated};
use irsa_lint_core::estate::{Difference, Link, RoleId};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::pairing::role_view;
use crate::objects::role_arn::{RoleArn, read};
use crate::objects::workflows::{Verdict, job_name, verdict};

declare_rule! {
    /// A CI job assumes a role that does not exist.
    ///
    /// ## Why is this bad?
    ///
    /// STS does not say that a role is missing. The job fails with `Not authorized to perform sts:AssumeRoleWithWebIdentity`, which sends
    /// people looking for a mistake in the trust policy.
    ///
    /// This is reported if the files list all roles of the account, or, as a warning, if they contain a role with nearly this name that
    /// admits the job and that nobody else uses.
    ///
    /// ## Severity
    ///
    /// Error if the files list all roles of the account. Warning if a role with nearly the same name suggests a typo.
    ///
    /// ## How to fix it
    ///
    /// Write the ARN of the right role, or create the role.
    ///
    /// ## References
    ///
    /// - STS API Reference, "AssumeRoleWithWebIdentity"
    ///
    /// ```yaml fail
    /// # file: deploy.yml
    /// on: {push: {branches: [main]}}
    /// permissions: {id-token: write}
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - uses: aws-actions/configure-aws-credentials@v4
    ///         with: {role-to-assume: "arn:aws:iam::111122223333:role/Deploy", aws-region: eu-west-1}
    /// # file: role.json
    /// {"Role": {"RoleName": "deploy", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/deploy", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
    ///   "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
    ///     "token.actions.githubusercontent.com:sub": "repo:acme-example/site:ref:refs/heads/main"}}}]}}}
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
    pub WorkflowRoleAbsent { id: "workflow-role-absent", severity: Error, family: "ci", fix: Unsafe }
}

impl Rule for WorkflowRoleAbsent {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn ci_job(&self, job: &CiJob, view: &View<'_>, out: &mut Findings) {
        for step in job.roles.iter().filter(|_| job.sends_token()) {
            let Some(written) = step.role_arn.value() else { continue };
            let RoleArn::Role(arn) = read(&written.text) else { continue };
            if !matches!(view.estate.role_by_arn(&written.text), Link::Missing { .. }) {
                continue;
            }
            let absent = view.estate.lists(Listed::Roles, Some(arn.account));
            let meant = meant(job, step, view);
            let names = format!("{} names `{}`", job_name(job), written.text);
            let (message, help, fix) = match meant {
                Some(meant) => {
                    let what = if absent { "which does not exist" } else { "which is not among these files" };
                    let fix = Fix::replace(Applicability::Unsafe, format!("write `{meant}`"), written.inner_span(), meant.clone());
                    (format!("{names}, {what}, but role `{meant}` admits it"), format!("write `{meant}`"), Some(fix))
                }
                None if absent => (
                    format!("{names}, but account {} has no such role", arn.account),
                    "create the role, or write the ARN of the right one".to_owned(),
                    None,
                ),
                None => continue,
            };
            let severity = if absent { Severity::Error } else { Severity::Warning };
            out.report(&Self::META, step.role_place.clone(), message).severity(severity).help(help).fix(fix).done();
        }
    }
}

/// The role of the account that was meant: of nearly that name, it admits the job, and nobody else names it. One of another account is
/// most often another stage's.
fn meant(job: &CiJob, step: &RoleStep, view: &View<'_>) -> Option<String> {
    let written = step.role_arn.value()?;
    let steps = || view.estate.documents().ci_jobs.iter().flat_map(|job| &job.roles).filter_map(|step| step.role_arn.value());
    let fits = |role: RoleId| {
        let admitted = role_view(view, role).is_some_and(|role| matches!(verdict(&role, job), Ok(Verdict::Admitted(_))));
        let named = steps().any(|arn| view.estate.role_by_arn(&arn.text).to() == Some(role));
        admitted && !named && view.estate.accounts_of(role).is_empty()
    };
    let same_account = |differs: &Difference| !matches!(differs, Difference::Account | Difference::Partition);
    let near = view.estate.near_roles(&written.text);
    let role = near.into_iter().filter(|miss| same_account(&miss.differs)).find(|miss| fits(miss.role))?.role;
    match view.estate.role_arn(role) {
        Stated::Is(arn) if same_home(&arn, &written.text) => Some(arn.to_string()),
        _ => None,
    }
}

fn same_home(a: &str, b: &str) -> bool {
    let home = |text: &str| text.split(':').nth(4).map(str::to_owned);
    home(a) == home(b)
}

#[cfg(test)]
mod tests {
    use irsa_lint_core::diagnostic::Severity;

    use crate::testing::{check, of_rule};

    fn found(named: &str, document: &str, subject: &str) -> Vec<Severity> {
        let workflow = |arn: &str| {
            format!(
                "on: {{push: {{branches: [main]}}}}\npermissions: {{id-token: write}}\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: aws-actions/configure-aws-credentials@v4\n        with: {{role-to-assume: '{arn}', aws-region: eu-west-1}}\n"
            )
        };
        let issuer = "token.actions.githubusercontent.com";
        let role = format!(
            r#"{{"RoleName": "deploy", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/deploy", "AssumeRolePolicyDocument": {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{issuer}"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{"StringEquals": {{"{issuer}:aud": "sts.amazonaws.com", "{issuer}:sub": "{subject}"}}}}}}]}}}}"#
        );
        let answer = check(&[("deploy.yml", &workflow(named)), ("roles.json", &document.replace("ROLE", &role))]);
        of_rule(&answer, "workflow-role-absent").iter().map(|d| d.severity).collect()
    }

    #[test]
    fn a_near_miss_counts_where_it_admits_the_job_and_lives_in_the_account() {
        let (one, main) = (r#"{"Role": ROLE}"#, "repo:acme-example/web:ref:refs/heads/main");
        assert_eq!(found("arn:aws:iam::111122223333:role/deploy", one, main), []);
        assert_eq!(found("arn:aws:iam::111122223333:role/deplyo", one, main), [Severity::Warning]);
        assert_eq!(found("arn:aws:iam::111122223333:role/ci/deploy", one, main), [Severity::Warning]);
        assert_eq!(found("arn:aws:iam::111122223333:role/deplyo", one, "repo:acme-example/web:environment:x"), []);
        assert_eq!(found("arn:aws:iam::444455556666:role/deploy", one, main), [], "another stage's");
        assert_eq!(found("arn:aws:iam::111122223333:role/else", one, main), []);
    }

    #[test]
    fn a_full_list_shows_what_is_absent() {
        let (list, main) = (r#"{"Roles": [ROLE]}"#, "repo:acme-example/web:ref:refs/heads/main");
        assert_eq!(found("arn:aws:iam::111122223333:role/else", list, main), [Severity::Error]);
        assert_eq!(found("arn:aws:iam::444455556666:role/else", list, main), []);
    }
}
