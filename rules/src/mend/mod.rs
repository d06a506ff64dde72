//! How rules change a text: edits that are spelled as what stands beside them, and the tests that hold every fix to its promise.

pub mod annotate;
pub mod edits;
pub mod element;
#[cfg(test)]
mod embeddings;
#[cfg(test)]
mod fixes;
pub mod narrow;
