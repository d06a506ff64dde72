//! An API answer in a recorder's wrapping: placebo's `{"status_code": 200, "data": {…}}`. Source: placebo, README.

use super::at::At;
use super::kinds;
use super::reader::Reader;
use crate::syntax::Node;

/// Whether it is such a wrapping.
#[must_use]
pub fn recognise(node: &Node) -> bool {
    node.get("status_code").is_some() && node.get("data").is_some_and(Node::is_object)
}

/// Reads what is wrapped.
pub fn read(at: &At<'_>, reader: &mut Reader<'_>) {
    if let Some(data) = at.get("data") {
        kinds::read_tree(&data, reader);
    }
}
