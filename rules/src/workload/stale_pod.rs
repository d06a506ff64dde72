//! A running Pod still has the role or the audience that its ServiceAccount had before.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::document::model::{AUDIENCE, DEFAULT_AUDIENCE, ServiceAccount, Workload};
use irsa_lint_core::estate::WorkloadId;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::role_arn::{RoleArn, place, read};
use crate::objects::webhook::gives_role;
use crate::objects::workloads::{ROLE_VARIABLE, TOKEN_VOLUME, account_of, has_webhooks_variables, role_of, variable, variable_place};

declare_rule! {
    /// A running Pod has a different role than its ServiceAccount names now.
    ///
    /// ## Why is this bad?
    ///
    /// The webhook writes role and audience into a Pod when the Pod is created; nothing changes them later. The annotation was changed
    /// after that, and the Pod keeps the old role until it is re-created.
    ///
    /// ## Severity
    ///
    /// Warning: the Pod works, but with the old role. Info if the ServiceAccount no longer names a role, which may be intended.
    ///
    /// ## How to fix it
    ///
    /// Restart the Pods: `kubectl rollout restart`.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Assign IAM roles to Kubernetes service accounts"
    ///
    /// ```yaml fail at=/spec/containers/0/env/0
    /// # file: serviceaccount.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: api, namespace: payments, annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/payments"}}
    /// # file: pod.yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: api, namespace: payments, uid: 11111111-2222-4333-8444-555555555555, creationTimestamp: "2026-02-01T10:00:00Z"}
    /// spec: {serviceAccountName: api, containers: [{name: api, image: registry.example.com/api, env: [
    ///   {name: AWS_ROLE_ARN, value: "arn:aws:iam::111122223333:role/payments-old"},
    ///   {name: AWS_WEB_IDENTITY_TOKEN_FILE, value: /var/run/secrets/eks.amazonaws.com/serviceaccount/token}]}]}
    /// ```
    ///
    /// ```yaml pass
    /// # file: serviceaccount.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: api, namespace: payments, annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/payments"}}
    /// # file: pod.yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: api, namespace: payments, uid: 11111111-2222-4333-8444-555555555555, creationTimestamp: "2026-02-01T10:00:00Z"}
    /// spec: {serviceAccountName: api, containers: [{name: api, image: registry.example.com/api, env: [
    ///   {name: AWS_ROLE_ARN, value: "arn:aws:iam::111122223333:role/payments"},
    ///   {name: AWS_WEB_IDENTITY_TOKEN_FILE, value: /var/run/secrets/eks.amazonaws.com/serviceaccount/token}]}]}
    /// ```
    pub StalePod { id: "stale-pod", severity: Warning, family: "workload", fix: None }
}

impl Rule for StalePod {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn workload(&self, id: WorkloadId, pod: &Workload, view: &View<'_>, out: &mut Findings) {
        if pod.kind != "Pod" || !pod.live {
            return;
        }
        let Some((account_id, account)) = account_of(view, id) else { return };
        if view.estate.association_of(account_id).to().is_some() {
            return;
        }
        if !other_role(pod, account, out) {
            other_audience(pod, account, out);
        }
        if account.live && account.role_arn().is_none() && !gives_role(view, account) {
            no_role_any_more(pod, account, out);
        }
    }
}

const META: &RuleMeta = &StalePod::META;

fn other_role(pod: &Workload, account: &ServiceAccount, out: &mut Findings) -> bool {
    let Some(now) = role_of(account).filter(|role| matches!(read(&role.text), RoleArn::Role(_))) else { return false };
    let stale = pod.containers.iter().filter(|container| has_webhooks_variables(container)).find_map(|container| {
        let (index, value) = variable(container, ROLE_VARIABLE)?;
        let value = value.filter(|value| value.text != now.text)?;
        Some((container, index, value))
    });
    let Some((container, index, before)) = stale else { return false };
    let message = format!(
        "container `{}` of the running Pod `{}` has the role `{}`, but ServiceAccount `{}` now names `{}`",
        container.name,
        name(pod),
        before.text,
        account.display_name(),
        now.text
    );
    let mut report = out
        .report(META, variable_place(container, index), message)
        .help("restart the Pod; if the container sets the variable itself, remove it");
    if let Some(annotation) = account.role_arn() {
        report = report.related(place(annotation), "the role is named here");
    }
    report.done();
    true
}

