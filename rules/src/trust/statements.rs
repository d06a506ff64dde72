//! What each Allow statement admits by itself, after Deny: rules judge statement by statement, so that each mistake is shown where it is made.

use std::borrow::Cow;

use irsa_lint_core::admission::fault::{AudienceMistake, FaultKind};
use irsa_lint_core::admission::language::Language;
use irsa_lint_core::admission::{Constraint, Grant, IssuerAdmission, key};
use irsa_lint_core::document::model::Stated;
use irsa_lint_core::policy::{Effect, Principal, PrincipalKind, Statement, TrustPolicy};
use irsa_lint_core::rule::RoleView;
use smol_str::SmolStr;

/// What one Allow statement admits of one issuer, after Deny.
pub struct StatementGrant<'a> {
    /// The issuer.
    pub issuer: &'a IssuerAdmission<'a>,
    /// The statement.
    pub statement: &'a Statement,
    /// The tokens, in pieces; at least one.
    pub pieces: Vec<Cow<'a, Grant>>,
}

/// What each statement of a role admits. Statements that are unfinished, speak of everyone or look for the subject under the audience are left
/// out: other rules speak of those.
#[must_use]
pub fn statement_grants<'a>(role: &RoleView<'a>) -> Vec<StatementGrant<'a>> {
    let mut found = Vec::new();
    for issuer in role.admission.issuers.iter().filter(|issuer| !issuer.grants.is_empty()) {
        let allows = role.policy.statements.iter().filter(|s| s.effect == Effect::Allow);
        for statement in allows.filter(|s| !speaks_of_everyone(s) && !is_unfinished(role, s) && !looks_under_audience(role, s)) {
            let grants = issuer.grants.iter().filter(|grant| grant.statements.contains(&statement.index));
            let pieces: Vec<_> = grants.map(|grant| of_statement(issuer, grant, statement)).collect();
            if !pieces.is_empty() {
                found.push(StatementGrant { issuer, statement, pieces });
            }
        }
    }
    found
}

/// The same without those whose subjects are a plain list, cut with the provider's client ids where the run shows them. Nearly every good
/// policy has no other, and it is found out without a search.
#[must_use]
pub fn open_statements<'a>(role: &RoleView<'a>) -> Vec<StatementGrant<'a>> {
    let is_open = |grant: &Grant| grant.subjects().as_literals().is_none();
    if !role.admission.grants().any(|(_, grant)| is_open(grant)) {
        return Vec::new();
    }
    let mut grants = statement_grants(role);
    for grant in &mut grants {
        grant.pieces.retain(|piece| is_open(piece));
        keep_registered(role, grant);
    }
    grants.retain(|grant| !grant.pieces.is_empty());
    grants
}

/// Leaves of a grant the tokens whose audience the provider registers, where the run shows it: no others come as far as the policy. Where that
/// would leave none, nobody gets in for a reason of its own, and the statement is judged as it stands.
fn keep_registered(role: &RoleView<'_>, grant: &mut StatementGrant<'_>) {
    let issuer = grant.issuer.issuer.as_deref().filter(|_| !grant.pieces.is_empty());
    let Some(Stated::Is(ids)) = issuer.map(|issuer| role.view.estate.client_ids(role.id, issuer)) else { return };
    if ids.is_empty() {
        return;
    }
    let present = Language::literals(ids);
    for piece in &mut grant.pieces {
        let mut cut = (**piece).clone();
        cut.region.restrict(&SmolStr::new_static(key::AUD), Constraint::Single { present: present.clone(), absent: false });
        if !cut.region.is_empty(role.budget).is_yes() {
            *piece = Cow::Owned(cut);
        }
    }
}

/// The part of a grant that a statement contributes: grants that differ in the subject alone were put together.
fn of_statement<'a>(issuer: &'a IssuerAdmission<'a>, grant: &'a Grant, statement: &Statement) -> Cow<'a, Grant> {
    let region = issuer.statements.iter().find(|(index, _)| *index == statement.index).and_then(|(_, region)| region.as_ref());
    match region {
        Some(region) if grant.statements.len() > 1 => {
            let region = grant.region.intersect(region);
            Cow::Owned(Grant { region, statements: vec![statement.index], settled: grant.settled })
        }
        _ => Cow::Borrowed(grant),
    }
}

/// The federated principals that Allow statements name, each with its statement.
pub fn federated_principals(policy: &TrustPolicy) -> impl Iterator<Item = (&Statement, &Principal)> {
    let allows = policy.statements.iter().filter(|s| s.effect == Effect::Allow && !s.principals.negated);
    allows.flat_map(|s| s.principals.list.iter().map(move |p| (s, p))).filter(|(_, p)| p.kind == PrincipalKind::Federated)
}

/// Whether a principal is everyone.
#[must_use]
pub fn is_everyone(principal: &Principal) -> bool {
    match principal.kind {
        PrincipalKind::Star => true,
        PrincipalKind::Aws | PrincipalKind::Federated => principal.value.text == "*",
        _ => false,
    }
}

/// Whether the statement's principal names nobody in particular.
#[must_use]
pub fn speaks_of_everyone(statement: &Statement) -> bool {
    statement.principals.negated || statement.principals.list.iter().any(is_everyone)
}

/// Whether the statement asks for an audience that is a subject: whom it names is plain, and that nobody gets in is said.
fn looks_under_audience(role: &RoleView<'_>, statement: &Statement) -> bool {
    let is_subject = |kind: &FaultKind| matches!(kind, FaultKind::Audience { mistake: AudienceMistake::Subject, .. });
    role.admission.faults.iter().any(|fault| fault.statement == statement.index && fault.fatal && is_subject(&fault.kind))
}

/// Whether something in the statement is still to be filled in or is no operator: it says nothing yet about who is meant to get in.
#[must_use]
pub fn is_unfinished(role: &RoleView<'_>, statement: &Statement) -> bool {
    let left = |kind: &FaultKind| matches!(kind, FaultKind::Mark(mark) if !mark.template);
    let faults = &role.admission.faults;
    faults.iter().any(|fault| fault.statement == statement.index && left(&fault.kind))
        || statement.effective_conditions().any(|condition| condition.known().is_none())
}
