//! The one pass over a large text: is it JSON, and where do its larger objects and lists end?
//! Accepts exactly what the full parser finds no fault in, and says no more than yes or no.

use super::super::Limits;
use super::super::json::scan::{self, Escape};

/// Objects and lists of fewer bytes are not noted: counting their brackets again costs less than remembering them.
pub(super) const NOTED: u32 = 256;

pub(super) struct Checked {
    pub(super) root: (u32, u32),
    pub(super) ends: Vec<(u32, u32)>,
}

const BOM: &str = "\u{feff}";

/// `None` if the text is not JSON.
pub(super) fn check(text: &str, limits: &Limits) -> Option<Checked> {
    // Places are 32 bits wide.
    u32::try_from(text.len()).ok()?;
    let bytes = text.as_bytes();
    let start = scan::skip_white(bytes, if text.starts_with(BOM) { BOM.len() } else { 0 });
    let mut walk = Walk { bytes, max_depth: limits.depth as usize, open: Vec::new(), ends: Vec::new() };
    let end = walk.value(start)?;
    (scan::skip_white(bytes, end) == bytes.len())
        .then_some(Checked { root: (u32::try_from(start).ok()?, u32::try_from(end).ok()?), ends: walk.ends })
}

struct Walk<'a> {
    bytes: &'a [u8],
    max_depth: usize,
    /// What is open: its place in `ends`, and whether it is an object.
    open: Vec<(usize, bool)>,
    ends: Vec<(u32, u32)>,
}

impl Walk<'_> {
    /// The end of the value at `at`, without recursion.
    fn value(&mut self, mut at: usize) -> Option<usize> {
        loop {
            at = match self.bytes.get(at)? {
                b'"' => string(self.bytes, at)?,
                b'{' => match self.enter(at, true)? {
                    (next, false) => {
                        at = next;
                        continue;
                    }
                    (end, true) => end,
                },
                b'[' => match self.enter(at, false)? {
                    (next, false) => {
                        at = next;
                        continue;
                    }
                    (end, true) => end,
                },
                b't' => word(self.bytes, at, b"true")?,
                b'f' => word(self.bytes, at, b"false")?,
                b'n' => word(self.bytes, at, b"null")?,
                _ => scan::number_end(self.bytes, at)?,
            };
            // Behind a value: on to the next one, or out of what it ends.
            loop {
                let Some(&(_, object)) = self.open.last() else { return Some(at) };
                at = scan::skip_white(self.bytes, at);
                match (self.bytes.get(at)?, object) {
                    (b',', true) => {
                        at = self.key(scan::skip_white(self.bytes, at + 1))?;
                        break;
                    }
                    (b',', false) => {
                        at = scan::skip_white(self.bytes, at + 1);
                        break;
                    }
                    (b'}', true) | (b']', false) => {
                        at += 1;
                        self.leave(at)?;
                    }
                    _ => return None,
                }
            }
        }
    }

    /// Goes into a container: the place of its first value, or its end (`true`) if it is empty.
    fn enter(&mut self, at: usize, object: bool) -> Option<(usize, bool)> {
        if self.open.len() >= self.max_depth {
            return None;
        }
        let first = scan::skip_white(self.bytes, at + 1);
        match (self.bytes.get(first)?, object) {
            // An empty one is short, unless it is full of white space.
            (b'}', true) | (b']', false) => return Some((first + 1, true)),
            _ => {}
        }
        self.open.push((self.ends.len(), object));
        self.ends.push((u32::try_from(at).ok()?, 0));
        Some((if object { self.key(first)? } else { first }, false))
    }

    fn leave(&mut self, end: usize) -> Option<()> {
        let (index, _) = self.open.pop()?;
        let noted = self.ends.get_mut(index)?;
        let end = u32::try_from(end).ok()?;
        if end - noted.0 >= NOTED {
            noted.1 = end;
        } else {
            // What it holds is shorter still, and has gone already.
            self.ends.truncate(index);
        }
        Some(())
    }

    /// The place of the value whose key stands at `at`.
    fn key(&self, at: usize) -> Option<usize> {
        if self.bytes.get(at) != Some(&b'"') {
            return None;
        }
        let colon = scan::skip_white(self.bytes, string(self.bytes, at)?);
        (self.bytes.get(colon) == Some(&b':')).then(|| scan::skip_white(self.bytes, colon + 1))
    }
}

/// The end of the string at `at`, if it is one of JSON.
#[inline]
fn string(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        at = scan::string_stop(bytes, at);
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => match bytes.get(at + 1)? {
                b'"' | b'\\' | b'/' | b'n' | b't' | b'r' | b'b' | b'f' => at += 2,
                _ => match scan::escape_at(bytes, at) {
                    Escape::Char { len, .. } => at += len,
                    _ => return None,
                },
            },
            _ => return None,
        }
    }
}

#[inline]
fn word(bytes: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    bytes.get(at..)?.starts_with(word).then_some(at + word.len())
}
