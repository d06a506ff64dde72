//! The one place that turns bytes into lines and columns: code points for people, UTF-16 for editors.

use super::SourceFile;

/// A place as people count: 1-based line, 1-based column in Unicode code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// 1-based.
    pub line: u32,
    /// 1-based, in code points; a byte order mark is not counted.
    pub column: u32,
}

/// Where the lines of one text begin.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

const BOM: char = '\u{feff}';

impl LineIndex {
    /// Indexes a text once; `\n` ends a line (`\r\n` as well, its `\r` belongs to the line).
    #[must_use]
    pub fn new(text: &str) -> Self {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes()).filter_map(|at| u32::try_from(at + 1).ok());
        Self { starts: std::iter::once(0).chain(ends).collect() }
    }

    /// 0-based line that holds `byte`, and the byte its text starts at.
    fn line_of(&self, byte: u32) -> (usize, u32) {
        let line = self.starts.partition_point(|start| *start <= byte).saturating_sub(1);
        (line, self.starts.get(line).copied().unwrap_or(0))
    }

    /// Line and column of a byte of the text.
    #[must_use]
    pub fn position(&self, file: &SourceFile, byte: u32) -> Position {
        let (line, start) = self.line_of(byte);
        let before = file.text.get(start as usize..byte as usize).unwrap_or_default();
        let column = before.chars().filter(|c| *c != BOM).count();
        Position { line: narrow(line) + 1, column: narrow(column) + 1 }
    }

    /// 0-based line and 0-based UTF-16 column, as the language server protocol counts.
    #[must_use]
    pub fn utf16(&self, file: &SourceFile, byte: u32) -> (u32, u32) {
        let (line, start) = self.line_of(byte);
        let before = file.text.get(start as usize..byte as usize).unwrap_or_default();
        (narrow(line), narrow(before.chars().map(char::len_utf16).sum()))
    }

    /// The bytes of a 1-based line without its line end.
    #[must_use]
    pub fn line_range(&self, text: &str, line: u32) -> std::ops::Range<usize> {
        let index = line.saturating_sub(1) as usize;
        let start = self.starts.get(index).map_or(text.len(), |s| *s as usize);
        let end = self.starts.get(index + 1).map_or(text.len(), |s| *s as usize);
        let line = text.get(start..end).unwrap_or_default();
        start..start + line.trim_end_matches(['\n', '\r']).len()
    }

    /// How many lines there are.
    #[must_use]
    pub fn lines(&self) -> u32 {
        narrow(self.starts.len())
    }
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_code_points_and_utf16_units() {
        let file = SourceFile::new("x", "\u{feff}a\r\né😀b\n");
        let index = LineIndex::new(&file.text);
        let at = |needle: &str| u32::try_from(file.text.find(needle).unwrap()).unwrap();
        assert_eq!(index.position(&file, at("a")), Position { line: 1, column: 1 });
        assert_eq!(index.position(&file, at("b")), Position { line: 2, column: 3 });
        assert_eq!(index.utf16(&file, at("b")), (1, 3));
        assert_eq!(file.text.get(index.line_range(&file.text, 2)), Some("é😀b"));
    }
}
