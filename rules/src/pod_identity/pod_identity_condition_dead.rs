//! A condition that no call of EKS Pod Identity meets.

use irsa_lint_core::admission::action::speaks_of;
use irsa_lint_core::declare_rule;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::syntax::Place;

use crate::objects::pods::{ASSUME_ROLE, TAG_SESSION, dead, statements};

declare_rule! {
    /// A statement for EKS Pod Identity has a condition that no Pod satisfies.
    ///
    /// ## Why is this bad?
    ///
    /// EKS Pod Identity assumes the role with six session tags (`eks-cluster-arn`, `eks-cluster-name`, `kubernetes-namespace`,
    /// `kubernetes-service-account`, `kubernetes-pod-name`, `kubernetes-pod-uid`), which a trust policy sees as `aws:RequestTag/…`. A
    /// condition on another key, or with a value that the key cannot have, never holds, and every Pod is refused.
    ///
    /// ## Severity
    ///
    /// Error: every Pod of every association is refused.
    ///
    /// ## How to fix it
    ///
    /// Use one of these tags in its exact spelling, and `StringLike` for a value with a wildcard.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Grant Pods access to AWS resources based on tags"
    /// - EKS User Guide, "Create IAM role with trust policy required by EKS Pod Identity"
    ///
    /// ```json fail at=/Statement/0/Condition/StringEquals/aws:PrincipalTag~1kubernetes-namespace
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Service": "pods.eks.amazonaws.com"},
    ///     "Action": ["sts:AssumeRole", "sts:TagSession"],
    ///     "Condition": {"StringEquals": {"aws:PrincipalTag/kubernetes-namespace": "payments"}}
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
    ///     "Condition": {"StringEquals": {"aws:RequestTag/kubernetes-namespace": "payments"}}
    ///   }]
    /// }
    /// ```
    pub PodIdentityConditionDead { id: "pod-identity-condition-dead", severity: Error, family: "pod-identity", fix: None }
}

impl Rule for PodIdentityConditionDead {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        for statement in statements(role.policy).filter(|s| speaks_of(&s.action, ASSUME_ROLE) || speaks_of(&s.action, TAG_SESSION)) {
            for condition in statement.effective_conditions() {
                let Some(found) = dead::reason(condition, role.policy, role.account(), role.budget) else { continue };
                let message =
                    format!("{} lets no Pod assume {}, because `{}` {}", statement.name(), role.name(), condition.key.text, found.why);
                let place = Place { span: condition.span, pointer: condition.pointer.clone() };
                out.report(&Self::META, place, message).help(found.help).done();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    fn told(condition: &str) -> Vec<String> {
        let trust = format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Service": "pods.eks.amazonaws.com"}}, "Action": ["sts:AssumeRole", "sts:TagSession"], "Condition": {condition}}}]}}"#
        );
        let role = format!(
            r#"{{"Role": {{"RoleName": "x", "Arn": "arn:aws:iam::111122223333:role/x", "Path": "/", "AssumeRolePolicyDocument": {trust}}}}}"#
        );
        let answer = check(&[("role.json", &role)]);
        of_rule(&answer, "pod-identity-condition-dead").iter().map(|d| format!("{} | {}", d.message, d.help)).collect()
    }

    #[test]
    fn what_pods_can_meet_is_silent() {
        for good in [
            r#"{"StringEquals": {"aws:RequestTag/kubernetes-namespace": ["payments"], "aws:requesttag/EKS-cluster-name": "prod"}}"#,
            r#"{"StringLike": {"aws:RequestTag/kubernetes-service-account": "api-*"}}"#,
            r#"{"ArnLike": {"aws:SourceArn": "arn:aws:eks:*:111122223333:cluster/*"}, "StringEquals": {"aws:SourceAccount": "111122223333"}}"#,
            r#"{"StringEquals": {"aws:SourceArn": "arn:aws:eks:eu-west-1:111122223333:cluster/prod"}}"#,
            r#"{"StringEquals": {"aws:RequestTag/eks-cluster-arn": "arn:aws:eks:eu-west-1:111122223333:cluster/prod"}}"#,
            r#"{"StringNotEquals": {"aws:RequestTag/team": "x"}}"#,
            r#"{"StringEqualsIfExists": {"aws:RequestTag/team": "x"}}"#,
            r#"{"StringEquals": {"aws:SourceOrgID": "o-abcdefghij"}}"#,
            r#"{"StringEquals": {"aws:RequestTag/kubernetes-pod-uid": "x", "aws:SourceVpc": "vpc-1"}}"#,
            r#"{"ForAllValues:StringEquals": {"aws:TagKeys": ["eks-cluster-arn", "eks-cluster-name", "kubernetes-namespace", "kubernetes-service-account", "kubernetes-pod-name", "kubernetes-pod-uid"]}}"#,
        ] {
            assert_eq!(told(good), [""; 0], "{good}");
        }
    }

    #[test]
    fn a_statement_for_one_of_the_two_actions_is_read() {
        for action in ["sts:AssumeRole", "sts:TagSession"] {
            let trust = format!(
                r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Service": "pods.eks.amazonaws.com"}}, "Action": "{action}", "Condition": {{"StringEquals": {{"aws:RequestTag/namespace": "payments"}}}}}}]}}"#
            );
            assert_eq!(of_rule(&check(&[("role.json", &trust)]), "pod-identity-condition-dead").len(), 1, "{action}");
        }
    }

    #[test]
    fn each_mistake_is_named() {
        for (bad, words) in [
            (r#"{"StringEquals": {"aws:RequestTag/namespace": "payments"}}"#, "write `aws:RequestTag/kubernetes-namespace`"),
            (
                r#"{"StringEquals": {"aws:RequestTag/kubernetes-serviceaccount": "api"}}"#,
                "write `aws:RequestTag/kubernetes-service-account`",
            ),
            (r#"{"StringEquals": {"aws:RequestTag/kubernetes-namespace": "pay*"}}"#, "literally"),
            (r#"{"StringEquals": {"aws:SourceAccount": "444455556666"}}"#, "111122223333"),
            (
                r#"{"ArnEquals": {"aws:SourceArn": "arn:aws:eks:eu-west-1:444455556666:cluster/prod"}}"#,
                "ARN of an EKS cluster of account 111122223333",
            ),
            (r#"{"ArnLike": {"aws:SourceArn": "arn:aws:iam::111122223333:role/*"}}"#, "ARN of an EKS cluster"),
            (r#"{"StringEquals": {"aws:RequestTag/kubernetes-service-account": "payments:api"}}"#, "without its namespace"),
            (
                r#"{"StringEquals": {"aws:RequestTag/eks-cluster-name": "arn:aws:eks:eu-west-1:111122223333:cluster/prod"}}"#,
                "eks-cluster-arn",
            ),
            (
                r#"{"StringEquals": {"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:a:b"}}"#,
                "sends none",
            ),
            (r#"{"StringEquals": {"sts:ExternalId": "x"}}"#, "external id"),
        ] {
            let told = told(bad);
            assert!(told.len() == 1 && told[0].contains(words), "{bad}: {told:?}");
        }
    }

    #[test]
    fn other_services_are_not_its_affair() {
        let ec2 = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"sts:ExternalId": "x"}}}]}"#;
        assert!(of_rule(&check(&[("p.json", ec2)]), "pod-identity-condition-dead").is_empty());
    }
}
