//! A CI job names a role that does not admit its tokens.

use irsa_lint_core::admission::words::listed;
use irsa_lint_core::admission::{Answer, Grant, IssuerAdmission};
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::document::model::{CiJob, CiSystem, RoleStep, Trigger};
use irsa_lint_core::policy::Effect;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Place;
use smol_str::SmolStr;

use crate::objects::pairing::{principal_place, role_view};
use crate::objects::workflows::{
    ENVIRONMENT, Verdict, admits, contexts, ends, job_name, repository, role_of, verdict, without_environment,
};
use crate::trust::wide::{claim_conditions, subject_place};

declare_rule! {
    /// A CI job assumes a role whose trust policy does not admit the subjects that the job sends.
    ///
    /// ## Why is this bad?
    ///
    /// The subject of a GitHub Actions token ends with what the job runs for: its branch, its tag or `pull_request`. If the job has an
    /// `environment`, the subject ends with the environment instead. The role requires something else, so the job fails with `Not
    /// authorized to perform sts:AssumeRoleWithWebIdentity`.
    ///
    /// ## Severity
    ///
    /// Error if no run of the job gets in. Warning if the letter case of an environment differs, or a push is refused. Info if runs for
    /// other events are refused.
    ///
    /// ## How to fix it
    ///
    /// Add the subject that the job sends to the condition on `:sub`, or change the job: remove its `environment`, or run it on the branch
    /// that the role names.
    ///
    /// ## References
    ///
    /// - GitHub Docs, "OpenID Connect reference" (example subject claims)
    /// - GitHub Docs, "Configuring OpenID Connect in Amazon Web Services"
    ///
    /// ```yaml fail
    /// # file: deploy.yml
    /// on: {push: {branches: [main]}}
    /// permissions: {id-token: write, contents: read}
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     environment: live
    ///     steps:
    ///       - uses: aws-actions/configure-aws-credentials@v4
    ///         with: {role-to-assume: "arn:aws:iam::111122223333:role/deploy", aws-region: eu-west-1}
    /// # file: role.json
    /// {"Role": {"RoleName": "deploy", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/deploy", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
    ///   "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
    ///     "token.actions.githubusercontent.com:sub": "repo:acme-example/site:ref:refs/heads/main"}}}]}}}
    /// ```
    ///
    /// ```yaml pass
    /// # file: deploy.yml
    /// on: {push: {branches: [main]}}
    /// permissions: {id-token: write, contents: read}
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - uses: aws-actions/configure-aws-credentials@v4
    ///         with: {role-to-assume: "arn:aws:iam::111122223333:role/deploy", aws-region: eu-west-1}
    /// # file: role.json
    /// {"Role": {"RoleName": "deploy", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/deploy", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
    ///   "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
    ///     "token.actions.githubusercontent.com:sub": "repo:acme-example/site:ref:refs/heads/main"}}}]}}}
    /// ```
    pub WorkflowNotAdmitted { id: "workflow-not-admitted", severity: Error, family: "ci", fix: None }
}

impl Rule for WorkflowNotAdmitted {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn ci_job(&self, job: &CiJob, view: &View<'_>, out: &mut Findings) {
        for step in &job.roles {
            let Some(role) = role_of(job, step, view).and_then(|id| role_view(view, id)) else { continue };
            let answer = verdict(&role, job).map_or_else(Answer::Unknown, Answer::Yes);
            let Some(verdict) = out.settle(&Self::META, &step.role_place, answer) else { continue };
            let case = Case { role, job, step };
            match verdict {
                Verdict::Silent => {}
                Verdict::NotTrusted => case.not_trusted(out),
                Verdict::OtherEnvironment(issuer, grant) => case.other_environment(issuer, grant, out),
                Verdict::LetterCase(issuer, grant, patterns) => case.letter_case(issuer, grant, &patterns, out),
                Verdict::Refused(issuer, grant, patterns) => case.refused(issuer, grant, &patterns, out),
                Verdict::Admitted(shut_out) if !job.conditional && !step.conditional => {
                    shut_out.into_iter().for_each(|trigger| case.shut_out(trigger, out));
                }
                Verdict::Admitted(_) => {}
            }
        }
    }
}

struct Case<'a> {
    role: RoleView<'a>,
    job: &'a CiJob,
    step: &'a RoleStep,
}

const META: &RuleMeta = &WorkflowNotAdmitted::META;
const NAMES_IT: &str = "the job names the role here";

