//! A set as people write one: patterns of which one must match, and patterns of which none may.

use smol_str::SmolStr;

use super::Language;
use super::formula::{Atom, Node, Op, operands, root};

/// Patterns that describe a set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patterns {
    /// One of these must match; `*` and `?` are wildcards.
    pub like: Vec<SmolStr>,
    /// None of these may match.
    pub except: Vec<SmolStr>,
}

impl Language {
    /// The set in patterns: for showing, not for deciding. What does not come in that shape (the meet of two patterns) is shown by the
    /// narrower-looking one.
    #[must_use]
    pub fn patterns(&self) -> Patterns {
        let mut patterns = Patterns::default();
        collect(self.ops(), true, &mut patterns);
        if patterns.like.is_empty() && !self.is_none() {
            patterns.like.push(SmolStr::new_static("*"));
        }
        patterns
    }
}

fn collect(ops: &[Op], wanted: bool, into: &mut Patterns) {
    // INVARIANT: each step goes into a strictly shorter slice, and complements do not nest deeper than the few that a policy makes.
    match root(ops) {
        None | Some(Node::None) => {}
        Some(Node::All) => push(SmolStr::new_static("*"), wanted, into),
        Some(Node::Atom(atom)) => push_atom(atom, wanted, into),
        Some(Node::Not) => operands(ops).for_each(|operand| collect(operand, !wanted, into)),
        Some(Node::Or) => operands(ops).for_each(|operand| collect(operand, wanted, into)),
        Some(Node::And) if wanted => {
            let mut narrowest: Option<Patterns> = None;
            for operand in operands(ops) {
                if matches!(root(operand), Some(Node::Not)) {
                    collect(operand, wanted, into);
                    continue;
                }
                let mut part = Patterns::default();
                collect(operand, true, &mut part);
                let weight = |p: &Patterns| p.like.iter().map(|pattern| pattern.chars().filter(|c| *c != '*').count()).min().unwrap_or(0);
                if narrowest.as_ref().is_none_or(|known| weight(&part) > weight(known)) {
                    narrowest = Some(part);
                }
            }
            if let Some(part) = narrowest {
                into.like.extend(part.like);
                into.except.extend(part.except);
            }
        }
        Some(Node::And) => operands(ops).for_each(|operand| collect(operand, wanted, into)),
    }
}

fn push_atom(atom: &Atom, wanted: bool, into: &mut Patterns) {
    match atom {
        Atom::Words(words) => words.words.iter().for_each(|word| push(word.clone(), wanted, into)),
        Atom::Glob { glob, .. } => push(glob.to_string().into(), wanted, into),
        Atom::Grammar(_) => {}
    }
}

fn push(pattern: SmolStr, wanted: bool, into: &mut Patterns) {
    let list = if wanted { &mut into.like } else { &mut into.except };
    if !list.contains(&pattern) {
        list.push(pattern);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Glob;
    use super::*;

    #[test]
    fn shows_patterns_and_exceptions() {
        let glob = |text| Language::glob(Glob::parse(text));
        let set = glob("prod*").union(Language::literal("dev")).minus(glob("*x"));
        let shown = set.patterns();
        assert_eq!((shown.like.len(), shown.except.as_slice()), (2, &[SmolStr::from("*x")][..]));
        assert_eq!(Language::all().patterns().like, ["*"]);
        assert_eq!(glob("a*").complement().patterns(), Patterns { like: vec!["*".into()], except: vec!["a*".into()] });
        assert!(Language::none().patterns().like.is_empty());
    }
}
