//! The parser's errors in the words of someone who writes manifests.

use granit_parser::{ErrorKind, ScanError};

use super::lines::next_break;
use crate::source::TextMap;
use crate::syntax::{Limits, SyntaxError};

/// An error of the parser with its place and a message. `open`: the bracket that encloses the place, if one does.
pub(super) fn syntax_error(text: &str, map: &TextMap, limits: &Limits, error: &ScanError, open: Option<char>) -> SyntaxError {
    let marker = error.marker();
    let at = marker.byte_offset().or_else(|| text.char_indices().nth(marker.index()).map(|(at, _)| at)).unwrap_or(text.len());
    let at = match error.kind() {
        ErrorKind::TabInPlainScalar | ErrorKind::TabInIndentation | ErrorKind::TabInBlockIndentation | ErrorKind::TabNotAllowed => {
            indenting_tab(text, at).unwrap_or(at)
        }
        _ => at,
    };
    let len = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    SyntaxError { span: map.span(at..at + len), message: message(error, limits, open) }
}

/// The first tab among the spaces that a line begins with, from the line of `at` on: the parser points at the text before or behind it.
fn indenting_tab(text: &str, at: usize) -> Option<usize> {
    if text.get(at..)?.starts_with('\t') {
        return Some(at);
    }
    let mut start = text.get(..at)?.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    loop {
        let line = text.get(start..)?;
        let spaces = line.len() - line.trim_start_matches(' ').len();
        if line.get(spaces..)?.starts_with('\t') {
            return Some(start + spaces);
        }
        start = next_break(text, start..text.len())?.end;
    }
}

fn message(error: &ScanError, limits: &Limits, open: Option<char>) -> String {
    match (error.kind(), open) {
        (ErrorKind::TabInPlainScalar | ErrorKind::TabInIndentation | ErrorKind::TabInBlockIndentation | ErrorKind::TabNotAllowed, _) => {
            "a tab cannot indent a line in YAML".to_owned()
        }
        (ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar, _) => "this quote is not closed".to_owned(),
        (ErrorKind::UnclosedFlowCollection { open }, _) => format!("this `{open}` is not closed"),
        (ErrorKind::MismatchedFlowCollectionEnd { open, close }, _) => format!("this `{open}` is closed by a `{close}`"),
        (ErrorKind::MisplacedFlowCollectionEnd, _) => "this bracket closes nothing".to_owned(),
        (
            ErrorKind::InvalidColonPlacement | ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::ExpectedFlowSequenceSeparator,
            Some(open),
        ) => format!("this cannot stand here: the `{open}` before it is not closed, or a comma is missing"),
        (ErrorKind::MappingValueNotAllowed, _) => {
            "a `key: value` cannot stand here: the indentation of this line or of the line above it is wrong".to_owned()
        }
        (ErrorKind::SimpleKeyExpected, _) => {
            "this line has no `:` behind its key, or is not indented as a part of the value above".to_owned()
        }
        (ErrorKind::UnexpectedCharacter { character: c @ ('@' | '`' | '%') }, _) => {
            format!("a value cannot begin with `{c}` unless it is quoted").replace("```", "a backtick")
        }
        (ErrorKind::RecursionLimitExceeded, _) => too_deep(limits),
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