fn other_audience(pod: &Workload, account: &ServiceAccount, out: &mut Findings) {
    let injected = pod.tokens.iter().find(|token| token.volume == TOKEN_VOLUME);
    let Some((token, before)) = injected.and_then(|token| Some((token, token.audience.as_ref()?))) else { return };
    let now = match account.annotation(AUDIENCE) {
        None => DEFAULT_AUDIENCE,
        Some(annotation) => match annotation.value.value() {
            Some(now) => now.as_str(),
            None => return,
        },
    };
    // One that the webhook was told to use by default is no trace of an old annotation.
    if before.text == now || role_of(account).is_none() || account.annotation(AUDIENCE).is_none() && before.text != DEFAULT_AUDIENCE {
        return;
    }
    let message = format!(
        "the running Pod `{}` has tokens for `{}`, but ServiceAccount `{}` now requests `{now}`",
        name(pod),
        before.text,
        account.display_name()
    );
    out.report(META, token.place.clone(), message).help("restart the Pod").related(account.place.clone(), "the ServiceAccount").done();
}

fn no_role_any_more(pod: &Workload, account: &ServiceAccount, out: &mut Findings) {
    let found = pod.containers.iter().filter(|container| has_webhooks_variables(container));
    let mut found = found.filter_map(|container| Some((container, variable(container, ROLE_VARIABLE)?)));
    let Some((container, (index, Some(role)))) = found.next() else { return };
    let message = format!(
        "the running Pod `{}` has the role `{}`, but ServiceAccount `{}` no longer names one, so new Pods get no role",
        name(pod),
        role.text,
        account.display_name()
    );
    out.report(META, variable_place(container, index), message)
        .severity(Severity::Info)
        .help("annotate the ServiceAccount again, or restart the Pod if it should lose the role")
        .related(account.place.clone(), "the ServiceAccount")
        .done();
}

fn name(pod: &Workload) -> &str {
    pod.name.value().map_or("?", |name| name.as_str())
}

#[cfg(test)]
mod tests {
    use crate::testing::{bad_rules, check};

    #[test]
    fn what_a_running_pod_says_is_told_once() {
        let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n  namespace: x\n  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/app\n";
        let pod = |uid: &str, role: &str, audience: &str, file: &str| {
            format!(
                "apiVersion: v1\nkind: Pod\nmetadata: {{name: api, namespace: x{uid}}}\nspec:\n  serviceAccountName: api\n  containers:\n  - name: api\n    env: [{{name: AWS_ROLE_ARN, value: 'arn:aws:iam::111122223333:role/{role}'}}, {{name: AWS_WEB_IDENTITY_TOKEN_FILE, value: {file}}}]\n    volumeMounts: [{{name: aws-iam-token, mountPath: /var/run/secrets/eks.amazonaws.com/serviceaccount}}]\n  volumes: [{{name: aws-iam-token, projected: {{sources: [{{serviceAccountToken: {{audience: {audience}, path: token}}}}]}}}}]\n"
            )
        };
        let bad = |account: &str, pod: &str| bad_rules(&check(&[("sa.yaml", account), ("pod.yaml", pod)]));
        let (live, file) = (", uid: 1-2", "/var/run/secrets/eks.amazonaws.com/serviceaccount/token");
        assert_eq!(bad(account, &pod(live, "app", "sts.amazonaws.com", file)), [""; 0]);
        assert_eq!(bad(account, &pod(live, "old", "sts.amazonaws.com", file)), ["stale-pod"]);
        assert_eq!(bad(account, &pod("", "old", "sts.amazonaws.com", file)), [""; 0], "all of it made by hand");
        let vault = format!("{account}    eks.amazonaws.com/audience: vault\n");
        assert_eq!(bad(&vault, &pod(live, "app", "sts.amazonaws.com", file)), ["stale-pod"]);
        assert_eq!(bad(&vault, &pod(live, "app", "vault", file)), [""; 0]);
    }
}
