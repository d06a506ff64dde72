//! A name decides who gets in, and somebody else can take the name over.

use irsa_lint_core::admission::language::Language;
use irsa_lint_core::admission::{Answer, Constraint, Federated, Grant, grammar_of};
use irsa_lint_core::declare_rule;
use irsa_lint_core::estate::RoleId;
use irsa_lint_core::policy::{Effect, Principal, PrincipalKind, Statement, TrustPolicy};
use irsa_lint_core::provider::{Captures, Provider, SubjectForm};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Place;
use smol_str::{SmolStr, format_smolstr};

use crate::statements::{StatementGrant, statement_grants};
use crate::tenants::{Reach, names_called_workflow, reach};
use crate::wide::{asked_place, witness};

/// The part of an issuer that is a bucket's name.
const BUCKET: &str = "bucket";

declare_rule! {
    /// A name decides who gets in, and somebody else can take the name over.
    ///
    /// ## Why is this bad?
    ///
    /// An owner, group or organisation that is renamed or deleted sets its name free. Whoever registers it next creates a repository of the same name,
    /// and its jobs get the role that was meant for yours. The same goes for the bucket that an issuer's keys lie in: who owns the name signs the tokens.
    ///
    /// ## Severity
    ///
    /// Info: nobody gets in as long as the name is yours. Each name is found once in a run, at the first role that goes by it.
    ///
    /// ## How to fix it
    ///
    /// Ask for the id as well, which is never given again: GitHub `repository_owner_id` or `repository_id`, GitLab `namespace_id` or `project_id`,
    /// Buildkite `organization_id`, under `StringEquals`; or write GitHub's subject with ids. For a bucket: remove the IAM provider before the bucket.
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
        let mut buckets: Vec<&str> = Vec::new();
        let mut names: Vec<SmolStr> = Vec::new();
        for (id, role) in view.estate.roles() {
            let Some(policy) = role.trust.policy() else { continue };
            let mut goes_by_name = false;
            for (statement, principal) in trusted(policy) {
                let Some(issuer) = Federated::parse(&principal.value.text).issuer() else { continue };
                let Some(provider) = view.issuers.provider_of(issuer) else { continue };
                goes_by_name |= has_ids(provider) && !says_nothing_new(statement, &names);
                if !buckets.contains(&issuer)
                    && let Some(bucket) = provider.issuer_parts(issuer).and_then(|parts| parts.get(BUCKET))
                {
                    buckets.push(issuer);
                    of_bucket(principal, issuer, bucket, &view.role_name(id), out);
                }
            }
            if goes_by_name {
                of_role(view, id, &mut names, out);
            }
        }
    }
}

/// The federated principals of statements that let somebody in.
fn trusted(policy: &TrustPolicy) -> impl Iterator<Item = (&Statement, &Principal)> {
    let allows = policy.statements.iter().filter(|s| s.effect == Effect::Allow && !s.principals.negated);
    allows.flat_map(|s| s.principals.list.iter().map(move |p| (s, p))).filter(|(_, p)| p.kind == PrincipalKind::Federated)
}

/// Whether every value in a statement that could name somebody holds a name that was spoken of: then it need not be looked into.
fn says_nothing_new(statement: &Statement, names: &[SmolStr]) -> bool {
    let mut texts = statement.effective_conditions().flat_map(|c| &c.values).map(|v| v.text.as_str()).filter(|v| v.contains([':', '/']));
    !names.is_empty() && texts.all(|text| text.starts_with("https://") || names.iter().any(|name| text.contains(name.as_str())))
}

fn of_bucket(principal: &Principal, issuer: &str, bucket: &str, role: &str, out: &mut Findings) {
    let place = Place { span: principal.value.span, pointer: principal.pointer.clone() };
    let message = format!(
        "the keys of issuer `{issuer}`, which {role} trusts, lie in a bucket: whoever creates bucket `{bucket}` once it is deleted signs tokens for the role"
    );
    let help = "keep the bucket as long as the IAM provider exists, and remove the provider first";
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
    let Some(((role, policy), analysis)) = view.estate.role(id).and_then(|role| Some((role, role.trust.policy()?))).zip(view.analysis(id))
    else {
        return;
    };
    let role = RoleView { view: *view, id, role, policy, admission: &analysis.admission, budget: &analysis.budget };
    for grant in statement_grants(&role) {
        if let Some(provider) = grant.issuer.provider.filter(|provider| has_ids(provider)) {
            of_statement(&role, &grant, provider, names, out);
        }
    }
}

