//! What the documents of a run speak of, each with its place. Absent, stated and unknowable are different values.

use smol_str::SmolStr;

pub use super::ci_job::{CiJob, CiSystem, IdToken, RefFilter, RoleStep, Trigger};
use crate::policy::TrustPolicy;
use crate::source::Span;
pub use crate::syntax::Place;
use crate::syntax::{Pointer, Scalar};

/// A value that a document may state, leave out, or not know yet.
#[derive(Clone, Debug, PartialEq)]
pub enum Stated<T> {
    /// It says so.
    Is(T),
    /// It does not speak of it.
    Absent,
    /// It cannot be known from this document: the reason in words ("value known only after apply: aws_iam_role.x.arn").
    Unknown(String),
}

impl<T> Stated<T> {
    /// The value, if it is stated.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Is(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it cannot be known.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }
}

/// Where a document's knowledge comes from; decides what may be called missing and which defaults hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A bare trust policy: which role it belongs to is not known.
    BarePolicy,
    /// Output of the AWS command line or API: what is live.
    Live,
    /// A Terraform plan: what will be.
    Terraform,
    /// A Terraform state: what Terraform last saw.
    TerraformState,
    /// A manifest that somebody will apply.
    Manifest,
}

impl Origin {
    /// What made a document that no person edits: a change of it would change nothing, or be lost.
    #[must_use]
    pub fn maker(self) -> Option<Maker> {
        match self {
            Self::Live => Some(Maker::Aws),
            Self::Terraform => Some(Maker::TerraformPlan),
            Self::TerraformState => Some(Maker::TerraformState),
            _ => None,
        }
    }

    /// Whether Terraform says it.
    #[must_use]
    pub fn is_terraform(self) -> bool {
        matches!(self, Self::Terraform | Self::TerraformState)
    }
}

/// What made a document that no person edits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// AWS answered it.
    Aws,
    /// A cluster answered it.
    Kubernetes,
    /// `terraform show -json` of a plan.
    TerraformPlan,
    /// `terraform show -json` of a state, or the state file.
    TerraformState,
}

/// An IAM role.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its name.
    pub name: Stated<SmolStr>,
    /// Its path, `/` by default.
    pub path: SmolStr,
    /// Its ARN, as stated.
    pub arn: Stated<SmolStr>,
    /// The address of a Terraform resource.
    pub address: Option<String>,
    /// Its trust policy.
    pub trust: Trust,
    /// Where it comes from.
    pub origin: Origin,
    /// Where it stands.
    pub place: Place,
}

/// A role's trust policy.
#[derive(Clone, Debug)]
pub enum Trust {
    /// As read.
    Policy(Box<TrustPolicy>),
    /// Not knowable: why, and where it would stand.
    Unknown(Place, String),
    /// The document does not hold it.
    Absent,
}

impl Trust {
    /// The policy, if it is there.
    #[must_use]
    pub fn policy(&self) -> Option<&TrustPolicy> {
        match self {
            Self::Policy(policy) => Some(policy),
            _ => None,
        }
    }
}

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

/// An IAM OIDC provider.
#[derive(Clone, Debug)]
pub struct OidcProvider {
    /// Its ARN, as stated.
    pub arn: Stated<SmolStr>,
    /// The issuer without `https://`, a trailing slash kept.
    pub issuer: Stated<SmolStr>,
    /// Where the issuer's URL is written.
    pub url: Option<Scalar>,
    /// The client id list; absent where the document does not show it (`list-open-id-connect-providers`).
    pub client_ids: Stated<Vec<Scalar>>,
    /// The thumbprints; absent where the document does not show them.
    pub thumbprints: Stated<Vec<Scalar>>,
    /// The address of a Terraform resource.
    pub address: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
    /// Where it stands.
    pub place: Place,
}

/// An EKS cluster.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Its name.
    pub name: Stated<SmolStr>,
    /// Its ARN.
    pub arn: Stated<SmolStr>,
    /// Its issuer without `https://`.
    pub issuer: Stated<SmolStr>,
    /// The version of Kubernetes, `1.31`.
    pub version: Stated<SmolStr>,
    /// The address of a Terraform resource.
    pub address: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
    /// Where it stands.
    pub place: Place,
}

