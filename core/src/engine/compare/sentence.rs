//! A change in one sentence, in the words in which `who` and the first glance speak of callers.

use super::{Moved, RoleChange};
use crate::admission::words::listed;
use crate::engine::answer::AudienceSet;
use crate::engine::glance::phrase;

/// Callers named before the rest is only counted.
const MOST: usize = 3;

/// The sentence.
#[must_use]
pub fn sentence(change: &RoleChange) -> String {
    let role = change.after.as_ref().or(change.before.as_ref());
    let name = role.and_then(|role| role.name.as_deref()).map_or_else(|| "the role".to_owned(), |name| format!("`{name}`"));
    let added = whom(&change.added, &change.principals_added);
    let removed = whom(&change.removed, &change.principals_removed);
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
    let text = match &change.unknown {
        Some(why) if change.added.is_empty() && change.removed.is_empty() => format!("{text}: {why}"),
        Some(why) => format!("{text}; whether that is all is not known: {why}"),
        None => text,
    };
    if let Some(rest) = text.strip_prefix("the ") {
        format!("The {rest}")
    } else {
        text.replacen("whether", "Whether", usize::from(text.starts_with("whether")))
    }
}

/// All that moved, in words.
fn whom(moved: &[Moved], principals: &[String]) -> Option<String> {
    let mut shown: Vec<String> = moved.iter().map(caller).collect();
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

fn caller(moved: &Moved) -> String {
    let grant = &moved.grant;
    let whom = phrase(grant);
    let mut out = whom.strip_prefix("only ").unwrap_or(&whom).to_owned();
    match &grant.audiences {
        AudienceSet::Listed(list) if !list.iter().eq(["sts.amazonaws.com"]) => {
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
    out
}
