//! What rules about Pods have in common: how they are named, whose role they get, what their containers set.

use irsa_lint_core::document::model::{Annotation, Container, Place, ServiceAccount, Workload};
use irsa_lint_core::estate::{ServiceAccountId, WorkloadId};
use irsa_lint_core::rule::View;
use irsa_lint_core::syntax::Scalar;

/// The variable that names the role.
pub const ROLE_VARIABLE: &str = "AWS_ROLE_ARN";
/// The variable that names the token's file.
pub const TOKEN_VARIABLE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";
/// Where the webhook mounts the token.
pub const TOKEN_PATH: &str = "/var/run/secrets/eks.amazonaws.com/serviceaccount/token";
/// Where Kubernetes mounts the token for its own API.
pub const API_TOKEN: [&str; 2] = ["/var/run/secrets/kubernetes.io/serviceaccount/token", "/run/secrets/kubernetes.io/serviceaccount/token"];
/// The volume that the webhook adds.
pub const TOKEN_VOLUME: &str = "aws-iam-token";

/// How a message names a workload: ``Deployment `api` ``.
#[must_use]
pub fn what(workload: &Workload) -> String {
    format!("{} `{}`", workload.kind, workload.name.value().map_or("?", |name| &name.text))
}

/// Whether the run holds what made a live object: its template says the same, and once is enough.
#[must_use]
pub fn is_made_by_another(workload: &Workload, view: &View<'_>) -> bool {
    let Some((kind, name)) = &workload.owner else { return false };
    // A Deployment makes Pods by way of ReplicaSets, which need not be in the run.
    let deployment = (kind == "ReplicaSet").then(|| name.rsplit_once('-')).flatten().map(|(deployment, _)| deployment);
    let beside = |other: &Workload| other.namespace.known() == workload.namespace.known();
    view.estate.workloads_called(name).any(|other| other.kind == *kind && beside(other))
        || deployment.is_some_and(|name| view.estate.workloads_called(name).any(|other| other.kind == "Deployment" && beside(other)))
}

/// The ServiceAccount that its Pods run as, if the run describes it.
#[must_use]
pub fn account_of<'a>(view: &'a View<'_>, id: WorkloadId) -> Option<(ServiceAccountId, &'a ServiceAccount)> {
    let account = view.estate.service_account_of(id).to()?;
    Some((account, view.estate.service_account(account)?))
}

/// The role that a ServiceAccount carries; an empty annotation gives none.
#[must_use]
pub fn role_of(account: &ServiceAccount) -> Option<&Scalar> {
    account.role_arn()?.value.value().filter(|role| !role.text.trim().is_empty())
}

/// A variable that a container sets: its place in `env`, and its value if that is a literal.
#[must_use]
pub fn variable<'a>(container: &'a Container, name: &str) -> Option<(usize, Option<&'a Scalar>)> {
    let found = container.env.iter().enumerate().find(|(_, (own, _))| own.text == name)?;
    Some((found.0, found.1.1.as_ref()))
}

/// Where a container sets the variable of that index.
#[must_use]
pub fn variable_place(container: &Container, index: usize) -> Place {
    let span = container.env.get(index).map_or(container.place.span, |(name, _)| name.span);
    Place { span, pointer: container.place.pointer.key("env").index(index) }
}

/// Where an annotation or a label stands, by its key.
#[must_use]
pub fn key_place(annotation: &Annotation) -> Place {
    Place { span: annotation.key.span, pointer: annotation.pointer.clone() }
}

/// Whether it is the Pod of a job that a runner of GitHub Actions started which runs as that ServiceAccount. Source: actions/runner-container-hooks,
/// which calls it after the runner's Pod.
#[must_use]
pub fn runs_for_runner(workload: &Workload, account: ServiceAccountId, view: &View<'_>) -> bool {
    let name = workload.name.value().filter(|_| workload.kind == "Pod" && workload.live);
    let Some(runner) = name.and_then(|name| name.text.strip_suffix("-workflow")) else { return false };
    let runners = view.estate.workloads_of(account).iter().filter_map(|id| view.estate.workload(*id));
    runners.filter(|own| own.kind == "Pod").any(|own| own.name.value().is_some_and(|name| name.text == runner))
}

/// Where a container's file lies in a volume: the volume's name and the path below it.
#[must_use]
pub fn mounted<'a>(container: &'a Container, file: &'a str) -> Option<(&'a str, &'a str)> {
    let below = |path: &str| file.strip_prefix(path.trim_end_matches('/')).and_then(|rest| rest.strip_prefix('/'));
    let mounts = container.mounts.iter().filter_map(|(volume, path)| Some((volume.as_str(), below(path)?)));
    mounts.min_by_key(|(_, rest)| rest.len())
}

/// Whether a container has both variables, with the path that the webhook writes.
#[must_use]
pub fn has_webhooks_variables(container: &Container) -> bool {
    let file = variable(container, TOKEN_VARIABLE).and_then(|(_, value)| value);
    variable(container, ROLE_VARIABLE).is_some() && file.is_some_and(|file| file.text == TOKEN_PATH)
}
