//! A CI job asks for a token of an audience that its role or its provider does not take.

use irsa_lint_core::admission::key;
use irsa_lint_core::admission::words::listed;
use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{CiJob, CiSystem, OidcProvider, RoleStep, Stated};
use irsa_lint_core::policy::{Arn, ProviderArn};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Place;
use smol_str::SmolStr;

use crate::objects::pairing::role_view;
use crate::objects::workflows::{audience, grants, is_of, is_sound, job_name, role_of};
use crate::trust::wide::{claim_conditions, conditions_place};

declare_rule! {
    /// A CI job requests a token with an audience that the role, or the OIDC provider in IAM, does not accept.
    ///
    /// ## Why is this bad?
    ///
    /// The job chooses the audience of its token: `audience` of the step (default `sts.amazonaws.com`), or `aud` of GitLab's ID token. STS
    /// refuses the token with `Incorrect token audience` if the provider does not list it, and with `Not authorized to perform
    /// sts:AssumeRoleWithWebIdentity` if the trust policy requires another one.
    ///
    /// ## Severity
    ///
    /// Error: STS refuses the job's token.
    ///
    /// ## How to fix it
    ///
    /// Use the same audience in all three places: the job, the client ids of the provider, and the condition on `:aud`. In the China
    /// regions many roles use `sts.amazonaws.com.cn`; the step then needs `audience: sts.amazonaws.com.cn`.
    ///
    /// ## References
    ///
    /// - GitHub Docs, "Configuring OpenID Connect in Amazon Web Services"
    /// - aws-actions/configure-aws-credentials, README (audience)
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
    ///         with: {role-to-assume: "arn:aws-cn:iam::111122223333:role/deploy", aws-region: cn-north-1}
    /// # file: role.json
    /// {"Role": {"RoleName": "deploy", "Path": "/", "Arn": "arn:aws-cn:iam::111122223333:role/deploy", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Principal": {"Federated": "arn:aws-cn:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
    ///   "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com.cn",
    ///     "token.actions.githubusercontent.com:sub": "repo:acme-example/site:ref:refs/heads/main"}}}]}}}
    /// ```
    ///
    /// ```yaml pass
    /// # file: deploy.yml
    /// on: {push: {branches: [main]}}
    /// permissions: {id-token: write}
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - uses: aws-actions/configure-aws-credentials@v4
    ///         with: {role-to-assume: "arn:aws:iam::111122223333:role/deploy", aws-region: eu-west-1}
    /// ```
    pub WorkflowAudience { id: "workflow-audience", severity: Error, family: "ci", fix: None }
}

impl Rule for WorkflowAudience {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn ci_job(&self, job: &CiJob, view: &View<'_>, out: &mut Findings) {
        for step in &job.roles {
            let Some(audience) = audience(step) else { continue };
            let asked = Asked { job, step, audience };
            match role_of(job, step, view).and_then(|id| role_view(view, id)) {
                Some(role) if is_sound(&role) => asked.of_role(&role, out),
                Some(_) => {}
                None if job.sends_token() => asked.of_account(view, out),
                None => {}
            }
        }
    }
}

struct Asked<'a> {
    job: &'a CiJob,
    step: &'a RoleStep,
    audience: &'a str,
}

