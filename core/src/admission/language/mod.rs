//! Sets of strings: literals, IAM patterns, grammars of legal names, and what union, intersection and complement make of them. Every
//! question about who is admitted is a question about such a set. Must not know policies, issuers or Kubernetes.
//!
//! Letter case: `…IgnoreCase` folds ASCII letters only. AWS documents that case is ignored and not how; for the characters that
//! subjects are made of there is no difference.
//!
//! How it works: `formula` keeps a set as a formula and answers what needs no search; `disjuncts` splits unions; `machine` steps all
//! atoms of a disjunct side by side; `search`, `members` and `breadth` walk its rows within a [`Budget`].

mod alphabet;
mod bits;
mod breadth;
mod chars;
mod checks;
mod disjuncts;
mod formula;
mod glob;
mod glob_bank;
mod grammar;
mod graph;
mod machine;
mod members;
mod nfa;
mod product;
mod rows;
mod search;
mod shape;
#[cfg(test)]
mod tests;
mod value;
mod word_list;

use std::sync::Arc;

use smol_str::SmolStr;

pub use breadth::Breadth;
pub use chars::CharSet;
pub use glob::{Glob, GlobToken};
pub use grammar::{Class, Grammar, GrammarPart};
pub use members::Members;
pub use shape::Patterns;

use super::{Answer, Budget, Reason};
use formula::{Atom, Node, Op, Words};

/// A set of strings. Cheap to clone. Two that are `==` hold the same strings; two that hold the same strings need not be `==`.
#[derive(Clone, Debug, PartialEq)]
pub struct Language(Arc<[Op]>);

impl Language {
    /// Every string.
    #[must_use]
    pub fn all() -> Self {
        Self::of(vec![Op::leaf(Node::All)])
    }

    /// No string.
    #[must_use]
    pub fn none() -> Self {
        Self::of(vec![Op::leaf(Node::None)])
    }

    /// This string alone.
    pub fn literal(text: impl Into<SmolStr>) -> Self {
        Self::literals([text.into()])
    }

    /// These strings.
    pub fn literals(texts: impl IntoIterator<Item = SmolStr>) -> Self {
        Self::of(formula::words(texts.into_iter().collect()))
    }

    /// This string in any ASCII letter case.
    #[must_use]
    pub fn literal_ignore_case(text: &str) -> Self {
        let fold = text.bytes().any(|byte| byte.is_ascii_alphabetic());
        let words = [SmolStr::from(text.to_ascii_lowercase())].into();
        Self::of(vec![Op::leaf(Node::Atom(Atom::Words(Words { words, fold })))])
    }

    /// What the pattern matches.
    #[must_use]
    pub fn glob(glob: Glob) -> Self {
        match glob.literal() {
            Some(literal) => Self::literal(literal),
            None if glob.is_all() => Self::all(),
            None => Self::of(vec![Op::leaf(Node::Atom(Atom::Glob { glob, fold: false }))]),
        }
    }

    /// What the pattern matches when ASCII letter case is ignored.
    #[must_use]
    pub fn glob_ignore_case(glob: Glob) -> Self {
        match (glob.literal(), glob.folded()) {
            (Some(literal), _) => Self::literal_ignore_case(literal),
            (None, Some(glob)) => Self::of(vec![Op::leaf(Node::Atom(Atom::Glob { glob, fold: true }))]),
            (None, None) => Self::glob(glob),
        }
    }

    /// The legal names of a grammar.
    #[must_use]
    pub fn grammar(grammar: Grammar) -> Self {
        Self::of(vec![Op::leaf(Node::Atom(Atom::Grammar(grammar)))])
    }

