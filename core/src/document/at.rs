//! A node together with its JSON Pointer: what readers walk along. Knows nothing of what a document means.

use smol_str::{SmolStr, format_smolstr};

use super::model::Place;
use crate::source::TextMap;
use crate::syntax::{Node, Pointer, Scalar, Value};

/// A node and where it stands in its document.
#[derive(Clone, Debug)]
pub struct At<'n> {
    /// The node.
    pub node: &'n Node,
    /// The pointer to it.
    pub pointer: Pointer,
}

impl<'n> At<'n> {
    /// The root of a document.
    #[must_use]
    pub fn root(node: &'n Node) -> Self {
        Self { node, pointer: Pointer::root() }
    }

    /// The last value under `key`; null counts as not there.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<At<'n>> {
        let node = self.node.get(key).filter(|n| !n.is_null())?;
        Some(At { node, pointer: self.pointer.key(key) })
    }

    /// Goes down by keys.
    #[must_use]
    pub fn path(&self, keys: &[&str]) -> Option<At<'n>> {
        keys.iter().try_fold(self.clone(), |at, key| at.get(key))
    }

    /// The elements of a list; nothing for everything else.
    pub fn elements(&self) -> impl Iterator<Item = At<'n>> + use<'n> {
        let pointer = self.pointer.clone();
        self.node.elements().iter().enumerate().map(move |(index, node)| At { node, pointer: pointer.index(index) })
    }

    /// The elements under a key.
    pub fn list(&self, key: &str) -> impl Iterator<Item = At<'n>> + use<'n> {
        self.get(key).into_iter().flat_map(|at| at.elements())
    }

    /// Its place.
    #[must_use]
    pub fn place(&self) -> Place {
        Place { span: self.node.span, pointer: self.pointer.clone() }
    }

    /// The text under a key, if it is a string.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&'n str> {
        self.node.get(key).and_then(Node::text)
    }

    /// The scalar under a key, numbers and booleans as they are written.
    #[must_use]
    pub fn scalar(&self, key: &str) -> Option<Scalar> {
        self.node.get(key).and_then(written)
    }

    /// The text under a key, owned; numbers and booleans as they are written.
    #[must_use]
    pub fn owned(&self, key: &str) -> Option<SmolStr> {
        self.scalar(key).map(|s| s.text)
    }
}

/// A string; a boolean or a number as it is written.
#[must_use]
pub fn written(node: &Node) -> Option<Scalar> {
    let plain = |text: SmolStr| Scalar { text, span: node.span, map: TextMap::direct(node.span.file, node.span.start) };
    match &node.value {
        Value::String(scalar) => Some(scalar.clone()),
        Value::Bool(b) => Some(plain(format_smolstr!("{b}"))),
        Value::Number(n) => Some(plain(n.clone())),
        _ => None,
    }
}
