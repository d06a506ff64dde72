//! A name decides who gets in, and somebody else can take the name over.

use std::collections::{HashMap, HashSet};

use irsa_lint_core::admission::language::Language;
use irsa_lint_core::admission::{Constraint, Federated, Grant, grammar_of, key};
use irsa_lint_core::declare_rule;
use irsa_lint_core::estate::RoleId;
use irsa_lint_core::policy::{Principal, Statement};
use irsa_lint_core::provider::{Captures, Part, Provider, SubjectForm};
use irsa_lint_core::rule::{Analysis, Findings, RoleView, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Place;
use smol_str::{SmolStr, format_smolstr};

use crate::trust::statements::{StatementGrant, federated_principals, statement_grants};
use crate::trust::tenants::{Reach, names_called_workflow, reach};
use crate::trust::wide::{asked_place, witness};

/// The part of an issuer that is a bucket's name.
const BUCKET: &str = "bucket";

declare_rule! {
    /// A name decides who gets in, and somebody else could take over that name.
    ///
    /// ## Why is this bad?
    ///
    /// When a group or organisation is renamed or deleted, its name becomes free. Whoever registers it next can create a project of the
    /// same name, and its jobs get the role that was intended for yours. The same applies to the bucket that contains an issuer's keys:
    /// the owner of the bucket name can sign tokens.
    ///
    /// GitHub's default subjects are not affected: a repository that somebody creates under an old name has ids in its subject.
    ///
    /// ## Severity
    ///
    /// Info: nobody else gets in as long as the name is yours. Each name is reported once, for the first role that relies on it.
    ///
    /// ## How to fix it
    ///
    /// Also check the id, which is never reused: GitLab `namespace_id` or `project_id`, Buildkite `organization_id`, GitHub
    /// `repository_owner_id` or `repository_id`, under `StringEquals`. For a bucket: delete the IAM provider before the bucket.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "Available keys for AWS OIDC federation"
    /// - GitHub Docs, "OpenID Connect reference"
    ///
    /// ```json fail at=/Statement/0/Condition/StringEquals/gitlab.com:sub
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "gitlab.com:aud": "https://gitlab.com",
    ///         "gitlab.com:sub": "project_path:mygroup/myproject:ref_type:branch:ref:main"
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
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "gitlab.com:aud": "https://gitlab.com",
    ///         "gitlab.com:project_id": "123456",
    ///         "gitlab.com:sub": "project_path:mygroup/myproject:ref_type:branch:ref:main"
    ///       }
    ///     }
    ///   }]
    /// }
    /// ```
    pub RecyclableName { id: "recyclable-name", severity: Info, family: "too-wide", fix: None }
}

impl Rule for RecyclableName {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        let mut buckets: HashSet<&str> = HashSet::new();
        let mut in_buckets: HashMap<&str, bool> = HashMap::new();
        let mut names: Vec<SmolStr> = Vec::new();
        for (id, role) in view.estate.roles() {
            let Some(policy) = role.trust.policy() else { continue };
            let mut goes_by_name = false;
            for (statement, principal) in federated_principals(policy) {
                let Some(issuer) = Federated::parse(&principal.value.text).issuer() else { continue };
                let Some(provider) = view.issuers.provider_of(issuer) else { continue };
                goes_by_name |= has_ids(provider) && may_go_by_name(statement, provider, &names);
                if *in_buckets.entry(&provider.id).or_insert_with(|| lies_in_bucket(provider))
                    && buckets.insert(issuer)
                    && let Some(bucket) = provider.issuer_parts(issuer).and_then(|parts| parts.get(BUCKET))
                {
                    of_bucket(principal, issuer, bucket, &view.role_name(id), out);
                }
            }
            if goes_by_name {
                of_role(view, id, &mut names, out);
            }
        }
    }
}

/// Whether the keys of some issuer of the kind lie in a bucket.
fn lies_in_bucket(provider: &Provider) -> bool {
    provider.issuers.iter().any(|issuer| issuer.names().any(|name| name == BUCKET))
}

