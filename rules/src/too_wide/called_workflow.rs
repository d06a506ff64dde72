//! The role asks which reusable workflow is called and not who calls it.

use irsa_lint_core::admission::{Constraint, Grant, IssuerAdmission, key};
use irsa_lint_core::declare_rule;
use irsa_lint_core::policy::{Condition, Statement};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::syntax::Place;
use smol_str::SmolStr;

use crate::trust::statements::{StatementGrant, statement_grants};
use crate::trust::tenants::{CALLED_WORKFLOW, Reach, names_called_workflow, report_wide};
use crate::trust::wide::{asked_place, claim_conditions, subject_conditions, witness};

declare_rule! {
    /// The role checks which reusable workflow is called, but not who calls it.
    ///
    /// ## Why is this bad?
    ///
    /// A reusable workflow runs on behalf of the repository that calls it, with that repository's inputs and on its runners.
    /// `job_workflow_ref` names only the workflow: if its repository is public, every repository on GitHub can call it, and the job gets
    /// the role. IAM accepts the condition as sufficient.
    ///
    /// ## Severity
    ///
    /// Warning: whether strangers get in depends on who can read the workflow's repository, which the policy does not show.
    ///
    /// ## How to fix it
    ///
    /// Also check the callers: `repository_owner_id` under `StringEquals`, or a subject that begins with your organisation.
    ///
    /// ## References
    ///
    /// - GitHub Docs, "Using OpenID Connect with reusable workflows"
    ///
    /// ```json fail at=/Statement/0/Condition/StringEquals/token.actions.githubusercontent.com:job_workflow_ref
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
    ///         "token.actions.githubusercontent.com:job_workflow_ref": "octo-org/shared/.github/workflows/deploy.yml@refs/heads/main"
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
    ///         "token.actions.githubusercontent.com:repository_owner_id": "123456",
    ///         "token.actions.githubusercontent.com:job_workflow_ref": "octo-org/shared/.github/workflows/deploy.yml@refs/heads/main"
    ///       },
    ///       "StringLike": {"token.actions.githubusercontent.com:sub": "repo:octo-org/*"}
    ///     }
    ///   }]
    /// }
    /// ```
    pub CalledWorkflow { id: "called-workflow", severity: Warning, family: "too-wide", fix: None }
}

impl Rule for CalledWorkflow {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        let speaks_of_it = |c: &Condition| {
            c.key.text.to_ascii_lowercase().ends_with(CALLED_WORKFLOW) || c.values.iter().any(|v| v.text.contains(CALLED_WORKFLOW))
        };
        if !role.policy.statements.iter().flat_map(Statement::effective_conditions).any(speaks_of_it) {
            return;
        }
        report_wide(role, &Self::META, out, Reach::Callers, |wide, tried, place, out| {
            let place = workflow_place(wide.statement, wide.issuer).unwrap_or(place);
            out.report(&Self::META, place, message(role, &wide.issuer_name())).witness(tried).help(help(wide.issuer)).done();
        });
        if !role.admission.grants().any(|(_, grant)| listed_workflow(grant).is_some()) {
            return;
        }
        for grant in statement_grants(role) {
            listed(role, &grant, out);
        }
    }
}

/// A subject that is listed as it stands and names a workflow.
fn listed(role: &RoleView<'_>, grant: &StatementGrant<'_>, out: &mut Findings) {
    let (statement, issuer) = (grant.statement, grant.issuer);
    let Some(provider) = issuer.provider.filter(|provider| provider.shared) else { return };
    let identified = |piece: &Grant| piece.other_claims().any(|name| provider.claim(name).is_some_and(|claim| claim.identifies_tenant));
    for piece in grant.pieces.iter().filter(|piece| !identified(piece)) {
        let Some(subject) = listed_workflow(piece) else { continue };
        if !provider.subject_form(subject).is_some_and(|(form, _)| names_called_workflow(form)) {
            continue;
        }
        let place = asked_place(statement, issuer);
        let tried = witness(role, issuer, piece, subject.clone());
        if let Some(tried) = out.settle(&CalledWorkflow::META, &place, tried) {
            out.report(&CalledWorkflow::META, place, message(role, &provider.name)).witness(&tried).help(help(issuer)).done();
            return;
        }
    }
}

