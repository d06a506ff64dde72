//! Large JSON without a tree: Terraform plans and states, account dumps. Finds the elements that may matter, and of those makes trees of
//! the members that are read, for the same readers that read small documents. What it says is what a tree of the whole would have said;
//! a test holds the two equal.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::at::At;
use super::iam_role;
use super::model::{FullList, Listed, Place};
use super::reader::{PlanSide, Reader};
use super::terraform_plan::{self, Values};
use super::work::Task;
use super::{kinds, terraform_resource, terraform_state};
use crate::policy::{Arn, is_account_id};
use crate::source::{Span, TextMap};
use crate::syntax::lazy_json::{Kind, LazyValue};
use crate::syntax::{Member, Node, Pointer, Scalar, Value};

/// Which large document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// A plan's `resource_changes`.
    Changes,
    /// Resources with `values`.
    Values(Values),
    /// The resources of a `terraform.tfstate`.
    State,
    /// `list-roles`.
    Roles,
    /// `get-account-authorization-details`.
    RoleDetails,
    /// A list of Kubernetes objects that `kubectl` printed.
    Items,
}

impl Layout {
    /// The key of the list at the top, where there is one.
    fn list(self) -> &'static str {
        match self {
            Self::Changes => "resource_changes",
            Self::Values(_) | Self::State => "resources",
            Self::Roles => "Roles",
            Self::RoleDetails => "RoleDetailList",
            Self::Items => "items",
        }
    }
}

/// The pieces of a large document; `None` if it is none that is read this way.
#[must_use]
pub fn pieces(root: LazyValue<'_>, size: usize) -> Option<Vec<Task>> {
    let top: Vec<_> = root.members().collect();
    let get = |key: &str| top.iter().rev().find(|(name, _)| name == key).map(|(_, value)| *value);
    let list = |key: &str| get(key).filter(|value| value.kind() == Kind::Array);
    let module = |key: &str, path: &[&str]| get(key).and_then(|value| value.path(path)).filter(|value| value.kind() == Kind::Object);
    let first_is_role = |list: &LazyValue<'_>| list.elements().next().is_none_or(|role| role.get("RoleName").is_some());
    let has_format = get("format_version").is_some();
    let mut tasks = Vec::new();
    if let Some(roles) = list("Roles").filter(first_is_role) {
        tasks.push(Task::Head(Layout::Roles));
        push(Layout::Roles, roles.elements().collect(), size, &mut tasks);
    } else if let Some(roles) = list("RoleDetailList").filter(first_is_role) {
        tasks.push(Task::Head(Layout::RoleDetails));
        push(Layout::RoleDetails, roles.elements().collect(), size, &mut tasks);
    } else if let Some(changes) = list("resource_changes") {
        tasks.push(Task::Head(Layout::Changes));
        push(Layout::Changes, changes.elements().collect(), size, &mut tasks);
        push_modules(Layout::Values(Values::PriorData), module("prior_state", &["values", "root_module"]), size, &mut tasks);
    } else if let Some(planned) = module("planned_values", &["root_module"]).filter(|_| has_format) {
        tasks.push(Task::Head(Layout::Values(Values::Planned)));
        push_modules(Layout::Values(Values::Planned), Some(planned), size, &mut tasks);
        push_modules(Layout::Values(Values::PriorData), module("prior_state", &["values", "root_module"]), size, &mut tasks);
    } else if let Some(values) = module("values", &["root_module"]).filter(|_| has_format) {
        tasks.push(Task::Head(Layout::Values(Values::State)));
        push_modules(Layout::Values(Values::State), Some(values), size, &mut tasks);
    } else if let Some(resources) = list("resources").filter(|_| get("terraform_version").is_some() && get("version").is_some()) {
        tasks.push(Task::Head(Layout::State));
        push(Layout::State, resources.elements().collect(), size, &mut tasks);
    } else if let Some(items) = list("items").filter(|_| get("kind").and_then(LazyValue::str).as_deref() == Some("List")) {
        tasks.push(Task::Head(Layout::Items));
        push(Layout::Items, items.elements().collect(), size, &mut tasks);
    } else {
        return None;
    }
    Some(tasks)
}

