//! The ConfigMap `aws-auth`: which IAM principals are who in the cluster. Source: EKS User Guide, "Grant IAM users access to
//! Kubernetes with a ConfigMap". Its values are YAML in a string.

use super::at::At;
use super::metadata;
use super::model::{AwsAuthEntry, AwsAuthFault, AwsAuthList, NotAnalysed};
use super::reader::{Reader, has_template_marks};
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

impl AwsAuthList {
    /// Its key in the ConfigMap.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Roles => "mapRoles",
            Self::Users => "mapUsers",
        }
    }

    /// The key of an entry's ARN.
    #[must_use]
    pub fn arn_key(self) -> &'static str {
        match self {
            Self::Roles => "rolearn",
            Self::Users => "userarn",
        }
    }
}

/// Reads the entries of its `data`.
pub fn read_data(data: &At<'_>, reader: &mut Reader<'_>) {
    reader.duplicates(data);
    for list in [AwsAuthList::Roles, AwsAuthList::Users] {
        let Some(at) = data.get(list.name()) else { continue };
        match &at.node.value {
            Value::String(text) => read_text(text, &at, list, reader),
            _ if reader.template_in(at.node).is_some() => {}
            // Not what Kubernetes takes, but what is meant is plain.
            _ => {
                let what = format!("`{}` is {}, but the values of a ConfigMap must be strings", list.name(), at.node.kind_name());
                reader.out.aws_auth_faults.push(AwsAuthFault { what, place: at.place() });
                at.elements().for_each(|entry| read_entry(&entry, list, reader));
            }
        }
    }
}

fn read_text(text: &Scalar, at: &At<'_>, list: AwsAuthList, reader: &mut Reader<'_>) {
    let parsed = yaml::parse_document(&text.text, &text.map, &reader.limits);
    let pointer: &Pointer = &at.pointer;
    let filled_in_later = has_template_marks(&text.text) || ["${", "%{"].iter().any(|mark| text.text.contains(mark));
    if filled_in_later && !parsed.errors.is_empty() {
        let message = format!("template: `{}` of `aws-auth` was not rendered", list.name());
        reader.out.not_analysed.push(NotAnalysed { place: at.place(), message });
    } else {
        reader.errors(parsed.errors, pointer);
    }
    let Some(root) = &parsed.root else { return };
    // The pointer of an entry goes on inside the string.
    let inside = At { node: root, pointer: pointer.clone() };
    let is_text = root.scalar().is_some_and(|text| !text.text.trim().is_empty());
    if !filled_in_later && (root.is_object() || is_text) {
        let what = format!("`{}` contains {}, not a list of entries", list.name(), root.kind_name());
        reader.out.aws_auth_faults.push(AwsAuthFault { what, place: at.place() });
    }
    inside.elements().for_each(|entry| read_entry(&entry, list, reader));
}

fn read_entry(at: &At<'_>, list: AwsAuthList, reader: &mut Reader<'_>) {
    // The authenticator reads keys as Go reads JSON: in any letter case.
    let get = |wanted: &str| {
        let member = at.node.members().iter().rev().find(|member| member.key.text.eq_ignore_ascii_case(wanted))?;
        at.get(&member.key.text)
    };
    let scalar = |key: &str| get(key).and_then(|at| super::at::written(at.node));
    let Some(arn) = scalar(list.arn_key()) else {
        // Newer releases of the authenticator also take `sso`, which names a permission set.
        if at.node.is_object() && get(list.arn_key()).is_none() && get("sso").is_none() {
            let what = format!("an entry of `{}` has no `{}`", list.name(), list.arn_key());
            reader.out.aws_auth_faults.push(AwsAuthFault { what, place: at.place() });
        }
        return;
    };
    reader.out.aws_auth.push(AwsAuthEntry {
        list,
        arn,
        username: scalar("username"),
        groups: get("groups").iter().flat_map(At::elements).filter_map(|group| super::at::written(group.node)).collect(),
        place: at.place(),
    });
}
