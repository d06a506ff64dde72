//! The one place that turns bytes into lines and columns: code points for people, UTF-16 for editors.
//! Counts are kept for every half KiB, so that a position in a plan that is one line of 30 MB costs no more than one in a short file.

use std::ops::Range;

use super::{Encoding, SourceFile};

/// A place as people count: 1-based line, 1-based column in Unicode code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// 1-based.
    pub line: u32,
    /// 1-based, in code points; a byte order mark is not counted.
    pub column: u32,
}

/// How far the lines and characters of one text have got at regular places.
#[derive(Clone, Debug)]
pub struct LineIndex {
    /// INVARIANT: one for each multiple of [`BLOCK`] up to the text's length, so at least one.
    blocks: Vec<Block>,
    lines: u32,
    bom: bool,
}

/// What stands before a block.
#[derive(Clone, Copy, Debug, Default)]
struct Block {
    /// Line ends.
    lines: u32,
    /// Where the line begins that the block's first byte belongs to.
    line_start: u32,
    /// Code points.
    chars: u32,
    /// Code points that take two UTF-16 units.
    wide: u32,
}

const BLOCK: usize = 512;
const BOM: char = '\u{feff}';

impl LineIndex {
    /// Indexes a text once; `\n` ends a line (`\r\n` as well, its `\r` belongs to the line).
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut blocks = Vec::with_capacity(text.len() / BLOCK + 1);
        let mut at = Block::default();
        blocks.push(at);
        for (number, chunk) in text.as_bytes().chunks(BLOCK).enumerate() {
            at = at.after(chunk, number * BLOCK);
            if chunk.len() == BLOCK {
                blocks.push(at);
            }
        }
        Self { blocks, lines: at.lines + 1, bom: text.starts_with(BOM) }
    }

    /// What stands before `byte`, as of a block that would begin there.
    fn before(&self, file: &SourceFile, byte: u32) -> Block {
        let bytes = file.text.as_bytes();
        let byte = (byte as usize).min(bytes.len());
        let start = byte / BLOCK * BLOCK;
        let block = self.blocks.get(byte / BLOCK).copied().unwrap_or_default();
        block.after(bytes.get(start..byte).unwrap_or_default(), start)
    }

    /// Line and column of a byte of the text.
    #[must_use]
    pub fn position(&self, file: &SourceFile, byte: u32) -> Position {
        let at = self.before(file, byte);
        let line = self.before(file, at.line_start);
        let unseen = u32::from(self.bom && at.line_start == 0 && byte > 0);
        Position { line: at.lines + 1, column: (at.chars - line.chars).saturating_sub(unseen) + 1 }
    }

    /// 0-based line and 0-based UTF-16 column, as the language server protocol counts.
    #[must_use]
    pub fn utf16(&self, file: &SourceFile, byte: u32) -> (u32, u32) {
        let at = self.before(file, byte);
        let line = self.before(file, at.line_start);
        (at.lines, at.chars + at.wide - line.chars - line.wide)
    }

    /// The offset in the file's own bytes of a byte of its text.
    #[must_use]
    pub fn offset_in_file(&self, file: &SourceFile, byte: u32) -> u64 {
        match file.encoding {
            Encoding::Utf8 => u64::from(byte),
            Encoding::Utf16Le | Encoding::Utf16Be => {
                let at = self.before(file, byte);
                2 + 2 * (u64::from(at.chars) + u64::from(at.wide))
            }
        }
    }

    /// The bytes of a 1-based line without its line end.
    #[must_use]
    pub fn line_range(&self, text: &str, line: u32) -> Range<usize> {
        let start = self.line_start(text, line.saturating_sub(1));
        let rest = text.as_bytes().get(start..).unwrap_or_default();
        let end = memchr::memchr(b'\n', rest).map_or(text.len(), |at| start + at);
        let line = text.get(start..end).unwrap_or_default();
        start..start + line.trim_end_matches('\r').len()
    }

    /// Where the line begins that comes after so many line ends; the text's end if there are fewer.
    fn line_start(&self, text: &str, ends: u32) -> usize {
        if ends == 0 {
            return 0;
        }
        let block = self.blocks.partition_point(|block| block.lines < ends).saturating_sub(1);
        let seen = self.blocks.get(block).map_or(0, |block| block.lines);
        let start = block * BLOCK;
        let rest = text.as_bytes().get(start..).unwrap_or_default();
        memchr::memchr_iter(b'\n', rest).nth((ends - seen - 1) as usize).map_or(text.len(), |at| start + at + 1)
    }

    /// How many lines there are.
    #[must_use]
    pub fn lines(&self) -> u32 {
        self.lines
    }
}

