//! What a trust policy admits, as sets of strings: the algebra, and the questions asked of it. Must not know files, Terraform,
//! Kubernetes documents or rules.

mod answer;
mod budget;
pub mod language;

pub use answer::{Answer, Reason};
pub use budget::Budget;
