//! Text in, the set of tokens that a role admits out; every finding is a fact about that set.
//!
//! The stages, in the order of the data. A module uses only what stands above it:
//!
//! - [`source`]: files, byte spans, and the one conversion to lines and columns
//! - [`syntax`]: JSON and YAML as one spanned tree
//! - [`policy`]: the IAM grammar of a trust policy
//! - [`document`]: what a tree is: roles, providers, ServiceAccounts, workloads, …
//! - [`estate`]: the documents of a run, linked
//!
//! Nothing here does I/O, reads a clock, starts a thread or panics: the same code runs in a browser tab, in CI and in an editor.

pub mod document;
pub mod estate;
pub mod policy;
pub mod source;
pub mod syntax;
