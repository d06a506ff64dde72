//! A file per question. Texts, settings, rules and providers in; answers out. All that a face calls.

pub mod answer;
pub mod schedule;

pub use schedule::{InOrder, Schedule};
