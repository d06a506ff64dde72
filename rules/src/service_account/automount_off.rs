//! A controller's ServiceAccount keeps the token of the Kubernetes API from its Pods.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::ServiceAccount;
use irsa_lint_core::estate::ServiceAccountId;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::workloads::role_of;

declare_rule! {
    /// A controller's ServiceAccount with a role sets `automountServiceAccountToken: false`.
    ///
    /// ## Why is this bad?
    ///
    /// The role does not need that token: the webhook mounts its own. But controllers and agents also talk to the Kubernetes API. Without
    /// its token they fail at startup, which is easily mistaken for a problem with the role.
    ///
    /// ## Severity
    ///
    /// Info: the role itself does not need that token.
    ///
    /// ## How to fix it
    ///
    /// Remove the field, or set `automountServiceAccountToken: true` in the spec of the Pods that need the Kubernetes API.
    ///
    /// ## References
    ///
    /// - Kubernetes, "Configure Service Accounts for Pods", "Opt out of API credential automounting"
    ///
    /// ```yaml fail at=/automountServiceAccountToken
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: cluster-autoscaler
    ///   namespace: kube-system
    ///   annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/cluster-autoscaler"}
    /// automountServiceAccountToken: false
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: payments
    ///   namespace: payments
    ///   annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/payments"}
    /// automountServiceAccountToken: false
    /// ```
    pub AutomountOff { id: "automount-off", severity: Info, family: "service-account", fix: None }
}

/// Programs that use the Kubernetes API and AWS's, as their ServiceAccounts are called.
const CONTROLLERS: [&str; 15] = [
    "cloudwatch-agent",
    "cluster-autoscaler",
    "load-balancer-controller",
    "external-dns",
    "external-secrets",
    "cert-manager",
    "karpenter",
    "ebs-csi",
    "efs-csi",
    "fluent-bit",
    "fluentd",
    "adot-collector",
    "otel-collector",
    "velero",
    "-controller",
];

impl Rule for AutomountOff {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn service_account(&self, id: ServiceAccountId, account: &ServiceAccount, view: &View<'_>, out: &mut Findings) {
        let Some((false, place)) = &account.automount_token else { return };
        let Some(name) = account.name.value().filter(|_| role_of(account).is_some()) else { return };
        let mounts = |workload: &irsa_lint_core::document::model::Workload| {
            workload.automount_token == Some(true) || workload.tokens.iter().any(|token| token.audience.is_none())
        };
        let on_pods = || view.estate.workloads_of(id).iter().filter_map(|id| view.estate.workload(*id)).any(mounts);
        if !CONTROLLERS.iter().any(|controller| name.text.contains(controller)) || on_pods() {
            return;
        }
        let message = format!(
            "ServiceAccount `{}` sets `automountServiceAccountToken: false`: its Pods still get the role, but cannot call the Kubernetes API",
            account.display_name()
        );
        out.report(&Self::META, place.clone(), message)
            .help("if the program uses the Kubernetes API, remove the field, or set it to true in the spec of the Pods")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    #[test]
    fn a_pod_may_take_the_token_all_the_same() {
        let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: external-dns, namespace: dns, annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/dns'}}\nautomountServiceAccountToken: false\n";
        let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: dns}\nspec: {serviceAccountName: external-dns, automountServiceAccountToken: true}\n";
        let found = |files: &[(&str, &str)]| of_rule(&check(files), "automount-off").len();
        assert_eq!(found(&[("sa.yaml", account)]), 1);
        assert_eq!(found(&[("sa.yaml", account), ("pod.yaml", pod)]), 0);
        assert_eq!(found(&[("sa.yaml", &account.replace("false", "true"))]), 0);
        assert_eq!(found(&[("sa.yaml", &account.replace("eks.amazonaws.com/role-arn", "a"))]), 0);
    }
}
