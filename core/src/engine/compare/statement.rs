//! A trust policy as one side of a comparison: its statements in a form in which equal ones are equal texts, wherever they stand.

use std::fmt::Write as _;

use smol_str::SmolStr;

use crate::policy::{Condition, Effect, Principal, PrincipalKind, Statement, TrustPolicy, find_mark};
use crate::syntax::Scalar;

/// One side.
#[derive(Debug)]
pub struct Side<'p> {
    /// The policy.
    pub policy: &'p TrustPolicy,
    /// The role's account, where it is known.
    pub account: Option<&'p str>,
    /// Each statement by its place, with all that it hangs on.
    texts: Vec<(usize, String)>,
}

impl<'p> Side<'p> {
    /// Reads a policy.
    #[must_use]
    pub fn new(policy: &'p TrustPolicy, account: Option<&'p str>) -> Self {
        let context = format!("{} {}", policy.has_variables(), account.unwrap_or_default());
        let texts = policy.statements.iter().map(|statement| (statement.index, format!("{context} {}", text(statement)))).collect();
        Self { policy, account, texts }
    }

    /// A statement.
    #[must_use]
    pub fn text(&self, statement: usize) -> Option<&str> {
        self.texts.iter().find(|(index, _)| *index == statement).map(|(_, text)| text.as_str())
    }

    fn has(&self, text: &str) -> bool {
        self.texts.iter().any(|(_, own)| own == text)
    }

    /// Whether both sides have the same statements.
    #[must_use]
    pub fn is_same(&self, other: &Side<'_>) -> bool {
        let all = |a: &Side<'_>, b: &Side<'_>| a.texts.iter().all(|(_, text)| b.has(text));
        all(self, other) && all(other, self)
    }

    /// A value that is not filled in yet, in a statement that the other side does not have.
    #[must_use]
    pub fn open_value(&self, other: &Side<'_>) -> Option<SmolStr> {
        let own = self.policy.statements.iter().filter(|statement| self.text(statement.index).is_none_or(|text| !other.has(text)));
        let texts = own.flat_map(|statement| {
            let principals = statement.principals.list.iter().map(|principal| &principal.value.text);
            let conditions = statement.effective_conditions();
            principals.chain(conditions.flat_map(|c| std::iter::once(&c.key.text).chain(c.values.iter().map(|value| &value.text))))
        });
        texts.into_iter().find_map(|text| find_mark(text).and_then(|mark| text.get(mark.range)).map(SmolStr::new))
    }

    /// Principals of Allow statements that do not come with a web identity, each with what is said of it, which is not evaluated.
    #[must_use]
    pub fn others(&self) -> Vec<(String, String)> {
        let policy = self.policy;
        let shown = crate::engine::who::others(policy);
        let of = |index: usize| policy.statements.iter().find(|statement| statement.index == index).map(terms).unwrap_or_default();
        let denies: String = policy.statements.iter().filter(|s| s.effect == Effect::Deny && !is_federated(s)).map(text).collect();
        shown.into_iter().map(|other| (other.principal, format!("{} {denies}", of(other.statement)))).collect()
    }
}

/// Whether a statement speaks of web identities and nobody else.
fn is_federated(statement: &Statement) -> bool {
    !statement.principals.negated && statement.principals.list.iter().all(|principal| principal.kind == PrincipalKind::Federated)
}

fn text(statement: &Statement) -> String {
    let principal = |principal: &Principal| format!("{:?} {:?}", principal.kind, principal.value.text);
    let principals = sorted(statement.principals.list.iter().map(principal));
    format!("{:?} {} {principals} {}", statement.effect, statement.principals.negated, terms(statement))
}

/// Action and conditions.
fn terms(statement: &Statement) -> String {
    let actions = sorted(statement.action.patterns.iter().map(|pattern| pattern.text.to_ascii_lowercase()));
    let mut out = format!("{} {actions} ", statement.action.negated);
    let condition = |condition: &Condition| {
        let values = sorted(condition.values.iter().map(|value: &Scalar| format!("{:?}", value.text)));
        format!("{} {} {values}", condition.operator_name.text.to_ascii_lowercase(), condition.key.text.to_ascii_lowercase())
    };
    let _ = write!(out, "{}", sorted(statement.effective_conditions().map(condition)));
    out
}

fn sorted(texts: impl Iterator<Item = String>) -> String {
    let mut texts: Vec<String> = texts.collect();
    texts.sort_unstable();
    texts.dedup();
    texts.join(",")
}
