//! Error texts that users see around IRSA, Pod Identity and OIDC federation, and what each proves.

use irsa_lint_core::engine::KnownError;

/// The messages, the more particular ones first.
pub static KNOWN: &[KnownError] = &[];
