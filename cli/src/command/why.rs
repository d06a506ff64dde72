//! `why`: why can this pod not assume its role?

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use irsa_lint_core::engine::WhyQuestion;
use irsa_lint_core::report::{Places, json};

use crate::args::WhyArgs;
use crate::discover::read_text;
use crate::report;
use crate::session::{Exit, Session};
use crate::token;

/// Walks the chain.
pub fn run(session: &Session, args: &WhyArgs) -> Result<Exit> {
    let is_stdin = |path: &PathBuf| path.as_os_str() == "-";
    if args.token.as_ref().is_some_and(is_stdin) && args.paths.paths.iter().any(is_stdin) {
        bail!("standard input can be the documents or the token, not both");
    }
    let question = WhyQuestion {
        service_account: args.service_account.as_deref().map(token::service_account).transpose()?,
        role: args.role.clone(),
        error: args.error.as_deref().map(error_text).transpose()?,
        token: args.token.as_deref().map(token::given).transpose()?,
    };
    let mut loaded = session.load(&args.paths);
    if args.paths.paths.is_empty() && (question.error.is_some() || question.token.is_some()) && !loaded.case.recognised.contains(&true) {
        // Nobody named a document: an error text or a token is a question of its own.
        loaded.unread.clear();
    }
    let places = Places::new(&loaded.case.sources);
    let run = loaded.run(&places);
    session.complain_of(&run, loaded.case.errors());
    let chain = match session.engine().why(&loaded.case, &question) {
        Ok(chain) => chain,
        Err(question) => return Ok(session.ask_back(&question, &loaded.case.sources)),
    };
    session.write(&if session.json() {
        json::why(&run, loaded.case.errors(), &chain) + "\n"
    } else {
        report::why(&run, &chain, session.style)
    })?;
    Ok(loaded.exit(if chain.broken.is_some() { Exit::Found } else { Exit::Clean }))
}

/// `TEXT`, or `@FILE`.
fn error_text(given: &str) -> Result<String> {
    given.strip_prefix('@').map_or_else(|| Ok(given.to_owned()), |file| read_text(Path::new(file)))
}