fn push(layout: Layout, elements: Vec<LazyValue<'_>>, size: usize, tasks: &mut Vec<Task>) {
    for (number, piece) in elements.chunks(size).enumerate() {
        tasks.push(Task::Elements(layout, number * size, piece.iter().map(|value| value.start()).collect()));
    }
}

/// The resources of a module and of the modules in it. INVARIANT: as deep as the text's nesting, which the check limits.
fn push_modules(layout: Layout, module: Option<LazyValue<'_>>, size: usize, tasks: &mut Vec<Task>) {
    let Some(module) = module else { return };
    if let Some(resources) = module.get(layout.list()) {
        push(layout, resources.elements().collect(), size, tasks);
    }
    if let Some(children) = module.get("child_modules") {
        children.elements().for_each(|child| push_modules(layout, Some(child), size, tasks));
    }
}

/// Reads what a large document says apart from its elements.
pub fn read_head(layout: Layout, root: LazyValue<'_>, reader: &mut Reader<'_>) {
    match layout {
        // Its items say whether it is ours.
        Layout::Items => {
            if lists_all_accounts(root) {
                full_list(Listed::ServiceAccounts, None, root, reader);
            }
        }
        Layout::Roles | Layout::RoleDetails => {
            reader.out.recognised = true;
            read_head_of_roles(layout, root, reader);
        }
        Layout::Changes | Layout::Values(_) | Layout::State => reader.out.recognised = true,
    }
}

fn full_list(of: Listed, account: Option<SmolStr>, root: LazyValue<'_>, reader: &mut Reader<'_>) {
    let place = Place { span: root.span(reader.file), pointer: Pointer::root() };
    reader.out.full_lists.push(FullList { of, account, namespace: None, place });
}

/// What [`super::kubernetes_list`] asks of the trees.
fn lists_all_accounts(root: LazyValue<'_>) -> bool {
    let text = |value: LazyValue<'_>, path: &[&str]| value.path(path).and_then(|v| v.str().map(|text| text.into_owned()));
    let printed = text(root, &["metadata", "resourceVersion"]).is_some_and(|version| version.is_empty());
    let more = text(root, &["metadata", "continue"]).is_some_and(|more| !more.is_empty());
    if !printed || more {
        return false;
    }
    let mut namespaces = FxHashSet::default();
    for item in root.get("items").into_iter().flat_map(LazyValue::elements) {
        let is_account = text(item, &["kind"]).as_deref() == Some("ServiceAccount");
        let Some(metadata) = item.get("metadata").filter(|_| is_account) else { return false };
        let there = |key: &str| metadata.get(key).is_some_and(|value| value.kind() != Kind::Null);
        if !there("uid") && !there("creationTimestamp") {
            return false;
        }
        namespaces.insert(text(metadata, &["namespace"]).unwrap_or_else(|| "default".to_owned()));
    }
    namespaces.len() > 1
}

fn read_head_of_roles(layout: Layout, root: LazyValue<'_>, reader: &mut Reader<'_>) {
    let more = |key: &str| root.get(key).is_some_and(|value| value.kind() != Kind::Null && value.bool() != Some(false));
    let complete = !more("IsTruncated") && !more("Marker") && !more("NextToken") && !more("nextToken");
    let roles = root.get(layout.list());
    let mut roles = roles.into_iter().flat_map(LazyValue::elements).peekable();
    if !complete || (layout == Layout::RoleDetails && roles.peek().is_none()) {
        return;
    }
    let account = roles.find_map(|role| {
        let arn = role.get("Arn")?.str()?;
        let account = Arn::parse(&arn).map(|arn| arn.account).filter(|account| is_account_id(account))?;
        Some(account.into())
    });
    full_list(Listed::Roles, account, root, reader);
}

