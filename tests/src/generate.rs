//! Random trust policies and the calls that come near them, the same for the same seed. The vocabularies are small, so that collisions
//! are frequent. Knows the grammar of policies, and nothing of what they mean.

mod calls;
mod policies;
mod random;
mod words;

use serde_json::{Value, json};

pub use random::Random;

/// A policy with calls against it, as a line of `can-assume --batch`; about one in four has a provider, so that tokens are judged, too.
#[must_use]
pub fn line(random: &mut Random, requests: usize) -> Value {
    let issuer = *random.pick(&words::ISSUERS);
    let policy = policies::policy(random, issuer);
    let near = words::Near::of(&policy);
    let requests: Vec<Value> = (0..requests).map(|_| calls::call(random, issuer, &near)).collect();
    let mut line = json!({"policy": policy, "requests": requests});
    if let Some(object) = line.as_object_mut() {
        if random.chance(30) {
            object.insert("account".to_owned(), json!(random.pick(&["111122223333", "111122223333", "444455556666"])));
        }
        if random.chance(25) {
            object.insert("provider".to_owned(), json!({"client_ids": ["sts.amazonaws.com", "vault"]}));
        }
    }
    line
}

/// Cuts a line down to the smallest that still differs, so that a failure can be read: fewer requests, statements, conditions, values.
#[must_use]
pub fn shrink(line: &Value, differs: &dyn Fn(&Value) -> bool) -> Value {
    let mut smallest = line.clone();
    'again: loop {
        for smaller in removals(&smallest) {
            if differs(&smaller) {
                smallest = smaller;
                continue 'again;
            }
        }
        return smallest;
    }
}

/// The value with one member or one element left out, at every depth.
#[must_use]
pub fn removals(value: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                let mut without = members.clone();
                without.remove(name);
                all.push(Value::Object(without));
                for smaller in removals(inner) {
                    let mut changed = members.clone();
                    changed.insert(name.clone(), smaller);
                    all.push(Value::Object(changed));
                }
            }
        }
        Value::Array(list) => {
            for at in 0..list.len() {
                let (before, rest) = list.split_at(at);
                let Some((inner, after)) = rest.split_first() else { continue };
                all.push(Value::Array([before, after].concat()));
                all.extend(removals(inner).into_iter().map(|smaller| Value::Array([before, &[smaller], after].concat())));
            }
        }
        _ => {}
    }
    all
}
