//! Trust of EKS Pod Identity: the statements that speak of the service `pods.eks.amazonaws.com`. Source: EKS User Guide, "Create IAM role
//! with trust policy required by EKS Pod Identity".

use irsa_lint_core::admission::action::speaks_of;
use irsa_lint_core::policy::{Effect, PrincipalKind, Statement, TrustPolicy};

/// The service, in every partition.
pub const SERVICE: &str = "pods.eks.amazonaws.com";
/// What it must be allowed to do first.
pub const ASSUME_ROLE: &str = "sts:AssumeRole";
/// What it must be allowed to do as well.
pub const TAG_SESSION: &str = "sts:TagSession";

/// The Allow statements that name the service.
pub fn statements(policy: &TrustPolicy) -> impl Iterator<Item = &Statement> {
    policy.statements.iter().filter(|statement| statement.effect == Effect::Allow && names_service(statement))
}

/// Whether some statement allows the service an action.
#[must_use]
pub fn allows(policy: &TrustPolicy, action: &str) -> bool {
    statements(policy).any(|statement| speaks_of(&statement.action, action))
}

fn names_service(statement: &Statement) -> bool {
    let named = statement.principals.list.iter().any(|p| p.kind == PrincipalKind::Service && p.value.text == SERVICE);
    named && !statement.principals.negated
}
