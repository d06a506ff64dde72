//! A subject that matches only where somebody has changed the form of the issuer's subjects.

use irsa_lint_core::admission::fault::FaultKind;
use irsa_lint_core::admission::{IssuerAdmission, key};
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::policy::{Condition, Statement};
use irsa_lint_core::provider::{Part, Provider, SubjectForm};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::syntax::Place;

use crate::trust::faults::{Found, faults};
use crate::trust::github::RepoSubject;
use crate::trust::misformed::nearest_form;
use crate::trust::wide::claim_conditions;

declare_rule! {
    /// A subject does not have one of the issuer's usual forms: it matches only if somebody has customised them.
    ///
    /// ## Why is this bad?
    ///
    /// GitHub and GitLab let customers choose what a subject consists of (`include_claim_keys`, `ci_id_token_sub_claim_components`). By
    /// default, GitHub's subject continues after the repository with the branch, the tag, the environment or `pull_request`, and a job
    /// with an environment has no branch in it. A value of another form then matches no job.
    ///
    /// ## Severity
    ///
    /// Warning: no token matches unless somebody customised the subjects. Info if the value looks like a customised form. Error if only the
    /// owner or only the repository has GitHub's id: GitHub sends both ids or none.
    ///
    /// ## How to fix it
    ///
    /// Write the subject exactly as it is in a token of the job. If the form was customised on purpose, nothing needs to be done.
    ///
    /// ## References
    ///
    /// - GitHub Docs, "OpenID Connect reference"
    /// - GitLab Docs, "Configure OpenID Connect in AWS to retrieve temporary credentials"
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
    ///         "token.actions.githubusercontent.com:sub": "repo:octo-org/octo-repo"
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
    ///         "token.actions.githubusercontent.com:sub": "repo:octo-org/octo-repo:ref:refs/heads/main"
    ///       }
    ///     }
    ///   }]
    /// }
    /// ```
    pub CustomSubject { id: "custom-subject", severity: Warning, family: "nobody", fix: None }
}

impl Rule for CustomSubject {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        for found in faults(role, |kind| matches!(kind, FaultKind::CustomSubject { .. })) {
            let FaultKind::CustomSubject { issuer, known } = &found.fault.kind else { continue };
            let Some(provider) = role.view.issuers.provider_of(issuer) else { continue };
            if has_only_usual_labels(found.text(), provider) {
                report(&found, provider, *known, role, out);
            }
        }
        for entry in role.admission.issuers.iter().filter(|entry| entry.provider.is_some_and(has_environments)) {
            for (index, _) in entry.statements.iter().filter(|(_, region)| region.is_some()) {
                if let Some(statement) = role.policy.statements.iter().find(|statement| statement.index == *index) {
                    environment_beside_branch(statement, entry, role, out);
                }
            }
        }
    }
}

/// Whether a job's environment stands in the subject, in place of the branch, and in a claim that STS shows.
fn has_environments(provider: &Provider) -> bool {
    provider.claim("environment").is_some() && provider.possible.iter().any(|form| form.text().ends_with(":ref:refs/{kind}/{name}"))
}

/// A statement that wants a branch in the subject and an environment in its own claim: no job has both, unless the form was changed.
fn environment_beside_branch(statement: &Statement, entry: &IssuerAdmission<'_>, role: &RoleView<'_>, out: &mut Findings) {
    let asks = |c: &&Condition| c.known().is_some_and(|o| o.base.is_string() && !o.base.is_negated() && !o.if_exists && o.set.is_none());
    let Some(environment) = claim_conditions(statement, entry, "environment").find(asks) else { return };
    let without = |value: &str| RepoSubject::parse(value).is_some_and(|s| s.rest.starts_with(":ref:refs/") || s.rest == ":pull_request");
    let mut subjects = claim_conditions(statement, entry, key::SUB).filter(asks);
    let Some(subject) = subjects.find(|c| !c.values.is_empty() && c.values.iter().all(|v| without(&v.text))) else { return };
    let value = subject.values.first().map(|value| value.as_str()).unwrap_or_default();
    let message = format!(
        "`{value}` and `{}` exclude each other, because the subject of a job with an environment has no branch: unless it was customised, \
         nobody can assume {} through {}",
        environment.key.text,
        role.name(),
        statement.name()
    );
    out.report(&CustomSubject::META, Place { span: subject.span, pointer: subject.pointer.clone() }, message)
        .help("require the subject `repo:OWNER/REPO:environment:NAME`, and check the branch with the claim `ref`")
        .related(Place { span: environment.span, pointer: environment.pointer.clone() }, "the environment")
        .done();
}

