//! What cloudsplaining makes of an account: roles with their trust policy under `assume_role_policy.PolicyDocument`, one by one or under
//! `roles`. Source: cloudsplaining, `scan/role_details.py`.

use smol_str::SmolStr;

use super::at::At;
use super::model::{Origin, Role};
use super::reader::Reader;
use crate::syntax::Node;

/// One role.
#[must_use]
pub fn recognise_role(node: &Node) -> bool {
    node.get("arn").is_some() && node.path(&["assume_role_policy", "PolicyDocument"]).is_some()
}

/// A whole result: roles by their id.
#[must_use]
pub fn recognise_results(node: &Node) -> bool {
    node.get("roles").is_some_and(|roles| roles.members().first().is_some_and(|m| recognise_role(&m.value)))
}

/// Reads one role.
pub fn read_role(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    let name = reader.stated_text(at.get("name"));
    let arn = reader.stated_text(at.get("arn"));
    let path = at.owned("path").unwrap_or_else(|| SmolStr::new_static("/"));
    let trust = reader.trust(at.path(&["assume_role_policy", "PolicyDocument"]));
    reader.out.roles.push(Role { name, path, arn, address: None, trust, origin: Origin::Live, place: at.place() });
}

/// Reads all roles of a result.
pub fn read_results(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    let Some(roles) = at.get("roles") else { return };
    for member in roles.node.members() {
        let role = At { node: &member.value, pointer: roles.pointer.key(&member.key.text) };
        if recognise_role(role.node) {
            read_role(&role, reader);
        }
    }
}
