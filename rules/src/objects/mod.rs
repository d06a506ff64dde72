//! What rules about Kubernetes objects, CI jobs and their links to roles have in common.

pub mod callers;
pub mod cluster_roles;
pub mod hops;
pub mod missing_role;
pub mod pairing;
pub mod pods;
pub mod role_arn;
pub mod webhook;
pub mod workflows;
pub mod workloads;
