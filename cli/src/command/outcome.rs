//! What `check` says in the end, whether it fixed anything or not: the report, and the exit status.

use std::io::Write as _;

use anyhow::Result;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::engine::answer::CheckAnswer;
use irsa_lint_core::engine::fix::Fixable;
use irsa_lint_core::report::{Places, concise, json};

use crate::args::{FailOn, Format};
use crate::report;
use crate::session::{Exit, Loaded, Session, complain};

/// With no more roles than these the report says who can assume each.
const FEW_ROLES: usize = 4;

/// Reports what is found. `text`: what standard input has become; it takes standard output, and the report goes to stderr.
pub fn report(session: &Session, loaded: Loaded, answer: CheckAnswer, text: Option<Vec<u8>>) -> Result<Exit> {
    let places = Places::new(&loaded.case.sources);
    let run = loaded.run(&places);
    session.complain_of(&run, &answer.errors);
    let shown = match session.common.format {
        Format::Json => json::check(&run, &answer) + "\n",
        Format::Concise => concise::check(&run, &answer),
        Format::Text => {
            let few = !session.common.quiet && answer.roles <= FEW_ROLES;
            let who = few.then(|| session.engine().who(&loaded.case, None));
            let fixable = if session.common.quiet { Fixable::default() } else { Fixable::of(&loaded.case, &answer) };
            let offer = if session.common.fixes.wanted() { None } else { offer(&fixable) };
            report::check(&run, &answer, who.as_ref(), session.style) + &offer.unwrap_or_default()
        }
    };
    match text {
        Some(text) => {
            if session.common.output.is_some() {
                session.write(&shown)?;
            } else {
                complain(&shown);
            }
            // A reader that has gone away is no failure.
            let _ = std::io::stdout().lock().write_all(&text);
        }
        None => session.write(&shown)?,
    }
    let unknown = session.common.fail_on_unknown && !answer.not_analysed.is_empty();
    let broken = !loaded.unread.is_empty() || !answer.errors.is_empty() || unknown;
    let exit = if broken { Exit::Broken } else { verdict(&answer, session.common.fail_on) };
    // The program ends here: to free ten thousand roles one by one takes a tenth of all its time.
    std::mem::forget((answer, loaded));
    Ok(exit)
}

fn verdict(answer: &CheckAnswer, fail_on: FailOn) -> Exit {
    let least = match fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
        FailOn::Info => Severity::Info,
        FailOn::Never => return Exit::Clean,
    };
    if answer.diagnostics.iter().any(|d| d.severity >= least) { Exit::Found } else { Exit::Clean }
}

/// The line of a report that says what --fix would do; nothing where that is nothing.
fn offer(fixable: &Fixable) -> Option<String> {
    match (fixable.safe, fixable.risky) {
        (0, 0) => None,
        (0, risky) => Some(format!("{risky} can be fixed with --fix --unsafe-fixes; review the change first with --diff --unsafe-fixes\n")),
        (safe, 0) => Some(format!("{safe} can be fixed with --fix\n")),
        (safe, risky) => Some(format!("{safe} can be fixed with --fix, {risky} more with --unsafe-fixes\n")),
    }
}
