//! From a template of the catalogue to the grammar that the algebra works with.

use super::language::{CharSet, Class, Grammar, GrammarPart};
use crate::provider::{self, Template};

/// The grammar of the texts that a template fits.
#[must_use]
pub fn grammar_of(template: &Template) -> Grammar {
    let part = |part: provider::Part<'_>| match part {
        provider::Part::Literal(text) => GrammarPart::Literal(text.into()),
        provider::Part::Named(slot) => GrammarPart::Named { name: (&*slot.name).into(), class: class_of(&slot.class) },
    };
    Grammar::new(template.parts().map(part).collect())
}

/// The grammar of an issuer of whose subjects nothing is known.
#[must_use]
pub fn anything() -> Grammar {
    let class = Class::Chars { allowed: CharSet::ANY, min: 0, max: None };
    Grammar::new(vec![GrammarPart::Named { name: "subject".into(), class }])
}

fn class_of(class: &provider::Class) -> Class {
    match class {
        provider::Class::DnsLabel => Class::DnsLabel,
        provider::Class::DnsSubdomain => Class::DnsSubdomain,
        provider::Class::OneOf(words) => Class::OneOf(words.iter().map(|word| word.as_ref().into()).collect()),
        provider::Class::Run(run) => {
            let max = run.max.and_then(|max| u16::try_from(max).ok());
            Class::Chars { allowed: set_of(run.chars), min: u16::try_from(run.min).unwrap_or(u16::MAX), max }
        }
    }
}

fn set_of(chars: provider::CharSet) -> CharSet {
    let ascii: String = chars.ascii().collect();
    let set = CharSet::of(&ascii);
    if chars.contains('\u{e9}') { set.or(CharSet::ANY.without(CharSet::range('\0', '\u{7f}'))) } else { set }
}
