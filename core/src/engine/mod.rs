//! A file per question. Texts, settings, rules and providers in; answers out. All that a face calls.

pub mod answer;
mod check;
mod run;
pub mod schedule;

pub use run::{Case, Engine, Input, Settings};
pub use schedule::{InOrder, Schedule};
