//! What Kubernetes documents speak of.

use smol_str::SmolStr;

use super::{Origin, Place, Stated};
use crate::source::Span;
use crate::syntax::{Pointer, Scalar};

/// An annotation or a label.
#[derive(Clone, Debug)]
pub struct Annotation {
    /// The key.
    pub key: Scalar,
    /// The value: a string; everything else is [`Stated::Absent`] (Kubernetes wants strings) or unknown.
    pub value: Stated<Scalar>,
    /// A number or a boolean where Kubernetes wants a string, as it is written.
    pub unquoted: Option<SmolStr>,
    /// The value, whatever it is.
    pub value_span: Span,
    /// Pointer to the value.
    pub pointer: Pointer,
}

/// The namespace of a Kubernetes object.
#[derive(Clone, Debug)]
pub enum Namespace {
    /// As written.
    Stated(Scalar),
    /// Not written, and the source makes it `default` (live objects, Terraform's Kubernetes provider).
    Default,
    /// Not written in a manifest: whatever `kubectl apply -n` or the chart says. Matches any.
    Unknown,
}

impl Namespace {
    /// The namespace, where it is known.
    #[must_use]
    pub fn known(&self) -> Option<&str> {
        match self {
            Self::Stated(name) => Some(&name.text),
            Self::Default => Some("default"),
            Self::Unknown => None,
        }
    }
}

/// A Kubernetes ServiceAccount.
#[derive(Clone, Debug)]
pub struct ServiceAccount {
    /// The address of a Terraform resource.
    pub address: Option<String>,
    /// Its namespace.
    pub namespace: Namespace,
    /// Its name.
    pub name: Stated<Scalar>,
    /// All annotations, in order, duplicates kept.
    pub annotations: Vec<Annotation>,
    /// All labels, in order, duplicates kept.
    pub labels: Vec<Annotation>,
    /// `eks.amazonaws.com/…` keys that stand where Kubernetes does not look for annotations (in `metadata`, in `labels`, at the top, under `spec`).
    pub misplaced: Vec<Annotation>,
    /// Where it comes from.
    pub origin: Origin,
    /// Whether it is a live object (has a uid or a creationTimestamp).
    pub live: bool,
    /// `creationTimestamp`, of live objects.
    pub created: Option<SmolStr>,
    /// `automountServiceAccountToken`, and where it stands.
    pub automount_token: Option<(bool, Place)>,
    /// Where it stands.
    pub place: Place,
    /// Where its annotations stand.
    pub annotations_span: Option<Span>,
}

/// The annotation that names the role. Source: EKS User Guide, "Configure Pods to use a Kubernetes service account".
pub const ROLE_ARN: &str = "eks.amazonaws.com/role-arn";
/// The annotation that sets the token's audience. Source: amazon-eks-pod-identity-webhook, README.
pub const AUDIENCE: &str = "eks.amazonaws.com/audience";
/// The audience of a token where no annotation sets another.
pub const DEFAULT_AUDIENCE: &str = "sts.amazonaws.com";

impl ServiceAccount {
    /// The annotation with this key; of duplicates the last, as Kubernetes keeps it.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&Annotation> {
        self.annotations.iter().rev().find(|a| a.key.text == key)
    }

    /// The `role-arn` annotation.
    #[must_use]
    pub fn role_arn(&self) -> Option<&Annotation> {
        self.annotation(ROLE_ARN)
    }

    /// `namespace/name`, with `?` for what is not known.
    #[must_use]
    pub fn display_name(&self) -> String {
        let name = self.name.value().map_or("?", |name| &name.text);
        match self.namespace.known() {
            Some(namespace) => format!("{namespace}/{name}"),
            None => name.to_owned(),
        }
    }
}

