//! JSON to the spanned tree, for people who are still typing: every fault is one error at its place, and the rest is understood.
//! Knows text and where it stands; not what the members mean. Large files are not read this way but by [`super::lazy_json`].

mod parser;
mod recovery;
pub(in crate::syntax) mod scan;
mod string;
#[cfg(test)]
pub(in crate::syntax) mod testing;
#[cfg(test)]
mod tests;
mod word;

use self::parser::Parser;
use super::{Limits, Parsed, SyntaxError};
use crate::order;
use crate::source::TextMap;

/// Most errors that are told of one text; more are no help to anybody.
pub const MAX_ERRORS: usize = 20;

/// Reads a text; `map` says where it stands in its file.
///
/// Errors are in order of place, at most [`MAX_ERRORS`]; none if and only if the text is JSON as RFC 8259 has it, perhaps behind a byte
/// order mark, within the limits, and with every surrogate paired.
#[must_use]
pub fn parse(text: &str, map: &TextMap, limits: &Limits) -> Parsed {
    let mut parser = Parser::new(text, map, limits);
    let root = parser.document();
    let mut errors: Vec<SyntaxError> = parser.into_errors();
    order::sort_by_key(&mut errors, |e| (e.span.start, e.span.end));
    Parsed { root, errors }
}
