//! A file per question. Texts, settings, rules and providers in; answers out. All that a face calls.

pub mod answer;
pub mod batch;
mod can_assume;
pub mod chain;
mod check;
pub mod claims;
pub mod compare;
mod denied;
pub mod fix;
pub mod glance;
pub mod inspect;
pub mod jwt;
mod known_error;
mod nearest;
mod notes;
mod policy_json;
mod reported;
mod run;
mod select;
pub mod token_check;
mod who;
mod why;
mod words;

pub use crate::schedule::{self, InOrder, Schedule};
pub use can_assume::{Caller, Question, namespace_and_name};
pub use known_error::KnownError;
pub use nearest::nearest;
pub use policy_json::PolicyJson;
pub use run::{Case, Engine, Input, Settings};
pub use who::{grants, others};
pub use why::WhyQuestion;
