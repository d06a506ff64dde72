//! The role that Argo CD assumes for a cluster is not let into it.

use irsa_lint_core::declare_rule;
use irsa_lint_core::policy::Arn;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Place;

use crate::objects::hops::{argocd_name, short};
use crate::objects::role_arn::{RoleArn, read};

declare_rule! {
    /// The role that Argo CD assumes for a cluster is not in any of the given access entries or `aws-auth` entries.
    ///
    /// ## Why is this bad?
    ///
    /// AWS issues the token, but the cluster does not know the role: `the server has asked for the client to provide credentials`.
    ///
    /// ## Severity
    ///
    /// Info: the given entries may be incomplete, or those of another cluster.
    ///
    /// ## How to fix it
    ///
    /// Create an access entry for the role in the target cluster, with an access policy, or add it to `mapRoles` of its `aws-auth`.
    ///
    /// ## References
    ///
    /// - Argo CD, "Declarative Setup", "EKS"
    /// - EKS User Guide, "Grant IAM users access to Kubernetes with EKS access entries"
    ///
    /// ```yaml fail at=/stringData/config
    /// apiVersion: v1
    /// kind: Secret
    /// metadata: {name: prod, namespace: argocd, labels: {argocd.argoproj.io/secret-type: cluster}}
    /// stringData: {config: '{"awsAuthConfig": {"clusterName": "prod", "roleARN": "arn:aws:iam::111122223333:role/argocd-prod"}}'}
    /// ---
    /// {"accessEntry": {"clusterName": "prod", "principalArn": "arn:aws:iam::111122223333:role/ops", "kubernetesGroups": []}}
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: Secret
    /// metadata: {name: prod, namespace: argocd, labels: {argocd.argoproj.io/secret-type: cluster}}
    /// stringData: {config: '{"awsAuthConfig": {"clusterName": "prod", "roleARN": "arn:aws:iam::111122223333:role/argocd-prod"}}'}
    /// ---
    /// {"accessEntry": {"clusterName": "prod", "principalArn": "arn:aws:iam::111122223333:role/argocd-prod", "kubernetesGroups": ["deploy"]}}
    /// ```
    pub ArgocdRoleNotMapped { id: "argocd-role-not-mapped", severity: Info, family: "argocd", fix: None }
}

impl Rule for ArgocdRoleNotMapped {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        let documents = view.estate.documents();
        for cluster in &documents.argocd_clusters {
            let Some(role) = cluster.role_arn.as_ref().filter(|role| matches!(read(&role.text), RoleArn::Role(_))) else { continue };
            let name = cluster.cluster_name.as_ref().map(|name| name.as_str());
            // One whose cluster is not known may be of this one.
            let here = |own: Option<&str>| own.zip(name).is_none_or(|(own, name)| own == name);
            let entries = documents.access_entries.iter().filter(|entry| here(entry.cluster.value().map(|own| own.as_str())));
            let entries: Vec<&str> = entries.map(|entry| entry.principal.as_str()).collect();
            let mapped: Vec<&str> = documents.aws_auth.iter().map(|entry| entry.arn.as_str()).collect();
            let let_in = entries.contains(&role.as_str()) || mapped.iter().any(|arn| is_same(arn, &role.text));
            if let_in || (entries.is_empty() && mapped.is_empty()) {
                continue;
            }
            let shown = if entries.is_empty() { "the given `aws-auth`" } else { "any of the given access entries" };
            let message = format!("{} names role `{}`, which is not in {shown}", argocd_name(cluster), short(&role.text));
            out.report(&Self::META, Place { span: role.span, pointer: cluster.config.clone() }, message)
                .help(
                    "create an access entry for the role in the target cluster or add it to its `aws-auth`, unless that is done elsewhere",
                )
                .done();
        }
    }
}

/// Whether an entry of `aws-auth` means the role: its path is left out there, and a path that stayed is a fault of its own.
fn is_same(entry: &str, role: &str) -> bool {
    let parts = |arn| Arn::parse(arn).and_then(|arn| Some((arn.account, arn.role()?.1)));
    let (Some(entry), Some(role)) = (parts(entry), parts(role)) else { return false };
    entry.0 == role.0 && entry.1.eq_ignore_ascii_case(role.1)
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    fn found(other: &str) -> usize {
        let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: argocd, labels: {argocd.argoproj.io/secret-type: cluster}}\nstringData: {config: '{\"awsAuthConfig\": {\"clusterName\": \"prod\", \"roleARN\": \"arn:aws:iam::111122223333:role/argo/prod\"}}'}\n";
        of_rule(&check(&[("secret.yaml", secret), ("other.yaml", other)]), "argocd-role-not-mapped").len()
    }

    #[test]
    fn entries_of_another_cluster_say_nothing() {
        let entry = |cluster: &str, role: &str| {
            format!(r#"{{"accessEntry": {{"clusterName": "{cluster}", "principalArn": "arn:aws:iam::111122223333:role/{role}"}}}}"#)
        };
        assert_eq!(found(&entry("prod", "ops")), 1);
        assert_eq!(found(&entry("test", "ops")), 0);
        assert_eq!(found(&entry("prod", "argo/prod")), 0);
        let aws_auth = |role: &str| {
            format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: aws-auth}}\ndata:\n  mapRoles: |\n    - {{rolearn: 'arn:aws:iam::111122223333:role/{role}', groups: [a]}}\n"
            )
        };
        assert_eq!(found(&aws_auth("prod")), 0, "the path is left out");
        assert_eq!(found(&aws_auth("ops")), 1);
        assert_eq!(found("a: b\n"), 0);
    }
}
