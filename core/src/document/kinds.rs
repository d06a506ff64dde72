//! The registry of the documents that we know. A new one is a file beside this one and a line here.

use super::at::At;
use super::reader::Reader;
use super::{
    access_entry, argocd_cluster, aws_auth, aws_config, cloudsplaining, eks_cluster, github_workflow, gitlab_ci, iam_role, kubernetes_list,
    namespace, oidc_provider, pod_identity, pod_identity_webhook, recorded_answer, second_role, service_account, terraform_plan,
    terraform_state, trust_policy, workload,
};
use crate::syntax::{Node, Value};

/// A kind of document.
pub struct Kind {
    /// What `--kind` calls it.
    pub name: &'static str,
    /// Whether a tree is one, judged by its content.
    pub recognise: fn(&Node) -> bool,
    /// Reads one.
    pub read: fn(&At<'_>, &mut Reader<'_>),
}

const fn kind(name: &'static str, recognise: fn(&Node) -> bool, read: fn(&At<'_>, &mut Reader<'_>)) -> Kind {
    Kind { name, recognise, read }
}

/// All of them; the first that recognises a tree reads it.
pub const KINDS: &[Kind] = &[
    kind("trust-policy", trust_policy::recognise, trust_policy::read),
    kind("trust-policy-text", trust_policy::recognise_text, trust_policy::read),
    kind("service-account", service_account::recognise, service_account::read),
    kind("workload", workload::recognise, workload::read),
    kind("namespace", namespace::recognise, namespace::read),
    kind("aws-auth", aws_auth::recognise, aws_auth::read),
    kind("aws-config", aws_config::recognise, aws_config::read),
    kind("pod-identity-webhook", pod_identity_webhook::recognise, pod_identity_webhook::read),
    kind("argocd-cluster", argocd_cluster::recognise, argocd_cluster::read),
    kind("kubernetes-list", kubernetes_list::recognise, kubernetes_list::read),
    kind("get-role", iam_role::recognise_get, iam_role::read_get),
    kind("list-roles", iam_role::recognise_list, iam_role::read_list),
    kind("get-account-authorization-details", iam_role::recognise_details, iam_role::read_details),
    kind("role", iam_role::recognise_role, iam_role::read_role),
    kind("get-open-id-connect-provider", oidc_provider::recognise_get, oidc_provider::read_get),
    kind("list-open-id-connect-providers", oidc_provider::recognise_list, oidc_provider::read_list),
    kind("describe-cluster", eks_cluster::recognise, eks_cluster::read),
    kind("describe-pod-identity-association", pod_identity::recognise_get, pod_identity::read_get),
    kind("list-pod-identity-associations", pod_identity::recognise_list, pod_identity::read_list),
    kind("describe-access-entry", access_entry::recognise_get, access_entry::read_get),
    kind("list-access-entries", access_entry::recognise_list, access_entry::read_list),
    kind("list-associated-access-policies", access_entry::recognise_policies, access_entry::read_policies),
    kind("second-role", second_role::recognise, second_role::read),
    kind("pod-identity-association", pod_identity::recognise_object, pod_identity::read_object),
    kind("terraform-plan", terraform_plan::recognise, terraform_plan::read),
    kind("terraform-state-json", terraform_plan::recognise_state, terraform_plan::read_state),
    kind("terraform-state", terraform_state::recognise, terraform_state::read),
    kind("recorded-answer", recorded_answer::recognise, recorded_answer::read),
    kind("cloudsplaining-role", cloudsplaining::recognise_role, cloudsplaining::read_role),
    kind("cloudsplaining-results", cloudsplaining::recognise_results, cloudsplaining::read_results),
    kind("github-workflow", github_workflow::recognise, github_workflow::read),
    kind("gitlab-ci", gitlab_ci::recognise, gitlab_ci::read),
];

/// The kind of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// Reads a tree as what it is: a document of ours, a list of such, or nothing of ours.
pub fn read_tree(at: &At<'_>, reader: &mut Reader<'_>) {
    if let Some(kind) = KINDS.iter().find(|kind| (kind.recognise)(at.node)) {
        (kind.read)(at, reader);
    } else if matches!(at.node.value, Value::Array(_)) {
        at.elements().for_each(|element| read_tree(&element, reader));
    }
}
