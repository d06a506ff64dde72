//! A container brings credentials of its own, although its ServiceAccount has a role.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{Container, Place, ServiceAccount, Workload};
use irsa_lint_core::estate::WorkloadId;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Scalar;

declare_rule! {
    /// A container sets credentials of its own, although its ServiceAccount has a role.
    ///
    /// ## Why is this bad?
    ///
    /// The AWS SDKs take `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` before the web identity, so the role is never used and long-lived
    /// keys are. A container that sets `AWS_ROLE_ARN` or `AWS_WEB_IDENTITY_TOKEN_FILE` itself gets neither from the webhook.
    ///
    /// ## Severity
    ///
    /// A warning: the Pod works, but with credentials of its own and not as the role.
    ///
    /// ## How to fix it
    ///
    /// Take the variables out of the container: the webhook sets what is needed.
    ///
    /// ## References
    ///
    /// - AWS SDKs and Tools Reference Guide, "Standardized credential providers"
    /// - amazon-eks-pod-identity-webhook, README
    ///
    /// ```yaml fail at=/spec/template/spec/containers/0/env/0
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/payments"}
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: api, namespace: payments}
    /// spec: {template: {spec: {serviceAccountName: api, containers: [{name: api, image: registry.example.com/api,
    ///   env: [{name: AWS_ACCESS_KEY_ID, valueFrom: {secretKeyRef: {name: keys, key: id}}}]}]}}}
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/payments"}
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: api, namespace: payments}
    /// spec: {template: {spec: {serviceAccountName: api, containers: [{name: api, image: registry.example.com/api,
    ///   env: [{name: AWS_REGION, value: eu-west-1}]}]}}}
    /// ```
    pub StaticCredentials { id: "static-credentials", severity: Warning, family: "link", fix: None }
}

/// Variables by which an SDK finds other credentials than the web identity.
const OWN: [&str; 3] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", CREDENTIALS_FILE];
/// Some programs read it before all else, some only after the web identity.
const CREDENTIALS_FILE: &str = "AWS_SHARED_CREDENTIALS_FILE";
/// What the webhook sets, and leaves alone where either is there.
const ROLE: &str = "AWS_ROLE_ARN";
const TOKEN_FILE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";

impl Rule for StaticCredentials {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn workload(&self, id: WorkloadId, workload: &Workload, view: &View<'_>, out: &mut Findings) {
        if workload.containers.iter().all(|container| container.env.is_empty()) {
            return;
        }
        let Some(account) = view.estate.service_account_of(id).to().and_then(|account| view.estate.service_account(account)) else {
            return;
        };
        let Some(role) = account.role_arn().and_then(|annotation| annotation.value.value()) else { return };
        for container in &workload.containers {
            if let Some((index, name)) = own_credentials(container) {
                report_own(index, name, container, account, role, out);
            } else if let Some((index, message)) = own_web_identity(container, role) {
                let who = account.display_name();
                let message = format!("container `{}` {message}, so it does not get the role of ServiceAccount `{who}`", container.name);
                out.report(&Self::META, place(container, index), message)
                    .help(format!("take `{ROLE}` and `{TOKEN_FILE}` out: the webhook sets both"))
                    .related(Place { span: role.span, pointer: account.place.pointer.clone() }, "the ServiceAccount's role")
                    .done();
            }
        }
    }
}

fn report_own(index: usize, name: &str, container: &Container, account: &ServiceAccount, role: &Scalar, out: &mut Findings) {
    let wins = if name == CREDENTIALS_FILE { "many programs take" } else { "the AWS SDKs take" };
    let message = format!(
        "container `{}` sets `{name}`, which {wins} before the role in `eks.amazonaws.com/role-arn` of ServiceAccount `{}`",
        container.name,
        account.display_name(),
    );
    out.report(&StaticCredentials::META, place(container, index), message)
        .help(format!("take `{name}` out, so that the role `{}` is used", role.text))
        .related(Place { span: role.span, pointer: account.place.pointer.clone() }, "the ServiceAccount's role")
        .done();
}

/// The first variable that brings other credentials; an empty one brings none.
fn own_credentials(container: &Container) -> Option<(usize, &str)> {
    let brings = |value: &Option<Scalar>| value.as_ref().is_none_or(|value| !value.text.is_empty());
    let mut own = container.env.iter().enumerate().filter(|(_, (name, value))| OWN.contains(&name.as_str()) && brings(value));
    own.next().map(|(index, (name, _))| (index, name.as_str()))
}

/// What is wrong with variables that the webhook would have set; in a live Pod it has.
fn own_web_identity(container: &Container, role: &Scalar) -> Option<(usize, String)> {
    let set =
        |name: &str| container.env.iter().enumerate().find(|(_, (own, _))| own.text == name).map(|(at, (_, value))| (at, value.as_ref()));
    match (set(ROLE), set(TOKEN_FILE)) {
        (Some((at, Some(own))), _) if own.text != role.text && own.text.starts_with("arn:") => {
            Some((at, format!("sets `{ROLE}` to another role, `{}`", own.text)))
        }
        (Some((at, _)), None) => Some((at, format!("sets `{ROLE}` without `{TOKEN_FILE}`"))),
        (None, Some((at, _))) => Some((at, format!("sets `{TOKEN_FILE}` without `{ROLE}`"))),
        _ => None,
    }
}

fn place(container: &Container, index: usize) -> Place {
    let span = container.env.get(index).map_or(container.place.span, |(name, _)| name.span);
    Place { span, pointer: container.place.pointer.key("env").index(index) }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    fn found(env: &str, annotated: bool) -> usize {
        let annotation = if annotated { "  annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/app'}\n" } else { "" };
        let text = format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: app\n  namespace: prod\n{annotation}---\napiVersion: v1\nkind: Pod\nmetadata: {{name: app, namespace: prod}}\nspec:\n  serviceAccountName: app\n  containers:\n  - name: app\n    env: [{env}]\n"
        );
        of_rule(&check(&[("all.yaml", &text)]), "static-credentials").len()
    }

    #[test]
    fn only_what_stands_before_the_role_counts() {
        let key = "{name: AWS_ACCESS_KEY_ID, value: AKIAIOSFODNN7EXAMPLE}, {name: AWS_SECRET_ACCESS_KEY, value: x}";
        assert_eq!((found(key, true), found(key, false)), (1, 0));
        assert_eq!(found("{name: AWS_ACCESS_KEY_ID, value: ''}", true), 0);
        let role = |role: &str| format!("{{name: AWS_ROLE_ARN, value: 'arn:aws:iam::111122223333:role/{role}'}}");
        let file = "{name: AWS_WEB_IDENTITY_TOKEN_FILE, value: /var/run/secrets/eks.amazonaws.com/serviceaccount/token}";
        assert_eq!(found(&format!("{}, {file}", role("app")), true), 0, "as the webhook does");
        assert_eq!(found(&format!("{}, {file}", role("other")), true), 1);
        assert_eq!(found(&role("app"), true), 1);
        assert_eq!(found("{name: AWS_REGION, value: eu-west-1}", true), 0);
    }
}
