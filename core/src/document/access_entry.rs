//! EKS access entries and the access policies that are associated with them, as the AWS command line and Terraform show them. Source:
//! Amazon EKS API Reference, AccessEntry, ListAccessEntries, ListAssociatedAccessPolicies; Terraform Registry, provider hashicorp/aws.

use smol_str::SmolStr;

use super::at::{At, written};
use super::attribute::Attribute;
use super::model::{AccessEntry, Stated};
use super::reader::Reader;
use super::terraform_resource::Resource;
use crate::policy::Arn;
use crate::syntax::{Node, Scalar, Value};

/// The output of `describe-access-entry` and `create-access-entry`.
#[must_use]
pub fn recognise_get(node: &Node) -> bool {
    node.path(&["accessEntry", "principalArn"]).is_some()
}

/// The output of `list-access-entries`: ARNs of principals, and nothing else.
#[must_use]
pub fn recognise_list(node: &Node) -> bool {
    let is_arn = |node: &Node| node.text().is_some_and(|text| Arn::parse(text).is_some());
    matches!(node.get("accessEntries").map(|list| &list.value), Some(Value::Array(list)) if !list.is_empty() && list.iter().all(is_arn))
}

/// The output of `list-associated-access-policies`.
#[must_use]
pub fn recognise_policies(node: &Node) -> bool {
    node.get("associatedAccessPolicies").is_some() && node.get("principalArn").is_some()
}

/// Reads `{"accessEntry": …}`.
pub fn read_get(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    let Some(entry) = at.get("accessEntry") else { return };
    let Some(principal) = entry.get("principalArn") else { return };
    let standard = is_standard(entry.text("type"));
    let groups = entry.list("kubernetesGroups").filter(|_| standard).filter_map(|group| Some((written(group.node)?, group.place())));
    push(stated(&entry, "clusterName"), &principal, groups.collect(), Vec::new(), &entry, reader);
}

/// Reads `{"accessEntries": ["arn:…"]}`.
pub fn read_list(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    for principal in at.list("accessEntries") {
        push(Stated::Absent, &principal, Vec::new(), Vec::new(), &principal, reader);
    }
}

/// Reads `{"associatedAccessPolicies": […], "clusterName", "principalArn"}`.
pub fn read_policies(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    let Some(principal) = at.get("principalArn") else { return };
    let cluster_wide = |policy: &At<'_>| policy.path(&["accessScope"]).is_none_or(|scope| scope.text("type") != Some("namespace"));
    let policies = at.list("associatedAccessPolicies").filter(cluster_wide).filter_map(|policy| policy.scalar("policyArn"));
    push(stated(at, "clusterName"), &principal, Vec::new(), policies.collect(), at, reader);
}

/// Whether the groups are the user's: those of nodes are EKS's own.
fn is_standard(kind: Option<&str>) -> bool {
    kind.is_none_or(|kind| kind == "STANDARD")
}

fn stated(at: &At<'_>, key: &str) -> Stated<SmolStr> {
    at.owned(key).map_or(Stated::Absent, Stated::Is)
}

fn push(
    cluster: Stated<SmolStr>,
    principal: &At<'_>,
    groups: Vec<(Scalar, super::model::Place)>,
    policies: Vec<Scalar>,
    at: &At<'_>,
    reader: &mut Reader<'_>,
) {
    let Some(arn) = written(principal.node) else { return };
    reader.out.access_entries.push(AccessEntry {
        cluster,
        principal: arn,
        principal_place: principal.place(),
        groups,
        policies,
        place: at.place(),
    });
}

/// Whether resources of this type are read here.
#[must_use]
pub fn is_known(kind: &str) -> bool {
    matches!(kind, "aws_eks_access_entry" | "aws_eks_access_policy_association")
}

/// Reads a resource. A principal that only apply knows leaves nothing to say.
pub fn read_resource(resource: Resource<'_>, attributes: &Attribute<'_>, reader: &mut Reader<'_>) {
    let principal = attributes.get("principal_arn");
    let (Some(arn), Some(principal_place)) = (principal.scalar(), principal.place()) else { return };
    let groups = attributes.get("kubernetes_groups");
    let kind = attributes.get("type").stated_text();
    let standard = is_standard(kind.value().map(SmolStr::as_str));
    let groups = groups.elements().filter(|_| standard).filter_map(|group| Some((group.scalar()?, group.place()?))).collect();
    let scope = attributes.path(&["access_scope", "type"]).stated_text();
    let cluster_wide = scope.value().is_none_or(|scope| scope != "namespace");
    reader.out.access_entries.push(AccessEntry {
        cluster: attributes.get("cluster_name").stated_text(),
        principal: arn,
        principal_place,
        groups,
        policies: attributes.get("policy_arn").scalar().filter(|_| cluster_wide).into_iter().collect(),
        place: resource.place(),
    });
}
