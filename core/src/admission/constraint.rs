//! What one condition asks of one claim, as a set. An Allow is taken at its widest and a Deny at its narrowest, so that no possible admission is
//! hidden; where the two differ the constraint is not exact.

use smol_str::SmolStr;

use super::answer::Answer;
use super::budget::Budget;
use super::context::Values;
use super::evaluate::holds_when_absent;
use super::language::Language;
use super::truth::Truth;
use super::value::{Expanded, Replacement, expand, glob, literal};
use crate::policy::{Base, Condition, Operator, SetPrefix};

/// The values of a claim that are let through.
#[derive(Clone, Debug, PartialEq)]
pub enum Constraint {
    /// Of a claim with one value.
    Single {
        /// The values let through.
        present: Language,
        /// Whether a token without the claim is.
        absent: bool,
    },
    /// Of a claim with any number of values; none is as good as absent.
    Multi {
        /// Every value is of these.
        all: Language,
        /// Of each of these at least one value.
        any: Vec<Language>,
    },
}

/// Which of its readings a condition is given where they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The widest: what may be let through.
    Widest,
    /// The narrowest: what is let through for certain.
    Narrowest,
}

/// A constraint and whether it says exactly what the condition says.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// The constraint.
    pub constraint: Constraint,
    /// Whether widest and narrowest reading are one.
    pub exact: bool,
}

impl Constraint {
    /// Whatever the token says.
    #[must_use]
    pub fn free(multivalued: bool) -> Self {
        if multivalued {
            Self::Multi { all: Language::all(), any: Vec::new() }
        } else {
            Self::Single { present: Language::all(), absent: true }
        }
    }

    /// Whether nothing is asked.
    #[must_use]
    pub fn is_free(&self) -> bool {
        match self {
            Self::Single { present, absent } => *absent && present.is_all(),
            Self::Multi { all, any } => all.is_all() && any.is_empty(),
        }
    }

    /// Both are asked.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Single { present: a, absent: x }, Self::Single { present: b, absent: y }) => {
                Self::Single { present: a.clone().intersect(b.clone()), absent: *x && *y }
            }
            (Self::Multi { all: a, any: x }, Self::Multi { all: b, any: y }) => {
                let mut any = x.clone();
                any.extend(y.iter().filter(|l| !x.contains(l)).cloned());
                Self::Multi { all: a.clone().intersect(b.clone()), any }
            }
            // One claim has one kind, so this does not come up.
            _ => self.clone(),
        }
    }

    /// What is let through by this and not by `other`, as alternatives.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Vec<Self> {
        match (self, other) {
            (Self::Single { present: a, absent: x }, Self::Single { present: b, absent: y }) => {
                vec![Self::Single { present: a.clone().minus(b.clone()), absent: *x && !*y }]
            }
            (Self::Multi { all, any }, Self::Multi { all: b, any: y }) => {
                let outside = b.clone().complement();
                let mut pieces = vec![Self::Multi { all: all.clone(), any: any.iter().cloned().chain([outside]).collect() }];
                pieces.extend(
                    y.iter().map(|needed| Self::Multi { all: all.clone().intersect(b.clone()).minus(needed.clone()), any: any.clone() }),
                );
                pieces
            }
            _ => vec![self.clone()],
        }
    }

    /// Whether no token is let through.
    #[must_use]
    pub fn is_empty(&self, budget: &Budget) -> Answer<()> {
        match self {
            Self::Single { absent: true, .. } => Answer::No,
            Self::Single { present, .. } => present.is_empty(budget),
            Self::Multi { all, any } => {
                let mut unknown = Answer::No;
                for needed in any {
                    match needed.clone().intersect(all.clone()).is_empty(budget) {
                        Answer::Yes(()) => return Answer::Yes(()),
                        Answer::No => {}
                        Answer::Unknown(reason) => unknown = Answer::Unknown(reason),
                    }
                }
                unknown
            }
        }
    }

    /// Whether a token with these values is let through; unknown values are.
    #[must_use]
    pub fn lets_through(&self, values: &Values<'_>) -> bool {
        match (self, values) {
            (_, Values::Undecided) => true,
            (Self::Single { absent, .. }, Values::Absent) => *absent,
            (Self::Single { present, .. }, Values::One(value)) => present.contains(value),
            (Self::Single { present, .. }, Values::Many(list)) => list.iter().any(|value| present.contains(value)),
            (Self::Multi { any, .. }, Values::Absent) => any.is_empty(),
            (Self::Multi { all, any }, Values::One(value)) => all.contains(value) && any.iter().all(|needed| needed.contains(value)),
            (Self::Multi { all, any }, Values::Many(list)) => {
                list.iter().all(|value| all.contains(value)) && any.iter().all(|needed| list.iter().any(|value| needed.contains(value)))
            }
        }
    }
}

/// What a condition asks of a claim. `replace` says what policy variables stand for, where that does not hang on the token.
#[must_use]
pub fn read(condition: &Condition, operator: Operator, multivalued: bool, reading: Reading, scope: &Scope<'_>) -> Read {
    if operator.base == Base::Null {
        return Read { constraint: null(condition, multivalued), exact: true };
    }
    let (values, exact) = wanted(condition, operator, reading, scope);
    let present = if operator.base.is_negated() { values.complement() } else { values };
    if multivalued {
        return multi(present, operator, reading, exact);
    }
    let absent = holds_when_absent(operator);
    let constraint = Constraint::Single { present, absent: settle(absent, reading) };
    Read { constraint, exact: exact && absent != Truth::Unknown }
}

