//! An attribute of a Terraform resource: its value as far as it is known, and whether only apply knows it. Source: Terraform,
//! "JSON Output Format", change representation (`after`, `after_unknown`).

use smol_str::SmolStr;

use super::at::{At, written};
use super::model::{NotAnalysed, Place, Stated};
use super::reader::Reader;
use crate::syntax::{Node, Pointer, Scalar, Value};

/// A value and its shadow in `after_unknown`.
#[derive(Clone, Debug)]
pub struct Attribute<'n> {
    value: Option<&'n Node>,
    unknown: Option<&'n Node>,
    pointer: Pointer,
}

impl<'n> Attribute<'n> {
    /// All attributes of a resource.
    #[must_use]
    pub fn of_resource(address: &str, value: Option<&'n Node>, unknown: Option<&'n Node>) -> Self {
        Self { value, unknown, pointer: Pointer::at_address(address) }
    }

    /// The attribute or the member of that name.
    #[must_use]
    pub fn get(&self, key: &str) -> Attribute<'n> {
        Self {
            value: self.value.and_then(|v| v.get(key)).filter(|v| !v.is_null()),
            unknown: self.shadow(|u| u.get(key)),
            pointer: self.pointer.key(key),
        }
    }

    /// Goes down by keys, through blocks: a block is a list of one object.
    #[must_use]
    pub fn path(&self, keys: &[&str]) -> Attribute<'n> {
        keys.iter().fold(self.clone(), |at, key| at.block().get(key))
    }

    /// The object of a block that may stand once; an object is its own.
    #[must_use]
    pub fn block(&self) -> Attribute<'n> {
        let is_list = |node: Option<&Node>| node.is_some_and(|n| matches!(n.value, Value::Array(_)));
        if is_list(self.value) || is_list(self.unknown) { self.index(0) } else { self.clone() }
    }

    fn index(&self, index: usize) -> Attribute<'n> {
        Self {
            value: self.value.and_then(|v| v.elements().get(index)),
            unknown: self.shadow(|u| u.elements().get(index)),
            pointer: self.pointer.index(index),
        }
    }

    /// What is unknown as a whole is unknown in every part.
    fn shadow(&self, part: impl FnOnce(&'n Node) -> Option<&'n Node>) -> Option<&'n Node> {
        self.unknown.and_then(|u| if u.bool() == Some(true) { Some(u) } else { part(u) })
    }

    /// The elements of a list, as many as are known.
    pub fn elements(&self) -> impl Iterator<Item = Attribute<'n>> {
        let count = self.value.map_or(0, |v| v.elements().len());
        (0..count).map(|index| self.index(index))
    }

    /// The keys of a map with their values, the known ones and those that only apply knows.
    pub fn entries(&self) -> impl Iterator<Item = (&'n Scalar, Attribute<'n>)> {
        let known = self.value.map(Node::members).unwrap_or_default();
        let unknown = self.unknown.map(Node::members).unwrap_or_default();
        let only_unknown = unknown.iter().filter(|u| !known.iter().any(|k| k.key.text == u.key.text));
        known.iter().chain(only_unknown).map(|member| (&member.key, self.get(&member.key.text)))
    }

    /// Whether only apply knows it.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.value.is_none() && self.unknown.and_then(Node::bool) == Some(true)
    }

    /// The value with its pointer, where it is known.
    #[must_use]
    pub fn at(&self) -> Option<At<'n>> {
        self.value.map(|node| At { node, pointer: self.pointer.clone() })
    }

    /// Its pointer, behind the resource's address.
    #[must_use]
    pub fn pointer(&self) -> &Pointer {
        &self.pointer
    }

    /// The boolean, if it is one.
    #[must_use]
    pub fn bool(&self) -> Option<bool> {
        self.value.and_then(Node::bool)
    }

    /// The scalar, if it is known.
    #[must_use]
    pub fn scalar(&self) -> Option<Scalar> {
        self.value.and_then(written)
    }

    /// Where it stands, or where the document says that it is not known.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        let node = self.value.or(self.unknown)?;
        Some(Place { span: node.span, pointer: self.pointer.clone() })
    }

    /// The scalar; an empty string is what Terraform makes of an optional one left out.
    #[must_use]
    pub fn stated(&self) -> Stated<Scalar> {
        match self.scalar() {
            Some(scalar) if scalar.text.is_empty() => Stated::Absent,
            Some(scalar) => Stated::Is(scalar),
            None if self.is_unknown() => Stated::Unknown(self.why_unknown()),
            None => Stated::Absent,
        }
    }

    /// As [`Attribute::stated`], the text alone.
    #[must_use]
    pub fn stated_text(&self) -> Stated<SmolStr> {
        match self.stated() {
            Stated::Is(scalar) => Stated::Is(scalar.text),
            Stated::Absent => Stated::Absent,
            Stated::Unknown(reason) => Stated::Unknown(reason),
        }
    }

    /// As [`Attribute::stated`], and what only apply knows is listed as not analysed.
    pub fn needed(&self, reader: &mut Reader<'_>) -> Stated<Scalar> {
        self.note_unknown(reader);
        self.stated()
    }

    /// Lists it as not analysed if only apply knows it.
    pub fn note_unknown(&self, reader: &mut Reader<'_>) {
        if self.is_unknown()
            && let Some(place) = self.place()
        {
            reader.out.not_analysed.push(NotAnalysed { place, message: self.why_unknown() });
        }
    }

    /// The reason in words, with the address as Terraform writes it.
    #[must_use]
    pub fn why_unknown(&self) -> String {
        let pointer = self.pointer.to_string();
        let (address, path) = pointer.split_once(" /").unwrap_or((&pointer, ""));
        let mut text = String::with_capacity(pointer.len() + 40);
        text.push_str("value known only after apply: ");
        text.push_str(address);
        for part in path.split('/') {
            let (before, after) = match part {
                _ if part.bytes().all(|b| b.is_ascii_digit()) => ("[", "]"),
                _ if part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') => (".", ""),
                _ => ("[\"", "\"]"),
            };
            text.push_str(before);
            if part.contains('~') {
                text.push_str(&part.replace("~1", "/").replace("~0", "~"));
            } else {
                text.push_str(part);
            }
            text.push_str(after);
        }
        text
    }
}
