//! Roles as the AWS command line and API show them: `get-role`, `create-role`, `list-roles`, `get-account-authorization-details`,
//! and what botocore recorders keep of the answers. Source: IAM API Reference, data types Role and RoleDetail.

use smol_str::SmolStr;

use super::at::At;
use super::model::{FullList, Listed, Origin, Role};
use super::reader::Reader;
use crate::policy::Arn;
use crate::syntax::{Node, Value};

/// The members of a role that are read; the rest of an account's dump may be skipped.
pub const ROLE_MEMBERS: &[&str] = &["Path", "RoleName", "Arn", "AssumeRolePolicyDocument"];

/// A role by itself: an element of a list, or the value of `Role`.
#[must_use]
pub fn recognise_role(node: &Node) -> bool {
    node.get("RoleName").is_some() && (node.get("AssumeRolePolicyDocument").is_some() || node.get("Arn").is_some())
}

/// The output of `get-role` and `create-role`.
#[must_use]
pub fn recognise_get(node: &Node) -> bool {
    node.get("Role").is_some_and(recognise_role)
}

/// The output of `list-roles`.
#[must_use]
pub fn recognise_list(node: &Node) -> bool {
    node.get("Roles").is_some_and(|roles| is_list_of(roles, recognise_role))
}

/// The output of `get-account-authorization-details`.
#[must_use]
pub fn recognise_details(node: &Node) -> bool {
    node.get("RoleDetailList").is_some_and(|roles| is_list_of(roles, recognise_role))
}

fn is_list_of(node: &Node, is_one: fn(&Node) -> bool) -> bool {
    match &node.value {
        Value::Array(list) => list.first().is_none_or(is_one),
        _ => false,
    }
}

/// Reads one role.
pub fn read_role(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    let name = reader.stated_text(at.get("RoleName"));
    let arn = reader.stated_text(at.get("Arn"));
    let path = at.owned("Path").or_else(|| path_in_arn(arn.value()?)).unwrap_or_else(|| SmolStr::new_static("/"));
    let trust = reader.trust(at.get("AssumeRolePolicyDocument"));
    reader.out.roles.push(Role { name, path, arn, address: None, trust, origin: Origin::Live, place: at.place() });
}

fn path_in_arn(arn: &SmolStr) -> Option<SmolStr> {
    Arn::parse(arn).and_then(|arn| arn.role()).map(|(path, _)| SmolStr::new(path))
}

/// Reads `{"Role": …}`.
pub fn read_get(at: &At<'_>, reader: &mut Reader<'_>) {
    if let Some(role) = at.get("Role") {
        read_role(&role, reader);
    }
}

/// Reads `{"Roles": […]}`.
pub fn read_list(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    let first = reader.out.roles.len();
    at.list("Roles").for_each(|role| read_role(&role, reader));
    if is_complete(at.node) {
        full_list(at, first, reader);
    }
}

/// Reads `{"RoleDetailList": […]}`. An empty list is what `--filter` leaves of it: no account is without roles.
pub fn read_details(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    let first = reader.out.roles.len();
    at.list("RoleDetailList").for_each(|role| read_role(&role, reader));
    if is_complete(at.node) && reader.out.roles.len() > first {
        full_list(at, first, reader);
    }
}

fn full_list(at: &At<'_>, first: usize, reader: &mut Reader<'_>) {
    let account = reader.out.roles.iter().skip(first).find_map(account_of);
    reader.out.full_lists.push(FullList { of: Listed::Roles, account, namespace: None, place: at.place() });
}

/// The account of a role's ARN. AWS's own service-linked roles carry it, too.
pub fn account_of(role: &Role) -> Option<SmolStr> {
    let arn = Arn::parse(role.arn.value()?)?;
    crate::policy::is_account_id(arn.account).then(|| SmolStr::new(arn.account))
}

/// Whether an answer is the last page: the command line joins pages, the API says `IsTruncated`.
#[must_use]
pub fn is_complete(node: &Node) -> bool {
    let more = |key: &str| node.get(key).is_some_and(|n| !n.is_null());
    node.get("IsTruncated").and_then(Node::bool) != Some(true) && !more("Marker") && !more("NextToken") && !more("nextToken")
}