/// An EKS Pod Identity association.
#[derive(Clone, Debug)]
pub struct PodIdentityAssociation {
    /// The cluster's name.
    pub cluster: Stated<SmolStr>,
    /// The namespace.
    pub namespace: Stated<SmolStr>,
    /// The ServiceAccount's name.
    pub service_account: Stated<SmolStr>,
    /// The role.
    pub role_arn: Stated<Scalar>,
    /// The role of another account that is assumed from the first.
    pub target_role_arn: Stated<Scalar>,
    /// The external id of the second assumption.
    pub external_id: Stated<SmolStr>,
    /// Whether session tags are switched off.
    pub disable_session_tags: bool,
    /// The address of a Terraform resource.
    pub address: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
    /// Where it stands.
    pub place: Place,
}

/// A list of the ConfigMap `aws-auth`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AwsAuthList {
    /// `mapRoles`.
    Roles,
    /// `mapUsers`.
    Users,
}

/// One entry of the ConfigMap `aws-auth`.
#[derive(Clone, Debug)]
pub struct AwsAuthEntry {
    /// In which list it stands.
    pub list: AwsAuthList,
    /// `rolearn` or `userarn`.
    pub arn: Scalar,
    /// `username`.
    pub username: Option<Scalar>,
    /// `groups`.
    pub groups: Vec<Scalar>,
    /// Where it stands.
    pub place: Place,
}

/// A part of the ConfigMap `aws-auth` that the cluster cannot read.
#[derive(Clone, Debug)]
pub struct AwsAuthFault {
    /// What is wrong with it.
    pub what: String,
    /// Where it stands.
    pub place: Place,
}

/// An EKS access entry, or an access policy that is associated with one.
#[derive(Clone, Debug)]
pub struct AccessEntry {
    /// The cluster's name.
    pub cluster: Stated<SmolStr>,
    /// The IAM principal.
    pub principal: Scalar,
    /// Where the principal stands.
    pub principal_place: Place,
    /// Kubernetes groups, each with its place.
    pub groups: Vec<(Scalar, Place)>,
    /// The ARNs of access policies that hold for the whole cluster.
    pub policies: Vec<Scalar>,
    /// Where it stands.
    pub place: Place,
}

/// A cluster Secret of Argo CD.
#[derive(Clone, Debug)]
pub struct ArgoCdCluster {
    /// The Secret's name.
    pub secret: Option<SmolStr>,
    /// The Secret's namespace, which is Argo CD's own.
    pub namespace: Namespace,
    /// `server`.
    pub server: Option<Scalar>,
    /// `awsAuthConfig.clusterName` of its `config`.
    pub cluster_name: Option<Scalar>,
    /// `awsAuthConfig.roleARN` of its `config`.
    pub role_arn: Option<Scalar>,
    /// Where `config` stands.
    pub config: Pointer,
    /// Where it stands.
    pub place: Place,
}

/// A role that something takes on with the credentials that it already has: `sts:AssumeRole` behind the web identity.
#[derive(Clone, Debug)]
pub struct SecondRole {
    /// What asks for it, as a message names it: ``Deployment `external-dns` ``.
    pub asker: String,
    /// Whose role it starts from.
    pub from: FirstRole,
    /// The role's ARN.
    pub arn: Scalar,
    /// For how many seconds it is asked for, where that is said.
    pub duration: Option<Scalar>,
    /// Where it stands.
    pub place: Place,
}

