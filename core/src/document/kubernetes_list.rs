//! Lists of Kubernetes objects: `kind: List` of `kubectl get -o json`, and the API's `ServiceAccountList`, `PodList`, …

use super::at::At;
use super::kinds;
use super::model::{FullList, Listed, Namespace};
use super::reader::Reader;
use crate::order;
use crate::syntax::{Node, Value};

/// Whether a tree is one.
#[must_use]
pub fn recognise(node: &Node) -> bool {
    let is_list = node.get("kind").and_then(Node::text).is_some_and(|kind| kind.ends_with("List"));
    is_list && node.get("items").is_some_and(|items| matches!(items.value, Value::Array(_)))
}

/// Reads its items.
pub fn read(at: &At<'_>, reader: &mut Reader<'_>) {
    let first = reader.out.service_accounts.len();
    let of_accounts = at.text("kind") == Some("ServiceAccountList");
    let of_pods = at.text("kind") == Some("PodList");
    for item in at.list("items") {
        // Items of the API's own lists do not repeat their kind.
        if of_accounts && item.node.get("kind").is_none() {
            super::service_account::read(&item, reader);
        } else if of_pods && item.node.get("kind").is_none() {
            super::workload::read_as("Pod", &item, reader);
        } else {
            kinds::read_tree(&item, reader);
        }
    }
    super::pod_identity_webhook::note_list(at, reader);
    let items = at.get("items").map_or(0, |items| items.node.elements().len());
    if of_accounts || at.text("kind") == Some("List") {
        note_full_list(at, first, items, reader);
    }
}

/// What `kubectl get serviceaccounts -A` prints holds all of them: a list of nothing else, of several namespaces, without a version of
/// its own. A list of one namespace may be one that `-n` chose.
fn note_full_list(at: &At<'_>, first: usize, items: usize, reader: &mut Reader<'_>) {
    let accounts = reader.out.service_accounts.get(first..).unwrap_or_default();
    let namespace_of = |namespace: &Namespace| namespace.known().map(str::to_owned);
    let mut namespaces: Vec<_> = accounts.iter().filter_map(|account| namespace_of(&account.namespace)).collect();
    order::sort(&mut namespaces);
    namespaces.dedup();
    let printed = at.node.path(&["metadata", "resourceVersion"]).and_then(Node::text) == Some("");
    let complete = at.node.path(&["metadata", "continue"]).and_then(Node::text).is_none_or(str::is_empty);
    let of_version = printed || at.text("kind") == Some("ServiceAccountList");
    if accounts.len() == items && namespaces.len() > 1 && of_version && complete && accounts.iter().all(|a| a.live) {
        reader.out.full_lists.push(FullList { of: Listed::ServiceAccounts, account: None, namespace: None, place: at.place() });
    }
}
