//! The rules, and the identity providers that irsa-lint knows.

pub mod providers;