/// Whether a statement may go by a name that was not spoken of yet: for most it is plain that they do not, and they need not be looked into.
fn may_go_by_name(statement: &Statement, provider: &Provider, names: &[SmolStr]) -> bool {
    let by_claim = || provider.exposed_claims().filter(|claim| claim.identifies_tenant && !is_id(&claim.name));
    statement.effective_conditions().any(|condition| {
        let claim = condition.key.text.rsplit(':').next().unwrap_or_default();
        let of_claim = by_claim().any(|known| known.name.eq_ignore_ascii_case(claim));
        let of_subject = claim.eq_ignore_ascii_case(key::SUB);
        let is_new = |text: &str| !names.iter().any(|name| text.contains(name.as_str()));
        let mut values = condition.values.iter().map(|value| value.text.as_str()).filter(|text| is_new(text));
        values.any(|text| of_claim || (of_subject && names_by_name(text, provider)))
    })
}

/// Whether a pattern of the subject fits a form in which a name may say whose it is, as far as its text goes to the first wildcard.
fn names_by_name(pattern: &str, provider: &Provider) -> bool {
    let fixed = pattern.split(['*', '?', '$']).next().unwrap_or_default();
    let whole = fixed.len() == pattern.len();
    let by_id = |form: &SubjectForm| !whole && form.tenant.first().is_some_and(|part| is_id(part));
    let mut forms = provider.subjects.iter().filter(|form| begins_so(form, fixed));
    forms.any(|form| by_id(form) || goes_by_name(form, provider))
}

/// Whether a subject of this form may begin with this text.
fn begins_so(form: &SubjectForm, text: &str) -> bool {
    let mut parts = form.template.parts().peekable();
    let mut rest = text;
    if let Some(Part::Literal(literal)) = parts.peek() {
        match text.strip_prefix(literal) {
            Some(after) => rest = after,
            None => return literal.starts_with(text),
        }
        parts.next();
    }
    let Some(Part::Named(slot)) = parts.next() else { return true };
    match (rest.chars().find(|c| !slot.class.may_contain(*c)), parts.next()) {
        (None, _) => true,
        // A part that may hold its own end, such as a group of groups, ends nobody knows where.
        (Some(c), Some(Part::Literal(literal))) => literal.starts_with(|end| end == c || slot.class.may_contain(end)),
        (Some(_), _) => false,
    }
}

fn of_bucket(principal: &Principal, issuer: &str, bucket: &str, role: &str, out: &mut Findings) {
    let place = Place { span: principal.value.span, pointer: principal.pointer.clone() };
    let message = format!(
        "{role} trusts issuer `{issuer}`, whose keys are in a bucket: if it is deleted, whoever creates bucket `{bucket}` again can sign tokens for the role"
    );
    let help = "keep the bucket as long as the IAM provider exists, and delete the provider first";
    out.report(&RecyclableName::META, place, message).help(help).done();
}

/// Whether ids can say whose a workload is where one issuer serves everybody.
fn has_ids(provider: &Provider) -> bool {
    provider.shared && id_claims(provider).next().is_some()
}

/// The claims that say whose a workload is by an id.
fn id_claims(provider: &Provider) -> impl Iterator<Item = &str> {
    provider.exposed_claims().filter(|claim| claim.identifies_tenant && is_id(&claim.name)).map(|claim| claim.name.as_ref())
}

fn is_id(part: &str) -> bool {
    part.ends_with("_id")
}

fn of_role(view: &View<'_>, id: RoleId, names: &mut Vec<SmolStr>, out: &mut Findings) {
    let Some((role, policy)) = view.estate.role(id).and_then(|role| Some((role, role.trust.policy()?))) else { return };
    // Not kept: an account's dump may hold very many.
    let Some(analysis) = Analysis::of(view.estate, id, view.issuers) else { return };
    let role = RoleView { view: *view, id, role, policy, admission: &analysis.admission, budget: &analysis.budget };
    for grant in statement_grants(&role) {
        if let Some(provider) = grant.issuer.provider.filter(|provider| has_ids(provider)) {
            of_statement(&role, &grant, provider, names, out);
        }
    }
}

/// A token that gets in by a name.
struct ByName {
    subject: SmolStr,
    /// Who could change: the owner, group or organisation.
    owner: SmolStr,
    /// The same with what it owns.
    whole: SmolStr,
}

