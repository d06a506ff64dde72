//! Findings as plain data: no rendering, no serialisation, nothing borrowed from the source. And fixes: what they may do, and how they are applied.

mod apply;
mod choose;

pub use apply::{ApplyError, apply};
pub use choose::compatible;

use smol_str::SmolStr;

use crate::admission::{Claim, Witness};
use crate::document::model::Place;
use crate::source::Span;

/// How bad a finding is. Ordered: info < warning < error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing has to be done.
    Info,
    /// Opens more than it should, or works by luck.
    Warning,
    /// Cannot work, or lets strangers in.
    Error,
}

impl Severity {
    /// `error`, `warning`, `info`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One finding.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The rule's id, e.g. `any-service-account`.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong: one sentence with the concrete names.
    pub message: String,
    /// What to do.
    pub help: String,
    /// Where to look and what to change.
    pub place: Place,
    /// Other places that explain it, across files.
    pub related: Vec<(Place, String)>,
    /// Why a user can believe it.
    pub proof: Proof,
    /// The change that mends it.
    pub fix: Option<Fix>,
}

/// Why a finding is true.
#[derive(Clone, Debug)]
pub enum Proof {
    /// This token was tried and is let in.
    Admits(Shown),
    /// No token is let in, for this reason.
    Nobody(String),
    /// The text itself says so.
    Stated,
}

/// A token as a finding shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The issuer's URL, with `https://`.
    pub issuer: String,
    /// The subject.
    pub subject: SmolStr,
    /// The audience; `None` where the token carries none that matters.
    pub audience: Option<SmolStr>,
    /// Other claims that the token must carry.
    pub claims: Vec<(SmolStr, SmolStr)>,
    /// Condition keys that no token decides; it is let in where they hold.
    pub residual: Vec<SmolStr>,
}

impl Shown {
    /// As a finding shows a witness.
    #[must_use]
    pub fn of(witness: &Witness) -> Self {
        let token = witness.token();
        let one = |name: &str| match token.claim(name) {
            Some(Claim::One(value)) => Some(value.clone()),
            _ => None,
        };
        let others = token.claims.iter().filter(|(name, _)| !matches!(name.as_str(), "sub" | "aud"));
        Self {
            issuer: format!("https://{}", token.issuer),
            subject: one("sub").unwrap_or_default(),
            audience: one("aud"),
            claims: others.filter_map(|(name, _)| Some((name.clone(), one(name)?))).collect(),
            residual: witness.residual().to_vec(),
        }
    }
}

/// Whether a fix may be applied without a person reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applicability {
    /// It narrows, or changes nothing but form.
    Safe,
    /// It lets somebody in, or guesses what was meant.
    Unsafe,
}

/// A change of text. Nothing with a placeholder in it is a fix.
#[derive(Clone, Debug)]
pub struct Fix {
    /// Whether a person must look.
    pub applicability: Applicability,
    /// What it does, in the imperative.
    pub message: String,
    /// The edits; they do not overlap.
    pub edits: Vec<Edit>,
}

/// One replacement. The text is the file's own, escapes included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

impl Fix {
    /// One replacement.
    #[must_use]
    pub fn replace(applicability: Applicability, message: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        Self { applicability, message: message.into(), edits: vec![Edit { span, text: text.into() }] }
    }
}
