//! Line breaks, blanks and bare tokens in raw YAML: what the decoders of scalars walk over.
//! Knows nothing of what is decoded.

use std::ops::Range;

use memchr::memchr2;

/// The next line break within `within`: `\n`, `\r\n` or a lone `\r`.
pub(super) fn next_break(text: &str, within: Range<usize>) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let at = within.start + memchr2(b'\n', b'\r', bytes.get(within.clone())?)?;
    Some(at..break_end(text, at).min(within.end))
}

/// One past the line break that begins at `at`.
pub(super) fn break_end(text: &str, at: usize) -> usize {
    if text.as_bytes().get(at..at + 2) == Some(b"\r\n") { at + 2 } else { at + 1 }
}

/// One past the spaces and tabs that begin at `from`.
pub(super) fn skip_blanks(text: &str, within: Range<usize>) -> usize {
    let blanks = text.as_bytes().get(within.clone()).unwrap_or_default().iter().take_while(|b| is_blank(**b)).count();
    within.start + blanks
}

/// The end of a text without the spaces and tabs it ends in.
pub(super) fn trim_blanks(text: &str, within: Range<usize>) -> usize {
    let blanks = text.as_bytes().get(within.clone()).unwrap_or_default().iter().rev().take_while(|b| is_blank(**b)).count();
    within.end - blanks
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// The first run of characters from `from` on that is no comment and satisfies `is`: an indicator between two nodes.
/// What stands between two nodes is indicators, tags, anchors and comments, all of them free of blanks.
pub(super) fn find_token(text: &str, from: usize, is: impl Fn(&str) -> bool) -> Option<usize> {
    let mut at = from;
    loop {
        let rest = text.get(at..)?;
        let token = rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{feff}']);
        if token.is_empty() {
            return None;
        }
        at += rest.len() - token.len();
        let len = if token.starts_with('#') {
            memchr2(b'\n', b'\r', token.as_bytes())
        } else {
            let len = token.find([' ', '\t', '\n', '\r']).unwrap_or(token.len());
            if token.get(..len).is_some_and(&is) {
                return Some(at);
            }
            Some(len)
        };
        at += len?;
    }
}
