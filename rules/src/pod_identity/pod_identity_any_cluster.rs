//! Any cluster of the account may hand the role to its Pods.

use irsa_lint_core::admission::Truth;
use irsa_lint_core::admission::action::speaks_of;
use irsa_lint_core::admission::pod_identity::{PodSession, Said, TAGS};
use irsa_lint_core::declare_rule;
use irsa_lint_core::policy::Statement;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::syntax::Place;
use smol_str::format_smolstr;

use crate::objects::pods::{ASSUME_ROLE, SERVICE, TAG_SESSION, allows, statements};

declare_rule! {
    /// The trust in EKS Pod Identity is not limited to one cluster.
    ///
    /// ## Why is this bad?
    ///
    /// AWS documents this form, and nothing needs to be done. But every cluster of the account can give the role to any of its Pods: only
    /// `eks:CreatePodIdentityAssociation` and `iam:PassRole` decide who can do that.
    ///
    /// ## Severity
    ///
    /// Info: AWS documents this form, and in most accounts those who can create an association are trusted.
    ///
    /// ## How to fix it
    ///
    /// To limit it, name the cluster, and if you like the namespace and ServiceAccount, in conditions: `aws:RequestTag/eks-cluster-name`,
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
        for statement in statements(role.policy).filter(|s| speaks_of(&s.action, ASSUME_ROLE) && !is_confined(s, role)) {
            let account = role.account().map_or_else(|| "the account".to_owned(), |account| format!("account {account}"));
            let message = format!("any EKS cluster of {account} can give {} to its Pods with an association", role.name());
            out.report(&Self::META, Place { span: statement.span, pointer: statement.pointer.clone() }, message)
                .help(format!(
                    "to limit it to one cluster, add a condition on `aws:RequestTag/eks-cluster-name` or `aws:SourceArn` to the statement for `{SERVICE}`"
                ))
                .done();
        }
    }
}

/// Whether a condition keeps some cluster, namespace or ServiceAccount out: one that any would meet does not.
fn is_confined(statement: &Statement, role: &RoleView<'_>) -> bool {
    let account = role.account().unwrap_or("111122223333");
    let another = PodSession {
        cluster_arn: Some(format_smolstr!("arn:aws:eks:xx-other-1:{account}:cluster/some-other-cluster")),
        cluster_name: Some("some-other-cluster".into()),
        account: Some(account.into()),
        namespace: Some("some-other-namespace".into()),
        service_account: Some("some-other-account".into()),
        untagged: false,
    };
    statement.effective_conditions().any(|condition| {
        let key = condition.key.text.to_ascii_lowercase();
        let tag = key.strip_prefix("aws:requesttag/");
        let speaks = key == "aws:sourcearn" || tag.is_some_and(|tag| TAGS.contains(&tag));
        // A condition that nobody meets is another rule's affair.
        let nobody = another.says(&key) == Said::Absent;
        let holds = another.holds(condition, role.policy);
        (speaks && holds != Truth::True) || (nobody && holds == Truth::False)
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    #[test]
    fn a_condition_that_any_cluster_meets_confines_nothing() {
        let found = |condition: &str| {
            let text = format!(
                r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Service": "pods.eks.amazonaws.com"}}, "Action": ["sts:AssumeRole", "sts:TagSession"], "Condition": {condition}}}]}}"#
            );
            of_rule(&check(&[("p.json", &text)]), "pod-identity-any-cluster").len()
        };
        assert_eq!(found(r#"{"StringLike": {"aws:RequestTag/eks-cluster-name": "*"}}"#), 1);
        assert_eq!(found(r#"{"StringEquals": {"aws:SourceAccount": "111122223333"}}"#), 1);
        assert_eq!(found(r#"{"StringLike": {"aws:RequestTag/eks-cluster-name": "prod-*"}}"#), 0);
        assert_eq!(found(r#"{"ArnLike": {"aws:SourceArn": "arn:aws:eks:eu-west-1:111122223333:cluster/prod"}}"#), 0);
        assert_eq!(found(r#"{"StringEquals": {"aws:RequestTag/kubernetes-namespace": "payments"}}"#), 0);
    }
}
