//! What a named part of a template may hold: a set of characters with a length, one of Kubernetes' two name forms, or one of some words.
//! Few and regular on purpose, so that a class converts to a set of strings without loss. Knows nothing of issuers.

use super::{List, Str};

/// A set of characters: each ASCII character by itself, everything beyond ASCII together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CharSet {
    ascii: u128,
    beyond_ascii: bool,
}

impl CharSet {
    /// Every character.
    pub const ALL: CharSet = CharSet::except("");

    /// The characters of a list such as `a-z0-9_-`: a range has its two ends around a hyphen, a hyphen at either end is itself.
    /// Characters beyond ASCII are passed over.
    #[must_use]
    pub const fn of(list: &str) -> CharSet {
        let mut ascii = 0;
        let mut rest = list.as_bytes();
        loop {
            rest = match rest {
                [] => return CharSet { ascii, beyond_ascii: false },
                [from, b'-', to, after @ ..] => {
                    let mut byte = *from;
                    while byte <= *to && byte < 128 {
                        ascii |= 1 << byte;
                        byte += 1;
                    }
                    after
                }
                [byte, after @ ..] => {
                    if *byte < 128 {
                        ascii |= 1 << *byte;
                    }
                    after
                }
            };
        }
    }

    /// Every character, also beyond ASCII, that is not in a list of the same notation.
    #[must_use]
    pub const fn except(list: &str) -> CharSet {
        CharSet { ascii: !CharSet::of(list).ascii, beyond_ascii: true }
    }

    /// Whether the set holds `c`.
    #[must_use]
    pub const fn contains(self, c: char) -> bool {
        if c.is_ascii() { self.ascii & (1 << (c as u32)) != 0 } else { self.beyond_ascii }
    }

    /// Whether the set holds the characters beyond ASCII.
    #[must_use]
    pub const fn beyond_ascii(self) -> bool {
        self.beyond_ascii
    }

    /// The ASCII characters of the set, in order.
    pub fn ascii(self) -> impl Iterator<Item = char> {
        (0u8..128).map(char::from).filter(move |c| self.contains(*c))
    }
}

/// A run of characters of one set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The characters it is made of.
    pub chars: CharSet,
    /// The characters that may stand first and last, where these are fewer.
    pub ends: Option<CharSet>,
    /// Its least length, in characters.
    pub min: u32,
    /// Its greatest length, in characters; `None` where no limit is known.
    pub max: Option<u32>,
}

impl Run {
    fn ends(&self) -> CharSet {
        self.ends.unwrap_or(self.chars)
    }
}

/// What a named part may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Class {
    /// A run of characters of one set.
    Run(Run),
    /// An RFC 1123 label: a Kubernetes namespace. Kubernetes, "Object Names and IDs".
    DnsLabel,
    /// An RFC 1123 subdomain, up to 253 characters: the name of a Kubernetes ServiceAccount. Kubernetes, "Object Names and IDs". Its labels
    /// have no limit of their own there.
    DnsSubdomain,
    /// One of these words and of no others, however the issuer's customers set up their subjects.
    OneOf(List<Str>),
}

const LOWER_ALPHANUMERIC: CharSet = CharSet::of("a-z0-9");
const LABEL: Run = Run { chars: CharSet::of("a-z0-9-"), ends: Some(LOWER_ALPHANUMERIC), min: 1, max: Some(63) };

impl Class {
    /// Anything, but not nothing.
    pub const ANY: Class = Class::run(CharSet::ALL);
    /// What stands between two separators: anything without `:` and `/`.
    pub const SEGMENT: Class = Class::run(CharSet::except(":/"));

    /// One or more characters of a set.
    #[must_use]
    pub const fn run(chars: CharSet) -> Class {
        Class::Run(Run { chars, ends: None, min: 1, max: None })
    }

    /// The class that a short name of the catalogue's files stands for.
    #[must_use]
    pub fn named(name: &str) -> Option<Class> {
        match name {
            "any" => Some(Class::ANY),
            "segment" => Some(Class::SEGMENT),
            "dns-label" => Some(Class::DnsLabel),
            "dns-subdomain" => Some(Class::DnsSubdomain),
            _ => None,
        }
    }

    /// Whether the whole of `text` is of this class.
    #[must_use]
    pub fn allows(&self, text: &str) -> bool {
        self.any_prefix(text, |length| length == text.len())
    }

    /// Whether a value may hold `c` somewhere.
    #[must_use]
    pub fn may_contain(&self, c: char) -> bool {
        match self {
            Class::Run(run) => run.chars.contains(c),
            Class::DnsLabel => LABEL.chars.contains(c),
            Class::DnsSubdomain => LABEL.chars.contains(c) || c == '.',
            Class::OneOf(words) => words.iter().any(|word| word.contains(c)),
        }
    }

