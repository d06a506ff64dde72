//! `inspect` as JSON.
