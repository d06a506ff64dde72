//! Every fix that a documented example gets does what a fix must: the text still reads, the finding is gone, and a safe one lets nobody new in.

use irsa_lint_core::admission::{Budget, Issuers};
use irsa_lint_core::diagnostic::{Applicability, Fix, apply};
use irsa_lint_core::engine::Engine;
use irsa_lint_core::engine::{InOrder, Input, Settings};
use irsa_lint_core::rule::{Analysis, Example, FixKind, Rule};
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

#[test]
fn every_rule_has_the_fixes_that_it_promises() {
    let mut faults = Vec::new();
    for rule in crate::RULES {
        let meta = rule.meta();
        for example in Example::all_in(meta.doc) {
            let found = check(&example.files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect::<Vec<_>>());
            for fix in of_rule(&found, meta.id).iter().filter_map(|d| d.fix.as_ref()) {
                let promised = match meta.fix {
                    FixKind::None => false,
                    FixKind::Safe => true,
                    FixKind::Unsafe => fix.applicability == Applicability::Unsafe,
                };
                let placeholder =
                    fix.edits.iter().any(|edit| ["NAMESPACE", "NAME", "ACCOUNT", "ISSUER", "<", "…"].iter().any(|p| edit.text.contains(p)));
                if !promised || placeholder || fix.message.is_empty() || fix.edits.is_empty() {
                    faults.push(format!("{}: promises {:?} and has {fix:?}", meta.id, meta.fix));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn fixes_that_need_the_rest_of_the_run() {
    let issuer = crate::testing::ISSUER;
    let role = |account: &str| {
        let policy =
            crate::testing::policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b", "ISSUER:aud": "sts.amazonaws.com"}}"#);
        let policy = policy.replace("111122223333", account);
        format!(
            r#"{{"Role": {{"RoleName": "app", "Path": "/", "Arn": "arn:aws:iam::444455556666:role/app", "AssumeRolePolicyDocument": {policy}}}}}"#
        )
    };
    let own = format!(r#"{{"OpenIDConnectProviderList": [{{"Arn": "arn:aws:iam::444455556666:oidc-provider/{issuer}"}}]}}"#);
    let other = own.replace("444455556666", "111122223333");
    let text = |files: &[(&str, &str)], rule: &str| {
        let found = check(files);
        of_rule(&found, rule).first().and_then(|d| Some(d.fix.as_ref()?.edits.first()?.text.clone()))
    };
    let foreign = role("111122223333");
    assert_eq!(text(&[("role.json", &foreign), ("p.json", &own)], "foreign-provider").as_deref(), Some("444455556666"));
    assert_eq!(text(&[("role.json", &foreign), ("p.json", &other)], "foreign-provider"), None, "there is none in its account");
    let manifests = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: api-sa, namespace: a, annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::444455556666:role/app'}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: api, namespace: a}\nspec: {serviceAccountName: api-as, containers: []}\n";
    assert_eq!(text(&[("pod.yaml", manifests)], "workload-service-account").as_deref(), Some("api-sa"));
    let elsewhere = manifests.replace("namespace: a}", "namespace: b}").replace("api-as", "api-sa");
    assert_eq!(text(&[("pod.yaml", &elsewhere)], "workload-service-account"), None, "a name cannot mend a namespace");
    let bare = "apiVersion: v1\r\nkind: ServiceAccount\r\nmetadata:\r\n  name: b\r\n  namespace: a\r\n";
    let annotated = text(&[("sa.yaml", bare), ("role.json", &role("444455556666"))], "annotation-missing");
    let wanted = "annotations:\r\n    eks.amazonaws.com/role-arn: arn:aws:iam::444455556666:role/app\r\n  ";
    assert_eq!(annotated.as_deref(), Some(wanted));
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
            for (form, name, text) in crate::mend::embeddings::embeddings(text) {
                let (fault, had_fix) = embedded_fault(*rule, name, &text);
                *tried.entry(form).or_default() += usize::from(had_fix);
                faults.extend(fault.map(|fault| format!("{} as {form}: its fix {fault}", rule.meta().id)));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(tried.len() >= 16 && tried.values().all(|count| *count >= 4), "in some form hardly a fix is offered: {tried:?}");
}
