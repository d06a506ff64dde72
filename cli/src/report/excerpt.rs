//! Which part of a file is shown for the places of a finding. Whole lines where they are short; of a long line (a plan is one line of
//! megabytes) only what surrounds the place. Nothing else of the file is touched, so a finding costs the same in a large file as in a small one.

use std::ops::Range;

use irsa_lint_core::report::Places;
use irsa_lint_core::source::{FileId, Position, Span};

/// A place to underline.
#[derive(Clone, Copy, Debug)]
pub struct Mark<'a> {
    /// The bytes.
    pub span: Span,
    /// Whether the finding is about this place.
    pub primary: bool,
    /// What to say beside it.
    pub label: &'a str,
}

/// A stretch of source with its marks, ready to print.
#[derive(Debug)]
pub struct Excerpt<'a> {
    /// The file.
    pub path: &'a str,
    /// The text shown.
    pub text: String,
    /// The line that the text begins in, from 1.
    pub line: usize,
    /// Where the first mark stands, if that cannot be counted in `text` because it is cut.
    pub at: Option<Position>,
    /// Bytes of `text`, whether primary, and the label.
    pub marks: Vec<(Range<usize>, bool, &'a str)>,
}

/// Longer lines are cut.
const LONG_LINE: usize = 240;
/// Longer stretches of lines are shown in pieces.
const LONG_STRETCH: usize = 32 * 1024;
/// What is kept of a long line: before the place, of it, and after it.
const KEEP: (usize, usize, usize) = (50, 120, 40);

/// Excerpts for marks, those of one file together where they fit; the first mark's file comes first.
pub fn excerpts<'a>(places: &Places<'a>, marks: &[Mark<'a>]) -> Vec<Excerpt<'a>> {
    let mut files: Vec<FileId> = Vec::new();
    for mark in marks {
        if !files.contains(&mark.span.file) {
            files.push(mark.span.file);
        }
    }
    let mut out = Vec::new();
    for file in files {
        let here: Vec<Mark<'a>> = marks.iter().filter(|mark| mark.span.file == file).copied().collect();
        match together(places, &here) {
            Some(excerpt) => out.push(excerpt),
            None => out.extend(here.iter().filter_map(|mark| together(places, &[*mark]).or_else(|| cut(places, mark)))),
        }
    }
    out
}

/// The lines from the first mark to the last, unless they are too many or too long.
fn together<'a>(places: &Places<'a>, marks: &[Mark<'a>]) -> Option<Excerpt<'a>> {
    let first = marks.iter().min_by_key(|mark| mark.span.start)?;
    let (file, _) = places.file(first.span.file)?;
    let text = file.text.as_str();
    let last = marks.iter().map(|mark| mark.span.end.max(mark.span.start) as usize).max()?;
    let start = line_start(text, first.span.start as usize)?;
    let end = line_end(text, last)?;
    let shown = text.get(start..end).filter(|shown| shown.len() <= LONG_STRETCH && shown.lines().all(|line| line.len() <= LONG_LINE))?;
    let marks = marks.iter().map(|mark| (within(mark.span.range(), start, shown), mark.primary, mark.label)).collect();
    let line = places.start(first.span).position.line as usize;
    // As many bytes as before, so the marks stay where they are.
    let text = shown.replace("\r\n", " \n");
    Some(Excerpt { path: &file.path, text, line, at: None, marks })
}

/// The surroundings of a mark in a long line; of a mark that spans lines, its first line.
fn cut<'a>(places: &Places<'a>, mark: &Mark<'a>) -> Option<Excerpt<'a>> {
    let (file, _) = places.file(mark.span.file)?;
    let text = file.text.as_str();
    let (before, of, after) = KEEP;
    let range = mark.span.range();
    let window = text.get(floor(text, range.start)..ceil(text, range.end.min(range.start.saturating_add(of))))?;
    let shown = window.lines().next().unwrap_or_default();
    let all = shown.len() >= range.len();
    let from = floor(text, range.start.saturating_sub(before));
    let left = text.get(from..range.start)?;
    let left = left.rfind('\n').and_then(|at| left.get(at + 1..)).unwrap_or(left);
    let cut_left = range.start - left.len() > 0 && text.as_bytes().get(range.start - left.len() - 1) != Some(&b'\n');
    let rest_from = range.start + shown.len();
    let right = text.get(rest_from..ceil(text, rest_from.saturating_add(after)))?;
    let right_line = right.lines().next().unwrap_or_default();
    let right = if right.starts_with(['\n', '\r']) { "" } else { right_line };
    let rest = text.get(rest_from + right.len()..)?;
    let cut_right = !rest.is_empty() && !rest.starts_with(['\n', '\r']);
    let mut out = String::new();
    out.push_str(if cut_left { "… " } else { "" });
    out.push_str(left.trim_start_matches('\u{feff}'));
    let start = out.len();
    out.push_str(shown);
    let end = out.len();
    out.push_str(if all { right } else { "" });
    out.push_str(if cut_right || !all { " …" } else { "" });
    let at = places.start(mark.span).position;
    Some(Excerpt { path: &file.path, text: out, line: at.line as usize, at: Some(at), marks: vec![(start..end, mark.primary, mark.label)] })
}

/// Where the line begins that holds a byte, if that is near; a byte order mark is no part of it.
fn line_start(text: &str, byte: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let from = byte.saturating_sub(LONG_LINE);
    match memchr::memrchr(b'\n', bytes.get(from..byte)?) {
        Some(at) => Some(from + at + 1),
        None if from == 0 => Some(if text.starts_with('\u{feff}') && byte >= 3 { 3 } else { 0 }),
        None => None,
    }
}

/// Where the line ends that holds a byte, if that is near.
fn line_end(text: &str, byte: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let to = (byte + LONG_LINE).min(bytes.len());
    match memchr::memchr(b'\n', bytes.get(byte..to)?) {
        Some(at) => Some(byte + at - usize::from(at > 0 && bytes.get(byte + at - 1) == Some(&b'\r'))),
        None if to == bytes.len() => Some(to),
        None => None,
    }
}

/// A range of the file as a range of `shown`, which begins at `start`; never inside a character, never outside.
fn within(range: Range<usize>, start: usize, shown: &str) -> Range<usize> {
    let from = floor(shown, range.start.saturating_sub(start).min(shown.len()));
    let to = ceil(shown, range.end.saturating_sub(start).min(shown.len()));
    from..to.max(from)
}

fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn ceil(text: &str, at: usize) -> usize {
    (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}
