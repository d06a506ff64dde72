//! The ConfigMap `aws-auth`: which IAM principals are who in the cluster. Source: EKS User Guide, "Grant IAM users access to
//! Kubernetes with a ConfigMap". Its values are YAML in a string.

use super::at::At;
use super::metadata;
use super::model::AwsAuthEntry;
use super::reader::Reader;
use crate::syntax::{Node, Pointer, Scalar, Value, yaml};

/// Whether a tree is it.
#[must_use]
pub fn recognise(node: &Node) -> bool {
    metadata::is_kind(node, &["ConfigMap"]) && node.path(&["metadata", "name"]).and_then(Node::text) == Some("aws-auth")
}

/// Reads its entries.
pub fn read(at: &At<'_>, reader: &mut Reader<'_>) {
    metadata::read(at, reader);
    if let Some(data) = at.get("data") {
        read_data(&data, reader);
    }
    reader.out.recognised = true;
}

/// Reads the entries of its `data`.
pub fn read_data(data: &At<'_>, reader: &mut Reader<'_>) {
    reader.duplicates(data);
    for (list, arn) in [("mapRoles", "rolearn"), ("mapUsers", "userarn")] {
        let Some(at) = data.get(list) else { continue };
        match &at.node.value {
            Value::String(text) => read_text(text, &at.pointer, arn, reader),
            // Not what Kubernetes takes, but what is meant is plain.
            _ => at.elements().for_each(|entry| read_entry(&entry, arn, reader)),
        }
    }
}

fn read_text(text: &Scalar, pointer: &Pointer, arn: &str, reader: &mut Reader<'_>) {
    let parsed = yaml::parse_document(&text.text, &text.map, &reader.limits);
    reader.errors(parsed.errors, pointer);
    if let Some(root) = &parsed.root {
        // The pointer of an entry goes on inside the string.
        At { node: root, pointer: pointer.clone() }.elements().for_each(|entry| read_entry(&entry, arn, reader));
    }
}

fn read_entry(at: &At<'_>, key: &str, reader: &mut Reader<'_>) {
    let Some(arn) = at.scalar(key) else { return };
    reader.out.aws_auth.push(AwsAuthEntry {
        arn,
        username: at.scalar("username"),
        groups: at.list("groups").filter_map(|group| super::at::written(group.node)).collect(),
        place: at.place(),
    });
}
