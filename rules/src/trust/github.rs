//! The repositories that a run's trust policies name in subjects of GitHub's form, read in one pass for all who compare them.

use irsa_lint_core::admission::{Federated, key};
use irsa_lint_core::estate::RoleId;
use irsa_lint_core::policy::{Condition, Effect, PrincipalKind, Statement};
use irsa_lint_core::provider::Provider;
use irsa_lint_core::rule::View;
use irsa_lint_core::syntax::{Place, Scalar};

/// `repo:OWNER/REPO:…` or `repo:OWNER@ID/REPO@ID:…`, taken apart. GitHub Docs, "OpenID Connect reference".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RepoSubject<'a> {
    /// The owner's login.
    pub owner: &'a str,
    /// The owner's id, in the form that has ids.
    pub owner_id: Option<&'a str>,
    /// The repository's name.
    pub repo: &'a str,
    /// The repository's id, in the form that has ids.
    pub repo_id: Option<&'a str>,
    /// What follows, with its colon.
    pub rest: &'a str,
}

impl<'a> RepoSubject<'a> {
    /// Takes a subject apart, or a pattern of subjects; `None` where it names no owner and repository in full.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let (owner, after) = text.strip_prefix("repo:")?.split_once('/')?;
        let (repo, rest) = after.split_at_checked(after.find(':').unwrap_or(after.len()))?;
        let with_id = |name: &'a str| match name.split_once('@') {
            Some((name, id)) => (name, Some(id)),
            None => (name, None),
        };
        let ((owner, owner_id), (repo, repo_id)) = (with_id(owner), with_id(repo));
        let complete = !owner.is_empty() && !owner.contains(['*', '?', ':']) && !repo.is_empty();
        complete.then_some(Self { owner, owner_id, repo, repo_id, rest })
    }

    /// Whether it is of the form with ids.
    #[must_use]
    pub fn has_ids(&self) -> bool {
        self.owner_id.is_some() || self.repo_id.is_some()
    }

    /// Whether it names one repository, not several.
    #[must_use]
    pub fn is_one(&self) -> bool {
        !self.repo.contains(['*', '?'])
    }

    /// Whether both name the same repository, as GitHub compares names.
    #[must_use]
    pub fn is_same_repo(&self, other: &RepoSubject<'_>) -> bool {
        self.is_same_owner(other) && self.repo.eq_ignore_ascii_case(other.repo)
    }

    /// Whether both name the same owner, as GitHub compares names.
    #[must_use]
    pub fn is_same_owner(&self, other: &RepoSubject<'_>) -> bool {
        self.owner.eq_ignore_ascii_case(other.owner)
    }
}

/// A value that names a repository.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// The role.
    pub role: RoleId,
    /// The issuer, without `https://`.
    pub issuer: &'a str,
    /// The condition.
    pub condition: &'a Condition,
    /// Which of its values.
    pub index: usize,
    /// The value.
    pub value: &'a Scalar,
    /// The value, taken apart.
    pub subject: RepoSubject<'a>,
}

impl Named<'_> {
    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> Place {
        let pointer = &self.condition.pointer;
        Place { span: self.value.span, pointer: if self.condition.list { pointer.index(self.index) } else { pointer.clone() } }
    }
}

/// Every repository that an Allow statement of the run asks for, at issuers whose subjects have a form with ids.
#[must_use]
pub fn named<'a>(view: &View<'a>) -> Vec<Named<'a>> {
    let mut found = Vec::new();
    for (role, known) in view.estate.roles() {
        let Some(policy) = known.trust.policy() else { continue };
        for statement in policy.statements.iter().filter(|s| s.effect == Effect::Allow) {
            of_statement(role, statement, view, &mut found);
        }
    }
    found
}

fn of_statement<'a>(role: RoleId, statement: &'a Statement, view: &View<'a>, found: &mut Vec<Named<'a>>) {
    for condition in statement.effective_conditions() {
        let asks = condition.known().is_some_and(|operator| operator.base.is_string() && !operator.base.is_negated());
        if !asks || !condition.values.iter().any(|value| value.text.starts_with("repo:")) {
            continue;
        }
        let federated = statement.principals.list.iter().filter(|p| p.kind == PrincipalKind::Federated);
        let issuers = federated.filter_map(|principal| Federated::parse(&principal.value.text).issuer());
        let asked = |issuer: &&str| key::claim_of(&condition.key.text, issuer).is_some_and(|claim| claim.eq_ignore_ascii_case(key::SUB));
        let Some(issuer) = issuers.into_iter().find(asked) else { continue };
        if !view.issuers.provider_of(issuer).is_some_and(sends_ids) {
            continue;
        }
        for (index, value) in condition.values.iter().enumerate() {
            if let Some(subject) = RepoSubject::parse(&value.text) {
                found.push(Named { role, issuer, condition, index, value, subject });
            }
        }
    }
}

/// Whether a service's subjects have a form in which ids stand behind the names.
fn sends_ids(provider: &Provider) -> bool {
    provider.subjects.iter().any(|form| form.template.text().contains("@{owner_id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_subject_apart() {
        let parsed = RepoSubject::parse("repo:octo-org@1/app@2:pull_request").unwrap();
        assert_eq!((parsed.owner, parsed.owner_id, parsed.repo, parsed.repo_id), ("octo-org", Some("1"), "app", Some("2")));
        let plain = RepoSubject::parse("repo:octo-org/app").unwrap();
        assert_eq!((plain.rest, plain.has_ids()), ("", false));
        for other in ["repo:octo*/app:x", "repo:octo-org", "octo-org/app", "repo:/app", "repo:octo-org/"] {
            assert_eq!(RepoSubject::parse(other), None, "{other}");
        }
    }
}
