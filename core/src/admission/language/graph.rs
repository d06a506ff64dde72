//! All rows that a machine can reach, with the moves between them: for questions that one member doesn't answer.

use super::bits;
use super::machine::{Choice, Machine};
use super::rows::Rows;
use crate::admission::{Budget, Reason};

/// The reachable part of an automaton. State 0 is the start, after the machine's head.
#[derive(Default)]
pub(super) struct Graph {
    /// From, symbol, to; in the order of `from`.
    pub moves: Vec<Move>,
    pub accepting: Vec<bool>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Move {
    pub from: u32,
    pub symbol: u32,
    pub to: u32,
}

impl Graph {
    /// Only by the moves that are chosen.
    pub fn explore(machine: &Machine<'_>, choice: Choice, budget: &Budget) -> Result<Self, Reason> {
        if !budget.spend(machine.set_up()) {
            return Err(Reason::Budget);
        }
        let mut scratch = machine.scratch();
        let mut start = machine.after(machine.head());
        let value = machine.judge(&mut start, &mut scratch);
        let mut graph = Self { moves: Vec::new(), accepting: vec![value.accepts()] };
        if value.never() {
            return Ok(graph);
        }
        let mut rows = Rows::new(machine.width());
        rows.insert(&start);
        let (mut from, mut to, mut allowed) = (vec![0; machine.width()], vec![0; machine.width()], Vec::new());
        let mut at = 0;
        while at < rows.len() {
            from.copy_from_slice(rows.row(at));
            scratch.allowed.fill(u64::MAX);
            let tried = machine.narrow(&from, choice, &mut scratch);
            allowed.clone_from(&scratch.allowed);
            if !budget.spend(machine.cost(tried)) {
                return Err(Reason::Budget);
            }
            for symbol in bits::indices(&allowed) {
                machine.step(&from, symbol, &mut to);
                let value = machine.judge(&mut to, &mut scratch);
                if value.never() {
                    continue;
                }
                let (number, new) = rows.insert(&to);
                if new {
                    graph.accepting.push(value.accepts());
                }
                let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
                graph.moves.push(Move { from: narrow(at), symbol: narrow(symbol), to: number });
            }
            at += 1;
        }
        Ok(graph)
    }

    pub fn states(&self) -> usize {
        self.accepting.len()
    }

    /// The states from which an accepting one can be reached.
    pub fn live(&self) -> Vec<bool> {
        let into = Index::new(self.states(), self.moves.iter().map(|step| (step.to, step.from)));
        let mut live = self.accepting.clone();
        let mut open: Vec<u32> = (0..).zip(&live).filter(|(_, live)| **live).map(|(state, _)| state).collect();
        while let Some(state) = open.pop() {
            for before in into.of(state) {
                if let Some(live) = live.get_mut(*before as usize).filter(|live| !**live) {
                    *live = true;
                    open.push(*before);
                }
            }
        }
        live
    }

    /// The live states on a cycle, or behind one, by moves that `counts` admits. Empty if and only if there is no such cycle.
    pub fn cyclic(&self, live: &[bool], counts: impl Fn(&Move) -> bool) -> Vec<u32> {
        let is_live = |state: u32| live.get(state as usize) == Some(&true);
        let moves: Vec<(u32, u32)> = self
            .moves
            .iter()
            .filter(|step| is_live(step.from) && is_live(step.to) && counts(step))
            .map(|step| (step.from, step.to))
            .collect();
        let mut entries = vec![0_u32; self.states()];
        for (_, to) in &moves {
            entries.iter_mut().skip(*to as usize).take(1).for_each(|entries| *entries += 1);
        }
        let onward = Index::new(self.states(), moves.into_iter());
        let mut open: Vec<u32> = (0..).zip(&entries).filter(|(_, entries)| **entries == 0).map(|(state, _)| state).collect();
        while let Some(state) = open.pop() {
            for next in onward.of(state) {
                if let Some(entries) = entries.get_mut(*next as usize) {
                    *entries -= 1;
                    if *entries == 0 {
                        open.push(*next);
                    }
                }
            }
        }
        (0..).zip(&entries).filter(|(_, entries)| **entries > 0).map(|(state, _)| state).collect()
    }
}

/// For each state a list of states.
struct Index {
    first: Vec<u32>,
    states: Vec<u32>,
}

impl Index {
    fn new(states: usize, pairs: impl Iterator<Item = (u32, u32)>) -> Self {
        let mut pairs: Vec<(u32, u32)> = pairs.collect();
        pairs.sort_unstable();
        let mut first = Vec::with_capacity(states + 1);
        let mut at = 0;
        for state in 0..=states {
            while pairs.get(at).is_some_and(|(key, _)| (*key as usize) < state) {
                at += 1;
            }
            first.push(u32::try_from(at).unwrap_or(u32::MAX));
        }
        Self { first, states: pairs.into_iter().map(|(_, state)| state).collect() }
    }

    fn of(&self, state: u32) -> &[u32] {
        let bound = |at: u32| self.first.get(at as usize).map_or(0, |bound| *bound as usize);
        self.states.get(bound(state)..bound(state + 1)).unwrap_or_default()
    }
}
