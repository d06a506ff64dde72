//! The vocabulary, and the small damages that turn a word into a near miss.

use serde_json::Value;

use super::Random;

/// A cluster, a shared issuer with exposed claims, and one whose trailing slash belongs to it.
pub const ISSUERS: [&str; 4] = [
    "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE",
    "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE",
    "token.actions.githubusercontent.com",
    "acme.auth0.com/",
];

const NAMESPACES: [&str; 4] = ["pay", "payments", "kube-system", "prod"];
const NAMES: [&str; 4] = ["api", "api-2", "worker", "default"];
const OWNERS: [&str; 3] = ["acme", "acme-corp", "octo"];
const CONTEXTS: [&str; 4] = ["ref:refs/heads/main", "ref:refs/tags/v1", "environment:prod", "pull_request"];
const AUDIENCES: [&str; 4] = ["sts.amazonaws.com", "sts.amazonaws.com", "vault", "sts.amazonaws.com.cn"];

/// A value that the claim could have under this issuer.
pub fn value(random: &mut Random, issuer: &str, claim: &str) -> String {
    match claim {
        "sub" if issuer.starts_with("token.actions") => {
            let (owner, repository) = (*random.pick(&OWNERS), *random.pick(&NAMES));
            format!("repo:{owner}/{repository}:{}", random.pick(&CONTEXTS))
        }
        "sub" if issuer.starts_with("acme") => (*random.pick(&["auth0|jane", "auth0|joe", "google|jane"])).to_owned(),
        "sub" => {
            let namespace = *random.pick(&NAMESPACES);
            format!("system:serviceaccount:{namespace}:{}", random.pick(&NAMES))
        }
        "aud" | "oaud" | "azp" => (*random.pick(&AUDIENCES)).to_owned(),
        "email" => (*random.pick(&["jane@acme.example", "joe@acme.example", "jane@octo.example"])).to_owned(),
        "amr" => (*random.pick(&["authenticated", "unauthenticated", "mfa"])).to_owned(),
        "repository" => {
            let owner = *random.pick(&OWNERS);
            format!("{owner}/{}", random.pick(&NAMES))
        }
        "ref" => (*random.pick(&["refs/heads/main", "refs/tags/v1"])).to_owned(),
        "environment" => (*random.pick(&["prod", "staging"])).to_owned(),
        _ => (*random.pick(&NAMESPACES)).to_owned(),
    }
}

/// The word with one small damage: a letter lost, doubled or changed, another letter case, a tail, a blank.
pub fn damaged(random: &mut Random, word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = random.below(letters.len().max(1));
    match random.below(7) {
        0 => letters = letters.iter().enumerate().filter(|(place, _)| *place != at).map(|(_, c)| *c).collect(),
        1 => letters.insert(at, *random.pick(&['x', ':', '/', '-', 'é'])),
        2 => letters.iter_mut().skip(at).take(1).for_each(|c| *c = if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { 'q' }),
        3 => return word.to_ascii_uppercase(),
        4 => letters.extend([':', 'x']),
        5 => letters.push(' '),
        _ => letters.truncate(at),
    }
    letters.into_iter().collect()
}

/// The word as a pattern: some part of it replaced by `*` or `?`.
pub fn pattern(random: &mut Random, word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let at = random.below(letters.len() + 1);
    let (head, tail): (String, String) = (letters.iter().take(at).collect(), letters.iter().skip(at).collect());
    let from_colon = tail.split_once([':', '/']).map_or(String::new(), |(_, rest)| format!(":{rest}"));
    match random.below(8) {
        0 => "*".to_owned(),
        1 => format!("{head}?{}", tail.chars().skip(1).collect::<String>()),
        2 => format!("{head}*{from_colon}"),
        3 => format!("*{tail}"),
        4 => format!("{head}*{tail}"),
        5 => word.rsplit_once([':', '/']).map_or_else(|| word.to_owned(), |(front, _)| format!("{front}:*")),
        _ => format!("{head}*"),
    }
}

/// A text that a pattern matches, more or less.
pub fn instance(random: &mut Random, pattern: &str) -> String {
    let mut text = String::new();
    for c in pattern.chars() {
        match c {
            '*' => text += *random.pick(&["", "", "x", "api", "payments", "a:b", "prod/x", "*"]),
            '?' => text.push(*random.pick(&['i', 'x', ':', '?'])),
            other => text.push(other),
        }
    }
    text
}

/// What the policy writes under keys that end in a claim's name: tokens are made from it.
pub struct Near(Vec<(String, String)>);

impl Near {
    /// Collects the values of every condition.
    pub fn of(policy: &Value) -> Self {
        let mut found = Vec::new();
        collect(policy, "", &mut found);
        Self(found)
    }

    /// Something that the policy writes for this claim.
    pub fn written(&self, random: &mut Random, claim: &str) -> Option<&str> {
        let fitting: Vec<&str> = self.0.iter().filter(|(name, _)| name == claim).map(|(_, value)| value.as_str()).collect();
        if fitting.is_empty() { None } else { Some(*random.pick(&fitting)) }
    }
}

fn collect(value: &Value, name: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => found.push((name.to_owned(), text.clone())),
        Value::Array(list) => list.iter().for_each(|inner| collect(inner, name, found)),
        Value::Object(members) => members.iter().for_each(|(key, inner)| {
            let claim = key.rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
            collect(inner, &claim, found);
        }),
        _ => {}
    }
}
