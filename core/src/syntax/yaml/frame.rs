//! A collection that is being read.
//! Knows what may stand where in an object or a list, not where events come from.

use std::ops::Range;

use smol_str::SmolStr;

use super::anchors::Finished;
use super::merge::is_mergeable;
use crate::source::{TextMap, TextMapBuilder};
use crate::syntax::{Member, Node, Scalar, SyntaxError, Value};

/// An open collection.
pub(super) struct Frame {
    pub(super) items: Items,
    /// The parser's number of its anchor; 0 if it has none.
    pub(super) anchor: usize,
    pub(super) wrapper: Option<Wrapper>,
    /// How many levels of the tree it adds.
    pub(super) levels: u32,
    /// Offset of its first byte.
    pub(super) start: usize,
    /// Where the last token in it ends.
    pub(super) end: usize,
    /// How many nodes it holds so far, itself included.
    pub(super) nodes: u32,
    /// How many levels its deepest child has.
    pub(super) height: u32,
}

/// What an open collection holds so far.
pub(super) enum Items {
    List(Vec<Node>),
    Object {
        members: Vec<Member>,
        /// The key whose value comes next.
        key: Option<Key>,
        /// The values of merge keys.
        merged: Vec<Node>,
    },
}

/// The left side of a member.
pub(super) enum Key {
    Text(Scalar),
    /// `<<`.
    Merge,
    /// A collection; its value is read and dropped.
    Unusable,
}

impl Items {
    pub(super) fn list() -> Self {
        Self::List(Vec::new())
    }

    pub(super) fn object() -> Self {
        Self::Object { members: Vec::new(), key: None, merged: Vec::new() }
    }
}

impl Frame {
    pub(super) fn is_object(&self) -> bool {
        matches!(self.items, Items::Object { .. })
    }

    pub(super) fn wants_key(&self) -> bool {
        matches!(self.items, Items::Object { key: None, .. })
    }

    pub(super) fn set_key(&mut self, new: Key) {
        if let Items::Object { key, .. } = &mut self.items {
            *key = Some(new);
        }
    }

    /// Takes the next element, key or value; says what is wrong with it.
    pub(super) fn add(&mut self, finished: Finished) -> Option<SyntaxError> {
        let (members, key, merged) = match &mut self.items {
            Items::List(nodes) => {
                nodes.push(finished.node);
                return None;
            }
            Items::Object { members, key, merged } => (members, key, merged),
        };
        let (span, kind) = (finished.node.span, finished.node.kind_name());
        match key.take() {
            Some(Key::Text(key)) => members.push(Member { key, value: finished.node }),
            Some(Key::Unusable) => {}
            Some(Key::Merge) if is_mergeable(&finished.node) => merged.push(finished.node),
            Some(Key::Merge) => {
                return Some(SyntaxError { span, message: format!("`<<` merges an object or a list of objects, but this is {kind}") });
            }
            None => match (finished.key, finished.node.value) {
                (Some(text), _) | (None, Value::String(text)) => *key = Some(Key::Text(text)),
                (None, value) => {
                    *key = Some(Key::Unusable);
                    // What is broken was reported already.
                    if !matches!(value, Value::Broken) {
                        return Some(SyntaxError { span, message: format!("a key has to be a string, but this is {kind}") });
                    }
                }
            },
        }
        None
    }
}

/// A tag that only its reader understands: `!Sub x` becomes `{"!Sub": x}`, so that nothing is lost and nothing is mistaken for a plain `x`.
pub(super) struct Wrapper {
    key: Scalar,
}

impl Wrapper {
    /// `name`: the tag as written, `!` included; `at`: where it stands in the text.
    pub(super) fn new(text: &str, map: &TextMap, name: &str, at: Range<usize>) -> Self {
        let span = map.span(at.clone());
        let name_map = if text.get(at.clone()) == Some(name) {
            map.part(at)
        } else {
            let mut whole = TextMapBuilder::new(map);
            whole.escape(name.len(), at);
            whole.finish_with(span.start)
        };
        Self { key: Scalar { text: SmolStr::new(name), span, map: name_map } }
    }

    /// The object that stands for the tagged node.
    pub(super) fn around(self, node: Node) -> Node {
        Node { span: self.key.span.to(node.span), value: Value::Object(vec![Member { key: self.key, value: node }]) }
    }
}
