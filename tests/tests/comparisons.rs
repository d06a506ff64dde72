//! What a comparison says is newly let in is what the evaluator refuses by the one policy and not by the other, for generated policies and
//! tokens; and where it says that nothing changed, the evaluator judges every token alike. `IRSA_LINT_SEED` chooses other policies.

#![cfg(test)]

use std::collections::BTreeMap;

use irsa_lint_tests::adapter::{self, Core, Membership};
use irsa_lint_tests::generate::{Random, line, removals};
use irsa_lint_tests::reference::Call;
use serde_json::{Value, json};

const POLICIES: usize = 250;
const CALLS: usize = 5;

/// Pairs of policies that have much in common.
fn pairs(random: &mut Random, one: &Value, two: &Value, provider: &Value) -> Vec<(Value, Value)> {
    let mut out = vec![(one.clone(), two.clone())];
    let smaller = removals(one);
    if !smaller.is_empty() {
        let less = random.pick(&smaller).clone();
        out.extend([(one.clone(), less.clone()), (less, one.clone())]);
    }
    let list = |policy: &Value| match &policy["Statement"] {
        Value::Array(list) => list.clone(),
        other => vec![other.clone()],
    };
    let mut both = one.clone();
    both["Statement"] = [list(one), list(two)].concat().into();
    out.extend([(one.clone(), both.clone()), (both, one.clone())]);
    // A condition that no token decides, with another value.
    let named = |policy: &Value, effect: &str, name: &str| {
        let mut named = policy.clone();
        let statement = json!({"Effect": effect, "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {"sts:RoleSessionName": name}}});
        named["Statement"] = [list(policy), vec![statement]].concat().into();
        named
    };
    for effect in ["Allow", "Deny"] {
        let night = named(two, effect, "nightly");
        out.extend([(night.clone(), named(two, effect, "run")), (night.clone(), two.clone()), (two.clone(), night)]);
    }
    out
}

/// What is wrong with what a comparison says of a call.
fn broken(before: &Core, after: &Core, call: &Call, counts: &mut BTreeMap<String, u64>) -> Option<String> {
    let (old, new) = (before.decision(call), after.decision(call));
    let (there, back) = (adapter::change(before, after, call), adapter::change(after, before, call));
    *counts.entry(format!("{:?} {}", there.gained, if there.doubt { "with doubt" } else { "" })).or_default() += 1;
    let none = there.gained == Membership::Outside && back.gained == Membership::Outside && !there.doubt && !back.doubt;
    for name in ["nightly", "run"] {
        // What no token decides is decided by the call.
        let named = Call { role_session_name: Some(name.to_owned()), ..call.clone() };
        let (old, new) = (before.decision(&named), after.decision(&named));
        let newly = (old, new) == ("denied", "allowed") && there.gained == Membership::Outside && !there.doubt;
        if newly || (none && old != new) {
            return Some(format!("as session {name}: {old} before, {new} after, {there:?}, {back:?}"));
        }
    }
    let wrong = match (there.gained, old, new) {
        (Membership::Outside, "denied", "allowed" | "unknown") if !there.doubt => "a token is newly let in and not found",
        (Membership::Outside, "unknown", "allowed") if !there.doubt => "a token is let in for certain, and was not, and is not found",
        (Membership::Inside, _, "denied") => "a token is found that is refused",
        (Membership::Inside, "allowed", _) => "a token is found that was let in before",
        _ if none && old != new => "nothing changed, and the token is judged otherwise",
        _ => return None,
    };
    Some(format!("{wrong}: {old} before, {new} after, {there:?}"))
}

#[test]
fn what_is_gained_is_what_the_evaluator_says() {
    let seed = std::env::var("IRSA_LINT_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_261_124);
    let mut random = Random::new(seed);
    let mut counts = BTreeMap::new();
    for _ in 0..POLICIES {
        let (one, two) = (line(&mut random, CALLS), line(&mut random, CALLS));
        for (before, after) in pairs(&mut random, &one["policy"], &two["policy"], &two["requests"][0]["provider_arn"]) {
            let (Some(old), Some(new)) = (Core::read(&before), Core::read(&after)) else { continue };
            for (line, request) in
                [&one, &two].into_iter().flat_map(|line| line["requests"].as_array().into_iter().flatten().map(move |r| (line, r)))
            {
                let mut call = Call::read(line, request);
                (call.client_ids, call.role_session_name, call.role_arn) = (None, None, None);
                if !adapter::could_be(&call) || call.actions().len() > 1 {
                    continue;
                }
                let wrong = broken(&old, &new, &call, &mut counts);
                assert!(wrong.is_none(), "seed {seed}: {}\n{before}\n{after}\n{call:?}", wrong.unwrap_or_default());
            }
        }
    }
    println!("{counts:?}");
    let count = |name: &str| counts.get(name).copied().unwrap_or_default();
    // Data in which nothing changes would prove little.
    assert!(count("Inside ") > 200 && count("Outside ") > 200, "{counts:?}");
}
