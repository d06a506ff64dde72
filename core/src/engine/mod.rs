//! A file per question. Texts, settings, rules and providers in; answers out. All that a face calls.

pub mod answer;
pub mod claims;
mod run;
pub mod schedule;

pub use run::{Caller, Case, Engine, Input, Question, Settings, WhyQuestion};
pub use schedule::{InOrder, Schedule};
