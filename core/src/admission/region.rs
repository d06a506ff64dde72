//! A region of token space: for each claim a set of values, all of which must hold together.

use smol_str::SmolStr;

use super::answer::Answer;
use super::budget::Budget;
use super::constraint::Constraint;
use super::context::Context;
use super::key::{self, KeyMeaning};
use super::language::Language;

/// The tokens whose claims lie each in its set. A claim that is not listed may be anything.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// Claim and constraint, sorted by claim.
    pub claims: Vec<(SmolStr, Constraint)>,
    /// Condition keys that no token decides; they are taken to hold.
    pub residual: Vec<SmolStr>,
    /// Whether every token of the region is let in for certain, residual keys aside.
    pub exact: bool,
}

impl Region {
    /// Every token.
    #[must_use]
    pub fn everything() -> Self {
        Self { claims: Vec::new(), residual: Vec::new(), exact: true }
    }

    /// The constraint on a claim, if there is one.
    #[must_use]
    pub fn constraint(&self, claim: &str) -> Option<&Constraint> {
        self.claims.iter().find(|(name, _)| name == claim).map(|(_, constraint)| constraint)
    }

    /// The values of a claim that always has exactly one (`sub`, `aud`).
    #[must_use]
    pub fn values(&self, claim: &str) -> Language {
        match self.constraint(claim) {
            Some(Constraint::Single { present, .. }) => present.clone(),
            _ => Language::all(),
        }
    }

    /// Asks one thing more.
    pub fn restrict(&mut self, claim: &SmolStr, constraint: Constraint) {
        let constraint = always_there(claim, constraint);
        match self.claims.binary_search_by(|(name, _)| name.as_str().cmp(claim)) {
            Ok(at) => {
                if let Some((_, known)) = self.claims.get_mut(at) {
                    *known = known.intersect(&constraint);
                }
            }
            Err(at) => self.claims.insert(at, (claim.clone(), constraint)),
        }
    }

    /// What is in both.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        let mut both = self.clone();
        for (claim, constraint) in &other.claims {
            both.restrict(claim, constraint.clone());
        }
        both.residual.extend(other.residual.iter().filter(|key| !self.residual.contains(key)).cloned());
        both.exact &= other.exact;
        both
    }

    /// Whether no token is in it.
    #[must_use]
    pub fn is_empty(&self, budget: &Budget) -> Answer<()> {
        let mut unknown = Answer::No;
        for (_, constraint) in &self.claims {
            match constraint.is_empty(budget) {
                Answer::Yes(()) => return Answer::Yes(()),
                Answer::No => {}
                Answer::Unknown(reason) => unknown = Answer::Unknown(reason),
            }
        }
        unknown
    }

    /// What is left without `other`: disjoint pieces. `other`'s residual and exactness are the caller's affair.
    #[must_use]
    pub fn minus(&self, other: &Self, budget: &Budget) -> Vec<Self> {
        let mut pieces = Vec::new();
        let mut rest = self.clone();
        for (claim, taken) in &other.claims {
            let multivalued = matches!(taken, Constraint::Multi { .. });
            let own = self.constraint(claim).cloned().unwrap_or_else(|| always_there(claim, Constraint::free(multivalued)));
            for left in own.minus(taken) {
                let mut piece = rest.clone();
                piece.set(claim, left);
                if !matches!(piece.is_empty(budget), Answer::Yes(())) {
                    pieces.push(piece);
                }
            }
            rest.restrict(claim, taken.clone());
            if matches!(rest.is_empty(budget), Answer::Yes(())) {
                // Nothing of it is in `other`: it stays whole.
                return vec![self.clone()];
            }
        }
        pieces
    }

    fn set(&mut self, claim: &SmolStr, constraint: Constraint) {
        match self.claims.binary_search_by(|(name, _)| name.as_str().cmp(claim)) {
            Ok(at) => {
                if let Some((_, known)) = self.claims.get_mut(at) {
                    *known = constraint;
                }
            }
            Err(at) => self.claims.insert(at, (claim.clone(), constraint)),
        }
    }

    /// Whether a token lies in it.
    #[must_use]
    pub fn contains(&self, context: &Context<'_>) -> bool {
        self.claims.iter().all(|(claim, constraint)| {
            let meaning = match constraint {
                Constraint::Single { .. } => KeyMeaning::Claim(claim.clone()),
                Constraint::Multi { .. } => KeyMeaning::MultivaluedClaim(claim.clone()),
            };
            constraint.lets_through(&context.values(&meaning))
        })
    }
}

/// Every token that comes as far as a trust policy has a subject and an audience.
fn always_there(claim: &str, constraint: Constraint) -> Constraint {
    match constraint {
        Constraint::Single { present, .. } if [key::SUB, key::AUD, key::OAUD, key::AUTHORIZED_BY_IDP].contains(&claim) => {
            Constraint::Single { present, absent: false }
        }
        other => other,
    }
}
