//! A set written as simply as it can be: what was subtracted from it without effect is left out. Proved equal, or left as it was.

use smol_str::SmolStr;

use crate::admission::language::{Glob, Language};
use crate::admission::{Budget, Constraint, Grant, key};

/// The grant with its subjects and audiences as simple as they can be written.
#[must_use]
pub fn simple(mut grant: Grant, budget: &Budget) -> Grant {
    for claim in [key::SUB, key::AUD] {
        let name = SmolStr::new_static(claim);
        let Some(Constraint::Single { present, absent }) = grant.region.constraint(claim).cloned() else { continue };
        let present = simple_set(present, budget);
        grant.region.claims.retain(|(known, _)| *known != name);
        grant.region.restrict(&name, Constraint::Single { present, absent });
    }
    grant
}

fn simple_set(set: Language, budget: &Budget) -> Language {
    if set.is_all() || set.as_literals().is_some() {
        return set;
    }
    let shown = set.patterns();
    let is_pattern = |text: &&SmolStr| text.contains(['*', '?']);
    let globs =
        |texts: &[SmolStr]| -> Vec<Language> { texts.iter().filter(is_pattern).map(|text| Language::glob(Glob::parse(text))).collect() };
    let words = |texts: &[SmolStr]| texts.iter().filter(|text| !is_pattern(text)).cloned().collect::<Vec<_>>();
    let meets = |a: &Language, b: &Language| !a.clone().intersect(b.clone()).is_empty(budget).is_yes();
    let literals = Language::literals(words(&shown.like).into_iter().filter(|word| set.contains(word)));
    let mut like: Vec<Language> = globs(&shown.like).into_iter().filter(|glob| meets(glob, &set)).collect();
    if like.is_empty() {
        return if is_same(&literals, &set, budget) { literals } else { set };
    }
    like.push(literals);
    let like = Language::union_all(like.into_iter().filter(|set| !set.is_none()));
    let mut except: Vec<Language> = globs(&shown.except).into_iter().filter(|glob| meets(glob, &like)).collect();
    let literals = Language::literals(words(&shown.except).into_iter().filter(|word| like.contains(word)));
    if !literals.is_none() {
        except.push(literals);
    }
    let simple = if except.is_empty() { like } else { like.minus(Language::union_all(except)) };
    if is_same(&simple, &set, budget) { simple } else { set }
}

fn is_same(a: &Language, b: &Language, budget: &Budget) -> bool {
    a.is_subset(b, budget).is_yes() && b.is_subset(a, budget).is_yes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_out_what_was_subtracted_in_vain() {
        let glob = |text| Language::glob(Glob::parse(text));
        let budget = Budget::default();
        let set = Language::literal("a").union(glob("dev:*")).minus(Language::literal("a").union(glob("prod:*")));
        assert_eq!(simple_set(set, &budget), glob("dev:*"));
        let set = Language::literals(["a".into(), "b".into()]).minus(Language::literal("a"));
        assert_eq!(simple_set(set, &budget).as_literals(), Some(&[SmolStr::from("b")][..]));
        let set = glob("dev:*").minus(glob("*:x"));
        assert_eq!(simple_set(set.clone(), &budget).patterns(), set.patterns());
        // A meet of two patterns has no simpler form.
        let meet = glob("a*").intersect(glob("*b"));
        assert_eq!(simple_set(meet.clone(), &budget), meet);
    }
}
