//! `check`: what is wrong with these documents?

use anyhow::Result;

use super::{fix, outcome};
use crate::args::Paths;
use crate::session::{Exit, Session};

/// Lints, and fixes where that is asked for.
pub fn run(session: &Session, paths: &Paths) -> Result<Exit> {
    if session.common.fixes.wanted() {
        return fix::run(session, paths);
    }
    let loaded = session.load(paths);
    let answer = session.engine().check(&loaded.case);
    outcome::report(session, loaded, answer, None)
}
