//! The annotations that amazon-eks-pod-identity-webhook reads, and where it reads them. Source: its README.

use irsa_lint_core::document::model::{AUDIENCE, ROLE_ARN};

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
