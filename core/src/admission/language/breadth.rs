//! How wide a set is, part by part of a grammar of legal names: which parts are open, and not only long.

use smol_str::SmolStr;

use super::Language;
use super::bits;
use super::disjuncts::{Disjunct, disjuncts};
use super::formula;
use super::grammar::Grammar;
use super::graph::{Graph, Move};
use super::machine::{Limits, Machine, Scratch, symbols_on};
use super::nfa::{Nfa, On};
use super::rows::Rows;
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
pub(super) fn breadth(language: &Language, grammar: &Grammar, budget: &Budget) -> Result<Breadth, Reason> {
    let openable: Vec<usize> = grammar.open_parts().collect();
    let mut open = vec![false; grammar.parts().len()];
    let (mut empty, mut doubtful) = (true, false);
    for disjunct in disjuncts(language.ops()) {
        if !empty && openable.iter().all(|part| open.get(*part) == Some(&true)) {
            break;
        }
        if let Some(listed) = disjunct.listed() {
            empty &= !listed.iter().any(|word| grammar.contains(word));
            continue;
        }
        let product = Product::new(&disjunct, grammar, budget)?;
        let live = product.graph.live();
        for state in product.graph.cyclic(&live, |_| true) {
            if let Some(open) = product.part(state).and_then(|part| open.get_mut(part)) {
                *open = true;
            }
        }
        match product.shortest() {
            Some(name) if grammar.contains(&name) && disjunct.contains(&name) => empty = false,
            Some(_) => doubtful = true,
            None => {}
        }
    }
    if empty && doubtful {
        // Only names beyond the limits were seen.
        empty = match language.clone().intersect(Language::grammar(grammar.clone())).witness(budget) {
            Answer::Yes(_) => false,
            Answer::No => true,
            Answer::Unknown(reason) => return Err(reason),
        };
    }
    let finite = !open.contains(&true);
    let all_open = openable.iter().all(|part| open.get(*part) == Some(&true));
    let everything = all_open && !empty && everything(language, grammar, budget)?;
    let unbounded = open.iter().enumerate().filter(|(_, open)| **open).filter_map(|(part, _)| grammar.name(part).cloned()).collect();
    Ok(Breadth { empty, finite, everything, unbounded })
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

/// A row of the product is the grammar's state and then the machine's row.
struct Product<'d> {
    nfa: &'d Nfa,
    machine: Machine<'d>,
    graph: Graph,
    rows: Rows,
    /// The move by which each state was first reached.
    origins: Vec<u32>,
}

impl<'d> Product<'d> {
    fn new(disjunct: &'d Disjunct, grammar: &'d Grammar, budget: &Budget) -> Result<Self, Reason> {
        let nfa = grammar.unlimited();
        let machine = Machine::new(&disjunct.ops, Limits::Ignored, Some(nfa));
        let rows = Rows::new(machine.width() + 1);
        let graph = Graph { moves: Vec::new(), accepting: Vec::new() };
        let mut product = Self { nfa, machine, graph, rows, origins: vec![u32::MAX] };
        product.explore(budget)?;
        Ok(product)
    }

    fn explore(&mut self, budget: &Budget) -> Result<(), Reason> {
        let mut scratch = self.machine.scratch();
        let within = symbols_on(&self.machine.alphabet, self.nfa);
        let mut start = self.machine.start();
        let value = self.machine.judge(&mut start, &mut scratch);
        if value.never() {
            self.origins.clear();
            return Ok(());
        }
        let (mut from, mut to) = (vec![0; start.len() + 1], vec![0; start.len() + 1]);
        from.iter_mut().skip(1).zip(&start).for_each(|(word, start)| *word = *start);
        self.rows.insert(&from);
        self.graph.accepting.push(value.accepts() && self.nfa.accepts_in(0));
        let mut at = 0;
        while at < self.rows.len() {
            from.copy_from_slice(self.rows.row(at));
            self.expand(at, &from, &mut to, &within, &mut scratch, budget)?;
            at += 1;
        }
        Ok(())
    }

    fn expand(
        &mut self,
        at: usize,
        from: &[u64],
        to: &mut [u64],
        within: &[Vec<u64>],
        scratch: &mut Scratch,
        budget: &Budget,
    ) -> Result<(), Reason> {
        let Some((state, row)) = from.split_first() else { return Ok(()) };
        for edge in self.nfa.edges(usize::try_from(*state).unwrap_or_default()) {
            scratch.allowed.fill(0);
            match edge.on {
                On::Char(c) => self.machine.alphabet.named(c).into_iter().for_each(|symbol| bits::set(&mut scratch.allowed, symbol)),
                On::Set(set) => {
                    scratch.allowed.copy_from_slice(within.get(set).map_or(&[], Vec::as_slice));
                    self.machine.narrow(row, false, scratch);
                }
            }
            let allowed = scratch.allowed.clone();
            let tried: u32 = allowed.iter().map(|word| word.count_ones()).sum();
            if !budget.spend(self.machine.cost() * (u64::from(tried) + 1)) {
                return Err(Reason::Budget);
            }
            for symbol in bits::indices(&allowed) {
                let Some((next_state, next_row)) = to.split_first_mut() else { return Ok(()) };
                *next_state = u64::from(edge.to);
                self.machine.step(row, symbol, next_row);
                let value = self.machine.judge(next_row, scratch);
                if value.never() {
                    continue;
                }
                let (number, new) = self.rows.insert(to);
                if new {
                    self.graph.accepting.push(value.accepts() && self.nfa.accepts_in(edge.to as usize));
                    self.origins.push(u32::try_from(self.graph.moves.len()).unwrap_or(u32::MAX));
                }
                let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
                self.graph.moves.push(Move { from: narrow(at), symbol: narrow(symbol), to: number });
            }
        }
        Ok(())
    }

    /// The part of the grammar that is being read in a state.
    fn part(&self, state: u32) -> Option<usize> {
        let state = self.rows.row(state as usize).first()?;
        self.nfa.part_of(usize::try_from(*state).ok()?)
    }

    /// A shortest name, length limits ignored.
    fn shortest(&self) -> Option<SmolStr> {
        let mut at = self.graph.accepting.iter().position(|accepts| *accepts)?;
        let mut reversed = Vec::new();
        while let Some(step) = self.origins.get(at).and_then(|origin| self.graph.moves.get(*origin as usize)) {
            reversed.push(self.machine.alphabet.shown(step.symbol as usize));
            at = step.from as usize;
        }
        Some(reversed.into_iter().rev().collect())
    }
}

/// Has the set no longest member? Greatest lengths hold.
pub(super) fn is_finite(language: &Language, budget: &Budget) -> Answer<()> {
    let mut unknown = None;
    for disjunct in disjuncts(language.ops()).iter().filter(|disjunct| !disjunct.is_bounded()) {
        let machine = Machine::new(&disjunct.ops, Limits::Counted, None);
        match Graph::explore(&machine, false, budget) {
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
