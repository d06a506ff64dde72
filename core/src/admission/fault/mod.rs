//! Why a statement that is meant for web identities matches no token, or not those that it seems to: each fault with its place. Found once for
//! each policy, because many rules ask. Nothing here is put into words: that is the rules' affair.
//!
//! A statement in which something is still to be filled in, or an operator unknown, has no other fault: nobody knows what it will say.

mod arn;
mod key;
mod principal;
mod proof;
mod value;

use std::sync::Arc;

use smol_str::SmolStr;

use super::action::{self, speaks_of};
use super::admitted::IssuerAdmission;
use super::budget::Budget;
use super::issuers::{Forms, Issuers};
use super::key::Absence;
use super::principal::Federated;
use crate::policy::{Effect, Mark, PrincipalKind, Statement, TrustPolicy, find_mark};
use crate::provider::Provider;

use key::Meanings;

pub use arn::ArnFault;
pub use value::audience_mistake;

/// Something that keeps tokens out, or that only seems to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The statement, by its place in [`TrustPolicy::statements`].
    pub statement: usize,
    /// Where in it.
    pub at: At,
    /// What.
    pub kind: FaultKind,
    /// Whether this alone keeps out everybody whom the statement is meant for.
    pub fatal: bool,
}

/// A place in a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The statement as a whole.
    Statement,
    /// Its action.
    Action,
    /// One of its principals.
    Principal(usize),
    /// The key of one of its conditions.
    Key(usize),
    /// One of its conditions.
    Condition(usize),
    /// A value of one of its conditions.
    Value(usize, usize),
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Something is still to be filled in.
    Mark(Mark),
    /// The ARN of an OIDC provider stands under `AWS`.
    UnderAws,
    /// A `Federated` value is no ARN of a provider, or of none that can be.
    Arn(ArnFault),
    /// The provider lives in another account than the role: this one.
    ForeignAccount(SmolStr),
    /// None of the principals is an identity provider.
    NoProvider,
    /// The action is not the one that web identities call.
    WrongAction {
        /// Whether another statement allows the provider the right one.
        allowed_elsewhere: bool,
    },
    /// The key is in no request.
    Key {
        /// Why.
        absence: Absence,
        /// The issuer of the statement's provider.
        issuer: SmolStr,
    },
    /// Of several providers this one lets nobody in: a condition asks for a key of another issuer (the condition's place).
    OneProvider {
        /// The condition that it cannot meet.
        condition: usize,
        /// Its issuer.
        issuer: SmolStr,
    },
    /// A `*` or `?` where it is an ordinary character. `certain`: the issuer is known to send no such value.
    LiteralWildcard {
        /// Whether it is known that no token has such a value.
        certain: bool,
    },
    /// A subject that the issuer never sends.
    IllegalSubject {
        /// The issuer.
        issuer: SmolStr,
    },
    /// A subject that the issuer sends only where a customer has chosen its form.
    CustomSubject {
        /// The issuer.
        issuer: SmolStr,
        /// Whether it is made of claims that are known to be chosen from; else nobody can say whether the issuer has such a claim.
        known: bool,
    },
    /// An audience that no token has.
    Audience {
        /// In which way.
        mistake: AudienceMistake,
        /// The audience that is meant.
        meant: SmolStr,
        /// Whether tokens carry the one that is meant unless somebody asks for another.
        certain: bool,
    },
    /// Conditions that could hold each by itself and never hold together: their places.
    Contradiction(Vec<usize>),
    /// A condition that never holds, for another reason than those above.
    NeverHolds,
    /// Deny statements take away all that it lets in: their places in [`TrustPolicy::statements`].
    Denied(Vec<usize>),
}

/// What is wrong with an audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AudienceMistake {
    /// A letter or a part too many, too few, or another one.
    Misspelt,
    /// The issuer itself.
    Issuer,
    /// A subject.
    Subject,
}

/// A provider of the statement: where it stands, and what is known of its issuer.
struct Target<'a> {
    principal: usize,
    issuer: &'a str,
    provider: Option<&'a Provider>,
    entry: Option<&'a IssuerAdmission<'a>>,
    forms: Arc<Forms>,
}

struct Finder<'a> {
    policy: &'a TrustPolicy,
    issuers: &'a [IssuerAdmission<'a>],
    account: Option<&'a str>,
    known: &'a Issuers<'a>,
    budget: &'a Budget,
    found: Vec<Fault>,
}

