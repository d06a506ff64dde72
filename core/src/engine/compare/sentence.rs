//! A change in one sentence, in the words in which `who` and the first glance speak of callers.

use super::{Moved, RoleChange};
use crate::admission::words::listed;
use crate::document::model::DEFAULT_AUDIENCE;
use crate::engine::answer::AudienceSet;
use crate::engine::glance::phrase;
use crate::engine::words::capital;

/// Callers named before the rest is only counted.
const MOST: usize = 3;

/// The sentence.
#[must_use]
pub fn sentence(change: &RoleChange) -> String {
    let role = change.after.as_ref().or(change.before.as_ref());
    let name = role.and_then(|role| role.name.as_deref()).map_or_else(|| "the role".to_owned(), |name| format!("`{name}`"));
    let added = whom(&change.added, &change.principals_added, &change.removed);
    let removed = whom(&change.removed, &change.principals_removed, &change.added).map(|whom| match whom.strip_prefix("every ") {
        Some(rest) => format!("any {rest}"),
        None => whom,
    });
    let text = match (&change.before, &change.after, added, removed) {
        (_, _, None, None) if change.unknown.is_some() => format!("whether {name} lets in the same callers as before is not known"),
        (None, _, None, _) => format!("{name} is new and lets in nobody"),
        (None, _, Some(added), _) => format!("{name} is new and lets in {added}"),
        (_, None, _, None) => format!("{name} is gone; it let in nobody"),
        (_, None, _, Some(removed)) => format!("{name} is gone and no longer lets in {removed}"),
        (_, _, None, None) => format!("{name} lets in exactly the same callers as before"),
        (_, _, Some(added), None) => format!("{name} newly lets in {added}"),
        (_, _, None, Some(removed)) => format!("{name} no longer lets in {removed}"),
        (_, _, Some(added), Some(removed)) => format!("{name} newly lets in {added}, and no longer {removed}"),
    };
    capital(&match &change.unknown {
        Some(why) if change.added.is_empty() && change.removed.is_empty() => format!("{text}: {why}"),
        Some(why) => format!("{text}; whether that is all is not known: {why}"),
        None => text,
    })
}

/// All that moved, in words; `others` are those of the other direction.
fn whom(moved: &[Moved], principals: &[String], others: &[Moved]) -> Option<String> {
    let is_twin = |moved: &Moved| others.iter().any(|other| other.grant.words == moved.grant.words);
    let mut shown: Vec<String> = moved.iter().map(|moved| caller(moved, is_twin(moved))).collect();
    shown.extend(principals.iter().map(|principal| format!("`{principal}`")));
    let more = shown.len().saturating_sub(MOST);
    shown.truncate(MOST);
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    match shown.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        [head @ .., last] => Some(format!("{} and {last}", head.join(", "))),
    }
}

/// One set of tokens; one that differs from another in the audience alone names even the usual one.
fn caller(moved: &Moved, name_audience: bool) -> String {
    let grant = &moved.grant;
    let whom = phrase(grant);
    let whom = whom.strip_prefix("only ").unwrap_or(&whom);
    let (whom, except) = whom.find(", except ").and_then(|at| whom.split_at_checked(at)).unwrap_or((whom, ""));
    let mut out = whom.to_owned();
    match &grant.audiences {
        AudienceSet::Listed(list) if name_audience || !list.iter().eq([DEFAULT_AUDIENCE]) => {
            out.push_str(&format!(" with audience {}", listed(list.iter().map(|audience| audience.as_str()), MOST)));
        }
        AudienceSet::Like { like, except } if like.iter().eq(["*"]) && !except.is_empty() => {
            out.push_str(&format!(" with any audience but {}", listed(except.iter().map(|audience| audience.as_str()), MOST)));
        }
        AudienceSet::Like { like, .. } => {
            out.push_str(&format!(" with audiences that match {}", listed(like.iter().map(|audience| audience.as_str()), MOST)));
        }
        AudienceSet::Any | AudienceSet::Listed(_) => {}
    }
    if !grant.claims.is_empty() {
        out.push_str(&format!(" where {}", grant.claims.join(" and ")));
    }
    match (moved.outright, moved.only_where.as_slice()) {
        (true, _) => {}
        (false, []) => out.push_str(" for certain"),
        (false, keys) => out.push_str(&format!(" whatever {} says", listed(keys.iter().map(|key| key.as_str()), MOST))),
    }
    out + except
}
