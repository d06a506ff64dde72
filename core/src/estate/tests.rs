//! Every end that a link may have.
