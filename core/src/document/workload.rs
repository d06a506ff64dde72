//! Pods and what makes Pods. Source: Kubernetes API Reference, Pod, Deployment, StatefulSet, DaemonSet, ReplicaSet,
//! ReplicationController, Job, CronJob.

use smol_str::SmolStr;

use super::at::{At, written};
use super::metadata::{self, Metadata};
use super::model::{Annotation, Container, ProjectedToken, Stated, Workload};
use super::reader::Reader;
use super::second_role;
use super::service_account::origin_of;
use crate::syntax::{Node, Scalar};

const KINDS: &[&str] = &["Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob"];

/// Whether a tree is a Pod or makes Pods.
#[must_use]
pub fn recognise(node: &Node) -> bool {
    metadata::is_kind(node, KINDS)
}

/// Reads it.
pub fn read(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    let kind = at.owned("kind").unwrap_or_default();
    let meta = metadata::read(at, reader);
    let spec = at.get("spec");
    spec.iter().for_each(|spec| reader.duplicates(spec));
    let template = match kind.as_str() {
        "Pod" => None,
        "CronJob" => at.path(&["spec", "jobTemplate", "spec", "template"]),
        _ => at.path(&["spec", "template"]),
    };
    let Metadata { name, namespace, mut annotations, mut labels, live, created, .. } = meta;
    let (pod_annotations, pod_labels, pod_spec) = if kind == "Pod" {
        (std::mem::take(&mut annotations), std::mem::take(&mut labels), spec)
    } else {
        template.map(|template| read_template(&template, reader)).unwrap_or_default()
    };
    let pod = pod_spec.as_ref().map(|spec| read_pod_spec(spec, reader));
    let origin = origin_of(live, reader.origin);
    reader.out.workloads.push(Workload {
        kind,
        address: None,
        namespace,
        name,
        pod_spec: pod.as_ref().map(|p| p.place.clone()),
        service_account: pod.as_ref().map_or(Stated::Absent, |p| p.service_account.clone()),
        automount_token: pod.as_ref().and_then(|p| p.automount_token),
        pod_annotations,
        pod_labels,
        annotations,
        containers: pod.as_ref().map(|p| p.containers.clone()).unwrap_or_default(),
        tokens: pod.map(|p| p.tokens).unwrap_or_default(),
        origin,
        live,
        created,
        place: at.place(),
    });
    if let (Some(spec), Some(workload)) = (pod_spec, reader.out.workloads.last()) {
        let asked = second_role::of_pod(&spec, workload);
        reader.out.second_roles.extend(asked);
    }
}

/// Annotations, labels and spec of a Pod template.
fn read_template<'n>(template: &At<'n>, reader: &mut Reader<'_>) -> (Vec<Annotation>, Vec<Annotation>, Option<At<'n>>) {
    reader.duplicates(template);
    let spec = template.get("spec");
    spec.iter().for_each(|spec| reader.duplicates(spec));
    let Some(metadata) = template.get("metadata") else { return (Vec::new(), Vec::new(), spec) };
    reader.duplicates(&metadata);
    let mut read = |key: &str| metadata.get(key).map(|at| metadata::annotations(&at, reader)).unwrap_or_default();
    (read("annotations"), read("labels"), spec)
}

struct PodSpec {
    place: super::model::Place,
    service_account: Stated<Scalar>,
    automount_token: Option<bool>,
    containers: Vec<Container>,
    tokens: Vec<ProjectedToken>,
}

fn read_pod_spec(spec: &At<'_>, reader: &mut Reader<'_>) -> PodSpec {
    let named = spec.get("serviceAccountName").or_else(|| spec.get("serviceAccount"));
    let service_account = match reader.stated(named) {
        Stated::Is(name) if name.text.is_empty() => Stated::Absent,
        other => other,
    };
    let containers = ["initContainers", "containers"].iter().flat_map(|key| spec.list(key)).map(|at| read_container(&at)).collect();
    PodSpec {
        place: spec.place(),
        service_account,
        automount_token: spec.node.get("automountServiceAccountToken").and_then(Node::bool),
        containers,
        tokens: read_tokens(spec),
    }
}

fn read_container(at: &At<'_>) -> Container {
    let env = at.list("env").filter_map(|entry| Some((entry.scalar("name")?, entry.node.get("value").and_then(written))));
    Container { name: at.owned("name").unwrap_or_default(), image: at.scalar("image"), env: env.collect(), place: at.place() }
}

fn read_tokens(spec: &At<'_>) -> Vec<ProjectedToken> {
    let mut tokens = Vec::new();
    for volume in spec.list("volumes") {
        let name = volume.owned("name").unwrap_or_else(|| SmolStr::new_static("?"));
        for source in volume.get("projected").iter().flat_map(|projected| projected.list("sources")) {
            if let Some(token) = source.get("serviceAccountToken") {
                tokens.push(ProjectedToken { volume: name.clone(), audience: token.scalar("audience"), place: token.place() });
            }
        }
    }
    tokens
}
