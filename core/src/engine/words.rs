//! Admitted sets in words.

use smol_str::SmolStr;

use crate::admission::language::{Language, Patterns};
use crate::admission::{Admits, IssuerAdmission, Region, Summary};
use crate::provider::Kind;

/// Patterns shown before the rest is only counted.
const MOST: usize = 4;

/// The admitted subjects in words: "any ServiceAccount in namespace `prod`".
#[must_use]
pub fn subjects(issuer: &IssuerAdmission<'_>, subjects: &Language, summary: &Summary) -> String {
    let kubernetes = issuer.provider.is_some_and(|provider| provider.kind == Kind::Kubernetes);
    match summary.admits {
        Admits::Nobody => "nobody".to_owned(),
        Admits::Everyone if kubernetes => "any ServiceAccount in any namespace".to_owned(),
        Admits::Everyone => match issuer.provider {
            Some(provider) => format!("every token of {}", provider.name),
            None => "every token of the issuer".to_owned(),
        },
        _ => patterns(&subjects.patterns(), kubernetes, summary.admits == Admits::Listed),
    }
}

/// Constraints on claims, in words.
#[must_use]
pub fn claims<'a>(region: &Region, names: impl Iterator<Item = &'a SmolStr>) -> Vec<String> {
    let of_one = |name: &SmolStr| {
        let patterns = region.values(name).patterns();
        let like: Vec<String> = patterns.like.iter().map(|p| format!("`{p}`")).collect();
        let except: Vec<String> = patterns.except.iter().map(|p| format!("`{p}`")).collect();
        match (like.as_slice(), except.as_slice()) {
            ([], _) => format!("`{name}` must be absent"),
            (like, []) => format!("`{name}` is {}", like.join(" or ")),
            ([all], except) if all == "`*`" => format!("`{name}` is not {}", except.join(" or ")),
            (like, except) => format!("`{name}` is {} and not {}", like.join(" or "), except.join(" or ")),
        }
    };
    names.map(of_one).collect()
}

fn patterns(patterns: &Patterns, kubernetes: bool, listed: bool) -> String {
    let one = |pattern: &str| if kubernetes { service_accounts(pattern) } else { plain(pattern) };
    let join = |list: &[SmolStr]| {
        let mut shown: Vec<String> = list.iter().take(MOST).map(|pattern| one(pattern)).collect();
        if list.len() > MOST {
            shown.push(format!("{} more", list.len() - MOST));
        }
        shown.join(", ")
    };
    let literal = patterns.like.iter().all(|pattern| !pattern.contains(['*', '?']));
    let exactly = if listed && literal && patterns.like.len() == 1 { "exactly " } else { "" };
    let like = join(&patterns.like);
    if patterns.except.is_empty() { format!("{exactly}{like}") } else { format!("{exactly}{like}, except {}", join(&patterns.except)) }
}

fn plain(pattern: &str) -> String {
    match pattern {
        "*" => "every subject".to_owned(),
        literal if !literal.contains(['*', '?']) => format!("`{literal}`"),
        pattern => format!("subjects that match `{pattern}`"),
    }
}

fn service_accounts(pattern: &str) -> String {
    let parts =
        pattern.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':')).filter(|(_, name)| !name.contains(':'));
    let is_literal = |text: &str| !text.contains(['*', '?']);
    match parts {
        Some(("*", "*")) => "any ServiceAccount in any namespace".to_owned(),
        Some((namespace, "*")) if is_literal(namespace) => format!("any ServiceAccount in namespace `{namespace}`"),
        Some(("*", name)) if is_literal(name) => format!("ServiceAccount `{name}` in any namespace"),
        Some((namespace, name)) if is_literal(namespace) && is_literal(name) => format!("`{namespace}/{name}`"),
        Some((namespace, "*")) => format!("any ServiceAccount in namespaces that match `{namespace}`"),
        Some((namespace, name)) if is_literal(name) => format!("ServiceAccount `{name}` in namespaces that match `{namespace}`"),
        Some((namespace, name)) if is_literal(namespace) => format!("ServiceAccounts that match `{name}` in namespace `{namespace}`"),
        _ => plain(pattern),
    }
}

/// A phrase as a sentence begins.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_a_pattern_lets_in() {
        assert_eq!(service_accounts("system:serviceaccount:prod:*"), "any ServiceAccount in namespace `prod`");
        assert_eq!(service_accounts("system:serviceaccount:*:app"), "ServiceAccount `app` in any namespace");
        assert_eq!(service_accounts("system:serviceaccount:prod*:app"), "ServiceAccount `app` in namespaces that match `prod*`");
        assert_eq!(service_accounts("system:serviceaccount:prod:app"), "`prod/app`");
        assert_eq!(service_accounts("system:*"), "subjects that match `system:*`");
    }
}
