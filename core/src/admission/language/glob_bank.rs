//! All globs of a question, stepped at once. A glob of n characters and `?`s is n + 1 bits: bit k is set when what has been read may
//! have used up the first k of them.

use super::alphabet::Alphabet;
use super::bits;
use super::glob::{Glob, Item};
use super::value::Value;

pub(super) struct GlobBank {
    width: usize,
    /// `width` words for each symbol: the bits that the symbol moves on.
    moves: Vec<u64>,
    /// The bits that stay whatever comes: a `*` stands there.
    stars: Vec<u64>,
    /// The bits that any symbol moves on: a `?` stands there.
    ones: Vec<u64>,
    /// Does the word continue the glob of the word before it?
    continues: Vec<bool>,
    /// The symbols that each bit waits for.
    awaited: Vec<[u32; 2]>,
    places: Vec<GlobPlace>,
}

/// Where the bits of one glob lie.
#[derive(Clone, Copy, Default)]
pub(super) struct GlobPlace {
    first: usize,
    words: usize,
    /// In the last word.
    accepting: u64,
    ends_in_star: bool,
}

const NO_SYMBOL: u32 = u32::MAX;

impl GlobPlace {
    pub fn span(&self) -> (usize, usize) {
        (self.first, self.words)
    }
}

impl GlobBank {
    pub fn named(glob: &Glob) -> impl Iterator<Item = char> + '_ {
        glob.items().iter().filter_map(|item| if let Item::Char(c) = item { Some(*c) } else { None })
    }

    /// `true`: in lower case, and letters are compared without their case.
    pub fn new<'l>(globs: impl Iterator<Item = (&'l Glob, bool)> + Clone, alphabet: &Alphabet) -> Self {
        let words = |glob: &Glob| glob.items().iter().filter(|item| **item != Item::Any).count() / 64 + 1;
        let width = globs.clone().map(|(glob, _)| words(glob)).sum();
        let mut bank = Self {
            width,
            moves: vec![0; width * alphabet.len()],
            stars: vec![0; width],
            ones: vec![0; width],
            continues: vec![false; width],
            awaited: vec![[NO_SYMBOL; 2]; width * 64],
            places: Vec::new(),
        };
        let mut first = 0;
        for (glob, fold) in globs {
            let words = words(glob);
            bank.add(glob, fold, first, words, alphabet);
            first += words;
        }
        if bank.ones.iter().any(|word| *word != 0) {
            for row in bank.moves.chunks_exact_mut(width) {
                row.iter_mut().zip(&bank.ones).for_each(|(moves, ones)| *moves |= ones);
            }
        }
        bank
    }

    fn add(&mut self, glob: &Glob, fold: bool, first: usize, words: usize, alphabet: &Alphabet) {
        let mut bit = first * 64;
        for item in glob.items() {
            match item {
                Item::Any => bits::set(&mut self.stars, bit),
                Item::One => {
                    bits::set(&mut self.ones, bit);
                    bit += 1;
                }
                Item::Char(c) => {
                    let other_case = if fold { c.to_ascii_uppercase() } else { *c };
                    for (slot, symbol) in [alphabet.named(*c), alphabet.named(other_case)].into_iter().flatten().enumerate() {
                        if let Some(row) = self.moves.get_mut(symbol * self.width..(symbol + 1) * self.width) {
                            bits::set(row, bit);
                        }
                        if let Some(awaited) = self.awaited.get_mut(bit).and_then(|pair| pair.get_mut(slot)) {
                            *awaited = u32::try_from(symbol).unwrap_or(NO_SYMBOL);
                        }
                    }
                    bit += 1;
                }
            }
        }
        self.continues.iter_mut().skip(first + 1).take(words - 1).for_each(|word| *word = true);
        let ends_in_star = bits::test(&self.stars, bit);
        self.places.push(GlobPlace { first, words, accepting: 1 << (bit % 64), ends_in_star });
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn places(&self) -> std::vec::IntoIter<GlobPlace> {
        self.places.clone().into_iter()
    }

    pub fn start(&self, row: &mut [u64]) {
        row.iter_mut().zip(&self.continues).for_each(|(word, continues)| *word = u64::from(!continues));
    }

    pub fn step(&self, from: &[u64], symbol: usize, to: &mut [u64]) {
        let moves = self.moves.get(symbol * self.width..(symbol + 1) * self.width).unwrap_or_default();
        let mut carry = 0;
        let words = from.iter().zip(to.iter_mut()).zip(moves).zip(&self.stars).zip(&self.continues);
        for ((((from, to), moves), stars), continues) in words {
            let moved = from & moves;
            let next = moved << 1 | from & stars | if *continues { carry } else { 0 };
            carry = moved >> 63;
            // From a star whatever could follow an earlier bit can follow too: the earlier bits say nothing more.
            let reached = next & stars;
            *to = if reached == 0 { next } else { next & u64::MAX << (63 - reached.leading_zeros()) };
        }
        for place in self.places.iter().filter(|place| place.words > 1) {
            self.forget_before_star(place, to);
        }
    }

    fn forget_before_star(&self, place: &GlobPlace, row: &mut [u64]) {
        let stars = self.stars.get(place.first..place.first + place.words).unwrap_or_default();
        let row = row.get_mut(place.first..place.first + place.words).unwrap_or_default();
        let last = row.iter().zip(stars).rposition(|(word, stars)| word & stars != 0);
        row.iter_mut().take(last.unwrap_or_default()).for_each(|word| *word = 0);
    }

    pub fn value(&self, place: &GlobPlace, row: &[u64]) -> Value {
        let words = row.get(place.first..place.first + place.words).unwrap_or_default();
        let accepts = words.last().is_some_and(|word| word & place.accepting != 0);
        Value::new(accepts, words.iter().all(|word| *word == 0), accepts && place.ends_in_star)
    }

    /// Does every symbol lead on?
    pub fn is_open(&self, place: &GlobPlace, row: &[u64]) -> bool {
        let words = row.iter().zip(&self.stars).zip(&self.ones).skip(place.first).take(place.words);
        words.into_iter().any(|((word, stars), ones)| word & (stars | ones) != 0)
    }

    /// Adds the symbols that some bit of the row waits for.
    pub fn mention(&self, row: &[u64], mentioned: &mut [u64]) {
        self.mention_words(0, row.get(..self.width).unwrap_or_default(), mentioned);
    }

    pub fn mention_one(&self, place: &GlobPlace, row: &[u64], mentioned: &mut [u64]) {
        self.mention_words(place.first, row.get(place.first..place.first + place.words).unwrap_or_default(), mentioned);
    }

    fn mention_words(&self, first: usize, words: &[u64], mentioned: &mut [u64]) {
        for (word, awaited) in words.iter().zip(self.awaited.chunks_exact(64).skip(first)) {
            for symbol in bits::ones(*word).filter_map(|bit| awaited.get(bit)).flatten().filter(|symbol| **symbol != NO_SYMBOL) {
                bits::set(mentioned, *symbol as usize);
            }
        }
    }
}