/// Whose role a second role is assumed from.
#[derive(Clone, Debug, PartialEq)]
pub enum FirstRole {
    /// That of a ServiceAccount: its namespace, where it is known, and its name.
    Of(Option<SmolStr>, SmolStr),
    /// That of a product's controller, whose ServiceAccount is called by this name.
    Controller(&'static str),
    /// The one of this ARN; who has it, as a message names it.
    Named(Scalar, &'static str),
}

/// What a full list lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Listed {
    /// `aws iam list-roles`, `get-account-authorization-details`.
    Roles,
    /// `aws iam list-open-id-connect-providers`.
    Providers,
    /// `kubectl get serviceaccounts -A`.
    ServiceAccounts,
    /// `aws eks list-pod-identity-associations`.
    Associations,
    /// `kubectl get mutatingwebhookconfigurations`.
    MutatingWebhooks,
}

/// A document that holds all there is of something, so that what it lacks may be called missing.
#[derive(Clone, Debug)]
pub struct FullList {
    /// Of what.
    pub of: Listed,
    /// The account, where the list shows one.
    pub account: Option<SmolStr>,
    /// The namespace that it is confined to; `None`: all.
    pub namespace: Option<SmolStr>,
    /// Where it stands.
    pub place: Place,
}

/// A part that could not be analysed, without fault of the document.
#[derive(Clone, Debug)]
pub struct NotAnalysed {
    /// Where it stands.
    pub place: Place,
    /// What is not known and why.
    pub message: String,
}

/// A part that is broken.
#[derive(Clone, Debug)]
pub struct Broken {
    /// Where; `None` for the file as a whole.
    pub place: Option<Place>,
    /// What.
    pub message: String,
}

/// What was read from one file, or from a part of one.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "each list holds the type of that name")]
pub struct Documents {
    pub roles: Vec<Role>,
    pub service_accounts: Vec<ServiceAccount>,
    pub workloads: Vec<Workload>,
    pub namespaces: Vec<NamespaceObject>,
    pub providers: Vec<OidcProvider>,
    pub clusters: Vec<Cluster>,
    pub associations: Vec<PodIdentityAssociation>,
    pub aws_auth: Vec<AwsAuthEntry>,
    pub aws_auth_faults: Vec<AwsAuthFault>,
    pub access_entries: Vec<AccessEntry>,
    pub argocd_clusters: Vec<ArgoCdCluster>,
    pub second_roles: Vec<SecondRole>,
    pub ci_jobs: Vec<CiJob>,
    pub mutating_webhooks: Vec<MutatingWebhook>,
    pub webhook_entries: Vec<WebhookEntry>,
    pub full_lists: Vec<FullList>,
    pub duplicate_keys: Vec<DuplicateKey>,
    pub not_analysed: Vec<NotAnalysed>,
    pub errors: Vec<Broken>,
    /// Whether anything in it is ours, broken or not.
    pub recognised: bool,
}

/// A key that an object of ours has twice, outside trust policies (those have their own).
#[derive(Clone, Debug)]
pub struct DuplicateKey {
    /// The key.
    pub key: SmolStr,
    /// The first occurrence, which parsers drop.
    pub place: Place,
    /// The last one, which counts.
    pub last: Span,
}

impl Documents {
    /// Takes over what was read from another part of the run.
    pub fn append(&mut self, mut other: Documents) {
        self.roles.append(&mut other.roles);
        self.service_accounts.append(&mut other.service_accounts);
        self.workloads.append(&mut other.workloads);
        self.namespaces.append(&mut other.namespaces);
        self.providers.append(&mut other.providers);
        self.clusters.append(&mut other.clusters);
        self.associations.append(&mut other.associations);
        self.aws_auth.append(&mut other.aws_auth);
        self.aws_auth_faults.append(&mut other.aws_auth_faults);
        self.access_entries.append(&mut other.access_entries);
        self.argocd_clusters.append(&mut other.argocd_clusters);
        self.second_roles.append(&mut other.second_roles);
        self.ci_jobs.append(&mut other.ci_jobs);
        self.mutating_webhooks.append(&mut other.mutating_webhooks);
        self.webhook_entries.append(&mut other.webhook_entries);
        self.full_lists.append(&mut other.full_lists);
        self.duplicate_keys.append(&mut other.duplicate_keys);
        self.not_analysed.append(&mut other.not_analysed);
        self.errors.append(&mut other.errors);
        self.recognised |= other.recognised;
    }
}
