//! Text with named parts, `system:serviceaccount:{namespace}:{name}`: the one notation for issuers and subjects.
//! `{{` and `}}` are braces that mean themselves. Knows nothing of which templates there are.

use std::fmt;

use rustc_hash::FxHashSet;

use super::{Class, List, Str};

/// A named part and what it may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The name that stands between the braces.
    pub name: Str,
    /// What may stand in its place.
    pub class: Class,
}

/// A text with named parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    text: Str,
    slots: List<Slot>,
}

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'t> {
    /// Text that stands there as it is. Two literals may follow each other.
    Literal(&'t str),
    /// A named part.
    Named(&'t Slot),
}

/// Why a text is no template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateError {
    /// A `{` without `}`, or the other way round.
    UnbalancedBrace,
    /// A part that nothing describes.
    UnknownPart {
        /// The part's name.
        name: String,
    },
    /// A name that stands twice.
    RepeatedPart {
        /// The part's name.
        name: String,
    },
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TemplateError::UnbalancedBrace => write!(f, "a brace has no partner"),
            TemplateError::UnknownPart { name } => write!(f, "the part `{name}` is not described"),
            TemplateError::RepeatedPart { name } => write!(f, "the part `{name}` stands twice"),
        }
    }
}

impl std::error::Error for TemplateError {}

/// What the named parts of a template were in one text, in the template's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captures<'s> {
    parts: Vec<(&'s str, &'s str)>,
}

impl<'s> Captures<'s> {
    /// The value of a part.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'s str> {
        self.parts.iter().find(|(own, _)| *own == name).map(|(_, value)| *value)
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&'s str, &'s str)> {
        self.parts.iter().copied()
    }
}

impl Template {
    /// A template from a text and a description of each of its parts. `slots` may hold parts of other templates, too.
    ///
    /// # Errors
    /// A brace without its partner; a part that no slot describes, or that stands twice.
    pub fn new(text: impl Into<Str>, slots: impl Into<List<Slot>>) -> Result<Template, TemplateError> {
        let template = Template { text: text.into(), slots: slots.into() };
        template.check().map(|()| template)
    }

    /// A template of the built-in catalogue, which a test has checked: an unknown part would be left out.
    #[must_use]
    pub const fn from_static(text: &'static str, slots: &'static [Slot]) -> Template {
        Template { text: Str::Borrowed(text), slots: List::Borrowed(slots) }
    }

    /// Whether it is well formed.
    ///
    /// # Errors
    /// As for [`Template::new`].
    pub fn check(&self) -> Result<(), TemplateError> {
        let mut seen: Vec<&str> = Vec::new();
        for piece in pieces(&self.text) {
            match piece {
                Piece::Literal(_) => {}
                Piece::Stray => return Err(TemplateError::UnbalancedBrace),
                Piece::Name(name) if self.slot(name).is_none() => return Err(TemplateError::UnknownPart { name: name.to_owned() }),
                Piece::Name(name) if seen.contains(&name) => return Err(TemplateError::RepeatedPart { name: name.to_owned() }),
                Piece::Name(name) => seen.push(name),
            }
        }
        Ok(())
    }

