//! A file per question. Texts, settings, rules and providers in; answers out. All that a face calls.

pub mod answer;
mod check;
pub mod claims;
mod question;
mod run;
pub mod schedule;
mod stand_in;

pub use question::{Caller, Question, WhyQuestion};
pub use run::{Case, Engine, Input, Settings};
pub use schedule::{InOrder, Schedule};
