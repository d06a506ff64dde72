//! `who`: who can assume each role?

use anyhow::Result;
use irsa_lint_core::report::{Places, json};

use crate::args::WhoArgs;
use crate::report;
use crate::session::{Exit, Session};

/// Lists the admitted sets.
pub fn run(session: &Session, args: &WhoArgs) -> Result<Exit> {
    let loaded = session.load(&args.paths);
    let answer = session.engine().who(&loaded.case, args.role.as_deref());
    let places = Places::new(&loaded.case.sources);
    let run = loaded.run(&places);
    session.complain_of(&run, &answer.errors);
    session.write(&if session.json() { json::who(&run, &answer) + "\n" } else { report::who(&run, &answer, session.style) })?;
    let broken = !loaded.unread.is_empty() || !answer.errors.is_empty();
    let unknown = session.common.fail_on_unknown && !answer.not_analysed.is_empty();
    Ok(if broken || unknown { Exit::Broken } else { Exit::Clean })
}
