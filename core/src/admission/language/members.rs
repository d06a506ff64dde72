//! The first members of a disjunct, shorter ones first, of equally long ones those that read better.

use smol_str::SmolStr;

use super::bits;
use super::chars;
use super::checks::Limits;
use super::disjuncts::Disjunct;
use super::graph::{Graph, Move};
use super::machine::{Choice, Machine};
use crate::admission::{Budget, Reason};
use crate::order;

/// The first few members of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Members {
    /// Shorter ones first; of equally long ones, those that read better.
    pub first: Vec<SmolStr>,
    /// Are these all?
    pub complete: bool,
}

impl Members {
    /// Sorts and cuts a list that holds the first `most` members and perhaps more.
    pub(super) fn cut(mut first: Vec<SmolStr>, most: usize, complete: bool) -> Self {
        order::sort_by(&mut first, |a, b| chars::shortlex(a, b));
        first.dedup();
        let complete = complete && first.len() <= most;
        first.truncate(most);
        Self { first, complete }
    }
}

pub(super) fn members(disjunct: &Disjunct, most: usize, budget: &Budget) -> Result<Members, Reason> {
    if let Some(listed) = disjunct.listed() {
        return Ok(Members::cut(listed, most, true));
    }
    // The loosened set holds every member. Only if it also shows texts that are none, lengths have to be counted.
    for limits in [Limits::Loosened, Limits::Counted] {
        let machine = Machine::new(&disjunct.ops, limits, None);
        let graph = Graph::explore(&machine, Choice::Every, budget)?;
        let (first, complete) = Enumeration::new(&machine, &graph).run(most + 1, budget)?;
        if limits == Limits::Counted || first.iter().all(|text| disjunct.contains(text)) {
            return Ok(Members::cut(first, most, complete));
        }
    }
    Err(Reason::Budget)
}

struct Enumeration<'g> {
    machine: &'g Machine<'g>,
    graph: &'g Graph,
    /// Where the moves of each state begin; they are sorted by symbol.
    first_move: Vec<usize>,
    /// Every ASCII character with its symbol, the most readable first.
    ascii: Vec<(char, Option<usize>)>,
    /// `within[k]`: the states from which exactly k moves lead to an accepting one.
    within: Vec<Vec<u64>>,
}

impl<'g> Enumeration<'g> {
    fn new(machine: &'g Machine<'g>, graph: &'g Graph) -> Self {
        let first_move = (0..=graph.states()).map(|state| graph.moves.partition_point(|step| (step.from as usize) < state)).collect();
        let mut accepting = bits::none(graph.states());
        graph.accepting.iter().enumerate().filter(|(_, accepts)| **accepts).for_each(|(state, _)| bits::set(&mut accepting, state));
        let ascii = chars::ascii().into_iter().map(|c| (c, machine.alphabet.symbol(c))).collect();
        Self { machine, graph, first_move, ascii, within: vec![accepting] }
    }

    /// Up to `most` members, and whether there are no others.
    fn run(mut self, most: usize, budget: &Budget) -> Result<(Vec<SmolStr>, bool), Reason> {
        let mut found = Vec::new();
        for length in 0.. {
            let Some(here) = self.within.get(length).filter(|states| states.iter().any(|word| *word != 0)) else { break };
            if bits::test(here, 0) {
                self.of_length(length, most, &mut found, budget)?;
                if found.len() >= most {
                    return Ok((found, false));
                }
            }
            if !budget.spend((self.graph.moves.len() + here.len()) as u64 + 1) {
                return Err(Reason::Budget);
            }
            let mut one_more = bits::none(self.graph.states());
            for step in self.graph.moves.iter().filter(|step| bits::test(here, step.to as usize)) {
                bits::set(&mut one_more, step.from as usize);
            }
            self.within.push(one_more);
        }
        Ok((found, true))
    }

    // Depth first, only along moves that still lead to a member of this length: every way down ends in one.
    fn of_length(&self, length: usize, most: usize, found: &mut Vec<SmolStr>, budget: &Budget) -> Result<(), Reason> {
        let mut path: Vec<(u32, Option<char>)> = vec![(0, None)];
        let mut text = String::new();
        while let Some((state, last)) = path.last_mut() {
            if !budget.spend(128) {
                return Err(Reason::Budget);
            }
            let left = (length + 1).saturating_sub(text.chars().count() + 1);
            if left == 0 {
                found.push([self.machine.head(), &text].concat().into());
                if found.len() >= most {
                    return Ok(());
                }
            }
            match left.checked_sub(1).and_then(|left| self.next(*state, left, *last)) {
                Some((c, to)) => {
                    *last = Some(c);
                    path.push((to, None));
                    text.push(c);
                }
                None => {
                    path.pop();
                    text.pop();
                }
            }
        }
        Ok(())
    }

    /// The next character after `last` that leads to a state which needs exactly `left` more.
    fn next(&self, state: u32, left: usize, last: Option<char>) -> Option<(char, u32)> {
        let later = |c: char| last.is_none_or(|last| chars::rank(c) > chars::rank(last));
        let leads = |symbol: Option<usize>| {
            self.target(state, symbol?).filter(|to| self.within.get(left).is_some_and(|states| bits::test(states, *to as usize)))
        };
        let ascii = self.ascii.iter().filter(|(c, _)| later(*c)).find_map(|(c, symbol)| Some((*c, leads(*symbol)?)));
        ascii.or_else(|| {
            let alphabet = &self.machine.alphabet;
            let named = alphabet.named_beyond().filter(|c| later(*c)).filter_map(|c| Some((c, leads(alphabet.named(c))?)));
            let others = leads(alphabet.beyond()).and_then(|to| {
                let next = chars::beyond_ascii_after(last).find(|c| alphabet.named(*c).is_none())?;
                Some((next, to))
            });
            named.chain(others).min_by_key(|(c, _)| chars::rank(*c))
        })
    }

    fn target(&self, state: u32, symbol: usize) -> Option<u32> {
        let bound = |at: u32| self.first_move.get(at as usize).copied().unwrap_or_default();
        let moves: &[Move] = self.graph.moves.get(bound(state)..bound(state + 1))?;
        let at = moves.binary_search_by_key(&symbol, |step| step.symbol as usize).ok()?;
        moves.get(at).map(|step| step.to)
    }
}
