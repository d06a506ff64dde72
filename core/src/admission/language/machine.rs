//! One formula, ready to be stepped: every atom is a small automaton, their states lie side by side in one row of words, and the formula
//! says of a row whether it accepts, and whether anything that follows can still make a difference.

use super::alphabet::Alphabet;
use super::bits;
use super::chars::CharSet;
use super::checks::{self, Check, Checklist, Limits, checklist};
use super::formula::{Atom, Op};
use super::glob::Item;
use super::glob_bank::{GlobBank, GlobPlace};
use super::nfa::{Nfa, On};
use super::value::Value;
use super::word_list::WordList;

/// Which symbols to try from a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// All of them.
    Every,
    /// Of symbols that certainly lead to the same row only the most readable: nothing is missed.
    Distinct,
    /// Also none that only atoms which take away are waiting for: what is found is true, what is not found may be there.
    Lean,
}

enum Kind<'l> {
    Glob(GlobPlace),
    Grammar { nfa: &'l Nfa, first: usize, words: usize, within: Vec<Vec<u64>> },
    Words { list: WordList<'l>, first: usize },
}

pub(super) struct Machine<'l> {
    pub alphabet: Alphabet,
    globs: GlobBank,
    kinds: Vec<Kind<'l>>,
    checks: Vec<(Check, u32)>,
    /// The atoms that every member lies in.
    conjuncts: Vec<usize>,
    /// Does the formula have more than one level, so that a decided part of it may hide atoms that no longer matter?
    nested: bool,
    width: usize,
    head: String,
}

impl<'l> Machine<'l> {
    /// `driver`: a grammar that is stepped along by the caller, so that its characters have symbols too.
    pub fn new(ops: &'l [Op], limits: Limits, driver: Option<&'l Nfa>) -> Self {
        let Checklist { atoms, checks } = checklist(ops, limits);
        let nfas = || atoms.iter().filter_map(|(atom, counted)| nfa_of(atom, *counted)).chain(driver);
        let named = atoms.iter().flat_map(|(atom, _)| named_chars(atom)).chain(nfas().flat_map(Nfa::chars));
        let alphabet = Alphabet::new(named, nfas().flat_map(Nfa::sets).copied());
        let globs = GlobBank::new(
            atoms.iter().filter_map(|(atom, _)| if let Atom::Glob { glob, fold } = atom { Some((glob, *fold)) } else { None }),
            &alphabet,
        );
        let mut width = globs.width();
        let mut places = globs.places();
        let mut kinds = Vec::with_capacity(atoms.len());
        for (atom, counted) in &atoms {
            let kind = match (atom, nfa_of(atom, *counted)) {
                (Atom::Words(words), _) => Kind::Words { list: WordList::new(words), first: width },
                (_, Some(nfa)) => {
                    let within = nfa.sets().iter().map(|set| alphabet.within(*set)).collect();
                    Kind::Grammar { nfa, first: width, words: nfa.states().div_ceil(64), within }
                }
                (_, None) => Kind::Glob(places.next().unwrap_or_default()),
            };
            width += match &kind {
                Kind::Glob(_) => 0,
                Kind::Grammar { words, .. } => *words,
                Kind::Words { .. } => WordList::WIDTH,
            };
            kinds.push(kind);
        }
        let conjuncts = checks::conjuncts(&checks);
        let heads = conjuncts.iter().filter_map(|conjunct| atoms.get(*conjunct)).map(|(atom, _)| head_of(atom));
        let head = heads.max_by_key(String::len).unwrap_or_default();
        let levels = checks.iter().filter(|(check, _)| matches!(check, Check::And | Check::Or)).count();
        Self { alphabet, globs, kinds, conjuncts, nested: levels > 1, checks, width, head }
    }

    /// Words in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Units of work in trying this many symbols from one row.
    pub fn cost(&self, tried: u64) -> u64 {
        // Measured: finding the row's place weighs as much as some twelve words, choosing the symbols as much as two rows.
        (2 * (self.width + self.checks.len()) as u64 + 12) * (tried + 2)
    }

