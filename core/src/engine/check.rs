//! `check`: every rule over every document of a run.

use super::answer::CheckAnswer;
use super::run::{Case, Engine};
use crate::admission::Issuers;
use crate::estate::{AssociationId, ProviderId, RoleId, ServiceAccountId, WorkloadId};
use crate::order;
use crate::rule::{Analyses, Findings, RoleView, Rule, View};
use crate::schedule::{InOrder, Schedule, map};

/// Things a task takes at once.
const CHUNK: usize = 64;
/// With fewer things in a run all rules are done before threads would have started.
const WORTH_SHARING: usize = 512;

impl Engine<'_> {
    /// What the rules find.
    #[must_use]
    pub fn check(&self, case: &Case) -> CheckAnswer {
        let issuers = Issuers::new(self.catalogue);
        let analyses = Analyses::new(&case.estate, &issuers);
        let view = View { estate: &case.estate, sources: &case.sources, catalogue: self.catalogue, issuers: &issuers, analyses: &analyses };
        let rules: Vec<&'static dyn Rule> = self.active_rules().collect();
        let mut found = self.over_roles(&rules, &view, &analyses);
        self.over_the_rest(&rules, &view, &mut found);
        let documents = case.estate.documents();
        let mut not_analysed = documents.not_analysed.clone();
        not_analysed.append(&mut found.not_analysed);
        let mut diagnostics = found.diagnostics;
        order::sort_by(&mut diagnostics, |a, b| (a.place.span, a.rule, &a.message).cmp(&(b.place.span, b.rule, &b.message)));
        CheckAnswer {
            diagnostics,
            errors: documents.errors.clone(),
            not_analysed,
            roles: documents.roles.len(),
            service_accounts: documents.service_accounts.len(),
        }
    }

    fn over_roles(&self, rules: &[&'static dyn Rule], view: &View<'_>, analyses: &Analyses<'_>) -> Findings {
        let roles = &view.estate.documents().roles;
        let found = map(self.schedule, roles.len().div_ceil(CHUNK), |chunk| {
            let mut findings = Findings::default();
            for (index, role) in roles.iter().enumerate().skip(chunk * CHUNK).take(CHUNK) {
                let (Some(policy), id) = (role.trust.policy(), RoleId(index)) else { continue };
                analyses.with(id, |analysis| {
                    let role = RoleView { view: *view, id, role, policy, admission: &analysis.admission, budget: &analysis.budget };
                    rules.iter().for_each(|rule| rule.role(&role, &mut findings));
                });
            }
            findings
        });
        gather(found)
    }

    fn over_the_rest(&self, rules: &[&'static dyn Rule], view: &View<'_>, found: &mut Findings) {
        let documents = view.estate.documents();
        let accounts = &documents.service_accounts;
        let of_accounts = map(self.schedule, accounts.len().div_ceil(CHUNK), |chunk| {
            let mut findings = Findings::default();
            for (index, account) in accounts.iter().enumerate().skip(chunk * CHUNK).take(CHUNK) {
                for rule in rules {
                    rule.service_account(ServiceAccountId(index), account, view, &mut findings);
                }
            }
            findings
        });
        found.append(gather(of_accounts));
        let things = documents.roles.len() + accounts.len() + documents.workloads.len();
        let schedule: &dyn Schedule = if things < WORTH_SHARING { &InOrder } else { self.schedule };
        let of_rules = map(schedule, rules.len(), |index| {
            let mut findings = Findings::default();
            rules.get(index).into_iter().for_each(|rule| of_rule(*rule, view, &mut findings));
            findings
        });
        found.append(gather(of_rules));
    }
}

/// What one rule finds in things of which there are few, and in the run as a whole.
fn of_rule(rule: &dyn Rule, view: &View<'_>, found: &mut Findings) {
    let documents = view.estate.documents();
    for (index, workload) in documents.workloads.iter().enumerate() {
        rule.workload(WorkloadId(index), workload, view, found);
    }
    for (index, provider) in documents.providers.iter().enumerate() {
        rule.provider(ProviderId(index), provider, view, found);
    }
    for (index, association) in documents.associations.iter().enumerate() {
        rule.association(AssociationId(index), association, view, found);
    }
    for job in &documents.ci_jobs {
        rule.ci_job(job, view, found);
    }
    rule.estate(view, found);
}

fn gather(parts: Vec<Findings>) -> Findings {
    let mut all = Findings::default();
    parts.into_iter().for_each(|part| all.append(part));
    all
}
