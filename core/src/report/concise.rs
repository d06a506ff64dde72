//! One line for each finding, as compilers print them: `path:line:column: severity: message [rule]`. For terminals, `grep` and editors.

use std::borrow::Cow;
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
        let _ = writeln!(out, "{}: {}: {} [{}]", place(run.places, &d.place), d.severity.name(), printable(&d.message), d.rule);
    }
    for n in &answer.not_analysed {
        let _ = writeln!(out, "{}: not analysed: {}", place(run.places, &n.place), printable(&n.message));
    }
    out
}

/// `path:line:column`.
#[must_use]
pub fn place(places: &Places<'_>, place: &Place) -> String {
    let start = places.start(place.span).position;
    format!("{}:{}:{}", places.path(place.span), start.line, start.column)
}

/// A message on one line and without what would steer a terminal: names in it are the document's own.
fn printable(message: &str) -> Cow<'_, str> {
    let steers = |c: char| c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if !message.chars().any(steers) {
        return Cow::Borrowed(message);
    }
    let escaped = |c: char| if steers(c) { c.escape_default().to_string() } else { c.to_string() };
    Cow::Owned(message.chars().map(escaped).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_cannot_steer_a_terminal() {
        assert_eq!(printable("role `é✓` lets in"), "role `é✓` lets in");
        assert_eq!(printable("a\u{1b}[31m\nb\u{202e}c"), r"a\u{1b}[31m\nb\u{202e}c");
    }
}
