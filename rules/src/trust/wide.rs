//! What rules about grants that are too wide have in common: where to point, and the token that shows it.

use irsa_lint_core::admission::{Answer, Grant, IssuerAdmission, Witness, key, words};
use irsa_lint_core::policy::{Condition, Statement};
use irsa_lint_core::rule::{Findings, RoleView};
use irsa_lint_core::syntax::Place;
use smol_str::SmolStr;

/// A token of the grant with this subject, tried.
#[must_use]
pub fn witness(role: &RoleView<'_>, issuer: &IssuerAdmission<'_>, grant: &Grant, subject: SmolStr) -> Answer<Witness> {
    let named = issuer.issuer.as_deref().unwrap_or("any-issuer.example.com");
    match grant.token(named, subject, issuer.provider, role.budget) {
        Answer::Yes(token) => {
            let account = role.account();
            Witness::certify(role.policy, token, account, grant, role.view.catalogue)
        }
        Answer::No => Answer::No,
        Answer::Unknown(reason) => Answer::Unknown(reason),
    }
}

/// Where the statements of a grant let `subject` in.
#[must_use]
pub fn subject_place(role: &RoleView<'_>, issuer: &IssuerAdmission<'_>, grant: &Grant, subject: &str) -> Place {
    let statements = || grant.statements.iter().filter_map(|index| role.policy.statements.iter().find(|s| s.index == *index));
    let admits = |statement: &&Statement| {
        let region = issuer.statements.iter().find(|(index, _)| *index == statement.index).and_then(|(_, region)| region.as_ref());
        region.is_some_and(|region| region.values(key::SUB).contains(subject))
    };
    match statements().find(admits).or_else(|| statements().next()) {
        Some(statement) => asked_place(statement, issuer),
        None => Place { span: role.policy.span, pointer: role.policy.pointer.clone() },
    }
}

/// Where a statement says which subjects it lets in: the condition on the subject, else the place where one is missing.
#[must_use]
pub fn asked_place(statement: &Statement, issuer: &IssuerAdmission<'_>) -> Place {
    match subject_condition(statement, issuer) {
        Some(condition) => Place { span: condition.span, pointer: condition.pointer.clone() },
        None => conditions_place(statement),
    }
}

/// The conditions of a statement on the issuer's subject.
pub fn subject_conditions<'s>(statement: &'s Statement, issuer: &IssuerAdmission<'_>) -> impl Iterator<Item = &'s Condition> {
    claim_conditions(statement, issuer, key::SUB)
}

/// The condition that decides which subjects get in: one that names some, and of those one with a wildcard, before one that excludes some.
#[must_use]
pub fn subject_condition<'s>(statement: &'s Statement, issuer: &IssuerAdmission<'_>) -> Option<&'s Condition> {
    subject_conditions(statement, issuer).min_by_key(|condition| {
        let excludes = condition.known().is_none_or(|operator| operator.base.is_negated() || !operator.base.is_string());
        (excludes, !condition.values.iter().any(|value| value.text.contains(['*', '?'])))
    })
}

/// The conditions of a statement on a claim of the issuer.
pub fn claim_conditions<'s>(statement: &'s Statement, issuer: &IssuerAdmission<'_>, claim: &str) -> impl Iterator<Item = &'s Condition> {
    let issuer = issuer.issuer.as_deref();
    statement.effective_conditions().filter(move |condition| {
        let named = issuer.and_then(|issuer| key::claim_of(&condition.key.text, issuer));
        named.is_some_and(|named| named.eq_ignore_ascii_case(claim))
    })
}

/// Where a condition is missing: the operator block that it would join, else the condition block, else the statement.
#[must_use]
pub fn conditions_place(statement: &Statement) -> Place {
    let block = statement.pointer.key("Condition");
    if let Some(neighbour) = statement.effective_conditions().find(|c| c.known().is_some_and(|operator| operator.base.is_string())) {
        let operator = &neighbour.operator_name;
        return Place { span: operator.span, pointer: block.key(&operator.text) };
    }
    match statement.condition_span {
        Some(span) => Place { span, pointer: block },
        None => Place { span: statement.span, pointer: statement.pointer.clone() },
    }
}

/// What a message says of the condition on the subject: its values, or that there is none.
#[must_use]
pub fn subject_words(statement: &Statement, issuer: &IssuerAdmission<'_>) -> String {
    let key = format!("{}:{}", issuer.issuer.as_deref().unwrap_or_default(), key::SUB);
    match subject_condition(statement, issuer) {
        Some(condition) => asked_words(condition, key::SUB),
        None => format!("no condition checks `{key}`"),
    }
}

/// What a condition on a claim asks for.
#[must_use]
pub fn asked_words(condition: &Condition, claim: &str) -> String {
    let values = condition.values.iter().map(|value| value.text.as_str());
    format!("`{}` on `{claim}` allows {}", condition.operator_name.text, words::listed(values, 3))
}

/// Adds to the findings from `since` on, which are of a wide statement, each narrower statement that it makes useless: `subject` is one that
/// the narrower keeps out.
pub fn add_undone(
    role: &RoleView<'_>,
    issuer: &IssuerAdmission<'_>,
    wide: &Statement,
    piece: &Grant,
    subject: &str,
    out: &mut Findings,
    since: usize,
) {
    let new = out.diagnostics.get_mut(since..).unwrap_or_default();
    let others = issuer.statements.iter().filter(|(index, _)| *index != wide.index && !new.is_empty());
    let mut undone: Vec<(Place, String)> = Vec::new();
    for (index, region) in others {
        let (Some(region), Some(statement)) = (region, role.policy.statements.iter().find(|s| s.index == *index)) else { continue };
        let covered = |claim: &str| region.values(claim).is_subset(&piece.region.values(claim), role.budget).is_yes();
        if !region.values(key::SUB).contains(subject) && covered(key::SUB) && covered(key::AUD) {
            let message = format!("{} keeps `{subject}` out, but {} lets it in", statement.name(), wide.name());
            undone.push((asked_place(statement, issuer), message));
        }
    }
    for finding in new {
        finding.related.extend(undone.iter().cloned());
    }
}
