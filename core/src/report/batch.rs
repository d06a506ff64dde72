//! Lines of the batch forms: one out for each line in.
