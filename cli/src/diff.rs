//! Two texts as a unified diff that `git apply` and `patch -p1` take. Knows nothing of what is in them.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;

use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};

use crate::report::Style;

/// Unchanged lines around a change.
const CONTEXT: usize = 3;

/// The change of a file; nothing where the texts are the same.
pub fn unified(path: &str, old: &str, new: &str, style: Style) -> String {
    let (before, after) = (lines(old), lines(new));
    let hunks = group_diff_ops(capture_diff_slices(Algorithm::Myers, &before, &after), CONTEXT);
    let mut out = Painter { out: String::new(), style };
    if hunks.is_empty() {
        return out.out;
    }
    let name = name(path);
    // A tab ends a name that holds spaces.
    let end = if name.contains(' ') { "\t\n" } else { "\n" };
    out.line("--- a/", &format!("{name}{end}"));
    out.line("+++ b/", &format!("{name}{end}"));
    for hunk in &hunks {
        out.hunk(hunk, &before, &after);
    }
    out.out
}

/// Lines with their line breaks; a lone CR is none.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// The path as `git apply` wants it: from the current folder, with slashes.
fn name(path: &str) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let path = Path::new(path);
    let path = path.strip_prefix(&here).unwrap_or(path);
    let name = path.to_string_lossy().replace('\\', "/");
    name.trim_start_matches("./").trim_start_matches('/').to_owned()
}

struct Painter {
    out: String,
    style: Style,
}

impl Painter {
    fn hunk(&mut self, ops: &[DiffOp], before: &[&str], after: &[&str]) {
        let (Some(first), Some(last)) = (ops.first(), ops.last()) else { return };
        let old = first.old_range().start..last.old_range().end;
        let new = first.new_range().start..last.new_range().end;
        self.line("@@ ", &format!("-{} +{} @@\n", counted(&old), counted(&new)));
        for op in ops {
            match op {
                DiffOp::Equal { .. } => self.lines(" ", before.get(op.old_range())),
                _ => {
                    self.lines("-", before.get(op.old_range()));
                    self.lines("+", after.get(op.new_range()));
                }
            }
        }
    }

    fn lines(&mut self, sign: &str, lines: Option<&[&str]>) {
        for line in lines.unwrap_or_default() {
            self.line(sign, line);
        }
    }

    /// One line; says so where it has no line break.
    fn line(&mut self, sign: &str, line: &str) {
        let (body, ended) = line.strip_suffix('\n').map_or((line, false), |body| (body, true));
        let shown = format!("{sign}{body}");
        // Writing to a String cannot fail.
        let _ = writeln!(self.out, "{}", self.style.change(&shown));
        if !ended {
            self.out.push_str("\\ No newline at end of file\n");
        }
    }
}

/// `12,3`: from line 12 on three lines; of one line the number alone, and none are after the line before.
fn counted(range: &Range<usize>) -> String {
    match range.len() {
        1 => (range.start + 1).to_string(),
        0 => format!("{},0", range.start),
        count => format!("{},{count}", range.start + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_breaks_and_ends_of_files() {
        let plain = Style { color: false, width: 80, quiet: false };
        let old = "1\r\n2\n3\n4\n5\n6\n7\n8\n9\n10 é\rx";
        let new = "one\r\n2\n3\n4\n5\n6\n7\n8\n9\n10 é\rx\n";
        let expected = "--- a/my file.json\t\n+++ b/my file.json\t\n@@ -1,4 +1,4 @@\n-1\r\n+one\r\n 2\n 3\n 4\n@@ -7,4 +7,4 @@\n 7\n 8\n 9\n-10 é\rx\n\\ No newline at end of file\n+10 é\rx\n";
        assert_eq!(unified("./my file.json", old, new, plain), expected);
        assert_eq!(unified("a", old, old, plain), "");
        assert!(unified("/far/away.json", "a\n", "b\n", plain).starts_with("--- a/far/away.json\n"));
        let coloured = unified("a", "a\n", "b\n", Style { color: true, ..plain });
        assert!(coloured.contains('\u{1b}'), "{coloured:?}");
    }
}
