//! Pods and what makes Pods. Source: Kubernetes API Reference, Pod, Deployment, StatefulSet, DaemonSet, ReplicaSet,
//! ReplicationController, Job, CronJob; the kinds of Argo Rollouts, Knative, OpenShift, OpenKruise and the Spark operator.

use smol_str::SmolStr;

use super::at::{At, written};
use super::metadata::{self, Metadata};
use super::model::{Annotation, Container, Place, ProjectedToken, Security, Stated, Workload};
use super::reader::Reader;
use super::second_role;
use super::service_account::origin_of;
use crate::syntax::{Node, Scalar};

const KINDS: &[&str] = &["Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob"];
/// Kinds of others that hold a template of Pods under `spec.template`, by API group.
const CUSTOM: &[(&str, &str)] = &[
    ("argoproj.io", "Rollout"),
    ("serving.knative.dev", "Service"),
    ("apps.openshift.io", "DeploymentConfig"),
    ("apps.kruise.io", "CloneSet"),
    ("apps.kruise.io", "StatefulSet"),
    ("apps.kruise.io", "DaemonSet"),
];
/// Driver and executors of a Spark application are Pods of their own.
const SPARK: (&str, &str) = ("sparkoperator.k8s.io", "SparkApplication");

/// Whether a tree is a Pod or makes Pods.
#[must_use]
pub fn recognise(node: &Node) -> bool {
    metadata::is_kind(node, KINDS) || is_custom(node) || is_spark(node)
}

fn is_custom(node: &Node) -> bool {
    let kind = node.get("kind").and_then(Node::text).unwrap_or_default();
    CUSTOM.contains(&(metadata::group(node), kind))
}

fn is_spark(node: &Node) -> bool {
    (metadata::group(node), node.get("kind").and_then(Node::text).unwrap_or_default()) == SPARK
}

/// Reads it.
pub fn read(at: &At<'_>, reader: &mut Reader<'_>) {
    let kind = at.owned("kind").unwrap_or_default();
    if is_spark(at.node) { read_spark(&kind, at, reader) } else { read_as(&kind, at, reader) }
}

/// Reads an object of a kind that it need not state.
pub fn read_as(kind: &str, at: &At<'_>, reader: &mut Reader<'_>) {
    let meta = metadata::read(at, reader);
    let spec = at.get("spec");
    spec.iter().for_each(|spec| reader.duplicates(spec));
    let template = match kind {
        "Pod" => None,
        "CronJob" => at.path(&["spec", "jobTemplate", "spec", "template"]),
        _ => at.path(&["spec", "template"]),
    };
    let (own, pod) = if kind == "Pod" {
        let Metadata { annotations, labels, .. } = meta.clone();
        (Template::default(), Template { annotations, labels, spec })
    } else {
        let own = Template { annotations: meta.annotations.clone(), labels: meta.labels.clone(), spec: None };
        (own, template.map(|template| read_template(&template, reader)).unwrap_or_default())
    };
    let spec = pod.spec.clone();
    let mut workload = workload(kind, at, meta, pod, reader);
    if let Some(spec) = &spec {
        let asked = second_role::of_pod(spec, &workload);
        reader.out.second_roles.extend(asked);
    }
    (workload.annotations, workload.labels) = (own.annotations, own.labels);
    if !is_custom(at.node) {
        workload.misplaced_account = misplaced_account(at, workload.pod_spec.as_ref(), reader);
    }
    reader.out.recognised = true;
    reader.out.workloads.push(workload);
}

fn read_spark(kind: &str, at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    let meta = metadata::read(at, reader);
    for part in ["driver", "executor"] {
        let Some(spec) = at.path(&["spec", part]) else { continue };
        let mut read = |key: &str| spec.get(key).map(|at| metadata::annotations(&at, reader)).unwrap_or_default();
        let (annotations, labels) = (read("annotations"), read("labels"));
        let workload = workload(kind, at, meta.clone(), Template { annotations, labels, spec: Some(spec) }, reader);
        reader.out.workloads.push(workload);
    }
}

/// Annotations, labels and spec of Pods.
#[derive(Default)]
struct Template<'n> {
    annotations: Vec<Annotation>,
    labels: Vec<Annotation>,
    spec: Option<At<'n>>,
}

fn workload(kind: &str, at: &At<'_>, meta: Metadata, pod: Template<'_>, reader: &mut Reader<'_>) -> Workload {
    let origin = origin_of(meta.live, reader.origin);
    let spec = pod.spec.as_ref();
    Workload {
        kind: SmolStr::new(kind),
        address: None,
        namespace: meta.namespace,
        name: meta.name,
        pod_spec: spec.map(At::place),
        service_account: spec.map_or(Stated::Absent, |spec| named_account(spec, reader)),
        automount_token: spec.and_then(|spec| spec.node.get("automountServiceAccountToken")).and_then(Node::bool),
        pod_annotations: pod.annotations,
        pod_labels: pod.labels,
        annotations: Vec::new(),
        labels: Vec::new(),
        misplaced_account: None,
        security: spec.map(security).unwrap_or_default(),
        containers: spec.map(containers).unwrap_or_default(),
        tokens: spec.map(tokens).unwrap_or_default(),
        origin,
        live: meta.live,
        created: meta.created,
        owner: meta.owner,
        place: at.place(),
    }
}

