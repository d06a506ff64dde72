//! `compare`: for each role who is newly let in and who is shut out, between two states of the documents. Exact by the set algebra, and every
//! example was tried against both trust policies. "No change" is said only where it is proved.
//!
//! It judges trust policies and web identities without session tags; of other principals (`AWS`, `Service`) only whether they are named.

mod pairs;
mod sentence;
mod sets;
mod simple;
mod statement;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use smol_str::SmolStr;

use super::answer::{RoleRef, WhoGrant};
use super::run::{Case, Engine};
use super::{select, who};
use crate::admission::{Admits, Budget, Forms, IssuerAdmission, Issuers, Request, Token, Verdict, decide_policy, issuers_of};
use crate::document::model::Trust;
use crate::estate::RoleId;
use crate::schedule::map;
use pairs::Pair;
pub use sets::{Gain, Gained, gained};
pub use statement::Side;

/// `compare`.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Each role of either state, those of the later one first.
    pub roles: Vec<RoleChange>,
}

/// What changed of one role.
#[derive(Clone, Debug, Default)]
pub struct RoleChange {
    /// The role in the earlier state.
    pub before: Option<RoleRef>,
    /// The role in the later state.
    pub after: Option<RoleRef>,
    /// Who is newly let in.
    pub added: Vec<Moved>,
    /// Who is shut out.
    pub removed: Vec<Moved>,
    /// Principals without a web identity that only the later state names.
    pub principals_added: Vec<String>,
    /// Those that only the earlier state names.
    pub principals_removed: Vec<String>,
    /// Why it is not known whether that is all, where it is not.
    pub unknown: Option<String>,
    /// All of this in one sentence.
    pub sentence: String,
}

/// Tokens that one state lets in and the other does not.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// The tokens; its examples are let in by the one and refused by the other.
    pub grant: WhoGrant,
    /// Whether the other state refuses them for certain; else it lets them in where the keys of `only_where` allow it.
    pub outright: bool,
    /// Condition keys that limit them in the other state.
    pub only_where: Vec<SmolStr>,
}

/// How many get in, against before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Proved: the same.
    None,
    /// More, and nobody less.
    Wider,
    /// Fewer, and nobody new.
    Narrower,
    /// Others.
    Both,
    /// It could not be told.
    Unknown,
}

impl Change {
    /// `none`, `wider`, `narrower`, `both`, `unknown`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Wider => "wider",
            Self::Narrower => "narrower",
            Self::Both => "both",
            Self::Unknown => "unknown",
        }
    }
}

impl RoleChange {
    /// What the change comes to. What is known is said even where that may not be all.
    #[must_use]
    pub fn change(&self) -> Change {
        let more = !self.added.is_empty() || !self.principals_added.is_empty();
        let fewer = !self.removed.is_empty() || !self.principals_removed.is_empty();
        match (more, fewer, &self.unknown) {
            (true, true, _) => Change::Both,
            (true, false, _) => Change::Wider,
            (false, true, _) => Change::Narrower,
            (false, false, Some(_)) => Change::Unknown,
            (false, false, None) => Change::None,
        }
    }
}

impl Engine<'_> {
    /// Compares two states of the documents, role by role.
    #[must_use]
    pub fn compare(&self, before: &Case, after: &Case) -> Comparison {
        let issuers = Issuers::new(self.catalogue);
        let pairs = pairs::of(before, after);
        let roles = map(self.schedule, pairs.len(), |at| {
            let pair = *pairs.get(at)?;
            let mut change = self.change(before, after, pair, &issuers);
            change.before = pair.before.and_then(|id| select::role_ref(before, id));
            change.after = pair.after.and_then(|id| select::role_ref(after, id));
            change.sentence = sentence::sentence(&change);
            Some(change)
        });
        Comparison { roles: roles.into_iter().flatten().collect() }
    }

    fn change(&self, before: &Case, after: &Case, pair: Pair, issuers: &Issuers<'_>) -> RoleChange {
        match (side(before, pair.before), side(after, pair.after)) {
            (Err(why), _) | (_, Err(why)) => RoleChange { unknown: Some(why), ..RoleChange::default() },
            (Ok(before), Ok(after)) => of_sides(before.as_ref(), after.as_ref(), issuers),
        }
    }
}

/// A role's trust policy; none where there is no such role.
fn side(case: &Case, id: Option<RoleId>) -> Result<Option<Side<'_>>, String> {
    let Some((id, role)) = id.and_then(|id| Some((id, case.estate.role(id)?))) else { return Ok(None) };
    match &role.trust {
        Trust::Policy(policy) => Ok(Some(Side::new(policy, case.estate.role_account(id)))),
        Trust::Unknown(_, why) => Err(why.clone()),
        Trust::Absent => Err("the document does not contain the role's trust policy".to_owned()),
    }
}

