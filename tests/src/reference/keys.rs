//! Condition keys: what the request holds under a name. Key names are case-insensitive.
//! Source: IAM User Guide, "Available keys for AWS OIDC federation"; Service Authorization Reference for STS (the packaged list).

use std::sync::LazyLock;

use super::arn;
use super::call::{Call, ROLES, texts};
use super::glob;
use super::token::names_role;

/// What the request holds under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing: the key is not in the request.
    Absent,
    /// These values, at least one.
    Values(Vec<String>),
    /// Something that the token does not decide.
    Undecided {
        /// Whether the key may be missing altogether.
        may_be_absent: bool,
    },
}

/// The issuers that need no provider in the account.
pub const BUILT_IN: [&str; 4] = ["cognito-identity.amazonaws.com", "accounts.google.com", "www.amazon.com", "graph.facebook.com"];

/// Global keys that a web-identity request may have and that its token does not decide.
const UNDECIDED: [&str; 10] = [
    "aws:sourceip",
    "aws:vpcsourceip",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourcevpcarn",
    "aws:requestedregion",
    "aws:securetransport",
    "aws:currenttime",
    "aws:epochtime",
    "aws:useragent",
];

/// Issuer patterns (a `*` for each placeholder) with the claims that STS shows of their tokens besides those of every issuer.
static EXPOSED: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let listed = include_str!("../../fixtures/data/sts-condition-keys.txt");
    let keys = listed.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split('\t').next());
    keys.filter_map(|key| key.split_once(':')).map(|(issuer, claim)| (without_placeholders(issuer), claim.to_owned())).collect()
});

/// What the request holds under this key.
pub fn look_up(call: &Call, key: &str) -> Found {
    let key = key.to_ascii_lowercase();
    let prefix = format!("{}:", call.issuer.to_ascii_lowercase());
    match key.strip_prefix(&prefix) {
        Some(claim) => of_token(call, claim),
        None => global(call, &key),
    }
}

fn values(list: Vec<String>) -> Found {
    if list.is_empty() { Found::Absent } else { Found::Values(list) }
}

fn of_token(call: &Call, name: &str) -> Found {
    let claim = |name: &str| values(call.claim(name).map(texts).unwrap_or_default());
    let listed = EXPOSED.iter().find(|(issuer, shown)| shown.eq_ignore_ascii_case(name) && same_issuer(issuer, &call.issuer));
    let usual: &[&str] = match call.issuer.as_str() {
        "cognito-identity.amazonaws.com" => &["amr", "aud", "oaud", "sub"],
        "www.amazon.com" | "graph.facebook.com" => &[],
        _ => &["amr", "aud", "oaud", "sub", "email"],
    };
    match name {
        "aud" if usual.contains(&name) && call.claim("azp").is_some() => claim("azp"),
        "oaud" if usual.contains(&name) => claim("aud"),
        _ if usual.contains(&name) => claim(name),
        _ => listed.map_or(Found::Absent, |(_, shown)| claim(shown)),
    }
}

fn global(call: &Call, key: &str) -> Found {
    let known = |text: Option<String>| text.map_or(Found::Undecided { may_be_absent: false }, |text| Found::Values(vec![text]));
    if UNDECIDED.contains(&key) {
        return Found::Undecided { may_be_absent: true };
    }
    if let Some(tag) = key.strip_prefix("aws:requesttag/") {
        let tagged = call.tags().into_iter().find(|(name, _)| name.eq_ignore_ascii_case(tag));
        return values(tagged.map(|(_, list)| list).unwrap_or_default());
    }
    let built_in = BUILT_IN.contains(&call.issuer.as_str());
    match key {
        "sts:rolesessionname" => known(call.role_session_name.clone()),
        "sts:roleauthorizedbyidp" => known(authorized_by_idp(call).map(|truth| truth.to_string())),
        "sts:sourceidentity" => values(call.source_identity()),
        "sts:transitivetagkeys" => values(call.transitive_tags()),
        "aws:tagkeys" => values(call.tags().into_iter().map(|(name, _)| name.to_owned()).collect()),
        "aws:principaltype" => Found::Values(vec!["User".to_owned()]),
        "aws:federatedprovider" if built_in => Found::Values(vec![call.issuer.clone()]),
        "aws:federatedprovider" | "aws:userid" => known(call.provider_arn.clone()),
        "aws:principalaccount" => {
            known(call.provider_arn.as_deref().and_then(arn::provider).map(|(a, _)| a).or(call.home()).map(str::to_owned))
        }
        _ => Found::Absent,
    }
}

/// True when the roles claim names this role, false when there is none. Nobody saw it for a claim that names others: such a token is
/// refused before.
fn authorized_by_idp(call: &Call) -> Option<bool> {
    match call.claim(ROLES) {
        Some(_) => names_role(call).filter(|named| *named),
        None => Some(false),
    }
}

fn without_placeholders(issuer: &str) -> String {
    let mut parts = issuer.split("${");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push('*');
        plain.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    plain
}

/// A placeholder stands for one segment of the issuer, so that the number of slashes stays the same.
fn same_issuer(pattern: &str, issuer: &str) -> bool {
    let slashes = |text: &str| text.matches('/').count();
    slashes(pattern) == slashes(issuer) && glob::matches(&glob::wild(pattern), issuer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_stand_for_one_segment() {
        assert_eq!(without_placeholders("oidc.circleci.com/org/${OrgId}"), "oidc.circleci.com/org/*");
        let path = "token.actions.githubusercontent.com/*";
        assert!(
            same_issuer(path, "token.actions.githubusercontent.com/octo") && !same_issuer(path, "token.actions.githubusercontent.com/a/b")
        );
        assert!(same_issuer("token.actions.*.ghe.com", "token.actions.acme.ghe.com"));
    }
}
