//! A rule's documentation: for a terminal, and as a page of Markdown. What is in it, the rule says.

use irsa_lint_core::admission::Truth;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::rule::{Example, FixKind, Rule, RuleMeta};
use irsa_lint_rules::families;

use super::style::Style;

/// Lines of text are no longer than this, however wide the terminal is.
const WIDEST: usize = 100;

/// A rule's documentation, for a terminal.
pub fn page(meta: &RuleMeta, style: Style) -> String {
    let page = meta.page();
    let width = style.width.min(WIDEST);
    let mut out = format!("{}  {}\n", style.strong(meta.id), facts(meta, style));
    out.push_str(&format!("\n{}", wrapped(&page.summary, "", width)));
    for (heading, paragraphs) in &page.sections {
        out.push_str(&format!("\n{}\n", style.strong(heading)));
        for paragraph in paragraphs {
            out.push_str(&wrapped(paragraph, "  ", width));
        }
    }
    for example in &page.examples {
        let sign = if example.fails { Truth::False } else { Truth::True };
        out.push_str(&format!("\n{} {}\n", style.sign(sign), style.strong(caption(example))));
        for (name, text) in &example.files {
            if example.files.len() > 1 {
                out.push_str(&format!("  {}\n", style.faint(format_args!("in {name}:"))));
            }
            text.lines().for_each(|line| out.push_str(&format!("    {line}\n")));
        }
    }
    out.push_str(&format!("\n{}\n", style.faint(meta.url())));
    out
}

/// `error · family `nobody` · unsafe fix`.
fn facts(meta: &RuleMeta, style: Style) -> String {
    let severity = match meta.severity {
        Severity::Error => style.truth(Truth::False, meta.severity.name()),
        Severity::Warning => style.truth(Truth::Unknown, meta.severity.name()),
        Severity::Info => style.truth(Truth::True, meta.severity.name()),
    };
    format!("{severity} · family {} · {}", meta.family, fix(meta.fix))
}

fn fix(kind: FixKind) -> &'static str {
    match kind {
        FixKind::None => "no fix",
        FixKind::Safe => "can be fixed with --fix",
        FixKind::Unsafe => "can be fixed with --fix --unsafe-fixes",
    }
}

fn caption(example: &Example) -> &'static str {
    match (example.fails, example.files.len()) {
        (true, 1) => "Reported",
        (true, _) => "Reported for these files together",
        (false, 1) => "Not reported",
        (false, _) => "Not reported for these files together",
    }
}

/// A paragraph in lines of a certain width; the items of a list hang.
fn wrapped(paragraph: &str, indent: &str, width: usize) -> String {
    let hanging = if paragraph.starts_with("- ") { "  " } else { "" };
    let mut out = String::new();
    let mut line = indent.to_owned();
    for word in paragraph.split(' ') {
        let is_first = line.trim().is_empty();
        if !is_first && line.chars().count() + 1 + word.chars().count() > width {
            out.push_str(line.trim_end());
            out.push('\n');
            line = format!("{indent}{hanging}{word}");
        } else {
            line.push_str(if is_first { "" } else { " " });
            line.push_str(word);
        }
    }
    out + &line + "\n"
}

/// A rule's page in Markdown.
pub fn markdown(meta: &RuleMeta) -> String {
    let facts = format!("**{}** · family [{}](README.md#{}) · {}", meta.severity.name(), meta.family, meta.family, markdown_fix(meta.fix));
    let mut out = format!("# {}\n\n{facts}\n", meta.id);
    let mut examples = meta.page().examples.into_iter();
    for line in meta.doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)) {
        // What the words behind a language mean, a reader of the page does not know.
        match line.strip_prefix("```").filter(|info| info.contains(" fail") || info.contains(" pass")) {
            Some(info) => {
                let heading = if out.contains("\n## Examples\n") { "" } else { "## Examples\n\n" };
                let shown = examples.next().map_or("", |example| caption(&example));
                out.push_str(&format!("{heading}{shown}:\n\n```{}\n", info.split(' ').next().unwrap_or_default()));
            }
            None if out.ends_with("\n\n") && line.is_empty() => {}
            None => {
                if line == meta.summary() {
                    out.push('\n');
                }
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    format!("{}\n", out.trim_end())
}

fn markdown_fix(kind: FixKind) -> &'static str {
    match kind {
        FixKind::None => "no fix",
        FixKind::Safe => "can be fixed with `--fix`",
        FixKind::Unsafe => "can be fixed with `--fix --unsafe-fixes`",
    }
}

/// All rules by family, for a terminal: a line each.
pub fn catalogue(style: Style) -> String {
    let widest = irsa_lint_rules::RULES.iter().map(|rule| rule.meta().id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for (family, rules) in families::by_family() {
        out.push_str(&format!("{}: {}\n", style.strong(family), families::title(family)));
        for meta in rules.iter().map(|rule| rule.meta()) {
            let severity = format!("{:<7}", meta.severity.name());
            let severity = match meta.severity {
                Severity::Error => style.truth(Truth::False, severity),
                Severity::Warning => style.truth(Truth::Unknown, severity),
                Severity::Info => style.truth(Truth::True, severity),
            };
            let fix = match meta.fix {
                FixKind::None => String::new(),
                kind => format!(" {}", style.faint(format!("[{} fix]", kind.name()))),
            };
            out.push_str(&format!("  {:<widest$}  {severity}  {}{fix}\n", meta.id, meta.summary()));
        }
        out.push('\n');
    }
    out + "`irsa-lint explain RULE` shows the documentation of a rule\n"
}

/// The same as a page of Markdown, with the reason of each severity.
pub fn markdown_catalogue() -> String {
    let mut out = "# Rules\n\nGenerated by `scripts/generate` from the documentation inside each rule.\n\nError: it cannot work, or strangers get in. Warning: it is wider than needed, or works only by luck. Info: worth knowing, nothing needs to be\ndone. A safe fix lets nobody new in, which irsa-lint proves each time before it keeps the fix (`--fix`). An unsafe fix lets somebody in or is\na guess (`--fix --unsafe-fixes`).\n".to_owned();
    for (family, rules) in families::by_family() {
        out.push_str(&format!(
            "\n## {family}\n\n{}.\n\n| rule | finds | severity | why that severity | fix |\n| --- | --- | --- | --- | --- |\n",
            families::title(family)
        ));
        for meta in rules.iter().map(|rule| rule.meta()) {
            let cell = |text: &str| text.replace('|', "\\|");
            let fix = if meta.fix == FixKind::None { "" } else { meta.fix.name() };
            let (summary, reason) = (cell(meta.summary()), cell(&meta.page().section("Severity")));
            out.push_str(&format!("| [`{id}`]({id}.md) | {summary} | {} | {reason} | {fix} |\n", meta.severity.name(), id = meta.id));
        }
    }
    out
}

/// The rules of one id or one family, or all of them.
pub fn named(name: &str) -> Vec<&'static dyn Rule> {
    let all = irsa_lint_rules::RULES.iter().copied();
    all.filter(|rule| name == "all" || rule.meta().id == name || rule.meta().family == name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_and_items_hang() {
        assert_eq!(wrapped("aa bb cc", "  ", 7), "  aa bb\n  cc\n");
        assert_eq!(wrapped("- aa bb cc", "  ", 9), "  - aa bb\n    cc\n");
        assert_eq!(wrapped("a-word-that-is-longer", "", 5), "a-word-that-is-longer\n");
    }
}