/// Whether a subject is made of the parts of the usual ones alone: then nobody shows that another form was chosen.
fn has_only_usual_labels(value: &str, provider: &Provider) -> bool {
    let usual = |label: &str| {
        provider.subjects.iter().filter(|form| !is_chosen(form)).any(|form| {
            let mut literals = form.template.parts().filter_map(|part| if let Part::Literal(text) = part { Some(text) } else { None });
            literals.any(|text| text.split(':').any(|known| known == label))
        })
    };
    let named = |part: Part<'_>| matches!(part, Part::Literal(text) if text.ends_with('_') && value.contains(text));
    if provider.possible.iter().any(|template| template.parts().any(named)) {
        return false;
    }
    let possible = provider.possible.iter().flat_map(|template| template.parts());
    let mut chosen = possible.filter_map(|part| match part {
        Part::Named(slot) => match &slot.class {
            irsa_lint_core::provider::Class::OneOf(words) => Some(words.iter()),
            _ => None,
        },
        Part::Literal(_) => None,
    });
    value.contains(':') && !chosen.any(|mut words| words.any(|word| !usual(word) && value.split(':').any(|label| label == word)))
}

/// Whether the issuer sends it only where a customer chose so.
fn is_chosen(form: &SubjectForm) -> bool {
    form.controlled_by.starts_with("custom")
}

fn begins_usually(provider: &Provider, start: &str) -> bool {
    provider.subject_form(start).is_some_and(|(form, _)| !is_chosen(form))
}

fn report(found: &Found<'_>, provider: &Provider, known: bool, role: &RoleView<'_>, out: &mut Findings) {
    let value = found.text();
    // What begins as a usual subject and goes on asks for more than it needs.
    let longer = value.match_indices(':').any(|(at, _)| value.get(..at).is_some_and(|start| begins_usually(provider, start)));
    if has_half_of_the_ids(value) {
        return report_half(found, role, out);
    }
    let (why, help) = if value.starts_with("repo:") && value.matches(':').count() == 1 {
        let why = "by default the branch, tag, environment or pull request follows the repository".to_owned();
        let one_of = format!("`{value}:ref:refs/heads/BRANCH`, `{value}:environment:NAME` or `{value}:pull_request`");
        (why, format!("write {one_of}, or `{value}:*` under `StringLike` for all of these"))
    } else if let Some((repository, _)) = value.split_once(":ref:refs/pull/") {
        let why = "by default a job of a pull request has no ref in its subject".to_owned();
        (why, format!("write `{repository}:pull_request`, which stands for every pull request of the repository"))
    } else if value.contains(":environment:") && value.contains(":ref:") {
        let why = "by default it names either an environment or a branch or tag, not both".to_owned();
        (why, "name one of the two in the subject, and check the other with its own claim, `environment` or `ref`".to_owned())
    } else {
        let form = nearest_form(value, Some(provider));
        (
            format!("the default is `{form}`"),
            format!("write a subject of the form `{form}`, unless the subjects were customised on purpose"),
        )
    };
    let message = format!(
        "{} only sends the subject `{value}` if it was customised ({why}); otherwise nobody can assume {} through it",
        provider.name,
        role.name()
    );
    let report = out.report(&CustomSubject::META, found.place(), message).help(help);
    let report = if longer || !known { report.severity(Severity::Info) } else { report };
    report.done();
}

/// Whether a subject of GitHub has the id of the owner or of the repository, and not the other. Source: GitHub Docs, "OpenID Connect
/// reference" (immutable subject claims).
fn has_half_of_the_ids(value: &str) -> bool {
    let repository = value.strip_prefix("repo:").and_then(|rest| rest.split(':').next()).and_then(|rest| rest.split_once('/'));
    repository.is_some_and(|(owner, name)| owner.contains('@') != name.contains('@') && !owner.contains('*') && !name.contains('*'))
}

