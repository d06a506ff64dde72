//! A list of words as an automaton: the state is the stretch of the sorted list whose words begin with what has been read, so that
//! thousands of words need no table.

use super::alphabet::Alphabet;
use super::bits;
use super::formula::Words;
use super::value::Value;

pub(super) struct WordList<'l> {
    words: &'l Words,
}

/// The words `from..to` begin with the bytes read, `read` of them.
#[derive(Clone, Copy)]
struct Stretch {
    from: u64,
    to: u64,
    read: usize,
}

impl<'l> WordList<'l> {
    /// Words in a row.
    pub const WIDTH: usize = 2;

    pub fn new(words: &'l Words) -> Self {
        Self { words }
    }

    pub fn start(&self, row: &mut [u64]) {
        Stretch { from: 0, to: self.words.words.len() as u64, read: 0 }.write(row);
    }

    pub fn step(&self, from: &[u64], c: char, to: &mut [u64]) {
        let stretch = Stretch::read(from);
        let c = if self.words.fold { c.to_ascii_lowercase() } else { c };
        let mut buffer = [0; 4];
        let bytes = c.encode_utf8(&mut buffer).as_bytes();
        let words = self.words.words.get(stretch.from as usize..stretch.to as usize).unwrap_or_default();
        let before = words.partition_point(|word| stretch.rest(word) < bytes);
        let with = words.get(before..).unwrap_or_default().partition_point(|word| stretch.rest(word).starts_with(bytes));
        let next =
            Stretch { from: stretch.from + before as u64, to: stretch.from + (before + with) as u64, read: stretch.read + bytes.len() };
        next.write(to);
    }

    pub fn value(&self, row: &[u64]) -> Value {
        let stretch = Stretch::read(row);
        let first = self.words.words.get(stretch.from as usize).filter(|_| stretch.from < stretch.to);
        Value::new(first.is_some_and(|word| word.len() == stretch.read), first.is_none(), false)
    }

    /// Adds the symbols that lead on.
    pub fn mention(&self, row: &[u64], alphabet: &Alphabet, mentioned: &mut [u64]) {
        let stretch = Stretch::read(row);
        let mut words = self.words.words.get(stretch.from as usize..stretch.to as usize).unwrap_or_default();
        let next = |word: &str| word.get(stretch.read..).and_then(|rest| rest.chars().next());
        while let Some(first) = words.first() {
            let here = next(first);
            if let Some(c) = here {
                let other_case = if self.words.fold { c.to_ascii_uppercase() } else { c };
                [c, other_case].into_iter().filter_map(|c| alphabet.named(c)).for_each(|symbol| bits::set(mentioned, symbol));
            }
            let same = words.partition_point(|word| next(word) == here);
            words = words.get(same.max(1)..).unwrap_or_default();
        }
    }
}

impl Stretch {
    fn rest(self, word: &str) -> &[u8] {
        word.as_bytes().get(self.read..).unwrap_or_default()
    }

    fn read(row: &[u64]) -> Self {
        let word = |at: usize| row.get(at).copied().unwrap_or_default();
        Self { from: word(0) & u64::from(u32::MAX), to: word(0) >> 32, read: usize::try_from(word(1)).unwrap_or_default() }
    }

    // All empty stretches are one.
    fn write(self, row: &mut [u64]) {
        let words = if self.from < self.to { [self.from | self.to << 32, self.read as u64] } else { [0, 0] };
        row.iter_mut().zip(words).for_each(|(word, value)| *word = value);
    }
}
