//! Random sets against enumeration: every string up to a length over a small alphabet, judged by a matcher that knows no automata.

use proptest::prelude::*;

use super::super::*;

/// Every atom of the random sets tells only these characters apart; in order of readability.
const ALPHABET: [char; 7] = ['a', 'b', 'c', '-', '.', 'A', 'B'];
const LONGEST: usize = 4;

/// A set in the plainest possible form.
#[derive(Clone, Debug)]
enum Plain {
    Literal(String, bool),
    Glob(String, bool),
    Grammar(usize),
    Not(Box<Plain>),
    And(Vec<Plain>),
    Or(Vec<Plain>),
}

pub(super) fn naive(pattern: &[char], text: &[char]) -> bool {
    match (pattern.first(), text.first()) {
        (None, None) => true,
        (Some('*'), _) => naive(&pattern[1..], text) || (!text.is_empty() && naive(pattern, &text[1..])),
        (Some('?'), Some(_)) => naive(&pattern[1..], &text[1..]),
        (Some(wanted), Some(c)) if wanted == c => naive(&pattern[1..], &text[1..]),
        _ => false,
    }
}

fn chars(text: &str, fold: bool) -> Vec<char> {
    if fold { text.to_ascii_lowercase().chars().collect() } else { text.chars().collect() }
}

fn label(text: &str) -> bool {
    let alnum = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.chars().all(|c| alnum(c) || c == '-') && text.starts_with(alnum) && text.ends_with(alnum)
}

type Definition = fn(&str) -> bool;

/// The grammars of the random sets, each with a definition that shares nothing with the automaton.
fn grammars() -> Vec<(Grammar, Definition)> {
    let run = |allowed: &str, min, max| Class::Chars { allowed: CharSet::of(allowed), min, max };
    let make = |template: &str, classes: Vec<Class>| {
        let mut classes = classes.into_iter();
        Grammar::from_template(template, |_| classes.next().unwrap())
    };
    let words = Class::OneOf(vec!["".into(), "a".into(), "ab".into()]);
    vec![
        (make("{p}", vec![Class::DnsSubdomain]), |text| text.split('.').all(label)),
        (make("{p}.{q}", vec![Class::DnsLabel, Class::DnsSubdomain]), |text| text.contains('.') && text.split('.').all(label)),
        (make("{p}-{q}", vec![run("ab-", 1, Some(3)), run("b-", 1, Some(2))]), |text| {
            let legal = |p: &str, q: &str| (1..=3).contains(&p.len()) && only(p, "ab-") && (1..=2).contains(&q.len()) && only(q, "b-");
            splits(text).any(|(p, q)| p.strip_suffix('-').is_some_and(|p| legal(p, q)))
        }),
        (make("{p}", vec![run("ab", 1, Some(2))]), |text| (1..=2).contains(&text.len()) && only(text, "ab")),
        (make("{p}{q}{r}", vec![run("ab", 1, Some(2)), run("b-", 0, Some(0)), run("b-", 2, None)]), |text| {
            splits(text).any(|(p, r)| (1..=2).contains(&p.len()) && only(p, "ab") && r.len() >= 2 && only(r, "b-"))
        }),
        (make("{p}{q}", vec![words, run("ab", 0, Some(1))]), |text| {
            splits(text).any(|(p, q)| ["", "a", "ab"].contains(&p) && only(q, "ab") && q.len() <= 1)
        }),
    ]
}

fn only(text: &str, allowed: &str) -> bool {
    text.chars().all(|c| allowed.contains(c))
}

fn splits(text: &str) -> impl Iterator<Item = (&str, &str)> {
    (0..=text.len()).filter_map(|at| text.split_at_checked(at))
}

