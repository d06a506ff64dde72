//! A CI job and the role that it names: which subjects its tokens can have, and whether the role admits one. Owner and repository are not in
//! the file, so they stay open: only what stands behind them is compared. Source: GitHub Docs, "OpenID Connect reference" (example subject
//! claims) and "Events that trigger workflows".

use irsa_lint_core::admission::language::{Glob, Language};
use irsa_lint_core::admission::{Answer, Budget, Constraint, Grant, IssuerAdmission, Reason};
use irsa_lint_core::document::model::{CiJob, CiSystem, DEFAULT_AUDIENCE, RefFilter, RoleStep, Stated, Trigger};
use irsa_lint_core::estate::{Link, RoleId};
use irsa_lint_core::policy::Effect;
use irsa_lint_core::provider::{Kind, Provider};
use irsa_lint_core::rule::{RoleView, View};
use smol_str::{SmolStr, format_smolstr};

use crate::objects::role_arn::{RoleArn, read};

/// What the tokens of a job say behind the repository when one thing starts it.
pub struct Context<'a> {
    /// What starts it; `None`: it is the same whatever does.
    pub trigger: Option<&'a Trigger>,
    /// Patterns of the end of the subject, at least as wide as what can be sent.
    pub ends: Vec<SmolStr>,
}

/// What a role makes of a job's tokens.
pub enum Verdict<'a> {
    /// Some get in, but none when one of these starts the job.
    Admitted(Vec<&'a Trigger>),
    /// The role trusts no token of this system.
    NotTrusted,
    /// A subject gets in, but a condition of this grant on the environment does not hold.
    OtherEnvironment(&'a IssuerAdmission<'a>, &'a Grant),
    /// None of the subjects gets in; of this grant these patterns are asked for.
    Refused(&'a IssuerAdmission<'a>, &'a Grant, Vec<SmolStr>),
    /// Only a subject that differs in the letter case of the environment gets in.
    LetterCase(&'a IssuerAdmission<'a>, &'a Grant, Vec<SmolStr>),
    /// It cannot be told, or is told elsewhere.
    Silent,
}

/// The role that a step names, if the run holds it and the step comes with a token.
#[must_use]
pub fn role_of(job: &CiJob, step: &RoleStep, view: &View<'_>) -> Option<RoleId> {
    let arn = step.role_arn.value().filter(|_| job.sends_token())?;
    if !matches!(read(&arn.text), RoleArn::Role(_)) {
        return None;
    }
    match view.estate.role_by_arn(&arn.text) {
        Link::To(role) => Some(role),
        _ => None,
    }
}

/// The audience of a step's tokens, where it is known.
#[must_use]
pub fn audience(step: &RoleStep) -> Option<&str> {
    match &step.audience {
        Stated::Is(audience) => Some(audience.as_str()),
        Stated::Absent => Some(DEFAULT_AUDIENCE),
        Stated::Unknown(_) => None,
    }
}

/// Whether an entry of the catalogue is of this system.
#[must_use]
pub fn is_of(system: CiSystem, provider: Option<&Provider>) -> bool {
    let name = match system {
        CiSystem::GitHub => "github",
        CiSystem::GitLab => "gitlab",
    };
    provider.is_some_and(|provider| provider.kind == Kind::Ci && provider.id.starts_with(name))
}

/// What the tokens of a job say behind the repository; `None`: it is not known.
#[must_use]
pub fn contexts(job: &CiJob) -> Option<Vec<Context<'_>>> {
    let end = |name: &str| format_smolstr!("environment:{}", name.replace(':', "%3A"));
    match &job.environment {
        Stated::Unknown(_) if job.environments.is_empty() => None,
        Stated::Unknown(_) => Some(vec![Context { trigger: None, ends: job.environments.iter().map(|name| end(name)).collect() }]),
        // The environment takes the place of branch, tag and event.
        Stated::Is(name) => Some(vec![Context { trigger: None, ends: vec![end(&name.text)] }]),
        Stated::Absent => without_environment(job),
    }
}

/// The same as if the job had no environment.
#[must_use]
pub fn without_environment(job: &CiJob) -> Option<Vec<Context<'_>>> {
    let all = job.triggers.iter().map(|trigger| Context { trigger: Some(trigger), ends: ends(trigger) });
    Some(all.collect::<Vec<_>>()).filter(|contexts| !contexts.is_empty())
}

/// What stands behind the repository when this starts a job without an environment.
#[must_use]
pub fn ends(trigger: &Trigger) -> Vec<SmolStr> {
    let these = |ends: &[&'static str]| ends.iter().map(|end| SmolStr::new_static(end)).collect();
    match trigger.event.as_str() {
        "push" => of_push(&trigger.branches, &trigger.tags),
        "pull_request" => these(&["pull_request"]),
        // GitHub's documentation does not say which of the two.
        "pull_request_target" | "pull_request_review" | "pull_request_review_comment" => these(&["pull_request", "ref:*"]),
        "merge_group" => these(&["ref:refs/heads/gh-readonly-queue/*"]),
        "release" => these(&["ref:refs/tags/*"]),
        "workflow_dispatch" | "create" => these(&["ref:refs/heads/*", "ref:refs/tags/*"]),
        "schedule" | "workflow_run" | "repository_dispatch" | "issues" | "issue_comment" => these(&["ref:refs/heads/*"]),
        _ => these(&["*"]),
    }
}

/// A push that names branches alone is not started by tags, and the other way round.
fn of_push(branches: &RefFilter, tags: &RefFilter) -> Vec<SmolStr> {
    let of = |filter: &RefFilter, other: &RefFilter, start: &str| -> Vec<SmolStr> {
        match &filter.only {
            Some(only) if !only.is_empty() => only.iter().map(|pattern| format_smolstr!("{start}{}", glob_of(pattern))).collect(),
            None if !filter.ignores && other.is_set() => Vec::new(),
            _ => vec![format_smolstr!("{start}*")],
        }
    };
    let mut ends = of(branches, tags, "ref:refs/heads/");
    ends.extend(of(tags, branches, "ref:refs/tags/"));
    ends
}

/// A filter pattern of GitHub as a pattern of IAM that matches at least as much. In GitHub's, `?` and `+` say how often the character before
/// them stands. Source: GitHub Docs, "Workflow syntax", filter pattern cheat sheet.
fn glob_of(pattern: &str) -> String {
    let Some(special) = pattern.find(['?', '+', '[', '\\', '$']) else { return pattern.replace("**", "*") };
    let mut before = pattern.get(..special).unwrap_or_default().to_owned();
    before.pop();
    before.replace("**", "*") + "*"
}

/// Whether letter case counts when subjects are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Letters {
    Count,
    DoNot,
}

/// The subjects with these ends that the issuer can send, whoever's the repository.
fn subjects(role: &RoleView<'_>, issuer: &IssuerAdmission<'_>, system: CiSystem, ends: &[SmolStr], letters: Letters) -> Language {
    let legal = role.view.issuers.forms(issuer.issuer.as_deref()).legal.clone();
    let matching = |glob: Glob| match letters {
        Letters::Count => Language::glob(glob),
        Letters::DoNot => Language::glob_ignore_case(glob),
    };
    match system {
        CiSystem::GitLab => legal,
        CiSystem::GitHub => legal.intersect(Language::union_all(ends.iter().map(|end| matching(Glob::parse(&format!("repo:*:{end}")))))),
    }
}

/// The grants to a system's issuers.
pub fn grants<'a>(role: &RoleView<'a>, system: CiSystem) -> impl Iterator<Item = (&'a IssuerAdmission<'a>, &'a Grant)> {
    role.admission.grants().filter(move |(issuer, _)| is_of(system, issuer.provider))
}

