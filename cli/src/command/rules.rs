//! `rules`: what is there to be found?

use anyhow::Result;
use irsa_lint_core::report::json;

use crate::args::Format;
use crate::report;
use crate::session::{Exit, Session};

/// Lists all rules.
pub fn run(session: &Session, markdown: bool) -> Result<Exit> {
    let rules = irsa_lint_rules::RULES;
    session.write(&match session.common.format {
        _ if markdown => report::markdown_catalogue(),
        Format::Json => json::rules(rules) + "\n",
        Format::Concise => {
            let line = |meta: &irsa_lint_core::rule::RuleMeta| {
                format!("{} {} {} {}\n", meta.id, meta.severity.name(), meta.family, meta.fix.name())
            };
            rules.iter().map(|rule| line(rule.meta())).collect()
        }
        _ => report::catalogue(session.style),
    })?;
    Ok(Exit::Clean)
}
