//! A file per question. Texts, settings, rules and providers in; answers out. All that a face calls.

pub mod answer;
pub mod batch;
mod can_assume;
mod check;
pub mod claims;
mod run;
pub mod schedule;
mod select;
mod stand_in;
mod who;
mod words;

pub use can_assume::{Caller, Question, nearest};
pub use run::{Case, Engine, Input, Settings};
pub use schedule::{InOrder, Schedule};
pub use stand_in::WhyQuestion;
pub use who::{grants, others};
