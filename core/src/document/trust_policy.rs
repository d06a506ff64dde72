//! A bare trust policy: which role it belongs to is not known. Identity policies and policies of resources are not ours.

use smol_str::SmolStr;

use super::at::At;
use super::model::{Origin, Role, Stated, Trust};
use super::reader::Reader;
use crate::policy::looks_like_policy;
use crate::syntax::{Limits, Node, Value, parse_embedded};

/// Whether a tree is a policy document in which a statement says who may assume a role.
#[must_use]
pub fn recognise(node: &Node) -> bool {
    let Some(statement) = node.get("Statement").filter(|_| looks_like_policy(node)) else { return false };
    match &statement.value {
        Value::Array(list) => list.iter().any(is_trust_statement),
        _ => is_trust_statement(statement),
    }
}

/// A statement of a trust policy names principals and no resource (a bucket policy names both); one that speaks of `sts:` actions is
/// meant as one unless it is an identity policy's `sts:AssumeRole` on a resource.
fn is_trust_statement(statement: &Node) -> bool {
    let has = |key: &str| statement.member(key).is_some();
    let principal = has("Principal") || has("NotPrincipal");
    let resource = has("Resource") || has("NotResource");
    let sts = ["Action", "NotAction"].iter().filter_map(|key| statement.get(key)).any(names_sts);
    (principal && !resource) || (sts && (principal || !resource))
}

fn names_sts(action: &Node) -> bool {
    let is_sts = |text: &str| text.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("sts:"));
    action.text().is_some_and(is_sts) || action.elements().iter().filter_map(Node::text).any(is_sts)
}

/// Reads it as a role of which nothing but the policy is known.
pub fn read(at: &At<'_>, reader: &mut Reader<'_>) {
    let trust = reader.trust(Some(at.clone()));
    if matches!(trust, Trust::Absent) {
        return;
    }
    reader.out.recognised = true;
    reader.out.roles.push(Role {
        name: Stated::Absent,
        path: SmolStr::new_static("/"),
        arn: Stated::Absent,
        address: None,
        trust,
        origin: Origin::BarePolicy,
        place: at.place(),
    });
}

/// Whether a tree is a string that holds a trust policy.
#[must_use]
pub fn recognise_text(node: &Node) -> bool {
    let parsed = node.scalar().and_then(|scalar| parse_embedded(scalar, &Limits::default()));
    parsed.and_then(|p| p.root).is_some_and(|root| recognise(&root))
}
