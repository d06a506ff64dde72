//! From the raw bytes of a scalar to the map that leads its decoded text back to them.
//! The parser's decoded text is the law: each step is checked against it, and where the two part, the map falls back to the whole token.

use std::ops::Range;

use memchr::memchr3;

use super::lines::{break_end, next_break, skip_blanks, trim_blanks};
use crate::source::{TextMap, TextMapBuilder};

/// Builds a map while it checks that the pieces spell `value`.
pub(super) struct Decoder<'a> {
    text: &'a str,
    outer: &'a TextMap,
    value: &'a str,
    at: usize,
    agrees: bool,
    builder: TextMapBuilder<'a>,
}

impl<'a> Decoder<'a> {
    /// For the scalar that decodes to `value` within `text`, which stands in its file as `outer` says.
    pub(super) fn new(text: &'a str, outer: &'a TextMap, value: &'a str) -> Self {
        Self { text, outer, value, at: 0, agrees: true, builder: TextMapBuilder::new(outer) }
    }

    /// The next bytes of the value stand at `part` as they are.
    pub(super) fn verbatim(&mut self, part: Range<usize>) {
        let raw = self.text.get(part.clone()).unwrap_or_default();
        self.expect(raw);
        self.builder.verbatim(part);
    }

    /// The next character of the value is spelled by `part`.
    pub(super) fn escape(&mut self, decoded: char, part: Range<usize>) {
        self.expect(decoded.encode_utf8(&mut [0; 4]));
        self.builder.escape(decoded.len_utf8(), part);
    }

    /// Lines are folded at `part`: a space, or as many line breaks as there are empty lines in it.
    pub(super) fn fold(&mut self, empty_lines: usize, part: Range<usize>) {
        if empty_lines == 0 {
            self.escape(' ', part);
        } else {
            (0..empty_lines).for_each(|_| self.expect("\n"));
            self.builder.escape(empty_lines, part);
        }
    }

    /// The next character of the value is the line break at `part`.
    pub(super) fn line_break(&mut self, part: Range<usize>) {
        self.escape('\n', part);
    }

    fn expect(&mut self, piece: &str) {
        self.agrees &= self.value.get(self.at..).is_some_and(|rest| rest.starts_with(piece));
        self.at += piece.len();
    }

    /// The map; `token`: what to map the whole text to if the pieces don't spell it, `empty_at`: where an empty text stands.
    pub(super) fn finish(self, token: Range<usize>, empty_at: usize) -> TextMap {
        let empty_at = self.outer.span(empty_at..empty_at).start;
        if self.agrees && self.at == self.value.len() {
            return self.builder.finish_with(empty_at);
        }
        let mut whole = TextMapBuilder::new(self.outer);
        // In two pieces, since a piece as long as its source would be taken for a verbatim one.
        let first = self.value.chars().next().map_or(0, char::len_utf8);
        whole.escape(first, token.clone());
        whole.escape(self.value.len() - first, token);
        whole.finish_with(empty_at)
    }
}

/// A plain scalar over several lines.
pub(super) fn plain(text: &str, outer: &TextMap, value: &str, token: Range<usize>) -> TextMap {
    let mut decoder = Decoder::new(text, outer, value);
    folded_run(&mut decoder, text, token.clone(), |rest| next_break(text, rest).map(|b| b.start), |_, at| at);
    decoder.finish(token.clone(), token.start)
}

/// A single-quoted scalar; `inner` is what stands between the quotes.
pub(super) fn single_quoted(text: &str, outer: &TextMap, value: &str, inner: Range<usize>) -> TextMap {
    let mut decoder = Decoder::new(text, outer, value);
    let special = |rest: Range<usize>| Some(rest.start + memchr3(b'\'', b'\n', b'\r', text.as_bytes().get(rest.clone())?)?);
    let quote = |decoder: &mut Decoder, at: usize| {
        decoder.escape('\'', at..at + 2);
        at + 2
    };
    folded_run(&mut decoder, text, inner.clone(), special, quote);
    decoder.finish(inner.clone(), inner.start)
}