fn of_statement(role: &RoleView<'_>, grant: &StatementGrant<'_>, provider: &Provider, names: &mut Vec<SmolStr>, out: &mut Findings) {
    let must_be_there = |constraint: &Constraint| matches!(constraint, Constraint::Single { absent: false, .. });
    let identified = |piece: &Grant| id_claims(provider).any(|claim| piece.region.constraint(claim).is_some_and(must_be_there));
    let mut pieces = grant.pieces.iter().filter(|piece| !identified(piece));
    let Some((piece, subject)) = pieces.find_map(|piece| Some((piece, subject(piece, provider, role)?))) else { return };
    let Some((owner, name)) = provider.subject_form(&subject).and_then(|(form, parts)| name_of(form, &parts)) else { return };
    // Who lets strangers in has a worse worry.
    if names.contains(&owner) || matches!(reach(role, grant), Some(Reach::Strangers | Reach::Callers)) {
        return;
    }
    let place = asked_place(grant.statement, grant.issuer);
    let Some(tried) = out.settle(&RecyclableName::META, &place, witness(role, grant.issuer, piece, subject)) else { return };
    let message = format!(
        "{} knows `{name}` by name alone: whoever takes over the name `{owner}` at {} once it is free can get in",
        role.name(),
        provider.name
    );
    let issuer = grant.issuer.issuer.as_deref().unwrap_or("ISSUER");
    let claims: Vec<String> = id_claims(provider).map(|claim| format!("`{issuer}:{claim}`")).collect();
    let help = format!("ask for an id as well, which is never given again: {} under `StringEquals`", claims.join(" or "));
    out.report(&RecyclableName::META, place, message).witness(&tried).help(help).done();
    names.push(owner);
}

/// A subject of the grant in which a name says whose it is, or an id stands that may be any.
fn subject(piece: &Grant, provider: &Provider, role: &RoleView<'_>) -> Option<SmolStr> {
    let subjects = piece.subjects();
    if let Some(listed) = subjects.as_literals() {
        let by_name = |subject: &&SmolStr| provider.subject_form(subject).is_some_and(|(form, _)| goes_by_name(form));
        return listed.iter().find(by_name).cloned();
    }
    if subjects.is_all() {
        return None;
    }
    provider.subjects.iter().filter(|form| !names_called_workflow(form)).find_map(|form| {
        let grammar = grammar_of(&form.template);
        let any_id = || {
            subjects
                .breadth(&grammar, role.budget)
                .is_ok_and(|breadth| form.tenant.first().is_some_and(|id| breadth.unbounded.iter().any(|part| part == id.as_ref())))
        };
        if !goes_by_name(form) && !any_id() {
            return None;
        }
        match subjects.clone().intersect(Language::grammar(grammar.clone())).witness(role.budget) {
            Answer::Yes(found) => Some(found),
            _ => None,
        }
    })
}

/// Whether a form of the subject has names and no ids for whom it belongs to.
fn goes_by_name(form: &SubjectForm) -> bool {
    !names_called_workflow(form) && !form.tenant.is_empty() && !form.tenant.iter().any(|part| is_id(part))
}

/// The name that could change hands, and with it what it owns: owner, and owner with repository.
fn name_of(form: &SubjectForm, parts: &Captures<'_>) -> Option<(SmolStr, SmolStr)> {
    // Beside an id stands the name that it belongs to.
    let named = |part: &str| parts.get(part.strip_suffix("_id").unwrap_or(part));
    let mut tenant = form.tenant.iter().filter_map(|part| named(part));
    let owner: SmolStr = tenant.next()?.into();
    let whole = tenant.next().map_or_else(|| owner.clone(), |second| format_smolstr!("{owner}/{second}"));
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
            (GITHUB, r#"{"StringEquals": {"ISSUER:sub": "repo:octo-org/octo-repo:environment:production"}}"#),
            (GITHUB, r#"{"StringLike": {"ISSUER:sub": "repo:octo-org/*"}}"#),
            (GITHUB, r#"{"StringLike": {"ISSUER:sub": "repo:octo-org@*/octo-repo@*:ref:refs/heads/main"}}"#),
            (GITHUB, r#"{"StringEquals": {"ISSUER:repository": "octo-org/octo-repo"}, "StringLike": {"ISSUER:sub": "repo:octo-org/*"}}"#),
            ("gitlab.com", r#"{"StringLike": {"ISSUER:sub": "project_path:mygroup/sub/app:*"}}"#),
            ("agent.buildkite.com", r#"{"StringLike": {"ISSUER:sub": "organization:acme-inc:pipeline:deploy:*"}}"#),
        ] {
            assert_eq!(found(issuer, condition), 1, "{issuer} {condition}");
        }
    }

    #[test]
    fn ids_strangers_and_private_issuers() {
        for (issuer, condition) in [
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
        let role = |subject: &str| with(GITHUB, &format!(r#"{{"StringEquals": {{"ISSUER:sub": "{subject}"}}}}"#));
        let [a, b, c] = ["repo:octo-org/a:pull_request", "repo:octo-org/b:pull_request", "repo:acme/a:pull_request"].map(role);
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
