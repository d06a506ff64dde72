//! Several documents that describe the same role: `get-role` and `list-roles` of one ARN, plan and state of one address.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use crate::document::model::{Origin, Role, Stated, Trust};
use crate::order;
use crate::policy::{Statement, TrustPolicy};

/// The roles with doubles taken together, in order. Two that differ in their policies stay two: neither may hide what the other admits.
#[must_use]
pub fn merged(roles: Vec<Role>) -> Vec<Role> {
    if all_apart(&roles) {
        return roles;
    }
    let mut kept: Vec<Option<Role>> = Vec::with_capacity(roles.len());
    let mut by_arn: FxHashMap<(SmolStr, bool), usize> = FxHashMap::default();
    for mut role in roles {
        let key = role.arn.value().map(|arn| (arn.clone(), role.origin == Origin::Live));
        let double = key.as_ref().and_then(|key| by_arn.get(key)).copied();
        if let Some(slot) = double.and_then(|index| kept.get_mut(index))
            && let Some(earlier) = slot
            && is_double(earlier, &role)
        {
            if rank(&role) > rank(earlier) {
                std::mem::swap(earlier, &mut role);
            }
            fill(earlier, role);
            continue;
        }
        if let Some(key) = key {
            by_arn.entry(key).or_insert(kept.len());
        }
        kept.push(Some(role));
    }
    merge_states(&mut kept);
    kept.into_iter().flatten().collect()
}

/// Whether no two can describe one role: the rule in a dump, and quickly seen.
fn all_apart(roles: &[Role]) -> bool {
    let mut seen = FxHashSet::with_capacity_and_hasher(roles.len(), rustc_hash::FxBuildHasher);
    let arns_differ = roles.iter().filter_map(|role| role.arn.value()).all(|arn| seen.insert(arn.as_str()));
    arns_differ && roles.iter().all(|role| role.origin != Origin::TerraformState)
}

/// Plan and state of one address are one role, and the plan's values win. Where a run holds several plans, an address says nothing.
fn merge_states(roles: &mut [Option<Role>]) {
    let mut by_address: FxHashMap<String, (Vec<usize>, Vec<usize>)> = FxHashMap::default();
    if !roles.iter().flatten().any(|role| role.origin == Origin::TerraformState) {
        return;
    }
    for (index, role) in roles.iter().enumerate() {
        let Some((role, address)) = role.as_ref().and_then(|role| Some((role, role.address.clone()?))) else { continue };
        let (plans, states) = by_address.entry(address).or_default();
        match role.origin {
            Origin::Terraform => plans.push(index),
            Origin::TerraformState => states.push(index),
            _ => {}
        }
    }
    for (plans, states) in by_address.into_values() {
        if let ([plan], [state]) = (plans.as_slice(), states.as_slice())
            && let Some(state) = roles.get_mut(*state).and_then(Option::take)
            && let Some(Some(plan)) = roles.get_mut(*plan)
        {
            fill(plan, state);
        }
    }
}

/// Whether two documents of one ARN say the same of it, as far as both say anything.
fn is_double(a: &Role, b: &Role) -> bool {
    match (&a.trust, &b.trust) {
        (Trust::Policy(a), Trust::Policy(b)) => same_policy(a, b),
        _ => true,
    }
}

/// Which of two documents of one role is the richer.
fn rank(role: &Role) -> (bool, bool) {
    (role.trust.policy().is_some(), role.origin == Origin::Terraform)
}

fn fill(kept: &mut Role, other: Role) {
    if kept.arn.value().is_none() && other.arn.value().is_some() {
        kept.arn = other.arn;
    }
    if matches!(kept.name, Stated::Absent) || (kept.name.is_unknown() && other.name.value().is_some()) {
        kept.name = other.name;
    }
    if matches!(kept.trust, Trust::Absent) {
        kept.trust = other.trust;
    }
}

fn same_policy(a: &TrustPolicy, b: &TrustPolicy) -> bool {
    a.version == b.version
        && a.statements.len() == b.statements.len()
        && a.statements.iter().zip(&b.statements).all(|(a, b)| same_statement(a, b))
}

fn same_statement(a: &Statement, b: &Statement) -> bool {
    let principals = |s: &Statement| s.principals.list.iter().map(|p| (p.kind.clone(), p.value.text.clone())).collect::<Vec<_>>();
    let actions = |s: &Statement| s.action.patterns.iter().map(|p| p.text.clone()).collect::<Vec<_>>();
    let conditions = |s: &Statement| {
        let read = s.conditions.iter().map(|c| {
            let values: Vec<_> = c.values.iter().map(|v| v.text.clone()).collect();
            (c.operator_name.text.clone(), c.key.text.clone(), values)
        });
        let mut list: Vec<_> = read.collect();
        order::sort(&mut list);
        list
    };
    a.effect == b.effect
        && a.principals.negated == b.principals.negated
        && a.action.negated == b.action.negated
        && principals(a) == principals(b)
        && actions(a) == actions(b)
        && conditions(a) == conditions(b)
}
