//! Strings: in one step if they stand as they are, piece by piece if they hold escapes or faults.

use smol_str::SmolStr;

use super::super::Scalar;
use super::parser::Parser;
use super::scan::{self, Escape};
use crate::source::TextMapBuilder;

impl Parser<'_> {
    /// Reads the string whose quote stands here.
    pub(super) fn string(&mut self) -> Scalar {
        let open = self.pos;
        let stop = scan::string_stop(self.bytes, open + 1);
        if self.bytes.get(stop) == Some(&b'"') {
            self.pos = stop + 1;
            return self.verbatim(open + 1..stop, open..stop + 1);
        }
        self.escaped_string(open, stop)
    }

    /// A scalar that stands in the text as it is.
    pub(super) fn verbatim(&self, inner: std::ops::Range<usize>, token: std::ops::Range<usize>) -> Scalar {
        let text = SmolStr::new(self.text.get(inner.clone()).unwrap_or_default());
        Scalar { text, span: self.span(token), map: self.map.part(inner) }
    }

    fn escaped_string(&mut self, open: usize, first_stop: usize) -> Scalar {
        // Most strings with escapes are policies, and growing step by step costs more than the room.
        let mut text = String::with_capacity((self.bytes.len() - open).min(1024));
        let mut map = TextMapBuilder::new(self.map);
        let (mut from, mut stop) = (open + 1, first_stop);
        let mut control_told = false;
        let end = loop {
            text.push_str(self.text.get(from..stop).unwrap_or_default());
            map.verbatim(from..stop);
            // What is wrong is kept as it is written, so that the rest keeps its place.
            let kept = match self.bytes.get(stop) {
                Some(b'"') => break stop + 1,
                Some(b'\\') => match scan::escape_at(self.bytes, stop) {
                    Escape::Char { decoded, len } => {
                        text.push(decoded);
                        map.escape(decoded.len_utf8(), stop..stop + len);
                        (from, stop) = (stop + len, scan::string_stop(self.bytes, stop + len));
                        continue;
                    }
                    Escape::Half { len } => {
                        self.bad_escape(stop..stop + len, "is half of a surrogate pair without the other half");
                        text.push(char::REPLACEMENT_CHARACTER);
                        map.escape(char::REPLACEMENT_CHARACTER.len_utf8(), stop..stop + len);
                        (from, stop) = (stop + len, scan::string_stop(self.bytes, stop + len));
                        continue;
                    }
                    Escape::Unknown { len } => {
                        self.bad_escape(stop..stop + len, "is not an escape of JSON");
                        len
                    }
                    Escape::CutOff => self.bytes.len() - stop,
                },
                Some(b'\n') => break self.unclosed_string(open, stop),
                Some(b'\r') if matches!(self.bytes.get(stop + 1), None | Some(b'\n')) => break self.unclosed_string(open, stop),
                Some(control) => {
                    if !control_told {
                        control_told = true;
                        self.error(stop..stop + 1, format!("U+{control:04X} must be written as an escape in a string"));
                    }
                    1
                }
                None => break self.unclosed_string(open, stop),
            };
            text.push_str(self.text.get(stop..stop + kept).unwrap_or_default());
            map.verbatim(stop..stop + kept);
            (from, stop) = (stop + kept, scan::string_stop(self.bytes, stop + kept));
        };
        self.pos = end;
        let map = map.finish_with(self.span(open + 1..open + 1).start);
        Scalar { text: SmolStr::new(text), span: self.span(open..end), map }
    }

    fn bad_escape(&mut self, range: std::ops::Range<usize>, what: &str) {
        let message = format!("`{}` {what}", self.text.get(range.clone()).unwrap_or_default());
        self.error(range, message);
    }

    /// A string without its closing quote ends where its line does.
    fn unclosed_string(&mut self, open: usize, end: usize) -> usize {
        let at_end = end == self.bytes.len();
        let before = if at_end { "the text ends" } else { "the line ends" };
        self.error(open..end, format!("{before} before this string is closed"));
        self.swallowed = true;
        self.brackets_told = true;
        end
    }
}
