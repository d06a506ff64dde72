//! Anchored nodes, and how much their aliases may multiply them: a "billion laughs" file must cost no more than any other.

use rustc_hash::FxHashMap;

use crate::syntax::{Limits, Node, Scalar};

/// Anchored nodes lie within each other, so each level of them is kept again; this many kept nodes per allowed alias node are enough
/// for any honest file and bound the memory of the others.
const KEPT_PER_ALIAS_NODE: u32 = 4;

/// A finished node and what it weighs.
#[derive(Clone, Debug)]
pub(super) struct Finished {
    pub(super) node: Node,
    /// The scalar as a key, where it is a scalar but no string.
    pub(super) key: Option<Scalar>,
    /// How many nodes it holds, itself included.
    pub(super) nodes: u32,
    /// How many levels of objects and lists it holds.
    pub(super) height: u32,
}

impl Finished {
    /// A node without children that can be no key unless it is a string.
    pub(super) fn leaf(node: Node) -> Self {
        Self { node, key: None, nodes: 1, height: 0 }
    }
}

/// Why an alias stands for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AliasFault {
    /// Its anchor is one of the collections it stands in.
    Unfinished,
    /// The limit on alias nodes is reached.
    TooMany,
    /// The node would nest deeper than the limit.
    TooDeep,
}

#[derive(Debug, Default)]
pub(super) struct Anchors {
    /// `None`: too big to be kept.
    kept: FxHashMap<usize, Option<Finished>>,
    kept_nodes: u32,
    alias_nodes: u32,
}

impl Anchors {
    pub(super) fn keep(&mut self, id: usize, finished: &Finished, limits: &Limits) {
        let nodes = self.kept_nodes.saturating_add(finished.nodes);
        let fits = nodes <= limits.alias_nodes.saturating_mul(KEPT_PER_ALIAS_NODE);
        if fits {
            self.kept_nodes = nodes;
        }
        self.kept.insert(id, fits.then(|| finished.clone()));
    }

    /// A copy of the anchored node, for a place that is `depth` levels deep.
    pub(super) fn alias(&mut self, id: usize, depth: u32, limits: &Limits) -> Result<Finished, AliasFault> {
        let kept = self.kept.get(&id).ok_or(AliasFault::Unfinished)?;
        let kept = kept.as_ref().ok_or(AliasFault::TooMany)?;
        let nodes = self.alias_nodes.saturating_add(kept.nodes);
        if nodes > limits.alias_nodes {
            // One is refused, so are all after it: an object that lacks only some of its members would mislead.
            self.alias_nodes = u32::MAX;
            return Err(AliasFault::TooMany);
        }
        if depth.saturating_add(kept.height) > limits.depth {
            return Err(AliasFault::TooDeep);
        }
        self.alias_nodes = nodes;
        Ok(kept.clone())
    }
}
