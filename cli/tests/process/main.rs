//! The real binary as a process: what people type, pipe and break.

#![cfg(test)]

mod arguments;
mod bad_input;
mod batch;
mod configuration;
mod fix;
mod output;
mod run;
mod schema;
mod why;
mod workflows;
