//! Kubernetes Namespaces.

use super::at::At;
use super::metadata;
use super::model::{NamespaceObject, Stated};
use super::reader::Reader;
use crate::syntax::Node;

/// Whether a tree is one.
#[must_use]
pub fn recognise(node: &Node) -> bool {
    metadata::is_kind(node, &["Namespace"])
}

/// Reads it.
pub fn read(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    let meta = metadata::read(at, reader);
    if let Stated::Is(name) = meta.name {
        reader.out.namespaces.push(NamespaceObject { name, annotations: meta.annotations, place: at.place() });
    }
}
