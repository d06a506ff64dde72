//! What rules about statements that nobody can match have in common: which faults a role has, where they stand, and changes of text.

use std::ops::Range;

use irsa_lint_core::admission::fault::{At, Fault, FaultKind};
use irsa_lint_core::diagnostic::{Applicability, Edit, Fix};
use irsa_lint_core::policy::{Condition, PrincipalKind, Statement, TrustPolicy};
use irsa_lint_core::rule::RoleView;
use irsa_lint_core::syntax::{Place, Pointer, Scalar};

/// A fault with its statement.
#[derive(Clone, Copy)]
pub struct Found<'a> {
    /// The statement.
    pub statement: &'a Statement,
    /// The fault.
    pub fault: &'a Fault,
}

/// The faults of a role that `wanted` takes.
pub fn faults<'a>(role: &RoleView<'a>, wanted: impl Fn(&FaultKind) -> bool) -> impl Iterator<Item = Found<'a>> {
    let policy: &'a TrustPolicy = role.policy;
    let faults: &'a [Fault] = &role.admission.faults;
    let found = faults.iter().filter(move |fault| wanted(&fault.kind));
    found.filter_map(|fault| Some(Found { statement: policy.statements.get(fault.statement)?, fault }))
}

/// The same, those of one statement together for which `same` holds.
pub fn groups<'a>(
    role: &RoleView<'a>,
    wanted: impl Fn(&FaultKind) -> bool,
    same: impl Fn(&Found<'a>, &Found<'a>) -> bool,
) -> Vec<Vec<Found<'a>>> {
    let mut groups: Vec<Vec<Found<'a>>> = Vec::new();
    for found in faults(role, wanted) {
        let fits = |group: &&mut Vec<Found<'a>>| {
            group.first().is_some_and(|first| first.fault.statement == found.fault.statement && same(first, &found))
        };
        match groups.iter_mut().find(fits) {
            Some(group) => group.push(found),
            None => groups.push(vec![found]),
        }
    }
    groups
}

impl<'a> Found<'a> {
    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> Place {
        place(self.statement, self.fault.at)
    }

    /// The text it is about.
    #[must_use]
    pub fn scalar(&self) -> Option<&'a Scalar> {
        scalar(self.statement, self.fault.at)
    }

    /// The text it is about; empty where there is none.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.scalar().map(Scalar::as_str).unwrap_or_default()
    }

    /// The condition it is about.
    #[must_use]
    pub fn condition(&self) -> Option<&'a Condition> {
        match self.fault.at {
            At::Key(index) | At::Condition(index) | At::Value(index, _) => self.statement.conditions.get(index),
            _ => None,
        }
    }

    /// Whether the statement names one identity provider and nothing else that may bring a web identity.
    #[must_use]
    pub fn has_one_provider(&self) -> bool {
        self.statement.principals.list.iter().filter(|p| p.kind == PrincipalKind::Federated).count() == 1
    }
}

/// Where a part of a statement stands.
#[must_use]
pub fn place(statement: &Statement, at: At) -> Place {
    let condition = |index: usize| statement.conditions.get(index);
    let found = match at {
        At::Statement => None,
        At::Action => statement.action.span.map(|span| {
            let element = if statement.action.negated { "NotAction" } else { "Action" };
            Place { span, pointer: statement.pointer.key(element) }
        }),
        At::Principal(index) => statement.principals.list.get(index).map(|p| Place { span: p.value.span, pointer: p.pointer.clone() }),
        At::Key(index) | At::Condition(index) => condition(index).map(|c| Place { span: c.span, pointer: c.pointer.clone() }),
        At::Value(index, value) => condition(index).and_then(|c| {
            let pointer: Pointer = if c.list { c.pointer.index(value) } else { c.pointer.clone() };
            c.values.get(value).map(|value| Place { span: value.span, pointer })
        }),
    };
    found.unwrap_or_else(|| Place { span: statement.span, pointer: statement.pointer.clone() })
}

/// The text at a place in a statement.
#[must_use]
pub fn scalar(statement: &Statement, at: At) -> Option<&Scalar> {
    match at {
        At::Statement | At::Action => None,
        At::Principal(index) => statement.principals.list.get(index).map(|p| &p.value),
        At::Key(index) | At::Condition(index) => statement.conditions.get(index).map(|c| &c.key),
        At::Value(index, value) => statement.conditions.get(index)?.values.get(value),
    }
}

/// Puts a plain text in the place of `scalar.text[part]`, where the file spells that part letter for letter.
#[must_use]
pub fn replaced(scalar: &Scalar, part: Range<usize>, with: &str) -> Option<Edit> {
    let length = part.len();
    let span = scalar.span_of(part);
    let is_plain = with.bytes().all(|b| (0x20..0x7f).contains(&b) && !matches!(b, b'"' | b'\'' | b'\\' | b'%'));
    (is_plain && span.range().len() == length).then(|| Edit { span, text: with.to_owned() })
}

/// Puts a plain text in the place of a whole one.
#[must_use]
pub fn replaced_whole(scalar: &Scalar, with: &str) -> Option<Edit> {
    replaced(scalar, 0..scalar.text.len(), with)
}

/// A fix of these edits, if each could be made. Whoever is let in by it was meant to be, as far as anybody can tell: a person must look.
#[must_use]
pub fn guess(message: impl Into<String>, edits: impl IntoIterator<Item = Option<Edit>>) -> Option<Fix> {
    let edits: Vec<Edit> = edits.into_iter().collect::<Option<_>>()?;
    (!edits.is_empty()).then(|| Fix { applicability: Applicability::Unsafe, message: message.into(), edits })
}

/// The claim of a condition key: what follows the last colon.
#[must_use]
pub fn claim(key: &str) -> &str {
    key.rsplit_once(':').map_or(key, |(_, claim)| claim)
}

/// `a, so nobody can assume ROLE through it`, or `a, so it restricts nothing`.
#[must_use]
pub fn consequence(fatal: bool, role: &RoleView<'_>) -> String {
    if fatal { format!("nobody can assume {} through this statement", role.name()) } else { "the condition restricts nothing".to_owned() }
}
