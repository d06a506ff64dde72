//! The way back from a decoded text to the bytes that spell it, through every layer of escaping: a trust policy lives in an escaped
//! JSON string in a plan, URL-encoded in an API answer, in a YAML block scalar.

use std::ops::Range;
use std::sync::Arc;

use super::{FileId, Span};

/// Where a text stands in its file. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextMap {
    file: FileId,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// The text stands there byte for byte, from this offset on.
    Direct(u32),
    /// In pieces, sorted by `decoded`, the first at 0. INVARIANT: never empty.
    Pieces(Arc<[Piece]>),
}

/// `text[decoded..next piece]` is spelled by `source_len` bytes from `source` on: byte for byte if both are equally long, else as one escape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    decoded: u32,
    decoded_len: u32,
    source: u32,
    source_len: u32,
}

impl TextMap {
    /// A text that stands in the file as it is, from `offset` on.
    #[must_use]
    pub fn direct(file: FileId, offset: u32) -> Self {
        Self { file, kind: Kind::Direct(offset) }
    }

    /// The file it all stands in.
    #[must_use]
    pub fn file(&self) -> FileId {
        self.file
    }

    /// The bytes of the file that spell `text[part]`.
    #[must_use]
    pub fn span(&self, part: Range<usize>) -> Span {
        let (from, to) = (narrow(part.start), narrow(part.end));
        match &self.kind {
            Kind::Direct(offset) => Span { file: self.file, start: offset.saturating_add(from), end: offset.saturating_add(to) },
            Kind::Pieces(pieces) => {
                let start = start_of(pieces, from);
                let end = if to > from { end_of(pieces, to) } else { start };
                Span { file: self.file, start, end: end.max(start) }
            }
        }
    }

    /// The map of `text[part]` alone.
    #[must_use]
    pub fn part(&self, part: Range<usize>) -> TextMap {
        match &self.kind {
            Kind::Direct(offset) => Self { file: self.file, kind: Kind::Direct(offset.saturating_add(narrow(part.start))) },
            Kind::Pieces(pieces) => {
                let (from, to) = (narrow(part.start), narrow(part.end));
                // Most parts hold no escape: no new pieces then.
                if let Some(p) = piece_of(pieces, from)
                    && p.decoded_len == p.source_len
                    && to <= p.decoded + p.decoded_len
                {
                    return Self::direct(self.file, start_of(pieces, from));
                }
                let mut builder = TextMapBuilder::new(self);
                builder.verbatim(part);
                builder.finish_with(start_of(pieces, from))
            }
        }
    }
}

/// Index of the piece that holds the decoded byte `at`.
fn piece_of(pieces: &[Piece], at: u32) -> Option<&Piece> {
    pieces.get(pieces.partition_point(|p| p.decoded <= at).saturating_sub(1))
}

fn start_of(pieces: &[Piece], at: u32) -> u32 {
    piece_of(pieces, at).map_or(0, |p| {
        let into = at.saturating_sub(p.decoded);
        if p.decoded_len == p.source_len {
            p.source + into.min(p.source_len)
        } else if into >= p.decoded_len {
            p.source + p.source_len
        } else {
            p.source
        }
    })
}

fn end_of(pieces: &[Piece], at: u32) -> u32 {
    piece_of(pieces, at.saturating_sub(1)).map_or(0, |p| {
        let into = at - p.decoded.min(at);
        if p.decoded_len == p.source_len { p.source + into.min(p.source_len) } else { p.source + p.source_len }
    })
}

/// Builds the map of a text that is decoded from another one, piece by piece.
#[derive(Debug)]
pub struct TextMapBuilder<'a> {
    outer: &'a TextMap,
    pieces: Vec<Piece>,
    decoded: u32,
}

impl<'a> TextMapBuilder<'a> {
    /// For a text decoded from one whose map is `outer`.
    #[must_use]
    pub fn new(outer: &'a TextMap) -> Self {
        Self { outer, pieces: Vec::new(), decoded: 0 }
    }

