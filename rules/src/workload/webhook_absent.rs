//! The cluster has no pod-identity-webhook.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{Listed, MutatingWebhook};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::workloads::role_of;

declare_rule! {
    /// The cluster has no pod-identity-webhook, but a ServiceAccount has a role.
    ///
    /// ## Why is this bad?
    ///
    /// Only this webhook turns the annotation `eks.amazonaws.com/role-arn` into variables and a token in the Pods. Without it the
    /// annotation has no effect, there is no error, and every Pod uses the node role.
    ///
    /// ## Severity
    ///
    /// Warning: no Pod gets its role, unless something else provides it.
    ///
    /// ## How to fix it
    ///
    /// EKS installs the `MutatingWebhookConfiguration` `pod-identity-webhook` itself: restore it from a cluster of the same version. On
    /// other clusters install amazon-eks-pod-identity-webhook.
    ///
    /// ## References
    ///
    /// - amazon-eks-pod-identity-webhook, README
    ///
    /// ```yaml fail
    /// # file: webhooks.yaml
    /// apiVersion: v1
    /// kind: List
    /// items:
    /// - apiVersion: admissionregistration.k8s.io/v1
    ///   kind: MutatingWebhookConfiguration
    ///   metadata: {name: vpc-resource-mutating-webhook}
    ///   webhooks: [{name: mpod.vpc.k8s.aws}]
    /// metadata: {resourceVersion: ""}
    /// # file: serviceaccount.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: api, namespace: payments, annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/payments"}}
    /// ```
    ///
    /// ```yaml pass
    /// # file: webhooks.yaml
    /// apiVersion: v1
    /// kind: List
    /// items:
    /// - apiVersion: admissionregistration.k8s.io/v1
    ///   kind: MutatingWebhookConfiguration
    ///   metadata: {name: pod-identity-webhook}
    ///   webhooks: [{name: iam-for-pods.amazonaws.com}]
    /// metadata: {resourceVersion: ""}
    /// # file: serviceaccount.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: api, namespace: payments, annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/payments"}}
    /// ```
    pub WebhookAbsent { id: "webhook-absent", severity: Warning, family: "workload", fix: None }
}

impl Rule for WebhookAbsent {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        if !is_absent(view) {
            return;
        }
        let documents = view.estate.documents();
        let Some(list) = documents.full_lists.iter().find(|list| list.of == Listed::MutatingWebhooks) else { return };
        let mut with_role = documents.service_accounts.iter().filter(|account| role_of(account).is_some());
        let Some(account) = with_role.next() else { return };
        let others = match with_role.count() {
            0 => String::new(),
            1 => " (and of one other)".to_owned(),
            more => format!(" (and of {more} others)"),
        };
        let message = format!(
            "the cluster has no pod-identity-webhook, so no Pod gets the role of ServiceAccount `{}`{others}",
            account.display_name()
        );
        out.report(&Self::META, list.place.clone(), message)
            .help("restore the `MutatingWebhookConfiguration` `pod-identity-webhook` (webhook `iam-for-pods.amazonaws.com`)")
            .related(account.place.clone(), "a ServiceAccount with a role")
            .done();
    }
}

/// Whether the run lists all mutating webhooks of the cluster and none is this one.
#[must_use]
pub fn is_absent(view: &View<'_>) -> bool {
    let is_it = |webhook: &MutatingWebhook| webhook.names.iter().any(|name| name.contains("pod-identity") || name.contains("iam-for-pods"));
    view.estate.lists(Listed::MutatingWebhooks, None) && !view.estate.documents().mutating_webhooks.iter().any(is_it)
}

#[cfg(test)]
mod tests {
    use crate::testing::{bad_rules, check};

    #[test]
    fn a_single_configuration_is_no_list() {
        let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: api, namespace: x, annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/app'}}\n";
        let one = "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\nmetadata: {name: other}\nwebhooks: [{name: other.example.com}]\n";
        assert_eq!(bad_rules(&check(&[("sa.yaml", account), ("w.yaml", one)])), [""; 0]);
        let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: api, namespace: x, uid: 1-2}\nspec: {serviceAccountName: api, containers: [{name: api}]}\n";
        assert_eq!(bad_rules(&check(&[("sa.yaml", account), ("w.yaml", one), ("pod.yaml", pod)])), ["pod-not-injected"]);
        let list = "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfigurationList\nitems: []\n";
        assert_eq!(bad_rules(&check(&[("sa.yaml", account), ("w.yaml", list), ("pod.yaml", pod)])), ["webhook-absent"]);
        assert_eq!(bad_rules(&check(&[("w.yaml", list), ("pod.yaml", pod)])), [""; 0]);
    }
}
