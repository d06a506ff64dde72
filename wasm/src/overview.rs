//! All that a page shows of the documents at once, in two answers: what is marked in the texts, and then everything. However much there is in
//! the documents, both stay so small that a page takes them in between two pictures; what is left out is counted.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

use irsa_lint_core::engine::Case;
use irsa_lint_core::engine::answer::CheckAnswer;
use irsa_lint_core::report::{Counts, Run, json};
use irsa_lint_core::source::Span;
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{Documents, first};

/// Findings in an answer: more nobody reads on a page.
const FINDINGS: usize = 500;

/// What the answer does not list.
#[derive(Debug, Default, Serialize)]
struct LeftOut<'a> {
    errors: usize,
    warnings: usize,
    infos: usize,
    broken: usize,
    not_analysed: usize,
    roles: usize,
    seen: Vec<SeenJson<'a>>,
}

/// Things of one kind in one document, of which `inspect` lists none.
#[derive(Debug, PartialEq, Serialize)]
struct SeenJson<'a> {
    path: &'a str,
    what: &'a str,
    count: usize,
}

#[wasm_bindgen]
impl Documents {
    /// `check --format json`, as much of it as a page shows. `overview` says what is left out, and does not check again.
    pub fn marks(&mut self) -> String {
        let checked = self.checked();
        let json = self.ask(|_, _, run| json::check(run, &bounded(&checked, &mut LeftOut::default())));
        self.checked = Some(checked);
        json
    }

    /// All that a page shows of the documents, in one answer: `{"check": …, "who": …, "inspect": …, "glance": …, "chain": …,
    /// "recognised": […], "left_out": …}`, the first five as by themselves, `recognised` a boolean for each document. `who`, `glance` and `inspect`
    /// hold the first `most` roles and things of each kind, `chain` the first of these, `check` the worst findings; `left_out` counts the rest.
    pub fn overview(&mut self, most: usize) -> String {
        let checked = self.checked();
        let overview = self.ask(|engine, case, run| {
            let who = engine.who_first(case, most);
            let glance = json::glance(run, &engine.glance(case, &checked, &who));
            let chain = json::chain(run, &engine.chain(case, &checked.diagnostics, first(&who.roles)));
            let mut left_out = LeftOut::default();
            let check = json::check(run, &bounded(&checked, &mut left_out));
            let (who, inspect) = (json::who(run, &who), json::inspect(run, &engine.inspect_first(case, most)));
            left_out.roles = checked.roles.saturating_sub(most);
            left_out.seen = seen_beyond(most, case, run);
            let left_out = serde_json::to_string(&left_out).unwrap_or_default();
            let recognised = format!("{:?}", case.recognised);
            format!(
                "{{\"check\":{check},\"who\":{who},\"inspect\":{inspect},\"glance\":{glance},\"chain\":{chain},\"recognised\":{recognised},\"left_out\":{left_out}}}"
            )
        });
        self.checked = Some(checked);
        overview
    }

    /// What the rules find, worked out once.
    fn checked(&mut self) -> CheckAnswer {
        match self.checked.take() {
            Some(checked) => checked,
            None => self.ask(|engine, case, _| engine.check(case)),
        }
    }
}

/// The worst findings, in the order of the documents.
fn bounded<'a>(all: &'a CheckAnswer, left_out: &mut LeftOut<'_>) -> Cow<'a, CheckAnswer> {
    if [all.diagnostics.len(), all.errors.len(), all.not_analysed.len()].iter().all(|count| *count <= FINDINGS) {
        return Cow::Borrowed(all);
    }
    let mut worst: Vec<usize> = (0..all.diagnostics.len()).collect();
    worst.sort_by_key(|at| Reverse(all.diagnostics.get(*at).map(|found| found.severity)));
    worst.truncate(FINDINGS);
    worst.sort_unstable();
    let kept = CheckAnswer {
        diagnostics: worst.into_iter().filter_map(|at| all.diagnostics.get(at).cloned()).collect(),
        errors: all.errors.iter().take(FINDINGS).cloned().collect(),
        not_analysed: all.not_analysed.iter().take(FINDINGS).cloned().collect(),
        ..*all
    };
    let (of_all, of_kept) = (Counts::of(&all.diagnostics), Counts::of(&kept.diagnostics));
    left_out.errors = of_all.errors - of_kept.errors;
    left_out.warnings = of_all.warnings - of_kept.warnings;
    left_out.infos = of_all.infos - of_kept.infos;
    left_out.broken = all.errors.len() - kept.errors.len();
    left_out.not_analysed = all.not_analysed.len() - kept.not_analysed.len();
    Cow::Owned(kept)
}

