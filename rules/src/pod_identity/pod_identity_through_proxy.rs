//! A container that would ask the Pod Identity agent through its proxy.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{Container, Workload};
use irsa_lint_core::estate::WorkloadId;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};
use irsa_lint_core::syntax::{Place, Scalar};

use crate::objects::pods::has_association;

declare_rule! {
    /// A container with EKS Pod Identity sends requests to the agent through its proxy.
    ///
    /// ## Why is this bad?
    ///
    /// The SDK gets credentials from the agent on the Pod's own node, `http://169.254.170.23`. If `HTTP_PROXY` is set and `NO_PROXY` lacks
    /// that address, the request goes to the proxy, which cannot reach the node, and the Pod gets no credentials.
    ///
    /// ## Severity
    ///
    /// Warning: whether the SDK uses the proxy for this address depends on the language and version.
    ///
    /// ## How to fix it
    ///
    /// Add `169.254.170.23` (and `[fd00:ec2::23]` on IPv6) to `NO_PROXY`.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Learn how EKS Pod Identity grants Pods access to AWS services", considerations
    ///
    /// ```yaml fail
    /// # file: deployment.yaml
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: api, namespace: payments}
    /// spec:
    ///   template:
    ///     spec:
    ///       serviceAccountName: api
    ///       containers:
    ///       - name: api
    ///         env:
    ///         - {name: HTTP_PROXY, value: "http://proxy.example.com:3128"}
    ///         - {name: NO_PROXY, value: "10.0.0.0/8,.svc"}
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
    /// # file: deployment.yaml
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: api, namespace: payments}
    /// spec:
    ///   template:
    ///     spec:
    ///       serviceAccountName: api
    ///       containers:
    ///       - name: api
    ///         env:
    ///         - {name: HTTP_PROXY, value: "http://proxy.example.com:3128"}
    ///         - {name: NO_PROXY, value: "10.0.0.0/8,.svc,169.254.170.23"}
    /// ```
    pub PodIdentityThroughProxy { id: "pod-identity-through-proxy", severity: Warning, family: "pod-identity", fix: None }
}

/// The agent's address.
const AGENT: &str = "169.254.170.23";

impl Rule for PodIdentityThroughProxy {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn workload(&self, id: WorkloadId, workload: &Workload, view: &View<'_>, out: &mut Findings) {
        for container in &workload.containers {
            let Some(proxy) = proxy(container) else { continue };
            if spares_agent(container) || !uses_pod_identity(id, workload, container, view) {
                continue;
            }
            let name = workload.name.value().map_or("?", |name| name.text.as_str());
            let message = format!(
                "container `{}` of {} `{name}` requests its credentials through the proxy in `{}`: `NO_PROXY` lacks `{AGENT}`, the \
                 Pod Identity agent",
                container.name, workload.kind, proxy.text
            );
            let place = Place { span: proxy.span, pointer: container.place.pointer.clone() };
            out.report(&Self::META, place, message)
                .help(format!("add `{AGENT}` and `[fd00:ec2::23]` to the container's `NO_PROXY`"))
                .done();
        }
    }
}

/// The variable that sends plain HTTP to a proxy.
fn proxy(container: &Container) -> Option<&Scalar> {
    let set = container.env.iter().find(|(name, value)| {
        let is_proxy = matches!(name.text.to_ascii_uppercase().as_str(), "HTTP_PROXY" | "ALL_PROXY");
        is_proxy && value.as_ref().is_some_and(|value| !value.text.is_empty())
    });
    set.map(|(name, _)| name)
}

/// Whether the agent is asked directly, as far as one can see: a list that is not known may name it.
fn spares_agent(container: &Container) -> bool {
    let lists = container.env.iter().filter(|(name, _)| name.text.eq_ignore_ascii_case("NO_PROXY"));
    lists
        .into_iter()
        .any(|(_, value)| value.as_ref().is_none_or(|list| list.text.contains("169.254") || list.text.contains(['*', '$', '{'])))
}

fn uses_pod_identity(id: WorkloadId, workload: &Workload, container: &Container, view: &View<'_>) -> bool {
    let told = container.env.iter().any(|(name, value)| {
        name.text == "AWS_CONTAINER_CREDENTIALS_FULL_URI" && value.as_ref().is_some_and(|value| value.text.contains(AGENT))
    });
    told || has_association(id, workload, view)
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    fn found(env: &str) -> usize {
        let pod = format!(
            r#"{{"apiVersion": "v1", "kind": "Pod", "metadata": {{"name": "p", "namespace": "a"}}, "spec": {{"serviceAccountName": "s", "containers": [{{"name": "c", "env": [{env}]}}]}}}}"#
        );
        of_rule(&check(&[("pod.json", &pod)]), "pod-identity-through-proxy").len()
    }

    #[test]
    fn only_a_container_with_pod_identity_and_a_proxy() {
        let uri = r#"{"name": "AWS_CONTAINER_CREDENTIALS_FULL_URI", "value": "http://169.254.170.23/v1/credentials"}"#;
        let proxy = r#"{"name": "http_proxy", "value": "http://p:1"}"#;
        assert_eq!(found(&format!("{uri}, {proxy}")), 1);
        assert_eq!(found(proxy), 0);
        assert_eq!(found(uri), 0);
        assert_eq!(found(&format!(r#"{uri}, {{"name": "HTTPS_PROXY", "value": "http://p:1"}}"#)), 0, "the agent speaks plain HTTP");
        for list in [r#""value": "169.254.0.0/16""#, r#""value": "*""#, r#""valueFrom": {"configMapKeyRef": {"name": "x", "key": "y"}}"#] {
            assert_eq!(found(&format!(r#"{uri}, {proxy}, {{"name": "NO_PROXY", {list}}}"#)), 0, "{list}");
        }
    }
}
