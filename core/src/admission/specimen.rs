//! From a grant to one whole token of it, readable where there is a choice.

use smol_str::SmolStr;

use super::answer::Answer;
use super::budget::Budget;
use super::constraint::Constraint;
use super::grant::Grant;
use super::key;
use super::language::Language;
use super::token::{Claim, Token};
use crate::provider::Provider;

impl Grant {
    /// A token of this grant with a given subject (which the caller knows to be admitted).
    #[must_use]
    pub fn token(&self, issuer: &str, subject: SmolStr, provider: Option<&Provider>, budget: &Budget) -> Answer<Token> {
        let mut claims = vec![(SmolStr::new_static("sub"), Claim::One(subject))];
        let audience = match audience(&self.audiences(), provider, budget) {
            Answer::Yes(audience) => audience,
            Answer::No => return Answer::No,
            Answer::Unknown(reason) => return Answer::Unknown(reason),
        };
        let own = self.region.values(key::OAUD);
        if own.contains(&audience) {
            claims.push(("aud".into(), Claim::One(audience)));
        } else {
            match own.witness(budget) {
                Answer::Yes(aud) => claims.extend([("azp".into(), Claim::One(audience)), ("aud".into(), Claim::One(aud))]),
                Answer::No => return Answer::No,
                Answer::Unknown(reason) => return Answer::Unknown(reason),
            }
        }
        for (name, constraint) in &self.region.claims {
            if [key::SUB, key::AUD, key::OAUD, key::AUTHORIZED_BY_IDP].contains(&name.as_str()) {
                continue;
            }
            match value(constraint, budget) {
                Answer::Yes(Some(claim)) => claims.push((name.clone(), claim)),
                Answer::Yes(None) => {}
                Answer::No => return Answer::No,
                Answer::Unknown(reason) => return Answer::Unknown(reason),
            }
        }
        Answer::Yes(Token { issuer: issuer.into(), claims })
    }
}

/// An audience of the set: the issuer's usual one where it is in it.
fn audience(audiences: &Language, provider: Option<&Provider>, budget: &Budget) -> Answer<SmolStr> {
    let usual = provider.into_iter().flat_map(|p| p.audience.default.iter().chain(p.audience.common.iter()));
    let usual = usual.map(AsRef::as_ref).chain(["sts.amazonaws.com"]).filter(|a: &&str| !a.contains('{'));
    match usual.into_iter().find(|a| audiences.contains(a)) {
        Some(known) => Answer::Yes(known.into()),
        None => audiences.witness(budget),
    }
}

/// A value that a constraint lets through; none where the claim may be absent.
fn value(constraint: &Constraint, budget: &Budget) -> Answer<Option<Claim>> {
    match constraint {
        Constraint::Single { absent: true, .. } => Answer::Yes(None),
        Constraint::Single { present, .. } => present.witness(budget).map(|value| Some(Claim::One(value))),
        Constraint::Multi { any, .. } if any.is_empty() => Answer::Yes(None),
        Constraint::Multi { all, any } => {
            let mut values = Vec::new();
            for needed in any {
                match needed.clone().intersect(all.clone()).witness(budget) {
                    Answer::Yes(value) => values.push(value),
                    Answer::No => return Answer::No,
                    Answer::Unknown(reason) => return Answer::Unknown(reason),
                }
            }
            Answer::Yes(Some(Claim::Many(values)))
        }
    }
}
