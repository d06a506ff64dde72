//! What a fix has to prove: the documents are the same ones, its finding is gone, and, where it is called safe, nobody new gets in.

use std::collections::BTreeMap;

use crate::admission::{Grant, Issuers, key};
use crate::diagnostic::{Diagnostic, Edit};
use crate::engine::answer::CheckAnswer;
use crate::engine::run::{Case, Engine};
use crate::policy::TrustPolicy;
use crate::rule::Analysis;
use crate::source::{FileId, Span};

/// Whether something cannot be read any more, or is not what it was.
pub fn is_other(before: &Case, after: &Case) -> bool {
    let counts = |case: &Case| {
        let documents = case.estate.documents();
        let policies = documents.roles.iter().filter(|role| role.trust.policy().is_some()).count();
        let kubernetes = (documents.service_accounts.len(), documents.workloads.len());
        (documents.roles.len(), policies, kubernetes, documents.providers.len(), documents.associations.len())
    };
    after.errors().len() > before.errors().len() || before.recognised != after.recognised || counts(before) != counts(after)
}

/// Whether of each finding that was to be fixed one less is there, and none has come in its place.
pub fn are_gone(made: &[&Diagnostic], edits: &[Edit], before: &CheckAnswer, after: &CheckAnswer) -> bool {
    let (was, is) = (counted(before.diagnostics.iter()), counted(after.diagnostics.iter()));
    let count = |counts: &Counts<'_>, key: &Key<'_>| counts.get(key).copied().unwrap_or_default();
    if !counted(made.iter().copied()).iter().all(|(finding, asked)| count(&is, finding) + asked <= count(&was, finding)) {
        return false;
    }
    let new: Vec<&Diagnostic> = after.diagnostics.iter().filter(|d| !was.contains_key(&key_of(d))).collect();
    new.is_empty()
        || made.iter().all(|fixed| {
            let there = moved(fixed.place.span, edits);
            !new.iter().any(|d| d.rule == fixed.rule && (d.place.span.file, d.place.span.start) == there)
        })
}

type Key<'a> = (&'static str, FileId, &'a str);
type Counts<'a> = BTreeMap<Key<'a>, usize>;

fn key_of(diagnostic: &Diagnostic) -> Key<'_> {
    (diagnostic.rule, diagnostic.place.span.file, &diagnostic.message)
}

fn counted<'a>(diagnostics: impl Iterator<Item = &'a Diagnostic>) -> Counts<'a> {
    let mut counts = Counts::new();
    for diagnostic in diagnostics {
        *counts.entry(key_of(diagnostic)).or_default() += 1;
    }
    counts
}

/// Where the beginning of a span has got to.
fn moved(span: Span, edits: &[Edit]) -> (FileId, u32) {
    let before = edits.iter().filter(|edit| edit.span.file == span.file && edit.span.end <= span.start);
    let (added, taken) = before.fold((0_usize, 0_usize), |(added, taken), edit| (added + edit.text.len(), taken + edit.span.range().len()));
    let start = (span.start as usize + added).saturating_sub(taken);
    (span.file, u32::try_from(start).unwrap_or(u32::MAX))
}

/// Whether it is proved that nobody new gets in: with a web identity by the admitted sets, otherwise since the principals are the same ones.
pub fn narrows(engine: &Engine<'_>, before: &Case, after: &Case) -> bool {
    let issuers = Issuers::new(engine.catalogue);
    let changed = |file: FileId| before.sources.get(file).map(|f| &f.text) != after.sources.get(file).map(|f| &f.text);
    before.estate.roles().zip(after.estate.roles()).filter(|((_, old), _)| changed(old.place.span.file)).all(
        |((old_id, old), (id, new))| {
            let (Some(old_policy), Some(new_policy)) = (old.trust.policy(), new.trust.policy()) else { return false };
            let Some(earlier) = Analysis::of(&before.estate, old_id, &issuers) else { return false };
            let Some(later) = Analysis::of(&after.estate, id, &issuers) else { return false };
            let covered = later.admission.grants().all(|(issuer, grant)| {
                let mut known = earlier.admission.grants().filter(|(known, _)| known.issuer == issuer.issuer).map(|(_, known)| known);
                known.any(|known| lies_in(grant, known, &later))
            });
            covered && !others(new_policy).iter().any(|principal| !others(old_policy).contains(principal))
        },
    )
}

fn lies_in(grant: &Grant, known: &Grant, analysis: &Analysis<'_>) -> bool {
    let kept = |name: &str| match (grant.region.constraint(name), known.region.constraint(name)) {
        (_, None) => true,
        (own, Some(known)) => own == Some(known),
    };
    let others = known.region.claims.iter().map(|(name, _)| name.as_str()).filter(|name| !matches!(*name, key::SUB | key::AUD));
    grant.subjects().is_subset(&known.subjects(), &analysis.budget).is_yes()
        && grant.audiences().is_subset(&known.audiences(), &analysis.budget).is_yes()
        && others.into_iter().all(kept)
        && known.region.residual.iter().all(|residual| grant.region.residual.contains(residual))
}

/// The principals of Allow statements, with what they may do.
fn others(policy: &TrustPolicy) -> Vec<(String, String)> {
    let allows = policy.statements.iter().filter(|statement| statement.effect == crate::policy::Effect::Allow);
    let mut all = Vec::new();
    for statement in allows {
        let actions: Vec<&str> = statement.action.patterns.iter().map(|pattern| pattern.text.as_str()).collect();
        all.extend(statement.principals.list.iter().map(|p| (format!("{:?} {}", p.kind, p.value.text), actions.join(" "))));
    }
    all
}