/// A Pod or something that makes Pods.
#[derive(Clone, Debug)]
pub struct Workload {
    /// `Pod`, `Deployment`, …
    pub kind: SmolStr,
    /// The address of a Terraform resource.
    pub address: Option<String>,
    /// Its namespace.
    pub namespace: Namespace,
    /// Its name.
    pub name: Stated<Scalar>,
    /// Where the spec of its Pods stands.
    pub pod_spec: Option<Place>,
    /// `spec.serviceAccountName` of its Pods (or the deprecated `serviceAccount`); absent means `default`.
    pub service_account: Stated<Scalar>,
    /// `automountServiceAccountToken` of its Pods.
    pub automount_token: Option<bool>,
    /// Annotations of its Pods (of the template).
    pub pod_annotations: Vec<Annotation>,
    /// Labels of its Pods.
    pub pod_labels: Vec<Annotation>,
    /// Annotations of the workload's own metadata (where it is not the Pod).
    pub annotations: Vec<Annotation>,
    /// Labels of the workload's own metadata (where it is not the Pod).
    pub labels: Vec<Annotation>,
    /// A ServiceAccount named where Kubernetes does not look for it: beside the spec of the Pods, or under a key that there is not.
    pub misplaced_account: Option<Annotation>,
    /// `securityContext` of its Pods.
    pub security: Security,
    /// Containers, init containers first.
    pub containers: Vec<Container>,
    /// Projected service account tokens that the manifest itself mounts.
    pub tokens: Vec<ProjectedToken>,
    /// Where it comes from.
    pub origin: Origin,
    /// Whether it is a live object.
    pub live: bool,
    /// `creationTimestamp`, of live objects.
    pub created: Option<SmolStr>,
    /// Kind and name of what made it, of live objects.
    pub owner: Option<(SmolStr, SmolStr)>,
    /// Where it stands.
    pub place: Place,
}

/// A container of a Pod.
#[derive(Clone, Debug)]
pub struct Container {
    /// Its name.
    pub name: SmolStr,
    /// Its image.
    pub image: Option<Scalar>,
    /// `env`: name, and the value if it is a literal one.
    pub env: Vec<(Scalar, Option<Scalar>)>,
    /// The Secrets of `envFrom`, each with its place.
    pub env_from: Vec<(Scalar, Place)>,
    /// `securityContext`.
    pub security: Security,
    /// `volumeMounts`: the volume's name and the path.
    pub mounts: Vec<(SmolStr, SmolStr)>,
    /// Where it stands.
    pub place: Place,
}

/// What a `securityContext` says of the user that a container runs as. Source: Kubernetes API Reference, PodSecurityContext.
#[derive(Clone, Debug, Default)]
pub struct Security {
    /// `runAsUser`.
    pub run_as_user: Option<SmolStr>,
    /// `runAsNonRoot`.
    pub run_as_non_root: Option<bool>,
    /// Whether there is an `fsGroup`.
    pub fs_group: bool,
    /// Where it stands.
    pub place: Option<Place>,
}

/// A `serviceAccountToken` source of a projected volume.
#[derive(Clone, Debug)]
pub struct ProjectedToken {
    /// The volume's name.
    pub volume: SmolStr,
    /// `path`, below where the volume is mounted.
    pub path: SmolStr,
    /// `audience`.
    pub audience: Option<Scalar>,
    /// Where it stands.
    pub place: Place,
}

/// A Namespace object.
#[derive(Clone, Debug)]
pub struct NamespaceObject {
    /// Its name.
    pub name: Scalar,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Where it stands.
    pub place: Place,
}

/// A `MutatingWebhookConfiguration`.
#[derive(Clone, Debug)]
pub struct MutatingWebhook {
    /// Its name and those of its webhooks.
    pub names: Vec<SmolStr>,
}

/// A role that the webhook's own ConfigMap gives to a ServiceAccount. Source: amazon-eks-pod-identity-webhook, README, "pod-identity-webhook
/// ConfigMap".
#[derive(Clone, Debug)]
pub struct WebhookEntry {
    /// The namespace; `*` for any.
    pub namespace: SmolStr,
    /// The ServiceAccount's name.
    pub name: SmolStr,
}
