//! `explain`: what does a rule find, why is that bad, and how is it mended?

use anyhow::{Result, bail};
use irsa_lint_core::policy::spelling::nearest;
use irsa_lint_core::report::json;

use crate::args::Format;
use crate::report;
use crate::session::{Exit, Session};

/// Letters that may be wrong in a rule's id.
const SLIPS: usize = 3;

/// Shows the documentation of a rule, of a family's rules or of all.
pub fn run(session: &Session, name: &str, markdown: bool) -> Result<Exit> {
    let rules = report::named(name);
    if rules.is_empty() {
        bail!("there is no rule `{name}`{} `irsa-lint rules` lists them all", similar(name));
    }
    let pages = |page: &dyn Fn(&irsa_lint_core::rule::RuleMeta) -> String| {
        rules.iter().map(|rule| page(rule.meta())).collect::<Vec<_>>().join("\n")
    };
    session.write(&match session.common.format {
        _ if markdown => pages(&report::markdown),
        Format::Json => json::pages(&rules) + "\n",
        _ => pages(&|meta| report::page(meta, session.style)),
    })?;
    Ok(Exit::Clean)
}

/// The rule that was meant, or those that share a word with what was typed.
fn similar(name: &str) -> String {
    let ids = || irsa_lint_rules::RULES.iter().map(|rule| rule.meta().id);
    if let Some(meant) = nearest(name, ids(), SLIPS) {
        return format!("; did you mean `{meant}`?");
    }
    let words: Vec<&str> = name.split(['-', '_', ' ']).filter(|word| word.len() > 2).collect();
    let close: Vec<String> = ids().filter(|known| words.iter().any(|word| known.contains(word))).map(|id| format!("`{id}`")).collect();
    if close.is_empty() { ";".to_owned() } else { format!("; did you mean {}?", close.join(", ")) }
}