impl Plain {
    fn contains(&self, text: &str) -> bool {
        match self {
            Self::Literal(literal, fold) => chars(literal, *fold) == chars(text, *fold),
            Self::Glob(pattern, fold) => naive(&chars(pattern, *fold), &chars(text, *fold)),
            Self::Grammar(at) => GRAMMARS.with(|grammars| grammars[*at].1(text)),
            Self::Not(inner) => !inner.contains(text),
            Self::And(parts) => parts.iter().all(|part| part.contains(text)),
            Self::Or(parts) => parts.iter().any(|part| part.contains(text)),
        }
    }

    fn language(&self) -> Language {
        match self {
            Self::Literal(literal, false) => Language::literal(literal.as_str()),
            Self::Literal(literal, true) => Language::literal_ignore_case(literal),
            Self::Glob(pattern, false) => Language::glob(Glob::parse(pattern)),
            Self::Glob(pattern, true) => Language::glob_ignore_case(Glob::parse(pattern)),
            Self::Grammar(at) => GRAMMARS.with(|grammars| Language::grammar(grammars[*at].0.clone())),
            Self::Not(inner) => inner.language().complement(),
            Self::And(parts) => Language::intersect_all(parts.iter().map(Self::language)),
            Self::Or(parts) => Language::union_all(parts.iter().map(Self::language)),
        }
    }
}

thread_local! {
    static GRAMMARS: Vec<(Grammar, Definition)> = grammars();
    static TEXTS: Vec<String> = texts();
}

fn texts() -> Vec<String> {
    let mut all = vec![String::new()];
    let mut level = all.clone();
    for _ in 0..LONGEST {
        level = level.iter().flat_map(|text| ALPHABET.iter().map(move |c| format!("{text}{c}"))).collect();
        all.extend(level.iter().cloned());
    }
    all
}

fn plain() -> impl Strategy<Value = Plain> {
    plain_with(0..6)
}

/// With some of the grammars only: the first two count up to 253, which is slow to set against itself.
fn plain_with(grammars: std::ops::Range<usize>) -> impl Strategy<Value = Plain> {
    let atom = prop_oneof![
        2 => ("[abA.-]{0,3}", any::<bool>()).prop_map(|(text, fold)| Plain::Literal(text, fold)),
        5 => ("[abA*?-]{0,4}", prop::bool::weighted(0.3)).prop_map(|(text, fold)| Plain::Glob(text, fold)),
        2 => grammars.prop_map(Plain::Grammar),
    ];
    atom.prop_recursive(4, 12, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Plain::Not(Box::new(inner))),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Plain::And),
            prop::collection::vec(inner, 1..4).prop_map(Plain::Or),
        ]
    })
}

fn shortlex_sorted(members: &[SmolStr]) -> bool {
    members.is_sorted_by(|a, b| super::super::chars::shortlex(a, b).is_lt())
}

/// Counted grammars against counted grammars can cost more than a policy is granted.
fn plenty() -> Budget {
    Budget::new(400_000_000)
}

