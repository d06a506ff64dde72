//! Any cluster of the account may hand the role to its Pods.

use irsa_lint_core::admission::action::speaks_of;
use irsa_lint_core::declare_rule;
use irsa_lint_core::policy::Statement;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::syntax::Place;

use crate::pods::{ASSUME_ROLE, SERVICE, TAG_SESSION, allows, statements};

declare_rule! {
    /// The trust of EKS Pod Identity is not confined to a cluster.
    ///
    /// ## Why is this bad?
    ///
    /// It is the form that AWS documents, and nothing has to be done. But every cluster of the account can hand the role to any of its
    /// Pods: who may is decided by `eks:CreatePodIdentityAssociation` and `iam:PassRole` alone.
    ///
    /// ## Severity
    ///
    /// Info: it is the form that AWS documents, and those who can make an association are trusted in most accounts.
    ///
    /// ## How to fix it
    ///
    /// Name the cluster, and the namespace and ServiceAccount if you like, in conditions: `aws:RequestTag/eks-cluster-name`,
    /// `aws:RequestTag/kubernetes-namespace`, `aws:RequestTag/kubernetes-service-account`, or `aws:SourceArn` with the cluster's ARN.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Create IAM role with trust policy required by EKS Pod Identity"
    ///
    /// ```json fail at=/Statement/0
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Service": "pods.eks.amazonaws.com"},
    ///     "Action": ["sts:AssumeRole", "sts:TagSession"]
    ///   }]
    /// }
    /// ```
    ///
    /// ```json pass
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Service": "pods.eks.amazonaws.com"},
    ///     "Action": ["sts:AssumeRole", "sts:TagSession"],
    ///     "Condition": {"StringEquals": {"aws:RequestTag/eks-cluster-name": "prod"}}
    ///   }]
    /// }
    /// ```
    pub PodIdentityAnyCluster { id: "pod-identity-any-cluster", severity: Info, family: "pod-identity", fix: None }
}

impl Rule for PodIdentityAnyCluster {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        // Without `sts:TagSession` no cluster can hand it out.
        if !allows(role.policy, TAG_SESSION) {
            return;
        }
        for statement in statements(role.policy).filter(|s| speaks_of(&s.action, ASSUME_ROLE) && !is_confined(s)) {
            let account = role.account().map_or_else(|| "the account".to_owned(), |account| format!("account {account}"));
            let message = format!("any EKS cluster of {account} can hand {} to its Pods by an association", role.name());
            out.report(&Self::META, Place { span: statement.span, pointer: statement.pointer.clone() }, message)
                .help(format!(
                    "to confine it, ask `{SERVICE}` for the cluster: a condition on `aws:RequestTag/eks-cluster-name` or `aws:SourceArn`"
                ))
                .done();
        }
    }
}

/// Whether a condition speaks of the cluster or of what runs in it.
fn is_confined(statement: &Statement) -> bool {
    statement.effective_conditions().any(|condition| {
        let key = condition.key.text.to_ascii_lowercase();
        let tag = key.strip_prefix("aws:requesttag/");
        key == "aws:sourcearn" || tag.is_some_and(|tag| tag.starts_with("eks-cluster-") || tag.starts_with("kubernetes-"))
    })
}
