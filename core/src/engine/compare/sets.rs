//! The tokens of one issuer that one policy lets in and another does not, by the set algebra.
//!
//! A statement that something beside the token decides (`aws:SourceIp`) is an unknown. Where both policies have the same such statement it is
//! one unknown, true or false for both; so that a token is newly let in means that there is some way to fill in the unknowns with which the
//! one policy lets it in and the other does not. Of other unknowns it can only be told where they are out of play; the rest is a doubt.

use smol_str::SmolStr;

use super::statement::Side;
use crate::admission::language::Language;
use crate::admission::{Budget, Constraint, Grant, Issuers, Region, Spoken, is_surely_empty, key, settle, spoken};
use crate::policy::Effect;

/// What one policy lets in and the other does not.
#[derive(Debug, Default)]
pub struct Gained {
    /// The tokens.
    pub gains: Vec<Gain>,
    /// Whether others may be let in as well.
    pub doubt: bool,
}

/// A set of tokens that are newly let in.
#[derive(Debug)]
pub struct Gain {
    /// The tokens.
    pub grant: Grant,
    /// Whether the other policy refuses them for certain; else it lets them in under conditions that no token decides.
    pub outright: bool,
    /// The keys of those conditions.
    pub before: Vec<SmolStr>,
}

/// What is let in by `to` and not by `from`, of one issuer (`None`: of all that neither names). Of doubts only those count that are about
/// `legal` subjects.
#[must_use]
pub fn gained(
    from: &Side<'_>,
    to: &Side<'_>,
    issuer: Option<&str>,
    legal: Option<&Language>,
    issuers: &Issuers<'_>,
    budget: &Budget,
) -> Gained {
    let read = |side: &Side<'_>| spoken(side.policy, issuer, side.account, issuers);
    let (before, after) = (read(from), read(to));
    if before.iter().chain(&after).all(|statement| statement.widest.is_none()) {
        return Gained::default();
    }
    let shared = |statement: &Spoken, own: &Side<'_>, other: &Side<'_>, spoken: &[Spoken]| {
        let text = own.text(statement.statement);
        spoken.iter().any(|twin| twin.is_uncertain() && text.is_some() && other.text(twin.statement) == text)
    };
    let old = Sets::of(&before, &|statement| shared(statement, from, to, &after), budget);
    let new = Sets::of(&after, &|statement| shared(statement, to, from, &before), budget);
    let mut out = Gained { doubt: !old.settled || !new.settled, gains: Vec::new() };
    let outright = settle(&pieces(&new.possible), &regions(&old.possible), budget);
    let mut known: Vec<Region> = regions(&outright);
    for mut grant in outright {
        out.doubt |= !grant.settled;
        limit(&mut grant.region, &after, budget);
        out.gains.push(Gain { grant, outright: true, before: Vec::new() });
    }
    if before.iter().chain(&after).any(Spoken::is_uncertain) {
        let taken: Vec<Region> = regions(&old.sure).into_iter().chain(known.iter().cloned()).collect();
        let freed = settle(&pieces(&new.sure), &taken, budget);
        known.extend(regions(&freed));
        for mut grant in freed {
            out.doubt |= !grant.settled;
            limit(&mut grant.region, &after, budget);
            let before = hanging(&grant.region, before.iter(), budget).unwrap_or_default();
            out.gains.push(Gain { grant, outright: false, before });
        }
        out.doubt = out.doubt || doubts(&old, &new, known, legal, budget);
    }
    out
}

/// What one policy makes of an issuer's tokens.
struct Sets {
    /// Those that it may let in.
    possible: Vec<Grant>,
    /// Those that it lets in, whatever the unknowns that it has alone; where a shared unknown Deny is out of play.
    sure: Vec<Grant>,
    /// Those of which an Allow speaks for certain.
    allowed: Vec<Region>,
    /// Those of which Allow statements may speak that only this policy has.
    own_allows: Vec<Region>,
    /// Those of which Deny statements may speak that only this policy has.
    own_denies: Vec<Region>,
    /// Whether all of this could be worked out.
    settled: bool,
}

