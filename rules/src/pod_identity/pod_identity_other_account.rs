//! The role of an association lives in another account than the cluster.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{Cluster, PodIdentityAssociation};
use irsa_lint_core::estate::AssociationId;
use irsa_lint_core::policy::Arn;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Place;

declare_rule! {
    /// The role of a Pod Identity association is in another account than the cluster.
    ///
    /// ## Why is this bad?
    ///
    /// EKS Pod Identity can only assume a role in the cluster's own account. With a role in another account the association cannot be
    /// created.
    ///
    /// ## Severity
    ///
    /// Error: the association cannot be created, so no Pod gets the role.
    ///
    /// ## How to fix it
    ///
    /// Use a role in the cluster's account as `roleArn`, and the role in the other account as `targetRoleArn`: the first assumes the
    /// second.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Access AWS resources using EKS Pod Identity target IAM roles"
    ///
    /// ```json fail
    /// # file: association.json
    /// {"association": {"clusterName": "prod", "namespace": "payments", "serviceAccount": "api",
    ///   "roleArn": "arn:aws:iam::444455556666:role/payments"}}
    /// # file: cluster.json
    /// {"cluster": {"name": "prod", "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/prod",
    ///   "identity": {"oidc": {"issuer": "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"}}}}
    /// ```
    ///
    /// ```json pass
    /// # file: association.json
    /// {"association": {"clusterName": "prod", "namespace": "payments", "serviceAccount": "api",
    ///   "roleArn": "arn:aws:iam::111122223333:role/payments", "targetRoleArn": "arn:aws:iam::444455556666:role/payments"}}
    /// # file: cluster.json
    /// {"cluster": {"name": "prod", "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/prod",
    ///   "identity": {"oidc": {"issuer": "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"}}}}
    /// ```
    pub PodIdentityOtherAccount { id: "pod-identity-other-account", severity: Error, family: "pod-identity", fix: None }
}

impl Rule for PodIdentityOtherAccount {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn association(&self, _id: AssociationId, association: &PodIdentityAssociation, view: &View<'_>, out: &mut Findings) {
        let (Some(written), Some(cluster)) = (association.role_arn.value(), association.cluster.value()) else { return };
        let Some(role) = crate::objects::role_arn::role(&written.text) else { return };
        let of_name = |known: &&Cluster| known.name.value() == Some(cluster);
        let arns = view.estate.documents().clusters.iter().filter(of_name).filter_map(|known| Arn::parse(known.arn.value()?));
        let accounts: Vec<&str> = arns.map(|arn| arn.account).filter(|account| !account.is_empty()).collect();
        // Two accounts may each have a cluster of this name: then it is one of them.
        let Some(home) = accounts.first().filter(|_| !accounts.contains(&role.account)) else { return };
        let message = format!("the association's role is in account {}, but cluster `{cluster}` is in account {home}", role.account);
        out.report(&Self::META, Place { span: written.span, pointer: association.place.pointer.clone() }, message)
            .help(format!("use a role in account {home} as `roleArn`, and this role as `targetRoleArn`"))
            .done();
    }
}
