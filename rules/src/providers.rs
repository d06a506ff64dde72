//! The identity providers that come with irsa-lint: what `providers/*.toml` say, compiled in. How a file is read is `build.rs`'s business.

pub(crate) mod file;
pub mod own;

use std::sync::LazyLock;

use irsa_lint_core::provider::{
    Audience, Catalogue, CharSet, ChosenBy, Claim, ClaimKind, Class, Control, Kind, List, Provider, Refuses, Run, Slot, Str, SubjectForm,
    Template,
};

include!(concat!(env!("OUT_DIR"), "/providers.rs"));

/// The built-in catalogue. `catalogue().clone().with(…)` adds a user's own providers.
#[must_use]
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(PROVIDERS));
    &CATALOGUE
}

#[cfg(test)]
mod tests;
