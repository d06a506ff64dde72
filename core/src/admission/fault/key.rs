//! Condition keys that are in no request.

use smol_str::SmolStr;

use super::{At, FaultKind, Finder, Target};
use crate::admission::evaluate::holds_when_absent;
use crate::admission::key::{self, Absence, KeyMeaning};
use crate::admission::truth::Truth;
use crate::policy::{Base, Condition, Operator, Statement};

impl<'a> Finder<'a> {
    /// Keys that no request of the statement's providers has; of several providers those whose tokens lack a key that must be there.
    pub(super) fn keys(&mut self, position: usize, statement: &'a Statement, targets: &[Target<'a>]) {
        let mut shut_out: Vec<Option<usize>> = vec![None; targets.len()];
        for (index, condition) in statement.conditions.iter().enumerate().filter(|(_, c)| !c.overridden) {
            let Some(operator) = condition.known() else { continue };
            let absences: Vec<Option<Absence>> = targets.iter().map(|target| self.absence(condition, target)).collect();
            let keeps_out = holds_without(condition, operator) == Truth::False;
            if absences.iter().all(Option::is_some) {
                let Some((absence, target)) = most_telling(&absences, targets) else { continue };
                // A key of another service that is only asked for where it exists asks nothing, and says so.
                if keeps_out || absence != Absence::OtherService {
                    let kind = FaultKind::Key { absence, issuer: SmolStr::new(target.issuer) };
                    self.push(position, At::Key(index), kind, keeps_out);
                }
            } else if keeps_out {
                for (slot, _) in shut_out.iter_mut().zip(&absences).filter(|(slot, absence)| slot.is_none() && absence.is_some()) {
                    *slot = Some(index);
                }
            }
        }
        self.shut_out_providers(position, statement, targets, &shut_out);
    }

    fn shut_out_providers(&mut self, position: usize, statement: &Statement, targets: &[Target<'a>], shut_out: &[Option<usize>]) {
        if targets.len() < 2 || self.is_dead(position) {
            return;
        }
        let shut: Vec<(&Target<'a>, usize)> = targets.iter().zip(shut_out).filter_map(|(t, slot)| Some((t, (*slot)?))).collect();
        if shut.len() == targets.len() {
            // Each provider is kept out by a key of another: the last such key is the one too many.
            let last = shut.iter().max_by_key(|(_, condition)| *condition);
            let Some((target, condition)) = last else { return };
            let other = statement.conditions.get(*condition).and_then(|c| key::issuer_of(&c.key.text)).unwrap_or_default();
            let kind = FaultKind::Key { absence: Absence::OtherIssuer(other.into()), issuer: SmolStr::new(target.issuer) };
            self.push(position, At::Key(*condition), kind, true);
            return;
        }
        for (target, condition) in shut {
            let kind = FaultKind::OneProvider { condition, issuer: SmolStr::new(target.issuer) };
            self.push(position, At::Principal(target.principal), kind, false);
        }
    }

    fn absence(&self, condition: &Condition, target: &Target<'a>) -> Option<Absence> {
        match self.meaning(condition, target) {
            KeyMeaning::Absent(absence) => Some(absence),
            _ => None,
        }
    }

    /// What a condition's key means for tokens of a provider.
    pub(super) fn meaning(&self, condition: &Condition, target: &Target<'a>) -> KeyMeaning {
        let entry = self.issuers.iter().find(|entry| entry.issuer.as_deref() == Some(target.issuer));
        let provider = entry.map_or_else(|| self.known.provider_of(target.issuer), |entry| entry.provider);
        key::resolve(&condition.key.text, Some(target.issuer), provider)
    }
}

/// What becomes of a condition whose key is absent.
fn holds_without(condition: &Condition, operator: Operator) -> Truth {
    if operator.base == Base::Null {
        return condition.values.iter().any(|value| value.text.eq_ignore_ascii_case("true")).into();
    }
    holds_when_absent(operator)
}

/// Of the reasons of several providers the one that names the mistake: another issuer is the least telling.
fn most_telling<'t, 'a>(absences: &[Option<Absence>], targets: &'t [Target<'a>]) -> Option<(Absence, &'t Target<'a>)> {
    let pairs = absences.iter().flatten().zip(targets);
    pairs.min_by_key(|(absence, _)| matches!(absence, Absence::OtherIssuer(_))).map(|(absence, target)| (absence.clone(), target))
}
