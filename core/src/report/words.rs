//! The words that answers are published with.

use crate::admission::{Stage, Verdict};
use crate::policy::Effect;

/// `allowed`, `denied`, `unknown`.
#[must_use]
pub fn verdict(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Allowed => "allowed",
        Verdict::Denied => "denied",
        Verdict::Unknown => "unknown",
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

/// `Allow`, `Deny`, or what a statement without either has.
#[must_use]
pub fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Allow => "Allow",
        Effect::Deny => "Deny",
        Effect::Invalid => "invalid",
    }
}
