//! Cuts a stream into its documents without reading them, so that each can be read apart and a broken one spoils no other.
//! Knows only the markers `---` and `...`, which YAML 1.2 (9.1.2) forbids as content at the start of a line, and directives.

use std::ops::Range;

use memchr::memchr;
use memchr::memmem;

const BOM: &str = "\u{feff}";

/// The documents of a stream: ranges that cover the whole text in order.
///
/// A range begins with its `---` line, or with the comments and directives above it when these open the stream or follow `...`;
/// a line of `...` closes its range. A range may hold nothing but comments.
#[must_use]
pub fn split(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    // Whether nothing but comments, directives and blank lines can stand between `start` and the marker: true after `...` only.
    let mut fresh = true;
    for marker in markers(text) {
        let Some(before) = text.get(start..marker.at) else { continue };
        if marker.ends {
            ranges.push(start..marker.line_end);
            (start, fresh) = (marker.line_end, true);
            continue;
        }
        if !(before.is_empty() || fresh && is_prefix(before)) {
            ranges.push(start..marker.at);
            start = marker.at;
        }
        fresh = false;
    }
    if start < text.len() {
        ranges.push(start..text.len());
    }
    ranges
}

/// One marker line.
struct Marker {
    /// Its first byte; that of the byte order mark, if one stands before the marker.
    at: usize,
    /// One past its line break.
    line_end: usize,
    /// `...` rather than `---`.
    ends: bool,
}

/// All marker lines in order.
fn markers(text: &str) -> Vec<Marker> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut check = |at: usize| {
        let line = text.get(at..).unwrap_or_default();
        let line = line.strip_prefix(BOM).unwrap_or(line);
        let ends = line.starts_with("...");
        let rest = line.strip_prefix("---").or_else(|| line.strip_prefix("..."));
        if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r'])) {
            let line_end = bytes.get(at..).and_then(|rest| memchr(b'\n', rest)).map_or(text.len(), |n| at + n + 1);
            found.push(Marker { at, line_end, ends });
        }
    };
    check(0);
    for needle in ["\n---", "\n...", "\n\u{feff}---"] {
        memmem::find_iter(bytes, needle).for_each(|at| check(at + 1));
    }
    crate::order::sort_by_key(&mut found, |marker| marker.at);
    found
}

/// Whether a text is only what may stand before a document: blank lines, comments, directives.
fn is_prefix(text: &str) -> bool {
    text.lines().all(|line| {
        let line = line.trim_start_matches('\u{feff}');
        line.starts_with('%') || line.trim_start().is_empty() || line.trim_start().starts_with('#')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<&str> {
        let ranges = split(text);
        assert_eq!(ranges.iter().map(|r| text.get(r.clone()).unwrap()).collect::<String>(), text);
        ranges.into_iter().map(|r| text.get(r).unwrap()).collect()
    }

    #[test]
    fn cuts_before_each_start_marker() {
        assert_eq!(pieces("a: 1\n---\nb: 2\n--- # c\nc: 3"), ["a: 1\n", "---\nb: 2\n", "--- # c\nc: 3"]);
        assert_eq!(pieces("---\r\na: 1\r\n---\r\nb: 2\r\n"), ["---\r\na: 1\r\n", "---\r\nb: 2\r\n"]);
        assert_eq!(pieces("---"), ["---"]);
        assert_eq!(pieces(""), Vec::<&str>::new());
    }

    #[test]
    fn leaves_lookalikes_alone() {
        assert_eq!(pieces("a: |\n  x\n  ---\n  y\n----\n---x\n"), ["a: |\n  x\n  ---\n  y\n----\n---x\n"]);
    }

    #[test]
    fn closes_a_document_after_its_end_marker() {
        assert_eq!(pieces("a: 1\n...\nb: 2\n...\n"), ["a: 1\n...\n", "b: 2\n...\n"]);
        assert_eq!(pieces("a: 1\n...\n---\nb: 2\n"), ["a: 1\n...\n", "---\nb: 2\n"]);
    }

    #[test]
    fn keeps_directives_and_leading_comments_with_their_document() {
        assert_eq!(pieces("%YAML 1.2\n# c\n---\na: 1\n---\nb: 2\n"), ["%YAML 1.2\n# c\n---\na: 1\n", "---\nb: 2\n"]);
        assert_eq!(pieces("a: 1\n...\n%TAG ! !x\n---\nb: 2\n"), ["a: 1\n...\n", "%TAG ! !x\n---\nb: 2\n"]);
        assert_eq!(pieces("---\n# nothing\n---\nb: 2\n"), ["---\n# nothing\n", "---\nb: 2\n"]);
    }

    #[test]
    fn takes_byte_order_marks() {
        assert_eq!(pieces("\u{feff}---\na: 1\n---\nb: 2\n"), ["\u{feff}---\na: 1\n", "---\nb: 2\n"]);
        assert_eq!(pieces("\u{feff}# c\n---\na: 1\n\u{feff}---\nb: 2\n"), ["\u{feff}# c\n---\na: 1\n", "\u{feff}---\nb: 2\n"]);
    }
}
