//! One IAM pattern. `*` is any run of characters, also an empty one, also across `:` and `/`; `?` is exactly one character
//! (IAM User Guide, "String condition operators"). One character is one Unicode scalar value.

use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;

/// A parsed pattern in one canonical form: a run of wildcards is its `?`s and then at most one `*`. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Glob {
    items: Arc<[Item]>,
    literal: Option<SmolStr>,
}

/// What a pattern is made of, for patterns whose text doesn't tell (a policy variable `${*}` is a star that is no wildcard).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GlobToken<'t> {
    /// These characters, each itself.
    Literal(&'t str),
    /// `*`
    Any,
    /// `?`
    One,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Item {
    Char(char),
    Any,
    One,
}

impl Glob {
    /// Reads `*` and `?` as wildcards and everything else as itself.
    #[must_use]
    pub fn parse(pattern: &str) -> Self {
        Self::from_items(pattern.chars().map(|c| match c {
            '*' => Item::Any,
            '?' => Item::One,
            c => Item::Char(c),
        }))
    }

    /// A pattern from its pieces.
    pub fn from_tokens<'t>(tokens: impl IntoIterator<Item = GlobToken<'t>>) -> Self {
        Self::from_items(tokens.into_iter().flat_map(|token| {
            let (literal, wildcard) = match token {
                GlobToken::Literal(text) => (text, None),
                GlobToken::Any => ("", Some(Item::Any)),
                GlobToken::One => ("", Some(Item::One)),
            };
            literal.chars().map(Item::Char).chain(wildcard)
        }))
    }

    fn from_items(items: impl Iterator<Item = Item>) -> Self {
        let mut canonical = Vec::with_capacity(items.size_hint().0);
        let mut star = false;
        for item in items {
            match item {
                Item::Any => star = true,
                Item::One => canonical.push(Item::One),
                Item::Char(_) => {
                    if std::mem::take(&mut star) {
                        canonical.push(Item::Any);
                    }
                    canonical.push(item);
                }
            }
        }
        if star {
            canonical.push(Item::Any);
        }
        let chars: Option<Vec<char>> = canonical.iter().map(|item| if let Item::Char(c) = item { Some(*c) } else { None }).collect();
        Self { items: canonical.into(), literal: chars.map(|chars| chars.into_iter().collect()) }
    }

    /// Does the pattern match the whole text? At most text × pattern steps, never exponential.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        match &self.literal {
            Some(literal) => literal == text,
            None => self.run(text.chars()),
        }
    }

    /// The same with ASCII letters compared without their case.
    #[must_use]
    pub fn matches_ignore_case(&self, text: &str) -> bool {
        let folded = Self::from_items(self.items.iter().map(|item| item.folded()));
        folded.run(text.chars().map(|c| c.to_ascii_lowercase()))
    }

    // Greedy: after a star only the latest star ever needs to take one more character, since whatever an earlier one could take the latest can.
    pub(super) fn run(&self, text: impl Iterator<Item = char> + Clone) -> bool {
        let (mut items, mut chars) = (self.items.iter(), text);
        let mut retry = None;
        loop {
            let at = (items.clone(), chars.clone());
            let (item, c) = match items.next() {
                Some(Item::Any) => {
                    chars = at.1.clone();
                    if items.len() == 0 {
                        return true;
                    }
                    retry = Some((items.clone(), at.1));
                    continue;
                }
                item => (item, chars.next()),
            };
            let fits = match (item, c) {
                (None, None) => return true,
                (Some(_), None) => return false,
                (Some(Item::One), Some(_)) => true,
                (Some(Item::Char(wanted)), Some(c)) => *wanted == c,
                (None | Some(Item::Any), Some(_)) => false,
            };
            if !fits {
                let Some((after_star, from)) = &mut retry else { return false };
                from.next();
                items = after_star.clone();
                chars = from.clone();
            }
        }
    }

    /// The one text it matches, when it has no wildcard.
    #[must_use]
    pub fn literal(&self) -> Option<&str> {
        self.literal.as_deref()
    }

    /// Does it match every text?
    #[must_use]
    pub fn is_all(&self) -> bool {
        matches!(*self.items, [Item::Any])
    }

    /// Is there a longest text that it matches?
    pub(super) fn is_bounded(&self) -> bool {
        !self.items.contains(&Item::Any)
    }

    pub(super) fn items(&self) -> &[Item] {
        &self.items
    }

    /// The pattern in lower case; `None` when it has no ASCII letter, so that case makes no difference.
    pub(super) fn folded(&self) -> Option<Self> {
        let has_letter = self.items.iter().any(|item| matches!(item, Item::Char(c) if c.is_ascii_alphabetic()));
        has_letter.then(|| Self::from_items(self.items.iter().map(|item| item.folded())))
    }

    /// The shortest text it matches, of several the most readable one.
    pub(super) fn shortest(&self) -> SmolStr {
        let shown = |item: &Item| match item {
            Item::Char(c) => Some(*c),
            Item::One => Some('a'),
            Item::Any => None,
        };
        self.items.iter().filter_map(shown).collect()
    }
}

