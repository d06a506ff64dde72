//! YAML to the spanned tree, on granit-parser's events. A stream is cut into documents first; each is read apart.
//! Knows nothing of Kubernetes.

mod anchors;
mod block;
mod builder;
mod decode;
mod frame;
mod lines;
mod merge;
mod message;
mod resolve;
mod scalar;
mod split;
#[cfg(test)]
mod tests;

use granit_parser::{Options, Parser};

use super::{Limits, Parsed};
use crate::source::TextMap;
use builder::Builder;

pub use split::split;

/// Reads all documents of a stream, in order. Those that hold nothing are among them, with no root.
#[must_use]
pub fn parse(text: &str, map: &TextMap, limits: &Limits) -> Vec<Parsed> {
    let document = |range: std::ops::Range<usize>| Some(parse_document(text.get(range.clone())?, &map.part(range), limits));
    split(text).into_iter().filter_map(document).collect()
}

/// Reads one document, a piece that [`split`] cut; `map` says where the piece stands in its file.
///
/// - A scalar's span is its whole token: with quotes; of a block scalar from the `|` or `>` to the last byte that spells a part of its
///   text. A block collection's span goes from its first key or dash to the end of its last token.
/// - An alias is a copy of the anchored node, spans and all. A merge key `<<` is replaced by the members that the object lacks.
/// - A tag that YAML does not define makes an object of one member: `!Sub x` becomes `{"!Sub": x}`.
/// - A key that is no string has its spelling as its text; one that is an object or a list is an error, and its member is left out.
/// - Behind an error the tree ends: what was open is closed, and a key without a value has a [`super::Value::Broken`] one.
#[must_use]
pub fn parse_document(text: &str, map: &TextMap, limits: &Limits) -> Parsed {
    let mut builder = Builder::new(text, map, limits);
    let mut parser = Parser::new_from_str_with_options(text, options(limits));
    while let Some(next) = parser.next_event() {
        match next {
            Ok((event, span)) => {
                if builder.event(event, &span).is_break() {
                    break;
                }
            }
            Err(error) => {
                builder.fault(&error);
                break;
            }
        }
    }
    builder.finish()
}

fn options(limits: &Limits) -> Options {
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.emit_unresolved_aliases = true;
    // As libyaml and its ports read it, Kubernetes' among them.
    options.block_scalar_eof_without_line_feed = true;
    let depth = usize::try_from(limits.depth).unwrap_or(usize::MAX);
    options.flow_nesting_limit = depth;
    options.block_nesting_limit = depth;
    options
}
