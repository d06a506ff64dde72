//! What is seen, one component a file. State comes in as properties; what is clicked goes out as callbacks.

mod all;
pub mod app;
mod asked;
mod chain;
mod compare;
mod dialog;
mod documents;
mod export;
mod findings;
mod first_glance;
mod gallery;
mod header;
mod input;
mod keys;
mod notice;
mod open;
mod progress;
mod rule;
mod share;
mod switch;
mod token;
mod views;
mod who;
mod why;
mod words;