fn of_statement(role: &RoleView<'_>, grant: &StatementGrant<'_>, provider: &Provider, names: &mut Vec<SmolStr>, out: &mut Findings) {
    let identified = |piece: &Grant| id_claims(provider).any(|claim| piece.region.constraint(claim).is_some_and(must_be_there));
    let mut pieces = grant.pieces.iter().filter(|piece| !identified(piece));
    let Some((piece, found)) = pieces.find_map(|piece| Some((piece, by_name(piece, provider, role)?))) else { return };
    let ByName { subject, owner, whole } = found;
    // Who lets strangers in has a worse worry.
    if names.contains(&owner) || matches!(reach(role, grant), Some(Reach::Strangers | Reach::Callers)) {
        return;
    }
    let place = asked_place(grant.statement, grant.issuer);
    let Some(tried) = out.settle(&RecyclableName::META, &place, witness(role, grant.issuer, piece, subject)) else { return };
    let message = format!(
        "{} identifies `{whole}` only by name: if the name `{owner}` at {} becomes free, whoever takes it over can get in",
        role.name(),
        provider.name
    );
    let issuer = grant.issuer.issuer.as_deref().unwrap_or("ISSUER");
    let claims: Vec<String> = id_claims(provider).map(|claim| format!("`{issuer}:{claim}`")).collect();
    let help = format!("also check an id, which is never reused: {} under `StringEquals`", claims.join(" or "));
    out.report(&RecyclableName::META, place, message).witness(&tried).help(help).done();
    names.push(owner);
}

fn must_be_there(constraint: &Constraint) -> bool {
    matches!(constraint, Constraint::Single { absent: false, .. })
}

/// A token of the grant whose owner is known by a name, or by an id that may be any.
fn by_name(piece: &Grant, provider: &Provider, role: &RoleView<'_>) -> Option<ByName> {
    let subjects = piece.subjects();
    let of_subject = |subject: SmolStr, form: &SubjectForm, open: &[SmolStr]| {
        let (owner, whole) = names_of(form, &form.template.matches(&subject)?, open)?;
        Some(ByName { subject, owner, whole })
    };
    if let Some(listed) = subjects.as_literals() {
        return listed.iter().find_map(|subject| {
            let (form, _) = provider.subject_form(subject).filter(|(form, _)| goes_by_name(form, provider))?;
            of_subject(subject.clone(), form, &[])
        });
    }
    if subjects.is_all() {
        return by_claim(piece, provider, role);
    }
    provider.subjects.iter().filter(|form| !names_called_workflow(form)).find_map(|form| {
        let grammar = grammar_of(&form.template);
        let open = subjects.breadth(&grammar, role.budget).ok()?.unbounded;
        let is_open = |part: &str| open.iter().any(|known| known == part);
        if !goes_by_name(form, provider) && !form.tenant.first().is_some_and(|part| is_id(part) && is_open(part)) {
            return None;
        }
        let legal = subjects.clone().intersect(Language::grammar(grammar.clone()));
        legal.witness(role.budget).yes().and_then(|subject| of_subject(subject, form, &open))
    })
}

/// The same where a claim says the name.
fn by_claim(piece: &Grant, provider: &Provider, role: &RoleView<'_>) -> Option<ByName> {
    let names = || provider.exposed_claims().filter(|claim| claim.identifies_tenant && !is_id(&claim.name));
    let value = names().find_map(|claim| match piece.region.constraint(&claim.name)? {
        Constraint::Single { present, absent: false } => present.as_literals()?.first().cloned(),
        _ => None,
    })?;
    let owner = SmolStr::new(value.split('/').next().unwrap_or(&value));
    let subject = Language::grammar(grammar_of(&provider.subjects.first()?.template)).witness(role.budget).yes()?;
    Some(ByName { subject, owner, whole: value })
}

/// Whether a form of the subject has a name and no id for whom it belongs to. Where the same form also comes with ids, whoever takes over a name
/// sends those, and the form without them does not let him in.
fn goes_by_name(form: &SubjectForm, provider: &Provider) -> bool {
    let has_id = |form: &SubjectForm| form.tenant.iter().any(|part| is_id(part));
    let has_part = |other: &SubjectForm, name: &str| other.template.names().any(|known| known == name);
    let has_twin = || provider.subjects.iter().any(|other| has_id(other) && form.template.names().all(|name| has_part(other, name)));
    !names_called_workflow(form) && !form.tenant.is_empty() && !has_id(form) && !has_twin()
}