    /// Hands `accept` the byte length of each prefix of `rest` that is of this class, the longest first, until it says yes.
    pub(super) fn any_prefix(&self, rest: &str, mut accept: impl FnMut(usize) -> bool) -> bool {
        match self {
            Class::Run(run) => any_run(run, rest, accept),
            Class::DnsLabel => any_run(&LABEL, rest, accept),
            Class::DnsSubdomain => any_subdomain(rest, accept),
            Class::OneOf(words) => words.iter().any(|word| rest.starts_with(word.as_ref()) && accept(word.len())),
        }
    }
}

fn any_run(run: &Run, rest: &str, mut accept: impl FnMut(usize) -> bool) -> bool {
    let most = run.max.map_or(usize::MAX, |max| max as usize);
    let starts_well = rest.chars().next().is_some_and(|c| run.ends().contains(c));
    let (mut count, mut length) = (0usize, 0);
    if starts_well {
        for c in rest.chars().take(most).take_while(|c| run.chars.contains(*c)) {
            count += 1;
            length += c.len_utf8();
        }
    }
    let taken = rest.get(..length).unwrap_or_default();
    for (start, c) in taken.char_indices().rev() {
        if count < run.min as usize {
            return false;
        }
        if run.ends().contains(c) && accept(start + c.len_utf8()) {
            return true;
        }
        count -= 1;
    }
    run.min == 0 && accept(0)
}

fn any_subdomain(rest: &str, mut accept: impl FnMut(usize) -> bool) -> bool {
    // A name starts as if after a dot: neither may be followed by a dot or a hyphen.
    let mut before = '.';
    let mut length = 0;
    for c in rest.chars().take(253) {
        let well = LOWER_ALPHANUMERIC.contains(c) || (c == '-' && before != '.') || (c == '.' && LOWER_ALPHANUMERIC.contains(before));
        if !well {
            break;
        }
        before = c;
        length += 1;
    }
    let taken = rest.get(..length).unwrap_or_default();
    taken.char_indices().rev().any(|(start, c)| LOWER_ALPHANUMERIC.contains(c) && accept(start + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    #[test]
    fn a_list_of_characters_has_ranges_and_hyphens() {
        let set = CharSet::of("a-c._-");
        assert_eq!(set.ascii().collect::<String>(), "-._abc");
        assert!(!set.contains('é'));
        let rest = CharSet::except(":/");
        assert!(rest.contains('é') && rest.contains(' ') && !rest.contains(':') && !rest.contains('/'));
        assert!(CharSet::ALL.contains('\u{7f}') && CharSet::ALL.contains('\0'));
    }

    #[test]
    fn a_namespace_is_a_label() {
        for good in ["a", "a-b", "9", &"a".repeat(63)] {
            assert!(Class::DnsLabel.allows(good), "{good}");
        }
        for bad in ["", "-a", "a-", "A", "a.b", "a_b", &"a".repeat(64)] {
            assert!(!Class::DnsLabel.allows(bad), "{bad}");
        }
    }

    #[test]
    fn a_service_account_is_a_subdomain() {
        for good in ["a", "a.b", "a-b.c-d", &"a".repeat(253), &format!("{}.b", "a".repeat(100))] {
            assert!(Class::DnsSubdomain.allows(good), "{good}");
        }
        for bad in ["", ".", "a.", ".a", "a..b", "a-.b", "a.-b", "A", "a:b", &"a".repeat(254)] {
            assert!(!Class::DnsSubdomain.allows(bad), "{bad}");
        }
    }

    #[test]
    fn a_run_keeps_its_lengths_and_ends() {
        let bucket = Class::Run(Run { chars: CharSet::of("a-z0-9.-"), ends: Some(LOWER_ALPHANUMERIC), min: 3, max: Some(5) });
        assert!(bucket.allows("a.b") && bucket.allows("abcde"));
        assert!(!bucket.allows("ab") && !bucket.allows("abcdef") && !bucket.allows("a.-") && !bucket.allows(".ab"));
        let empty = Class::Run(Run { chars: CharSet::of("a"), ends: None, min: 0, max: None });
        assert!(empty.allows("") && empty.allows("aaa") && !empty.allows("b"));
        let accents = Class::Run(Run { chars: CharSet::ALL, ends: None, min: 2, max: Some(2) });
        assert!(accents.allows("éü") && !accents.allows("é"));
    }

    #[test]
    fn one_of_some_words() {
        let words = Class::OneOf(Cow::Borrowed(&[Cow::Borrowed("plan"), Cow::Borrowed("planned")]));
        assert!(words.allows("plan") && words.allows("planned") && !words.allows("planne"));
    }
}
