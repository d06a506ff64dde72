//! `rules`: what is there to be found?

use std::fmt::Write as _;

use anyhow::Result;
use irsa_lint_core::report::json;
use irsa_lint_core::rule::FixKind;

use crate::session::{Exit, Session};

/// Lists all rules.
pub fn run(session: &Session) -> Result<Exit> {
    let rules = irsa_lint_rules::RULES;
    if session.json() {
        session.write(&(json::rules(rules) + "\n"))?;
        return Ok(Exit::Clean);
    }
    let widest = rules.iter().map(|rule| rule.meta().id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for rule in rules {
        let meta = rule.meta();
        let fix = match meta.fix {
            FixKind::None => "",
            FixKind::Safe => " [fix]",
            FixKind::Unsafe => " [unsafe fix]",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{:<widest$}  {:<7}  {}{fix}", meta.id, meta.severity.name(), meta.summary());
    }
    session.write(&out)?;
    Ok(Exit::Clean)
}