/// Reads one element of a large document.
pub fn read_element(layout: Layout, index: usize, element: LazyValue<'_>, reader: &mut Reader<'_>) {
    match layout {
        Layout::Roles | Layout::RoleDetails => {
            let node = pruned(element, |key| iam_role::ROLE_MEMBERS.contains(&key), reader);
            iam_role::read_role(&At { node: &node, pointer: Pointer::root().key(layout.list()).index(index) }, reader);
        }
        Layout::Changes => {
            if let Some(node) = known_resource(element, reader, "change", &["before", "after", "after_unknown"]) {
                terraform_plan::read_change(&node, reader);
            }
        }
        Layout::Values(values) => {
            if let Some(node) = known_resource(element, reader, "values", &[]) {
                terraform_plan::read_values(&node, values, reader);
            }
        }
        Layout::Items => {
            let node = element.to_node(reader.file, &reader.limits).root;
            let pointer = Pointer::root().key(layout.list()).index(index);
            node.iter().for_each(|node| kinds::read_tree(&At { node, pointer: pointer.clone() }, reader));
        }
        Layout::State => {
            let known = element.get("type").and_then(LazyValue::str).is_some_and(|kind| terraform_resource::is_known(&kind));
            if known {
                let node = pruned(element, |_| true, reader);
                terraform_state::read_resource(&node, reader);
            }
        }
    }
}

/// A resource as a tree of its name and the attributes that are read, if its type is known. `body` is the member that holds them, by
/// itself or in the `parts`.
fn known_resource(element: LazyValue<'_>, reader: &Reader<'_>, body: &str, parts: &[&str]) -> Option<Node> {
    const NAMES: &[&str] = &["address", "mode", "type", "name"];
    let mut members = Vec::new();
    let mut kind = None;
    let mut held = None;
    for (key, value) in element.members() {
        if key == body {
            held = Some(value);
        } else if NAMES.contains(&key.as_ref()) {
            if key == "type" {
                kind = value.str().filter(|kind| terraform_resource::is_known(kind));
                kind.as_ref()?;
            }
            members.push(member(&key, value, leaf(value, reader), reader));
        }
    }
    let (kind, held) = (kind?, held?);
    let attributes = terraform_resource::attributes_read(&kind);
    let wanted = |key: &str| attributes.is_none_or(|list| list.contains(&key));
    let side = match reader.side {
        PlanSide::After => "before",
        PlanSide::Before => "after",
    };
    let tree = if parts.is_empty() {
        pruned(held, wanted, reader)
    } else {
        let read = held.members().filter(|(key, _)| key != side && parts.contains(&key.as_ref()));
        object(held, read.map(|(key, part)| member(&key, part, pruned(part, wanted, reader), reader)).collect(), reader)
    };
    members.push(member(body, held, tree, reader));
    Some(object(element, members, reader))
}

/// A tree of the members that are wanted; of what is no object, all of it.
fn pruned(value: LazyValue<'_>, wanted: impl Fn(&str) -> bool, reader: &Reader<'_>) -> Node {
    if value.kind() != Kind::Object {
        return leaf(value, reader);
    }
    let members = value.members().filter(|(key, _)| wanted(key));
    object(value, members.map(|(key, part)| member(&key, part, leaf(part, reader), reader)).collect(), reader)
}

fn leaf(value: LazyValue<'_>, reader: &Reader<'_>) -> Node {
    if let Some(text) = value.plain_str() {
        let map = TextMap::direct(reader.file, value.start() + 1);
        let span = value.span(reader.file);
        return Node { span, value: Value::String(Scalar { text: text.into(), span, map }) };
    }
    let parsed = value.to_node(reader.file, &reader.limits);
    parsed.root.unwrap_or(Node { span: value.span(reader.file), value: Value::Broken })
}

fn object(value: LazyValue<'_>, members: Vec<Member>, reader: &Reader<'_>) -> Node {
    Node { span: value.span(reader.file), value: Value::Object(members) }
}

/// A member of an object that is not all read. Where its key stands nobody asks.
fn member(key: &str, value: LazyValue<'_>, node: Node, reader: &Reader<'_>) -> Member {
    let span = Span { end: value.start(), ..value.span(reader.file) };
    Member { key: Scalar { text: key.into(), span, map: TextMap::direct(reader.file, span.start) }, value: node }
}
