//! What a tree *is*: one file per kind of document, chosen by content, never by file name. Trees in, domain types out.
//! Knows nothing of rules.

mod access_entry;
mod argocd_cluster;
mod at;
mod attribute;
mod aws_auth;
mod aws_config;
mod ci_job;
mod cloudsplaining;
mod eks_cluster;
mod github_workflow;
mod gitlab_ci;
mod iam_role;
mod kinds;
mod kubernetes_list;
mod language;
mod large;
mod metadata;
pub mod model;
mod namespace;
mod oidc_provider;
mod pod_identity;
mod pod_identity_webhook;
mod reader;
mod recorded_answer;
mod second_role;
mod service_account;
mod terraform_kubernetes;
mod terraform_plan;
mod terraform_resource;
mod terraform_state;
#[cfg(test)]
mod tests;
mod trust_policy;
mod whole;
mod work;
mod workload;

pub use kinds::{KINDS, Kind};
pub use language::Language;
pub use oidc_provider::{issuer_of_url, without_scheme};
pub use reader::PlanSide;
pub use work::{Context, Task, Work, read};
