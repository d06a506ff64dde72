//! Questions about a single part of a subject: is its first segment open, and what would a subject look like that somebody makes up.

use irsa_lint_core::admission::language::{CharSet, Class, Grammar, GrammarPart, Language};
use irsa_lint_core::admission::{Answer, Budget};
use smol_str::SmolStr;

/// The grammar with a part that may hold slashes cut after its first segment, which keeps the name: `group` of `group/subgroup`. Two
/// grammars, one for each number of segments; the grammar itself where the part holds no slash.
#[must_use]
pub fn by_first_segment(grammar: &Grammar, part: &str) -> Vec<Grammar> {
    let is_cut = |known: &GrammarPart| matches!(known, GrammarPart::Named { name, class: Class::Chars { allowed, .. } } if name == part && allowed.contains('/'));
    if !grammar.parts().iter().any(is_cut) {
        return vec![grammar.clone()];
    }
    let cut = |more: bool| {
        let parts = grammar.parts().iter().flat_map(|known| match known {
            GrammarPart::Named { name, class: Class::Chars { allowed, .. } } if is_cut(known) => {
                let one = Class::Chars { allowed: allowed.without(CharSet::of("/")), min: 1, max: None };
                let rest = Class::Chars { allowed: *allowed, min: 1, max: None };
                let mut pieces = vec![GrammarPart::Named { name: name.clone(), class: one }];
                if more {
                    pieces.extend([GrammarPart::Literal("/".into()), GrammarPart::Named { name: "subgroup".into(), class: rest }]);
                }
                pieces
            }
            known => vec![known.clone()],
        });
        Grammar::new(parts.collect())
    };
    vec![cut(false), cut(true)]
}

/// Whether the part of a text before its first slash, which may be all of it, has no longest value.
#[must_use]
pub fn first_segment_is_open(texts: &Language, budget: &Budget) -> bool {
    let anything = GrammarPart::Named { name: "text".into(), class: Class::Chars { allowed: CharSet::ANY, min: 1, max: None } };
    let open =
        |grammar: &Grammar| texts.breadth(grammar, budget).map_or(true, |breadth| breadth.unbounded.iter().any(|part| part == "text"));
    by_first_segment(&Grammar::new(vec![anything]), "text").iter().any(open)
}

/// A member of a set in which a part is, or holds, a word that nobody uses, so that it shows what somebody else might choose.
#[must_use]
pub fn instance(set: &Language, grammar: &Grammar, part: Option<&str>, word: &str, budget: &Budget) -> Answer<SmolStr> {
    let literal = |text: String| GrammarPart::Literal(text.into());
    type Made<'m> = &'m dyn Fn(&GrammarPart) -> Vec<GrammarPart>;
    let ways: [Made<'_>; 3] = [&|_| vec![literal(word.to_owned())], &|known| vec![known.clone(), literal(format!("-{word}"))], &|known| {
        vec![literal(format!("{word}-")), known.clone()]
    }];
    for way in ways.iter().filter(|_| part.is_some()) {
        let replaced = grammar.parts().iter().flat_map(|known| match known {
            GrammarPart::Named { name, .. } if Some(name.as_str()) == part => way(known),
            known => vec![known.clone()],
        });
        let made_up = Language::grammar(Grammar::new(replaced.collect()));
        let found = set.clone().intersect(made_up).witness(budget);
        if found.is_yes() {
            return found;
        }
    }
    set.witness(budget)
}
