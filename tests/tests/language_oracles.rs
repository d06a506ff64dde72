//! Sets of strings against two independent solvers, `regexsolver` (automata) and `aws-smt-strings` (derivatives): on random formulas
//! all three must agree on emptiness, subset, finiteness and the length of a shortest member, and each on the others' members.

#![expect(clippy::expect_used, clippy::panic, reason = "a foreign solver that fails fails the test")]

use aws_smt_strings::regular_expressions::{ReManager, RegLan};
use aws_smt_strings::smt_strings::SmtString;
use irsa_lint_core::admission::language::{CharSet, Class, Glob, Grammar, GrammarPart, Language};
use irsa_lint_core::admission::{Answer, Budget};
use proptest::prelude::*;
use regexsolver::Term;

#[derive(Clone, Debug)]
enum Formula {
    Literal(String),
    Glob(String),
    AnyCaseGlob(String),
    Label,
    Run { min: u16, max: Option<u16> },
    Not(Box<Formula>),
    And(Box<Formula>, Box<Formula>),
    Or(Box<Formula>, Box<Formula>),
}

fn formula() -> impl Strategy<Value = Formula> {
    let atom = prop_oneof![
        2 => "[ab:-]{0,4}".prop_map(Formula::Literal),
        6 => "[ab:*?-]{0,6}".prop_map(Formula::Glob),
        2 => "[aB*?]{0,4}".prop_map(Formula::AnyCaseGlob),
        1 => Just(Formula::Label),
        1 => (0..3_u16, prop::option::of(0..4_u16)).prop_map(|(min, more)| Formula::Run { min, max: more.map(|more| min + more) }),
    ];
    let pair = |inner: BoxedStrategy<Formula>| (inner.clone().prop_map(Box::new), inner.prop_map(Box::new));
    atom.prop_recursive(4, 10, 2, move |inner| {
        let inner = inner.boxed();
        prop_oneof![
            inner.clone().prop_map(|inner| Formula::Not(Box::new(inner))),
            pair(inner.clone()).prop_map(|(a, b)| Formula::And(a, b)),
            pair(inner).prop_map(|(a, b)| Formula::Or(a, b)),
        ]
    })
}

fn named(class: Class) -> Language {
    Language::grammar(Grammar::new(vec![GrammarPart::Named { name: "part".into(), class }]))
}

impl Formula {
    fn ours(&self) -> Language {
        match self {
            Self::Literal(text) => Language::literal(text.as_str()),
            Self::Glob(pattern) => Language::glob(Glob::parse(pattern)),
            Self::AnyCaseGlob(pattern) => Language::glob_ignore_case(Glob::parse(pattern)),
            Self::Label => named(Class::DnsLabel),
            Self::Run { min, max } => named(Class::Chars { allowed: CharSet::of("ab"), min: *min, max: *max }),
            Self::Not(inner) => inner.ours().complement(),
            Self::And(a, b) => a.ours().intersect(b.ours()),
            Self::Or(a, b) => a.ours().union(b.ours()),
        }
    }

    fn automaton(&self) -> Term {
        let pattern = |pattern: &str| Term::from_pattern(pattern).expect("a pattern");
        match self {
            Self::Literal(text) => pattern(&escaped(text, false)),
            Self::Glob(text) => pattern(&wildcards(text, false)),
            Self::AnyCaseGlob(text) => pattern(&wildcards(text, true)),
            Self::Label => pattern("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"),
            Self::Run { min, max: Some(max) } => pattern(&format!("[ab]{{{min},{max}}}")),
            Self::Run { min, max: None } => pattern(&format!("[ab]{{{min},}}")),
            Self::Not(inner) => inner.automaton().complement().expect("a complement"),
            Self::And(a, b) => a.automaton().intersection([&b.automaton()]).expect("an intersection"),
            Self::Or(a, b) => a.automaton().union([&b.automaton()]).expect("a union"),
        }
    }

