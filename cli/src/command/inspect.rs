//! `inspect`: what was understood of these documents?

use anyhow::Result;

use crate::args::Paths;
use crate::session::{Exit, Session};

/// Shows what was read.
pub fn run(session: &Session, paths: &Paths) -> Result<Exit> {
    let loaded = session.load(paths);
    Ok(loaded.exit(Exit::Clean))
}
