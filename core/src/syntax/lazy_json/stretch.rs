//! Walking a large text from several places at once. Where an element of a list begins is guessed, each stretch is walked as if the guess
//! were right, and the walk from the root takes over what turns out to begin where an element does. A wrong guess costs time, never truth.

use std::ops::Range;

use super::super::Limits;
use super::super::json::scan;
use super::check::{Stop, Walk};
use crate::schedule::{Schedule, map};

/// Bytes of a stretch: so many that starting a thread's work costs nothing beside them.
pub(super) const LENGTH: usize = 1 << 20;

/// Guesses for one stretch. A text made to mislead costs no more.
const GUESSES: usize = 16;

/// What was found from a place that is taken for an element of a list.
pub(super) struct Stretch {
    /// Where it begins.
    pub(super) start: usize,
    /// Where it stops.
    pub(super) stop: Stop,
    /// What is open there; the first is the list that it began in.
    pub(super) open: Vec<(usize, bool)>,
    /// The most that were ever open.
    pub(super) deepest: usize,
    /// Its larger values.
    pub(super) ends: Vec<(u32, u32)>,
}

/// Stretches of about `length` bytes, in order; the beginning of the text is in none.
pub(super) fn ahead(bytes: &[u8], limits: &Limits, length: usize, schedule: &dyn Schedule) -> impl Iterator<Item = Stretch> {
    let length = length.max(1);
    let count = (bytes.len() / length).saturating_sub(1);
    let stretches = map(schedule, count, |number| {
        let start = (number + 1) * length;
        walked(bytes, limits, start..if number + 1 == count { bytes.len() } else { start + length })
    });
    stretches.into_iter().flatten()
}

fn walked(bytes: &[u8], limits: &Limits, range: Range<usize>) -> Option<Stretch> {
    let mut from = range.start;
    for _ in 0..GUESSES {
        let start = guess(bytes, from..range.end)?;
        let mut walk = Walk::within_list(bytes, limits);
        match walk.run(Stop::Value(start), range.end) {
            // Amid a string.
            None => from = start + 1,
            // A short list within an element: the next guess may be of the list of elements itself.
            Some(Stop::ListEnd(end)) if end - start < range.len() / 2 => from = end,
            Some(stop) => return Some(Stretch { start, stop, open: walk.open, deepest: walk.deepest, ends: walk.ends }),
        }
    }
    None
}

/// Where an object begins that follows another one in a list. Within a string the quote would be written with a backslash.
fn guess(bytes: &[u8], range: Range<usize>) -> Option<usize> {
    let mut from = range.start;
    loop {
        from += memchr::memmem::find(bytes.get(from..range.end)?, b"},")? + 2;
        let at = scan::skip_white(bytes, from);
        let key = scan::skip_white(bytes, at + 1);
        if bytes.get(at) == Some(&b'{') && bytes.get(key) == Some(&b'"') {
            return Some(at);
        }
    }
}
