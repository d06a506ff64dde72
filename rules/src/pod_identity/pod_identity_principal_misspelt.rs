//! A principal that was meant to be EKS Pod Identity.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::{Applicability, Fix};
use irsa_lint_core::policy::{Effect, PrincipalKind};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::syntax::Place;

use crate::objects::pods::SERVICE;
use crate::objects::pods::principal::misspelt;

declare_rule! {
    /// A principal looks like EKS Pod Identity, but is not its service.
    ///
    /// ## Why is this bad?
    ///
    /// EKS Pod Identity is the service `pods.eks.amazonaws.com` in every region and partition, including China. With any other spelling,
    /// or under `AWS` or `Federated`, the principal is somebody else or nobody, and the Pods of the association are refused.
    ///
    /// ## Severity
    ///
    /// Error: every Pod of the association is refused.
    ///
    /// ## How to fix it
    ///
    /// Write `"Principal": {"Service": "pods.eks.amazonaws.com"}`.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Create IAM role with trust policy required by EKS Pod Identity"
    ///
    /// ```json fail at=/Statement/0/Principal/Service
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Service": "pod.eks.amazonaws.com"},
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
    ///     "Action": ["sts:AssumeRole", "sts:TagSession"]
    ///   }]
    /// }
    /// ```
    pub PodIdentityPrincipalMisspelt { id: "pod-identity-principal-misspelt", severity: Error, family: "pod-identity", fix: Unsafe }
}

impl Rule for PodIdentityPrincipalMisspelt {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        for statement in role.policy.statements.iter().filter(|s| s.effect == Effect::Allow && !s.principals.negated) {
            for principal in statement.principals.list.iter().filter(|principal| misspelt(principal)) {
                let value = &principal.value;
                let under = principal.key.as_ref().map_or_else(|| "Principal".to_owned(), |key| key.text.to_string());
                let message = if value.text == SERVICE {
                    format!(
                        "{} of {} names `{SERVICE}` under `{under}` instead of `Service`, so no Pod gets in",
                        statement.name(),
                        role.name()
                    )
                } else {
                    format!(
                        "{} of {} names `{}`, which is not EKS Pod Identity, so no Pod gets in",
                        statement.name(),
                        role.name(),
                        value.text
                    )
                };
                let place = Place { span: value.span, pointer: principal.pointer.clone() };
                let fix = (principal.kind == PrincipalKind::Service)
                    .then(|| Fix::replace(Applicability::Unsafe, format!("write `{SERVICE}`"), value.inner_span(), SERVICE));
                out.report(&Self::META, place, message)
                    .help(format!("write `\"Principal\": {{\"Service\": \"{SERVICE}\"}}`"))
                    .fix(fix)
                    .done();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    fn found(principal: &str) -> usize {
        fixes(principal).len()
    }

    fn fixes(principal: &str) -> Vec<bool> {
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {principal}, "Action": ["sts:AssumeRole", "sts:TagSession"]}}]}}"#
        );
        of_rule(&check(&[("p.json", &text)]), "pod-identity-principal-misspelt").iter().map(|d| d.fix.is_some()).collect()
    }

    #[test]
    fn every_spelling_but_the_right_one() {
        for bad in [
            "pod.eks.amazonaws.com",
            "pods.eks.amazonaws.com.cn",
            "eks-pods.amazonaws.com",
            "pods-eks.amazonaws.com",
            "pods.eks.amazon.com",
            "pods.eks.eu-west-1.amazonaws.com",
            "pods.esk.amazonaws.com",
            "Pods.eks.amazonaws.com",
            "pod-identity.eks.amazonaws.com",
        ] {
            assert_eq!(found(&format!(r#"{{"Service": "{bad}"}}"#)), 1, "{bad}");
        }
        assert_eq!(found(r#"{"AWS": "pods.eks.amazonaws.com"}"#), 1);
        assert_eq!(fixes(r#"{"Federated": "pods.eks.amazonaws.com"}"#), [false], "another value does not mend the kind");
        assert_eq!(fixes(r#"{"Service": "pod.eks.amazonaws.com"}"#), [true]);
    }

    #[test]
    fn other_services_of_eks_are_meant() {
        for good in [
            "pods.eks.amazonaws.com",
            "eks.amazonaws.com",
            "eks-fargate-pods.amazonaws.com",
            "eks-nodegroup.amazonaws.com",
            "ec2.amazonaws.com",
            "ecs-tasks.amazonaws.com",
            "ecs.amazonaws.com",
            "polly.amazonaws.com",
        ] {
            assert_eq!(found(&format!(r#"{{"Service": "{good}"}}"#)), 0, "{good}");
        }
        assert_eq!(found(r#"{"AWS": "arn:aws:iam::111122223333:role/eks-pods"}"#), 0);
        assert_eq!(found(r#""*""#), 0);
    }
}
