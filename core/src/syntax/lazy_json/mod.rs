//! Large JSON without a tree: one pass checks all of it and notes where the larger objects and lists end, and then a reader goes down to
//! what it wants and makes spanned trees of that alone. A Terraform plan or an account's dump is tens of megabytes, its policies a few.
//! Knows as little of meaning as [`super::json`], and says the same of the same text: a property test holds the two equal.

mod check;
mod iter;
mod stretch;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use iter::{Elements, Members};

use super::json::scan::{self, Escape};
use super::{Limits, Parsed, json};
use crate::schedule::Schedule;
use crate::source::{FileId, Span, TextMap};

/// A string within this many bytes is found to its end faster than its end is looked up.
const SHORT: usize = 64;

/// A text that has been checked to be JSON.
#[derive(Debug)]
pub struct LazyJson<'s> {
    text: &'s str,
    /// Where the root begins and ends.
    root: (u32, u32),
    /// Begin and end of every value of at least [`check::NOTED`] bytes, in order of begin.
    ends: Vec<(u32, u32)>,
}

/// A value in a [`LazyJson`]; cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct LazyValue<'s> {
    json: &'s LazyJson<'s>,
    start: u32,
    end: u32,
}

/// What a value is, by its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `{`
    Object,
    /// `[`
    Array,
    /// `"`
    String,
    /// A digit or `-`
    Number,
    /// `true` or `false`
    Bool,
    /// `null`
    Null,
}

impl<'s> LazyJson<'s> {
    /// Checks the whole text. `None` if it is not JSON, is nested deeper than the limit, or is past 4 GB: exactly if [`json::parse`] finds errors,
    /// which is then how to learn what they are.
    #[must_use]
    pub fn read(text: &'s str, limits: &Limits, schedule: &dyn Schedule) -> Option<Self> {
        check::check(text, limits, stretch::LENGTH, schedule).map(|checked| Self { text, root: checked.root, ends: checked.ends })
    }

    /// The value that the text is.
    #[must_use]
    pub fn root(&'s self) -> LazyValue<'s> {
        LazyValue { json: self, start: self.root.0, end: self.root.1 }
    }

    /// The value that begins at `start`, a byte that [`LazyValue::start`] has told.
    #[must_use]
    pub fn value_at(&'s self, start: u32) -> LazyValue<'s> {
        LazyValue { json: self, start, end: u32::try_from(self.end_of(start as usize)).unwrap_or(start) }
    }

    /// The end of the value that begins at `start`.
    fn end_of(&self, start: usize) -> usize {
        let bytes = self.text.as_bytes();
        let noted = |start: usize| {
            let at = self.ends.binary_search_by(|(begin, _)| (*begin as usize).cmp(&start)).ok()?;
            self.ends.get(at).map(|(_, end)| *end as usize)
        };
        let end = match bytes.get(start) {
            Some(b'"') => {
                let short = bytes.get(..bytes.len().min(start + SHORT)).and_then(|bytes| scan::loose_string_end(bytes, start));
                short.or_else(|| noted(start)).or_else(|| scan::loose_string_end(bytes, start))
            }
            Some(b'{' | b'[') => noted(start).or_else(|| scan::balanced_end(bytes, start)),
            _ => {
                let rest = bytes.get(start..).unwrap_or_default();
                rest.iter().position(|b| scan::ends_word(Some(b))).map(|len| start + len)
            }
        };
        end.unwrap_or(bytes.len())
    }
}

impl<'s> LazyValue<'s> {
    /// The bytes that spell it.
    #[must_use]
    pub fn text(self) -> &'s str {
        self.json.text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// Its first byte.
    #[must_use]
    pub fn start(self) -> u32 {
        self.start
    }

    /// Where it stands.
    #[must_use]
    pub fn span(self, file: FileId) -> Span {
        Span { file, start: self.start, end: self.end }
    }

    /// What it is.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self.json.text.as_bytes().get(self.start as usize) {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            _ => Kind::Null,
        }
    }

    /// The members of an object, duplicates included; nothing for everything else.
    #[must_use]
    pub fn members(self) -> Members<'s> {
        Members::new(self)
    }

    /// The elements of a list; nothing for everything else.
    #[must_use]
    pub fn elements(self) -> Elements<'s> {
        Elements::new(self)
    }

    /// The last value under `key`, as JSON parsers keep the last of duplicates. Looks at every member: for many keys go over [`Self::members`].
    #[must_use]
    pub fn get(self, key: &str) -> Option<LazyValue<'s>> {
        self.members().filter(|(name, _)| name == key).last().map(|(_, value)| value)
    }

    /// Goes down by keys.
    #[must_use]
    pub fn path(self, keys: &[&str]) -> Option<LazyValue<'s>> {
        keys.iter().try_fold(self, |value, key| value.get(key))
    }

    /// The decoded text of a string.
    #[must_use]
    pub fn str(self) -> Option<Cow<'s, str>> {
        (self.kind() == Kind::String).then(|| decode(self.text()))
    }

    /// The text of a string that stands as it is, without escapes.
    #[must_use]
    pub fn plain_str(self) -> Option<&'s str> {
        let inner = self.text().strip_prefix('"')?.strip_suffix('"')?;
        memchr::memchr(b'\\', inner.as_bytes()).is_none().then_some(inner)
    }

    /// The boolean, if it is one.
    #[must_use]
    pub fn bool(self) -> Option<bool> {
        (self.kind() == Kind::Bool).then(|| self.text() == "true")
    }

    /// The spanned tree of this value.
    #[must_use]
    pub fn to_node(self, file: FileId, limits: &Limits) -> Parsed {
        json::parse(self.text(), &TextMap::direct(file, self.start), limits)
    }
}

/// The text of a string token that has been checked.
fn decode(token: &str) -> Cow<'_, str> {
    let inner = token.get(1..token.len().saturating_sub(1)).unwrap_or_default();
    let Some(first) = memchr::memchr(b'\\', inner.as_bytes()) else { return Cow::Borrowed(inner) };
    let mut text = String::with_capacity(inner.len());
    let (mut from, mut escape) = (0, Some(first));
    while let Some(at) = escape {
        text.push_str(inner.get(from..at).unwrap_or_default());
        from = match scan::escape_at(inner.as_bytes(), at) {
            Escape::Char { decoded, len } => {
                text.push(decoded);
                at + len
            }
            // The check lets none of these pass.
            Escape::Half { len } | Escape::Unknown { len } => at + len,
            Escape::CutOff => inner.len(),
        };
        escape = inner.as_bytes().get(from..).and_then(|rest| memchr::memchr(b'\\', rest)).map(|i| from + i);
    }
    text.push_str(inner.get(from..).unwrap_or_default());
    Cow::Owned(text)
}
