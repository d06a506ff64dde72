//! How wide a set is: examples from policies, and random sets against "is there a long one?".

use proptest::prelude::*;

use super::super::*;
use super::{eks, glob, legal};

fn breadth(language: &Language) -> Breadth {
    language.breadth(&eks(), &Budget::default()).unwrap()
}

#[test]
fn stars_leave_parts_open() {
    for (pattern, unbounded, everything) in [
        ("*", &["namespace", "name"][..], true),
        ("system:serviceaccount:*", &["namespace", "name"], true),
        ("system:*:*", &["namespace", "name"], true),
        ("system:serviceaccount:*:app", &["namespace"], false),
        ("system:serviceaccount:prod*:app", &["namespace"], false),
        ("system:serviceaccount:prod:*", &["name"], false),
        ("system:serviceaccount:prod?:app", &[], false),
        ("system:serviceaccount:prod:app", &[], false),
        ("*prod*", &["namespace", "name"], false),
        ("*:?:?*", &["name"], false),
        ("system:serviceaccount:a*:*b", &["namespace", "name"], false),
    ] {
        let breadth = breadth(&glob(pattern));
        assert_eq!(breadth.unbounded, unbounded, "{pattern}");
        assert_eq!((breadth.empty, breadth.finite, breadth.everything), (false, unbounded.is_empty(), everything), "{pattern}");
    }
    let nobody = Breadth { empty: true, finite: true, everything: false, unbounded: vec![] };
    assert_eq!(breadth(&glob("repo:octo/app:*")), nobody);
    assert_eq!(breadth(&Language::none()), nobody);
    assert_eq!(breadth(&Language::literal("system:serviceaccount:default:*")), nobody);
}

#[test]
fn what_is_taken_away_counts() {
    let sa = |rest: &str| glob(&format!("system:serviceaccount:{rest}"));
    let all_but_one_namespace = breadth(&sa("*").minus(sa("kube-system:*")));
    assert_eq!((all_but_one_namespace.unbounded.len(), all_but_one_namespace.everything), (2, false));
    let short_names_only = breadth(&sa("*").minus(sa("*:?????*")));
    assert_eq!(short_names_only.unbounded, ["namespace"]);
    let nothing_left = breadth(&sa("prod*:app").minus(sa("p*")));
    assert!(nothing_left.empty && nothing_left.finite);
    assert!(breadth(&sa("*").minus(Language::literal("system:serviceaccount:a:b"))).unbounded.len() == 2);
    assert!(breadth(&sa("a*").union(sa("a*").complement())).everything);
    assert!(breadth(&legal()).everything, "limits are ignored in the set too");
    assert!(!breadth(&legal().minus(Language::literal("system:serviceaccount:a:b"))).everything);
}

#[test]
fn empty_counts_lengths_and_unbounded_does_not() {
    let too_long = breadth(&glob(&format!("system:serviceaccount:{}*:app", "n".repeat(70))));
    assert_eq!((too_long.empty, too_long.unbounded.as_slice()), (true, &["namespace".into()][..]));
    let just_legal = breadth(&glob(&format!("system:serviceaccount:{}*:app", "n".repeat(63))));
    assert!(!just_legal.empty);
}

#[test]
fn a_part_that_may_hold_the_separator_is_read_in_every_way() {
    let any = Class::Chars { allowed: CharSet::ANY, min: 1, max: None };
    let segment = Class::Chars { allowed: CharSet::ANY.without(CharSet::of(":/")), min: 1, max: Some(100) };
    let grammar =
        Grammar::from_template("repo:{owner}/{repo}:{context}", |part| if part == "context" { any.clone() } else { segment.clone() });
    let open = |pattern: &str| glob(pattern).breadth(&grammar, &Budget::default()).unwrap().unbounded;
    assert_eq!(open("repo:octo/app:*"), ["context"]);
    assert_eq!(open("repo:octo/*"), ["repo", "context"]);
    assert_eq!(open("repo:*/app:ref:refs/heads/main"), ["owner", "repo", "context"], "a star also crosses into the context");
    assert_eq!(open("repo:octo*:ref"), ["owner", "repo", "context"]);
    let groups = Grammar::from_template("{group}/{project}", |_| any.clone());
    assert_eq!(glob("a/*/c").breadth(&groups, &Budget::default()).unwrap().unbounded, ["group", "project"]);
    let hex = Grammar::from_template("id/{id}", |_| Class::Chars { allowed: CharSet::of("0123456789ABCDEF"), min: 32, max: Some(32) });
    assert!(glob("id/*").breadth(&hex, &Budget::default()).unwrap().everything);
    let kinds = Grammar::from_template("{kind}", |_| Class::OneOf(vec!["branch".into(), "tag".into()]));
    assert_eq!(
        glob("*").breadth(&kinds, &Budget::default()).unwrap(),
        Breadth { empty: false, finite: true, everything: true, unbounded: vec![] }
    );
    assert!(!glob("*a*g").breadth(&kinds, &Budget::default()).unwrap().everything);
}

/// `{p}:{q}` without limits, both of `a`, `b`.
fn pairs() -> Grammar {
    Grammar::from_template("{p}:{q}", |_| Class::Chars { allowed: CharSet::of("ab"), min: 1, max: None })
}

fn short_values() -> Vec<String> {
    let mut values = vec![];
    let mut level = vec![String::new()];
    for _ in 0..4 {
        level = level.iter().flat_map(|text| ["a", "b"].map(|c| format!("{text}{c}"))).collect();
        values.extend(level.iter().cloned());
    }
    values
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_part_is_open_if_some_long_value_is_admitted(
        allowed in prop::collection::vec("[ab]?[*?]?:?[ab*?]{0,3}", 1..4),
        denied in prop::collection::vec("[ab*?]{1,3}:?[ab*?]{0,2}", 0..3),
    ) {
        let globs = |patterns: &[String]| Language::union_all(patterns.iter().map(|pattern| glob(pattern)));
        let language = globs(&allowed).minus(globs(&denied));
        let breadth = language.breadth(&pairs(), &Budget::default()).unwrap();
        let long = "?".repeat(24) + "*";
        for (part, pattern) in [("p", (long.clone() + ":", String::new())), ("q", (String::new(), ":".to_owned() + &long))] {
            let admitted = short_values().iter().any(|other| {
                let pattern = format!("{}{other}{}", pattern.0, pattern.1);
                let fixed = language.clone().intersect(glob(&pattern)).intersect(Language::grammar(pairs()));
                fixed.witness(&Budget::default()).is_yes()
            });
            prop_assert_eq!(breadth.unbounded.contains(&part.into()), admitted, "{} of {:?} without {:?}", part, allowed, denied);
        }
        let legal = Language::grammar(pairs());
        prop_assert_eq!(breadth.empty, language.clone().intersect(legal.clone()).is_empty(&Budget::default()).is_yes());
        prop_assert_eq!(breadth.everything, legal.is_subset(&language, &Budget::default()).is_yes());
        prop_assert_eq!(breadth.finite, language.intersect(legal).is_finite(&Budget::default()).is_yes());
    }
}
