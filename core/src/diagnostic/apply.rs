//! Applies edits to a text.

use super::Edit;
use crate::order;

/// Why edits cannot be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplyError {
    /// Two edits touch the same bytes, or insert at one place.
    Overlap,
    /// An edit lies outside the text or inside a character.
    OutOfText,
}

/// The text with all edits made at once; every span is of the text as it was.
///
/// # Errors
/// [`ApplyError`]; then nothing is changed.
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, ApplyError> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    order::sort_by_key(&mut sorted, |edit| (edit.span.start, edit.span.end));
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    let mut last_insert = None;
    for edit in sorted {
        let range = edit.span.range();
        if range.start < done || last_insert == Some(range.start) {
            return Err(ApplyError::Overlap);
        }
        out.push_str(text.get(done..range.start).ok_or(ApplyError::OutOfText)?);
        if text.get(range.clone()).is_none() {
            return Err(ApplyError::OutOfText);
        }
        out.push_str(&edit.text);
        last_insert = range.is_empty().then_some(range.start);
        done = range.end;
    }
    out.push_str(text.get(done..).ok_or(ApplyError::OutOfText)?);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    fn edit(start: u32, end: u32, text: &str) -> Edit {
        Edit { span: Span { file: FileId(0), start, end }, text: text.into() }
    }

    #[test]
    fn applies_all_at_once_or_nothing() {
        assert_eq!(apply("abc", &[edit(2, 3, "C"), edit(0, 1, "AA")]).as_deref(), Ok("AAbC"));
        assert_eq!(apply("abc", &[edit(0, 2, ""), edit(1, 3, "")]), Err(ApplyError::Overlap));
        assert_eq!(apply("abc", &[edit(1, 1, "x"), edit(1, 1, "y")]), Err(ApplyError::Overlap));
        assert_eq!(apply("é", &[edit(1, 2, "")]), Err(ApplyError::OutOfText));
    }
}
