//! What to make of a text that is no JSON, so that one fault is one error and the rest is still understood.
//!
//! Three memories keep echoes silent: `quiet_until` (the rest of a line whose structure is lost), `brackets_told` (after one bracket that does
//! not match, others won't either) and `swallowed` (a string without its quote has eaten the comma behind it).

use std::ops::Range;

use super::super::{Node, SyntaxError, Value};
use super::parser::{Container, Parser};
use super::{MAX_ERRORS, scan};

impl Parser<'_> {
    /// Tells of a fault, unless it is an echo.
    pub(super) fn error(&mut self, range: Range<usize>, message: impl Into<String>) {
        if range.end >= self.quiet_until {
            self.push_error(range, message);
        }
    }

    fn push_error(&mut self, range: Range<usize>, message: impl Into<String>) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(SyntaxError { span: self.span(range), message: message.into() });
        }
    }

    /// The end of the line that holds `from`, without its line end and white space before it.
    pub(super) fn line_end(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        let line = rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len())).unwrap_or_default();
        from + line.trim_ascii_end().len()
    }

    /// The structure of this line is lost: what else seems wrong in it is an echo.
    fn quiet_line(&mut self) {
        let rest = self.bytes.get(self.pos..).unwrap_or_default();
        self.quiet_until = self.pos + memchr::memchr(b'\n', rest).unwrap_or(rest.len()) + 1;
    }

    pub(super) fn broken(&self, range: Range<usize>) -> Node {
        Node { span: self.span(range), value: Value::Broken }
    }

    /// Comments, and characters that look like white space but are none of JSON's.
    #[cold]
    pub(super) fn skip_odd(&mut self) {
        loop {
            let start = self.pos;
            let rest = self.text.get(start..).unwrap_or_default();
            if rest.starts_with("//") || rest.starts_with('#') {
                self.pos = self.line_end(start);
                self.error(start..self.pos, "comments are not allowed in JSON");
            } else if rest.starts_with("/*") {
                let body = rest.get(2..).unwrap_or_default();
                let end = memchr::memmem::find(body.as_bytes(), b"*/");
                self.pos = end.map_or(self.bytes.len(), |end| start + 2 + end + 2);
                if end.is_some() {
                    self.error(start..self.pos, "comments are not allowed in JSON");
                } else {
                    self.error(start..self.pos, "the text ends before this comment does, and comments are not allowed in JSON");
                    self.brackets_told = true;
                }
            } else if let Some(c) = rest.chars().next().filter(|c| is_blank(*c)) {
                self.pos += rest.len() - rest.trim_start_matches(is_blank).len();
                self.error(start..self.pos, format!("U+{:04X} is not white space in JSON", u32::from(c)));
            } else {
                return;
            }
            self.pos = scan::skip_white(self.bytes, self.pos);
        }
    }

    /// `,`, `:`, a closing bracket or the text's end stands where an item should (`comma`: behind that comma).
    #[cold]
    pub(super) fn no_item(&mut self, container: &Container, comma: Option<usize>) -> bool {
        match self.peek() {
            None => self.unclosed(container),
            Some(b'}' | b']') => {
                if let Some(comma) = comma {
                    self.error(comma..comma + 1, "a comma is not allowed after the last item");
                }
                self.close(container)
            }
            Some(byte) => {
                self.error(self.pos..self.pos + 1, format!("unexpected `{}`", char::from(byte)));
                while matches!(self.peek(), Some(b',' | b':')) {
                    self.pos += 1;
                    self.skip();
                }
                match self.peek() {
                    None => self.unclosed(container),
                    Some(b'}' | b']') => self.close(container),
                    Some(_) => true,
                }
            }
        }
    }

    /// An item is followed by neither a comma nor its container's bracket. Whether another item follows.
    #[cold]
    pub(super) fn no_comma(&mut self, container: &Container, item_end: usize) -> bool {
        let swallowed = std::mem::take(&mut self.swallowed);
        match self.peek() {
            None => self.unclosed(container),
            Some(b'}' | b']') => self.close(container),
            Some(b':') => {
                // `["key": 1` : a bracket is missing or the wrong one; others won't match either.
                if !self.brackets_told && !swallowed {
                    self.error(self.pos..self.pos + 1, "unexpected `:`");
                }
                self.brackets_told |= container.close == b']';
                self.pos += 1;
                self.skip();
                match self.peek() {
                    Some(b',' | b':' | b'}' | b']') | None => self.no_item(container, None),
                    Some(_) => true,
                }
            }
            Some(byte) => {
                if !swallowed {
                    self.error(item_end..item_end, format!("a `,` or `{}` is missing here", char::from(container.close)));
                    if !begins_value(byte) {
                        self.quiet_line();
                    }
                }
                true
            }
        }
    }

    /// At a closing bracket: ends the container, with an error if it is the other kind of bracket.
    fn close(&mut self, container: &Container) -> bool {
        let Some(found) = self.peek() else { return false };
        if found == container.close {
            self.pos += 1;
            return false;
        }
        // If one of that kind is open further out, it is that one's, and ours is missing; else it was meant for ours.
        let enclosing = if found == b'}' { self.open_objects } else { self.open_lists };
        if !self.brackets_told {
            let (at, found, close) = (self.pos..self.pos + 1, char::from(found), char::from(container.close));
            self.error(at, format!("expected `{close}`, found `{found}`"));
            self.brackets_told = true;
        }
        if enclosing == 0 {
            self.pos += 1;
        }
        false
    }

    /// The text ends within a container. The innermost one is told of.
    fn unclosed(&mut self, container: &Container) -> bool {
        if !self.brackets_told && self.pos >= self.quiet_until {
            let open = if container.close == b'}' { '{' } else { '[' };
            self.push_error(container.open..container.open + 1, format!("the text ends before this `{open}` is closed"));
        }
        self.brackets_told = true;
        false
    }

    /// A key is not followed by a colon. `Some` if no value is to be read then.
    #[cold]
    pub(super) fn no_colon(&mut self, key_end: usize) -> Option<Node> {
        if self.swallowed || self.peek().is_none() {
            return Some(self.broken(key_end..key_end));
        }
        match self.peek() {
            Some(b',' | b'}' | b']') => {
                self.error(key_end..key_end, "a `:` and a value are missing after this key");
                return Some(self.broken(key_end..key_end));
            }
            Some(b'=') => {
                let start = self.pos;
                self.pos += if self.bytes.get(start + 1) == Some(&b'>') { 2 } else { 1 };
                self.error(start..self.pos, "a key is followed by `:` in JSON");
                self.skip();
            }
            byte => {
                self.error(key_end..key_end, "a `:` is missing after this key");
                if !byte.is_some_and(begins_value) {
                    self.quiet_line();
                }
            }
        }
        None
    }

    /// `,`, `:`, a closing bracket or the text's end stands where a member's value should.
    #[cold]
    pub(super) fn no_value(&mut self) -> Node {
        let start = self.pos;
        match self.peek() {
            Some(b':') => {
                self.error(start..start + 1, "unexpected `:`");
                while self.peek() == Some(b':') {
                    self.pos += 1;
                    self.skip();
                }
                if !matches!(self.peek(), Some(b',' | b'}' | b']') | None) {
                    return self.value();
                }
            }
            Some(found) => self.error(start..start + 1, format!("expected a value, found `{}`", char::from(found))),
            None => {}
        }
        self.broken(start..start)
    }

    /// A container past the depth limit is skipped by counting brackets, since recursion would go too deep.
    #[cold]
    pub(super) fn too_deep(&mut self) -> Node {
        let start = self.pos;
        if !self.depth_told {
            self.depth_told = true;
            self.error(start..start + 1, format!("nested deeper than {} levels", self.max_depth()));
        }
        let end = scan::balanced_end(self.bytes, start);
        self.brackets_told |= end.is_none();
        self.pos = end.unwrap_or(self.bytes.len());
        self.broken(start..self.pos)
    }
}

/// What documents copied from web pages hold instead of spaces.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}')
}

fn begins_value(byte: u8) -> bool {
    matches!(byte, b'"' | b'{' | b'[' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n')
}
