//! Kubernetes objects as Terraform's Kubernetes provider spells them: snake case, blocks as lists of one.
//! Source: Terraform Registry, provider hashicorp/kubernetes.

use smol_str::SmolStr;

use super::attribute::Attribute;
use super::aws_auth;
use super::metadata::{self, Metadata};
use super::model::{Annotation, Container, Namespace, NamespaceObject, Origin, ProjectedToken, Security, ServiceAccount, Stated, Workload};
use super::reader::Reader;
use super::second_role;
use super::terraform_resource::Resource;
use crate::syntax::Scalar;

/// Workloads by their resource type, `_v1` and the like cut off.
const WORKLOADS: &[(&str, &str)] = &[
    ("kubernetes_pod", "Pod"),
    ("kubernetes_deployment", "Deployment"),
    ("kubernetes_stateful_set", "StatefulSet"),
    ("kubernetes_daemonset", "DaemonSet"),
    ("kubernetes_daemon_set", "DaemonSet"),
    ("kubernetes_replication_controller", "ReplicationController"),
    ("kubernetes_job", "Job"),
    ("kubernetes_cron_job", "CronJob"),
];

/// The type without the API version that newer releases of the provider append.
fn unversioned(kind: &str) -> &str {
    kind.strip_suffix("_v1").or_else(|| kind.strip_suffix("_v1beta1")).unwrap_or(kind)
}

fn workload_kind(kind: &str) -> Option<&'static str> {
    WORKLOADS.iter().find(|(name, _)| *name == unversioned(kind)).map(|(_, kind)| *kind)
}

/// Whether resources of this type are read here.
#[must_use]
pub fn is_known(kind: &str) -> bool {
    let others = ["kubernetes_service_account", "kubernetes_default_service_account", "kubernetes_namespace", "kubernetes_config_map"];
    kind == "kubernetes_config_map_v1_data" || others.contains(&unversioned(kind)) || workload_kind(kind).is_some()
}

/// Reads a resource, if its type is known.
pub fn read(resource: Resource<'_>, attributes: &Attribute<'_>, reader: &mut Reader<'_>) {
    let metadata = attributes.get("metadata").block();
    match unversioned(resource.kind) {
        "kubernetes_service_account" | "kubernetes_default_service_account" => read_account(resource, &metadata, reader),
        "kubernetes_namespace" => {
            if let Some(name) = metadata.get("name").scalar() {
                let annotations = annotations(&metadata.get("annotations"), reader);
                reader.out.namespaces.push(NamespaceObject { name, annotations, place: resource.place() });
            }
        }
        "kubernetes_config_map" | "kubernetes_config_map_v1_data" => {
            let is_aws_auth = metadata.get("name").scalar().is_some_and(|name| name.text == "aws-auth");
            if let Some(data) = attributes.get("data").at().filter(|_| is_aws_auth) {
                aws_auth::read_data(&data, reader);
            }
        }
        _ => {
            if let Some(kind) = workload_kind(resource.kind) {
                read_workload(resource, kind, attributes, reader);
            }
        }
    }
}

/// One annotation or label; a value that only apply knows is listed if it is one of EKS's.
pub fn annotation(key: &Scalar, value: &Attribute<'_>, reader: &mut Reader<'_>) -> Annotation {
    if key.text.starts_with("eks.amazonaws.com/") {
        value.note_unknown(reader);
    }
    let span = value.place().map_or(key.span, |place| place.span);
    Annotation { key: key.clone(), value: value.stated(), unquoted: None, value_span: span, pointer: value.pointer().clone() }
}

fn annotations(map: &Attribute<'_>, reader: &mut Reader<'_>) -> Vec<Annotation> {
    map.entries().map(|(key, value)| annotation(key, &value, reader)).collect()
}

fn read_metadata(at: &Attribute<'_>, reader: &mut Reader<'_>) -> Metadata {
    let annotations_at = at.get("annotations");
    annotations_at.note_unknown(reader);
    Metadata {
        name: at.get("name").stated(),
        namespace: match at.get("namespace").stated() {
            Stated::Is(name) => Namespace::Stated(name),
            Stated::Unknown(_) => Namespace::Unknown,
            Stated::Absent => metadata::missing_namespace(Origin::Terraform, false),
        },
        annotations: annotations(&annotations_at, reader),
        annotations_span: annotations_at.place().map(|place| place.span),
        labels: annotations(&at.get("labels"), reader),
        live: false,
        created: None,
        owner: None,
    }
}