    fn derivative(&self, solver: &mut ReManager) -> RegLan {
        match self {
            Self::Literal(text) => solver.str(&SmtString::from(text.as_str())),
            Self::Glob(pattern) => smt_glob(solver, pattern, false),
            Self::AnyCaseGlob(pattern) => smt_glob(solver, pattern, true),
            Self::Label => {
                let (letters, digits, dash) = (smt_range(solver, 'a', 'z'), smt_range(solver, '0', '9'), smt_range(solver, '-', '-'));
                let alnum = solver.union(letters, digits);
                let inner = solver.union(alnum, dash);
                let middle = solver.smt_loop(inner, 0, 61);
                let more = solver.concat(middle, alnum);
                let tail = solver.opt(more);
                solver.concat(alnum, tail)
            }
            Self::Run { min, max } => {
                let one = smt_range(solver, 'a', 'b');
                let least = solver.exp(one, u32::from(*min));
                let rest = match max {
                    Some(max) => solver.smt_loop(one, 0, u32::from(max - min)),
                    None => solver.star(one),
                };
                solver.concat(least, rest)
            }
            Self::Not(inner) => {
                let inner = inner.derivative(solver);
                solver.complement(inner)
            }
            Self::And(a, b) => {
                let (a, b) = (a.derivative(solver), b.derivative(solver));
                solver.inter(a, b)
            }
            Self::Or(a, b) => {
                let (a, b) = (a.derivative(solver), b.derivative(solver));
                solver.union(a, b)
            }
        }
    }
}

const ANY: &str = r"[\x00-\x{10FFFF}]";

fn escaped(text: &str, any_case: bool) -> String {
    let one = |c: char| match c {
        c if any_case && c.is_ascii_alphabetic() => format!("[{}{}]", c.to_ascii_lowercase(), c.to_ascii_uppercase()),
        '-' => r"\-".to_owned(),
        c => c.to_string(),
    };
    text.chars().map(one).collect()
}

fn wildcards(pattern: &str, any_case: bool) -> String {
    let one = |c: char| match c {
        '*' => format!("{ANY}*"),
        '?' => ANY.to_owned(),
        c => escaped(&c.to_string(), any_case),
    };
    pattern.chars().map(one).collect()
}

fn smt_range(solver: &mut ReManager, first: char, last: char) -> RegLan {
    solver.range(first.into(), last.into())
}

fn smt_glob(solver: &mut ReManager, pattern: &str, any_case: bool) -> RegLan {
    let mut whole = solver.epsilon();
    for c in pattern.chars() {
        let one = match c {
            '*' => solver.full(),
            '?' => solver.all_chars(),
            c if any_case => {
                let (lower, upper) = (smt_range(solver, c.to_ascii_lowercase(), c.to_ascii_lowercase()), c.to_ascii_uppercase());
                let upper = smt_range(solver, upper, upper);
                solver.union(lower, upper)
            }
            c => smt_range(solver, c, c),
        };
        whole = solver.concat(whole, one);
    }
    whole
}

/// Our shortest member; the budget is far beyond what random formulas of this size need.
fn witness(formula: &Formula) -> Option<String> {
    match formula.ours().witness(&Budget::new(100_000_000)) {
        Answer::Yes(found) => Some(found.to_string()),
        Answer::No => None,
        Answer::Unknown(reason) => panic!("{reason:?} for {formula:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn automata_agree(formula in formula()) {
        let theirs = formula.automaton();
        let found = witness(&formula);
        prop_assert_eq!(theirs.is_empty().expect("an answer"), found.is_none());
        prop_assert_eq!(theirs.length().0, found.as_ref().map(|found| u32::try_from(found.chars().count()).expect("short")));
        let finite = formula.ours().is_finite(&Budget::new(100_000_000));
        prop_assert_eq!(theirs.is_finite().expect("an answer"), finite.is_yes());
        if let Some(found) = found {
            prop_assert!(theirs.matches(&found).expect("an answer"), "{found:?}");
            let sample = theirs.iter_strings(regexsolver::fast_automaton::GenerationOptions::new()).take(10);
            for text in sample {
                let text = text.expect("a member");
                prop_assert!(formula.ours().contains(&text), "{text:?}");
            }
        }
    }

    #[test]
    fn automata_agree_on_subsets(a in formula(), b in formula()) {
        let wide = Formula::Or(Box::new(a.clone()), Box::new(b.clone()));
        for (small, large) in [(&a, &b), (&a, &wide)] {
            let theirs = small.automaton().subset(&large.automaton()).expect("an answer");
            let ours = small.ours().is_subset(&large.ours(), &Budget::new(100_000_000));
            prop_assert_eq!(theirs, ours.is_yes(), "{:?} in {:?}", small, large);
        }
    }

    #[test]
    fn derivatives_agree(formula in formula()) {
        let solver = &mut ReManager::new();
        let theirs = formula.derivative(solver);
        match witness(&formula) {
            Some(found) => {
                prop_assert!(solver.str_in_re(&SmtString::from(found.as_str()), theirs), "{found:?}");
                let text = solver.get_string(theirs).expect("a member").to_unicode_string();
                prop_assert!(formula.ours().contains(&text), "{text:?}");
                prop_assert_eq!(text.chars().count(), found.chars().count(), "both search breadth first");
            }
            None => prop_assert!(solver.is_empty_re(theirs)),
        }
    }
}