impl Case<'_> {
    fn not_trusted(&self, out: &mut Findings) {
        let allows = self.role.policy.statements.iter().filter(|statement| statement.effect == Effect::Allow);
        let trusted = listed(allows.flat_map(|statement| &statement.principals.list).map(|principal| principal.value.as_str()), 2);
        let system = self.job.system.name();
        let message =
            format!("{} trusts {trusted} and no tokens of {system}, so {} cannot assume it", self.role.name(), job_name(self.job));
        let help = match self.job.system {
            CiSystem::GitHub => {
                "add a statement for GitHub's OIDC provider; or set `role-chaining: true`, if an earlier step assumes the role that this one trusts"
            }
            CiSystem::GitLab => "add a statement that allows `sts:AssumeRoleWithWebIdentity` for GitLab's OIDC provider",
        };
        out.report(META, principal_place(self.role.policy), message).help(help).related(self.step.role_place.clone(), NAMES_IT).done();
    }

    /// The subjects that the job sends, with the repository of the policy.
    fn sent(&self, pattern: &str, ends: &[SmolStr]) -> String {
        let repository = repository(pattern);
        let subjects: Vec<String> = ends.iter().map(|end| format!("{repository}:{end}")).collect();
        listed(subjects.iter().map(String::as_str), 3)
    }

    fn refused(&self, issuer: &IssuerAdmission<'_>, grant: &Grant, patterns: &[SmolStr], out: &mut Findings) {
        let pattern = patterns.first().map(SmolStr::as_str).unwrap_or_default();
        let ends: Vec<SmolStr> = contexts(self.job).into_iter().flatten().flat_map(|context| context.ends).collect();
        let sent = self.sent(pattern, &ends);
        let asked = listed(patterns.iter().map(SmolStr::as_str), 3);
        let (role, job) = (self.role.name(), job_name(self.job));
        let place = subject_place(&self.role, issuer, grant, pattern);
        let (message, help) = match self.job.environment.value() {
            Some(name) => {
                let name = &name.text;
                let why = if self.would_do_without_environment() {
                    format!("because of `environment: {name}` the subject of its tokens has no branch and is")
                } else {
                    format!("with `environment: {name}` the subject of its tokens is")
                };
                (
                    format!("{role} does not admit {job}: {why} {sent}, but the role requires {asked}"),
                    format!("add {sent} to the condition on `:sub`, or remove `environment: {name}` from the job"),
                )
            }
            None if !self.job.environments.is_empty() => (
                format!(
                    "{role} does not admit {job}: with its `environment` the subject of its tokens is {sent}, but the role requires {asked}"
                ),
                format!("add {sent} to the condition on `:sub`, or remove `environment` from the job"),
            ),
            None => {
                let mut events: Vec<&str> = self.job.triggers.iter().map(|trigger| trigger.event.as_str()).collect();
                events.dedup();
                let message = format!(
                    "{role} does not admit {job}: on {} the subject of its tokens is {sent}, but the role requires {asked}",
                    listed(events, 3)
                );
                (message, format!("add {sent} to the condition on `:sub`, or run the job only for what the role admits"))
            }
        };
        let mut report = out.report(META, place, message).help(help);
        if let Some(place) = self.job.environment_place.clone() {
            report = report.related(place, "with an environment, the subject names neither branch, tag nor event");
        }
        report.related(self.step.role_place.clone(), NAMES_IT).done();
    }

    /// GitHub takes both spellings for one environment, and STS does not.
    fn letter_case(&self, issuer: &IssuerAdmission<'_>, grant: &Grant, patterns: &[SmolStr], out: &mut Findings) {
        let Some(name) = self.job.environment.value().map(|name| &name.text) else { return };
        let wanted = format!(":environment:{name}").to_ascii_lowercase();
        let nearest = patterns.iter().find(|pattern| pattern.to_ascii_lowercase().ends_with(&wanted)).or(patterns.first());
        let pattern = nearest.map(SmolStr::as_str).unwrap_or_default();
        let (role, job) = (self.role.name(), job_name(self.job));
        let message =
            format!("{role} requires `{pattern}`, but {job} has `environment: {name}`: GitHub ignores the letter case, STS does not");
        let mut report = out.report(META, subject_place(&self.role, issuer, grant, pattern), message).severity(Severity::Warning);
        if let Some(place) = self.job.environment_place.clone() {
            report = report.related(place, "the job names the environment here");
        }
        report.help("spell the environment in the same letter case in GitHub, in the job and in the role").done();
    }

    /// The subject gets in, but another condition asks for the environment.
    fn other_environment(&self, issuer: &IssuerAdmission<'_>, grant: &Grant, out: &mut Findings) {
        let asked = grant.region.values(ENVIRONMENT).patterns().like;
        let asked = listed(asked.iter().map(SmolStr::as_str), 3);
        let own = match self.job.environment.value() {
            Some(name) => format!("has the environment `{}`", name.text),
            None => "has none".to_owned(),
        };
        let (role, job) = (self.role.name(), job_name(self.job));
        let statement = self.role.policy.statements.iter().find(|statement| grant.statements.contains(&statement.index));
        let condition = statement.and_then(|statement| claim_conditions(statement, issuer, ENVIRONMENT).next());
        let place = condition.map(|c| Place { span: c.span, pointer: c.pointer.clone() });
        let message = format!("{role} does not admit {job}: the role requires the environment {asked}, but the job {own}");
        out.report(META, place.unwrap_or_else(|| principal_place(self.role.policy)), message)
            .help(format!("set `environment` of the job to {asked}, or admit other environments"))
            .related(self.step.role_place.clone(), NAMES_IT)
            .done();
    }

    fn would_do_without_environment(&self) -> bool {
        let bare = without_environment(self.job).into_iter().flatten();
        bare.into_iter().any(|context| admits(&self.role, self.job.system, &context.ends, |_| true).is_yes())
    }

    fn shut_out(&self, trigger: &Trigger, out: &mut Findings) {
        let event = &trigger.event;
        let pushed = event == "push";
        let ends = ends(trigger);
        let ends = listed(ends.iter().map(SmolStr::as_str), 3);
        let message = format!(
            "{} does not admit {} when `{event}` triggers it, because the subject then ends with {ends}; other triggers get in",
            self.role.name(),
            job_name(self.job)
        );
        let help = if pushed {
            "add the branches and tags whose pushes trigger the job to the condition on `:sub`, or trigger it only by those that the role names"
        } else {
            "admit that subject as well, or skip the step for that event with `if:`"
        };
        let severity = if pushed { Severity::Warning } else { Severity::Info };
        out.report(META, trigger.place.clone(), message)
            .severity(severity)
            .help(help)
            .related(self.step.role_place.clone(), NAMES_IT)
            .done();
    }
}

#[cfg(test)]
mod tests;
