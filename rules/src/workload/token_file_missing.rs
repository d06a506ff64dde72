//! A container is told to read the webhook's token, and nothing mounts it.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{Container, Workload};
use irsa_lint_core::estate::{Link, WorkloadId};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::webhook::{gives_role, meant};
use crate::objects::workloads::{TOKEN_PATH, TOKEN_VARIABLE, account_of, mounted, variable, variable_place, what};

declare_rule! {
    /// A container sets `AWS_WEB_IDENTITY_TOKEN_FILE` to the webhook's path, but its ServiceAccount has no role.
    ///
    /// ## Why is this bad?
    ///
    /// The webhook mounts its token only into Pods whose ServiceAccount has the annotation `eks.amazonaws.com/role-arn`. Without it the
    /// file does not exist, and the AWS SDKs fail with `no such file or directory`.
    ///
    /// ## Severity
    ///
    /// Warning: the file may come from somewhere else.
    ///
    /// ## How to fix it
    ///
    /// Remove the variables and annotate the ServiceAccount with the role: the webhook sets both and mounts the token.
    ///
    /// ## References
    ///
    /// - amazon-eks-pod-identity-webhook, README
    ///
    /// ```yaml fail at=/spec/containers/0/env/1
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: api, namespace: payments}
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: api, namespace: payments}
    /// spec: {serviceAccountName: api, containers: [{name: api, image: registry.example.com/api, env: [
    ///   {name: AWS_ROLE_ARN, value: "arn:aws:iam::111122223333:role/payments"},
    ///   {name: AWS_WEB_IDENTITY_TOKEN_FILE, value: /var/run/secrets/eks.amazonaws.com/serviceaccount/token}]}]}
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: api, namespace: payments, annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/payments"}}
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: api, namespace: payments}
    /// spec: {serviceAccountName: api, containers: [{name: api, image: registry.example.com/api, env: [
    ///   {name: AWS_ROLE_ARN, value: "arn:aws:iam::111122223333:role/payments"},
    ///   {name: AWS_WEB_IDENTITY_TOKEN_FILE, value: /var/run/secrets/eks.amazonaws.com/serviceaccount/token}]}]}
    /// ```
    pub TokenFileMissing { id: "token-file-missing", severity: Warning, family: "workload", fix: None }
}

impl Rule for TokenFileMissing {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn workload(&self, id: WorkloadId, workload: &Workload, view: &View<'_>, out: &mut Findings) {
        if workload.live {
            return;
        }
        let without = |container: &&Container| {
            let file = variable(container, TOKEN_VARIABLE).and_then(|(_, value)| value);
            file.is_some_and(|file| file.text == TOKEN_PATH && mounted(container, TOKEN_PATH).is_none())
        };
        let Some(container) = workload.containers.iter().find(without) else { return };
        let (Some((account_id, account)), Some((index, _))) = (account_of(view, id), variable(container, TOKEN_VARIABLE)) else { return };
        let named = account.annotations.iter().chain(&account.misplaced).any(|a| a.key.text.contains("role") || meant(a).is_some());
        let associated = !matches!(view.estate.association_of(account_id), Link::Missing { .. } | Link::None);
        if named || associated || gives_role(view, account) {
            return;
        }
        let message = format!(
            "container `{}` of {} reads `{TOKEN_PATH}`, which does not exist because ServiceAccount `{}` has no role",
            container.name,
            what(workload),
            account.display_name()
        );
        out.report(&Self::META, variable_place(container, index), message)
            .help("remove the variables and annotate the ServiceAccount: `eks.amazonaws.com/role-arn: arn:aws:iam::ACCOUNT:role/NAME`")
            .related(account.place.clone(), "the ServiceAccount without a role")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    #[test]
    fn somebody_else_may_mount_it() {
        let found = |account: &str, container: &str, more: &[(&str, &str)]| {
            let text = format!(
                "{account}apiVersion: v1\nkind: Pod\nmetadata: {{name: api, namespace: x}}\nspec: {{serviceAccountName: api, containers: [{{name: api, env: [{{name: AWS_WEB_IDENTITY_TOKEN_FILE, value: /var/run/secrets/eks.amazonaws.com/serviceaccount/token}}]{container}}}]}}\n"
            );
            let mut files = vec![("all.yaml", text.as_str())];
            files.extend(more);
            of_rule(&check(&files), "token-file-missing").len()
        };
        let bare = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: api, namespace: x}\n---\n";
        assert_eq!(found(bare, "", &[]), 1);
        assert_eq!(found("", "", &[]), 0, "the ServiceAccount is not known");
        assert_eq!(found(bare, ", volumeMounts: [{name: t, mountPath: /var/run/secrets/eks.amazonaws.com/serviceaccount}]", &[]), 0);
        let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: pod-identity-webhook, namespace: kube-system}\ndata: {config: '{\"x/api\": {}}'}\n";
        assert_eq!(found(bare, "", &[("map.yaml", map)]), 0);
    }
}