/// Whether some subject with one of these ends gets in, by a grant that counts.
#[must_use]
pub fn admits(role: &RoleView<'_>, system: CiSystem, ends: &[SmolStr], counts: impl Fn(&Grant) -> bool) -> Answer<()> {
    let counting = grants(role, system).filter(|(_, grant)| counts(grant));
    any_admits(role, counting, |issuer| subjects(role, issuer, system, ends, Letters::Count))
}

fn any_admits<'a>(
    role: &RoleView<'_>,
    grants: impl Iterator<Item = (&'a IssuerAdmission<'a>, &'a Grant)>,
    sent: impl Fn(&IssuerAdmission<'_>) -> Language,
) -> Answer<()> {
    let mut unknown = Answer::No;
    for (issuer, grant) in grants {
        match grant.subjects().intersect(sent(issuer)).witness(role.budget) {
            Answer::Yes(_) => return Answer::Yes(()),
            Answer::No => {}
            Answer::Unknown(reason) => unknown = Answer::Unknown(reason),
        }
    }
    unknown
}

/// Whether a role's policy may be judged by the job: what is wrong with it by itself is other rules' affair, and an issuer of which nothing is
/// known may be the job's.
#[must_use]
pub fn is_sound(role: &RoleView<'_>) -> bool {
    let lets_in = role.policy.statements.iter().any(|statement| statement.effect == Effect::Allow);
    lets_in && !role.admission.faults.iter().any(|fault| fault.fatal) && role.admission.issuers.iter().all(|own| own.provider.is_some())
}

/// What a role makes of a job's tokens.
///
/// # Errors
/// The work budget ran out.
pub fn verdict<'a>(role: &RoleView<'a>, job: &'a CiJob) -> Result<Verdict<'a>, Reason> {
    if !is_sound(role) {
        return Ok(Verdict::Silent);
    }
    let system = job.system;
    if !role.admission.issuers.iter().any(|issuer| is_of(system, issuer.provider)) {
        return Ok(Verdict::NotTrusted);
    }
    let Some(contexts) = contexts(job).filter(|_| system == CiSystem::GitHub) else { return Ok(Verdict::Silent) };
    let (mut some, mut shut_out) = (false, Vec::new());
    for context in &contexts {
        match admits(role, system, &context.ends, |_| true) {
            Answer::Yes(()) => some = true,
            Answer::No => shut_out.extend(context.trigger),
            Answer::Unknown(reason) => return Err(reason),
        }
    }
    if some {
        let in_environment =
            |context: &Context<'_>| !admits(role, system, &context.ends, |grant| fits_environment(job, grant, role.budget)).is_no();
        let other = grants(role, system).find(|(_, grant)| !fits_environment(job, grant, role.budget));
        return Ok(match other.filter(|_| !contexts.iter().any(in_environment)) {
            Some((issuer, grant)) => Verdict::OtherEnvironment(issuer, grant),
            None => Verdict::Admitted(shut_out),
        });
    }
    // To GitHub the names of environments are the same in capital and small letters, and whose spelling a token carries is not documented.
    let in_any_case = job.environment.value().is_some()
        && contexts.iter().any(|context| {
            !any_admits(role, grants(role, system), |issuer| subjects(role, issuer, system, &context.ends, Letters::DoNot)).is_no()
        });
    Ok(match refused(role, system) {
        Some((issuer, grant, patterns)) if in_any_case => Verdict::LetterCase(issuer, grant, patterns),
        Some((issuer, grant, patterns)) => Verdict::Refused(issuer, grant, patterns),
        None => Verdict::Silent,
    })
}

/// The claim that names the environment of a job.
pub const ENVIRONMENT: &str = "environment";

/// Whether a condition on the environment, apart from the subject, lets the job through.
fn fits_environment(job: &CiJob, grant: &Grant, budget: &Budget) -> bool {
    match (grant.region.constraint(ENVIRONMENT), &job.environment) {
        (Some(Constraint::Single { present, .. }), Stated::Is(name)) => {
            !present.clone().intersect(Language::literal_ignore_case(&name.text)).is_empty(budget).is_yes()
        }
        (Some(Constraint::Single { absent, .. }), Stated::Absent) => *absent || job.triggers.is_empty(),
        _ => true,
    }
}

/// The grant to show, unless nobody gets in at all, or the policy asks for subjects of another form than the default one: whether the
/// repository sends such is not in the workflow.
fn refused<'a>(role: &RoleView<'a>, system: CiSystem) -> Option<(&'a IssuerAdmission<'a>, &'a Grant, Vec<SmolStr>)> {
    let mut shown = None;
    for (issuer, grant) in grants(role, system) {
        let usual = subjects(role, issuer, system, &[SmolStr::new_static("*")], Letters::Count);
        let patterns = grant.subjects().patterns().like;
        let is_usual = |pattern: &SmolStr| usual.clone().intersect(Language::glob(Glob::parse(pattern))).witness(role.budget).is_yes();
        if !patterns.iter().all(is_usual) {
            return None;
        }
        if !patterns.is_empty() && grant.subjects().intersect(usual.clone()).witness(role.budget).is_yes() {
            shown.get_or_insert((issuer, grant, patterns));
        }
    }
    shown
}

/// The repository of a pattern, as it stands there: `repo:acme/*`.
#[must_use]
pub fn repository(pattern: &str) -> &str {
    let second = pattern.match_indices(':').nth(1).map_or(pattern.len(), |(at, _)| at);
    pattern.get(..second).filter(|own| own.starts_with("repo:") && own.contains('/')).unwrap_or("repo:OWNER/REPO")
}

/// How a message names a job.
#[must_use]
pub fn job_name(job: &CiJob) -> String {
    format!("job `{}`", job.id.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_of_github_become_patterns_that_match_no_less() {
        for (filter, pattern) in [("main", "main"), ("release/**", "release/*"), ("v[12].?", "*"), ("feat-x+", "feat-*"), ("a?b", "*")] {
            assert_eq!(glob_of(filter), pattern, "{filter}");
        }
    }

    #[test]
    fn the_repository_of_a_pattern() {
        assert_eq!((repository("repo:acme/*:ref:refs/heads/main"), repository("*")), ("repo:acme/*", "repo:OWNER/REPO"));
    }
}
