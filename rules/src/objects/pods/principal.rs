//! Principals that were meant to be EKS Pod Identity. Source: EKS User Guide, the pages on the roles of clusters, nodes and Pods.

use irsa_lint_core::policy::{Principal, PrincipalKind, spelling};

use super::SERVICE;

/// Services of EKS that exist beside it. Source: EKS User Guide, "Amazon EKS node IAM role", "… Pod execution IAM role", "… cluster IAM role".
const OTHERS: [&str; 5] = [
    "eks.amazonaws.com",
    "eks-fargate-pods.amazonaws.com",
    "eks-fargate.amazonaws.com",
    "eks-nodegroup.amazonaws.com",
    "eks-connector.amazonaws.com",
];

/// Whether a principal can only have been meant as the service of Pod Identity, and is not it.
#[must_use]
pub fn misspelt(principal: &Principal) -> bool {
    let text = principal.value.text.as_str();
    let is_service = principal.kind == PrincipalKind::Service;
    // Nearly every principal is told by this.
    if principal.kind == PrincipalKind::Star || (is_service && text == SERVICE) || text.len() > 80 || text.starts_with("arn:") {
        return false;
    }
    let lower = text.trim_start_matches("https://").to_ascii_lowercase();
    if OTHERS.contains(&lower.as_str()) || lower.contains(['/', '*']) {
        return false;
    }
    if !lower.contains("eks") || !lower.contains("pod") || !lower.contains("amazon") {
        return lower.len().abs_diff(SERVICE.len()) <= 2 && spelling::distance(&lower, SERVICE) <= 2;
    }
    let words: Vec<&str> = lower.split(['.', '-']).collect();
    words.contains(&"eks") && words.iter().any(|word| word.starts_with("pod")) && !words.contains(&"fargate")
}