    /// The text as written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The pieces, from left to right.
    pub fn parts(&self) -> impl Iterator<Item = Part<'_>> + Clone {
        pieces(&self.text).filter_map(|piece| match piece {
            Piece::Literal(text) => Some(Part::Literal(text)),
            Piece::Name(name) => self.slot(name).map(Part::Named),
            Piece::Stray => None,
        })
    }

    /// The names of the parts, from left to right.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Named(slot) => Some(slot.name.as_ref()),
        })
    }

    /// The template with those of its parts filled in that `captures` names: what a subject's form is at one issuer.
    #[must_use]
    pub fn bind(&self, captures: &Captures<'_>) -> Template {
        let mut text = String::new();
        for part in self.parts() {
            let known = match part {
                Part::Literal(literal) => Some(literal),
                Part::Named(slot) => captures.get(&slot.name),
            };
            match (known, part) {
                (Some(known), _) => text.push_str(&known.replace('{', "{{").replace('}', "}}")),
                (None, Part::Named(slot)) => text.extend(["{", slot.name.as_ref(), "}"]),
                (None, Part::Literal(_)) => {}
            }
        }
        Template { text: text.into(), slots: self.slots.clone() }
    }

    /// Whether the whole of `text` has this form.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.matches(text).is_some()
    }

    /// What the parts are in `text`, if the whole of it has this form; where more than one reading is possible, earlier parts take as much
    /// as they can. The work grows with the number of parts and the length of `text`, and cannot explode.
    #[must_use]
    pub fn matches<'s>(&'s self, text: &'s str) -> Option<Captures<'s>> {
        self.read(text, Reading::Exact)
    }

    /// As [`Template::matches`], but any text without `/` will do for a part, and letter case does not count: what was meant, where a
    /// placeholder or a slip stands in the text.
    pub(super) fn is_meant_by(&self, text: &str) -> bool {
        self.read(text, Reading::Loose).is_some()
    }

    fn read<'s>(&'s self, text: &'s str, reading: Reading) -> Option<Captures<'s>> {
        let mut matcher = Matcher { text, reading, dead_ends: FxHashSet::default(), captured: Vec::new() };
        matcher.run(self.parts(), 0, 0).then(|| {
            matcher.captured.reverse();
            Captures { parts: matcher.captured }
        })
    }

    pub(super) fn slot(&self, name: &str) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.name == name)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Exact,
    Loose,
}

/// What any part may hold in a loose reading.
const NO_SLASH: Class = Class::run(super::CharSet::except("/"));

struct Matcher<'s> {
    text: &'s str,
    reading: Reading,
    /// `(part, offset)` from where the rest is known not to match: what keeps the search from exploding.
    dead_ends: FxHashSet<(u32, usize)>,
    /// Filled from the last part to the first, once the end is reached.
    captured: Vec<(&'s str, &'s str)>,
}

impl<'s> Matcher<'s> {
    fn run(&mut self, mut parts: impl Iterator<Item = Part<'s>> + Clone, number: u32, at: usize) -> bool {
        let Some(rest) = self.text.get(at..) else { return false };
        match parts.next() {
            None => rest.is_empty(),
            Some(Part::Literal(literal)) => self.starts_with(rest, literal) && self.run(parts, number + 1, at + literal.len()),
            Some(Part::Named(slot)) => {
                if self.dead_ends.contains(&(number, at)) {
                    return false;
                }
                let class = if self.reading == Reading::Loose { &NO_SLASH } else { &slot.class };
                let found = class.any_prefix(rest, |length| {
                    let ends = self.run(parts.clone(), number + 1, at + length);
                    if ends {
                        self.captured.push((&slot.name, rest.get(..length).unwrap_or_default()));
                    }
                    ends
                });
                if !found {
                    self.dead_ends.insert((number, at));
                }
                found
            }
        }
    }

    fn starts_with(&self, rest: &str, literal: &str) -> bool {
        match self.reading {
            Reading::Exact => rest.starts_with(literal),
            Reading::Loose => rest.get(..literal.len()).is_some_and(|start| start.eq_ignore_ascii_case(literal)),
        }
    }
}

