//! The one pass over a large text: is it JSON, and where do its larger values end?
//! Accepts exactly what the full parser finds no fault in, and says no more than yes or no.

use super::super::Limits;
use super::super::json::scan::{self, Escape};
use super::stretch::{self, Stretch};
use crate::schedule::Schedule;

/// Values of fewer bytes are not noted: counting their brackets again costs less than remembering them.
pub(super) const NOTED: u32 = 256;

pub(super) struct Checked {
    pub(super) root: (u32, u32),
    pub(super) ends: Vec<(u32, u32)>,
}

const BOM: &str = "\u{feff}";

/// `None` if the text is not JSON. `length`: the bytes of a stretch that is worth being walked apart.
pub(super) fn check(text: &str, limits: &Limits, length: usize, schedule: &dyn Schedule) -> Option<Checked> {
    // Places are 32 bits wide.
    u32::try_from(text.len()).ok()?;
    let bytes = text.as_bytes();
    let start = scan::skip_white(bytes, if text.starts_with(BOM) { BOM.len() } else { 0 });
    let mut walk = Walk::new(bytes, limits);
    let mut stop = Stop::Value(start);
    for stretch in stretch::ahead(bytes, limits, length, schedule) {
        stop = walk.run(stop, stretch.start)?;
        // One that was begun amid something else is passed over.
        if matches!(stop, Stop::Value(at) if at == stretch.start) {
            stop = walk.adopt(stretch)?;
        }
    }
    let Stop::End(end) = walk.run(stop, usize::MAX)? else { return None };
    (scan::skip_white(bytes, end) == bytes.len())
        .then_some(Checked { root: (u32::try_from(start).ok()?, u32::try_from(end).ok()?), ends: walk.ends })
}

/// Where a walk stands, and what comes next there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// A value: the root, or an element of a list.
    Value(usize),
    /// The bracket of the list that a stretch began in.
    ListEnd(usize),
    /// Nothing: the root ends here.
    End(usize),
}

pub(super) struct Walk<'a> {
    bytes: &'a [u8],
    max_depth: usize,
    /// What is open: its place in `ends`, and whether it is an object.
    pub(super) open: Vec<(usize, bool)>,
    /// How many of those the walk did not open itself.
    floor: usize,
    /// The most that were ever open, empty ones too.
    pub(super) deepest: usize,
    pub(super) ends: Vec<(u32, u32)>,
}

impl<'a> Walk<'a> {
    /// From the root on.
    pub(super) fn new(bytes: &'a [u8], limits: &Limits) -> Self {
        Self { bytes, max_depth: limits.depth as usize, open: Vec::new(), floor: 0, deepest: 0, ends: Vec::new() }
    }

    /// From an element of a list on, of which nothing else is known.
    pub(super) fn within_list(bytes: &'a [u8], limits: &Limits) -> Self {
        Self { open: vec![(usize::MAX, false)], floor: 1, deepest: 1, ..Self::new(bytes, limits) }
    }

    /// Goes on with what another walk found from here.
    fn adopt(&mut self, stretch: Stretch) -> Option<Stop> {
        // Both count the list they meet in.
        if self.open.len() + stretch.deepest > self.max_depth + 1 {
            return None;
        }
        let before = self.ends.len();
        self.ends.extend(stretch.ends);
        self.open.extend(stretch.open.into_iter().skip(1).map(|(index, object)| (before + index, object)));
        Some(stretch.stop)
    }

    /// Walks, without recursion, to the first element of a list that begins at `until` or later, or to the end. `None`: not JSON.
    pub(super) fn run(&mut self, from: Stop, until: usize) -> Option<Stop> {
        let (mut at, mut behind) = match from {
            Stop::Value(at) if at >= until => return Some(from),
            Stop::Value(at) => (at, false),
            Stop::ListEnd(at) => (at, true),
            Stop::End(_) => return Some(from),
        };
        loop {
            if !behind {
                at = match self.bytes.get(at)? {
                    b'"' => self.noted_string(at)?,
                    open @ (b'{' | b'[') => match self.enter(at, *open == b'{')? {
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
            }
            behind = false;
            // Behind a value: on to the next one, or out of what it ends.
            loop {
                let Some(&(_, object)) = self.open.last() else { return Some(Stop::End(at)) };
                at = scan::skip_white(self.bytes, at);
                match (self.bytes.get(at)?, object) {
                    (b',', true) => {
                        at = self.key(scan::skip_white(self.bytes, at + 1))?;
                        break;
                    }
                    (b',', false) => {
                        at = scan::skip_white(self.bytes, at + 1);
                        if at >= until {
                            return Some(Stop::Value(at));
                        }
                        break;
                    }
                    (b'}', true) | (b']', false) => {
                        if self.open.len() == self.floor {
                            return Some(Stop::ListEnd(at));
                        }
                        at += 1;
                        self.leave(at)?;
                    }
                    _ => return None,
                }
            }
        }
    }

    /// The end of the string at `at`, noted if it is long.
    #[inline]
    fn noted_string(&mut self, at: usize) -> Option<usize> {
        let end = string(self.bytes, at)?;
        if end - at >= NOTED as usize {
            self.ends.push((u32::try_from(at).ok()?, u32::try_from(end).ok()?));
        }
        Some(end)
    }

    /// Goes into a container: the place of its first value, or its end (`true`) if it is empty.
    fn enter(&mut self, at: usize, object: bool) -> Option<(usize, bool)> {
        if self.open.len() >= self.max_depth {
            return None;
        }
        self.deepest = self.deepest.max(self.open.len() + 1);
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