/// What the values of a condition may hang on beside the token.
pub struct Scope<'a> {
    /// Whether the policy's version has variables.
    pub variables: bool,
    /// What a variable stands for, for every token of the issuer.
    pub replace: &'a dyn Fn(&str) -> Replacement,
}

fn settle(truth: Truth, reading: Reading) -> bool {
    match truth {
        Truth::True => true,
        Truth::False => false,
        Truth::Unknown => reading == Reading::Widest,
    }
}

fn null(condition: &Condition, multivalued: bool) -> Constraint {
    let asks = |text: &str| condition.values.iter().any(|value| value.text.eq_ignore_ascii_case(text));
    let (absent, present) = (asks("true"), asks("false"));
    if multivalued {
        let all = if present { Language::all() } else { Language::none() };
        let any = if absent { Vec::new() } else { vec![Language::all()] };
        return Constraint::Multi { all, any };
    }
    Constraint::Single { present: if present { Language::all() } else { Language::none() }, absent }
}

/// For a claim with several values: without a set operator the documentation does not say what comes of it.
fn multi(present: Language, operator: Operator, reading: Reading, exact: bool) -> Read {
    let free = || Constraint::free(true);
    let absent = holds_when_absent(operator);
    let some = |language: Language| Constraint::Multi { all: Language::all(), any: vec![language] };
    let every = |language: Language| Constraint::Multi { all: language, any: Vec::new() };
    match (operator.set, absent) {
        (Some(SetPrefix::ForAllValues), _) => Read { constraint: every(present), exact },
        (Some(SetPrefix::ForAnyValue), Truth::False) => Read { constraint: some(present), exact },
        (Some(SetPrefix::ForAnyValue), _) => {
            Read { constraint: if reading == Reading::Widest { free() } else { some(present) }, exact: false }
        }
        (None, Truth::False) => match reading {
            Reading::Widest => Read { constraint: some(present), exact: false },
            Reading::Narrowest => Read { constraint: Constraint::Multi { all: present, any: vec![Language::all()] }, exact: false },
        },
        (None, _) => Read { constraint: if reading == Reading::Widest { free() } else { every(present) }, exact: false },
    }
}

/// The values that a condition lists, as a set, before negation; and whether that is exact.
fn wanted(condition: &Condition, operator: Operator, reading: Reading, scope: &Scope<'_>) -> (Language, bool) {
    let base = operator.base;
    // A narrower list makes a negated condition wider.
    let wide = (reading == Reading::Widest) != base.is_negated();
    if base == Base::Bool {
        let values = condition.values.iter().map(|value| Language::literal_ignore_case(&value.text));
        return (Language::union_all(values), true);
    }
    if !(base.is_string() || base.is_arn()) {
        return (if wide { Language::all() } else { Language::none() }, false);
    }
    let mut exact = true;
    let mut sets = Vec::new();
    let mut literals = Vec::with_capacity(condition.values.len());
    for value in &condition.values {
        let open = |c: char| matches!(c, '*' | '?') && base.has_wildcards() || c == '$' && scope.variables;
        if !base.is_arn() && !base.ignores_case() && !value.text.contains(open) {
            literals.push(value.text.clone());
            continue;
        }
        match expand(&value.text, scope.variables, base.has_wildcards(), scope.replace) {
            Expanded::Fails => {}
            Expanded::Unknown => {
                exact = false;
                if wide {
                    sets.push(widest(&value.text, base, scope));
                }
            }
            Expanded::Tokens(tokens) => match literal(&tokens) {
                Some(text) if base.is_arn() && text.split(':').count() < 6 => {}
                Some(text) if base.ignores_case() => sets.push(Language::literal_ignore_case(&text)),
                Some(text) => literals.push(text),
                None if base.is_arn() => {
                    // A wildcard stops at the colons of an ARN's first parts, which a plain glob does not know.
                    exact = false;
                    if wide && super::value::arn_parts(&tokens).is_some() {
                        sets.push(Language::glob(glob(&tokens)));
                    }
                }
                None => sets.push(Language::glob(glob(&tokens))),
            },
        }
    }
    let literals = Language::literals(literals);
    (if sets.is_empty() { literals } else { Language::union_all(sets.into_iter().chain([literals])) }, exact)
}

/// A value with a `*` for every variable that hangs on the token.
fn widest(text: &str, base: Base, scope: &Scope<'_>) -> Language {
    const ANYTHING: &str = "\u{0}anything\u{0}";
    let replace = |key: &str| match (scope.replace)(key) {
        Replacement::Unknown => Replacement::Text(SmolStr::new_static(ANYTHING)),
        known => known,
    };
    let Expanded::Tokens(tokens) = expand(text, scope.variables, base.has_wildcards(), replace) else { return Language::all() };
    let opened: Vec<_> = tokens
        .into_iter()
        .map(|token| if token == super::value::Token::Literal(ANYTHING.into()) { super::value::Token::Any } else { token })
        .collect();
    let glob = glob(&opened);
    if base.ignores_case() { Language::glob_ignore_case(glob) } else { Language::glob(glob) }
}