impl Sets {
    fn of(all: &[Spoken], shared: &dyn Fn(&Spoken) -> bool, budget: &Budget) -> Self {
        let of_effect = |effect: Effect| all.iter().filter(move |statement| statement.effect == effect);
        let own = |effect: Effect| {
            let own = of_effect(effect).filter(|statement| statement.is_uncertain() && !shared(statement));
            own.filter_map(|statement| statement.widest.clone()).collect::<Vec<_>>()
        };
        let denied: Vec<Region> = of_effect(Effect::Deny).filter_map(|statement| statement.narrowest.clone()).collect();
        let own_denies = own(Effect::Deny);
        let denied_or_own: Vec<Region> = denied.iter().chain(&own_denies).cloned().collect();
        let widest: Vec<_> = of_effect(Effect::Allow).map(|statement| (statement.statement, statement.widest.clone())).collect();
        let narrowest: Vec<_> = of_effect(Effect::Allow).map(|statement| (statement.statement, statement.narrowest.clone())).collect();
        let (possible, sure) = (settle(&widest, &denied, budget), settle(&narrowest, &denied_or_own, budget));
        let settled = possible.iter().chain(&sure).all(|grant| grant.settled);
        let allowed = narrowest.into_iter().filter_map(|(_, region)| region).collect();
        Self { possible, sure, allowed, own_allows: own(Effect::Allow), own_denies, settled }
    }
}

/// Whether tokens that both may let in are perhaps newly let in, beside those that are known to be.
fn doubts(old: &Sets, new: &Sets, known: Vec<Region>, legal: Option<&Language>, budget: &Budget) -> bool {
    let within_both = |region: &Region| {
        let in_new = new.possible.iter().map(move |grant| region.intersect(&grant.region));
        let in_both: Vec<Region> =
            in_new.flat_map(|region| old.possible.iter().map(move |grant| region.intersect(&grant.region)).collect::<Vec<_>>()).collect();
        in_both.into_iter().map(|region| confined(region, legal)).filter(|region| !is_surely_empty(region, budget)).collect::<Vec<_>>()
    };
    let remains = |regions: Vec<Region>, taken: &[Region]| {
        let list: Vec<_> = regions.into_iter().map(|region| (0, Some(region))).collect();
        !settle(&list, taken, budget).is_empty()
    };
    if old.own_denies.iter().any(|deny| remains(within_both(deny), &known)) {
        return true;
    }
    let allowed_before: Vec<Region> = known.iter().chain(&old.allowed).cloned().collect();
    let perhaps_denied = new.own_denies.iter().flat_map(|deny| new.allowed.iter().map(move |allow| allow.intersect(deny)));
    new.own_allows.iter().cloned().chain(perhaps_denied).any(|region| remains(within_both(&region), &allowed_before))
}

fn confined(mut region: Region, legal: Option<&Language>) -> Region {
    if let Some(legal) = legal {
        region.restrict(&SmolStr::new_static(key::SUB), Constraint::Single { present: legal.clone(), absent: false });
    }
    region
}

/// The keys on which it hangs whether uncertain statements speak of the tokens of a region; `None` where there is no such statement.
fn hanging<'s>(region: &Region, all: impl Iterator<Item = &'s Spoken>, budget: &Budget) -> Option<Vec<SmolStr>> {
    let uncertain = all.filter(|statement| statement.is_uncertain()).filter_map(|statement| statement.widest.as_ref());
    let mut meeting = uncertain.filter(|widest| !is_surely_empty(&region.intersect(widest), budget)).peekable();
    meeting.peek()?;
    let mut keys: Vec<SmolStr> = Vec::new();
    for key in meeting.flat_map(|widest| &widest.residual) {
        if !keys.contains(key) {
            keys.push(key.clone());
        }
    }
    Some(keys)
}

/// Notes the Deny statements that may take from a region.
fn limit(region: &mut Region, all: &[Spoken], budget: &Budget) {
    let denies = all.iter().filter(|statement| statement.effect == Effect::Deny);
    if let Some(keys) = hanging(region, denies, budget) {
        region.exact = false;
        region.residual.extend(keys.into_iter().filter(|key| !region.residual.contains(key)).collect::<Vec<_>>());
    }
}

fn regions(grants: &[Grant]) -> Vec<Region> {
    grants.iter().map(|grant| grant.region.clone()).collect()
}

fn pieces(grants: &[Grant]) -> Vec<(usize, Option<Region>)> {
    grants.iter().flat_map(|grant| grant.statements.iter().take(1).map(|statement| (*statement, Some(grant.region.clone())))).collect()
}
