//! Which role of one state is which of the other: by ARN, else by address, else by name, else the only one.

use rustc_hash::FxHashMap;

use crate::engine::answer::RoleRef;
use crate::engine::run::Case;
use crate::engine::select;
use crate::estate::RoleId;

/// One role in both states; in one of them it may not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// In the earlier state.
    pub before: Option<RoleId>,
    /// In the later state.
    pub after: Option<RoleId>,
}

/// All roles of both states, those of the later one first.
#[must_use]
pub fn of(before: &Case, after: &Case) -> Vec<Pair> {
    let all = |case: &Case| case.estate.roles().filter_map(|(id, _)| Some((id, select::role_ref(case, id)?))).collect::<Vec<_>>();
    let (old, new) = (all(before), all(after));
    if let ([(before, _)], [(after, _)]) = (old.as_slice(), new.as_slice()) {
        return vec![Pair { before: Some(*before), after: Some(*after) }];
    }
    let mut partner: Vec<Option<RoleId>> = vec![None; new.len()];
    let mut taken = vec![false; old.len()];
    for name in NAMES {
        let mut free: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        for (at, (_, role)) in old.iter().enumerate().rev().filter(|(at, _)| taken.get(*at) == Some(&false)) {
            if let Some(own) = name(role) {
                free.entry(own).or_default().push(at);
            }
        }
        for ((_, role), slot) in new.iter().zip(&mut partner).filter(|(_, slot)| slot.is_none()) {
            let found = name(role).and_then(|own| free.get_mut(own)).and_then(Vec::pop);
            if let Some((at, flag)) = found.and_then(|at| Some((at, taken.get_mut(at)?))) {
                *flag = true;
                *slot = old.get(at).map(|(id, _)| *id);
            }
        }
    }
    let kept = new.iter().zip(partner).map(|((id, _), before)| Pair { before, after: Some(*id) });
    let gone = old.iter().zip(taken).filter(|(_, taken)| !taken).map(|((id, _), _)| Pair { before: Some(*id), after: None });
    kept.chain(gone).collect()
}

type Name = fn(&RoleRef) -> Option<&str>;

/// What names a role, the surest first.
const NAMES: [Name; 3] = [|role| role.arn.as_deref(), |role| role.address.as_deref(), |role| role.name.as_deref()];
