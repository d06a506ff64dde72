//! The merge key `<<` (YAML 1.1's merge type, as `kubectl` reads it): an object takes over the members that it lacks.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::syntax::{Member, Node, Value};

/// Appends the members of the merged objects behind the own ones; own keys win, then the earlier object.
pub(super) fn merge(members: &mut Vec<Member>, merged: Vec<Node>) {
    let mut seen: FxHashSet<SmolStr> = members.iter().map(|m| m.key.text.clone()).collect();
    for node in merged {
        let objects = match node.value {
            Value::Array(objects) => objects,
            _ => vec![node],
        };
        for object in objects {
            if let Value::Object(theirs) = object.value {
                // Within one object duplicates are kept, as everywhere; between two objects the first wins.
                let new: Vec<Member> = theirs.into_iter().filter(|m| !seen.contains(&m.key.text)).collect();
                seen.extend(new.iter().map(|m| m.key.text.clone()));
                members.extend(new);
            }
        }
    }
}

/// Whether a merge key may have this value. Something unreadable was reported already.
pub(super) fn is_mergeable(node: &Node) -> bool {
    let is_object = |node: &Node| matches!(node.value, Value::Object(_) | Value::Broken);
    is_object(node) || matches!(&node.value, Value::Array(nodes) if nodes.iter().all(is_object))
}
