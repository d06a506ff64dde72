//! Made-up rules whose fixes do what fixes must not do.

use super::*;
use crate::diagnostic::Severity;
use crate::document::model::ServiceAccount;
use crate::engine::{InOrder, Settings};
use crate::estate::ServiceAccountId;
use crate::provider::Catalogue;
use crate::rule::{Findings, FixKind, Rule, RuleMeta, View};
use crate::syntax::Place;

/// Wants the name of a ServiceAccount to be another one.
struct Rename {
    meta: RuleMeta,
    from: &'static str,
    to: &'static str,
    applicability: Applicability,
}

const fn rename(id: &'static str, from: &'static str, to: &'static str, applicability: Applicability) -> Rename {
    Rename { meta: RuleMeta { id, severity: Severity::Warning, family: "test", doc: "", fix: FixKind::Safe }, from, to, applicability }
}

impl Rule for &'static Rename {
    fn meta(&self) -> &'static RuleMeta {
        &self.meta
    }

    fn service_account(&self, _id: ServiceAccountId, account: &ServiceAccount, _view: &View<'_>, out: &mut Findings) {
        let Some(name) = account.name.value().filter(|name| name.text == self.from) else { return };
        let fix = Fix::replace(self.applicability, "rename it", name.inner_span(), self.to);
        out.report(&self.meta, Place { span: name.span, pointer: account.place.pointer.clone() }, "wrong").fix(fix).done();
    }
}

static A_TO_B: &Rename = &rename("a-to-b", "a", "b", Applicability::Safe);
static B_TO_C: &Rename = &rename("b-to-c", "b", "c", Applicability::Unsafe);
static B_TO_A: &Rename = &rename("b-to-a", "b", "a", Applicability::Safe);
static A_TO_A: &Rename = &rename("a-to-a", "a", "a", Applicability::Safe);
static A_TO_NOTHING_READABLE: &Rename = &rename("a-to-nothing-readable", "a", "{", Applicability::Safe);
static A_TO_Z: &Rename = &rename("a-to-z", "a", "z", Applicability::Safe);

fn account(name: &str) -> String {
    format!("apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {name}, namespace: n}} # é\n")
}

/// The texts afterwards, and what came of it.
fn fixed(rules: &[&'static dyn Rule], texts: &[String], allowed: Applicability) -> (Vec<String>, Fixed) {
    let settings = Settings::default();
    let catalogue = Catalogue::default();
    let engine = Engine { rules, catalogue: &catalogue, errors: &[], settings: &settings, schedule: &InOrder };
    let inputs = texts.iter().map(|text| Input { file: SourceFile::new("a.yaml", text), named: true, pasted: true });
    let fixed = engine.fix(engine.load(inputs.collect()), &vec![true; texts.len()], allowed);
    (fixed.case.sources.iter().map(|(_, file)| file.text.clone()).collect(), fixed)
}

fn reasons(fixed: &Fixed) -> Vec<(&'static str, Refusal)> {
    fixed.dropped.iter().map(|dropped| (dropped.rule, dropped.reason)).collect()
}

#[test]
fn goes_on_until_nothing_is_left() {
    let rules: &[&'static dyn Rule] = &[&A_TO_B, &B_TO_C];
    let (texts, safe) = fixed(rules, &[account("a"), account("x")], Applicability::Safe);
    assert_eq!(texts, [account("b"), account("x")]);
    assert_eq!((safe.made, safe.left.risky, safe.changed.len()), (1, 1, 1));
    let (texts, all) = fixed(rules, &[account("a"), account("x")], Applicability::Unsafe);
    assert_eq!(texts, [account("c"), account("x")]);
    assert_eq!((all.made, all.left.risky, all.answer.diagnostics.len()), (2, 0, 0));
}

#[test]
fn two_that_undo_each_other_end() {
    let rules: &[&'static dyn Rule] = &[&A_TO_B, &B_TO_A];
    let (texts, fixed) = fixed(rules, &[account("a")], Applicability::Safe);
    assert_eq!(texts, [account("b")]);
    assert_eq!(reasons(&fixed), [("b-to-a", Refusal::Undone)]);
}

#[test]
fn what_does_not_mend_is_not_made_and_spoils_nothing_else() {
    let rules: &[&'static dyn Rule] = &[&A_TO_NOTHING_READABLE, &B_TO_A, &A_TO_A];
    let (texts, made) = fixed(&rules[..1], &[account("a")], Applicability::Safe);
    assert_eq!((texts, reasons(&made)), (vec![account("a")], vec![("a-to-nothing-readable", Refusal::BreaksTheDocument)]));
    let (texts, made) = fixed(&rules[2..], &[account("a")], Applicability::Safe);
    assert_eq!((texts, reasons(&made)), (vec![account("a")], vec![("a-to-a", Refusal::FindingStays)]));
    let (texts, made) = fixed(&[&A_TO_A, &B_TO_C, &A_TO_Z], &[account("b"), account("a")], Applicability::Unsafe);
    assert_eq!(texts, [account("c"), account("z")], "{:?}", reasons(&made));
    assert_eq!(reasons(&made), [("a-to-a", Refusal::FindingStays)]);
}

#[test]
fn what_a_program_made_is_left_alone() {
    let live = account("a").replace("namespace: n", "namespace: n, uid: 11111111-2222-4333-8444-555555555555");
    let (texts, made) = fixed(&[&A_TO_B], &[live.clone(), account("a")], Applicability::Safe);
    assert_eq!(texts, [live, account("b")]);
    assert_eq!((made.made, made.left.generated), (1, vec![(FileId(0), Maker::Kubernetes)]));
}
