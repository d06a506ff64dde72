//! Every fix that a documented example gets does what a fix must: the text still reads, the finding is gone, and a safe one lets nobody new in.

use irsa_lint_core::admission::{Budget, Issuers};
use irsa_lint_core::diagnostic::{Applicability, Fix, apply};
use irsa_lint_core::engine::Engine;
use irsa_lint_core::engine::{InOrder, Input, Settings};
use irsa_lint_core::rule::{Analysis, Example, Rule};
use irsa_lint_core::source::SourceFile;

use crate::testing::{bad_rules, check, of_rule};

/// The files with a fix applied, each edit in its own file.
fn mended(files: &[(String, String)], fix: &Fix) -> Option<Vec<(String, String)>> {
    let of_file = |index: usize| fix.edits.iter().filter(move |e| e.span.file.0 as usize == index).cloned().collect::<Vec<_>>();
    files.iter().enumerate().map(|(index, (name, text))| Some((name.clone(), apply(text, &of_file(index)).ok()?))).collect()
}

/// Whether every token that the first role admits after the fix was admitted before it.
fn narrows(before: &[(String, String)], after: &[(String, String)]) -> bool {
    let settings = Settings::default();
    let catalogue = crate::providers::catalogue();
    let engine = Engine { rules: crate::RULES, catalogue, errors: crate::errors::KNOWN, settings: &settings, schedule: &InOrder };
    let load = |files: &[(String, String)]| {
        engine.load(files.iter().map(|(n, t)| Input { file: SourceFile::new(n, t), named: true, pasted: true }).collect())
    };
    let (before, after, issuers, budget) = (load(before), load(after), Issuers::new(catalogue), Budget::default());
    after.estate.roles().all(|(id, _)| {
        let (Some(new), Some(old)) = (Analysis::of(&after.estate, id, &issuers), Analysis::of(&before.estate, id, &issuers)) else {
            return true;
        };
        new.admission.grants().all(|(issuer, grant)| {
            let earlier = old.admission.grants().filter(|(known, _)| known.issuer == issuer.issuer);
            earlier.map(|(_, earlier)| earlier).any(|earlier| {
                grant.subjects().is_subset(&earlier.subjects(), &budget).is_yes()
                    && grant.audiences().is_subset(&earlier.audiences(), &budget).is_yes()
            })
        })
    })
}

fn fault(rule: &dyn Rule, example: &Example) -> Option<String> {
    let as_refs = |files: &[(String, String)]| files.iter().map(|(n, t)| (n.clone(), t.clone())).collect::<Vec<_>>();
    let run = |files: &[(String, String)]| check(&files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect::<Vec<_>>());
    let before = run(&example.files);
    let own = of_rule(&before, rule.meta().id);
    let fix = own.iter().find_map(|d| d.fix.as_ref())?;
    let Some(files) = mended(&example.files, fix) else { return Some("cannot be applied".to_owned()) };
    let after = run(&as_refs(&files));
    if !after.errors.is_empty() {
        return Some(format!("breaks the document: {}", after.errors[0].message));
    }
    if of_rule(&after, rule.meta().id).len() >= own.len() {
        return Some(format!("leaves the finding: {files:?}"));
    }
    if files.iter().any(|(_, text)| mixes_line_ends(text)) {
        return Some(format!("mixes line ends: {files:?}"));
    }
    let (known, now) = (bad_rules(&before), bad_rules(&after));
    // One mistake may have hidden a lesser one, such as a missing audience in a statement that nobody could match.
    let new: Vec<_> = now.into_iter().filter(|rule| !known.contains(rule) && *rule != "missing-audience").collect();
    if fix.applicability == Applicability::Safe && !new.is_empty() {
        return Some(format!("is safe and makes {new:?} fire"));
    }
    (fix.applicability == Applicability::Safe && !narrows(&example.files, &files)).then(|| "is safe and lets somebody new in".to_owned())
}

/// The same as Windows has it.
fn with_crlf(example: &Example) -> Example {
    let files = example.files.iter().map(|(name, text)| (name.clone(), format!("\u{feff}{}", text.replace('\n', "\r\n"))));
    Example { files: files.collect(), ..example.clone() }
}

fn mixes_line_ends(text: &str) -> bool {
    text.contains("\r\n") && text.replace("\r\n", "").contains('\n')
}

#[test]
fn every_fix_mends_what_it_is_for() {
    let mut faults = Vec::new();
    let mut tried = 0;
    for rule in crate::RULES {
        for example in Example::all_in(rule.meta().doc).iter().filter(|e| e.fails) {
            let found = check(&example.files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect::<Vec<_>>());
            tried += usize::from(of_rule(&found, rule.meta().id).iter().any(|d| d.fix.is_some()));
            for example in [example.clone(), with_crlf(example)] {
                faults.extend(fault(*rule, &example).map(|fault| format!("{}: its fix {fault}", rule.meta().id)));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(tried >= 10, "only {tried} examples get a fix: this test would prove nothing");
}

/// What is wrong with the fix of a policy in one form, and whether there was one.
fn embedded_fault(rule: &dyn Rule, name: &str, text: &str) -> (Option<String>, bool) {
    let before = check(&[(name, text)]);
    let own = of_rule(&before, rule.meta().id);
    let Some((diagnostic, fix)) = own.iter().find_map(|d| Some((d, d.fix.as_ref()?))) else { return (None, false) };
    let Ok(fixed) = apply(text, &fix.edits) else { return (Some("cannot be applied".to_owned()), true) };
    let after = check(&[(name, &fixed)]);
    let left = of_rule(&after, rule.meta().id);
    let json = name.ends_with(".json") && serde_json::from_str::<serde_json::Value>(fixed.trim_start_matches('\u{feff}')).is_err();
    let fault = if !after.errors.is_empty() || after.roles != before.roles || json {
        Some(format!("breaks the document: {fixed}"))
    } else if left.len() >= own.len() || left.iter().any(|d| d.message == diagnostic.message) {
        Some(format!("leaves the finding: {fixed}"))
    } else if mixes_line_ends(&fixed) {
        Some(format!("mixes line ends: {fixed:?}"))
    } else {
        None
    };
    (fault, true)
}

#[test]
fn every_fix_mends_in_every_form_of_a_policy() {
    let mut faults = Vec::new();
    let mut tried = std::collections::BTreeMap::<&str, usize>::new();
    for rule in crate::RULES {
        for example in Example::all_in(rule.meta().doc).iter().filter(|e| e.fails && e.files.len() == 1) {
            let Some((_, text)) = example.files.first().filter(|(_, text)| text.starts_with('{') && text.contains("\"Statement\"")) else {
                continue;
            };
            if !text.starts_with("{\n  \"Version\"") {
                continue;
            }
            for (form, name, text) in crate::embeddings::embeddings(text) {
                let (fault, had_fix) = embedded_fault(*rule, name, &text);
                *tried.entry(form).or_default() += usize::from(had_fix);
                faults.extend(fault.map(|fault| format!("{} as {form}: its fix {fault}", rule.meta().id)));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(tried.len() >= 16 && tried.values().all(|count| *count >= 4), "in some form hardly a fix is offered: {tried:?}");
}
