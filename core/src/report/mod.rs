//! Answers to published text, a file per format, pure. The rich text with source lines is the command line's.

pub mod batch;
pub mod concise;
pub mod json;
mod place;
pub mod words;

pub use place::{Places, Point};

use crate::diagnostic::{Diagnostic, Severity};

/// An input that a face could not read at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The path as the user gave it.
    pub path: String,
    /// Where reading stumbled, for bytes that are no text.
    pub at: Option<Point>,
    /// Why, in one sentence without a full stop.
    pub message: String,
}

/// What every report shows beside the answer itself.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// Where everything stands.
    pub places: &'a Places<'a>,
    /// Inputs that could not be read.
    pub unread: &'a [Unread],
    /// Files in which anything was recognised.
    pub files: usize,
    /// What was taken for granted.
    pub notes: &'a [String],
}

/// How many findings there are of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each counts the findings of that severity")]
pub struct Counts {
    pub errors: usize,
    pub warnings: usize,
    pub infos: usize,
}

impl Counts {
    /// Counts findings.
    #[must_use]
    pub fn of(diagnostics: &[Diagnostic]) -> Self {
        let count = |severity| diagnostics.iter().filter(|d| d.severity == severity).count();
        Self { errors: count(Severity::Error), warnings: count(Severity::Warning), infos: count(Severity::Info) }
    }
}
