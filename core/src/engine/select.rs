//! Which roles a question is about, and how answers name them.

use smol_str::SmolStr;

use super::answer::RoleRef;
use super::run::Case;
use crate::estate::RoleId;

/// The roles that a name, an ARN or an address of a Terraform resource means; all of them for `None`.
#[must_use]
pub fn roles(case: &Case, wanted: Option<&str>) -> Vec<RoleId> {
    let all = || case.estate.roles();
    let Some(wanted) = wanted else { return all().map(|(id, _)| id).collect() };
    let named = case.estate.roles_named(wanted);
    if !named.is_empty() {
        return named;
    }
    all().filter(|(_, role)| role.address.as_deref() == Some(wanted)).map(|(id, _)| id).collect()
}

/// How an answer names a role.
#[must_use]
pub fn role_ref(case: &Case, id: RoleId) -> Option<RoleRef> {
    let role = case.estate.role(id)?;
    Some(RoleRef {
        address: role.address.clone(),
        name: case.estate.role_name(id).map(SmolStr::new),
        arn: case.estate.role_arn(id).value().cloned(),
        account: case.estate.role_account(id).map(SmolStr::new),
        place: role.place.clone(),
    })
}
