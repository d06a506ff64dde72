//! A ServiceAccount of Argo CD lacks the role that it needs to reach other clusters.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::document::model::{ArgoCdCluster, ROLE_ARN, ServiceAccount};
use irsa_lint_core::estate::{Link, ServiceAccountId};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Place;

use crate::objects::hops::{argocd_accounts, argocd_name};
use crate::objects::webhook::meant;

/// Both talk to the clusters: one deploys, the other shows. Source: Argo CD, "Declarative Setup", "EKS".
const BOTH: [&str; 2] = ["argocd-application-controller", "argocd-server"];

declare_rule! {
    /// A ServiceAccount of Argo CD has no role, although Argo CD uses IAM to reach EKS clusters.
    ///
    /// ## Why is this bad?
    ///
    /// The application controller deploys to the clusters and the server shows them. Both get a token for each cluster from AWS. One that
    /// has no role of its own falls back to the node role, and its half of Argo CD reports `Unauthorized` or `AccessDenied`.
    ///
    /// ## Severity
    ///
    /// Warning if the other ServiceAccount of Argo CD has the role. Info if neither has: the node role or Pod Identity may be intended.
    ///
    /// ## How to fix it
    ///
    /// Annotate both ServiceAccounts with Argo CD's role, and list both subjects in its trust policy.
    ///
    /// ## References
    ///
    /// - Argo CD, "Declarative Setup", "EKS"
    ///
    /// ```yaml fail
    /// apiVersion: v1
    /// kind: Secret
    /// metadata: {name: prod, namespace: argocd, labels: {argocd.argoproj.io/secret-type: cluster}}
    /// stringData: {config: '{"awsAuthConfig": {"clusterName": "prod"}}'}
    /// ---
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: argocd-application-controller
    ///   namespace: argocd
    ///   annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/argocd"}
    /// ---
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: argocd-server, namespace: argocd}
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: Secret
    /// metadata: {name: prod, namespace: argocd, labels: {argocd.argoproj.io/secret-type: cluster}}
    /// stringData: {config: '{"awsAuthConfig": {"clusterName": "prod"}}'}
    /// ---
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: argocd-application-controller
    ///   namespace: argocd
    ///   annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/argocd"}
    /// ---
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: argocd-server
    ///   namespace: argocd
    ///   annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/argocd"}
    /// ```
    pub ArgocdAnnotationMissing { id: "argocd-annotation-missing", severity: Warning, family: "argocd", fix: None }
}

impl Rule for ArgocdAnnotationMissing {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        let by_iam = |cluster: &&ArgoCdCluster| cluster.cluster_name.is_some() || cluster.role_arn.is_some();
        let mut told: Vec<ServiceAccountId> = Vec::new();
        for cluster in view.estate.documents().argocd_clusters.iter().filter(by_iam) {
            let accounts = argocd_accounts(cluster, &BOTH, view);
            let bare: Vec<_> = accounts.iter().copied().filter(|id| is_bare(*id, view)).collect();
            let with_role = accounts.iter().find_map(|id| view.estate.service_account(*id).filter(|account| account.role_arn().is_some()));
            for id in bare {
                let Some(account) = view.estate.service_account(id).filter(|_| !told.contains(&id)) else { continue };
                told.push(id);
                tell(cluster, account, with_role, out);
            }
        }
    }
}

/// Whether a ServiceAccount has no role, and no other document of it, no association and no misspelt annotation is there to give it one.
fn is_bare(id: ServiceAccountId, view: &View<'_>) -> bool {
    let Some(account) = view.estate.service_account(id) else { return false };
    let meant_to_have = account.annotations.iter().any(|annotation| meant(annotation) == Some(ROLE_ARN)) || !account.misplaced.is_empty();
    let associated = !matches!(view.estate.association_of(id), Link::Missing { .. } | Link::None);
    let name = account.name.value().map_or("", |name| &name.text);
    let alone = view.estate.service_account_named(account.namespace.known(), name).to().is_some();
    account.role_arn().is_none() && !meant_to_have && !associated && alone
}

fn tell(cluster: &ArgoCdCluster, account: &ServiceAccount, with_role: Option<&ServiceAccount>, out: &mut Findings) {
    let (who, secret) = (account.display_name(), argocd_name(cluster));
    let place = account
        .name
        .value()
        .map_or_else(|| account.place.clone(), |name| Place { span: name.span, pointer: account.place.pointer.key("metadata") });
    match with_role {
        Some(other) => {
            let message =
                format!("ServiceAccount `{who}` of Argo CD has no role, but `{}` has one: both need it for {secret}", other.display_name());
            let arn = other.role_arn().and_then(|annotation| annotation.value.value()).map_or("", |arn| arn.as_str());
            out.report(&ArgocdAnnotationMissing::META, place, message)
                .help(format!(
                    "annotate ServiceAccount `{who}` with `{ROLE_ARN}: {arn}`, and add it as a subject to the role's trust policy"
                ))
                .related(other.place.clone(), "this one has the role")
                .done();
        }
        None => {
            let message = format!("ServiceAccount `{who}` of Argo CD has no role, so it uses the node role for {secret}");
            out.report(&ArgocdAnnotationMissing::META, place, message)
                .severity(Severity::Info)
                .help(format!(
                    "annotate it with the ARN of Argo CD's role under `{ROLE_ARN}`, unless it should use the node role or Pod Identity"
                ))
                .done();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    fn account(name: &str, role: bool) -> String {
        let annotations = if role { ", annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/argocd'}" } else { "" };
        format!("---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {name}, namespace: argocd{annotations}}}\n")
    }

    fn found(config: &str, accounts: &str) -> Vec<&'static str> {
        let secret = format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: s, namespace: argocd, labels: {{argocd.argoproj.io/secret-type: cluster}}}}\nstringData: {{config: '{config}'}}\n{accounts}"
        );
        of_rule(&check(&[("all.yaml", &secret)]), "argocd-annotation-missing").iter().map(|d| d.severity.name()).collect()
    }

    #[test]
    fn only_where_iam_is_used_and_both_are_there() {
        let by_iam = r#"{"awsAuthConfig": {"clusterName": "a", "roleARN": "arn:aws:iam::111122223333:role/target"}}"#;
        let (server, controller) = ("argocd-server", "argocd-application-controller");
        assert_eq!(found(by_iam, &(account(server, false) + &account(controller, true))), ["warning"]);
        assert_eq!(found(by_iam, &(account(server, true) + &account(controller, true))), [""; 0]);
        assert_eq!(found(by_iam, &account(controller, true)), [""; 0], "the other is not in the run");
        assert_eq!(found(by_iam, &(account(server, false) + &account(controller, false))), ["info", "info"]);
        assert_eq!(found(r#"{"bearerToken": "x"}"#, &(account(server, false) + &account(controller, true))), [""; 0]);
        assert_eq!(found(by_iam, &(account("argocd-dex-server", false) + &account(controller, true))), [""; 0]);
        let association = r#"{"association": {"clusterName": "hub", "namespace": "argocd", "serviceAccount": "argocd-server", "roleArn": "arn:aws:iam::111122223333:role/x"}}"#;
        let all = format!("{}---\n{association}\n", account(server, false) + &account(controller, true));
        assert_eq!(found(by_iam, &all), [""; 0]);
    }
}
