//! A formula as it is checked against rows: its atoms numbered, each once, whatever the number of places where it stands.

use rustc_hash::FxHashMap;

use super::formula::{self, Atom, AtomKey, Node, Op};

/// Which greatest lengths of grammars hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limits {
    /// None: the question is what would be admitted if names could be of any length.
    Ignored,
    /// Only those of complemented grammars: the set becomes larger, never smaller, and its automaton much smaller.
    Loosened,
    /// All of them, by counting.
    Counted,
}

/// One step of a formula, in postfix order.
#[derive(Clone, Copy)]
pub(super) enum Check {
    Always(bool),
    Atom { atom: usize, positive: bool },
    Not,
    And,
    Or,
}

/// The atoms of a formula, each once, with whether its lengths are counted; and the formula over their numbers.
pub(super) struct Checklist<'l> {
    pub atoms: Vec<(&'l Atom, bool)>,
    pub checks: Vec<(Check, u32)>,
}

/// A complemented atom becomes one check.
pub(super) fn checklist(ops: &[Op], limits: Limits) -> Checklist<'_> {
    let polarities = formula::polarities(ops);
    let mut numbers: FxHashMap<(AtomKey<'_>, bool), usize> = FxHashMap::default();
    let (mut atoms, mut checks) = (Vec::new(), Vec::with_capacity(ops.len()));
    // Steps that are left out of the checks because their complement was folded into the atom, up to and including each step.
    let mut folded: Vec<u32> = Vec::with_capacity(ops.len());
    for ((at, op), positive) in ops.iter().enumerate().zip(polarities) {
        let mut gone = folded.last().copied().unwrap_or_default();
        let before = at.checked_sub(op.len as usize).and_then(|before| folded.get(before)).copied().unwrap_or_default();
        let check = match &op.node {
            Node::All => Check::Always(true),
            Node::None => Check::Always(false),
            Node::And => Check::And,
            Node::Or => Check::Or,
            Node::Not => match checks.last_mut() {
                Some((Check::Atom { positive, .. }, 1)) if op.len == 2 => {
                    *positive = !*positive;
                    gone += 1;
                    folded.push(gone);
                    continue;
                }
                _ => Check::Not,
            },
            Node::Atom(atom) => {
                let counted = matches!(atom, Atom::Grammar(grammar) if grammar.has_limits())
                    && match limits {
                        Limits::Ignored => false,
                        Limits::Loosened => !positive,
                        Limits::Counted => true,
                    };
                let number = *numbers.entry((atom.key(), counted)).or_insert_with(|| {
                    atoms.push((atom, counted));
                    atoms.len() - 1
                });
                Check::Atom { atom: number, positive: true }
            }
        };
        folded.push(gone);
        checks.push((check, op.len - (gone - before)));
    }
    Checklist { atoms, checks }
}

/// The atoms that every member lies in.
pub(super) fn conjuncts(checks: &[(Check, u32)]) -> Vec<usize> {
    let positive = |check: Option<&(Check, u32)>| match check {
        Some((Check::Atom { atom, positive: true }, _)) => Some(*atom),
        _ => None,
    };
    let Some(((Check::And, _), operands)) = checks.split_last() else { return positive(checks.last()).into_iter().collect() };
    let mut found = Vec::new();
    let mut rest = operands;
    while let Some((last, _)) = rest.split_last() {
        found.extend(positive(Some(last)));
        rest = rest.get(..rest.len().saturating_sub(last.1 as usize)).unwrap_or_default();
    }
    found
}
