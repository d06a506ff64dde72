//! Two associations for one ServiceAccount.

use std::collections::HashMap;

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{PodIdentityAssociation, Stated};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};
use smol_str::SmolStr;

use crate::objects::pods::account_of;

declare_rule! {
    /// Two resources create a Pod Identity association for the same ServiceAccount.
    ///
    /// ## Why is this bad?
    ///
    /// A ServiceAccount of a cluster can have only one association. EKS refuses to create the second: `Association already exists`.
    ///
    /// ## Severity
    ///
    /// Error: the second association cannot be created.
    ///
    /// ## How to fix it
    ///
    /// Keep one of the two, or use another ServiceAccount for the second. A role in another account belongs in `target_role_arn`.
    ///
    /// ## References
    ///
    /// - EKS API Reference, "CreatePodIdentityAssociation"
    ///
    /// ```json fail
    /// # file: plan.json
    /// {"format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": [
    ///   {"address": "aws_eks_pod_identity_association.a", "mode": "managed", "type": "aws_eks_pod_identity_association", "name": "a",
    ///    "change": {"actions": ["create"], "after": {"cluster_name": "prod", "namespace": "payments", "service_account": "api",
    ///      "role_arn": "arn:aws:iam::111122223333:role/a"}, "after_unknown": {}}},
    ///   {"address": "aws_eks_pod_identity_association.b", "mode": "managed", "type": "aws_eks_pod_identity_association", "name": "b",
    ///    "change": {"actions": ["create"], "after": {"cluster_name": "prod", "namespace": "payments", "service_account": "api",
    ///      "role_arn": "arn:aws:iam::111122223333:role/b"}, "after_unknown": {}}}
    /// ]}
    /// ```
    ///
    /// ```json pass
    /// # file: plan.json
    /// {"format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": [
    ///   {"address": "aws_eks_pod_identity_association.a", "mode": "managed", "type": "aws_eks_pod_identity_association", "name": "a",
    ///    "change": {"actions": ["create"], "after": {"cluster_name": "prod", "namespace": "payments", "service_account": "api",
    ///      "role_arn": "arn:aws:iam::111122223333:role/a"}, "after_unknown": {}}},
    ///   {"address": "aws_eks_pod_identity_association.b", "mode": "managed", "type": "aws_eks_pod_identity_association", "name": "b",
    ///    "change": {"actions": ["create"], "after": {"cluster_name": "test", "namespace": "payments", "service_account": "api",
    ///      "role_arn": "arn:aws:iam::111122223333:role/a"}, "after_unknown": {}}}
    /// ]}
    /// ```
    pub AssociationDuplicated { id: "association-duplicated", severity: Error, family: "pod-identity", fix: None }
}

impl Rule for AssociationDuplicated {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        let mut seen: HashMap<[&SmolStr; 3], &PodIdentityAssociation> = HashMap::new();
        for association in &view.estate.documents().associations {
            let (Some(address), Some(key)) = (&association.address, key(association)) else { continue };
            let Some(first) = seen.get(&key) else {
                seen.insert(key, association);
                continue;
            };
            let other = first.address.as_deref().unwrap_or_default();
            // A plan, its state and its source describe one resource, and two modules of a run may be two deployments.
            if other == address || first.place.span.file != association.place.span.file {
                continue;
            }
            let whose = account_of(association);
            let message =
                format!("`{address}` and `{other}` both create an association for ServiceAccount `{whose}` of cluster `{}`", key[0]);
            out.report(&Self::META, association.place.clone(), message)
                .help("keep one of the two: EKS refuses the second (`Association already exists`)")
                .related(first.place.clone(), "the other one")
                .done();
        }
    }
}

/// Cluster, namespace and ServiceAccount, where all three are known.
fn key(association: &PodIdentityAssociation) -> Option<[&SmolStr; 3]> {
    let all = [&association.cluster, &association.namespace, &association.service_account];
    let [Some(cluster), Some(namespace), Some(account)] = all.map(Stated::value) else { return None };
    Some([cluster, namespace, account])
}
