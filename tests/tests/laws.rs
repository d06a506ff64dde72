//! The laws that hold for every policy and every token: core's evaluator says what the reference says, and a token is in the admitted
//! set exactly where the evaluator does not refuse it. Run over generated policies, the same for the same seed;
//! `IRSA_LINT_SEED` chooses another, `IRSA_LINT_PAIRS` another number of pairs.

#![cfg(test)]

use std::collections::BTreeMap;
use std::time::Instant;

use irsa_lint_tests::adapter;
use irsa_lint_tests::generate::{Random, line, shrink};
use irsa_lint_tests::reference::{Call, decide};
use serde_json::Value;

const CALLS_PER_POLICY: usize = 5;

fn from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// What is wrong with the answers to one request of a line, if anything is; counts what was asked.
fn broken(line: &Value, counts: &mut BTreeMap<&'static str, u64>) -> Option<String> {
    for request in line["requests"].as_array()? {
        let call = Call::read(line, request);
        let policy = &line["policy"];
        let reference = decide(policy, &call).word();
        let mut count = |name| *counts.entry(name).or_default() += 1;
        count(reference);
        if let Some(core) = adapter::core_decision(policy, &call) {
            count("evaluator asked");
            if core != reference {
                return Some(format!("core's evaluator: {core}, reference: {reference}"));
            }
        }
        // The set is that of the policy alone, so it has nothing to say where the token and the provider are judged as well.
        if call.client_ids.is_none()
            && let Some(inside) = adapter::set_contains(policy, &call)
        {
            count("set asked");
            if inside != (reference != "denied") {
                return Some(format!("the admitted set contains the token: {inside}, reference: {reference}"));
            }
        }
    }
    None
}

#[test]
fn three_engines_agree() {
    let seed = from_environment("IRSA_LINT_SEED", 20_261_124);
    let pairs = from_environment("IRSA_LINT_PAIRS", 100_000);
    let started = Instant::now();
    let mut random = Random::new(seed);
    let mut counts = BTreeMap::new();
    for _ in 0..pairs.div_ceil(CALLS_PER_POLICY as u64) {
        let line = line(&mut random, CALLS_PER_POLICY);
        if broken(&line, &mut counts).is_some() {
            let smallest = shrink(&line, &|smaller| broken(smaller, &mut BTreeMap::new()).is_some());
            let what = broken(&smallest, &mut BTreeMap::new()).unwrap_or_default();
            panic!("seed {seed}, after {counts:?}: {what}\n{smallest}");
        }
    }
    println!("seed {seed}: {counts:?} in {:.1} s", started.elapsed().as_secs_f64());
    let count = |name| counts.get(name).copied().unwrap_or_default();
    assert_eq!(count("allowed") + count("denied") + count("unknown"), pairs.div_ceil(CALLS_PER_POLICY as u64) * CALLS_PER_POLICY as u64);
    // Data that mostly says no would prove little.
    assert!(count("allowed") * 5 > pairs && count("denied") * 5 > pairs && count("unknown") * 100 > pairs, "{counts:?}");
}