impl Asked<'_> {
    /// How the job asks for the audience.
    fn who(&self) -> String {
        format!("{} requests a token with the audience `{}`", job_name(self.job), self.audience)
    }

    fn help(&self, other: &str) -> String {
        match self.job.system {
            CiSystem::GitHub if other == "sts.amazonaws.com" => "remove `audience` from the step".to_owned(),
            CiSystem::GitHub => format!("write `audience: {other}` under `with` of the step"),
            CiSystem::GitLab => format!("write `aud: {other}` under `id_tokens`"),
        }
    }

    fn place(&self) -> Place {
        match &self.step.audience {
            Stated::Is(audience) => Place { span: audience.span, pointer: self.step.place.pointer.clone() },
            _ => self.step.place.clone(),
        }
    }

    fn of_role(&self, role: &RoleView<'_>, out: &mut Findings) {
        let mut lacking = None;
        let fits = grants(role, self.job.system).filter(|(_, grant)| grant.audiences().contains(self.audience));
        for (issuer, _) in fits {
            let Some(name) = issuer.issuer.as_deref() else { return };
            match role.view.estate.client_ids(role.id, name) {
                Stated::Is(ids) if !ids.iter().any(|id| id == self.audience) => lacking = Some((name, ids)),
                _ => return,
            }
        }
        match lacking {
            Some((issuer, ids)) => {
                let provider = role.view.estate.provider_of(issuer, role.account()).to();
                if let Some(provider) = provider.and_then(|id| role.view.estate.provider(id)) {
                    self.not_registered(issuer, &ids, provider, out);
                }
            }
            None => self.not_admitted(role, out),
        }
    }

    fn not_admitted(&self, role: &RoleView<'_>, out: &mut Findings) {
        let Some((issuer, grant)) = grants(role, self.job.system).next() else { return };
        let admitted = grant.audiences().patterns().like;
        let statement = role.policy.statements.iter().find(|statement| grant.statements.contains(&statement.index));
        let place = statement.map(|statement| match claim_conditions(statement, issuer, key::AUD).next() {
            Some(condition) => Place { span: condition.span, pointer: condition.pointer.clone() },
            None => conditions_place(statement),
        });
        let shown = listed(admitted.iter().map(SmolStr::as_str), 3);
        let message = format!("{}, but {} admits only {shown}", self.who(), role.name());
        let other = admitted.first().map_or("sts.amazonaws.com", SmolStr::as_str);
        out.report(&WorkflowAudience::META, place.unwrap_or_else(|| self.place()), message)
            .help(format!("{}, or admit `{}` in the condition on `:aud`", self.help(other), self.audience))
            .related(self.place(), "the job requests its token here")
            .done();
    }

    /// The role is not in the run: the provider of its account may be.
    fn of_account(&self, view: &View<'_>, out: &mut Findings) {
        let Some(account) = self.step.role_arn.value().and_then(|arn| Arn::parse(&arn.text)).map(|arn| arn.account) else { return };
        let of_account = |provider: &OidcProvider| {
            provider.arn.value().and_then(|arn| ProviderArn::parse(arn)).is_some_and(|arn| arn.account == account)
        };
        let mut found = view.estate.providers().map(|(_, provider)| provider).filter(|provider| {
            let issuer = provider.issuer.value();
            of_account(provider) && issuer.is_some_and(|issuer| is_of(self.job.system, view.issuers.provider_of(issuer)))
        });
        let (Some(provider), None) = (found.next(), found.next()) else { return };
        let (Some(issuer), Some(ids)) = (provider.issuer.value(), provider.client_ids.value()) else { return };
        let ids: Vec<SmolStr> = ids.iter().map(|id| id.text.clone()).collect();
        if !ids.iter().any(|id| id == self.audience) {
            self.not_registered(issuer, &ids, provider, out);
        }
    }

    fn not_registered(&self, issuer: &str, ids: &[SmolStr], provider: &OidcProvider, out: &mut Findings) {
        let registered = listed(ids.iter().map(SmolStr::as_str), 3);
        let message = format!("{}, but the OIDC provider `{issuer}` only lists {registered}, so STS refuses it", self.who());
        let help = match ids.first() {
            Some(first) => format!("{}, or add `{}` to the provider's client ids", self.help(first), self.audience),
            None => format!("add `{}` to the provider's client ids", self.audience),
        };
        out.report(&WorkflowAudience::META, self.place(), message)
            .help(help)
            .related(provider.place.clone(), "the provider's client ids")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    const GITHUB: &str = "token.actions.githubusercontent.com";

    fn found(audience: &str, condition: &str, provider: &str) -> Vec<String> {
        let workflow = format!(
            "on: push\npermissions: {{id-token: write}}\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: aws-actions/configure-aws-credentials@v4\n        with: {{role-to-assume: 'arn:aws:iam::111122223333:role/deploy', aws-region: cn-north-1{audience}}}\n"
        );
        let policy = format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{GITHUB}"}}, "Condition": {{"StringEquals": {{{condition}"{GITHUB}:sub": "repo:acme-example/web:ref:refs/heads/main"}}}}}}]}}"#
        );
        let provider = format!(r#"{{"Url": "{GITHUB}", "ClientIDList": {provider}}}"#);
        let answer = check(&[("deploy.yml", &workflow), ("trust.json", &policy), ("provider.json", &provider)]);
        of_rule(&answer, "workflow-audience").iter().map(|d| d.message.clone()).collect()
    }

    #[test]
    fn policy_and_provider_must_take_the_audience() {
        let aud = |audience: &str| format!(r#""{GITHUB}:aud": "{audience}", "#);
        let (plain, china) = (r#"["sts.amazonaws.com"]"#, r#"["sts.amazonaws.com.cn"]"#);
        assert!(found("", &aud("sts.amazonaws.com"), plain).is_empty());
        assert!(found(", audience: sts.amazonaws.com.cn", &aud("sts.amazonaws.com.cn"), china).is_empty());
        assert!(found(", audience: '${{ vars.AUDIENCE }}'", &aud("sts.amazonaws.com.cn"), china).is_empty());
        let message = found("", "", china);
        assert!(message[0].contains("`sts.amazonaws.com`") && message[0].contains("`sts.amazonaws.com.cn`"), "{message:?}");
        assert_eq!(found("", &aud("sts.amazonaws.com.cn"), r#"["sts.amazonaws.com", "sts.amazonaws.com.cn"]"#).len(), 1);
        assert_eq!(found(", audience: mine", &aud("sts.amazonaws.com"), plain).len(), 1);
    }
}
