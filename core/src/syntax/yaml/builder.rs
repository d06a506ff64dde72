//! From the parser's events to the spanned tree. Knows the order of events, not how a scalar is spelled.

use std::ops::{ControlFlow, Range};

use granit_parser::{Event, ScalarStyle, ScanError, Tag};
use memchr::memchr;

use super::anchors::{AliasFault, Anchors, Finished};
use super::frame::{Frame, Items, Key, Wrapper};
use super::lines::find_token;
use super::resolve::{Kind, TagKind, kind, tag_kind};
use super::scalar::{Token, scalar};
use super::{merge, message};
use crate::order;
use crate::source::TextMap;
use crate::syntax::{Limits, Member, Node, Parsed, Scalar, SyntaxError, Value};

/// What a tag says, and the tag itself if it says something that only its reader knows.
struct Tagged {
    kind: TagKind,
    wrapper: Option<Wrapper>,
}

/// Builds one document.
pub(super) struct Builder<'a> {
    text: &'a str,
    map: &'a TextMap,
    limits: &'a Limits,
    frames: Vec<Frame>,
    root: Option<Node>,
    errors: Vec<SyntaxError>,
    anchors: Anchors,
    /// Whether the text holds a `*` at all; asked at the first anchor.
    has_aliases: Option<bool>,
    alias_limit_reported: bool,
    /// Whether what is still open is being closed, so that what is wrong with it has been said.
    cut_short: bool,
    documents: u32,
    /// How deep the open collections are, with the objects that stand for their tags.
    depth: u32,
    /// Where the last token that was read ends.
    last_end: usize,
}

impl<'a> Builder<'a> {
    pub(super) fn new(text: &'a str, map: &'a TextMap, limits: &'a Limits) -> Self {
        Self {
            text,
            map,
            limits,
            frames: Vec::new(),
            root: None,
            errors: Vec::new(),
            anchors: Anchors::default(),
            has_aliases: None,
            alias_limit_reported: false,
            cut_short: false,
            documents: 0,
            depth: 0,
            last_end: 0,
        }
    }

