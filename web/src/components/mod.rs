//! What is seen, one component a file. State comes in as properties; what is clicked goes out as callbacks.

pub mod app;
mod documents;
mod findings;
mod first_glance;
mod gallery;
mod rule;
mod who;
mod words;
