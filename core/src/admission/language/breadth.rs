//! How wide a set is, part by part of a grammar of legal names: which parts are open, and not only long.

use smol_str::SmolStr;

use super::Language;
use super::checks::Limits;
use super::disjuncts::{Disjunct, disjuncts};
use super::formula;
use super::grammar::Grammar;
use super::graph::Graph;
use super::machine::{Choice, Machine};
use super::product::Product;
use super::search;
use crate::admission::{Answer, Budget, Reason};

/// What a set admits of a grammar's legal names. Except for `empty`, greatest lengths are ignored, in the grammar and in the set
/// (a glob `prod*` leaves a namespace open although no namespace is longer than 63); least lengths hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breadth {
    /// No legal name is admitted, length limits included.
    pub empty: bool,
    /// Finitely many are.
    pub finite: bool,
    /// All are.
    pub everything: bool,
    /// The named parts that are open, in their order: for some fixed values of the other parts the admitted values of this one have no
    /// longest. Where a name can be read in several ways, in one of the ways.
    pub unbounded: Vec<SmolStr>,
}

/// A path through the product of the grammar (one state at a time, so one way to read the name) and the set (a deterministic machine)
/// can be pumped at a cycle and only there. Parts follow each other, so a cycle lies in one part, and pumping it changes that part alone.
/// A part is open in a union if it is open in one of the united sets.
pub(super) fn breadth(language: &Language, grammar: &Grammar, budget: &Budget) -> Result<Breadth, Reason> {
    let openable: Vec<usize> = grammar.open_parts().collect();
    let mut seen = Seen { open: vec![false; grammar.parts().len()], legal: false, too_long: false };
    for disjunct in disjuncts(language.ops()) {
        if seen.all(&openable) {
            break;
        }
        match disjunct.listed() {
            Some(listed) => seen.legal |= listed.iter().any(|word| grammar.contains(word)),
            None => seen.walk(&disjunct, grammar, &openable, budget)?,
        }
    }
    let empty = !seen.legal
        && (!seen.too_long
            || match language.clone().intersect(Language::grammar(grammar.clone())).is_empty(budget) {
                Answer::Yes(()) => true,
                Answer::No => false,
                Answer::Unknown(reason) => return Err(reason),
            });
    let finite = !seen.open.contains(&true);
    // A set that lacks an open part altogether can't be everything.
    let may_be_all = !empty && openable.iter().all(|part| seen.open.get(*part) == Some(&true));
    let everything = may_be_all && everything(language, grammar, budget)?;
    let unbounded = seen.open.iter().enumerate().filter(|(_, open)| **open).filter_map(|(part, _)| grammar.name(part).cloned());
    Ok(Breadth { empty, finite, everything, unbounded: unbounded.collect() })
}

/// What the disjuncts have shown so far.
struct Seen {
    open: Vec<bool>,
    /// A legal name.
    legal: bool,
    /// A name that would be legal if it could be longer.
    too_long: bool,
}

/// From this many atoms on a lean walk is tried before the full one.
const MANY_ATOMS: usize = 6;

impl Seen {
    /// Nothing more can be learned?
    fn all(&self, openable: &[usize]) -> bool {
        self.legal && openable.iter().all(|part| self.open.get(*part) == Some(&true))
    }

    fn walk(&mut self, disjunct: &Disjunct, grammar: &Grammar, openable: &[usize], budget: &Budget) -> Result<(), Reason> {
        let mut product = Product::new(disjunct, grammar);
        let many = product.machine.atoms() >= MANY_ATOMS;
        for choice in many.then_some(Choice::Lean).into_iter().chain([Choice::Distinct]) {
            product.explore(choice, budget)?;
            for part in product.open_parts() {
                if let Some(open) = self.open.get_mut(part) {
                    *open = true;
                }
            }
            match product.shortest() {
                Some(name) if grammar.contains(&name) && disjunct.contains(&name) => self.legal = true,
                Some(_) => self.too_long = true,
                None => {}
            }
            if self.all(openable) {
                break;
            }
        }
        Ok(())
    }
}

fn everything(language: &Language, grammar: &Grammar, budget: &Budget) -> Result<bool, Reason> {
    if language.is_all() {
        return Ok(true);
    }
    let outside = Language::grammar(grammar.clone()).minus(language.clone());
    for disjunct in disjuncts(outside.ops()) {
        match search::shortest_unlimited(&disjunct, budget) {
            Answer::Yes(_) => return Ok(false),
            Answer::No => {}
            Answer::Unknown(reason) => return Err(reason),
        }
    }
    Ok(true)
}

/// Has the set no longest member? Greatest lengths hold.
pub(super) fn is_finite(language: &Language, budget: &Budget) -> Answer<()> {
    let mut unknown = None;
    for disjunct in disjuncts(language.ops()).iter().filter(|disjunct| !disjunct.is_bounded()) {
        let machine = Machine::new(&disjunct.ops, Limits::Counted, None);
        match Graph::explore(&machine, Choice::Distinct, budget) {
            Ok(graph) => {
                if !graph.cyclic(&graph.live(), |_| true).is_empty() {
                    return Answer::No;
                }
            }
            Err(reason) => unknown = Some(reason),
        }
    }
    unknown.map_or(Answer::Yes(()), Answer::Unknown)
}

/// Used by the questions of `Language`: whether a formula is one that is known to hold nothing or everything.
pub(super) fn is(ops: &[formula::Op], node: &formula::Node) -> bool {
    matches!(ops, [op] if op.node == *node)
}
