//! The grammar itself: documents, objects, lists. What is no JSON is handed to `recovery`, out of the fast path.

use super::super::{Limits, Member, Node, Scalar, SyntaxError, Value};
use super::scan;
use crate::source::{Span, TextMap};

/// Reads one text. Recursion is bounded by [`Limits::depth`].
pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) map: &'a TextMap,
    pub(super) pos: usize,
    depth: u32,
    max_depth: u32,
    pub(super) open_objects: u32,
    pub(super) open_lists: u32,
    pub(super) errors: Vec<SyntaxError>,
    /// Faults that begin before this byte are echoes of one that has been told.
    pub(super) quiet_until: usize,
    /// A bracket was missing or wrong, or a string may have swallowed some: later brackets that don't match are echoes.
    pub(super) brackets_told: bool,
    /// The last string ran to its line's end and may have swallowed a comma or colon.
    pub(super) swallowed: bool,
    pub(super) depth_told: bool,
}

/// An object or list that is being read.
pub(super) struct Container {
    /// Where its bracket stands.
    pub(super) open: usize,
    /// The byte that closes it.
    pub(super) close: u8,
}

const BOM: &str = "\u{feff}";

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, map: &'a TextMap, limits: &Limits) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            map,
            pos: 0,
            depth: 0,
            max_depth: limits.depth,
            open_objects: 0,
            open_lists: 0,
            errors: Vec::new(),
            quiet_until: 0,
            brackets_told: false,
            swallowed: false,
            depth_told: false,
        }
    }

    pub(super) fn into_errors(self) -> Vec<SyntaxError> {
        self.errors
    }

    /// The one value that the text is.
    pub(super) fn document(&mut self) -> Option<Node> {
        if self.text.starts_with(BOM) {
            self.pos = BOM.len();
        }
        self.skip();
        match self.peek() {
            None => {
                if self.errors.is_empty() {
                    self.error(0..self.bytes.len(), "the file is empty");
                }
                None
            }
            Some(byte @ (b'}' | b']' | b',' | b':')) => {
                self.error(self.pos..self.pos + 1, format!("expected a value, found `{}`", char::from(byte)));
                None
            }
            Some(_) => {
                let root = self.value();
                self.skip();
                if self.pos < self.bytes.len() && !self.brackets_told && root.value != Value::Broken {
                    let end = self.line_end(self.pos);
                    self.error(self.pos..end, "there is more text after the end of the value");
                }
                Some(root)
            }
        }
    }

    /// Reads a value. The caller has seen that something stands here, and none of `,:}]`.
    pub(super) fn value(&mut self) -> Node {
        match self.peek() {
            Some(b'"') => Node::from(self.string()),
            Some(b'{' | b'[') if self.depth >= self.max_depth => self.too_deep(),
            Some(b'{') => self.object(),
            Some(b'[') => self.list(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't' | b'f' | b'n') => self.literal(),
            _ => self.odd_value(),
        }
    }

    fn object(&mut self) -> Node {
        let container = Container { open: self.pos, close: b'}' };
        let mut members = Vec::new();
        self.depth += 1;
        self.open_objects += 1;
        let mut more = self.first_item(&container);
        while more {
            let key = if self.peek() == Some(b'"') { Some(self.string()) } else { self.odd_key() };
            if let Some(key) = key {
                let value = self.member_value();
                members.push(Member { key, value });
            }
            more = self.next_item(&container);
        }
        self.open_objects -= 1;
        self.depth -= 1;
        Node { span: self.span(container.open..self.pos), value: Value::Object(members) }
    }

    fn list(&mut self) -> Node {
        let container = Container { open: self.pos, close: b']' };
        let mut elements = Vec::new();
        self.depth += 1;
        self.open_lists += 1;
        let mut more = self.first_item(&container);
        while more {
            elements.push(self.value());
            more = self.next_item(&container);
        }
        self.open_lists -= 1;
        self.depth -= 1;
        Node { span: self.span(container.open..self.pos), value: Value::Array(elements) }
    }

    /// Goes into a container; whether an item stands there.
    fn first_item(&mut self, container: &Container) -> bool {
        self.pos += 1;
        self.skip();
        match self.peek() {
            Some(byte) if byte == container.close => {
                self.pos += 1;
                false
            }
            Some(b',' | b':' | b'}' | b']') | None => self.no_item(container, None),
            Some(_) => true,
        }
    }

    /// Goes past what stands behind an item; whether another one follows.
    fn next_item(&mut self, container: &Container) -> bool {
        let item_end = self.pos;
        self.skip();
        match self.peek() {
            Some(b',') => {
                self.swallowed = false;
                let comma = self.pos;
                self.pos += 1;
                self.skip();
                match self.peek() {
                    Some(b',' | b':' | b'}' | b']') | None => self.no_item(container, Some(comma)),
                    Some(_) => true,
                }
            }
            Some(byte) if byte == container.close => {
                self.swallowed = false;
                self.pos += 1;
                false
            }
            _ => self.no_comma(container, item_end),
        }
    }

    /// The colon and the value of a member whose key has just been read.
    fn member_value(&mut self) -> Node {
        let key_end = self.pos;
        self.skip();
        if self.peek() == Some(b':') {
            self.swallowed = false;
            self.pos += 1;
            self.skip();
        } else if let Some(broken) = self.no_colon(key_end) {
            return broken;
        }
        match self.peek() {
            Some(b',' | b':' | b'}' | b']') | None => self.no_value(),
            Some(_) => self.value(),
        }
    }

    pub(super) fn nested(&self) -> bool {
        self.depth > 0
    }

    pub(super) fn max_depth(&self) -> u32 {
        self.max_depth
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.pos).copied()
    }

    #[inline]
    pub(super) fn span(&self, range: std::ops::Range<usize>) -> Span {
        self.map.span(range)
    }

    /// Goes past white space, and past what people take for it.
    #[inline]
    pub(super) fn skip(&mut self) {
        self.pos = scan::skip_white(self.bytes, self.pos);
        if let Some(byte) = self.peek()
            && (!byte.is_ascii_graphic() || byte == b'/' || byte == b'#')
        {
            self.skip_odd();
        }
    }
}

impl From<Scalar> for Node {
    fn from(scalar: Scalar) -> Self {
        Node { span: scalar.span, value: Value::String(scalar) }
    }
}
