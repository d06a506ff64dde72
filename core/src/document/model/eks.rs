//! What documents about a cluster speak of: the cluster, who may enter it, and the roles that its workloads go on to.

use smol_str::SmolStr;

use super::{Namespace, Origin, Place, Stated};
use crate::syntax::{Pointer, Scalar};

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
