//! Terraform resources of the types that we know, wherever they were found: in a plan's changes, in planned values, in a state.
//! Source: Terraform Registry, providers hashicorp/aws, hashicorp/kubernetes, alekc/kubectl.

use smol_str::SmolStr;

use super::at::{At, written};
use super::attribute::Attribute;
use super::model::{Cluster, Documents, NotAnalysed, OidcProvider, Origin, Place, PodIdentityAssociation, Role, Stated, Trust};
use super::oidc_provider::issuer_of_url;
use super::reader::Reader;
use super::{access_entry, kinds, terraform_kubernetes};
use crate::source::Span;
use crate::syntax::{Node, Pointer, Value, yaml};

/// One resource with what is known of its attributes.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'n> {
    /// Its type.
    pub kind: &'n str,
    /// Its address, module path and index included.
    pub address: &'n str,
    /// Where the document names it.
    pub span: Span,
    /// Plan or state.
    pub origin: Origin,
    /// Its attributes.
    pub values: Option<&'n Node>,
    /// Which of them only apply knows.
    pub unknown: Option<&'n Node>,
}

/// The attributes of a role that are read; the rest may be skipped.
const ROLE_ATTRIBUTES: &[&str] = &["name", "path", "arn", "assume_role_policy"];

/// Whether resources of this type are read.
#[must_use]
pub fn is_known(kind: &str) -> bool {
    kind.starts_with("aws_iam_role") && kind.len() == "aws_iam_role".len()
        || matches!(kind, "aws_iam_openid_connect_provider" | "aws_eks_cluster" | "aws_eks_pod_identity_association")
        || access_entry::is_known(kind)
        || matches!(kind, "kubernetes_manifest" | "kubectl_manifest")
        || terraform_kubernetes::is_known(kind)
}

/// Which attributes of this type are read; `None`: all.
#[must_use]
pub fn attributes_read(kind: &str) -> Option<&'static [&'static str]> {
    (kind == "aws_iam_role").then_some(ROLE_ATTRIBUTES)
}

/// Whether data sources of this type tell something that no managed resource does.
#[must_use]
pub fn is_known_data(kind: &str) -> bool {
    matches!(kind, "aws_iam_role" | "aws_iam_openid_connect_provider" | "aws_eks_cluster")
}

/// Reads a resource, if its type is known.
pub fn read(resource: Resource<'_>, reader: &mut Reader<'_>) {
    let attributes = Attribute::of_resource(resource.address, resource.values, resource.unknown);
    match resource.kind {
        "aws_iam_role" => read_role(resource, &attributes, reader),
        "aws_iam_openid_connect_provider" => read_provider(resource, &attributes, reader),
        "aws_eks_cluster" => read_cluster(resource, &attributes, reader),
        "aws_eks_pod_identity_association" => read_association(resource, &attributes, reader),
        kind if access_entry::is_known(kind) => access_entry::read_resource(resource, &attributes, reader),
        "kubernetes_manifest" => read_manifest(resource, &attributes.get("manifest"), reader),
        "kubectl_manifest" => read_yaml_body(resource, &attributes.get("yaml_body"), reader),
        _ => terraform_kubernetes::read(resource, &attributes, reader),
    }
}

impl Resource<'_> {
    /// Where the document names it; the pointer is its address.
    #[must_use]
    pub fn place(&self) -> Place {
        Place { span: self.span, pointer: Pointer::at_address(self.address) }
    }

    /// Its address, owned.
    #[must_use]
    pub fn owned_address(&self) -> Option<String> {
        Some(self.address.to_owned())
    }
}

fn read_role(resource: Resource<'_>, attributes: &Attribute<'_>, reader: &mut Reader<'_>) {
    let policy = attributes.get("assume_role_policy");
    // The pointer goes into the policy, behind the address.
    let pointer = Pointer::at_address(resource.address);
    let trust = match policy.at() {
        Some(at) => reader.trust(Some(At { node: at.node, pointer })),
        None if policy.is_unknown() => {
            let place = policy.place().map_or_else(|| resource.place(), |place| Place { pointer, ..place });
            reader.out.not_analysed.push(NotAnalysed { place: place.clone(), message: policy.why_unknown() });
            Trust::Unknown(place, policy.why_unknown())
        }
        None => Trust::Absent,
    };
    let path = attributes.get("path").scalar().map_or_else(|| SmolStr::new_static("/"), |path| path.text);
    reader.out.roles.push(Role {
        name: attributes.get("name").stated_text(),
        path,
        arn: attributes.get("arn").stated_text(),
        address: resource.owned_address(),
        trust,
        origin: resource.origin,
        place: resource.place(),
    });
}

