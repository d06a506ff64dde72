//! `inspect`: what was understood of these documents?

use anyhow::Result;
use irsa_lint_core::report::{Places, json};

use crate::args::Paths;
use crate::report;
use crate::session::{Exit, Session};

/// Shows what was read.
pub fn run(session: &Session, paths: &Paths) -> Result<Exit> {
    let loaded = session.load(paths);
    let seen = session.engine().inspect(&loaded.case);
    let places = Places::new(&loaded.case.sources);
    let run = loaded.run(&places);
    session.complain_of(&run, &seen.errors);
    session.write(&if session.json() { json::inspect(&run, &seen) + "\n" } else { report::inspect(&run, &seen, session.style) })?;
    let unknown = session.common.fail_on_unknown && !seen.not_analysed.is_empty();
    Ok(if unknown { Exit::Broken } else { loaded.exit(Exit::Clean) })
}
