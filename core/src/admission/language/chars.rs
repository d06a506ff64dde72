//! Sets of characters, and the order in which characters are preferred in a witness that a person reads.

use std::cmp::Ordering;

/// A set of characters: any choice of the ASCII ones, and of all others either every one or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CharSet {
    ascii: u128,
    beyond: bool,
}

impl CharSet {
    /// No character.
    pub const NONE: Self = Self { ascii: 0, beyond: false };
    /// Every character.
    pub const ANY: Self = Self { ascii: u128::MAX, beyond: true };

    /// The ASCII characters of `chars`; others are passed over.
    #[must_use]
    pub fn of(chars: &str) -> Self {
        Self { ascii: chars.bytes().filter(u8::is_ascii).fold(0, |set, byte| set | 1 << byte), beyond: false }
    }

    /// The ASCII characters from `first` to `last`, both included.
    #[must_use]
    pub fn range(first: char, last: char) -> Self {
        Self { ascii: (first..=last).filter(char::is_ascii).fold(0, |set, c| set | 1 << u32::from(c)), beyond: false }
    }

    /// These characters and those of `other`.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self { ascii: self.ascii | other.ascii, beyond: self.beyond || other.beyond }
    }

    /// These characters without those of `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self { ascii: self.ascii & !other.ascii, beyond: self.beyond && !other.beyond }
    }

    /// Is it one of them?
    #[must_use]
    pub const fn contains(self, c: char) -> bool {
        let code = c as u32;
        if code < 128 { self.ascii >> code & 1 == 1 } else { self.beyond }
    }

    /// No character at all?
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.ascii == 0 && !self.beyond
    }

    /// The most readable of them that is not one of `taken` (sorted).
    pub(super) fn most_readable(self, taken: &[char]) -> Option<char> {
        const LOWER: u128 = 0x07ff_fffe << 96;
        const DIGITS: u128 = 0x03ff << 48;
        let ascii = [self.ascii & LOWER, self.ascii & DIGITS].into_iter().find(|part| *part != 0);
        if let Some(part) = ascii {
            return char::from_u32(part.trailing_zeros());
        }
        let ascii = (0..128_u8).filter(|code| self.ascii >> code & 1 == 1).map(char::from).min_by_key(|c| rank(*c));
        let beyond = || self.beyond.then(|| beyond_ascii().find(|c| taken.binary_search(c).is_err())).flatten();
        ascii.or_else(beyond)
    }

    pub(super) const fn ascii(self) -> u128 {
        self.ascii
    }

    pub(super) const fn beyond(self) -> bool {
        self.beyond
    }

    pub(super) const fn new(ascii: u128, beyond: bool) -> Self {
        Self { ascii, beyond }
    }
}

/// Every character beyond ASCII, the most readable first.
pub(super) fn beyond_ascii() -> impl Iterator<Item = char> {
    ('\u{a1}'..=char::MAX).chain('\u{80}'..='\u{a0}')
}

/// Every character beyond ASCII that reads less well than `last`, the most readable first.
pub(super) fn beyond_ascii_after(last: Option<char>) -> impl Iterator<Item = char> {
    let next = last.filter(|last| !last.is_ascii()).map_or('\u{a1}', successor);
    let wrapped = last.is_some_and(|last| ('\u{80}'..='\u{a0}').contains(&last));
    let main = if wrapped || last == Some(char::MAX) { None } else { Some(next..=char::MAX) };
    let controls = if wrapped { next..='\u{a0}' } else { '\u{80}'..='\u{a0}' };
    main.into_iter().flatten().chain(controls)
}

fn successor(c: char) -> char {
    (c..=char::MAX).nth(1).unwrap_or(c)
}

/// Every ASCII character, the most readable first.
pub(super) fn ascii() -> Vec<char> {
    let mut all: Vec<char> = (0..128_u8).map(char::from).collect();
    crate::order::sort_by_key(&mut all, |c| rank(*c));
    all
}

/// How gladly a person reads this character in an example: lower is better. Distinct characters have distinct ranks.
pub(super) const fn rank(c: char) -> u32 {
    let code = c as u32;
    match c {
        'a'..='z' => code - 'a' as u32,
        '0'..='9' => 26 + code - '0' as u32,
        '-' => 36,
        '.' => 37,
        '_' => 38,
        'A'..='Z' => 39 + code - 'A' as u32,
        '!'..='~' => 0x100 + code,
        ' ' => 0x200,
        '\0'..='\x7f' => 0x300 + code,
        '\u{80}'..='\u{a0}' => 0x20_0000 + code,
        _ => 0x1000 + code,
    }
}

/// Shorter first; of equally long ones the one that reads better.
pub(super) fn shortlex(a: &str, b: &str) -> Ordering {
    let length = |text: &str| text.chars().count();
    length(a).cmp(&length(b)).then_with(|| a.chars().map(rank).cmp(b.chars().map(rank)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_distinct_and_letters_lead() {
        let mut ranks: Vec<u32> = ascii().into_iter().chain(beyond_ascii().take(500)).map(rank).collect();
        assert!(ranks.is_sorted());
        ranks.dedup();
        assert_eq!(ranks.len(), 628);
        assert_eq!(ascii()[0], 'a');
    }

    #[test]
    fn most_readable_agrees_with_rank() {
        for set in [CharSet::ANY, CharSet::of("Z-9"), CharSet::of(":/ "), CharSet::range('5', 'z'), CharSet::of("q0"), CharSet::of("\n~")] {
            let expected = ascii().into_iter().find(|c| set.contains(*c));
            assert_eq!(set.most_readable(&[]), expected, "{set:?}");
        }
        assert_eq!(CharSet::NONE.most_readable(&[]), None);
        assert_eq!(CharSet::new(0, true).most_readable(&['\u{a1}']), Some('\u{a2}'));
    }

    #[test]
    fn the_rest_of_the_characters_goes_on_where_it_stopped() {
        for last in ['\u{a1}', '\u{d7ff}', '\u{80}', '\u{9f}', char::MAX] {
            let expected: Vec<char> = beyond_ascii().skip_while(|c| *c != last).skip(1).take(3).collect();
            assert_eq!(beyond_ascii_after(Some(last)).take(3).collect::<Vec<_>>(), expected, "{last:?}");
        }
        assert_eq!(beyond_ascii_after(Some('\u{a0}')).next(), None);
        assert_eq!(beyond_ascii_after(Some('z')).next(), Some('\u{a1}'));
    }

    #[test]
    fn shortlex_counts_characters_not_bytes() {
        assert_eq!(shortlex("é", "aa"), Ordering::Less);
        assert_eq!(shortlex("b", "a"), Ordering::Greater);
        assert_eq!(shortlex("z", "0"), Ordering::Less);
    }
}