impl Item {
    fn folded(self) -> Self {
        match self {
            Self::Char(c) => Self::Char(c.to_ascii_lowercase()),
            wildcard => wildcard,
        }
    }
}

/// As it would be written in a policy of Version 2012-10-17: `${*}` and `${?}` are the characters themselves.
impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.items.iter().try_for_each(|item| match item {
            Item::Any => f.write_str("*"),
            Item::One => f.write_str("?"),
            Item::Char(c @ ('*' | '?')) => write!(f, "${{{c}}}"),
            Item::Char(c) => write!(f, "{c}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match_what_iam_says() {
        for (pattern, yes, no) in [
            ("", &[""][..], &["a"][..]),
            ("*", &["", "a", "a:b/c"], &[]),
            ("?", &["a", "é", "🦀"], &["", "ab"]),
            ("a*b", &["ab", "axxb", "abab"], &["a", "ba", "abx"]),
            ("*a?b*", &["acb", "xacbx", "aab"], &["ab", "bab", "accb"]),
            ("*?*", &["a", "ab"], &[""]),
            ("prod*:app", &["prod:app", "prod:x:app"], &["prod:appx", "pro:app"]),
            ("*ab*ab", &["abab", "xabyab", "ababab"], &["ab", "aab"]),
        ] {
            let glob = Glob::parse(pattern);
            for text in yes {
                assert!(glob.matches(text), "{pattern} should match {text}");
            }
            for text in no {
                assert!(!glob.matches(text), "{pattern} should not match {text}");
            }
        }
    }

    #[test]
    fn one_form_for_one_set() {
        assert_eq!(Glob::parse("a**?*b"), Glob::parse("a?*b"));
        assert_eq!(Glob::parse("a*?b").to_string(), "a?*b");
        assert!(Glob::parse("***").is_all());
    }

    #[test]
    fn a_literal_star_is_no_wildcard() {
        let glob = Glob::from_tokens([GlobToken::Literal("a*"), GlobToken::One, GlobToken::Any]);
        assert!(glob.matches("a*b") && glob.matches("a*bcd") && !glob.matches("axb"));
        assert_eq!(glob.to_string(), "a${*}?*");
        assert_eq!(Glob::from_tokens([GlobToken::Literal("a*")]).literal(), Some("a*"));
        assert_eq!(Glob::parse("a*").literal(), None);
    }

    #[test]
    fn case_is_ascii_case() {
        let glob = Glob::parse("Prod-É*");
        assert!(glob.matches_ignore_case("pROD-Éx"));
        assert!(!glob.matches_ignore_case("prod-éx"), "beyond ASCII nothing is folded");
        assert!(!glob.matches("prod-Éx"));
    }

    #[test]
    fn many_stars_cost_a_product_only() {
        let glob = Glob::parse(&"*a".repeat(2000));
        assert!(!glob.matches(&("a".repeat(1999) + "b")));
        assert!(glob.matches(&"a".repeat(2000)));
    }
}
