//! `terraform show -json` of a plan or of a state, formats 0.1 to 1.x. Source: Terraform, "JSON Output Format".

use super::at::At;
use super::model::Origin;
use super::reader::{PlanSide, Reader};
use super::terraform_resource::{self, Resource};
use crate::syntax::{Node, Value};

/// Which resources with `values` they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// A plan's `planned_values`.
    Planned,
    /// A plan's `prior_state`, of which data sources alone are not among the changes.
    PriorData,
    /// A state.
    State,
}

/// Whether a tree is a plan.
#[must_use]
pub fn recognise(node: &Node) -> bool {
    let changes = node.get("resource_changes").is_some_and(|changes| matches!(changes.value, Value::Array(_)));
    changes || (node.get("format_version").is_some() && node.path(&["planned_values", "root_module"]).is_some())
}

/// Whether a tree is a state.
#[must_use]
pub fn recognise_state(node: &Node) -> bool {
    node.get("format_version").is_some() && node.path(&["values", "root_module"]).is_some()
}

/// Reads a plan: its changes, and where it has none its planned values; data sources as the refresh before it saw them.
pub fn read(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    match at.get("resource_changes") {
        Some(changes) => changes.node.elements().iter().for_each(|change| read_change(change, reader)),
        None => at.path(&["planned_values", "root_module"]).iter().for_each(|module| read_module(module.node, Values::Planned, reader)),
    }
    at.path(&["prior_state", "values", "root_module"]).iter().for_each(|module| read_module(module.node, Values::PriorData, reader));
}

/// Reads a state.
pub fn read_state(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    at.path(&["values", "root_module"]).iter().for_each(|module| read_module(module.node, Values::State, reader));
}

/// Reads one resource's change: what it will be, or what it was.
pub fn read_change(node: &Node, reader: &mut Reader<'_>) {
    let Some(change) = node.get("change") else { return };
    let Some((kind, address, span)) = named(node) else { return };
    let (values, unknown) = match reader.side {
        PlanSide::After => (change.get("after"), change.get("after_unknown")),
        PlanSide::Before => (change.get("before"), None),
    };
    let Some(values) = values.filter(|values| values.is_object()) else { return };
    terraform_resource::read(Resource { kind, address: &address, span, origin: Origin::Terraform, values: Some(values), unknown }, reader);
}

/// Reads the resources of a module and of the modules in it.
fn read_module(module: &Node, values: Values, reader: &mut Reader<'_>) {
    for resource in module.get("resources").map(Node::elements).unwrap_or_default() {
        read_values(resource, values, reader);
    }
    for child in module.get("child_modules").map(Node::elements).unwrap_or_default() {
        read_module(child, values, reader);
    }
}

/// Reads a resource with its values.
pub fn read_values(node: &Node, values: Values, reader: &mut Reader<'_>) {
    let Some((kind, address, span)) = named(node) else { return };
    let is_data = node.get("mode").and_then(Node::text) == Some("data");
    if (values == Values::PriorData && !is_data) || (is_data && !terraform_resource::is_known_data(kind)) {
        return;
    }
    let origin = if values == Values::Planned { Origin::Terraform } else { Origin::TerraformState };
    terraform_resource::read(Resource { kind, address: &address, span, origin, values: node.get("values"), unknown: None }, reader);
}

/// A resource's type, its address, and where that is written. Cut-down plans leave the address out.
fn named(node: &Node) -> Option<(&str, String, crate::source::Span)> {
    let kind = node.get("type").and_then(Node::text).filter(|kind| terraform_resource::is_known(kind))?;
    match node.get("address").and_then(Node::scalar) {
        Some(address) => Some((kind, address.text.to_string(), address.span)),
        None => {
            let name = node.get("name").and_then(Node::scalar)?;
            Some((kind, format!("{kind}.{}", name.text), name.span))
        }
    }
}
