//! From byte spans to lines and columns for every format. Each file is indexed once, and only if something in it is shown.

use std::sync::OnceLock;

use crate::source::{FileId, LineIndex, Position, SourceFile, Sources, Span};

/// The files of a run with their lines.
#[derive(Debug)]
pub struct Places<'a> {
    sources: &'a Sources,
    indexes: Vec<OnceLock<LineIndex>>,
}

/// One place in a file, counted in every way that a report needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// Line and column.
    pub position: Position,
    /// Bytes from the file's beginning.
    pub offset: u64,
}

impl<'a> Places<'a> {
    /// Nothing is counted yet.
    #[must_use]
    pub fn new(sources: &'a Sources) -> Self {
        Self { sources, indexes: sources.iter().map(|_| OnceLock::new()).collect() }
    }

    /// The files.
    #[must_use]
    pub fn sources(&self) -> &'a Sources {
        self.sources
    }

    /// A file with its lines; `None` if the id is not of this run.
    #[must_use]
    pub fn file(&self, id: FileId) -> Option<(&'a SourceFile, &LineIndex)> {
        let file = self.sources.get(id)?;
        let index = self.indexes.get(id.0 as usize)?.get_or_init(|| LineIndex::new(&file.text));
        Some((file, index))
    }

    /// The path of the file that a span is in.
    #[must_use]
    pub fn path(&self, span: Span) -> &'a str {
        self.sources.get(span.file).map_or("", |file| &file.path)
    }

    /// Where a span begins.
    #[must_use]
    pub fn start(&self, span: Span) -> Point {
        self.point(span.file, span.start)
    }

    /// Where a span ends: the place behind its last character.
    #[must_use]
    pub fn end(&self, span: Span) -> Point {
        self.point(span.file, span.end)
    }

    fn point(&self, id: FileId, byte: u32) -> Point {
        match self.file(id) {
            Some((file, index)) => Point { position: index.position(file, byte), offset: index.offset_in_file(file, byte) },
            None => Point { position: Position { line: 1, column: 1 }, offset: 0 },
        }
    }
}