fn report_half(found: &Found<'_>, role: &RoleView<'_>, out: &mut Findings) {
    let value = found.text();
    let message = format!(
        "no token of GitHub has the subject `{value}`, because either both owner and repository have an id after `@` or neither: nobody can assume {} through it",
        role.name()
    );
    let rest = value.splitn(3, ':').nth(2).map_or_else(|| ":*".to_owned(), |rest| format!(":{rest}"));
    let bare = |name: &str| name.split('@').next().unwrap_or_default().to_owned();
    let names = value.trim_start_matches("repo:").split(':').next().and_then(|repository| repository.split_once('/'));
    let (owner, name) = names.map(|(owner, name)| (bare(owner), bare(name))).unwrap_or_default();
    out.report(&CustomSubject::META, found.place(), message)
        .severity(Severity::Error)
        .help(format!("write `repo:{owner}@OWNER_ID/{name}@REPO_ID{rest}`; `gh api repos/OWNER/REPO` shows both ids"))
        .done();
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, check, of_rule, policy};

    fn found(issuer: &str, value: &str) -> Vec<&'static str> {
        let text = policy(&format!(r#"{{"StringLike": {{"ISSUER:sub": "{value}"}}}}"#)).replace(ISSUER, issuer);
        of_rule(&check(&[("p.json", &text)]), "custom-subject").iter().map(|d| d.severity.name()).collect()
    }

    #[test]
    fn what_only_a_chosen_form_matches() {
        let github = "token.actions.githubusercontent.com";
        assert_eq!(found(github, "repo:octo-org/app"), ["warning"]);
        assert_eq!(found(github, "ref:refs/heads/main"), ["warning"]);
        assert_eq!(found(github, "repo:octo-org/app:ref:refs/pull/*/merge"), ["warning"]);
        assert_eq!(found(github, "repo:octo-org/app@456:ref:refs/heads/main"), ["error"]);
        assert_eq!(found(github, "repo:octo-org@123/app:pull_request"), ["error"]);
        assert_eq!(found(github, "repo:octo-org/app:environment:prod:ref:refs/heads/main"), ["info"]);
        assert_eq!(found("gitlab.com", "project_path:a/b:ref:main"), ["warning"]);
        assert_eq!(found(github, "my:own:form"), ["info"]);
        assert_eq!(found(github, "repo:octo-org/app:moon_phase:full"), ["info"]);
    }

    #[test]
    fn an_environment_beside_a_branch() {
        let with = |subject: &str, claim: &str| {
            let text = policy(&format!(r#"{{"StringEquals": {{"ISSUER:sub": "{subject}", "ISSUER:{claim}": "x"}}}}"#));
            let answer = check(&[("p.json", &text.replace(ISSUER, "token.actions.githubusercontent.com"))]);
            of_rule(&answer, "custom-subject").len()
        };
        assert_eq!(with("repo:octo-org/app:ref:refs/heads/main", "environment"), 1);
        assert_eq!(with("repo:octo-org/app:environment:x", "environment"), 0);
        assert_eq!(with("repo:octo-org/app:ref:refs/heads/main", "ref"), 0);
        assert_eq!(with("repo:octo-org/app:environment:x", "ref"), 0);
    }

    #[test]
    fn what_shows_its_chosen_form_or_is_usual() {
        let github = "token.actions.githubusercontent.com";
        for value in [
            "repo:octo-org/app:job_workflow_ref:octo-org/x/.github/workflows/a.yml@refs/heads/main",
            "repository_owner:octo-org:repository_visibility:private",
            "job_workflow_ref:octo-org/x/.github/workflows/a.yml@refs/heads/main",
            "repo:octo-org/app:*",
            "repo:octo-org/app*",
            "repo:octo-org/app:ref:refs/tags/v*",
            "repo:octo-org@1/app@2:pull_request",
            "repo:octo-org/app:repo_property_team:payments",
        ] {
            assert!(found(github, value).is_empty(), "{value}");
        }
        assert!(found("agent.buildkite.com", "018f3b1c-0000-4000-8000-000000000000").is_empty());
        assert!(found("gitlab.com", "project_path:a/b:environment:prod").is_empty());
    }
}
