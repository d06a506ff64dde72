//! Everything that crosses a border between crates is tested here.
