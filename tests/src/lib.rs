//! Everything that crosses a border between crates is tested here. This library holds what those tests share.

pub mod adapter;
pub mod generate;
pub mod reference;
pub mod repository;
