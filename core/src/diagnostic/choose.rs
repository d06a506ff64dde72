//! Which of many fixes can be made at once: whoever comes first has its place, and what touches it waits for the next round.

use std::collections::BTreeMap;

use super::{Edit, Fix};
use crate::source::FileId;

/// The positions of those fixes that can be made together, in order. Of a fix all edits are made or none.
#[must_use]
pub fn compatible(fixes: &[&Fix]) -> Vec<usize> {
    let mut taken = Taken::default();
    let mut chosen = Vec::new();
    for (index, fix) in fixes.iter().enumerate() {
        if !fix.edits.is_empty() && fix.edits.iter().all(|edit| taken.is_free(edit)) {
            fix.edits.iter().for_each(|edit| taken.take(edit));
            chosen.push(index);
        }
    }
    chosen
}

/// What is to be replaced already: where it begins, and where it ends. No two touch, those of one fix aside.
#[derive(Default)]
struct Taken(BTreeMap<(FileId, u32), u32>);

impl Taken {
    /// Whether an edit can be made as well: what it replaces does not overlap, and does not even meet another, since then their order would
    /// matter.
    fn is_free(&self, edit: &Edit) -> bool {
        let before = self.0.range(..=(edit.span.file, edit.span.end)).next_back();
        before.is_none_or(|((file, _), end)| *file != edit.span.file || *end < edit.span.start)
    }

    fn take(&mut self, edit: &Edit) {
        self.0.insert((edit.span.file, edit.span.start), edit.span.end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Applicability;
    use crate::source::{FileId, Span};

    fn fix(edits: &[(u32, u32, u32)]) -> Fix {
        let edit =
            |(file, start, end): &(u32, u32, u32)| Edit { span: Span { file: FileId(*file), start: *start, end: *end }, text: "x".into() };
        Fix { applicability: Applicability::Safe, message: String::new(), edits: edits.iter().map(edit).collect() }
    }

    fn chosen(fixes: &[Fix]) -> Vec<usize> {
        compatible(&fixes.iter().collect::<Vec<_>>())
    }

    #[test]
    fn the_first_wins_and_all_edits_count() {
        assert_eq!(chosen(&[fix(&[(0, 0, 2)]), fix(&[(0, 1, 3)]), fix(&[(0, 4, 5)])]), [0, 2]);
        assert_eq!(chosen(&[fix(&[(0, 0, 2)]), fix(&[(0, 8, 9), (0, 1, 3)]), fix(&[(0, 8, 9)])]), [0, 2]);
        assert_eq!(chosen(&[fix(&[(0, 3, 3)]), fix(&[(0, 3, 3)]), fix(&[(1, 3, 3)])]), [0, 2]);
        assert_eq!(chosen(&[fix(&[(0, 0, 3)]), fix(&[(0, 3, 3)])]), [0]);
        assert_eq!(chosen(&[fix(&[])]), [0; 0]);
    }
}