fn read_template<'n>(template: &At<'n>, reader: &mut Reader<'_>) -> Template<'n> {
    reader.duplicates(template);
    let spec = template.get("spec");
    spec.iter().for_each(|spec| reader.duplicates(spec));
    let Some(metadata) = template.get("metadata") else { return Template { spec, ..Template::default() } };
    reader.duplicates(&metadata);
    let mut read = |key: &str| metadata.get(key).map(|at| metadata::annotations(&at, reader)).unwrap_or_default();
    Template { annotations: read("annotations"), labels: read("labels"), spec }
}

fn named_account(spec: &At<'_>, reader: &mut Reader<'_>) -> Stated<Scalar> {
    let named = spec.get("serviceAccountName").or_else(|| spec.get("serviceAccount"));
    match reader.stated(named) {
        Stated::Is(name) if name.text.is_empty() => Stated::Absent,
        other => other,
    }
}

/// A ServiceAccount named in another place than the spec of the Pods, or there under a key that is spelt otherwise.
fn misplaced_account(object: &At<'_>, pod_spec: Option<&Place>, reader: &mut Reader<'_>) -> Option<Annotation> {
    const PLACES: [&[&str]; 8] = [
        &[],
        &["metadata"],
        &["spec"],
        &["spec", "template"],
        &["spec", "template", "metadata"],
        &["spec", "template", "spec"],
        &["spec", "jobTemplate", "spec"],
        &["spec", "jobTemplate", "spec", "template", "spec"],
    ];
    let containers =
        object.path(&["spec", "template", "spec"]).or_else(|| object.get("spec")).into_iter().flat_map(|s| s.list("containers"));
    let places = PLACES.iter().filter_map(|path| object.path(path)).chain(containers);
    for place in places {
        let looked_at = pod_spec.is_some_and(|spec| spec.span == place.node.span);
        let found = place.node.members().iter().find(|member| {
            let key = member.key.as_str();
            let plain = key.replace(['_', '-'], "").to_ascii_lowercase();
            let known = matches!(key, "serviceAccountName" | "serviceAccount");
            matches!(plain.as_str(), "serviceaccountname" | "serviceaccount") && !(known && looked_at) && member.value.scalar().is_some()
        });
        if let Some(member) = found {
            return Some(metadata::annotation(&member.key, &member.value, &place, reader));
        }
    }
    None
}

fn containers(spec: &At<'_>) -> Vec<Container> {
    ["initContainers", "containers"].iter().flat_map(|key| spec.list(key)).map(|at| read_container(&at)).collect()
}

fn read_container(at: &At<'_>) -> Container {
    let env = at.list("env").filter_map(|entry| Some((entry.scalar("name")?, entry.node.get("value").and_then(written))));
    let mounts = at.list("volumeMounts").filter_map(|mount| Some((mount.owned("name")?, mount.owned("mountPath")?)));
    let secrets = at.list("envFrom").filter_map(|source| source.path(&["secretRef", "name"]));
    Container {
        name: at.owned("name").unwrap_or_default(),
        image: at.scalar("image"),
        env: env.collect(),
        env_from: secrets.filter_map(|name| Some((written(name.node)?, name.place()))).collect(),
        security: security(at),
        mounts: mounts.collect(),
        place: at.place(),
    }
}

fn security(at: &At<'_>) -> Security {
    let Some(context) = at.get("securityContext") else { return Security::default() };
    Security {
        run_as_user: context.owned("runAsUser"),
        run_as_non_root: context.node.get("runAsNonRoot").and_then(Node::bool),
        fs_group: context.get("fsGroup").is_some(),
        place: Some(context.place()),
    }
}

fn tokens(spec: &At<'_>) -> Vec<ProjectedToken> {
    let mut tokens = Vec::new();
    for volume in spec.list("volumes") {
        let name = volume.owned("name").unwrap_or_else(|| SmolStr::new_static("?"));
        for source in volume.get("projected").iter().flat_map(|projected| projected.list("sources")) {
            if let Some(token) = source.get("serviceAccountToken") {
                tokens.push(ProjectedToken {
                    volume: name.clone(),
                    path: token.owned("path").unwrap_or_default(),
                    audience: token.scalar("audience"),
                    place: token.place(),
                });
            }
        }
    }
    tokens
}