    /// Units of work in making the machine.
    pub fn set_up(&self) -> u64 {
        (self.width * self.alphabet.len() + 8 * self.checks.len()) as u64 + 200
    }

    /// How many different atoms the formula has.
    pub fn atoms(&self) -> usize {
        self.kinds.len()
    }

    /// What every member begins with, because an atom that holds all of them says so.
    pub fn head(&self) -> &str {
        &self.head
    }

    /// The row after `head`, a text of characters that patterns name. What lies before is not worth a search.
    pub fn after(&self, head: &str) -> Vec<u64> {
        let mut row = self.start();
        let mut next = row.clone();
        for symbol in head.chars().filter_map(|c| self.alphabet.named(c)) {
            self.step(&row, symbol, &mut next);
            std::mem::swap(&mut row, &mut next);
        }
        row
    }

    fn start(&self) -> Vec<u64> {
        let mut row = vec![0; self.width];
        self.globs.start(&mut row);
        for kind in &self.kinds {
            match kind {
                Kind::Glob(_) => {}
                Kind::Grammar { first, .. } => row.iter_mut().skip(*first).take(1).for_each(|word| *word = 1),
                Kind::Words { list, first } => list.start(row.get_mut(*first..).unwrap_or_default()),
            }
        }
        row
    }

    /// The row after one more symbol.
    pub fn step(&self, from: &[u64], symbol: usize, to: &mut [u64]) {
        self.globs.step(from, symbol, to);
        if self.globs.width() == self.width {
            return;
        }
        let shown = self.alphabet.shown(symbol);
        for kind in &self.kinds {
            match kind {
                Kind::Glob(_) => {}
                Kind::Grammar { nfa, first, words, .. } => {
                    let (from, to) = (part(from, *first, *words), to.get_mut(*first..first + words).unwrap_or_default());
                    to.fill(0);
                    for state in bits::indices(from) {
                        nfa.edges(state).iter().filter(|edge| nfa.on(edge.on, shown)).for_each(|edge| bits::set(to, edge.to as usize));
                    }
                }
                Kind::Words { list, first } => {
                    list.step(part(from, *first, WordList::WIDTH), shown, to.get_mut(*first..).unwrap_or_default());
                }
            }
        }
    }

