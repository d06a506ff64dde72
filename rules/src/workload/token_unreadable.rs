//! A Pod whose user cannot read the token, on clusters older than Kubernetes 1.19.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::document::model::{Cluster, Place, Workload};
use irsa_lint_core::estate::WorkloadId;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::workloads::{account_of, is_made_by_another, role_of, what};

declare_rule! {
    /// A Pod that does not run as root has no `fsGroup`, on a cluster older than Kubernetes 1.19.
    ///
    /// ## Why is this bad?
    ///
    /// Before Kubernetes 1.19 the token that the webhook mounts belongs to root, and nobody else can read it. The program gets `permission
    /// denied` for the token file.
    ///
    /// ## Severity
    ///
    /// Warning if the Pod sets its user. Info if the user depends on the image.
    ///
    /// ## How to fix it
    ///
    /// Set `fsGroup` in the `securityContext` of the Pod, or upgrade the cluster to a supported version.
    ///
    /// ## References
    ///
    /// - amazon-eks-pod-identity-webhook, "README"
    /// - Kubernetes, "CHANGELOG-1.19": file permissions of projected service account volumes
    ///
    /// ```yaml fail at=/spec/securityContext
    /// # file: cluster.json
    /// {"cluster": {"name": "demo", "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/demo", "version": "1.18"}}
    /// # file: pod.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: api, namespace: payments, annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/payments"}}
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: api, namespace: payments}
    /// spec: {serviceAccountName: api, securityContext: {runAsUser: 1000}, containers: [{name: api, image: registry.example.com/api}]}
    /// ```
    ///
    /// ```yaml pass
    /// # file: cluster.json
    /// {"cluster": {"name": "demo", "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/demo", "version": "1.33"}}
    /// # file: pod.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: api, namespace: payments, annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/payments"}}
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: api, namespace: payments}
    /// spec: {serviceAccountName: api, securityContext: {runAsUser: 1000}, containers: [{name: api, image: registry.example.com/api}]}
    /// ```
    pub TokenUnreadable { id: "token-unreadable", severity: Warning, family: "workload", fix: None }
}

impl Rule for TokenUnreadable {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn workload(&self, id: WorkloadId, workload: &Workload, view: &View<'_>, out: &mut Findings) {
        let Some(version) = old_version(view) else { return };
        let (Some((account_id, account)), Some(spec)) = (account_of(view, id), &workload.pod_spec) else { return };
        if workload.security.fs_group || role_of(account).is_none() || view.estate.association_of(account_id).to().is_some() {
            return;
        }
        if is_made_by_another(workload, view) {
            return;
        }
        let (place, severity, user) = match user(workload) {
            User::Other(place, user) => (place, Severity::Warning, user),
            User::OfTheImage => (spec.clone(), Severity::Info, "the user of its image (perhaps not root)".to_owned()),
            User::Root => return,
        };
        let message = format!(
            "{} runs as {user} without an `fsGroup`, but on Kubernetes {version} only root can read the token of ServiceAccount `{}`",
            what(workload),
            account.display_name()
        );
        out.report(&Self::META, place, message)
            .severity(severity)
            .help(
                "set `fsGroup` in the `securityContext` of the Pod, for example `fsGroup: 65534`; Kubernetes 1.19 and later do not need it",
            )
            .related(account.place.clone(), "the ServiceAccount with the role")
            .done();
    }
}

/// The version of the run's clusters, if all are known to be that old.
fn old_version<'a>(view: &'a View<'_>) -> Option<&'a str> {
    let clusters = &view.estate.documents().clusters;
    let is_old = |version: &str| {
        let (major, minor) = version.split_once('.')?;
        Some(major == "1" && minor.split('.').next()?.parse::<u32>().ok()? < 19)
    };
    let version = |cluster: &'a Cluster| cluster.version.value().map(|version| version.as_str());
    let all_old = clusters.iter().all(|cluster| version(cluster).and_then(is_old) == Some(true));
    clusters.first().and_then(version).filter(|_| all_old)
}

enum User {
    Root,
    OfTheImage,
    Other(Place, String),
}

/// The first user that is not root, of the Pod or of a container that says otherwise.
fn user(workload: &Workload) -> User {
    let pod = &workload.security;
    let mut stated = true;
    let of_containers = workload.containers.iter().map(|container| &container.security);
    let contexts: Vec<_> = if workload.containers.is_empty() { vec![pod] } else { of_containers.collect() };
    for context in contexts {
        let from = |named: bool| if named { context } else { pod };
        let with_user = from(context.run_as_user.is_some());
        let with_rule = from(context.run_as_non_root.is_some());
        match (&with_user.run_as_user, with_rule.run_as_non_root) {
            (Some(user), _) if user != "0" => {
                return with_user.place.clone().map_or(User::Root, |place| User::Other(place, format!("user {user}")));
            }
            (Some(_), _) => {}
            (None, Some(true)) => {
                return with_rule.place.clone().map_or(User::Root, |place| User::Other(place, "a user other than root".to_owned()));
            }
            (None, _) => stated = false,
        }
    }
    if stated { User::Root } else { User::OfTheImage }
}

#[cfg(test)]
mod tests {
    use irsa_lint_core::diagnostic::Severity;

    use crate::testing::{check, of_rule};

    fn found(version: &str, security: &str, container: &str) -> Option<Severity> {
        let cluster = format!(r#"{{"cluster": {{"name": "demo", "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/demo"{version}}}}}"#);
        let text = format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: api, namespace: x, annotations: {{eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/x'}}}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {{name: api, namespace: x}}\nspec: {{serviceAccountName: api, securityContext: {{{security}}}, containers: [{{name: api, securityContext: {{{container}}}}}]}}\n"
        );
        of_rule(&check(&[("c.json", &cluster), ("all.yaml", &text)]), "token-unreadable").first().map(|d| d.severity)
    }

    #[test]
    fn speaks_only_of_clusters_known_to_be_old() {
        let old = r#", "version": "1.18""#;
        assert_eq!(found(old, "runAsUser: 1000", ""), Some(Severity::Warning));
        assert_eq!(found(old, "", "runAsNonRoot: true"), Some(Severity::Warning));
        assert_eq!(found(old, "", ""), Some(Severity::Info));
        assert_eq!(found(old, "runAsUser: 0", ""), None);
        assert_eq!(found(old, "runAsUser: 1000", "runAsUser: 0"), None);
        assert_eq!(found(old, "runAsUser: 1000, fsGroup: 1000", ""), None);
        assert_eq!(found(r#", "version": "1.19""#, "runAsUser: 1000", ""), None);
        assert_eq!(found(r#", "version": "1.33""#, "runAsUser: 1000", ""), None);
        assert_eq!(found("", "runAsUser: 1000", ""), None, "the version is not known");
    }
}