/// The faults of a policy's statements. `issuers`: what was worked out of it.
#[must_use]
pub(super) fn find<'a>(
    policy: &'a TrustPolicy,
    issuers: &'a [IssuerAdmission<'a>],
    account: Option<&'a str>,
    known: &'a Issuers<'a>,
    budget: &'a Budget,
) -> Vec<Fault> {
    let mut finder = Finder { policy, issuers, account, known, budget, found: Vec::new() };
    for (position, statement) in policy.statements.iter().enumerate() {
        if !finder.marks(position, statement) && is_readable(statement) {
            finder.statement(position, statement);
        }
    }
    finder.found
}

/// Whether what the statement says is known, and whom it speaks of is not everyone.
fn is_readable(statement: &Statement) -> bool {
    let everyone = statement.principals.list.iter().any(|p| match p.kind {
        PrincipalKind::Star => true,
        PrincipalKind::Aws | PrincipalKind::Federated => p.value.text == "*",
        _ => false,
    });
    let complete = statement.principals.span.is_some() && statement.action.span.is_some() && !statement.principals.negated;
    let known = statement.effective_conditions().all(|c| c.known().is_some() && !c.values.is_empty());
    statement.effect == Effect::Allow && complete && known && !everyone
}

impl<'a> Finder<'a> {
    fn push(&mut self, statement: usize, at: At, kind: FaultKind, fatal: bool) {
        self.found.push(Fault { statement, at, kind, fatal });
    }

    /// Whether the statement has a fatal fault.
    fn is_dead(&self, statement: usize) -> bool {
        self.found.iter().any(|fault| fault.statement == statement && fault.fatal)
    }

    /// What is still to be filled in; whether there is anything.
    fn marks(&mut self, position: usize, statement: &Statement) -> bool {
        let before = self.found.len();
        for (index, principal) in statement.principals.list.iter().enumerate() {
            if let Some(mark) = find_mark(&principal.value.text) {
                self.push(position, At::Principal(index), FaultKind::Mark(mark), false);
            }
        }
        for (index, condition) in statement.conditions.iter().enumerate() {
            if let Some(mark) = find_mark(&condition.key.text) {
                self.push(position, At::Key(index), FaultKind::Mark(mark), false);
            }
            for (at, value) in condition.values.iter().enumerate() {
                if let Some(mark) = find_mark(&value.text) {
                    self.push(position, At::Value(index, at), FaultKind::Mark(mark), false);
                }
            }
        }
        self.found.len() > before
    }

    fn statement(&mut self, position: usize, statement: &'a Statement) {
        let Some(targets) = self.principals(position, statement) else { return };
        self.action(position, statement, &targets);
        if targets.is_empty() {
            if !self.is_dead(position) {
                self.push(position, At::Statement, FaultKind::NoProvider, true);
            }
            return;
        }
        let meanings = Meanings::of(statement, &targets);
        self.keys(position, statement, &targets, &meanings);
        self.values(position, statement, &targets, &meanings);
        if !self.is_dead(position) {
            self.proof(position, statement, &targets);
        }
    }

    /// Web identities call one action alone; a statement for another that a web identity's call needs as well (session tags) is none of ours
    /// where the right one is allowed elsewhere.
    fn action(&mut self, position: usize, statement: &Statement, targets: &[Target<'a>]) {
        if speaks_of(&statement.action, action::WEB_IDENTITY) || (targets.is_empty() && !self.is_dead(position)) {
            return;
        }
        let names = |other: &Statement, issuer: &str| {
            let federated = other.principals.list.iter().filter(|p| p.kind == PrincipalKind::Federated);
            federated.map(|p| Federated::parse(&p.value.text)).any(|f| f.issuer() == Some(issuer))
        };
        let others = self.policy.statements.iter().filter(|s| s.effect == Effect::Allow && speaks_of(&s.action, action::WEB_IDENTITY));
        let allowed_elsewhere = !targets.is_empty() && targets.iter().all(|t| others.clone().any(|s| names(s, t.issuer)));
        let for_session = speaks_of(&statement.action, action::TAG_SESSION) || speaks_of(&statement.action, action::SET_SOURCE_IDENTITY);
        if allowed_elsewhere && for_session && !speaks_of(&statement.action, ASSUME_ROLE) {
            // A fault all the same for those that come after: such a statement lets nobody in by itself, and is right.
            return;
        }
        self.push(position, At::Action, FaultKind::WrongAction { allowed_elsewhere }, true);
    }
}

/// The action of AWS principals.
const ASSUME_ROLE: &str = "sts:AssumeRole";
