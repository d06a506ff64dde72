//! `terraform.tfstate`, version 4: what Terraform writes for itself. Source: Terraform, `states/statefile/version4.go`.

use std::fmt::Write as _;

use super::at::At;
use super::model::Origin;
use super::reader::Reader;
use super::terraform_resource::{self, Resource};
use crate::syntax::{Node, Value};

/// Whether a tree is one.
#[must_use]
pub fn recognise(node: &Node) -> bool {
    let is_list = |key: &str| node.get(key).is_some_and(|n| matches!(n.value, Value::Array(_)));
    node.get("terraform_version").is_some() && node.get("version").is_some() && is_list("resources")
}

/// Reads all resources.
pub fn read(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    at.list("resources").for_each(|resource| read_resource(resource.node, reader));
}

/// Reads the instances of one resource.
pub fn read_resource(node: &Node, reader: &mut Reader<'_>) {
    let text = |key: &str| node.get(key).and_then(Node::text);
    let (Some(kind), Some(name)) = (text("type"), node.get("name").and_then(Node::scalar)) else { return };
    let is_data = text("mode") == Some("data");
    if !terraform_resource::is_known(kind) || (is_data && !terraform_resource::is_known_data(kind)) {
        return;
    }
    for instance in node.get("instances").map(Node::elements).unwrap_or_default() {
        let mut address = text("module").map(|module| format!("{module}.")).unwrap_or_default();
        address.push_str(if is_data { "data." } else { "" });
        // Writing to a String cannot fail.
        let _ = write!(address, "{kind}.{}", name.text);
        match instance.get("index_key").map(|key| &key.value) {
            Some(Value::Number(index)) => {
                let _ = write!(address, "[{index}]");
            }
            Some(Value::String(key)) => {
                let _ = write!(address, "[\"{}\"]", key.text);
            }
            _ => {}
        }
        let values = instance.get("attributes");
        terraform_resource::read(
            Resource { kind, address: &address, span: name.span, origin: Origin::TerraformState, values, unknown: None },
            reader,
        );
    }
}
