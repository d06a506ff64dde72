//! The laws that hold for every policy and every token: core's evaluator says what the reference says, and a token is in the admitted
//! set exactly where the evaluator does not refuse it. Run over generated policies, the same for the same seed;
//! `IRSA_LINT_SEED` chooses another, `IRSA_LINT_PAIRS` another number of pairs.

#![cfg(test)]

use std::collections::BTreeMap;
use std::time::Instant;

use irsa_lint_tests::adapter::{self, Core, Membership};
use irsa_lint_tests::generate::{Random, line, shrink};
use irsa_lint_tests::reference::{Call, decide};
use serde_json::Value;

const CALLS_PER_POLICY: usize = 5;

/// So many policies that the engines judge differently are cut down and shown.
const EXAMPLES: usize = 12;

fn from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// What is wrong with the answers to one request of a line, if anything is; counts what was asked.
fn broken(line: &Value, counts: &mut BTreeMap<&'static str, u64>) -> Option<String> {
    let policy = &line["policy"];
    let core = Core::read(policy)?;
    for request in line["requests"].as_array()? {
        let call = Call::read(line, request);
        let reference = decide(policy, &call).word();
        let mut count = |name| *counts.entry(name).or_default() += 1;
        count(reference);
        count("evaluator asked");
        let decision = core.decision(&call);
        if decision != reference {
            return Some(format!("core's evaluator: {decision}, reference: {reference}"));
        }
        let call = of_the_policy_alone(call);
        if !adapter::could_be(&call) || call.actions().len() > 1 {
            continue;
        }
        let reference = decide(policy, &call).word();
        let membership = core.membership(&call);
        count(match membership {
            Membership::Inside => "set: inside",
            Membership::Perhaps => "set: perhaps",
            Membership::Outside => "set: outside",
        });
        if matches!((membership, reference), (Membership::Inside, "denied") | (Membership::Outside, "allowed" | "unknown")) {
            return Some(format!("the admitted set has the token {membership:?}, reference: {reference}"));
        }
    }
    None
}

/// The call without what an admitted set does not know: client ids, the session's name, the role.
fn of_the_policy_alone(mut call: Call) -> Call {
    call.client_ids = None;
    call.role_session_name = None;
    call.role_arn = None;
    call
}

#[test]
fn three_engines_agree() {
    let seed = from_environment("IRSA_LINT_SEED", 20_261_124);
    let pairs = from_environment("IRSA_LINT_PAIRS", 100_000);
    let started = Instant::now();
    let mut random = Random::new(seed);
    let mut counts = BTreeMap::new();
    let (mut differences, mut examples) = (BTreeMap::new(), Vec::new());
    for _ in 0..pairs.div_ceil(CALLS_PER_POLICY as u64) {
        let line = line(&mut random, CALLS_PER_POLICY);
        if let Some(what) = broken(&line, &mut counts) {
            *differences.entry(what.clone()).or_insert(0) += 1;
            if examples.len() < EXAMPLES {
                let whole = |line: &Value| line["requests"].as_array().is_some_and(|all| all.iter().all(|one| one["issuer"].is_string()));
                let smallest = shrink(&line, &|smaller| whole(smaller) && broken(smaller, &mut BTreeMap::new()).as_ref() == Some(&what));
                examples.push(format!("{what}\n  {smallest}"));
            }
        }
    }
    assert!(differences.is_empty(), "seed {seed}, {counts:?}: {differences:#?}\n{}", examples.join("\n"));
    println!("seed {seed}: {counts:?} in {:.1} s", started.elapsed().as_secs_f64());
    let count = |name| counts.get(name).copied().unwrap_or_default();
    assert_eq!(count("allowed") + count("denied") + count("unknown"), pairs.div_ceil(CALLS_PER_POLICY as u64) * CALLS_PER_POLICY as u64);
    // Data that mostly says no would prove little.
    assert!(count("allowed") * 6 > pairs && count("denied") * 6 > pairs && count("unknown") * 100 > pairs, "{counts:?}");
}