    /// The strings of this set and of the other.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self::combine(&Node::Or, &[self, other])
    }

    /// The strings of any of these sets: one union of many costs less than many unions of two.
    pub fn union_all(sets: impl IntoIterator<Item = Self>) -> Self {
        Self::combine(&Node::Or, &sets.into_iter().collect::<Vec<_>>())
    }

    /// The strings in both sets.
    #[must_use]
    pub fn intersect(self, other: Self) -> Self {
        Self::combine(&Node::And, &[self, other])
    }

    /// The strings in all of these sets.
    pub fn intersect_all(sets: impl IntoIterator<Item = Self>) -> Self {
        Self::combine(&Node::And, &sets.into_iter().collect::<Vec<_>>())
    }

    /// The strings that are not in this set.
    #[must_use]
    pub fn complement(self) -> Self {
        Self::of(formula::complement(&self.0))
    }

    /// The strings of this set that are not in the other.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        self.intersect(other.complement())
    }

    /// Is this string in the set? Exact, length limits included; no search.
    #[must_use]
    pub fn contains(&self, text: &str) -> bool {
        formula::contains(&self.0, text)
    }

    /// Is it, by its form, every string? `false` proves nothing.
    #[must_use]
    pub fn is_all(&self) -> bool {
        breadth::is(&self.0, &Node::All)
    }

    /// Is it, by its form, no string? `false` proves nothing.
    #[must_use]
    pub fn is_none(&self) -> bool {
        breadth::is(&self.0, &Node::None)
    }

    /// Its members, sorted by bytes, when it is by its form just a list; the empty set is the empty list.
    #[must_use]
    pub fn as_literals(&self) -> Option<&[SmolStr]> {
        match &*self.0 {
            [Op { node: Node::Atom(Atom::Words(Words { words, fold: false })), .. }] => Some(words),
            [Op { node: Node::None, .. }] => Some(&[]),
            _ => None,
        }
    }

    /// Has it no member?
    pub fn is_empty(&self, budget: &Budget) -> Answer<()> {
        match self.witness(budget) {
            Answer::Yes(_) => Answer::No,
            Answer::No => Answer::Yes(()),
            Answer::Unknown(reason) => Answer::Unknown(reason),
        }
    }

    /// A member: the shortest, of several the most readable one (`a`–`z` before `0`–`9` before all else), unless the budget ran out
    /// before a shorter one could be ruled out. `No`: proved empty.
    pub fn witness(&self, budget: &Budget) -> Answer<SmolStr> {
        let mut best: Option<SmolStr> = None;
        let mut unknown = None;
        for disjunct in disjuncts::disjuncts(&self.0) {
            let found = match disjunct.listed() {
                Some(listed) => listed.into_iter().min_by(|a, b| chars::shortlex(a, b)).map_or(Answer::No, Answer::Yes),
                None => search::shortest(&disjunct, best.as_ref().map(|best| best.chars().count()), budget),
            };
            match found {
                Answer::Yes(found) => {
                    best = Some(best.map_or(found.clone(), |best| std::cmp::min_by(best, found, |a, b| chars::shortlex(a, b))));
                }
                Answer::No => {}
                Answer::Unknown(reason) => unknown = Some(reason),
            }
        }
        match (best, unknown) {
            (Some(best), _) => Answer::Yes(best),
            (None, Some(reason)) => Answer::Unknown(reason),
            (None, None) => Answer::No,
        }
    }

    /// A member of this set that the other lacks. `No`: proved to be a subset.
    pub fn counterexample(&self, of: &Self, budget: &Budget) -> Answer<SmolStr> {
        self.clone().minus(of.clone()).witness(budget)
    }

    /// Does the other set hold every string of this one?
    pub fn is_subset(&self, of: &Self, budget: &Budget) -> Answer<()> {
        self.clone().minus(of.clone()).is_empty(budget)
    }

    /// The first `most` members.
    ///
    /// # Errors
    /// The budget ran out.
    pub fn members(&self, most: usize, budget: &Budget) -> Result<Members, Reason> {
        let (mut first, mut complete) = (Vec::new(), true);
        for disjunct in disjuncts::disjuncts(&self.0) {
            let members = members::members(&disjunct, most, budget)?;
            first.extend(members.first);
            complete &= members.complete;
        }
        Ok(Members::cut(first, most, complete))
    }

    /// Has it a longest member? Length limits count: a set of Kubernetes names is always finite.
    pub fn is_finite(&self, budget: &Budget) -> Answer<()> {
        breadth::is_finite(self, budget)
    }

    /// How wide it is among the legal names of a grammar.
    ///
    /// # Errors
    /// The budget ran out.
    pub fn breadth(&self, grammar: &Grammar, budget: &Budget) -> Result<Breadth, Reason> {
        breadth::breadth(self, grammar, budget)
    }

    fn ops(&self) -> &[Op] {
        &self.0
    }

    fn of(ops: Vec<Op>) -> Self {
        Self(ops.into())
    }

    fn combine(join: &Node, sets: &[Self]) -> Self {
        Self::of(formula::combine(join, sets.iter().map(|set| &*set.0)))
    }
}