    /// The next bytes are `outer_text[part]` as they are.
    pub fn verbatim(&mut self, part: Range<usize>) {
        let (from, to) = (narrow(part.start), narrow(part.end));
        if to <= from {
            return;
        }
        match &self.outer.kind {
            Kind::Direct(offset) => self.push(to - from, offset.saturating_add(from), to - from),
            Kind::Pieces(outer) => {
                let first = outer.partition_point(|p| p.decoded <= from).saturating_sub(1);
                for piece in outer.iter().skip(first).take_while(|p| p.decoded < to) {
                    let (a, b) = (piece.decoded.max(from), (piece.decoded + piece.decoded_len).min(to));
                    if b <= a {
                        continue;
                    }
                    if piece.decoded_len == piece.source_len {
                        self.push(b - a, piece.source + (a - piece.decoded), b - a);
                    } else {
                        self.push(b - a, piece.source, piece.source_len);
                    }
                }
            }
        }
    }

    /// The next `decoded_len` bytes are what `outer_text[part]` stands for (an escape).
    pub fn escape(&mut self, decoded_len: usize, part: Range<usize>) {
        let span = self.outer.span(part);
        self.push(narrow(decoded_len), span.start, span.end - span.start);
    }

    fn push(&mut self, decoded_len: u32, source: u32, source_len: u32) {
        if decoded_len == 0 {
            return;
        }
        if let Some(last) = self.pieces.last_mut()
            && last.decoded_len == last.source_len
            && decoded_len == source_len
            && last.source + last.source_len == source
        {
            last.decoded_len += decoded_len;
            last.source_len += source_len;
        } else {
            if self.pieces.len() == 1 {
                // A text with one escape has many: a policy's quotes.
                self.pieces.reserve(63);
            }
            self.pieces.push(Piece { decoded: self.decoded, decoded_len, source, source_len });
        }
        self.decoded += decoded_len;
    }

    /// The finished map. `empty_at`: the byte of the file at which an empty text stands.
    #[must_use]
    pub fn finish_with(self, empty_at: u32) -> TextMap {
        let kind = match self.pieces.as_slice() {
            [] => Kind::Direct(empty_at),
            [one] if one.decoded_len == one.source_len => Kind::Direct(one.source),
            _ => Kind::Pieces(self.pieces.into()),
        };
        TextMap { file: self.outer.file, kind }
    }
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_through_two_layers_of_escaping() {
        // file: "a\\\"b" at offset 10; first layer decodes to a\"b, second to a"b
        let file = TextMap::direct(FileId(0), 10);
        let mut one = TextMapBuilder::new(&file);
        one.verbatim(1..2);
        one.escape(1, 2..4);
        one.escape(1, 4..6);
        one.verbatim(6..7);
        let one = one.finish_with(11);
        assert_eq!(one.span(0..1), Span { file: FileId(0), start: 11, end: 12 });
        assert_eq!(one.span(1..3), Span { file: FileId(0), start: 12, end: 16 });
        let mut two = TextMapBuilder::new(&one);
        two.verbatim(0..1);
        two.escape(1, 1..3);
        two.verbatim(3..4);
        let two = two.finish_with(11);
        assert_eq!(two.span(1..2), Span { file: FileId(0), start: 12, end: 16 });
        assert_eq!(two.span(2..3), Span { file: FileId(0), start: 16, end: 17 });
        assert_eq!(two.part(2..3).span(0..1), Span { file: FileId(0), start: 16, end: 17 });
        assert_eq!(two.part(2..2).span(0..0), Span { file: FileId(0), start: 16, end: 16 });
        assert_eq!(two.part(1..1).span(0..0), Span { file: FileId(0), start: 12, end: 12 });
        assert_eq!(two.part(1..3).span(1..2), Span { file: FileId(0), start: 16, end: 17 });
    }
}
