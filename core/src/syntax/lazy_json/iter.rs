//! Going over an object or a list, value by value, each skipped in one step.
//! The text has been checked before, so nothing here looks for faults; what cannot be there ends the iteration.

use std::borrow::Cow;

use super::{Kind, LazyJson, LazyValue, decode};
use crate::syntax::json::scan;

/// Where an iteration stands.
#[derive(Clone, Debug)]
struct Cursor<'s> {
    json: &'s LazyJson<'s>,
    /// On the bracket that opened it, or behind the last item; past the text if there is nothing to go over.
    at: usize,
}

/// Members of an object with their decoded keys, in order.
#[derive(Clone, Debug)]
pub struct Members<'s>(Cursor<'s>);

/// Elements of a list, in order.
#[derive(Clone, Debug)]
pub struct Elements<'s>(Cursor<'s>);

impl<'s> Cursor<'s> {
    fn new(value: LazyValue<'s>, kind: Kind) -> Self {
        let at = if value.kind() == kind { value.start as usize } else { value.json.text.len() };
        Self { json: value.json, at }
    }

    fn bytes(&self) -> &'s [u8] {
        self.json.text.as_bytes()
    }

    /// Goes to the next item; `None` at the end.
    fn next_item(&mut self) -> Option<()> {
        // On the opening bracket, or behind an item and before its comma or the closing bracket.
        let at = scan::skip_white(self.bytes(), self.at);
        let first = match self.bytes().get(at) {
            Some(b',' | b'{' | b'[') => scan::skip_white(self.bytes(), at + 1),
            _ => self.bytes().len(),
        };
        // The iteration stays at its end when asked again.
        self.at = if matches!(self.bytes().get(first), Some(b'}' | b']')) { self.bytes().len() } else { first };
        (self.at < self.bytes().len()).then_some(())
    }

    /// The value here, and the cursor behind it.
    fn value(&mut self) -> Option<LazyValue<'s>> {
        let start = self.at;
        self.at = self.json.end_of(start);
        Some(LazyValue { json: self.json, start: u32::try_from(start).ok()?, end: u32::try_from(self.at).ok()? })
    }
}

impl<'s> Members<'s> {
    pub(super) fn new(object: LazyValue<'s>) -> Self {
        Self(Cursor::new(object, Kind::Object))
    }
}

impl<'s> Elements<'s> {
    pub(super) fn new(list: LazyValue<'s>) -> Self {
        Self(Cursor::new(list, Kind::Array))
    }
}

impl<'s> Iterator for Members<'s> {
    type Item = (Cow<'s, str>, LazyValue<'s>);

    fn next(&mut self) -> Option<Self::Item> {
        let cursor = &mut self.0;
        cursor.next_item()?;
        let key = decode(cursor.value()?.text());
        let colon = scan::skip_white(cursor.bytes(), cursor.at);
        cursor.at = scan::skip_white(cursor.bytes(), colon + 1);
        Some((key, cursor.value()?))
    }
}

impl<'s> Iterator for Elements<'s> {
    type Item = LazyValue<'s>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next_item()?;
        self.0.value()
    }
}
