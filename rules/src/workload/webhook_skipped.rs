//! A workload keeps the webhook away from its Pods, although their ServiceAccount has a role.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::Workload;
use irsa_lint_core::estate::WorkloadId;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::webhook::SKIP_POD;
use crate::objects::workloads::{account_of, is_made_by_another, key_place, role_of, what};

declare_rule! {
    /// A Pod has the label that disables the pod-identity-webhook, but its ServiceAccount has a role.
    ///
    /// ## Why is this bad?
    ///
    /// The webhook is not called for Pods with the label `eks.amazonaws.com/skip-pod-identity-webhook`, whatever its value. They get
    /// neither variables nor a token, and use the node role.
    ///
    /// ## Severity
    ///
    /// Warning: the Pod uses the node role, which may be intended.
    ///
    /// ## How to fix it
    ///
    /// Remove the label. If the Pods need no role, run them as a ServiceAccount without one.
    ///
    /// ## References
    ///
    /// - amazon-eks-pod-identity-webhook, README
    ///
    /// ```yaml fail at=/spec/template/metadata/labels/eks.amazonaws.com~1skip-pod-identity-webhook
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: api, namespace: payments, annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/payments"}}
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: api, namespace: payments}
    /// spec:
    ///   template:
    ///     metadata: {labels: {eks.amazonaws.com/skip-pod-identity-webhook: "true"}}
    ///     spec: {serviceAccountName: api, containers: [{name: api, image: registry.example.com/api}]}
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: api, namespace: payments}
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: api, namespace: payments}
    /// spec:
    ///   template:
    ///     metadata: {labels: {eks.amazonaws.com/skip-pod-identity-webhook: "true"}}
    ///     spec: {serviceAccountName: api, containers: [{name: api, image: registry.example.com/api}]}
    /// ```
    pub WebhookSkipped { id: "webhook-skipped", severity: Warning, family: "workload", fix: None }
}

impl Rule for WebhookSkipped {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn workload(&self, id: WorkloadId, workload: &Workload, view: &View<'_>, out: &mut Findings) {
        let Some(label) = workload.pod_labels.iter().find(|label| label.key.text == SKIP_POD) else { return };
        let Some((_, account)) = account_of(view, id) else { return };
        let Some(role) = role_of(account) else { return };
        // Whoever sets the variables and mounts a token by hand keeps the webhook away on purpose.
        if !workload.tokens.is_empty() || is_made_by_another(workload, view) {
            return;
        }
        let value = label.value.value().map_or("", |value| value.as_str());
        let whatever = if matches!(value, "false" | "no" | "0") { " whatever its value" } else { "" };
        let message = format!(
            "{} has the label `{SKIP_POD}`, which disables the webhook{whatever}, so its Pods do not get the role of ServiceAccount `{}`",
            what(workload),
            account.display_name()
        );
        out.report(&Self::META, key_place(label), message)
            .help(format!("remove the label, so the Pods get `{}`", role.text))
            .related(account.place.clone(), "the ServiceAccount with the role")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    #[test]
    fn a_token_mounted_by_hand_is_meant() {
        let found = |pod: &str, spec: &str| {
            let text = format!(
                "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: api, namespace: x, annotations: {{eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/x'}}}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {{name: api, namespace: x, {pod}}}\nspec: {{serviceAccountName: api, {spec}}}\n"
            );
            let answer = check(&[("all.yaml", &text)]);
            let found = of_rule(&answer, "webhook-skipped");
            let says_so = found.iter().any(|d| d.message.contains("whatever its value"));
            assert_eq!(says_so, !found.is_empty() && text.contains("'false'"), "{found:?}");
            found.len()
        };
        let label = "labels: {eks.amazonaws.com/skip-pod-identity-webhook: 'false'}";
        assert_eq!(found(label, ""), 1);
        assert_eq!(
            found(label, "volumes: [{name: t, projected: {sources: [{serviceAccountToken: {path: token, audience: sts.amazonaws.com}}]}}]"),
            0
        );
        assert_eq!(found(&label.replace("'false'", "'true'"), ""), 1, "whatever its value");
        assert_eq!(found("labels: {app: x}", ""), 0);
        assert_eq!(found(&label.replace("labels", "annotations"), ""), 0, "a label alone counts");
    }
}
