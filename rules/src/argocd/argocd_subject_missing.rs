//! The role of Argo CD admits one of its ServiceAccounts and not the other.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::ArgoCdCluster;
use irsa_lint_core::estate::Link;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use smol_str::SmolStr;

use crate::objects::hops::argocd_name;
use crate::trust::kubernetes::{parts, subject};
use crate::trust::wide::subject_place;

/// Both talk to the clusters: one deploys, the other shows. Source: Argo CD, "Declarative Setup", "EKS".
const BOTH: [&str; 2] = ["argocd-application-controller", "argocd-server"];

declare_rule! {
    /// The role of Argo CD admits only one of the two ServiceAccounts that reach clusters.
    ///
    /// ## Why is this bad?
    ///
    /// The application controller deploys to the clusters and the server shows them. Each gets a token from AWS with its own
    /// ServiceAccount. The one that the trust policy does not list gets `Not authorized to perform sts:AssumeRoleWithWebIdentity`.
    ///
    /// ## Severity
    ///
    /// Warning: one half of Argo CD is refused, unless it has credentials from elsewhere.
    ///
    /// ## How to fix it
    ///
    /// List both subjects: `system:serviceaccount:argocd:argocd-application-controller` and `system:serviceaccount:argocd:argocd-server`.
    ///
    /// ## References
    ///
    /// - Argo CD, "Declarative Setup", "EKS"
    ///
    /// ```yaml fail
    /// # file: secret.yaml
    /// apiVersion: v1
    /// kind: Secret
    /// metadata: {name: prod, namespace: argocd, labels: {argocd.argoproj.io/secret-type: cluster}}
    /// stringData: {config: '{"awsAuthConfig": {"clusterName": "prod"}}'}
    /// # file: trust-policy.json
    /// {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///   "Condition": {"StringEquals": {
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:argocd:argocd-server"}}}]}
    /// ```
    ///
    /// ```yaml pass
    /// # file: secret.yaml
    /// apiVersion: v1
    /// kind: Secret
    /// metadata: {name: prod, namespace: argocd, labels: {argocd.argoproj.io/secret-type: cluster}}
    /// stringData: {config: '{"awsAuthConfig": {"clusterName": "prod"}}'}
    /// # file: trust-policy.json
    /// {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///   "Condition": {"StringEquals": {
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": [
    ///       "system:serviceaccount:argocd:argocd-server", "system:serviceaccount:argocd:argocd-application-controller"]}}}]}
    /// ```
    pub ArgocdSubjectMissing { id: "argocd-subject-missing", severity: Warning, family: "argocd", fix: None }
}

impl Rule for ArgocdSubjectMissing {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        let by_iam = |cluster: &&ArgoCdCluster| cluster.cluster_name.is_some() || cluster.role_arn.is_some();
        let Some(cluster) = role.view.estate.documents().argocd_clusters.iter().find(by_iam) else { return };
        for issuer in &role.admission.issuers {
            for grant in &issuer.grants {
                let subjects = grant.subjects();
                let Some(listed) = subjects.as_literals() else { continue };
                let Some((own, other)) = listed.iter().find_map(|own| Some((own, twin(own)?))) else { continue };
                let admitted = issuer.grants.iter().any(|grant| grant.subjects().contains(&other));
                let Some((namespace, name)) = parts(&other).filter(|_| !admitted) else { continue };
                // Where its ServiceAccount is in the run, that is told with it.
                if !matches!(role.view.estate.service_account_named(Some(namespace), name), Link::Missing { .. }) {
                    continue;
                }
                let message = format!("{} admits `{own}` but not `{other}`: both need the role for {}", role.name(), argocd_name(cluster));
                out.report(&Self::META, subject_place(role, issuer, grant, own), message)
                    .help(format!("add `{other}` to the condition on `:sub`, unless that ServiceAccount has a role of its own"))
                    .related(cluster.place.clone(), "Argo CD reaches this cluster with IAM")
                    .done();
            }
        }
    }
}

/// The subject of the other ServiceAccount, whatever a chart puts in front of both names.
fn twin(own: &str) -> Option<SmolStr> {
    let (namespace, name) = parts(own)?;
    let [controller, server] = BOTH;
    let of = |end: &str, other: &str| {
        let front = name.strip_suffix(end).filter(|front| front.is_empty() || front.ends_with('-'))?;
        Some(subject(namespace, &format!("{front}{other}")))
    };
    of(controller, server).or_else(|| of(server, controller))
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule, policy};

    const SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: argocd, labels: {argocd.argoproj.io/secret-type: cluster}}\nstringData: {config: '{\"awsAuthConfig\": {\"clusterName\": \"a\"}}'}\n";

    fn found(subjects: &str, files: &[(&str, &str)]) -> usize {
        let trust =
            policy(&format!(r#"{{"StringLike": {{"ISSUER:sub": {subjects}}}, "StringEquals": {{"ISSUER:aud": "sts.amazonaws.com"}}}}"#));
        let mut all = vec![("p.json", trust.as_str())];
        all.extend(files);
        of_rule(&check(&all), "argocd-subject-missing").len()
    }

    #[test]
    fn both_or_a_pattern_or_no_cluster_by_iam() {
        let with = [("secret.yaml", SECRET)];
        assert_eq!(found(r#""system:serviceaccount:argocd:argo-argocd-application-controller""#, &with), 1);
        assert_eq!(found(r#""system:serviceaccount:argocd:argocd-*""#, &with), 0);
        assert_eq!(found(r#""system:serviceaccount:argocd:argocd-image-updater""#, &with), 0);
        assert_eq!(found(r#""system:serviceaccount:argocd:argocd-server""#, &[]), 0);
        let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: argocd-application-controller, namespace: argocd}\n";
        assert_eq!(found(r#""system:serviceaccount:argocd:argocd-server""#, &[("secret.yaml", SECRET), ("sa.yaml", account)]), 0);
    }
}
