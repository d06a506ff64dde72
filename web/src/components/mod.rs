//! What is seen, one component a file. State comes in as properties; what is clicked goes out as callbacks.

pub mod app;
mod asked;
mod chain;
mod compare;
mod documents;
mod findings;
mod first_glance;
mod gallery;
mod rule;
mod token;
mod views;
mod who;
mod why;
mod words;