impl Block {
    /// What stands before the byte behind `chunk`, which begins at `start`.
    fn after(self, chunk: &[u8], start: usize) -> Self {
        let lines = memchr::memchr_iter(b'\n', chunk).count();
        let last = if lines > 0 { memchr::memrchr(b'\n', chunk) } else { None };
        let (chars, wide) = if chunk.is_ascii() { (chunk.len(), 0) } else { count(chunk) };
        Self {
            lines: self.lines + narrow(lines),
            line_start: last.map_or(self.line_start, |at| narrow(start + at + 1)),
            chars: self.chars + narrow(chars),
            wide: self.wide + narrow(wide),
        }
    }
}

/// Characters that begin in these bytes of UTF-8, and how many of them take two UTF-16 units.
fn count(bytes: &[u8]) -> (usize, usize) {
    let chars = bytes.iter().filter(|byte| (**byte & 0b1100_0000) != 0b1000_0000).count();
    (chars, bytes.iter().filter(|byte| **byte >= 0b1111_0000).count())
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(file: &SourceFile, needle: &str) -> u32 {
        u32::try_from(file.text.find(needle).unwrap()).unwrap()
    }

    #[test]
    fn counts_code_points_and_utf16_units() {
        let file = SourceFile::new("x", "\u{feff}a\r\né😀b\n");
        let index = LineIndex::new(&file.text);
        assert_eq!(index.position(&file, at(&file, "a")), Position { line: 1, column: 1 });
        assert_eq!(index.position(&file, 0), Position { line: 1, column: 1 });
        assert_eq!(index.position(&file, at(&file, "b")), Position { line: 2, column: 3 });
        assert_eq!(index.utf16(&file, at(&file, "b")), (1, 3));
        assert_eq!(file.text.get(index.line_range(&file.text, 2)), Some("é😀b"));
        assert_eq!(file.text.get(index.line_range(&file.text, 3)), Some(""));
        assert_eq!(index.line_range(&file.text, 9), file.text.len()..file.text.len());
        assert_eq!(index.lines(), 3);
    }

    /// Counted the slow way, at every character and across the borders of blocks.
    #[test]
    fn agrees_with_counting_from_the_start() {
        let line = "aé😀\tb".repeat(31);
        for text in [format!("{line}\n").repeat(40), "é".repeat(3 * BLOCK / 2), "x".repeat(2 * BLOCK), "\n".repeat(BLOCK + 1)] {
            let file = SourceFile::new("x", text);
            let index = LineIndex::new(&file.text);
            let (mut line, mut column) = (1, 1);
            for (byte, c) in file.text.char_indices() {
                assert_eq!(index.position(&file, u32::try_from(byte).unwrap()), Position { line, column }, "byte {byte}");
                (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
            }
            for (number, expected) in (1..).zip(file.text.split('\n')) {
                assert_eq!(file.text.get(index.line_range(&file.text, number)), Some(expected));
            }
            assert_eq!(index.lines() as usize, file.text.split('\n').count());
        }
    }

    #[test]
    fn finds_the_bytes_of_a_utf_16_file() {
        let bytes: Vec<u8> = [0xFF, 0xFE].into_iter().chain("é😀b".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let file = SourceFile::decode("x", bytes).unwrap();
        let index = LineIndex::new(&file.text);
        assert_eq!(index.offset_in_file(&file, at(&file, "b")), 8);
        assert_eq!(index.offset_in_file(&file, at(&file, "b")), file.offset_in_file(at(&file, "b")));
    }
}
