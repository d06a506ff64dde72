//! Where no single part is wrong: does the statement let anybody in, and if not, which of its parts or which Deny is it?

use super::value::specimen;
use super::{At, FaultKind, Finder, Target};
use crate::admission::action::{self, speaks_of};
use crate::admission::admitted::{self, IssuerAdmission};
use crate::admission::key;
use crate::policy::{Effect, Statement, TrustPolicy};

impl<'a> Finder<'a> {
    /// Adds what keeps everybody out, if the statement lets nobody in.
    pub(super) fn proof(&mut self, position: usize, statement: &'a Statement, targets: &[Target<'a>]) {
        let lets_in = || targets.iter().any(|target| target.entry.is_none_or(|entry| self.lets_in_some_of(entry, statement, target)));
        if !speaks_of(&statement.action, action::WEB_IDENTITY) || lets_in() {
            return;
        }
        if self.lets_in_alone(statement, targets, |_| true) {
            let denies = self.denies(statement, targets);
            self.push(position, At::Statement, FaultKind::Denied(denies), true);
            return;
        }
        let effective: Vec<usize> = statement.conditions.iter().enumerate().filter(|(_, c)| !c.overridden).map(|(i, _)| i).collect();
        if let Some(one) = effective.iter().find(|one| !self.lets_in_alone(statement, targets, |i| i == **one)) {
            self.push(position, At::Condition(*one), FaultKind::NeverHolds, true);
            return;
        }
        let pairs = effective.iter().enumerate().flat_map(|(at, a)| effective.iter().skip(at + 1).map(move |b| [*a, *b]));
        let pair = pairs.into_iter().find(|pair| !self.lets_in_alone(statement, targets, |i| pair.contains(&i)));
        let together = pair.map_or(effective, Vec::from);
        let at = together.last().map_or(At::Statement, |last| At::Condition(*last));
        self.push(position, at, FaultKind::Contradiction(together), true);
    }

    /// Whether a statement lets in a legal subject of one of its providers. What is not proved to let nobody in does.
    fn lets_in(&self, issuers: &[IssuerAdmission<'_>], statement: &Statement, targets: &[Target<'a>]) -> bool {
        targets.iter().any(|target| {
            let entry = issuers.iter().find(|entry| entry.issuer.as_deref() == Some(target.issuer));
            entry.is_none_or(|entry| self.lets_in_some_of(entry, statement, target))
        })
    }

    fn lets_in_some_of(&self, entry: &IssuerAdmission<'_>, statement: &Statement, target: &Target<'a>) -> bool {
        let region = entry.statements.iter().find(|(index, _)| *index == statement.index).and_then(|(_, region)| region.as_ref());
        let Some(own) = region.map(|region| region.values(key::SUB)) else { return false };
        let of_statement = || entry.grants.iter().filter(|grant| grant.statements.contains(&statement.index));
        let forms = &*target.forms;
        if !forms.closed || of_statement().next().is_none() {
            return of_statement().next().is_some();
        }
        let is_in = |subject: &str| {
            own.contains(subject) && forms.legal.contains(subject) && of_statement().any(|g| g.subjects().contains(subject))
        };
        let values = || statement.effective_conditions().flat_map(|c| c.values.iter()).map(|v| v.text.as_str());
        let fits = |pattern: &str| ["a", "a:a"].iter().any(|filling| is_in(&specimen(pattern, filling)));
        if values().any(&is_in) || values().filter(|v| v.contains(['*', '?'])).chain(entry.provider.map(|p| p.good.as_ref())).any(fits) {
            return true;
        }
        let legal = own.intersect(forms.legal.clone());
        of_statement().any(|grant| !grant.subjects().intersect(legal.clone()).is_empty(self.budget).is_yes())
    }

    /// Whether the statement would let anybody in if it had these conditions alone and there were no other statement.
    fn lets_in_alone(&self, statement: &Statement, targets: &[Target<'a>], keep: impl Fn(usize) -> bool) -> bool {
        let mut alone = statement.clone();
        let conditions = std::mem::take(&mut alone.conditions);
        alone.conditions = conditions.into_iter().enumerate().filter(|(index, _)| keep(*index)).map(|(_, condition)| condition).collect();
        self.lets_in_with(vec![alone], statement, targets)
    }

    fn lets_in_with(&self, statements: Vec<Statement>, statement: &Statement, targets: &[Target<'a>]) -> bool {
        let policy = TrustPolicy { statements, ..self.policy.clone() };
        let issuers = admitted::work_out(&policy, self.account, self.known, self.budget);
        self.lets_in(&issuers, statement, targets)
    }

    /// The Deny statement that takes away all that a statement lets in; all that there are, where it takes several.
    fn denies(&self, statement: &Statement, targets: &[Target<'a>]) -> Vec<usize> {
        let denies = self.policy.statements.iter().enumerate().filter(|(_, s)| s.effect == Effect::Deny);
        let one = denies.clone().find(|(_, deny)| !self.lets_in_with(vec![statement.clone(), (*deny).clone()], statement, targets));
        one.map_or_else(|| denies.map(|(index, _)| index).collect(), |(index, _)| vec![index])
    }
}
