//! The annotations that amazon-eks-pod-identity-webhook reads, and where it reads them. Source: its README.

use irsa_lint_core::document::model::{AUDIENCE, Annotation, ROLE_ARN};
use irsa_lint_core::policy::spelling::{distance, nearest};

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
    let own_role = domain == PREFIX && matches!(plain.as_str(), "role" | "iamrole" | "awsrole" | "rolename" | "arn");
    ((is_role_arn && near_domain || own_role) && names_role()).then_some(ROLE_ARN)
}

/// Whether a domain is one that people write for `eks.amazonaws.com`. `iam.amazonaws.com` is kube2iam's, but it has no `role-arn`.
fn near_prefix(domain: &str) -> bool {
    matches!(
        domain,
        "iam.amazonaws.com" | "amazonaws.com" | "aws.amazon.com" | "aws.amazonaws.com" | "eks.aws.com" | "eks.amazonaws.com.cn"
    ) || distance(domain, PREFIX) <= 4
}
