//! What is left of the Allow statements when the Deny statements have taken theirs, put together where it can be.

use smol_str::SmolStr;

use super::admitted::is_surely_empty;
use super::budget::Budget;
use super::key;
use super::language::Language;
use super::region::Region;

/// Tokens of one issuer that a policy admits.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The tokens.
    pub region: Region,
    /// The Allow statements it comes from, from 0.
    pub statements: Vec<usize>,
    /// Whether the Deny statements are taken away; where that went past the work budget they are not.
    pub settled: bool,
}

/// More pieces than this and the Deny statements are given up: the answer would be no use to anybody.
const MOST_PIECES: usize = 64;

impl Grant {
    /// The admitted subjects.
    #[must_use]
    pub fn subjects(&self) -> Language {
        self.region.values(key::SUB)
    }

    /// The admitted audiences, as the key `<issuer>:aud` shows them.
    #[must_use]
    pub fn audiences(&self) -> Language {
        self.region.values(key::AUD)
    }

    /// The constraints on other claims than subject and audience.
    pub fn other_claims(&self) -> impl Iterator<Item = &SmolStr> {
        self.region.claims.iter().filter(|(name, c)| name != key::SUB && name != key::AUD && !c.is_free()).map(|(name, _)| name)
    }
}

/// Takes the Deny regions from the Allow regions and puts together what differs in the subject alone.
#[must_use]
pub fn settle(allows: &[(usize, Option<Region>)], denies: &[Region], budget: &Budget) -> Vec<Grant> {
    let mut grants: Vec<Grant> = Vec::with_capacity(allows.len());
    for (statement, region) in allows {
        let Some(region) = region else { continue };
        let (pieces, settled) = without(region, denies, budget);
        for piece in pieces {
            if !is_surely_empty(&piece, budget) {
                add(&mut grants, Grant { region: piece, statements: vec![*statement], settled });
            }
        }
    }
    grants
}

fn without(region: &Region, denies: &[Region], budget: &Budget) -> (Vec<Region>, bool) {
    let mut pieces = vec![region.clone()];
    for deny in denies {
        let next: Vec<Region> = pieces.iter().flat_map(|piece| piece.minus(deny, budget)).collect();
        if next.len() > MOST_PIECES || budget.left() == 0 {
            return (vec![region.clone()], false);
        }
        pieces = next;
    }
    (pieces, true)
}

/// Adds a grant, or lets one that differs in the subject alone take it over.
fn add(grants: &mut Vec<Grant>, grant: Grant) {
    fn rest(region: &Region) -> impl Iterator<Item = &(SmolStr, super::constraint::Constraint)> {
        region.claims.iter().filter(|(name, _)| name != key::SUB)
    }
    let twin = grants.iter_mut().find(|known| {
        known.settled == grant.settled
            && known.region.exact == grant.region.exact
            && known.region.residual == grant.region.residual
            && rest(&known.region).eq(rest(&grant.region))
    });
    match twin {
        None => grants.push(grant),
        Some(known) => {
            let subjects = known.subjects().union(grant.subjects());
            let sub = SmolStr::new_static(key::SUB);
            known.region.claims.retain(|(name, _)| *name != sub);
            known.region.restrict(&sub, super::constraint::Constraint::Single { present: subjects, absent: false });
            known.statements.extend(grant.statements.into_iter().filter(|s| !known.statements.contains(s)).collect::<Vec<_>>());
        }
    }
}
