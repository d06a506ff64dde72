//! What rules about grants that are too wide have in common: where to point, and the token that shows it.

use irsa_lint_core::admission::{Answer, Grant, IssuerAdmission, Witness, key};
use irsa_lint_core::policy::{Condition, Statement};
use irsa_lint_core::rule::RoleView;
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

/// Where the statements of a grant let `subject` in: the condition on the subject, else the condition block, else the statement.
#[must_use]
pub fn subject_place(role: &RoleView<'_>, issuer: &IssuerAdmission<'_>, grant: &Grant, subject: &str) -> Place {
    let statements = || grant.statements.iter().filter_map(|index| role.policy.statements.iter().find(|s| s.index == *index));
    let admits = |statement: &&Statement| {
        let region = issuer.statements.iter().find(|(index, _)| *index == statement.index).and_then(|(_, region)| region.as_ref());
        region.is_some_and(|region| region.values(key::SUB).contains(subject))
    };
    let Some(statement) = statements().find(admits).or_else(|| statements().next()) else {
        return Place { span: role.policy.span, pointer: role.policy.pointer.clone() };
    };
    match subject_conditions(statement, issuer).next() {
        Some(condition) => Place { span: condition.span, pointer: condition.pointer.clone() },
        None => conditions_place(statement),
    }
}

/// The conditions of a statement on the issuer's subject.
pub fn subject_conditions<'s>(statement: &'s Statement, issuer: &IssuerAdmission<'_>) -> impl Iterator<Item = &'s Condition> {
    let issuer = issuer.issuer.clone();
    statement.effective_conditions().filter(move |condition| {
        let claim = issuer.as_deref().and_then(|issuer| key::claim_of(&condition.key.text, issuer));
        claim.is_some_and(|claim| claim.eq_ignore_ascii_case(key::SUB))
    })
}

/// The condition block, or the statement where it has none.
#[must_use]
pub fn conditions_place(statement: &Statement) -> Place {
    match statement.condition_span {
        Some(span) => Place { span, pointer: statement.pointer.key("Condition") },
        None => Place { span: statement.span, pointer: statement.pointer.clone() },
    }
}
