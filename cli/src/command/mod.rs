//! A file per command: ask the engine one question, show the answer.

pub mod batch;
pub mod can_assume;
pub mod check;
pub mod explain;
pub mod fix;
pub mod inspect;
mod outcome;
pub mod rules;
pub mod who;
pub mod why;
