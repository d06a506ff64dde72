//! The published JSON, `schema_version` 1. Its shape is a promise, so it has structs of its own: inner types may change, these may only grow.

mod can_assume;
mod chain;
mod check;
mod compare;
mod glance;
mod inspect;
mod rules;
mod shape;
mod token;
mod who;
mod why;

pub use can_assume::can_assume;
pub use chain::chain;
pub use check::check;
pub use compare::compare;
pub use glance::glance;
pub use inspect::inspect;
pub use rules::{pages, rules};
pub use who::{NOT_CONSIDERED, who};
pub use why::why;

pub(super) use check::{DiagnosticJson, ErrorJson};
pub(super) use who::{GrantJson, OtherJson};

const SCHEMA_VERSION: u32 = 1;

/// One line of JSON. Our structs hold nothing that JSON cannot say, so this never comes out empty.
pub(super) fn text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
