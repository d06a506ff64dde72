//! A grammar and a disjunct side by side. Here the grammar is read one state at a time, so that a state is one way to read the name:
//! that is what tells the parts of a name apart even where a name can be read in several ways.

use smol_str::SmolStr;

use super::bits;
use super::checks::Limits;
use super::disjuncts::Disjunct;
use super::grammar::Grammar;
use super::graph::{Graph, Move};
use super::machine::{Choice, Machine, Scratch, symbols_on};
use super::nfa::{Nfa, On};
use super::rows::Rows;
use crate::admission::{Budget, Reason};

/// A row of the product is the grammar's state and then the machine's row.
pub(super) struct Product<'d> {
    nfa: &'d Nfa,
    /// What every name begins with: the walk starts behind it.
    head: &'d str,
    pub machine: Machine<'d>,
    graph: Graph,
    rows: Rows,
    /// The move by which each state was first reached.
    origins: Vec<u32>,
}

impl<'d> Product<'d> {
    /// Greatest lengths are ignored in both.
    pub fn new(disjunct: &'d Disjunct, grammar: &'d Grammar) -> Self {
        let nfa = grammar.unlimited();
        let machine = Machine::new(&disjunct.ops, Limits::Ignored, Some(nfa));
        let rows = Rows::new(machine.width() + 1);
        Self { nfa, head: grammar.head(), machine, graph: Graph::default(), rows, origins: Vec::new() }
    }

    /// Walks all states that the chosen moves reach, from the start and afresh.
    pub fn explore(&mut self, choice: Choice, budget: &Budget) -> Result<(), Reason> {
        self.rows = Rows::new(self.machine.width() + 1);
        self.graph = Graph::default();
        self.origins = vec![u32::MAX];
        if !budget.spend(self.machine.set_up()) {
            return Err(Reason::Budget);
        }
        let mut scratch = self.machine.scratch();
        let within = symbols_on(&self.machine.alphabet, self.nfa);
        let mut start = self.machine.after(self.head);
        let value = self.machine.judge(&mut start, &mut scratch);
        if value.never() {
            self.origins.clear();
            return Ok(());
        }
        let (mut from, mut to, mut allowed) = (vec![0; start.len() + 1], vec![0; start.len() + 1], Vec::new());
        from.iter_mut().skip(1).zip(&start).for_each(|(word, start)| *word = *start);
        let read = self.head.chars().count();
        from.iter_mut().take(1).for_each(|state| *state = read as u64);
        self.rows.insert(&from);
        self.graph.accepting.push(value.accepts() && self.nfa.accepts_in(read));
        let mut at = 0;
        while at < self.rows.len() {
            from.copy_from_slice(self.rows.row(at));
            let Some((state, row)) = from.split_first() else { break };
            for edge in self.nfa.edges(usize::try_from(*state).unwrap_or_default()) {
                scratch.allowed.fill(0);
                match edge.on {
                    On::Char(c) => self.machine.alphabet.named(c).into_iter().for_each(|symbol| bits::set(&mut scratch.allowed, symbol)),
                    On::Set(set) => scratch.allowed.copy_from_slice(within.get(set).map_or(&[], Vec::as_slice)),
                }
                let tried = if matches!(edge.on, On::Char(_)) { 1 } else { self.machine.narrow(row, choice, &mut scratch) };
                if !budget.spend(self.machine.cost(tried)) {
                    return Err(Reason::Budget);
                }
                allowed.clone_from(&scratch.allowed);
                for symbol in bits::indices(&allowed) {
                    self.follow(at, row, symbol, edge.to, &mut to, &mut scratch);
                }
            }
            at += 1;
        }
        Ok(())
    }

    fn follow(&mut self, at: usize, row: &[u64], symbol: usize, next: u32, to: &mut [u64], scratch: &mut Scratch) {
        let Some((next_state, next_row)) = to.split_first_mut() else { return };
        *next_state = u64::from(next);
        self.machine.step(row, symbol, next_row);
        let value = self.machine.judge(next_row, scratch);
        if value.never() {
            return;
        }
        let (number, new) = self.rows.insert(to);
        if new {
            self.graph.accepting.push(value.accepts() && self.nfa.accepts_in(next as usize));
            self.origins.push(u32::try_from(self.graph.moves.len()).unwrap_or(u32::MAX));
        }
        let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        self.graph.moves.push(Move { from: narrow(at), symbol: narrow(symbol), to: number });
    }

    /// The parts in which a name that is admitted can be pumped.
    pub fn open_parts(&self) -> impl Iterator<Item = usize> + '_ {
        let live = self.graph.live();
        let cyclic = self.graph.cyclic(&live, |step| self.part(step.from) == self.part(step.to));
        cyclic.into_iter().filter_map(|state| self.part(state))
    }

    /// The part of the grammar that is being read in a state.
    fn part(&self, state: u32) -> Option<usize> {
        let state = self.rows.row(state as usize).first()?;
        self.nfa.part_of(usize::try_from(*state).ok()?)
    }

    /// A shortest name among those that were walked.
    pub fn shortest(&self) -> Option<SmolStr> {
        let mut at = self.graph.accepting.iter().position(|accepts| *accepts)?;
        let mut reversed = Vec::new();
        while let Some(step) = self.origins.get(at).and_then(|origin| self.graph.moves.get(*origin as usize)) {
            reversed.push(self.machine.alphabet.shown(step.symbol as usize));
            at = step.from as usize;
        }
        Some(self.head.chars().chain(reversed.into_iter().rev()).collect())
    }
}