fn read_account(resource: Resource<'_>, metadata: &Attribute<'_>, reader: &mut Reader<'_>) {
    let meta = read_metadata(metadata, reader);
    reader.out.service_accounts.push(ServiceAccount {
        address: resource.owned_address(),
        namespace: meta.namespace,
        name: meta.name,
        annotations: meta.annotations,
        annotations_span: meta.annotations_span,
        labels: meta.labels,
        misplaced: Vec::new(),
        origin: resource.origin,
        live: false,
        created: None,
        automount_token: None,
        place: resource.place(),
    });
}

fn read_workload(resource: Resource<'_>, kind: &'static str, attributes: &Attribute<'_>, reader: &mut Reader<'_>) {
    let Metadata { name, namespace, annotations: own, labels, .. } = read_metadata(&attributes.get("metadata").block(), reader);
    let template = match kind {
        "Pod" => None,
        "CronJob" => Some(attributes.path(&["spec", "job_template", "spec", "template"])),
        _ => Some(attributes.path(&["spec", "template"])),
    };
    let (own, own_labels, pod_annotations, pod_labels) = match &template {
        None => (Vec::new(), Vec::new(), own, labels),
        Some(template) => {
            let map = |key| template.path(&["metadata", key]);
            (own, labels, annotations(&map("annotations"), reader), annotations(&map("labels"), reader))
        }
    };
    let spec = template.map_or_else(|| attributes.get("spec").block(), |template| template.path(&["spec"]).block());
    let containers = ["init_container", "container"].iter().flat_map(|key| containers(&spec.get(key), resource)).collect();
    let service_account = spec.get("service_account_name").needed(reader);
    reader.out.workloads.push(Workload {
        kind: SmolStr::new_static(kind),
        address: resource.owned_address(),
        namespace,
        name,
        pod_spec: spec.place(),
        service_account,
        automount_token: spec.get("automount_service_account_token").bool(),
        pod_annotations,
        pod_labels,
        annotations: own,
        labels: own_labels,
        misplaced_account: None,
        security: security(&spec),
        containers,
        tokens: tokens(&spec),
        origin: resource.origin,
        live: false,
        created: None,
        owner: None,
        place: resource.place(),
    });
    if let (Some(spec), Some(workload)) = (spec.at(), reader.out.workloads.last()) {
        let asked = second_role::of_pod(&spec, workload);
        reader.out.second_roles.extend(asked);
    }
}

fn containers(list: &Attribute<'_>, resource: Resource<'_>) -> Vec<Container> {
    let read = |at: Attribute<'_>| Container {
        name: at.get("name").scalar().map(|name| name.text).unwrap_or_default(),
        image: at.get("image").scalar(),
        env: at.get("env").elements().filter_map(|e| Some((e.get("name").scalar()?, literal(&e)))).collect(),
        security: security(&at),
        env_from: Vec::new(),
        mounts: at.get("volume_mount").elements().filter_map(|m| Some((text(&m, "name")?, text(&m, "mount_path")?))).collect(),
        place: at.place().unwrap_or_else(|| resource.place()),
    };
    list.elements().map(read).collect()
}

/// The value of an environment variable. One that is taken from elsewhere (`value_from`) has an empty one in the plan.
fn literal(env: &Attribute<'_>) -> Option<Scalar> {
    env.get("value").stated().value().cloned()
}

fn text(at: &Attribute<'_>, key: &str) -> Option<SmolStr> {
    at.get(key).scalar().map(|scalar| scalar.text)
}

fn security(at: &Attribute<'_>) -> Security {
    let context = at.get("security_context").block();
    Security {
        run_as_user: text(&context, "run_as_user"),
        run_as_non_root: context.get("run_as_non_root").bool(),
        // What only apply knows may well be one.
        fs_group: text(&context, "fs_group").is_some() || context.is_unknown() || context.get("fs_group").is_unknown(),
        place: context.place(),
    }
}

fn tokens(spec: &Attribute<'_>) -> Vec<ProjectedToken> {
    let mut found = Vec::new();
    for volume in spec.get("volume").elements() {
        let name = volume.get("name").scalar().map_or_else(|| SmolStr::new_static("?"), |name| name.text);
        for projected in volume.get("projected").elements() {
            for source in projected.get("sources").elements() {
                for token in source.get("service_account_token").elements() {
                    if let Some(place) = token.place() {
                        found.push(ProjectedToken {
                            volume: name.clone(),
                            path: text(&token, "path").unwrap_or_default(),
                            audience: token.get("audience").stated().value().cloned(),
                            place,
                        });
                    }
                }
            }
        }
    }
    found
}
