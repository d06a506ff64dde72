//! Text in, the set of tokens that a role admits out; every finding is a fact about that set.
//!
//! The stages, in the order of the data. A module uses only what stands above it:
//!
//! - [`order`]: lists in order
//! - [`schedule`]: how independent pieces of work are done
//! - [`source`]: files, byte spans, and the one conversion to lines and columns
//! - [`syntax`]: JSON and YAML as one spanned tree
//! - [`policy`]: the IAM grammar of a trust policy
//! - [`provider`]: what is known of identity providers, and the legal subjects of an issuer
//! - [`admission`]: sets of strings, one token against one policy, the set of tokens that a policy admits
//! - [`document`]: what a tree is: roles, providers, ServiceAccounts, workloads, …
//! - [`estate`]: every document of one run, linked
//! - [`diagnostic`]: findings and fixes as plain data
//! - [`rule`]: what a rule is
//! - [`engine`]: a file per question
//! - [`report`]: a file per output format
//!
//! Nothing here does I/O, reads a clock, starts a thread or panics: the same code runs in a browser tab, in CI and in an editor.

pub mod admission;
pub mod diagnostic;
pub mod document;
pub mod engine;
pub mod estate;
pub mod order;
pub mod policy;
pub mod provider;
pub mod report;
pub mod rule;
pub mod schedule;
pub mod source;
pub mod syntax;
