//! What the algebra answers about sets that trust policies really hold.

use super::*;

mod laws;
mod widths;

fn eks() -> Grammar {
    Grammar::from_template("system:serviceaccount:{namespace}:{name}", |part| {
        if part == "namespace" { Class::DnsLabel } else { Class::DnsSubdomain }
    })
}

fn glob(pattern: &str) -> Language {
    Language::glob(Glob::parse(pattern))
}

fn legal() -> Language {
    Language::grammar(eks())
}

fn witness(language: &Language) -> Option<String> {
    match language.witness(&Budget::default()) {
        Answer::Yes(found) => {
            assert!(language.contains(&found), "{found} is no member");
            Some(found.to_string())
        }
        Answer::No => None,
        Answer::Unknown(reason) => panic!("{reason:?}"),
    }
}

#[test]
fn a_witness_is_a_legal_service_account() {
    let sa = |rest: &str| Some(format!("system:serviceaccount:{rest}"));
    for (pattern, expected) in [
        ("system:serviceaccount:*:app", sa("a:app")),
        ("system:serviceaccount:prod*:app", sa("prod:app")),
        ("system:serviceaccount:prod-*:app", sa("prod-a:app")),
        ("system:serviceaccount:*", sa("a:a")),
        ("*", sa("a:a")),
        ("*-?:*", sa("a-a:a")),
        ("*z*", sa("a:z")),
        ("*:x*.*y", sa("a:x.y")),
        ("system:serviceaccount:Prod:*", None),
        ("system:serviceaccount:*:*:*", None),
        ("system:serviceaccount:default", None),
        ("system:serviceaccount:-*:app", None),
    ] {
        assert_eq!(witness(&glob(pattern).intersect(legal())), expected, "{pattern}");
    }
}

#[test]
fn a_star_in_a_literal_is_a_character() {
    let language = Language::literal("system:serviceaccount:default:*").intersect(legal());
    assert!(language.is_none());
    assert!(glob("system:serviceaccount:default:*").minus(language).contains("system:serviceaccount:default:*"));
}

#[test]
fn lengths_are_counted_where_they_decide() {
    let namespace = "n".repeat(62);
    let tight = glob(&format!("system:serviceaccount:{namespace}*:a")).intersect(legal());
    let members = tight.members(50, &Budget::default()).unwrap();
    assert_eq!((members.first.len(), members.complete), (37, true), "one more letter or digit, or none");
    assert_eq!(witness(&glob(&format!("system:serviceaccount:{namespace}?*z:a")).intersect(legal())), None);
    let as_long_as_legal = glob(&format!("*:?:{}*", "?".repeat(253))).intersect(legal());
    assert_eq!(witness(&as_long_as_legal).unwrap().len(), "system:serviceaccount:a:".len() + 253);
    assert_eq!(witness(&glob(&format!("system:serviceaccount:?:{}*", "?".repeat(254))).intersect(legal())), None);
    assert_eq!(witness(&legal().minus(legal())), None, "a complemented grammar is counted too");
}

#[test]
fn letter_case_counts_unless_it_is_ignored() {
    let any_case = Language::glob_ignore_case(Glob::parse("System:ServiceAccount:Prod:*"));
    assert_eq!(witness(&any_case.clone().intersect(legal())).unwrap(), "system:serviceaccount:prod:a");
    assert!(any_case.contains("SYSTEM:serviceaccount:PROD:x"));
    let literal = Language::literal_ignore_case("A:b");
    let members = literal.members(9, &Budget::default()).unwrap();
    assert_eq!((members.first.len(), members.complete), (4, true));
    assert!(members.first.iter().all(|member| literal.contains(member)));
    assert_eq!(witness(&literal.minus(glob("a:*"))).unwrap(), "A:b");
    assert_eq!(Language::literal_ignore_case("1:é").as_literals().unwrap(), ["1:é"]);
}

#[test]
fn simple_sets_are_recognised_by_form() {
    let list = |texts: &[&str]| Language::literals(texts.iter().map(SmolStr::new));
    assert_eq!(list(&["b", "a"]).union(list(&["c", "a"])).as_literals().unwrap(), ["a", "b", "c"]);
    assert_eq!(list(&["ab", "c"]).intersect(glob("a*")).as_literals().unwrap(), ["ab"]);
    assert_eq!(list(&["ab", "c"]).minus(glob("a*")).as_literals().unwrap(), ["c"]);
    assert!(list(&["ab"]).minus(glob("a*").union(glob("b*"))).is_none());
    assert!(glob("**").is_all() && list(&[]).is_none());
    assert!(glob("a*").union(Language::all()).is_all() && glob("a*").intersect(Language::none()).is_none());
    assert!(glob("a*").complement().complement() == glob("a*"));
    assert_eq!(glob("a*").union(glob("a*")), glob("a*"));
    assert!(Language::union_all([]).is_none() && Language::intersect_all([]).is_all());
    assert!(Language::all().complement().is_none());
    assert_eq!(glob("lit").as_literals().unwrap(), ["lit"]);
}

