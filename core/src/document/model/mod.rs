//! What the documents of a run speak of, each with its place. Absent, stated and unknowable are different values.

mod eks;
mod iam;
mod kubernetes;

use smol_str::SmolStr;

pub use eks::*;
pub use iam::*;
pub use kubernetes::*;

pub use super::ci_job::{CiJob, CiSystem, IdToken, RefFilter, RoleStep, Trigger};
use crate::source::Span;
pub use crate::syntax::Place;

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