fn issuer(url: Stated<SmolStr>) -> Stated<SmolStr> {
    match url {
        Stated::Is(url) => Stated::Is(issuer_of_url(&url)),
        other => other,
    }
}

fn read_provider(resource: Resource<'_>, attributes: &Attribute<'_>, reader: &mut Reader<'_>) {
    let url = attributes.get("url");
    let list = |key: &str| {
        let list = attributes.get(key);
        match list.at() {
            Some(at) if at.node.elements().iter().all(|element| written(element).is_some()) => {
                Stated::Is(at.node.elements().iter().filter_map(written).collect())
            }
            None if !list.is_unknown() => Stated::Absent,
            _ => Stated::Unknown(list.why_unknown()),
        }
    };
    reader.out.providers.push(OidcProvider {
        arn: attributes.get("arn").stated_text(),
        issuer: issuer(url.stated_text()),
        url: url.scalar(),
        client_ids: list("client_id_list"),
        thumbprints: list("thumbprint_list"),
        address: resource.owned_address(),
        origin: resource.origin,
        place: resource.place(),
    });
}

fn read_cluster(resource: Resource<'_>, attributes: &Attribute<'_>, reader: &mut Reader<'_>) {
    reader.out.clusters.push(Cluster {
        name: attributes.get("name").stated_text(),
        arn: attributes.get("arn").stated_text(),
        issuer: issuer(attributes.path(&["identity", "oidc", "issuer"]).stated_text()),
        version: attributes.get("version").stated_text(),
        address: resource.owned_address(),
        origin: resource.origin,
        place: resource.place(),
    });
}

fn read_association(resource: Resource<'_>, attributes: &Attribute<'_>, reader: &mut Reader<'_>) {
    let association = PodIdentityAssociation {
        cluster: attributes.get("cluster_name").stated_text(),
        namespace: attributes.get("namespace").stated_text(),
        service_account: attributes.get("service_account").stated_text(),
        role_arn: attributes.get("role_arn").stated(),
        target_role_arn: attributes.get("target_role_arn").stated(),
        external_id: attributes.get("external_id").stated_text(),
        disable_session_tags: attributes.get("disable_session_tags").bool().unwrap_or(false),
        address: resource.owned_address(),
        origin: resource.origin,
        place: resource.place(),
    };
    reader.out.associations.push(association);
}

fn read_manifest(resource: Resource<'_>, manifest: &Attribute<'_>, reader: &mut Reader<'_>) {
    manifest.note_unknown(reader);
    let Some(at) = manifest.at() else { return };
    addressed(resource, reader, |reader| kinds::read_tree(&at, reader));
    let annotations = manifest.path(&["metadata", "annotations"]);
    let only_unknown = annotations.entries().filter(|(_, value)| value.is_unknown());
    let unknown = only_unknown.map(|(key, value)| terraform_kubernetes::annotation(key, &value, reader)).collect::<Vec<_>>();
    if at.text("kind") == Some("ServiceAccount")
        && let Some(account) = reader.out.service_accounts.last_mut()
    {
        account.annotations.extend(unknown);
    }
}

fn read_yaml_body(resource: Resource<'_>, body: &Attribute<'_>, reader: &mut Reader<'_>) {
    let Some(Value::String(text)) = body.at().map(|at| &at.node.value) else { return };
    for parsed in yaml::parse(&text.text, &text.map, &reader.limits.clone()) {
        if let (Some(root), true) = (&parsed.root, parsed.errors.is_empty()) {
            let at = At { node: root, pointer: body.pointer().clone() };
            addressed(resource, reader, |reader| kinds::read_tree(&at, reader));
        }
    }
}

/// Reads Kubernetes objects that a resource makes, and says whose they are.
fn addressed(resource: Resource<'_>, reader: &mut Reader<'_>, read: impl FnOnce(&mut Reader<'_>)) {
    let counts = |out: &Documents| (out.service_accounts.len(), out.workloads.len());
    let (accounts, workloads) = counts(&reader.out);
    reader.with_origin(resource.origin, read);
    for account in reader.out.service_accounts.iter_mut().skip(accounts) {
        account.address = resource.owned_address();
    }
    for workload in reader.out.workloads.iter_mut().skip(workloads) {
        workload.address = resource.owned_address();
    }
}
