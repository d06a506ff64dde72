//! `check`: what is wrong with these documents?

use anyhow::Result;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::engine::answer::CheckAnswer;
use irsa_lint_core::report::{Places, concise, json};

use crate::args::{FailOn, Format, Paths};
use crate::report;
use crate::session::{Exit, Session};

/// With no more roles than these the report says who can assume each.
const FEW_ROLES: usize = 4;

/// Lints.
pub fn run(session: &Session, paths: &Paths) -> Result<Exit> {
    let loaded = session.load(paths);
    let answer = session.engine().check(&loaded.case);
    let places = Places::new(&loaded.case.sources);
    let run = loaded.run(&places);
    session.complain_of(&run, &answer.errors);
    session.write(&match session.common.format {
        Format::Json => json::check(&run, &answer) + "\n",
        Format::Concise => concise::check(&run, &answer),
        Format::Text => {
            let few = !session.common.quiet && answer.roles <= FEW_ROLES;
            let who = few.then(|| session.engine().who(&loaded.case, None));
            report::check(&run, &answer, who.as_ref(), session.style)
        }
    })?;
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
