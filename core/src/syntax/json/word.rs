//! Numbers, `true`, `false`, `null`, and what people write instead: bare words, single quotes, placeholders.

use std::ops::Range;

use smol_str::SmolStr;

use super::super::{Node, Scalar, Value};
use super::parser::Parser;
use super::scan;

/// Longest part of a word that a message repeats, in characters.
const SHOWN: usize = 40;

impl Parser<'_> {
    pub(super) fn number(&mut self) -> Node {
        let start = self.pos;
        match scan::number_end(self.bytes, start) {
            Some(end) if scan::ends_word(self.bytes.get(end)) => {
                self.pos = end;
                let text = SmolStr::new(self.text.get(start..end).unwrap_or_default());
                Node { span: self.span(start..end), value: Value::Number(text) }
            }
            _ => self.word(),
        }
    }

    pub(super) fn literal(&mut self) -> Node {
        let start = self.pos;
        let rest = self.bytes.get(start..).unwrap_or_default();
        for (word, value) in [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)] {
            if rest.starts_with(word.as_bytes()) && scan::ends_word(rest.get(word.len())) {
                self.pos = start + word.len();
                return Node { span: self.span(start..self.pos), value };
            }
        }
        self.word()
    }

    /// A value that begins like none of JSON's.
    #[cold]
    pub(super) fn odd_value(&mut self) -> Node {
        self.odd_string().map_or_else(|| self.word(), Node::from)
    }

    /// Something without double quotes where a key should stand. `None` if it is none, and skipped.
    #[cold]
    pub(super) fn odd_key(&mut self) -> Option<Scalar> {
        if let Some(key) = self.odd_string() {
            return Some(key);
        }
        let start = self.pos;
        if let Some(bracket @ (b'{' | b'[')) = self.peek() {
            self.error(start..start + 1, format!("expected a key in double quotes, found `{}`", char::from(bracket)));
            let end = scan::balanced_end(self.bytes, start);
            self.brackets_told |= end.is_none();
            self.pos = end.unwrap_or(self.bytes.len());
            return None;
        }
        let range = self.word_range(true);
        self.pos = range.end;
        let word = self.shown(range.clone());
        let behind = scan::skip_white(self.bytes, range.end);
        if self.bytes.get(behind) == Some(&b':') {
            self.error(range.clone(), format!("the key `{word}` needs double quotes"));
            return Some(self.verbatim(range.clone(), range));
        }
        if behind < self.bytes.len() {
            self.error(range, format!("expected a key in double quotes, found `{word}`"));
        }
        None
    }

    /// A string in single, typographic or back quotes, closed on its line.
    fn odd_string(&mut self) -> Option<Scalar> {
        let start = self.pos;
        let line = self.text.get(start..self.line_end(start))?;
        let open = line.chars().next()?;
        let closing: &[char] = match open {
            '\'' => &['\''],
            '`' => &['`'],
            '\u{2018}' | '\u{2019}' => &['\u{2018}', '\u{2019}'],
            '\u{201c}' | '\u{201d}' => &['\u{201c}', '\u{201d}', '"'],
            _ => return None,
        };
        let body = line.get(open.len_utf8()..)?;
        let len = body.find(closing)?;
        let close = body.get(len..)?.chars().next()?;
        let inner = start + open.len_utf8()..start + open.len_utf8() + len;
        let token = start..inner.end + close.len_utf8();
        self.pos = token.end;
        self.error(token.clone(), format!("a string needs double quotes (`\"`), not `{open}`"));
        Some(self.verbatim(inner, token))
    }

    /// A word that is no value of JSON.
    #[cold]
    fn word(&mut self) -> Node {
        let range = self.word_range(false);
        self.pos = range.end;
        let cut_off = self.nested() && scan::skip_white(self.bytes, range.end) == self.bytes.len();
        if !cut_off {
            let word = self.shown(range.clone());
            let message = match word.as_str() {
                "True" | "TRUE" => "`true` is written in lower case in JSON".to_owned(),
                "False" | "FALSE" => "`false` is written in lower case in JSON".to_owned(),
                "None" | "nil" | "undefined" | "NULL" | "Null" => format!("`{word}` is written `null` in JSON"),
                _ if word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) => {
                    format!("`{word}` is not a number of JSON")
                }
                _ => format!("`{word}` is not a value of JSON; a string needs double quotes"),
            };
            self.error(range.clone(), message);
        }
        self.broken(range)
    }

    /// From here to what may stand behind a value (or behind a key), on this line. Never empty.
    fn word_range(&self, key: bool) -> Range<usize> {
        let start = self.pos;
        let line = self.bytes.get(start..self.line_end(start)).unwrap_or_default();
        let mut len = 0;
        while let Some(&byte) = line.get(len) {
            let rest = line.get(len..).unwrap_or_default();
            match byte {
                b'$' if rest.starts_with(b"${") => match memchr::memchr(b'}', rest) {
                    Some(end) => len += end,
                    None => len += 1,
                },
                b',' | b'}' | b']' | b'{' | b'[' | b'"' => break,
                b':' if key => break,
                b' ' | b'\t' if rest.trim_ascii_start().starts_with(b"//") || rest.trim_ascii_start().starts_with(b"/*") => break,
                _ => {}
            }
            len += 1;
        }
        let word = line.get(..len).unwrap_or_default().trim_ascii_end();
        // Only a caller that stands at a delimiter or a line's end could see nothing here; it must get on all the same.
        let first = self.text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        start..start + word.len().max(first)
    }

    fn shown(&self, range: Range<usize>) -> String {
        let word = self.text.get(range).unwrap_or_default();
        match word.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{}…", word.get(..end).unwrap_or_default()),
            None => word.to_owned(),
        }
    }
}
