//! What rules about trust policies have in common: whom a statement lets in, what is wrong with it, and how to say so.

pub mod denies;
pub mod faults;
pub mod github;
pub mod idp_controls;
pub mod kubernetes;
pub mod misformed;
pub mod refusals;
pub mod segments;
pub mod statements;
pub mod tenant_words;
pub mod tenants;
pub mod wide;
