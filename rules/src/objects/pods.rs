//! Trust of EKS Pod Identity: the statements that speak of the service `pods.eks.amazonaws.com`. Source: EKS User Guide, "Create IAM role
//! with trust policy required by EKS Pod Identity".

pub mod dead;
pub mod principal;

use irsa_lint_core::admission::action::speaks_of;
use irsa_lint_core::admission::pod_identity::PodSession;
use irsa_lint_core::document::model::{Cluster, PodIdentityAssociation, Stated, Workload};
use irsa_lint_core::estate::{Link, WorkloadId};
use irsa_lint_core::policy::{Arn, Effect, PrincipalKind, Statement, TrustPolicy};
use irsa_lint_core::rule::View;
use smol_str::SmolStr;

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

/// What an association's Pods call with. `account`: the role's, which is the cluster's.
#[must_use]
pub fn session(association: &PodIdentityAssociation, account: Option<&str>, view: &View<'_>) -> PodSession {
    let of_name = |cluster: &&Cluster| cluster.name.value().is_some() && cluster.name.value() == association.cluster.value();
    let mut arns = view.estate.documents().clusters.iter().filter(of_name).filter_map(|cluster| cluster.arn.value());
    let in_account = |arn: &&SmolStr| Arn::parse(arn).is_some_and(|arn| account.is_none_or(|own| own == arn.account));
    PodSession {
        cluster_arn: arns.next().filter(|_| arns.next().is_none()).filter(in_account).cloned(),
        cluster_name: association.cluster.value().cloned(),
        account: account.map(SmolStr::new),
        namespace: association.namespace.value().cloned(),
        service_account: association.service_account.value().cloned(),
        untagged: association.disable_session_tags,
    }
}

/// How a message names the ServiceAccount of an association.
#[must_use]
pub fn account_of(association: &PodIdentityAssociation) -> String {
    let part = |stated: &Stated<SmolStr>| stated.value().map_or("?", SmolStr::as_str).to_owned();
    format!("{}/{}", part(&association.namespace), part(&association.service_account))
}

/// Whether an association gives the Pods of a workload their role.
#[must_use]
pub fn has_association(id: WorkloadId, workload: &Workload, view: &View<'_>) -> bool {
    if let Link::To(account) = view.estate.service_account_of(id) {
        return view.estate.association_of(*account).to().is_some();
    }
    let (Some(namespace), Some(account)) = (workload.namespace.known(), workload.service_account.value()) else { return false };
    let is = |stated: &Stated<SmolStr>, wanted: &str| stated.value().is_some_and(|own| own == wanted);
    let associations = &view.estate.documents().associations;
    associations.iter().any(|association| is(&association.namespace, namespace) && is(&association.service_account, &account.text))
}
