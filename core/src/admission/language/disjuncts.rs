//! Takes a formula apart into disjuncts. Whether a union is empty, what its shortest member is and which of its parts are unbounded can
//! be asked of each disjunct alone, at the sum of their costs; an automaton for the whole union could cost the product.

use smol_str::SmolStr;

use super::formula::{self, Atom, Node, Op, Words};

/// Beyond this many disjuncts the rest of the formula stays in one piece: correct all the same, only slower to search.
const MOST: usize = 1024;

/// An intersection of atoms, complements of atoms and (beyond `MOST`) whole sub-formulas.
pub(super) struct Disjunct {
    pub ops: Vec<Op>,
}

type Term<'a> = (&'a [Op], bool);

#[derive(Clone, Default)]
struct Draft<'a> {
    closed: Vec<Term<'a>>,
    open: Vec<Term<'a>>,
    /// Unions that may still be split.
    choices: Vec<Term<'a>>,
}

/// Their union is the set.
pub(super) fn disjuncts(ops: &[Op]) -> Vec<Disjunct> {
    let mut drafts = vec![Draft { open: vec![(ops, true)], ..Draft::default() }];
    let mut done = Vec::new();
    while let Some(mut draft) = drafts.pop() {
        if !settle(&mut draft) {
            continue;
        }
        let Some((union, positive)) = draft.choices.pop() else {
            done.push(finish(&draft.closed));
            continue;
        };
        let choices: Vec<Term<'_>> = formula::operands(union).map(|operand| (operand, positive)).collect();
        if done.len() + drafts.len() + choices.len() > MOST {
            draft.closed.push((union, positive));
            drafts.push(draft);
            continue;
        }
        for choice in choices {
            let mut chosen = draft.clone();
            chosen.open.push(choice);
            drafts.push(chosen);
        }
    }
    done
}

/// Sorts the open terms into atoms and choices. False when the draft turns out to be empty.
fn settle(draft: &mut Draft<'_>) -> bool {
    while let Some((ops, positive)) = draft.open.pop() {
        match (formula::root(ops), positive) {
            (Some(Node::Not), _) => draft.open.extend(formula::operands(ops).map(|inner| (inner, !positive))),
            (Some(Node::And), true) | (Some(Node::Or), false) => {
                draft.open.extend(formula::operands(ops).map(|operand| (operand, positive)))
            }
            (Some(Node::And), false) | (Some(Node::Or), true) => draft.choices.push((ops, positive)),
            (Some(Node::All), true) | (Some(Node::None), false) => {}
            (Some(Node::All), false) | (Some(Node::None), true) | (None, _) => return false,
            (Some(Node::Atom(_)), _) => draft.closed.push((ops, positive)),
        }
    }
    true
}

fn finish(terms: &[Term<'_>]) -> Disjunct {
    let mut ops = Vec::with_capacity(terms.iter().map(|(term, _)| term.len() + 1).sum::<usize>() + 1);
    for (term, positive) in terms {
        ops.extend_from_slice(term);
        if !positive {
            ops.push(Op::over(Node::Not, term.len()));
        }
    }
    match terms.len() {
        0 => ops.push(Op::leaf(Node::All)),
        1 => {}
        _ => ops.push(Op::over(Node::And, ops.len())),
    }
    Disjunct { ops }
}

impl Disjunct {
    /// The atoms that every member lies in.
    pub fn conjuncts(&self) -> impl Iterator<Item = &Atom> {
        let (alone, joined) = match self.ops.as_slice() {
            [Op { node: Node::Atom(atom), .. }] => (Some(atom), None),
            ops if formula::root(ops) == Some(&Node::And) => (None, Some(ops)),
            _ => (None, None),
        };
        let joined = joined.into_iter().flat_map(formula::operands).filter_map(|operand| match operand {
            [Op { node: Node::Atom(atom), .. }] => Some(atom),
            _ => None,
        });
        alone.into_iter().chain(joined)
    }

    pub fn contains(&self, text: &str) -> bool {
        formula::contains(&self.ops, text)
    }

    /// Its members, when they are some of a list that is written down.
    pub fn listed(&self) -> Option<Vec<SmolStr>> {
        let words = self.conjuncts().find_map(|atom| match atom {
            Atom::Words(Words { words, fold: false }) => Some(words),
            _ => None,
        })?;
        Some(words.iter().filter(|word| self.contains(word)).cloned().collect())
    }

    /// Is there certainly a longest member?
    pub fn is_bounded(&self) -> bool {
        self.conjuncts().any(Atom::is_bounded)
    }

    /// The shortest member, when it is the shortest member of an atom that holds all of them.
    pub fn guess(&self) -> Option<SmolStr> {
        let shortest = |atom: &Atom| match atom {
            Atom::Words(_) => None,
            Atom::Glob { glob, .. } => Some(glob.shortest()),
            Atom::Grammar(grammar) => grammar.shortest().cloned(),
        };
        self.conjuncts().filter_map(shortest).find(|guess| self.contains(guess))
    }
}
