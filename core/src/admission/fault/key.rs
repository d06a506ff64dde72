//! Condition keys that are in no request.

use smol_str::SmolStr;

use super::{At, FaultKind, Finder, Target};
use crate::admission::evaluate::holds_when_absent;
use crate::admission::key::{self, Absence, KeyMeaning};
use crate::admission::truth::Truth;
use crate::policy::{Base, Condition, Operator, Statement};

/// What each key means for each provider: worked out once for a statement.
pub(super) struct Meanings {
    targets: usize,
    list: Vec<KeyMeaning>,
}

impl Meanings {
    pub(super) fn of(statement: &Statement, targets: &[Target<'_>]) -> Self {
        let meaning = |condition: &Condition, target: &Target<'_>| key::resolve(&condition.key.text, Some(target.issuer), target.provider);
        let list = statement.conditions.iter().flat_map(|c| targets.iter().map(move |t| meaning(c, t)));
        Self { targets: targets.len(), list: list.collect() }
    }

    /// What a condition's key means for each provider in turn.
    pub(super) fn of_condition(&self, condition: usize) -> &[KeyMeaning] {
        self.list.chunks(self.targets.max(1)).nth(condition).unwrap_or_default()
    }
}

impl<'a> Finder<'a> {
    /// Keys that no request of the statement's providers has; of several providers those whose tokens lack a key that must be there.
    pub(super) fn keys(&mut self, position: usize, statement: &'a Statement, targets: &[Target<'a>], meanings: &Meanings) {
        let mut shut_out: Vec<Option<usize>> = Vec::new();
        for (index, condition) in statement.conditions.iter().enumerate().filter(|(_, c)| !c.overridden) {
            let meanings = meanings.of_condition(index);
            let absent = meanings.iter().filter(|meaning| is_absent(meaning)).count();
            let Some(operator) = condition.known().filter(|_| absent > 0) else { continue };
            let keeps_out = holds_without(condition, operator) == Truth::False;
            if absent == meanings.len() {
                let Some((absence, target)) = most_telling(meanings, targets) else { continue };
                // A key of another service that is only asked for where it exists asks nothing, and says so.
                if keeps_out || absence != Absence::OtherService {
                    let kind = FaultKind::Key { absence, issuer: SmolStr::new(target.issuer) };
                    self.push(position, At::Key(index), kind, keeps_out);
                }
            } else if keeps_out {
                shut_out.resize(targets.len(), None);
                for (slot, _) in shut_out.iter_mut().zip(meanings).filter(|(slot, meaning)| slot.is_none() && is_absent(meaning)) {
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
}

fn is_absent(meaning: &KeyMeaning) -> bool {
    matches!(meaning, KeyMeaning::Absent(_))
}

/// What becomes of a condition whose key is absent.
fn holds_without(condition: &Condition, operator: Operator) -> Truth {
    if operator.base == Base::Null {
        return condition.values.iter().any(|value| value.text.eq_ignore_ascii_case("true")).into();
    }
    holds_when_absent(operator)
}

/// Of the reasons of several providers the one that names the mistake: another issuer is the least telling.
fn most_telling<'t, 'a>(meanings: &[KeyMeaning], targets: &'t [Target<'a>]) -> Option<(Absence, &'t Target<'a>)> {
    let absences = meanings.iter().zip(targets).filter_map(|(meaning, target)| match meaning {
        KeyMeaning::Absent(absence) => Some((absence, target)),
        _ => None,
    });
    absences.min_by_key(|(absence, _)| matches!(absence, Absence::OtherIssuer(_))).map(|(absence, target)| (absence.clone(), target))
}
