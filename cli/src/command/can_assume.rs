//! `can-assume`: is this token let in, and what decides?

use anyhow::{Result, bail};
use irsa_lint_core::admission::Verdict;
use irsa_lint_core::engine::Caller;
use irsa_lint_core::report::{Places, json};

use crate::args::CanAssumeArgs;
use crate::report;
use crate::session::{Exit, Session};
use crate::token;

/// Tries one token.
pub fn run(session: &Session, args: &CanAssumeArgs) -> Result<Exit> {
    let is_stdin = |path: &std::path::PathBuf| path.as_os_str() == "-";
    if args.caller.token.as_ref().is_some_and(is_stdin) && args.paths.paths.iter().any(is_stdin) {
        bail!("standard input can be the documents or the token, not both");
    }
    let given = args.caller.token.as_deref().map(token::given).transpose()?;
    let caller = match &given {
        Some(given) => Caller::with_token(given),
        None => token::caller(&args.caller, session.common.cluster_issuer.as_deref())?,
    };
    let loaded = session.load(&args.paths);
    let places = Places::new(&loaded.case.sources);
    let run = loaded.run(&places);
    session.complain_of(&run, loaded.case.errors());
    let decisions = match session.engine().can_assume(&loaded.case, args.role.as_deref(), &caller) {
        Ok(decisions) => decisions,
        Err(question) => return Ok(session.ask_back(&question, &loaded.case.sources)),
    };
    let text = || report::can_assume(&run, &caller, given.as_ref(), &decisions, session.style);
    let machine = || json::can_assume(&run, loaded.case.errors(), given.as_ref(), &decisions) + "\n";
    session.write(&if session.json() { machine() } else { text() })?;
    let allowed = decisions.iter().all(|decision| decision.verdict == Verdict::Allowed);
    Ok(loaded.exit(if allowed { Exit::Clean } else { Exit::Found }))
}