fn of_sides(before: Option<&Side<'_>>, after: Option<&Side<'_>>, issuers: &Issuers<'_>) -> RoleChange {
    let mut change = RoleChange::default();
    if let (Some(before), Some(after)) = (before, after) {
        if before.is_same(after) {
            return change;
        }
        let open = after.open_value(before).or_else(|| before.open_value(after));
        change.unknown = open.map(|text| format!("`{text}` is not filled in yet"));
    }
    let others = |side: Option<&Side<'_>>| side.map(Side::others).unwrap_or_default();
    let (old, new) = (others(before), others(after));
    let only = |these: &[(String, String)], those: &[(String, String)]| {
        let mut only: Vec<String> = these.iter().map(|(name, _)| name.clone()).collect();
        only.retain(|name| !those.iter().any(|(other, _)| other == name));
        only.dedup();
        only
    };
    (change.principals_added, change.principals_removed) = (only(&new, &old), only(&old, &new));
    let altered = new.iter().find(|own| old.iter().any(|(name, _)| *name == own.0) && !old.contains(own));
    let altered = altered.or_else(|| old.iter().find(|own| new.iter().any(|(name, _)| *name == own.0) && !new.contains(own)));
    if let (Some((name, _)), None) = (altered, &change.unknown) {
        change.unknown = Some(format!("what the trust policy asks of `{name}` changed, and only web identities are evaluated"));
    }
    let mut doubt = false;
    change.added = moved(before, after, issuers, &mut doubt);
    change.removed = moved(after, before, issuers, &mut doubt);
    if doubt && change.unknown.is_none() {
        change.unknown = Some("conditions changed that no token decides, or the patterns are too entangled to decide".to_owned());
    }
    change
}

/// Who is let in by `to` and not by `from`; `doubt` is set where there may be others.
fn moved(from: Option<&Side<'_>>, to: Option<&Side<'_>>, issuers: &Issuers<'_>, doubt: &mut bool) -> Vec<Moved> {
    let Some(to) = to else { return Vec::new() };
    let budget = Budget::default();
    let Some(from) = from else {
        let admission = crate::admission::Admission::of(to.policy, to.account, issuers, &budget);
        let grants = who::grants(to.policy, to.account, &admission, issuers, &budget);
        *doubt |= grants.iter().any(|grant| grant.admits == Admits::Unknown && grant.examples.is_empty());
        let all = grants.into_iter().filter(|grant| grant.admits != Admits::Nobody);
        return all.map(|grant| Moved { grant, outright: true, only_where: Vec::new() }).collect();
    };
    let mut all = issuers_of(to.policy);
    all.extend(issuers_of(from.policy).into_iter().filter(|issuer| !all.contains(issuer)).collect::<Vec<_>>());
    let mut out = Vec::new();
    for issuer in all {
        let forms = issuers.forms(issuer.as_deref());
        let legal = forms.closed.then(|| forms.legal.clone());
        let found = gained(from, to, issuer.as_deref(), legal.as_ref(), issuers, &budget);
        *doubt |= found.doubt;
        let provider = issuer.as_deref().and_then(|issuer| issuers.provider_of(issuer));
        let entry = IssuerAdmission { issuer, provider, statements: Vec::new(), grants: Vec::new() };
        for gain in found.gains {
            match shown(from, to, &entry, gain, issuers, &forms, &budget) {
                Shown::Moved(moved) => out.push(*moved),
                Shown::Nobody => {}
                Shown::Unproved => *doubt = true,
            }
        }
    }
    out
}

/// What is shown of a gain.
enum Shown {
    Moved(Box<Moved>),
    /// No token that its issuer sends is in it.
    Nobody,
    /// No token of it was found that the two policies judge differently.
    Unproved,
}

fn shown(
    from: &Side<'_>,
    to: &Side<'_>,
    issuer: &IssuerAdmission<'_>,
    gain: Gain,
    issuers: &Issuers<'_>,
    forms: &Arc<Forms>,
    budget: &Budget,
) -> Shown {
    let Gain { grant, outright, before } = gain;
    let grant = simple::simple(grant, budget);
    if grant.summary(forms, budget).admits == Admits::Nobody {
        return Shown::Nobody;
    }
    let judged = |side: &Side<'_>, token: &Token| {
        let request = Request { token: token.clone(), account: side.account.map(SmolStr::new), ..Request::default() };
        decide_policy(side.policy, &request, issuers.catalogue)
    };
    let certain = grant.region.exact && grant.region.residual.is_empty();
    let tried = |token: Token| {
        let lets_in = match judged(to, &token) {
            Verdict::Allowed => true,
            Verdict::Unknown => !certain,
            Verdict::Denied => false,
        };
        let other = judged(from, &token);
        lets_in && other != Verdict::Allowed && (other == Verdict::Denied || !outright)
    };
    let grant = who::one(issuer, &grant, issuers, budget, &tried);
    if grant.examples.is_empty() {
        return Shown::Unproved;
    }
    Shown::Moved(Box::new(Moved { grant, outright, only_where: before }))
}
