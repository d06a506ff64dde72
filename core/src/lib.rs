//! Text in, the set of tokens that a role admits out; every finding is a fact about that set.
//!
//! The stages, in the order of the data. A module uses only what stands above it:
//!
//! - [`source`]: files, byte spans, and the one conversion to lines and columns
//! - [`syntax`]: JSON and YAML as one spanned tree
//! - [`admission`]: what a trust policy admits, as sets of strings
//!
//! Nothing here does I/O, reads a clock, starts a thread or panics: the same code runs in a browser tab, in CI and in an editor.

pub mod admission;
pub mod source;
pub mod syntax;