fn empty(language: &Language) -> bool {
    language.is_empty(&plenty()).is_yes()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn contains_agrees_with_the_plain_definition(plain in plain()) {
        let language = plain.language();
        TEXTS.with(|texts| for text in texts {
            assert_eq!(language.contains(text), plain.contains(text), "{text:?} in {language:?}");
        });
    }

    #[test]
    fn the_witness_is_the_first_member_of_all(plain in plain()) {
        let language = plain.language();
        let first = TEXTS.with(|texts| texts.iter().find(|text| plain.contains(text)).cloned());
        match language.witness(&plenty()) {
            Answer::Yes(witness) => {
                prop_assert!(plain.contains(&witness), "{witness:?} is no member");
                match first {
                    Some(first) => prop_assert_eq!(witness.as_str(), first),
                    None => prop_assert!(witness.chars().count() > LONGEST, "enumeration missed {witness:?}"),
                }
            }
            Answer::No => prop_assert_eq!(first, None),
            Answer::Unknown(reason) => prop_assert!(false, "{reason:?}"),
        }
    }

    #[test]
    fn taking_a_formula_apart_changes_nothing(plain in plain_with(2..6)) {
        let language = plain.language();
        let whole = disjuncts::Disjunct { ops: language.ops().to_vec() };
        prop_assert_eq!(search::shortest(&whole, None, &plenty()), language.witness(&plenty()));
        let members = members::members(&whole, 5, &plenty()).expect("enough budget");
        prop_assert_eq!(members, language.members(5, &plenty()).expect("enough budget"));
    }

    #[test]
    fn members_are_the_first_ones_without_a_gap(plain in plain(), most in 0..12_usize) {
        let language = plain.language();
        let members = language.members(most, &plenty()).expect("enough budget");
        prop_assert!(members.first.len() <= most);
        prop_assert!(shortlex_sorted(&members.first), "{:?}", members.first);
        prop_assert!(members.first.iter().all(|member| plain.contains(member)));
        let last = members.first.last().filter(|_| !members.complete);
        let missed = TEXTS.with(|texts| {
            let due = |text: &&String| members.complete || last.is_some_and(|last| super::super::chars::shortlex(text, last).is_lt());
            texts.iter().filter(due).find(|text| plain.contains(text) && !members.first.iter().any(|member| member == text.as_str())).cloned()
        });
        prop_assert_eq!(missed, None);
        prop_assert!(members.complete || members.first.len() == most);
    }

    #[test]
    fn finite_means_that_no_member_is_long(plain in plain()) {
        let language = plain.language();
        let long = |least: usize| language.clone().intersect(Language::glob(Glob::parse(&("?".repeat(least) + "*"))));
        match language.is_finite(&plenty()) {
            // The longest DNS name here has 63 + 1 + 253 characters, all else ends after a few.
            Answer::Yes(()) => prop_assert!(empty(&long(330))),
            Answer::No => {
                let member = long(330).witness(&plenty()).yes().expect("a long member");
                prop_assert!(language.contains(&member) && member.len() >= 330);
            }
            Answer::Unknown(reason) => prop_assert!(false, "{reason:?}"),
        }
    }

    #[test]
    fn sets_obey_the_laws_of_sets(a in plain_with(2..6), b in plain_with(2..6)) {
        let (a, b) = (a.language(), b.language());
        let both = [
            (a.clone().union(b.clone()), b.clone().union(a.clone())),
            (a.clone().intersect(b.clone()), b.clone().intersect(a.clone())),
            (a.clone().union(b.clone()).complement(), a.clone().complement().intersect(b.clone().complement())),
            (a.clone().intersect(b.clone()).complement(), a.clone().complement().union(b.clone().complement())),
            (a.clone().minus(b.clone()).union(a.clone().intersect(b.clone())), a.clone()),
        ];
        for (left, right) in &both {
            TEXTS.with(|texts| for text in texts.iter().step_by(7) {
                assert_eq!(left.contains(text), right.contains(text), "{text:?}");
            });
            prop_assert!(left.is_subset(right, &plenty()).is_yes(), "{left:?} and {right:?}");
            prop_assert!(right.is_subset(left, &plenty()).is_yes(), "{left:?} and {right:?}");
        }
        prop_assert!(empty(&a.clone().minus(a.clone())));
        prop_assert!(empty(&a.clone().intersect(a.clone().complement())));
        prop_assert!(empty(&a.clone().union(a.clone().complement()).complement()));
        prop_assert_eq!(a.is_subset(&b, &plenty()).is_yes(), empty(&a.clone().minus(b.clone())));
    }

    #[test]
    fn a_glob_matches_what_the_naive_matcher_matches(pattern in "[ab*?]{0,8}", text in "[abc]{0,10}") {
        let (pattern_chars, text_chars): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
        prop_assert_eq!(Glob::parse(&pattern).matches(&text), naive(&pattern_chars, &text_chars));
    }
}
