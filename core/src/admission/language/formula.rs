//! The shape of a set: a formula over atoms, in postfix order in one slice. Never a tree: no depth can overflow a stack, in building,
//! evaluating, cloning or dropping it.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::glob::Glob;
use super::grammar::{Grammar, GrammarPart};
use crate::order;

/// One step of a formula in postfix order. `len` counts the steps of the whole sub-formula that ends here.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Op {
    pub node: Node,
    pub len: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    All,
    None,
    Atom(Atom),
    Not,
    And,
    Or,
}

/// A set that is not made of others.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Atom {
    Words(Words),
    /// `fold`: ASCII letters are compared without their case, and the pattern is in lower case.
    Glob {
        glob: Glob,
        fold: bool,
    },
    Grammar(Grammar),
}

/// Some texts. INVARIANT: sorted by bytes, distinct, at least one; in lower case if `fold` (then case makes no difference).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Words {
    pub words: Arc<[SmolStr]>,
    pub fold: bool,
}

impl Words {
    pub fn contains(&self, text: &str) -> bool {
        let found = if self.fold {
            let folded = text.to_ascii_lowercase();
            self.words.binary_search_by(|word| word.as_str().cmp(&folded))
        } else {
            self.words.binary_search_by(|word| word.as_str().cmp(text))
        };
        found.is_ok()
    }
}

/// What makes two atoms the same.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum AtomKey<'a> {
    Words(&'a Words),
    Glob(&'a Glob, bool),
    Grammar(&'a [GrammarPart]),
}

impl Atom {
    pub fn key(&self) -> AtomKey<'_> {
        match self {
            Self::Words(words) => AtomKey::Words(words),
            Self::Glob { glob, fold } => AtomKey::Glob(glob, *fold),
            Self::Grammar(grammar) => AtomKey::Grammar(grammar.parts()),
        }
    }

    pub fn contains(&self, text: &str) -> bool {
        match self {
            Self::Words(words) => words.contains(text),
            Self::Glob { glob, fold: false } => glob.matches(text),
            Self::Glob { glob, fold: true } => glob.run(text.chars().map(|c| c.to_ascii_lowercase())),
            Self::Grammar(grammar) => grammar.contains(text),
        }
    }

    /// Is there a longest member?
    pub fn is_bounded(&self) -> bool {
        match self {
            Self::Words(_) => true,
            Self::Glob { glob, .. } => glob.is_bounded(),
            Self::Grammar(grammar) => grammar.is_bounded(),
        }
    }
}

impl Op {
    pub fn leaf(node: Node) -> Self {
        Self { node, len: 1 }
    }

    /// The step that ends a formula whose operands are the `operands` steps before it.
    pub fn over(node: Node, operands: usize) -> Self {
        Self { node, len: u32::try_from(operands + 1).unwrap_or(u32::MAX) }
    }
}

/// The operands of the step that ends `ops`, the last one first.
pub(super) fn operands(ops: &[Op]) -> impl Iterator<Item = &[Op]> {
    let mut rest = ops.split_last().map_or(&[][..], |(_, rest)| rest);
    std::iter::from_fn(move || {
        let len = rest.last()?.len as usize;
        let (before, operand) = rest.split_at(rest.len().saturating_sub(len));
        rest = before;
        Some(operand)
    })
}

/// The step that ends the formula.
pub(super) fn root(ops: &[Op]) -> Option<&Node> {
    ops.last().map(|op| &op.node)
}

/// Is the text in the set?
pub(super) fn contains(ops: &[Op], text: &str) -> bool {
    if let [Op { node: Node::Atom(atom), .. }] = ops {
        return atom.contains(text);
    }
    let mut values: Vec<bool> = Vec::with_capacity(ops.len());
    for (at, op) in ops.iter().enumerate() {
        let value = match &op.node {
            Node::All => true,
            Node::None => false,
            Node::Atom(atom) => atom.contains(text),
            Node::Not => !values.last().copied().unwrap_or_default(),
            Node::And => children(ops, at).all(|child| values.get(child) == Some(&true)),
            Node::Or => children(ops, at).any(|child| values.get(child) == Some(&true)),
        };
        values.push(value);
    }
    values.last().copied().unwrap_or_default()
}

fn children(ops: &[Op], at: usize) -> impl Iterator<Item = usize> + '_ {
    let first = (at + 1).saturating_sub(ops.get(at).map_or(0, |op| op.len as usize));
    let mut next = at;
    std::iter::from_fn(move || {
        (next > first).then(|| {
            let child = next - 1;
            next = next.saturating_sub(ops.get(child).map_or(1, |op| op.len as usize));
            child
        })
    })
}

/// `false` for a sub-formula below an odd number of complements, for each step.
pub(super) fn polarities(ops: &[Op]) -> Vec<bool> {
    let mut polarities = vec![true; ops.len()];
    for (at, op) in ops.iter().enumerate().rev() {
        if op.node == Node::Not {
            let first = (at + 1).saturating_sub(op.len as usize);
            polarities.get_mut(first..at).into_iter().flatten().for_each(|polarity| *polarity = !*polarity);
        }
    }
    polarities
}

/// The complement, as steps.
pub(super) fn complement(ops: &[Op]) -> Vec<Op> {
    match ops.split_last() {
        Some((Op { node: Node::Not, .. }, inner)) => inner.to_vec(),
        Some((Op { node: Node::All, .. }, _)) => vec![Op::leaf(Node::None)],
        Some((Op { node: Node::None, .. }, _)) => vec![Op::leaf(Node::All)],
        _ => ops.iter().cloned().chain([Op::over(Node::Not, ops.len())]).collect(),
    }
}

