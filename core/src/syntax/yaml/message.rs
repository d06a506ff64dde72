//! The parser's errors in the words of someone who writes manifests.

use granit_parser::{ErrorKind, ScanError};

use super::lines::next_break;
use crate::source::TextMap;
use crate::syntax::{Limits, SyntaxError};

/// An error of the parser with its place and a message.
pub(super) fn syntax_error(text: &str, map: &TextMap, limits: &Limits, error: &ScanError) -> SyntaxError {
    let marker = error.marker();
    let at = marker.byte_offset().or_else(|| text.char_indices().nth(marker.index()).map(|(at, _)| at)).unwrap_or(text.len());
    let at = match error.kind() {
        ErrorKind::TabInPlainScalar => indenting_tab(text, at).unwrap_or(at),
        _ => at,
    };
    let len = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    SyntaxError { span: map.span(at..at + len), message: message(error, limits) }
}

/// The first tab from `from` on that stands among the spaces a line begins with: the parser points at the text before it.
fn indenting_tab(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at = next_break(text, at..text.len())?.end;
        let line = text.get(at..)?;
        let spaces = line.len() - line.trim_start_matches(' ').len();
        if line.get(spaces..)?.starts_with('\t') {
            return Some(at + spaces);
        }
    }
}

fn message(error: &ScanError, limits: &Limits) -> String {
    match error.kind() {
        ErrorKind::TabInPlainScalar | ErrorKind::TabInIndentation | ErrorKind::TabInBlockIndentation | ErrorKind::TabNotAllowed => {
            "a tab cannot indent a line in YAML".to_owned()
        }
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => "this quote is not closed".to_owned(),
        ErrorKind::UnclosedFlowCollection { open } => format!("this `{open}` is not closed"),
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => format!("a `{open}` is closed by this `{close}`"),
        ErrorKind::MisplacedFlowCollectionEnd => "this bracket closes nothing".to_owned(),
        ErrorKind::MappingValueNotAllowed => {
            "a `key: value` cannot stand here: the indentation of this line or of the line above it is wrong".to_owned()
        }
        ErrorKind::RecursionLimitExceeded => too_deep(limits),
        _ => {
            let info = error.info();
            let info = if info.is_empty() { "this is not YAML" } else { info.as_str() };
            info.trim_end_matches('.').replace('\n', " ")
        }
    }
}

/// The message for a nesting past the limit.
pub(super) fn too_deep(limits: &Limits) -> String {
    format!("objects and lists are nested deeper than {} levels", limits.depth)
}
