//! `explain`: what does a rule find, why is that bad, and how is it mended?

use anyhow::{Result, bail};

use crate::session::{Exit, Session};

/// Shows a rule's documentation.
pub fn run(session: &Session, id: &str) -> Result<Exit> {
    let Some(rule) = irsa_lint_rules::RULES.iter().find(|rule| rule.meta().id == id) else {
        bail!("there is no rule `{id}`{}; `irsa-lint rules` lists them", similar(id));
    };
    let meta = rule.meta();
    let doc: Vec<&str> = meta.doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    session.write(&format!("# {} ({})\n\n{}\n\n{}\n", meta.id, meta.severity.name(), doc.join("\n").trim(), meta.url()))?;
    Ok(Exit::Clean)
}

/// The rules that share a word with what was typed.
fn similar(id: &str) -> String {
    let words: Vec<&str> = id.split('-').filter(|word| word.len() > 2).collect();
    let ids = irsa_lint_rules::RULES.iter().map(|rule| rule.meta().id);
    let close: Vec<&str> = ids.filter(|known| words.iter().any(|word| known.contains(word))).collect();
    if close.is_empty() { String::new() } else { format!("; did you mean {}?", close.join(", ")) }
}
