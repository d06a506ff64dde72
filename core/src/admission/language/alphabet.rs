//! Symbols: characters that no atom of a question tells apart are one symbol. The search steps over symbols, never over Unicode.

use super::bits;
use super::chars::CharSet;

/// The symbols of one question, in the order in which their representatives read best.
pub(super) struct Alphabet {
    symbols: Vec<Symbol>,
    /// Of the characters that patterns name one by one.
    named_ascii: [u32; 128],
    named_beyond: Vec<(char, u32)>,
    /// The symbols of each block: characters that no set tells apart, whatever patterns name. Together they are all symbols.
    pub blocks: Vec<Vec<u64>>,
}

struct Symbol {
    shown: char,
    /// What it stands for; characters that patterns name are not meant.
    chars: CharSet,
    named: bool,
    block: usize,
}

const NO_SYMBOL: u32 = u32::MAX;

impl Alphabet {
    /// `named`: characters that patterns name one by one, in any order. `sets`: sets they also speak of.
    pub fn new(named: impl Iterator<Item = char>, sets: impl Iterator<Item = CharSet>) -> Self {
        let (mut ascii, mut beyond) = (0_u128, Vec::new());
        for c in named {
            if c.is_ascii() {
                ascii |= 1 << u32::from(c);
            } else {
                beyond.push(c);
            }
        }
        beyond.sort_unstable();
        beyond.dedup();
        let blocks = partition(sets);
        let mut symbols = Vec::with_capacity(ascii.count_ones() as usize + beyond.len() + blocks.len());
        for (block, chars) in blocks.iter().enumerate() {
            let here = bits128(chars.ascii() & ascii).chain(beyond.iter().copied().filter(|_| chars.beyond()));
            symbols.extend(here.map(|shown| Symbol { shown, chars: CharSet::NONE, named: true, block }));
            let rest = CharSet::new(chars.ascii() & !ascii, chars.beyond());
            symbols.extend(rest.most_readable(&beyond).map(|shown| Symbol { shown, chars: rest, named: false, block }));
        }
        symbols.sort_by_key(|symbol| super::chars::rank(symbol.shown));
        Self::index(symbols, blocks.len())
    }

    fn index(symbols: Vec<Symbol>, blocks: usize) -> Self {
        let mut alphabet =
            Self { named_ascii: [NO_SYMBOL; 128], named_beyond: Vec::new(), blocks: vec![bits::none(symbols.len()); blocks], symbols };
        for (at, symbol) in alphabet.symbols.iter().enumerate() {
            if let Some(block) = alphabet.blocks.get_mut(symbol.block) {
                bits::set(block, at);
            }
            let number = u32::try_from(at).unwrap_or(NO_SYMBOL);
            match alphabet.named_ascii.get_mut(symbol.shown as usize) {
                _ if !symbol.named => {}
                Some(entry) => *entry = number,
                None => alphabet.named_beyond.push((symbol.shown, number)),
            }
        }
        alphabet.named_beyond.sort_unstable();
        alphabet
    }

    pub fn len(&self) -> usize {
        self.symbols.len()
    }

    /// The character that stands for the symbol.
    pub fn shown(&self, symbol: usize) -> char {
        self.symbols.get(symbol).map_or('\u{fffd}', |symbol| symbol.shown)
    }

    /// The symbol of a character that patterns name.
    pub fn named(&self, c: char) -> Option<usize> {
        let number = match self.named_ascii.get(c as usize) {
            Some(number) => *number,
            None => self.named_beyond.binary_search_by_key(&c, |(named, _)| *named).ok().and_then(|at| self.named_beyond.get(at))?.1,
        };
        (number != NO_SYMBOL).then_some(number as usize)
    }

    /// The symbol of any character.
    pub fn symbol(&self, c: char) -> Option<usize> {
        self.named(c).or_else(|| self.symbols.iter().position(|symbol| symbol.chars.contains(c)))
    }

    /// The symbol of the characters beyond ASCII that no pattern names.
    pub fn beyond(&self) -> Option<usize> {
        self.symbols.iter().position(|symbol| symbol.chars.beyond())
    }

    /// The characters beyond ASCII that patterns name, in order of code points.
    pub fn named_beyond(&self) -> impl Iterator<Item = char> + '_ {
        self.named_beyond.iter().map(|(c, _)| *c)
    }

    /// The symbols in a set.
    pub fn within(&self, set: CharSet) -> Vec<u64> {
        let mut within = bits::none(self.symbols.len());
        self.symbols.iter().enumerate().filter(|(_, symbol)| set.contains(symbol.shown)).for_each(|(at, _)| bits::set(&mut within, at));
        within
    }
}

fn bits128(bits: u128) -> impl Iterator<Item = char> {
    const LOW: u128 = u64::MAX as u128;
    let half = |bits: u128, from: u32| {
        bits::ones(u64::try_from(bits & LOW).unwrap_or_default()).filter_map(move |bit| char::from_u32(from + u32::try_from(bit).ok()?))
    };
    half(bits, 0).chain(half(bits >> 64, 64))
}

/// The coarsest partition of all characters that splits none of the sets.
fn partition(sets: impl Iterator<Item = CharSet>) -> Vec<CharSet> {
    let mut blocks = vec![CharSet::ANY];
    for set in sets {
        for at in 0..blocks.len() {
            let Some(block) = blocks.get_mut(at) else { break };
            let (inside, outside) = (block.without(CharSet::ANY.without(set)), block.without(set));
            if !inside.is_none() && !outside.is_none() {
                *block = inside;
                blocks.push(outside);
            }
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_has_one_symbol_and_no_set_splits_one() {
        let sets = [CharSet::range('a', 'z'), CharSet::of("abc012"), CharSet::ANY.without(CharSet::of(":/"))];
        let alphabet = Alphabet::new("sz:é*".chars(), sets.into_iter());
        for c in ('\0'..='\u{300}').chain(['🦀']) {
            let symbol = alphabet.symbol(c).expect("a symbol");
            let shown = alphabet.shown(symbol);
            assert!(sets.iter().all(|set| set.contains(c) == set.contains(shown)), "{c} is not like {shown}");
            assert_eq!("sz:é*".contains(c), shown == c && alphabet.named(c) == Some(symbol), "{c}");
            assert_eq!(alphabet.blocks.iter().filter(|block| bits::test(block, symbol)).count(), 1);
        }
        assert_eq!(alphabet.shown(0), 'a');
        assert_eq!(alphabet.within(CharSet::of("abc")), alphabet.within(CharSet::of("bac")));
    }
}
