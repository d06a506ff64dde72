//! One scalar event to a scalar of the tree: which decoder its style needs, and none where the text stands there as it is.

use std::ops::Range;

use granit_parser::ScalarStyle;
use smol_str::SmolStr;

use super::{block, decode};
use crate::source::TextMap;
use crate::syntax::Scalar;

/// A scalar as the parser reports it.
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    /// Where `text` stands in its file.
    pub(super) map: &'a TextMap,
    /// Decoded.
    pub(super) value: &'a str,
    pub(super) style: ScalarStyle,
    /// The parser's range: with quotes, but a block scalar's content only.
    pub(super) range: Range<usize>,
    /// Where the token before it ends.
    pub(super) after: usize,
}

/// The scalar and the end of its token in the text.
pub(super) struct Read {
    pub(super) scalar: Scalar,
    pub(super) end: usize,
}

pub(super) fn scalar(token: &Token) -> Read {
    let Token { text, map, value, range, .. } = token;
    let quotes = match token.style {
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted if range.len() >= 2 => 1,
        ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => 0,
        ScalarStyle::Literal | ScalarStyle::Folded => {
            let read = block::read(text, map, value, range.clone(), token.after);
            return Read { end: read.token.end, scalar: finished(token, &read.token, read.map) };
        }
    };
    let inner = range.start + quotes..range.end - quotes;
    let inner_map = if text.get(inner.clone()) == Some(*value) {
        verbatim(map, inner)
    } else {
        match token.style {
            ScalarStyle::SingleQuoted => decode::single_quoted(text, map, value, inner),
            ScalarStyle::DoubleQuoted => decode::double_quoted(text, map, value, inner),
            _ => decode::plain(text, map, value, inner),
        }
    };
    Read { end: range.end, scalar: finished(token, range, inner_map) }
}

fn verbatim(map: &TextMap, inner: Range<usize>) -> TextMap {
    // The part of a map that is in pieces does not know where an empty text stands.
    if inner.is_empty() { TextMap::direct(map.file(), map.span(inner).start) } else { map.part(inner) }
}

fn finished(token: &Token, range: &Range<usize>, map: TextMap) -> Scalar {
    Scalar { text: SmolStr::new(token.value), span: token.map.span(range.clone()), map }
}
