//! A grammar as an automaton: a state says which part is being read and, where lengths are counted, how much of it.

use super::bits;
use super::chars::CharSet;
use super::grammar::{Class, GrammarPart};
use crate::order;

/// Reads a name one character at a time; without empty moves. State 0 is the start, state n follows n
/// characters of a literal that every name begins with. A state that can't reach the end has no edge to it.
pub(super) struct Nfa {
    /// `edges[first[q]..first[q + 1]]` leave state `q`.
    first: Vec<u32>,
    edges: Vec<Edge>,
    accepting: Vec<u64>,
    /// The part that was being read when the state was reached; the start has none.
    parts: Vec<u16>,
    sets: Vec<CharSet>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub on: On,
    pub to: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum On {
    Char(char),
    /// An index into the sets.
    Set(usize),
}

const START_PART: u16 = u16::MAX;

impl Nfa {
    /// `counted`: greatest lengths hold; otherwise a part may be longer than they say.
    pub fn new(parts: &[GrammarPart], counted: bool) -> Self {
        let mut builder = Builder { edges: Vec::new(), parts: vec![START_PART], sets: Vec::new(), counted };
        let mut exits = vec![0];
        for (index, part) in parts.iter().enumerate() {
            let index = u16::try_from(index).unwrap_or(START_PART);
            exits = builder.part(part, index, exits);
        }
        builder.finish(&exits)
    }

    pub fn states(&self) -> usize {
        self.parts.len()
    }

    pub fn sets(&self) -> &[CharSet] {
        &self.sets
    }

    pub fn edges(&self, state: usize) -> &[Edge] {
        let bound = |at: usize| self.first.get(at).map_or(0, |edge| *edge as usize);
        self.edges.get(bound(state)..bound(state + 1)).unwrap_or_default()
    }

    pub fn accepts_in(&self, state: usize) -> bool {
        bits::test(&self.accepting, state)
    }

    pub fn accepts_in_any(&self, states: &[u64]) -> bool {
        states.iter().zip(&self.accepting).any(|(here, accepting)| here & accepting != 0)
    }

    pub fn part_of(&self, state: usize) -> Option<usize> {
        self.parts.get(state).filter(|part| **part != START_PART).map(|part| usize::from(*part))
    }

    pub fn on(&self, on: On, c: char) -> bool {
        match on {
            On::Char(wanted) => wanted == c,
            On::Set(set) => self.sets.get(set).is_some_and(|set| set.contains(c)),
        }
    }

    /// The characters that edges name one by one.
    pub fn chars(&self) -> impl Iterator<Item = char> + '_ {
        self.edges.iter().filter_map(|edge| if let On::Char(c) = edge.on { Some(c) } else { None })
    }

    /// Does it accept the text? In nearly every grammar there is one state at a time.
    pub fn accepts(&self, text: impl Iterator<Item = char>) -> bool {
        let (mut now, mut next) = (vec![0_u32], Vec::new());
        for c in text {
            for state in &now {
                next.extend(self.edges(*state as usize).iter().filter(|edge| self.on(edge.on, c)).map(|edge| edge.to));
            }
            if next.len() > 1 {
                next.sort_unstable();
                next.dedup();
            }
            std::mem::swap(&mut now, &mut next);
            next.clear();
            if now.is_empty() {
                return false;
            }
        }
        now.iter().any(|state| self.accepts_in(*state as usize))
    }
}

struct Builder {
    edges: Vec<(u32, Edge)>,
    parts: Vec<u16>,
    sets: Vec<CharSet>,
    counted: bool,
}

/// How a value of a class is read. Local state 0 is "before the value", the others are numbered from 1.
struct Shape {
    moves: Vec<(u32, On, u32)>,
    locals: u32,
    /// In this one (and only in this one) a value may end.
    end: u32,
    min: u16,
    max: Option<u16>,
}

impl Builder {
    fn part(&mut self, part: &GrammarPart, index: u16, entries: Vec<u32>) -> Vec<u32> {
        match part {
            GrammarPart::Literal(text) => self.word(text, index, &entries),
            GrammarPart::Named { class: Class::OneOf(words), .. } => {
                words.iter().flat_map(|word| self.word(word, index, &entries)).collect()
            }
            GrammarPart::Named { class, .. } => {
                let shape = self.shape(class);
                self.value(&shape, index, &entries)
            }
        }
    }

    fn word(&mut self, word: &str, index: u16, entries: &[u32]) -> Vec<u32> {
        let mut from = entries.to_vec();
        for c in word.chars() {
            let to = self.states(1, index);
            self.edges.extend(from.iter().map(|from| (*from, Edge { on: On::Char(c), to })));
            from = vec![to];
        }
        from
    }

