//! Block scalars: `|` and `>`. The parser's span begins at the first content, so the header is looked up again from the node before it.
//! A trust policy in a block scalar must lead back to its exact bytes.

use std::ops::Range;

use super::decode::Decoder;
use super::lines::{break_end, find_token, is_blank, next_break};
use crate::source::TextMap;

/// A block scalar's whole token, and the way back from its text.
pub(super) struct BlockScalar {
    /// From the `|` or `>` to the end of the last byte that spells a part of the text.
    pub(super) token: Range<usize>,
    pub(super) map: TextMap,
}

/// One line of the body.
struct Line {
    /// Where its content begins, behind the indentation.
    start: usize,
    /// Where its content ends and its line break begins.
    end: usize,
    /// One past its line break.
    next: usize,
}

impl Line {
    fn is_empty(&self) -> bool {
        self.start == self.end
    }

    fn line_break(&self) -> Range<usize> {
        self.end..self.next
    }
}

/// What the header asks for.
struct Header {
    at: usize,
    folded: bool,
    strip: bool,
    keep: bool,
    /// First byte of the body.
    body: usize,
    /// One past the header's indicators.
    end: usize,
}

/// Reads the block scalar whose content the parser found at `content`; `after` is the end of what stands before it.
pub(super) fn read(text: &str, outer: &TextMap, value: &str, content: Range<usize>, after: usize) -> BlockScalar {
    let mut decoder = Decoder::new(text, outer, value);
    let Some(header) = header(text, after..content.end) else {
        return BlockScalar { map: decoder.finish(content.clone(), content.start), token: content };
    };
    let lines = lines(text, header.body..content.end, indentation(text, content.start));
    let last = lines.iter().rposition(|line| !line.is_empty());
    let mut previous: Option<&Line> = None;
    let mut breaks: Vec<&Line> = Vec::new();
    for line in lines.iter().take(last.map_or(0, |last| last + 1)) {
        if line.is_empty() {
            breaks.push(line);
            continue;
        }
        match previous {
            Some(before) if header.folded && !starts_blank(text, before) && !starts_blank(text, line) => {
                decoder.fold(breaks.len(), before.end..line.start);
            }
            _ => {
                previous.into_iter().chain(breaks.iter().copied()).for_each(|line| decoder.line_break(line.line_break()));
            }
        }
        breaks.clear();
        decoder.verbatim(line.start..line.end);
        previous = Some(line);
    }
    let tail: &[Line] = match last {
        Some(last) if header.keep => lines.get(last..).unwrap_or_default(),
        Some(last) if !header.strip => lines.get(last..=last).unwrap_or_default(),
        None if header.keep => &lines,
        _ => &[],
    };
    // A last line without a line break adds none, as in libyaml and all that is ported from it.
    tail.iter().filter(|line| line.next > line.end).for_each(|line| decoder.line_break(line.line_break()));
    let end = tail.last().map(|line| line.next).or(previous.map(|line| line.end)).unwrap_or(header.end);
    let empty_at = previous.map_or(header.end, |line| line.start);
    let token = header.at..end.max(header.end);
    BlockScalar { map: decoder.finish(token.clone(), empty_at), token }
}

/// Finds the header in `within`, over the indicators, tags, anchors and comments before it.
fn header(text: &str, within: Range<usize>) -> Option<Header> {
    let text = text.get(..within.end)?;
    let at = find_token(text, within.start, |token| token.starts_with(['|', '>']))?;
    let rest = text.get(at + 1..)?;
    let indicators = rest.bytes().take_while(|b| matches!(b, b'+' | b'-' | b'0'..=b'9')).count();
    let style = rest.get(..indicators)?;
    Some(Header {
        at,
        folded: text.get(at..)?.starts_with('>'),
        strip: style.contains('-'),
        keep: style.contains('+'),
        body: next_break(text, at..text.len()).map_or(text.len(), |b| b.end),
        end: at + 1 + indicators,
    })
}

/// How many spaces stand before `at` on its line.
fn indentation(text: &str, at: usize) -> usize {
    text.as_bytes().get(..at).unwrap_or_default().iter().rev().take_while(|b| **b == b' ').count()
}

fn lines(text: &str, body: Range<usize>, indentation: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut at = body.start;
    while at < body.end {
        let found = next_break(text, at..body.end);
        let end = found.as_ref().map_or(body.end, |b| b.start);
        let next = found.as_ref().map_or(body.end, |b| break_end(text, b.start));
        let spaces = text.as_bytes().get(at..end).unwrap_or_default().iter().take(indentation).take_while(|b| **b == b' ').count();
        let line = Line { start: at + spaces, end, next };
        // The parser's span runs on over the indentation of the line after the scalar, which is no line of it.
        if found.is_some() || !line.is_empty() {
            lines.push(line);
        }
        at = next;
    }
    lines
}

fn starts_blank(text: &str, line: &Line) -> bool {
    text.as_bytes().get(line.start).is_some_and(|b| is_blank(*b))
}
