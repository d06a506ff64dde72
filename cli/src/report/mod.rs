//! What people read in a terminal: rich text with source lines, and the words for the other answers. Machines get [`irsa_lint_core::report`].

mod chain;
mod excerpt;
mod findings;
mod page;
mod roles;
mod seen;
mod style;
mod trace;

pub use chain::why;
pub use findings::{check, errors};
pub use page::{catalogue, markdown, markdown_catalogue, named, page};
pub use roles::{role_handle, who};
pub use seen::inspect;
pub use style::{Style, clean, count};
pub use trace::can_assume;

#[cfg(test)]
mod tests;