/// The things behind the first ones of each kind, counted for each document.
fn seen_beyond<'a>(most: usize, case: &'a Case, run: &Run<'a>) -> Vec<SeenJson<'a>> {
    let documents = case.estate.documents();
    let mut counts = BTreeMap::new();
    let mut count = |what: &'a str, span: Span| *counts.entry((run.places.path(span), what)).or_default() += 1;
    for role in documents.roles.iter().skip(most) {
        let bare = role.name.value().is_none() && role.arn.value().is_none() && role.address.is_none();
        count(if bare { "trust policy" } else { "role" }, role.place.span);
    }
    documents.service_accounts.iter().skip(most).for_each(|account| count("ServiceAccount", account.place.span));
    documents.workloads.iter().skip(most).for_each(|workload| count(&workload.kind, workload.place.span));
    documents.providers.iter().skip(most).for_each(|provider| count("OIDC provider", provider.place.span));
    documents.clusters.iter().skip(most).for_each(|cluster| count("cluster", cluster.place.span));
    documents.associations.iter().skip(most).for_each(|association| count("Pod Identity association", association.place.span));
    for job in documents.ci_jobs.iter().skip(most) {
        job.roles.iter().for_each(|step| count("CI job", step.place.span));
    }
    counts.into_iter().map(|((path, what), count)| SeenJson { path, what, count }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documents(roles: usize) -> Documents {
        let policy = r#"{"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated":
            "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"}}]}"#;
        let role = |n: usize| {
            format!(r#"{{"RoleName": "r{n}", "Arn": "arn:aws:iam::111122223333:role/r{n}", "AssumeRolePolicyDocument": {policy}}}"#)
        };
        let mut documents = Documents::new("").unwrap();
        documents.add("roles.json".to_owned(), format!("{{\"Roles\": [{}]}}", (0..roles).map(role).collect::<Vec<_>>().join(",")), true);
        documents
    }

    fn overview(roles: usize, most: usize) -> serde_json::Value {
        serde_json::from_str(&documents(roles).overview(most)).unwrap()
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let (small, large) = (overview(3, 200), overview(700, 200));
        assert_eq!(small["left_out"]["roles"], 0);
        assert_eq!(small["left_out"]["seen"], serde_json::json!([]));
        let findings = small["check"]["diagnostics"].as_array().unwrap();
        assert!(findings.iter().filter(|found| found["severity"] == "error").count() >= 3, "{small}");
        assert_eq!(large["left_out"]["seen"], serde_json::json!([{"path": "roles.json", "what": "role", "count": 500}]));
        assert_eq!((large["who"]["roles"].as_array().unwrap().len(), &large["left_out"]["roles"]), (200, &500.into()));
        let listed = large["check"]["diagnostics"].as_array().unwrap();
        assert_eq!(listed.len(), FINDINGS);
        // Nothing milder is listed while something worse is left out.
        assert!(listed.iter().all(|found| found["severity"] == "error"));
        let all = serde_json::from_str::<serde_json::Value>(&documents(700).check()).unwrap();
        let (errors, left) = (all["summary"]["errors"].as_u64().unwrap(), large["left_out"]["errors"].as_u64().unwrap());
        assert_eq!(errors, left + FINDINGS as u64);
    }

    #[test]
    fn the_marks_are_the_check_of_the_overview() {
        let mut documents = documents(2);
        let marks: serde_json::Value = serde_json::from_str(&documents.marks()).unwrap();
        let overview: serde_json::Value = serde_json::from_str(&documents.overview(200)).unwrap();
        assert_eq!(marks, overview["check"]);
        assert_eq!(marks.to_string(), serde_json::from_str::<serde_json::Value>(&documents.check()).unwrap().to_string());
    }
}
