//! A cluster Secret of Argo CD names what is no role.

use irsa_lint_core::declare_rule;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Place;

use crate::objects::hops::argocd_name;
use crate::objects::role_arn::{RoleArn, is_filled_in_later, read};

declare_rule! {
    /// The `roleARN` in a cluster Secret of Argo CD is not the ARN of a role.
    ///
    /// ## Why is this bad?
    ///
    /// Argo CD asks STS for exactly this ARN. STS knows no such role, and Argo CD shows the cluster as unreachable.
    ///
    /// ## Severity
    ///
    /// Error: Argo CD cannot reach the cluster.
    ///
    /// ## How to fix it
    ///
    /// Write the role's ARN including its path, or remove `roleARN`: Argo CD then uses the role of its own ServiceAccount.
    ///
    /// ## References
    ///
    /// - Argo CD, "Declarative Setup", "EKS"
    ///
    /// ```yaml fail at=/stringData/config
    /// apiVersion: v1
    /// kind: Secret
    /// metadata: {name: prod, namespace: argocd, labels: {argocd.argoproj.io/secret-type: cluster}}
    /// stringData:
    ///   name: prod
    ///   config: '{"awsAuthConfig": {"clusterName": "prod", "roleARN": "arn:aws:iam::111122223333:policy/deploy"}}'
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: Secret
    /// metadata: {name: prod, namespace: argocd, labels: {argocd.argoproj.io/secret-type: cluster}}
    /// stringData:
    ///   name: prod
    ///   config: '{"awsAuthConfig": {"clusterName": "prod", "roleARN": "arn:aws:iam::111122223333:role/argocd/deploy"}}'
    /// ```
    pub ArgocdRoleArn { id: "argocd-role-arn", severity: Error, family: "argocd", fix: None }
}

impl Rule for ArgocdRoleArn {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        for cluster in &view.estate.documents().argocd_clusters {
            let Some(role) = cluster.role_arn.as_ref().filter(|role| !is_filled_in_later(&role.text)) else { continue };
            let (why, meant) = match read(&role.text) {
                RoleArn::Other(kind) => (format!("is {kind}"), None),
                RoleArn::Malformed(why, meant) => (why, meant),
                RoleArn::Role(_) | RoleArn::Template | RoleArn::Placeholder(_) => continue,
            };
            let help = meant.map_or_else(
                || "write the role's ARN, or remove `roleARN`: Argo CD then uses the role of its own ServiceAccount".to_owned(),
                |meant| format!("write `{meant}`"),
            );
            let message = format!("{} has the `roleARN` `{}`, which {why}", argocd_name(cluster), role.text);
            out.report(&Self::META, Place { span: role.span, pointer: cluster.config.clone() }, message).help(help).done();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    #[test]
    fn templates_and_roles_of_the_pod_are_fine() {
        let found = |config: &str| {
            let secret = format!(
                "apiVersion: v1\nkind: Secret\nmetadata: {{name: s, labels: {{argocd.argoproj.io/secret-type: cluster}}}}\nstringData:\n  config: '{config}'\n"
            );
            of_rule(&check(&[("secret.yaml", &secret)]), "argocd-role-arn").len()
        };
        for good in [
            r#"{"awsAuthConfig": {"clusterName": "a"}}"#,
            r#"{"awsAuthConfig": {"clusterName": "a", "roleARN": ""}}"#,
            r#"{"awsAuthConfig": {"clusterName": "a", "roleARN": "arn:aws:iam::${ACCOUNT}:role/x"}}"#,
            r#"{"awsAuthConfig": {"clusterName": "a", "roleARN": "arn:aws:iam::<ACCOUNT>:role/x"}}"#,
            r#"{"awsAuthConfig": {"clusterName": "a", "roleARN": "$ROLE_ARN"}}"#,
            r#"{"awsAuthConfig": {"clusterName": "a", "roleARN": "deploy-%s"}}"#,
            r#"{"bearerToken": "x"}"#,
        ] {
            assert_eq!(found(good), 0, "{good}");
        }
        assert_eq!(found(r#"{"awsAuthConfig": {"clusterName": "a", "rolearn": "deploy"}}"#), 1);
        let exec = r#"{"execProviderConfig": {"command": "argocd-k8s-auth", "args": ["aws", "--cluster-name", "a", "--role-arn", "arn:aws:sts::111122223333:assumed-role/x/y"]}}"#;
        assert_eq!(found(exec), 1);
        let joined = r#"{"execProviderConfig": {"command": "aws", "args": ["eks", "get-token", "--cluster-name=a", "--role-arn=deploy"]}}"#;
        assert_eq!(found(joined), 1);
    }
}