/// A double-quoted scalar; `inner` is what stands between the quotes.
pub(super) fn double_quoted(text: &str, outer: &TextMap, value: &str, inner: Range<usize>) -> TextMap {
    let mut decoder = Decoder::new(text, outer, value);
    let special = |rest: Range<usize>| Some(rest.start + memchr3(b'\\', b'\n', b'\r', text.as_bytes().get(rest.clone())?)?);
    let end = inner.end;
    let escape = |decoder: &mut Decoder, at: usize| backslash(decoder, text, at..end);
    folded_run(&mut decoder, text, inner.clone(), special, escape);
    decoder.finish(inner.clone(), inner.start)
}

/// Walks over `inner`: bytes as they are up to the next special one, which is a line break (folded here) or for `other` to read.
/// `other` says where to go on; a place that isn't further on ends the walk (and the check then finds the text incomplete).
fn folded_run<'a>(
    decoder: &mut Decoder<'a>,
    text: &str,
    inner: Range<usize>,
    special: impl Fn(Range<usize>) -> Option<usize>,
    other: impl Fn(&mut Decoder<'a>, usize) -> usize,
) {
    let mut at = inner.start;
    while at < inner.end {
        let Some(stop) = special(at..inner.end) else {
            decoder.verbatim(at..inner.end);
            return;
        };
        let next = if matches!(text.as_bytes().get(stop), Some(b'\n' | b'\r')) {
            let content_end = trim_blanks(text, at..stop);
            decoder.verbatim(at..content_end);
            let (empty_lines, next) = skip_lines(text, break_end(text, stop)..inner.end);
            decoder.fold(empty_lines, content_end..next);
            next
        } else {
            decoder.verbatim(at..stop);
            other(decoder, stop)
        };
        if next <= stop {
            return;
        }
        at = next;
    }
}

/// Empty lines from the start of a line on, and where the next content begins.
fn skip_lines(text: &str, rest: Range<usize>) -> (usize, usize) {
    let mut empty_lines = 0;
    let mut at = skip_blanks(text, rest.clone());
    while at < rest.end && matches!(text.as_bytes().get(at), Some(b'\n' | b'\r')) {
        empty_lines += 1;
        at = skip_blanks(text, break_end(text, at).min(rest.end)..rest.end);
    }
    (empty_lines, at)
}

/// Reads one escape (YAML 1.2, 5.7) and says where it ends.
fn backslash(decoder: &mut Decoder, text: &str, rest: Range<usize>) -> usize {
    let at = rest.start;
    let Some(letter) = text.get(at + 1..rest.end).and_then(|t| t.chars().next()) else { return at };
    let simple = match letter {
        '\n' | '\r' => {
            let (empty_lines, next) = skip_lines(text, break_end(text, at + 1)..rest.end);
            if empty_lines > 0 {
                decoder.fold(empty_lines, at..next);
            }
            return next;
        }
        'x' => return hex(decoder, text, at, 2),
        'u' => return hex(decoder, text, at, 4),
        'U' => return hex(decoder, text, at, 8),
        '0' => '\0',
        'a' => '\x07',
        'b' => '\x08',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\x0b',
        'f' => '\x0c',
        'r' => '\r',
        'e' => '\x1b',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        same => same,
    };
    let end = at + 1 + letter.len_utf8();
    decoder.escape(simple, at..end);
    end
}

/// Reads `\x41`, `\u00e9`, `\U0001F600` or a surrogate pair of two `\u`.
fn hex(decoder: &mut Decoder, text: &str, at: usize, digits: usize) -> usize {
    let number = |at: usize, digits: usize| text.get(at + 2..at + 2 + digits).and_then(|t| u32::from_str_radix(t, 16).ok());
    let Some(first) = number(at, digits) else { return at };
    let end = at + 2 + digits;
    if digits == 4 && (0xD800..0xDC00).contains(&first) {
        let second = number(end, 4).filter(|n| (0xDC00..0xE000).contains(n));
        let pair = second.and_then(|second| char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)));
        let Some(pair) = pair else { return at };
        decoder.escape(pair, at..end + 6);
        return end + 6;
    }
    let Some(c) = char::from_u32(first) else { return at };
    decoder.escape(c, at..end);
    end
}
