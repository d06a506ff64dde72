//! A running Pod did not get the role of its ServiceAccount.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{Container, Workload};
use irsa_lint_core::estate::WorkloadId;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::role_arn::{RoleArn, read};
use crate::objects::webhook::{SKIP_CONTAINERS, SKIP_POD};
use crate::workload::webhook_absent::is_absent;

declare_rule! {
    /// A running Pod lacks the variables of its ServiceAccount's role.
    ///
    /// ## Why is this bad?
    ///
    /// The pod-identity-webhook adds `AWS_ROLE_ARN` and `AWS_WEB_IDENTITY_TOKEN_FILE` when a Pod is created. A Pod without them uses the
    /// node role. Either the Pod is older than the annotation, or the webhook does not run: it fails without an error.
    ///
    /// ## Severity
    ///
    /// Warning: the Pod currently uses the node role, unless these files are older than its last restart.
    ///
    /// ## How to fix it
    ///
    /// Restart the Pod. If it still lacks the variables, check that the `MutatingWebhookConfiguration` `pod-identity-webhook` exists.
    ///
    /// ## References
    ///
    /// - amazon-eks-pod-identity-webhook, README
    ///
    /// ```yaml fail at=/spec/containers/0
    /// # file: serviceaccount.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/payments"}
    /// # file: pod.yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: api, namespace: payments, uid: 11111111-2222-4333-8444-555555555555, creationTimestamp: "2026-02-01T10:00:00Z"}
    /// spec: {serviceAccountName: api, containers: [{name: api, image: registry.example.com/api}]}
    /// ```
    ///
    /// ```yaml pass
    /// # file: serviceaccount.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/payments"}
    /// # file: pod.yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: api, namespace: payments}
    /// spec: {serviceAccountName: api, containers: [{name: api, image: registry.example.com/api}]}
    /// ```
    pub PodNotInjected { id: "pod-not-injected", severity: Warning, family: "link", fix: None }
}

/// Any of these shows that a webhook was there, this one or that of EKS Pod Identity.
const INJECTED: [&str; 3] = ["AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI"];

impl Rule for PodNotInjected {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn workload(&self, id: WorkloadId, pod: &Workload, view: &View<'_>, out: &mut Findings) {
        if pod.kind != "Pod" || !pod.live || pod.pod_labels.iter().any(|label| label.key.text == SKIP_POD) {
            return;
        }
        // Sidecars that another webhook adds come after this one: one container that got it is enough.
        let got_it = |container: &Container| container.env.iter().any(|(name, _)| INJECTED.contains(&name.as_str()));
        let skips = pod.pod_annotations.iter().any(|annotation| annotation.key.text == SKIP_CONTAINERS);
        let Some(first) = pod.containers.first().filter(|_| !skips && !pod.containers.iter().any(got_it)) else { return };
        let Some(account_id) = view.estate.service_account_of(id).to() else { return };
        let Some(account) = view.estate.service_account(account_id) else { return };
        let has_role = account
            .role_arn()
            .and_then(|annotation| annotation.value.value())
            .is_some_and(|arn| matches!(read(&arn.text), RoleArn::Role(_)));
        // That there is no webhook is told once, not of every Pod.
        if !has_role || view.estate.association_of(account_id).to().is_some() || is_absent(view) {
            return;
        }
        let name = pod.name.value().map_or("?", |name| &name.text);
        let message = format!(
            "Pod `{name}` has no `AWS_ROLE_ARN`, although ServiceAccount `{}` has a role: the pod-identity-webhook did not add it",
            account.display_name()
        );
        out.report(&Self::META, first.place.clone(), message)
            .help(match (&pod.created, &account.created) {
                (Some(pod), Some(account)) if pod < account => "restart the Pod: it is older than the ServiceAccount",
                _ => "restart the Pod if it is older than the annotation; otherwise check that the pod-identity-webhook is installed and reachable",
            })
            .related(account.place.clone(), "the ServiceAccount with the role")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    #[test]
    fn a_pod_that_is_older_is_told_so() {
        let found = |pod: &str, spec: &str| {
            let text = format!(
                "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: api, namespace: x, uid: 1-2, creationTimestamp: '2026-02-01T10:00:00Z', annotations: {{eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/x'}}}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {{name: api, namespace: x, {pod}}}\nspec: {{serviceAccountName: api, containers: [{{name: api{spec}}}]}}\n"
            );
            of_rule(&check(&[("all.yaml", &text)]), "pod-not-injected").iter().map(|d| d.help.clone()).collect::<Vec<_>>()
        };
        let at = |day: &str| format!("uid: 3-4, creationTimestamp: '2026-02-{day}T10:00:00Z'");
        assert!(found(&at("02"), "")[0].contains("restart the Pod if"));
        assert!(found("uid: 3-4, creationTimestamp: '2026-01-01T10:00:00Z'", "")[0].contains("older than the ServiceAccount"));
        assert!(found(&at("02"), ", env: [{name: AWS_CONTAINER_CREDENTIALS_FULL_URI, value: x}]").is_empty());
        assert!(found(&format!("{}, labels: {{eks.amazonaws.com/skip-pod-identity-webhook: ''}}", at("02")), "").is_empty());
        assert!(found("labels: {a: b}", "").is_empty(), "a manifest");
    }
}
