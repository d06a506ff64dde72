//! What a tree *is*: one file per kind of document, chosen by content, never by file name. Trees in, domain types out.
//! Knows nothing of rules.

pub mod model;
