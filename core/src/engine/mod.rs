//! A file per question. Texts, settings, rules and providers in; answers out. All that a face calls.

pub mod answer;
mod can_assume;
mod check;
mod run;
pub mod schedule;
mod select;
mod who;
mod words;

pub use can_assume::{Caller, Question, nearest};
pub use run::{Case, Engine, Input, Settings};
pub use schedule::{InOrder, Schedule};
pub use who::{grants, others};
