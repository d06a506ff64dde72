//! The annotations that amazon-eks-pod-identity-webhook reads, and where it reads them. Source: its README.

use irsa_lint_core::document::model::{AUDIENCE, Annotation, DEFAULT_AUDIENCE, ROLE_ARN, ServiceAccount};
use irsa_lint_core::policy::spelling::{distance, nearest};
use irsa_lint_core::rule::View;

/// The annotation of kube2iam and kiam, which they read on Pods.
pub const KUBE2IAM: &str = "iam.amazonaws.com/role";
/// What its keys begin with.
pub const PREFIX: &str = "eks.amazonaws.com";
/// Whether Pods call the regional endpoint of STS.
pub const STS_REGIONAL_ENDPOINTS: &str = "eks.amazonaws.com/sts-regional-endpoints";
/// How long the token lives.
pub const TOKEN_EXPIRATION: &str = "eks.amazonaws.com/token-expiration";
/// Containers that get nothing injected.
pub const SKIP_CONTAINERS: &str = "eks.amazonaws.com/skip-containers";
/// What it reads of a ServiceAccount.
pub const ON_ACCOUNT: [&str; 4] = [ROLE_ARN, AUDIENCE, STS_REGIONAL_ENDPOINTS, TOKEN_EXPIRATION];
/// What it reads of a ServiceAccount and not of a Pod.
pub const ON_ACCOUNT_ALONE: [&str; 3] = [ROLE_ARN, AUDIENCE, STS_REGIONAL_ENDPOINTS];
/// The label of Pods that the webhook passes over.
pub const SKIP_POD: &str = "eks.amazonaws.com/skip-pod-identity-webhook";

/// Whether the webhook's own ConfigMap gives a ServiceAccount a role.
#[must_use]
pub fn gives_role(view: &View<'_>, account: &ServiceAccount) -> bool {
    let (Some(name), namespace) = (account.name.value(), account.namespace.known()) else { return false };
    let fits = |own: &str| own == "*" || namespace.is_none_or(|namespace| namespace == own);
    view.estate.documents().webhook_entries.iter().any(|entry| entry.name == name.text && fits(&entry.namespace))
}

/// The audience that was certainly or likely meant, where one is written that STS never has.
#[must_use]
pub fn meant_audience(text: &str) -> Option<&str> {
    let bare = text.trim_matches(|c: char| c.is_whitespace() || is_unseen(c) || matches!(c, '"' | '\'' | '`'));
    if bare != text && !bare.is_empty() {
        return Some(meant_audience(bare).unwrap_or(bare));
    }
    let host = text.strip_prefix("https://").unwrap_or(text).trim_end_matches('/');
    let is_sts = host.starts_with("sts.") && (host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn"));
    let slip = is_sts || host == DEFAULT_AUDIENCE || distance(text, DEFAULT_AUDIENCE) <= 2;
    (slip && text != DEFAULT_AUDIENCE).then_some(DEFAULT_AUDIENCE)
}

/// Whether a character is one that nobody sees: a zero-width or no-break space, a mark of direction, a byte order mark.
#[must_use]
pub fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{a0}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// The webhook's annotation that was meant, if one was.
#[must_use]
pub fn meant(annotation: &Annotation) -> Option<&'static str> {
    let key = annotation.key.as_str();
    // Most annotations are nobody's business: decide on them without measuring.
    let ours = key.contains("eks") || key.contains("amazon") || key.contains("aws") || key.contains("role");
    if !ours || ON_ACCOUNT.contains(&key) || key == SKIP_CONTAINERS {
        return None;
    }
    let lower = key.to_ascii_lowercase().replace('_', "-");
    if let Some(known) = ON_ACCOUNT.iter().find(|known| **known == lower) {
        return Some(known);
    }
    if let Some(known) = nearest(&lower, ON_ACCOUNT.iter().copied(), 2) {
        return ON_ACCOUNT.iter().copied().find(|own| *own == known);
    }
    let names_role = || annotation.value.value().is_some_and(|value| value.text.contains(":role/"));
    let (domain, name) = lower.split_once('/').unwrap_or(("", &lower));
    let plain = name.replace(['-', '.'], "");
    let is_role_arn = matches!(plain.as_str(), "rolearn" | "iamrolearn" | "awsrolearn" | "eksrolearn");
    let near_domain = domain.is_empty() || near_prefix(domain);
    let own_role = domain == PREFIX && matches!(plain.as_str(), "role" | "iamrole" | "awsrole" | "rolename" | "iamrolename" | "arn");
    if own_role && annotation.value.value().is_some() && plain != "arn" {
        return Some(ROLE_ARN);
    }
    let is_meant = key == KUBE2IAM || names_role() && (is_role_arn && near_domain || own_role);
    is_meant.then_some(ROLE_ARN)
}

/// Whether a domain is one that people write for `eks.amazonaws.com`. `iam.amazonaws.com` is kube2iam's, but it has no `role-arn`.
fn near_prefix(domain: &str) -> bool {
    matches!(
        domain,
        "iam.amazonaws.com" | "amazonaws.com" | "aws.amazon.com" | "aws.amazonaws.com" | "eks.aws.com" | "eks.amazonaws.com.cn"
    ) || matches!(domain, "aws" | "eks" | "irsa" | "iam")
        || domain.ends_with(".amazonaws.com")
        || distance(domain, PREFIX) <= 4
}