    fn shape(&mut self, class: &Class) -> Shape {
        let alnum = self.set(CharSet::range('a', 'z').or(CharSet::range('0', '9')));
        let (dash, dot) = (On::Char('-'), On::Char('.'));
        // 1: after a letter or digit; 2: after a dash; 3: after a dot, where a label begins anew.
        let label = [(0, alnum, 1), (1, alnum, 1), (1, dash, 2), (2, dash, 2), (2, alnum, 1)];
        match class {
            Class::DnsLabel => Shape { moves: label.to_vec(), locals: 2, end: 1, min: 1, max: Some(63) },
            Class::DnsSubdomain => {
                let moves = label.into_iter().chain([(1, dot, 3), (3, alnum, 1)]).collect();
                Shape { moves, locals: 3, end: 1, min: 1, max: Some(253) }
            }
            Class::Chars { allowed, min, max } => {
                let allowed = self.set(*allowed);
                Shape { moves: vec![(0, allowed, 1), (1, allowed, 1)], locals: 1, end: 1, min: *min, max: *max }
            }
            Class::OneOf(_) => Shape { moves: Vec::new(), locals: 0, end: 0, min: 0, max: None },
        }
    }

    // Layer n holds the states in which n characters of the value are read; the last layer of an endless value goes round in itself.
    fn value(&mut self, shape: &Shape, index: u16, entries: &[u32]) -> Vec<u32> {
        let endless = shape.max != Some(0) && (!self.counted || shape.max.is_none());
        let layers = match shape.max {
            Some(max) if self.counted || max == 0 => u32::from(max),
            _ => u32::from(shape.min.max(1)),
        };
        let base = self.states(layers * shape.locals, index);
        let state = |layer: u32, local: u32| base + (layer - 1) * shape.locals + local - 1;
        for (from, on, to) in shape.moves.iter().copied() {
            if from == 0 {
                if layers > 0 {
                    self.edges.extend(entries.iter().map(|entry| (*entry, Edge { on, to: state(1, to) })));
                }
                continue;
            }
            self.edges.extend((1..layers).map(|layer| (state(layer, from), Edge { on, to: state(layer + 1, to) })));
            if endless {
                self.edges.push((state(layers, from), Edge { on, to: state(layers, to) }));
            }
        }
        let ends = (u32::from(shape.min.max(1))..=layers).map(|layer| state(layer, shape.end));
        let skipped = if shape.min == 0 { entries } else { &[] };
        skipped.iter().copied().chain(ends).collect()
    }

    fn states(&mut self, number: u32, part: u16) -> u32 {
        let first = self.parts.len();
        self.parts.resize(first + number as usize, part);
        u32::try_from(first).unwrap_or(u32::MAX)
    }

    fn set(&mut self, set: CharSet) -> On {
        let known = self.sets.iter().position(|known| *known == set);
        On::Set(known.unwrap_or_else(|| {
            self.sets.push(set);
            self.sets.len() - 1
        }))
    }

    fn finish(mut self, exits: &[u32]) -> Nfa {
        let number = self.parts.len();
        let mut accepting = bits::none(number);
        exits.iter().for_each(|exit| bits::set(&mut accepting, *exit as usize));
        let live = live(number, &self.edges, exits);
        self.edges.retain(|(_, edge)| bits::test(&live, edge.to as usize));
        order::sort_by_key(&mut self.edges, |(from, _)| *from);
        let mut first = vec![0; number + 1];
        for (from, _) in &self.edges {
            if let Some(count) = first.get_mut(*from as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for count in &mut first {
            sum += *count;
            *count = sum;
        }
        let edges: Vec<Edge> = self.edges.into_iter().map(|(_, edge)| edge).collect();
        let used = |index: usize| edges.iter().any(|edge| edge.on == On::Set(index));
        // A set that no edge uses would only split the alphabet.
        let sets = self.sets.iter().enumerate().map(|(index, set)| if used(index) { *set } else { CharSet::ANY }).collect();
        Nfa { first, edges, accepting, parts: self.parts, sets }
    }
}

/// The states from which one of `exits` can be reached.
fn live(states: usize, edges: &[(u32, Edge)], exits: &[u32]) -> Vec<u64> {
    let mut into = vec![Vec::new(); states];
    for (from, edge) in edges {
        if let Some(into) = into.get_mut(edge.to as usize) {
            into.push(*from);
        }
    }
    let mut live = bits::none(states);
    let mut open = exits.to_vec();
    while let Some(state) = open.pop() {
        if !bits::test(&live, state as usize) {
            bits::set(&mut live, state as usize);
            open.extend(into.get(state as usize).into_iter().flatten());
        }
    }
    live
}
