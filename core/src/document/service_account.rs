//! Kubernetes ServiceAccounts. Source: Kubernetes API Reference, ServiceAccount; amazon-eks-pod-identity-webhook, README.

use smol_str::format_smolstr;

use super::at::At;
use super::metadata;
use super::model::{Annotation, Origin, Place, ServiceAccount};
use super::reader::Reader;
use crate::syntax::Node;

/// Whether a tree is one.
#[must_use]
pub fn recognise(node: &Node) -> bool {
    metadata::is_kind(node, &["ServiceAccount"])
}

/// Reads it.
pub fn read(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    let meta = metadata::read(at, reader);
    let misplaced = misplaced(at, reader);
    let origin = origin_of(meta.live, reader.origin);
    reader.out.service_accounts.push(ServiceAccount {
        address: None,
        namespace: meta.namespace,
        name: meta.name,
        annotations: meta.annotations,
        annotations_span: meta.annotations_span,
        labels: meta.labels,
        misplaced,
        origin,
        live: meta.live,
        created: meta.created,
        automount_token: automount(at),
        place: at.place(),
    });
}

fn automount(at: &At<'_>) -> Option<(bool, Place)> {
    let automount = at.get("automountServiceAccountToken")?;
    Some((automount.node.bool()?, automount.place()))
}

/// A live object is what the API server shows, whatever file it came in.
#[must_use]
pub fn origin_of(live: bool, origin: Origin) -> Origin {
    if live && origin == Origin::Manifest { Origin::Live } else { origin }
}

/// The webhook's keys where Kubernetes does not look for annotations.
fn misplaced(at: &At<'_>, reader: &mut Reader<'_>) -> Vec<Annotation> {
    let places: [&[&str]; 6] = [&[], &["metadata"], &["metadata", "labels"], &["spec"], &["annotations"], &["spec", "annotations"]];
    let mut found = Vec::new();
    // A list where a mapping belongs.
    let listed = at.path(&["metadata", "annotations"]).into_iter().flat_map(|annotations| annotations.elements());
    for place in places.iter().filter_map(|path| at.path(path)).chain(listed) {
        for member in place.node.members().iter().filter(|m| m.key.text.starts_with("eks.amazonaws.com/")) {
            found.push(metadata::annotation(&member.key, &member.value, &place, reader));
        }
    }
    if let Some(annotations) = at.path(&["metadata", "annotations"]) {
        spread(&annotations, "", &mut found, reader);
    }
    found
}

/// The webhook's keys of which the dots were taken for levels: `eks: {amazonaws: {com/role-arn: …}}`.
fn spread(at: &At<'_>, above: &str, found: &mut Vec<Annotation>, reader: &mut Reader<'_>) {
    for member in at.node.members() {
        let key = if above.is_empty() { member.key.text.clone() } else { format_smolstr!("{above}.{}", member.key.text) };
        if member.value.is_object() && "eks.amazonaws.com".starts_with(key.as_str()) {
            spread(&At { node: &member.value, pointer: at.pointer.key(&member.key.text) }, &key, found, reader);
        } else if !above.is_empty() && key.starts_with("eks.amazonaws.com/") {
            let mut annotation = metadata::annotation(&member.key, &member.value, at, reader);
            annotation.key.text = key;
            found.push(annotation);
        }
    }
}