#[test]
fn subsets_and_counterexamples() {
    let budget = Budget::default();
    let prod = glob("system:serviceaccount:prod:*").intersect(legal());
    assert!(prod.is_subset(&glob("system:serviceaccount:prod*"), &budget).is_yes());
    assert!(prod.is_subset(&legal(), &budget).is_yes());
    let wider = glob("system:serviceaccount:prod*").intersect(legal());
    assert_eq!(wider.counterexample(&prod, &budget), Answer::Yes("system:serviceaccount:proda:a".into()));
    assert!(wider.is_subset(&prod, &budget).is_no());
}

#[test]
fn members_come_shortest_first() {
    let budget = Budget::default();
    let members = glob("system:serviceaccount:prod?:app").intersect(legal()).members(40, &budget).unwrap();
    assert_eq!((members.first.len(), members.complete), (36, true));
    assert_eq!(members.first[0], "system:serviceaccount:proda:app");
    assert_eq!(members.first[26], "system:serviceaccount:prod0:app");
    let open = glob("*:app").intersect(legal()).members(3, &budget).unwrap();
    let expected = ["a", "b", "c"].map(|namespace| format!("system:serviceaccount:{namespace}:app"));
    assert_eq!(open, Members { first: expected.iter().map(SmolStr::new).collect(), complete: false });
    let beyond = glob("?").minus(Language::literals((0..128_u8).map(|c| SmolStr::from(char::from(c).to_string())))).minus(glob("£"));
    assert_eq!(beyond.members(3, &budget).unwrap().first, ["¡", "¢", "¤"]);
}

#[test]
fn hundreds_of_literals_cost_little() {
    let budget = Budget::default();
    let accounts = Language::literals((0..300).map(|n| SmolStr::from(format!("system:serviceaccount:ns-{n}:app"))));
    let rest = glob("system:serviceaccount:*:app").minus(accounts).intersect(legal());
    assert_eq!(rest.witness(&budget), Answer::Yes("system:serviceaccount:a:app".into()));
    let breadth = rest.breadth(&eks(), &budget).unwrap();
    assert_eq!(breadth.unbounded, ["namespace"]);
    let spent = Budget::PER_POLICY - budget.left();
    assert!(spent < Budget::PER_POLICY / 5, "{spent}");
}

#[test]
fn too_many_disjuncts_stay_in_one_piece() {
    let some = |first: char| Language::union_all(('a'..='z').chain('A'..='Z').map(|c| glob(&format!("{first}{c}*"))));
    let ends = Language::union_all(('a'..='z').chain('A'..='Z').map(|c| glob(&format!("*{c}{c}"))));
    let language = some('x').union(some('y')).intersect(ends);
    assert!(disjuncts::disjuncts(language.ops()).len() <= 1024);
    assert_eq!(witness(&language).unwrap(), "xx");
    assert!(language.is_subset(&glob("x*").union(glob("y*")), &Budget::new(100_000_000)).is_yes());
}

#[test]
fn past_the_budget_the_answer_is_unknown() {
    let pattern = |first: char, last: char| glob(&format!("*{first}{}{last}*", "?".repeat(18)));
    let impossible = pattern('a', 'b').minus(pattern('c', 'd'));
    assert_eq!(
        impossible.witness(&Budget::new(10_000)),
        Answer::Yes("aaaaaaaaaaaaaaaaaaab".into()),
        "a guess that is proved by its length"
    );
    let harder = impossible.minus(Language::literal("aaaaaaaaaaaaaaaaaaab")).intersect(glob("?*?"));
    let budget = Budget::new(100_000);
    assert_eq!(harder.clone().complement().union(pattern('x', 'y')).complement().witness(&budget), Answer::Unknown(Reason::Budget));
    assert_eq!(harder.is_finite(&budget), Answer::Unknown(Reason::Budget), "the budget is used up for every question");
}

#[test]
fn deep_formulas_do_not_overflow_the_stack() {
    let mut language = glob("a*");
    for at in 0..1500 {
        language = if at % 2 == 0 { language.union(glob("*b")) } else { language.intersect(glob("*c*")) };
    }
    assert!(!language.contains("x"));
    let deep = language.complement();
    assert!(deep.contains("x"));
    assert_eq!(witness(&deep), Some(String::new()));
}