/// A piece of a template's text, before it is known what a name stands for.
#[derive(Clone, Copy)]
pub(super) enum Piece<'t> {
    Literal(&'t str),
    Name(&'t str),
    Stray,
}

pub(super) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> + Clone {
    let mut rest = text;
    std::iter::from_fn(move || {
        let brace = memchr::memchr2(b'{', b'}', rest.as_bytes());
        let (literal, from) = rest.split_at_checked(brace.unwrap_or(rest.len()))?;
        if !literal.is_empty() {
            rest = from;
            return Some(Piece::Literal(literal));
        }
        if from.is_empty() {
            return None;
        }
        if from.starts_with("{{") || from.starts_with("}}") {
            rest = from.get(2..)?;
            return from.get(..1).map(Piece::Literal);
        }
        match from.strip_prefix('{').and_then(|inside| inside.split_once('}')) {
            Some((name, after)) if !name.is_empty() && !name.contains('{') => {
                rest = after;
                Some(Piece::Name(name))
            }
            _ => {
                rest = "";
                Some(Piece::Stray)
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::{CharSet, Run};

    fn slots(described: &[(&'static str, Class)]) -> Vec<Slot> {
        described.iter().map(|(name, class)| Slot { name: (*name).into(), class: class.clone() }).collect()
    }

    fn service_account() -> Template {
        Template::new("system:serviceaccount:{namespace}:{name}", slots(&[("namespace", Class::DnsLabel), ("name", Class::DnsSubdomain)]))
            .unwrap()
    }

    #[test]
    fn the_whole_text_must_match() {
        let template = service_account();
        let captures = template.matches("system:serviceaccount:payments:api.v2").unwrap();
        assert_eq!(captures.iter().collect::<Vec<_>>(), [("namespace", "payments"), ("name", "api.v2")]);
        for other in [
            "",
            "system:serviceaccount:payments",
            "system:serviceaccount:payments:api:x",
            "xsystem:serviceaccount:a:b",
            "system:serviceaccount::b",
        ] {
            assert!(!template.is_match(other), "{other}");
        }
    }

    #[test]
    fn earlier_parts_take_as_much_as_they_can() {
        let group = Class::run(CharSet::except(":"));
        let template = Template::new("project_path:{group}/{project}:x", slots(&[("group", group), ("project", Class::SEGMENT)])).unwrap();
        let captures = template.matches("project_path:a/b/c:x").unwrap();
        assert_eq!((captures.get("group"), captures.get("project"), captures.get("other")), (Some("a/b"), Some("c"), None));
    }

    #[test]
    fn doubled_braces_are_braces() {
        let template = Template::new("{{{id}}}:*", slots(&[("id", Class::SEGMENT)])).unwrap();
        assert_eq!(template.matches("{7}:*").unwrap().get("id"), Some("7"));
        assert!(!template.is_match("7:*"));
    }

    #[test]
    fn what_is_no_template() {
        let of = |text: &'static str| Template::new(text, slots(&[("a", Class::ANY)])).map(|_| ());
        assert_eq!(of("x{a}"), Ok(()));
        assert_eq!(of("x{a"), Err(TemplateError::UnbalancedBrace));
        assert_eq!(of("x}"), Err(TemplateError::UnbalancedBrace));
        assert_eq!(of("{}"), Err(TemplateError::UnbalancedBrace));
        assert_eq!(of("{b}"), Err(TemplateError::UnknownPart { name: "b".into() }));
        assert_eq!(of("{a}{a}"), Err(TemplateError::RepeatedPart { name: "a".into() }));
    }

    #[test]
    fn a_known_part_becomes_text() {
        let issuer = Template::new("oidc.example/{org}", slots(&[("org", Class::SEGMENT)])).unwrap();
        let subject = Template::new("{org}:{app}", slots(&[("org", Class::SEGMENT), ("app", Class::SEGMENT)])).unwrap();
        let bound = subject.bind(&issuer.matches("oidc.example/ac}me").unwrap());
        assert_eq!(bound.text(), "ac}}me:{app}");
        assert!(bound.is_match("ac}me:shop") && !bound.is_match("other:shop"));
    }

    #[test]
    fn the_search_does_not_explode() {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let text: String = names.iter().map(|name| format!("{{{name}}}x")).collect();
        let parts: Vec<_> =
            names.iter().map(|name| (*name, Class::Run(Run { chars: CharSet::ALL, ends: None, min: 0, max: None }))).collect();
        let template = Template::new(text + "y", slots(&parts)).unwrap();
        assert!(!template.is_match(&"x".repeat(400)));
        assert!(template.is_match(&format!("{}y", "x".repeat(400))));
    }
}
