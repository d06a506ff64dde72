//! The ConfigMap `pod-identity-webhook`, which gives roles to ServiceAccounts without annotations, and the list of the cluster's mutating
//! webhooks. Source: amazon-eks-pod-identity-webhook, README; Kubernetes API Reference, MutatingWebhookConfiguration.

use smol_str::SmolStr;

use super::at::At;
use super::metadata;
use super::model::{FullList, Listed, MutatingWebhook, WebhookEntry};
use super::reader::Reader;
use crate::syntax::{Node, Value, parse_embedded};

const CONFIGURATION: &str = "MutatingWebhookConfiguration";

/// Whether a tree is the ConfigMap, or a mutating webhook.
#[must_use]
pub fn recognise(node: &Node) -> bool {
    let is_map = metadata::is_kind(node, &["ConfigMap"]);
    is_map && node.path(&["metadata", "name"]).and_then(Node::text) == Some("pod-identity-webhook") || is_configuration(node)
}

fn is_configuration(node: &Node) -> bool {
    node.get("kind").and_then(Node::text) == Some(CONFIGURATION)
}

/// Reads it.
pub fn read(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    if is_configuration(at.node) {
        let own = at.get("metadata").and_then(|metadata| metadata.owned("name"));
        let names = own.into_iter().chain(at.list("webhooks").filter_map(|webhook| webhook.owned("name"))).collect();
        reader.out.mutating_webhooks.push(MutatingWebhook { names });
        return;
    }
    let Some(config) = at.path(&["data", "config"]) else { return };
    let Value::String(text) = &config.node.value else { return };
    let Some(root) = parse_embedded(text, &reader.limits).and_then(|parsed| parsed.root) else { return };
    for member in root.members() {
        if let Some((namespace, name)) = member.key.text.split_once('/') {
            reader.out.webhook_entries.push(WebhookEntry { namespace: SmolStr::new(namespace), name: SmolStr::new(name) });
        }
    }
}

/// Notes a list of nothing but mutating webhooks as one of all: they live in no namespace.
pub fn note_list(list: &At<'_>, reader: &mut Reader<'_>) {
    let Some(items) = list.get("items") else { return };
    let of_kind = list.text("kind") == Some("MutatingWebhookConfigurationList");
    let all = !items.node.elements().is_empty() && items.node.elements().iter().all(is_configuration);
    let complete = list.node.path(&["metadata", "continue"]).and_then(Node::text).is_none_or(str::is_empty);
    if (of_kind || all) && complete {
        reader.out.recognised = true;
        reader.out.full_lists.push(FullList { of: Listed::MutatingWebhooks, account: None, namespace: None, place: list.place() });
    }
}
