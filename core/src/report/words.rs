//! The words that answers are published with.

use crate::admission::{Stage, Truth, Verdict};

/// `true`, `false`, or `null` for what cannot be told.
#[must_use]
pub fn holds(truth: Truth) -> Option<bool> {
    match truth {
        Truth::True => Some(true),
        Truth::False => Some(false),
        Truth::Unknown => None,
    }
}

/// `allowed`, `denied`, `unknown`.
#[must_use]
pub fn verdict(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Allowed => "allowed",
        Verdict::Denied => "denied",
        Verdict::Unknown(..) => "unknown",
    }
}

/// `token`, `provider`, `policy`.
#[must_use]
pub fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Token => "token",
        Stage::Provider => "provider",
        Stage::Policy => "policy",
    }
}
