//! Which roles a question is about, and how answers name them.

use smol_str::SmolStr;

use super::answer::RoleRef;
use super::run::Case;
use crate::policy::Arn;

/// The roles that a name, an ARN or an address of a Terraform resource means; all of them for `None`.
#[must_use]
pub fn roles(case: &Case, wanted: Option<&str>) -> Vec<usize> {
    let all = 0..case.estate.documents.roles.len();
    let Some(wanted) = wanted else { return all.collect() };
    all.filter(|index| role_ref(case, *index).is_some_and(|role| is_meant(&role, wanted))).collect()
}

fn is_meant(role: &RoleRef, wanted: &str) -> bool {
    [role.name.as_deref(), role.arn.as_deref(), role.address.as_deref()].contains(&Some(wanted))
}

/// How an answer names a role.
#[must_use]
pub fn role_ref(case: &Case, index: usize) -> Option<RoleRef> {
    let role = case.estate.documents.roles.get(index)?;
    let arn = case.estate.role_arn(index);
    let of_arn = arn.as_deref().and_then(Arn::parse);
    let name = role.name.value().cloned().or_else(|| of_arn.and_then(|arn| arn.role()).map(|(_, name)| SmolStr::new(name)));
    let account = case.estate.role_account(index).map(SmolStr::new).or_else(|| of_arn.map(|arn| SmolStr::new(arn.account)));
    Some(RoleRef { address: role.address.clone(), name, arn, account, place: role.place.clone() })
}
