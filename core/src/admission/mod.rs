//! Stand-ins for what the admission stage offers, so that faces compile; the stage itself replaces this file.

mod token;

pub use token::{Claim, Request, Token};

use crate::diagnostic::Shown;

/// Whether something holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not.
    False,
    /// It cannot be told.
    Unknown,
}

/// What becomes of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Let in.
    Allowed,
    /// Shut out.
    Denied,
    /// Not known.
    Unknown(String),
}

/// What decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The token itself.
    Token,
    /// The provider.
    Provider,
    /// The policy.
    Policy,
}

/// Three answers.
#[derive(Clone, Debug)]
pub enum Answer<T> {
    /// Yes.
    Yes(T),
    /// No.
    No,
    /// Not known.
    Unknown(String),
}

/// What a policy admits.
#[derive(Clone, Debug)]
pub struct Admission;
/// A work budget.
#[derive(Debug)]
pub struct Budget;
/// A token that was tried.
#[derive(Clone, Debug)]
pub struct Witness(Shown);

impl Witness {
    /// As a finding shows it.
    #[must_use]
    pub fn shown(&self) -> Shown {
        self.0.clone()
    }
}
