//! One line for each finding, as compilers print them: `path:line:column: severity: message [rule]`. For terminals, `grep` and editors.

use std::fmt::Write as _;

use super::{Places, Run};
use crate::document::model::Place;
use crate::engine::answer::CheckAnswer;

/// `check`, a line for each finding and for each part that could not be analysed.
#[must_use]
pub fn check(run: &Run<'_>, answer: &CheckAnswer) -> String {
    let mut out = String::new();
    for d in &answer.diagnostics {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{}: {}: {} [{}]", place(run.places, &d.place), d.severity.name(), d.message, d.rule);
    }
    for n in &answer.not_analysed {
        let _ = writeln!(out, "{}: not analysed: {}", place(run.places, &n.place), n.message);
    }
    out
}

/// `path:line:column`.
#[must_use]
pub fn place(places: &Places<'_>, place: &Place) -> String {
    let start = places.start(place.span).position;
    format!("{}:{}:{}", places.path(place.span), start.line, start.column)
}
