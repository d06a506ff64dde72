//! EKS Pod Identity associations as the AWS command line shows them, and as Kubernetes objects of AWS Controllers for Kubernetes and of
//! Crossplane make them. Sources: Amazon EKS API Reference, PodIdentityAssociation and PodIdentityAssociationSummary (which has no role);
//! ACK's and Upbound's references of the kind PodIdentityAssociation.

use smol_str::SmolStr;

use super::at::At;
use super::iam_role::is_complete;
use super::model::{FullList, Listed, Origin, PodIdentityAssociation, Stated};
use super::reader::Reader;
use crate::policy::Arn;
use crate::syntax::{Node, Value};

fn recognise_association(node: &Node) -> bool {
    node.get("serviceAccount").is_some() && node.get("namespace").is_some()
}

/// The output of `describe-pod-identity-association` and `create-pod-identity-association`.
#[must_use]
pub fn recognise_get(node: &Node) -> bool {
    node.get("association").is_some_and(recognise_association)
}

/// The output of `list-pod-identity-associations`.
#[must_use]
pub fn recognise_list(node: &Node) -> bool {
    node.get("associations").is_some_and(|list| match &list.value {
        Value::Array(list) => list.first().is_none_or(recognise_association),
        _ => false,
    })
}

/// An object of kind PodIdentityAssociation of ACK (`eks.services.k8s.aws`) or Crossplane (`eks.aws.upbound.io`).
#[must_use]
pub fn recognise_object(node: &Node) -> bool {
    let text = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default();
    text("kind") == "PodIdentityAssociation" && text("apiVersion").starts_with("eks.")
}

/// Reads such an object. What a reference to another object supplies is not known.
pub fn read_object(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    let Some(spec) = at.path(&["spec", "forProvider"]).or_else(|| at.get("spec")) else { return };
    let role = |name: &str| spec.get(&format!("{name}ARN")).or_else(|| spec.get(&format!("{name}Arn")));
    let association = PodIdentityAssociation {
        cluster: reader.stated_text(spec.get("clusterName")),
        namespace: reader.stated_text(spec.get("namespace")),
        service_account: reader.stated_text(spec.get("serviceAccount")),
        role_arn: reader.stated(role("role")),
        target_role_arn: reader.stated(role("targetRole")),
        external_id: Stated::Absent,
        disable_session_tags: spec.node.get("disableSessionTags").and_then(Node::bool).unwrap_or(false),
        address: None,
        origin: reader.origin,
        place: at.place(),
    };
    reader.out.associations.push(association);
}

/// Reads `{"association": …}`.
pub fn read_get(at: &At<'_>, reader: &mut Reader<'_>) {
    if let Some(association) = at.get("association") {
        read_association(&association, reader);
    }
}

/// Reads `{"associations": […]}`.
pub fn read_list(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    at.list("associations").for_each(|association| read_association(&association, reader));
    if is_complete(at.node) {
        let account = at.list("associations").find_map(|a| {
            let arn = a.text("associationArn").and_then(Arn::parse)?;
            Some(SmolStr::new(arn.account))
        });
        reader.out.full_lists.push(FullList { of: Listed::Associations, account, namespace: None, place: at.place() });
    }
}

fn read_association(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    let association = PodIdentityAssociation {
        cluster: reader.stated_text(at.get("clusterName")),
        namespace: reader.stated_text(at.get("namespace")),
        service_account: reader.stated_text(at.get("serviceAccount")),
        role_arn: reader.stated(at.get("roleArn")),
        target_role_arn: reader.stated(at.get("targetRoleArn")),
        external_id: match reader.stated_text(at.get("externalId")) {
            Stated::Is(id) if id.is_empty() => Stated::Absent,
            id => id,
        },
        disable_session_tags: at.node.get("disableSessionTags").and_then(Node::bool).unwrap_or(false),
        address: None,
        origin: Origin::Live,
        place: at.place(),
    };
    reader.out.associations.push(association);
}