/// What `gather` makes of operands: words apart, complements apart.
#[derive(Default)]
struct Gathered<'a> {
    words: Vec<&'a Words>,
    negated: Vec<&'a [Op]>,
    others: Vec<&'a [Op]>,
    /// An operand decides the whole: everything in a union, nothing in an intersection.
    decided: bool,
}

fn gather<'a>(join: &Node, parts: impl Iterator<Item = &'a [Op]>) -> Gathered<'a> {
    let mut gathered = Gathered::default();
    let mut seen = FxHashSet::default();
    let mut sort = |part: &'a [Op]| match part {
        [Op { node: Node::All, .. }] => gathered.decided |= *join == Node::Or,
        [Op { node: Node::None, .. }] => gathered.decided |= *join == Node::And,
        [Op { node: Node::Atom(Atom::Words(words)), .. }] if !words.fold => gathered.words.push(words),
        [inner @ .., Op { node: Node::Not, .. }] => gathered.negated.push(inner),
        [Op { node: Node::Atom(atom), .. }] if !seen.insert(atom.key()) => {}
        other => gathered.others.push(other),
    };
    for part in parts {
        if root(part) == Some(join) { operands(part).for_each(&mut sort) } else { sort(part) }
    }
    gathered
}

/// The union (`join` = `Or`) or intersection (`And`) of some sets, flattened and simplified.
pub(super) fn combine<'a>(join: &Node, parts: impl Iterator<Item = &'a [Op]>) -> Vec<Op> {
    let gathered = gather(join, parts);
    if gathered.decided {
        return vec![Op::leaf(if *join == Node::Or { Node::All } else { Node::None })];
    }
    if *join == Node::Or { union(&gathered) } else { intersection(&gathered) }
}

fn union(gathered: &Gathered<'_>) -> Vec<Op> {
    let mut parts: Vec<Vec<Op>> = gathered.others.iter().map(|part| part.to_vec()).collect();
    let all: Vec<SmolStr> = gathered.words.iter().flat_map(|words| words.words.iter().cloned()).collect();
    // ¬a ∪ ¬b = ¬(a ∩ b)
    match gathered.negated.as_slice() {
        [] => parts.extend((!all.is_empty()).then(|| words(all))),
        [negated] => {
            parts.extend((!all.is_empty()).then(|| words(all)));
            parts.push(complement(negated));
        }
        several => {
            parts.extend((!all.is_empty()).then(|| words(all)));
            parts.push(complement(&flat(&Node::And, several)));
        }
    }
    join_up(&Node::Or, parts)
}

fn intersection(gathered: &Gathered<'_>) -> Vec<Op> {
    if let Some((first, more)) = gathered.words.split_first() {
        let kept = first.words.iter().filter(|word| {
            more.iter().all(|words| words.contains(word))
                && gathered.others.iter().all(|ops| contains(ops, word))
                && !gathered.negated.iter().any(|ops| contains(ops, word))
        });
        return words(kept.cloned().collect());
    }
    let mut parts: Vec<Vec<Op>> = gathered.others.iter().map(|part| part.to_vec()).collect();
    // ¬a ∩ ¬b = ¬(a ∪ b)
    match gathered.negated.as_slice() {
        [] => {}
        [negated] => parts.push(complement(negated)),
        several => parts.push(complement(&flat(&Node::Or, several))),
    }
    join_up(&Node::And, parts)
}

/// As `combine`, but complements inside stay as they are: this is what keeps `combine` from calling itself.
fn flat(join: &Node, parts: &[&[Op]]) -> Vec<Op> {
    let gathered = gather(join, parts.iter().copied());
    if gathered.decided {
        return vec![Op::leaf(if *join == Node::Or { Node::All } else { Node::None })];
    }
    let negated = gathered.negated.iter().map(|part| complement(part));
    if *join == Node::And && !gathered.words.is_empty() {
        return intersection(&gathered);
    }
    let all: Vec<SmolStr> = gathered.words.iter().flat_map(|words| words.words.iter().cloned()).collect();
    let listed = (!all.is_empty()).then(|| words(all));
    join_up(join, gathered.others.iter().map(|part| part.to_vec()).chain(negated).chain(listed).collect())
}

fn join_up(join: &Node, mut parts: Vec<Vec<Op>>) -> Vec<Op> {
    let decides = if *join == Node::Or { Node::All } else { Node::None };
    if let Some(decided) = parts.iter().find(|part| root(part) == Some(&decides)) {
        return decided.clone();
    }
    parts.retain(|part| !matches!(root(part), Some(Node::All | Node::None)));
    match parts.len() {
        0 => vec![Op::leaf(if *join == Node::Or { Node::None } else { Node::All })],
        1 => parts.pop().unwrap_or_default(),
        _ => {
            let mut ops: Vec<Op> = parts.into_iter().flatten().collect();
            let len = ops.len();
            ops.push(Op::over(join.clone(), len));
            ops
        }
    }
}

/// The set of exactly these texts.
pub(super) fn words(mut texts: Vec<SmolStr>) -> Vec<Op> {
    order::sort(&mut texts);
    texts.dedup();
    let node = if texts.is_empty() { Node::None } else { Node::Atom(Atom::Words(Words { words: texts.into(), fold: false })) };
    vec![Op::leaf(node)]
}
