//! The admission of each role, worked out once for all who ask, and only if somebody does.

use std::sync::OnceLock;

use crate::admission::{Admission, Budget, Issuers};
use crate::estate::{Estate, RoleId};

/// The admission of one role, and what questions about it may still cost.
#[derive(Debug)]
pub struct Analysis<'c> {
    /// Whom the role admits.
    pub admission: Admission<'c>,
    /// What is left for questions about it.
    pub budget: Budget,
}

impl<'c> Analysis<'c> {
    /// Works it out; `None` where the trust policy is not known.
    #[must_use]
    pub fn of(estate: &Estate, id: RoleId, issuers: &Issuers<'c>) -> Option<Self> {
        let policy = estate.role(id)?.trust.policy()?;
        let budget = Budget::default();
        let admission = Admission::of(policy, estate.role_account(id), issuers, &budget);
        Some(Self { admission, budget })
    }
}

/// Who can say what a role's trust policy admits.
pub trait Analysed: Sync {
    /// The analysis of a role, kept for whoever asks next.
    fn get(&self, id: RoleId) -> Option<&Analysis<'_>>;
}

impl Analysed for Analyses<'_> {
    fn get(&self, id: RoleId) -> Option<&Analysis<'_>> {
        self.kept(id)
    }
}

/// The admissions of a run's roles.
pub struct Analyses<'a> {
    estate: &'a Estate,
    issuers: &'a Issuers<'a>,
    kept: Vec<OnceLock<Option<Analysis<'a>>>>,
}

impl<'a> Analyses<'a> {
    /// For the roles of a run; nothing is worked out yet.
    #[must_use]
    pub fn new(estate: &'a Estate, issuers: &'a Issuers<'a>) -> Self {
        let kept = estate.roles().map(|_| OnceLock::new()).collect();
        Self { estate, issuers, kept }
    }

    fn kept(&self, id: RoleId) -> Option<&Analysis<'a>> {
        self.kept.get(id.0)?.get_or_init(|| Analysis::of(self.estate, id, self.issuers)).as_ref()
    }

    /// Hands the analysis of a role to `ask`. It is kept only if other documents lead to the role, for then they will ask as well: an
    /// account's dump of ten thousand roles need not be held in memory.
    pub fn with(&self, id: RoleId, ask: impl FnOnce(&Analysis<'a>)) {
        if self.estate.accounts_of(id).is_empty() {
            if let Some(analysis) = Analysis::of(self.estate, id, self.issuers) {
                ask(&analysis);
            }
        } else if let Some(analysis) = self.kept(id) {
            ask(analysis);
        }
    }
}
