//! The tree that JSON and YAML both become.

use std::ops::Range;

use smol_str::SmolStr;

use crate::source::{Span, TextMap};

/// A value with the bytes that spell it.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The bytes that spell the value; quotes and brackets included.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, `~`, or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it is written; its value is its reader's affair.
    Number(SmolStr),
    /// A string, decoded. A YAML plain scalar that is no null, boolean or number is one, too.
    String(Scalar),
    /// A list.
    Array(Vec<Node>),
    /// An object, its members in order, duplicates kept.
    Object(Vec<Member>),
    /// Something stood here that could not be read; the reader's errors say what.
    Broken,
}

/// One `key: value` of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The key.
    pub key: Scalar,
    /// The value.
    pub value: Node,
}

/// A string as the document means it, with the way back to the bytes that spell it.
#[derive(Clone, Debug)]
pub struct Scalar {
    /// Decoded.
    pub text: SmolStr,
    /// The whole token, quotes included.
    pub span: Span,
    /// From `text` to the bytes of the file.
    pub map: TextMap,
}

impl PartialEq for Scalar {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.span == other.span
    }
}

impl Scalar {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where `text[part]` stands in the file.
    #[must_use]
    pub fn span_of(&self, part: Range<usize>) -> Span {
        self.map.span(part)
    }

    /// Where the text itself stands, without quotes: what a fix replaces.
    #[must_use]
    pub fn inner_span(&self) -> Span {
        self.map.span(0..self.text.len())
    }
}

impl Node {
    /// The string, if it is one.
    #[must_use]
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::String(s) => Some(s),
            _ => None,
        }
    }

    /// The string's text, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.scalar().map(Scalar::as_str)
    }

    /// The members of an object; nothing for everything else.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        match &self.value {
            Value::Object(members) => members,
            _ => &[],
        }
    }

    /// The elements of a list; nothing for everything else.
    #[must_use]
    pub fn elements(&self) -> &[Node] {
        match &self.value {
            Value::Array(elements) => elements,
            _ => &[],
        }
    }

    /// The last value under `key`, as JSON parsers keep the last of duplicates.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.member(key).map(|m| &m.value)
    }

    /// The last member of that key.
    #[must_use]
    pub fn member(&self, key: &str) -> Option<&Member> {
        self.members().iter().rev().find(|m| m.key.text == key)
    }

    /// Goes down by keys.
    #[must_use]
    pub fn path<'a>(&'a self, keys: &[&str]) -> Option<&'a Node> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// Whether it is an object.
    #[must_use]
    pub fn is_object(&self) -> bool {
        matches!(self.value, Value::Object(_))
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// The boolean, if it is one.
    #[must_use]
    pub fn bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(b) => Some(b),
            _ => None,
        }
    }

    /// What a reader calls it in a message: `an object`, `a list`, …
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
            Value::Broken => "something unreadable",
        }
    }
}