fn listed_workflow(grant: &Grant) -> Option<&SmolStr> {
    let subjects = match grant.region.constraint(key::SUB)? {
        Constraint::Single { present, .. } => present.as_literals()?,
        Constraint::Multi { .. } => return None,
    };
    subjects.iter().find(|subject| subject.strip_prefix(CALLED_WORKFLOW).is_some_and(|rest| rest.starts_with(':')))
}

fn workflow_place(statement: &Statement, issuer: &IssuerAdmission<'_>) -> Option<Place> {
    let claim = claim_conditions(statement, issuer, CALLED_WORKFLOW).next();
    let condition = claim.or_else(|| subject_conditions(statement, issuer).next())?;
    Some(Place { span: condition.span, pointer: condition.pointer.clone() })
}

fn message(role: &RoleView<'_>, issuer: &str) -> String {
    format!(
        "{} checks which workflow of {issuer} is called, but not who calls it: if its repository is public, any repository of any owner can call it and get in",
        role.name()
    )
}

fn help(issuer: &IssuerAdmission<'_>) -> String {
    let issuer = issuer.issuer.as_deref().unwrap_or("ISSUER");
    format!(
        "also check your own organization: `\"{issuer}:repository_owner_id\": \"ID\"` under `StringEquals`, or `\"{issuer}:sub\": \"repo:ORGANIZATION/*\"` under `StringLike`"
    )
}

#[cfg(test)]
mod tests {
    use crate::testing::{bad_rules, check, of_rule};

    fn bad(condition: &str) -> Vec<&'static str> {
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/I"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {condition}}}]}}"#
        );
        let text = text.replace("/I\"", "/token.actions.githubusercontent.com\"").replace("\"I:", "\"token.actions.githubusercontent.com:");
        let answer = check(&[("a.json", &text)]);
        assert!(of_rule(&answer, "called-workflow").len() < 2);
        let mut found = bad_rules(&answer);
        found.retain(|rule| *rule != "refused-by-iam");
        found
    }

    const AUD: &str = r#""I:aud": "sts.amazonaws.com""#;
    const WORKFLOW: &str = "octo-org/shared/.github/workflows/deploy.yml@refs/heads/main";

    #[test]
    fn claim_and_subject_say_the_same() {
        for condition in [
            format!(r#"{{"StringEquals": {{{AUD}, "I:job_workflow_ref": "{WORKFLOW}"}}}}"#),
            format!(r#"{{"StringEquals": {{{AUD}, "I:sub": "job_workflow_ref:{WORKFLOW}"}}}}"#),
            format!(r#"{{"StringEquals": {{{AUD}}}, "StringLike": {{"I:sub": "job_workflow_ref:octo-org/shared/*"}}}}"#),
            format!(r#"{{"StringEquals": {{{AUD}}}, "StringLike": {{"I:job_workflow_ref": "octo-org/shared/.github/workflows/*"}}}}"#),
        ] {
            assert_eq!(bad(&condition), ["called-workflow"], "{condition}");
        }
    }

    #[test]
    fn a_workflow_that_anybody_may_have_written_names_nobody() {
        for value in ["*/.github/workflows/deploy.yml@refs/heads/main", "octo-org*", "*"] {
            let condition = format!(r#"{{"StringEquals": {{{AUD}}}, "StringLike": {{"I:job_workflow_ref": "{value}"}}}}"#);
            assert!(bad(&condition).contains(&"shared-issuer-strangers"), "{value}");
        }
    }

    #[test]
    fn callers_that_are_named_are_left_alone() {
        let with = |more: &str| format!(r#"{{"StringEquals": {{{AUD}, "I:job_workflow_ref": "{WORKFLOW}"}}, "StringLike": {{{more}}}}}"#);
        for more in [r#""I:sub": "repo:octo-org/*""#, r#""I:sub": "repo:octo-org/octo-repo:*""#, r#""I:repository_owner_id": "1""#] {
            assert!(!bad(&with(more)).contains(&"called-workflow") && !bad(&with(more)).contains(&"whole-tenant"), "{more}");
        }
    }
}
