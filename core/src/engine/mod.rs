//! A file per question. Texts, settings, rules and providers in; answers out. All that a face calls.

pub mod answer;
pub mod batch;
mod can_assume;
mod check;
pub mod claims;
pub mod fix;
pub mod inspect;
mod known_error;
mod notes;
mod policy_json;
mod run;
mod select;
mod who;
mod why;
mod why_policy;
mod words;

pub use crate::schedule::{self, InOrder, Schedule};
pub use can_assume::{Caller, Question, nearest};
pub use known_error::KnownError;
pub use run::{Case, Engine, Input, Settings};
pub use who::{grants, others};
pub use why::WhyQuestion;