/// The name that could change hands, and with it what it owns where that is fixed: owner, and owner with repository.
fn names_of(form: &SubjectForm, parts: &Captures<'_>, open: &[SmolStr]) -> Option<(SmolStr, SmolStr)> {
    // Beside an id stands the name that it belongs to.
    let name = |part: &'_ str| part.strip_suffix("_id").unwrap_or(part).to_owned();
    let mut tenant = form.tenant.iter().map(|part| name(part)).filter(|part| !open.iter().any(|known| known == part));
    let group = parts.get(&tenant.next()?)?;
    // Of a group in a group the first changes hands.
    let owner = SmolStr::new(group.split('/').next().unwrap_or(group));
    let project = tenant.next().and_then(|part| parts.get(&part));
    let whole = project.map_or_else(|| group.into(), |project| format_smolstr!("{group}/{project}"));
    Some((owner, whole))
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, check, of_rule, policy};

    fn with(issuer: &str, condition: &str) -> String {
        policy(condition).replace(ISSUER, issuer)
    }

    fn found(issuer: &str, condition: &str) -> usize {
        of_rule(&check(&[("a.json", &with(issuer, condition))]), "recyclable-name").len()
    }

    const GITHUB: &str = "token.actions.githubusercontent.com";

    #[test]
    fn names_of_those_who_have_ids() {
        for (issuer, condition) in [
            (GITHUB, r#"{"StringLike": {"ISSUER:sub": "repo:octo-org@*/octo-repo@*:ref:refs/heads/main"}}"#),
            (GITHUB, r#"{"StringLike": {"ISSUER:sub": "repository_owner:octo-org:*"}}"#),
            (GITHUB, r#"{"StringEquals": {"ISSUER:repository": "octo-org/octo-repo", "ISSUER:ref": "refs/heads/main"}}"#),
            ("gitlab.com", r#"{"StringLike": {"ISSUER:sub": "project_path:mygroup/sub/app:*"}}"#),
            ("agent.buildkite.com", r#"{"StringLike": {"ISSUER:sub": "organization:acme-inc:pipeline:deploy:*"}}"#),
        ] {
            assert_eq!(found(issuer, condition), 1, "{issuer} {condition}");
        }
    }

    #[test]
    fn ids_strangers_and_private_issuers() {
        for (issuer, condition) in [
            (GITHUB, r#"{"StringEquals": {"ISSUER:sub": "repo:octo-org/octo-repo:environment:production"}}"#),
            (GITHUB, r#"{"StringLike": {"ISSUER:sub": "repo:octo-org/*"}}"#),
            (GITHUB, r#"{"StringEquals": {"ISSUER:sub": "repo:octo-org@1/octo-repo@2:environment:production"}}"#),
            (GITHUB, r#"{"StringEquals": {"ISSUER:repository_id": "2", "ISSUER:sub": "repo:octo-org/octo-repo:environment:production"}}"#),
            (GITHUB, r#"{"StringEquals": {"ISSUER:sub": "repository_owner_id:1"}}"#),
            (GITHUB, r#"{"StringLike": {"ISSUER:sub": "repo:octo-org*"}}"#),
            ("gitlab.com", r#"{"StringEquals": {"ISSUER:namespace_id": "1"}, "StringLike": {"ISSUER:sub": "project_path:mygroup/app:*"}}"#),
            ("gitlab.example.com", r#"{"StringLike": {"ISSUER:sub": "project_path:mygroup/app:*"}}"#),
            ("github.example.com/_services/token", r#"{"StringLike": {"ISSUER:sub": "repo:octo-org/octo-repo:*"}}"#),
            (ISSUER, r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b"}}"#),
        ] {
            assert_eq!(found(issuer, condition), 0, "{issuer} {condition}");
        }
    }

    #[test]
    fn each_name_once_in_a_run() {
        let role = |project: &str| with("gitlab.com", &format!(r#"{{"StringLike": {{"ISSUER:sub": "project_path:{project}:*"}}}}"#));
        let [a, b, c] = ["mygroup/a", "mygroup/b", "acme/a"].map(role);
        assert_eq!(of_rule(&check(&[("a.json", &a), ("b.json", &b), ("c.json", &c)]), "recyclable-name").len(), 2);
    }

    #[test]
    fn a_bucket_holds_the_keys() {
        let text = with("my-store.s3.eu-west-1.amazonaws.com", r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b"}}"#);
        let answer = check(&[("a.json", &text), ("b.json", &text)]);
        let found = of_rule(&answer, "recyclable-name");
        assert!(found.len() == 1 && found[0].message.contains("`my-store`"), "{found:?}");
    }
}
