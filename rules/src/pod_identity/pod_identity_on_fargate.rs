//! A Pod on Fargate whose role comes by EKS Pod Identity.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::Workload;
use irsa_lint_core::estate::WorkloadId;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Place;

use crate::objects::pods::has_association;

declare_rule! {
    /// A Pod on Fargate has a Pod Identity association, which does not work there.
    ///
    /// ## Why is this bad?
    ///
    /// EKS Pod Identity needs its agent on the Pod's node, and there is none on Fargate (nor on Windows nodes). The Pod gets the variables
    /// of Pod Identity, calls an address where nothing answers, and has no credentials.
    ///
    /// ## Severity
    ///
    /// Warning: the Pod gets no credentials from the association, but may have others.
    ///
    /// ## How to fix it
    ///
    /// Run the Pod on Linux EC2 nodes. Or give it the role through an OIDC provider: annotate the ServiceAccount with
    /// `eks.amazonaws.com/role-arn` and delete the association.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Learn how EKS Pod Identity grants Pods access to AWS services", restrictions
    ///
    /// ```yaml fail
    /// # file: pod.yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: api-0, namespace: payments, labels: {eks.amazonaws.com/fargate-profile: payments}}
    /// spec:
    ///   serviceAccountName: api
    ///   containers: [{name: api}]
    /// # file: serviceaccount.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: api, namespace: payments}
    /// # file: association.json
    /// {"association": {"clusterName": "prod", "namespace": "payments", "serviceAccount": "api",
    ///   "roleArn": "arn:aws:iam::111122223333:role/payments"}}
    /// ```
    ///
    /// ```yaml pass
    /// # file: pod.yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: api-0, namespace: payments}
    /// spec:
    ///   serviceAccountName: api
    ///   containers: [{name: api}]
    /// # file: association.json
    /// {"association": {"clusterName": "prod", "namespace": "payments", "serviceAccount": "api",
    ///   "roleArn": "arn:aws:iam::111122223333:role/payments"}}
    /// ```
    pub PodIdentityOnFargate { id: "pod-identity-on-fargate", severity: Warning, family: "pod-identity", fix: None }
}

/// The label that EKS gives to Pods which Fargate runs.
const PROFILE: &str = "eks.amazonaws.com/fargate-profile";

impl Rule for PodIdentityOnFargate {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn workload(&self, id: WorkloadId, workload: &Workload, view: &View<'_>, out: &mut Findings) {
        let Some(label) = workload.pod_labels.iter().find(|label| label.key.text == PROFILE) else { return };
        if !has_association(id, workload, view) {
            return;
        }
        let name = workload.name.value().map_or("?", |name| name.text.as_str());
        let message = format!(
            "{} `{name}` runs on Fargate, where EKS Pod Identity does not work, but its ServiceAccount gets its role from an association",
            workload.kind
        );
        out.report(&Self::META, Place { span: label.key.span, pointer: label.pointer.clone() }, message)
            .help("run it on Linux EC2 nodes, or delete the association and annotate the ServiceAccount with `eks.amazonaws.com/role-arn`")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    #[test]
    fn only_where_both_are_seen() {
        let pod = |labels: &str| {
            format!(
                r#"{{"apiVersion": "v1", "kind": "Pod", "metadata": {{"name": "p", "namespace": "a", "labels": {{{labels}}}}}, "spec": {{"serviceAccountName": "s", "containers": [{{"name": "c"}}]}}}}"#
            )
        };
        let fargate = pod(r#""eks.amazonaws.com/fargate-profile": "x""#);
        let association = r#"{"association": {"clusterName": "prod", "namespace": "a", "serviceAccount": "s", "roleArn": "arn:aws:iam::111122223333:role/x"}}"#;
        let found = |files: &[(&str, &str)]| of_rule(&check(files), "pod-identity-on-fargate").len();
        assert_eq!(found(&[("p.json", &fargate), ("a.json", association)]), 1);
        assert_eq!(found(&[("p.json", &fargate)]), 0);
        assert_eq!(found(&[("p.json", &pod("")), ("a.json", association)]), 0);
        let other = association.replace("\"s\"", "\"t\"");
        assert_eq!(found(&[("p.json", &fargate), ("a.json", &other)]), 0);
    }
}