    /// Leaves those of `scratch.allowed` that are worth trying from a row: none that no member can go on with, and what `choice` says.
    /// Returns how many.
    pub fn narrow(&self, row: &[u64], choice: Choice, scratch: &mut Scratch) -> u64 {
        for conjunct in &self.conjuncts {
            self.restrict(*conjunct, row, scratch);
        }
        if choice == Choice::Every {
            clip(&mut scratch.allowed, self.alphabet.len());
        } else {
            self.reduce(row, choice, scratch);
        }
        scratch.allowed.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    // What no atom is waiting for all leads to one row: of each block the first such symbol will do.
    fn reduce(&self, row: &[u64], choice: Choice, scratch: &mut Scratch) {
        scratch.mentioned.fill(0);
        self.globs.mention(row, &mut scratch.mentioned);
        for (atom, kind) in self.kinds.iter().enumerate() {
            if !matches!(kind, Kind::Glob(_)) {
                self.mention_atom(atom, row, &mut scratch.mentioned);
            }
        }
        scratch.kept.fill(0);
        for block in &self.alphabet.blocks {
            let words = block.iter().zip(&scratch.allowed).zip(&scratch.mentioned);
            let unmentioned = words.map(|((block, allowed), mentioned)| block & allowed & !mentioned);
            if let Some((at, word)) = unmentioned.enumerate().find(|(_, word)| *word != 0) {
                bits::set(&mut scratch.kept, at * 64 + word.trailing_zeros() as usize);
            }
        }
        if choice == Choice::Lean {
            scratch.mentioned.fill(0);
            for conjunct in &self.conjuncts {
                self.mention_atom(*conjunct, row, &mut scratch.mentioned);
            }
        }
        for ((allowed, mentioned), kept) in scratch.allowed.iter_mut().zip(&scratch.mentioned).zip(&scratch.kept) {
            *allowed = *allowed & mentioned | kept;
        }
    }

    fn mention_atom(&self, atom: usize, row: &[u64], mentioned: &mut [u64]) {
        match self.kinds.get(atom) {
            Some(Kind::Glob(place)) => self.globs.mention_one(place, row, mentioned),
            Some(Kind::Grammar { nfa, first, words, .. }) => {
                for on in bits::indices(part(row, *first, *words)).flat_map(|state| nfa.edges(state)).map(|edge| edge.on) {
                    self.mention(on, mentioned);
                }
            }
            Some(Kind::Words { list, first }) => list.mention(part(row, *first, WordList::WIDTH), &self.alphabet, mentioned),
            None => {}
        }
    }

    fn mention(&self, on: On, mentioned: &mut [u64]) {
        if let On::Char(c) = on
            && let Some(symbol) = self.alphabet.named(c)
        {
            bits::set(mentioned, symbol);
        }
    }

    // Only symbols that keep the conjunct alive.
    fn restrict(&self, atom: usize, row: &[u64], scratch: &mut Scratch) {
        scratch.kept.fill(0);
        match self.kinds.get(atom) {
            Some(Kind::Glob(place)) if self.globs.is_open(place, row) => return,
            Some(Kind::Glob(place)) => self.globs.mention_one(place, row, &mut scratch.kept),
            Some(Kind::Grammar { nfa, first, words, within }) => {
                for edge in bits::indices(part(row, *first, *words)).flat_map(|state| nfa.edges(state)) {
                    match edge.on {
                        On::Char(_) => self.mention(edge.on, &mut scratch.kept),
                        On::Set(set) => {
                            let symbols = within.get(set).map_or(&[][..], Vec::as_slice);
                            scratch.kept.iter_mut().zip(symbols).for_each(|(kept, within)| *kept |= within);
                        }
                    }
                }
            }
            Some(Kind::Words { list, first }) => list.mention(part(row, *first, WordList::WIDTH), &self.alphabet, &mut scratch.kept),
            None => return,
        }
        scratch.allowed.iter_mut().zip(&scratch.kept).for_each(|(allowed, kept)| *allowed &= kept);
    }

    /// What the row says about the formula. Atoms that can no longer make a difference are cleared in the row, so that rows which
    /// differ only there are one.
    pub fn judge(&self, row: &mut [u64], scratch: &mut Scratch) -> Value {
        let values = &mut scratch.values;
        values.clear();
        for (at, (check, _)) in self.checks.iter().enumerate() {
            let value = match *check {
                Check::Always(always) => Value::new(always, !always, always),
                Check::Atom { atom, positive } => {
                    let value = self.atom_value(atom, row);
                    if positive { value } else { value.not() }
                }
                Check::Not => values.last().map_or(Value::NOTHING, |value| value.not()),
                Check::And => self.children(at).filter_map(|child| values.get(child)).fold(Value::EVERY, |all, value| all.and(*value)),
                Check::Or => self.children(at).filter_map(|child| values.get(child)).fold(Value::NOTHING, |any, value| any.or(*value)),
            };
            values.push(value);
        }
        let value = values.last().copied().unwrap_or(Value::NOTHING);
        if !value.never() && (self.nested || value.decided()) {
            self.clear_irrelevant(row, scratch);
        }
        value
    }

    fn atom_value(&self, atom: usize, row: &[u64]) -> Value {
        match self.kinds.get(atom) {
            Some(Kind::Glob(place)) => self.globs.value(place, row),
            Some(Kind::Grammar { nfa, first, words, .. }) => {
                let states = part(row, *first, *words);
                Value::new(nfa.accepts_in_any(states), states.iter().all(|word| *word == 0), false)
            }
            Some(Kind::Words { list, first }) => list.value(part(row, *first, WordList::WIDTH)),
            None => Value::NOTHING,
        }
    }

    fn children(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        let len = |at: usize| self.checks.get(at).map_or(1, |(_, len)| *len as usize);
        let first = (at + 1).saturating_sub(len(at));
        let mut next = at;
        std::iter::from_fn(move || {
            (next > first).then(|| {
                let child = next - 1;
                next = next.saturating_sub(len(child));
                child
            })
        })
    }

    // Below a decided sub-formula nothing matters but the atoms that are decided themselves; those are what decides it, and they stay.
    fn clear_irrelevant(&self, row: &mut [u64], scratch: &mut Scratch) {
        scratch.relevant.clear();
        scratch.relevant.resize(self.kinds.len(), false);
        let mut at = self.checks.len();
        while let Some(index) = at.checked_sub(1) {
            let Some((check, len)) = self.checks.get(index) else { break };
            let decided = scratch.values.get(index).is_some_and(|value| value.decided());
            if let (Check::Atom { atom, .. }, false) = (check, decided)
                && let Some(relevant) = scratch.relevant.get_mut(*atom)
            {
                *relevant = true;
            }
            at = if decided { at.saturating_sub(*len as usize) } else { index };
        }
        for (atom, kind) in self.kinds.iter().enumerate() {
            if scratch.relevant.get(atom) == Some(&true) || self.atom_value(atom, row).decided() {
                continue;
            }
            let (first, words) = match kind {
                Kind::Glob(place) => place.span(),
                Kind::Grammar { first, words, .. } => (*first, *words),
                Kind::Words { first, .. } => (*first, WordList::WIDTH),
            };
            row.get_mut(first..first + words).unwrap_or_default().fill(0);
        }
    }

    pub fn scratch(&self) -> Scratch {
        let symbols = bits::none(self.alphabet.len());
        Scratch {
            allowed: symbols.clone(),
            mentioned: symbols.clone(),
            kept: symbols,
            values: Vec::with_capacity(self.checks.len()),
            relevant: Vec::new(),
        }
    }
}

/// Room that is used again and again.
pub(super) struct Scratch {
    /// Symbols: those to choose from, and after `narrow` those worth trying.
    pub allowed: Vec<u64>,
    mentioned: Vec<u64>,
    kept: Vec<u64>,
    values: Vec<Value>,
    relevant: Vec<bool>,
}

fn part(row: &[u64], first: usize, words: usize) -> &[u64] {
    row.get(first..first + words).unwrap_or_default()
}

fn clip(symbols: &mut [u64], len: usize) {
    let mut left = len;
    for word in symbols {
        let here = left.min(64);
        *word &= if here == 64 { u64::MAX } else { (1 << here) - 1 };
        left -= here;
    }
}

/// What every member of the atom begins with.
fn head_of(atom: &Atom) -> String {
    match atom {
        Atom::Glob { glob, fold: false } => {
            glob.items().iter().map_while(|item| if let Item::Char(c) = item { Some(*c) } else { None }).collect()
        }
        Atom::Grammar(grammar) => grammar.head().to_owned(),
        Atom::Words(_) | Atom::Glob { .. } => String::new(),
    }
}

fn nfa_of(atom: &Atom, counted: bool) -> Option<&Nfa> {
    match atom {
        Atom::Grammar(grammar) => Some(if counted { grammar.exact() } else { grammar.unlimited() }),
        Atom::Words(_) | Atom::Glob { .. } => None,
    }
}

fn named_chars(atom: &Atom) -> Box<dyn Iterator<Item = char> + '_> {
    let both_cases =
        |fold: bool| move |c: char| [Some(c), (fold && c.is_ascii_lowercase()).then(|| c.to_ascii_uppercase())].into_iter().flatten();
    match atom {
        Atom::Words(words) => Box::new(words.words.iter().flat_map(|word| word.chars()).flat_map(both_cases(words.fold))),
        Atom::Glob { glob, fold } => Box::new(GlobBank::named(glob).flat_map(both_cases(*fold))),
        Atom::Grammar(_) => Box::new(std::iter::empty()),
    }
}

/// The symbols of a set, for a caller that steps a grammar itself.
pub(super) fn symbols_on(alphabet: &Alphabet, nfa: &Nfa) -> Vec<Vec<u64>> {
    nfa.sets().iter().map(|set: &CharSet| alphabet.within(*set)).collect()
}
