//! Documents as people have them.