    /// Takes the next event; breaks when the document is not to be read on.
    pub(super) fn event(&mut self, event: Event<'a>, at: &granit_parser::Span) -> ControlFlow<()> {
        let range = at.byte_range().unwrap_or_default();
        match event {
            Event::Scalar(value, style, anchor, tag) => self.scalar(&value, style, anchor, tag.as_deref(), at, range),
            Event::SequenceStart(_, anchor, tag) => return self.open(Items::list(), anchor, tag.as_deref(), at, &range),
            Event::MappingStart(_, anchor, tag) => return self.open(Items::object(), anchor, tag.as_deref(), at, &range),
            Event::SequenceEnd | Event::MappingEnd => self.close(&range),
            Event::Alias(id) => self.alias(id, &range),
            Event::UnresolvedAlias(name) => self.broken(&range, format!("no anchor `&{name}` stands before this alias")),
            Event::DocumentStart(has_marker, _) => {
                self.documents += 1;
                if self.documents > 1 {
                    self.error(&range, "another document begins here, of which nothing was read".to_owned());
                    return ControlFlow::Break(());
                }
                // A document without a marker begins, for the parser, where its first node's content does.
                if has_marker {
                    self.last_end = range.end;
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }

    /// Takes the parser's error: the tree is what was read so far.
    pub(super) fn fault(&mut self, error: &ScanError) {
        let first = self.frames.last().and_then(|frame| self.text.get(frame.start..)?.chars().next());
        let open = first.filter(|c| matches!(c, '[' | '{'));
        self.errors.push(message::syntax_error(self.text, self.map, self.limits, error, open));
    }

    /// Closes what is still open.
    pub(super) fn finish(mut self) -> Parsed {
        self.cut_short = true;
        while !self.frames.is_empty() {
            let at = self.last_end..self.last_end;
            self.close(&at);
        }
        order::sort_by_key(&mut self.errors, |error| error.span.start);
        Parsed { root: self.root, errors: self.errors }
    }

    fn error(&mut self, at: &Range<usize>, message: String) {
        self.errors.push(SyntaxError { span: self.map.span(at.clone()), message });
    }

    fn broken(&mut self, at: &Range<usize>, message: String) {
        self.error(at, message);
        self.deliver(Finished::leaf(self.broken_node(at)), at.end);
    }

    fn broken_node(&self, at: &Range<usize>) -> Node {
        Node { span: self.map.span(at.clone()), value: Value::Broken }
    }

    fn scalar(&mut self, value: &str, style: ScalarStyle, anchor: usize, tag: Option<&Tag>, at: &granit_parser::Span, range: Range<usize>) {
        let plain = style == ScalarStyle::Plain;
        let absent = plain && range.is_empty();
        let is_key = self.frames.last().is_some_and(Frame::wants_key);
        if absent && self.frames.is_empty() && anchor == 0 && tag.is_none() {
            return;
        }
        let token = if absent && !is_key { self.behind_colon(range) } else { range };
        let value = if absent { "" } else { value };
        let read = scalar(&Token { text: self.text, map: self.map, value, style, range: token, after: self.last_end });
        let (text, end) = (read.scalar, read.end);
        let tagged = self.tagged(tag, at);
        if is_key && anchor == 0 {
            self.key(text, plain && value == "<<" || tagged.kind == TagKind::Merge, end);
            return;
        }
        let span = text.span;
        let (value, key) = match kind(value, plain, tagged.kind) {
            Kind::Null => (Value::Null, Some(text)),
            Kind::Bool(b) => (Value::Bool(b), Some(text)),
            Kind::Number => (Value::Number(text.text.clone()), Some(text)),
            Kind::String => (Value::String(text), None),
        };
        // Only a key or an anchored node, which may become one, needs the spelling of what is no string.
        let key = key.filter(|_| is_key || anchor != 0);
        let node = Node { span, value };
        let node = tagged.wrapper.into_iter().fold(node, |node, wrapper| wrapper.around(node));
        let finished = Finished { key, ..Finished::leaf(node) };
        self.keep(anchor, &finished);
        self.deliver(finished, end);
    }

    /// The parser puts a value that is not there at the colon before it.
    fn behind_colon(&self, at: Range<usize>) -> Range<usize> {
        if self.text.as_bytes().get(at.start) == Some(&b':') { at.start + 1..at.start + 1 } else { at }
    }

    fn tagged(&self, tag: Option<&Tag>, at: &granit_parser::Span) -> Tagged {
        let kind = tag_kind(tag);
        let place = at.tag_span().and_then(|span| span.byte_range()).unwrap_or(self.last_end..self.last_end);
        let wrapper = tag.filter(|_| kind == TagKind::Custom).map(|tag| Wrapper::new(self.text, self.map, &tag.original(), place));
        Tagged { kind, wrapper }
    }

    fn open(&mut self, items: Items, anchor: usize, tag: Option<&Tag>, at: &granit_parser::Span, range: &Range<usize>) -> ControlFlow<()> {
        let wrapper = self.tagged(tag, at).wrapper;
        let levels = 1 + u32::from(wrapper.is_some());
        if self.depth + levels > self.limits.depth {
            self.broken(range, message::too_deep(self.limits));
            return ControlFlow::Break(());
        }
        let start = match (&items, self.frames.last()) {
            // The parser's span of a list that is not indented begins behind its first dash, else at it.
            (Items::List(_), Some(parent)) if range.is_empty() && parent.is_object() => {
                let until = range.end + usize::from(self.text.as_bytes().get(range.end) == Some(&b'-'));
                let before = self.text.get(..until).unwrap_or_default();
                find_token(before, self.last_end.max(parent.start), |token| token == "-").unwrap_or(range.start)
            }
            _ => range.start,
        };
        self.depth += levels;
        if !range.is_empty() {
            self.last_end = self.last_end.max(range.end);
        }
        let end = range.end;
        self.frames.push(Frame { items, anchor, wrapper, levels, start, end, nodes: 1, height: 0 });
        ControlFlow::Continue(())
    }

    fn close(&mut self, at: &Range<usize>) {
        let Some(frame) = self.frames.pop() else { return };
        self.depth -= frame.levels;
        let end = if at.is_empty() { frame.end } else { at.end };
        let value = match frame.items {
            Items::List(nodes) => Value::Array(nodes),
            Items::Object { mut members, key, merged } => {
                if let Some(Key::Text(key)) = key {
                    members.push(Member { key, value: self.broken_node(&(end..end)) });
                }
                if !merged.is_empty() {
                    merge::merge(&mut members, merged);
                }
                Value::Object(members)
            }
        };
        let node = Node { span: self.map.span(frame.start..end.max(frame.start)), value };
        let node = frame.wrapper.into_iter().fold(node, |node, wrapper| wrapper.around(node));
        let finished = Finished { node, key: None, nodes: frame.nodes, height: frame.height + frame.levels };
        self.keep(frame.anchor, &finished);
        self.deliver(finished, end);
    }

    fn keep(&mut self, anchor: usize, finished: &Finished) {
        if anchor == 0 {
            return;
        }
        if *self.has_aliases.get_or_insert_with(|| memchr(b'*', self.text.as_bytes()).is_some()) {
            self.anchors.keep(anchor, finished, self.limits);
        }
    }

    fn alias(&mut self, id: usize, at: &Range<usize>) {
        let message = match self.anchors.alias(id, self.depth, self.limits) {
            Ok(finished) => return self.deliver(finished, at.end),
            Err(AliasFault::Unfinished) => "this alias stands within the value that it stands for".to_owned(),
            Err(AliasFault::TooDeep) => message::too_deep(self.limits),
            Err(AliasFault::TooMany) if self.alias_limit_reported => {
                return self.deliver(Finished::leaf(self.broken_node(at)), at.end);
            }
            Err(AliasFault::TooMany) => {
                self.alias_limit_reported = true;
                format!("the aliases of this document stand for more than {} values", self.limits.alias_nodes)
            }
        };
        self.broken(at, message);
    }

    fn key(&mut self, text: Scalar, is_merge: bool, end: usize) {
        self.last_end = self.last_end.max(end);
        if let Some(frame) = self.frames.last_mut() {
            frame.end = frame.end.max(end);
            frame.set_key(if is_merge { Key::Merge } else { Key::Text(text) });
        }
    }

    /// Puts a finished node where it belongs. `end`: where its token ends, which for an alias is not where the node does.
    fn deliver(&mut self, finished: Finished, end: usize) {
        self.last_end = self.last_end.max(end);
        let Some(frame) = self.frames.last_mut() else {
            self.root.get_or_insert(finished.node);
            return;
        };
        frame.end = frame.end.max(end);
        frame.nodes = frame.nodes.saturating_add(finished.nodes);
        frame.height = frame.height.max(finished.height);
        self.errors.extend(frame.add(finished).filter(|_| !self.cut_short));
    }
}
