//! `check` in a terminal, in the manner of rustc: the source line with the exact characters underlined, related places, the token that gets
//! in, one line of help, a link; then what could not be analysed, and a summary.

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Snippet};
use irsa_lint_core::diagnostic::{Diagnostic, Proof, Severity, Shown};
use irsa_lint_core::document::model::{Broken, NotAnalysed};
use irsa_lint_core::engine::answer::{CheckAnswer, WhoAnswer};
use irsa_lint_core::report::{Counts, Places, Run, Unread};
use irsa_lint_core::rule::url_of;

use super::excerpt::{Excerpt, Mark, excerpts};
use super::roles::brief;
use super::style::{Style, clean, count};

/// The whole report. `who`: who gets in, where there are so few roles that it can be said at the end.
pub fn check(run: &Run<'_>, answer: &CheckAnswer, who: Option<&WhoAnswer>, style: Style) -> String {
    let mut out = String::new();
    for diagnostic in &answer.diagnostics {
        out.push_str(&finding(run.places, diagnostic, style));
        out.push_str("\n\n");
    }
    for part in &answer.not_analysed {
        out.push_str(&not_analysed(run.places, part, style));
        out.push_str("\n\n");
    }
    if !style.quiet {
        out.push_str(&who.map(|who| brief(who, style)).unwrap_or_default());
        out.push_str(&style.notes(run.notes));
        out.push_str(&summary(run, answer, style));
    }
    out
}

fn finding(places: &Places<'_>, d: &Diagnostic, style: Style) -> String {
    let level = match d.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let mut title = level.primary_title(d.message.as_str()).id(d.rule);
    if style.color {
        title = title.id_url(url_of(d.rule));
    }
    let mut marks = vec![Mark { span: d.place.span, primary: true, label: "" }];
    marks.extend(d.related.iter().map(|(place, message)| Mark { span: place.span, primary: false, label: message.as_str() }));
    let mut group = title.elements(sources(places, &marks));
    if !style.quiet {
        group = proof(group, &d.proof, &d.message);
        if !d.help.is_empty() {
            group = group.element(Level::HELP.message(clean(&d.help)));
        }
        group = group.element(Level::NOTE.with_name("more").message(url_of(d.rule)));
    }
    draw(style, &[group])
}

/// What proves the finding. A reason that the message has given already is not given again.
fn proof<'a>(group: Group<'a>, proof: &'a Proof, message: &str) -> Group<'a> {
    match proof {
        Proof::Admits(shown) => group.element(Level::NOTE.with_name("lets in").message(token(shown))),
        Proof::Nobody(reason) if message.contains(reason.as_str()) => group,
        Proof::Nobody(reason) => group.element(Level::NOTE.with_name("lets nobody in").message(clean(reason))),
        Proof::Stated => group,
    }
}

/// A token on one line: subject first, since that is what a reader looks for.
fn token(shown: &Shown) -> String {
    let mut text = format!("`{}`", clean(&shown.subject));
    if let Some(audience) = &shown.audience {
        text.push_str(&format!(" for audience `{}`", clean(audience)));
    }
    text.push_str(&format!(" from {}", clean(&shown.issuer)));
    for (name, value) in &shown.claims {
        text.push_str(&format!(", with {} `{}`", clean(name), clean(value)));
    }
    if !shown.residual.is_empty() {
        let keys: Vec<_> = shown.residual.iter().map(|key| clean(key)).collect();
        text.push_str(&format!(", where the conditions on {} hold", keys.join(", ")));
    }
    text
}

/// The source lines of marks, as elements of a report.
pub fn sources<'a>(places: &Places<'a>, marks: &[Mark<'a>]) -> Vec<Element<'a>> {
    excerpts(places, marks).into_iter().flat_map(source).collect()
}

fn source(excerpt: Excerpt<'_>) -> Vec<Element<'_>> {
    let Excerpt { path, text, line, at, marks } = excerpt;
    let mut snippet = Snippet::source(text).line_start(line);
    for (range, primary, label) in marks {
        let kind = if primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation = kind.span(range);
        snippet = snippet.annotation(if label.is_empty() { annotation } else { annotation.label(clean(label)) });
    }
    match at {
        None => vec![snippet.path(path).into()],
        Some(at) => {
            let origin = Origin::path(path).line(at.line as usize).char_column(at.column as usize);
            vec![origin.into(), snippet.into()]
        }
    }
}

/// Draws a report. Of an excerpt whose place is given apart (a long line that is cut) the renderer prints a file mark without a file: that
/// line goes.
pub fn draw(style: Style, report: &[Group<'_>]) -> String {
    let drawn = style.renderer().render(report);
    if !drawn.contains(":::") {
        return drawn;
    }
    let lines: Vec<&str> = drawn.lines().filter(|line| !is_bare_mark(line)).collect();
    lines.join("\n")
}

/// Whether all that one sees of a line is `:::`.
fn is_bare_mark(line: &str) -> bool {
    let mut visible = line.split('\u{1b}');
    let first = visible.next().unwrap_or_default();
    let rest = visible.map(|part| part.split_once('m').map_or(part, |(_, text)| text));
    std::iter::once(first).chain(rest).collect::<String>().trim() == ":::"
}

/// A part that could not be analysed.
fn not_analysed(places: &Places<'_>, part: &NotAnalysed, style: Style) -> String {
    let title = Level::WARNING.with_name("not analysed").primary_title(part.message.as_str());
    let marks = [Mark { span: part.place.span, primary: true, label: "" }];
    draw(style, &[title.elements(sources(places, &marks))])
}

/// What could not be read, for stderr: every complaint with file, line and column.
pub fn errors(places: &Places<'_>, unread: &[Unread], broken: &[Broken], style: Style) -> String {
    let mut out = String::new();
    for unread in unread {
        let title = Level::ERROR.primary_title(unread.message.as_str());
        let origin = Origin::path(unread.path.as_str());
        let origin = match unread.at {
            Some(at) => origin.line(at.position.line as usize).char_column(at.position.column as usize),
            None => origin,
        };
        out.push_str(&draw(style, &[title.element(origin)]));
        out.push_str("\n\n");
    }
    for broken in broken {
        let title = Level::ERROR.primary_title(broken.message.as_str());
        let group = match &broken.place {
            Some(place) => title.elements(sources(places, &[Mark { span: place.span, primary: true, label: "" }])),
            None => Group::with_title(title),
        };
        out.push_str(&draw(style, &[group]));
        out.push_str("\n\n");
    }
    out
}

/// `2 errors, 1 warning in 3 files (4 roles, 2 ServiceAccounts)`. What could not be read is never shown as clean.
fn summary(run: &Run<'_>, answer: &CheckAnswer, style: Style) -> String {
    let counts = Counts::of(&answer.diagnostics);
    let found = [(counts.errors, "error"), (counts.warnings, "warning"), (counts.infos, "info")];
    let found: Vec<String> = found.into_iter().filter(|(n, _)| *n > 0).map(|(n, word)| count(n, word)).collect();
    let broken = run.unread.len() + answer.errors.len();
    let mut text = match found.as_slice() {
        [] if answer.roles + answer.service_accounts == 0 && broken > 0 => "nothing was checked".to_owned(),
        [] if broken > 0 => "nothing found in what could be read".to_owned(),
        [] => "no findings".to_owned(),
        found => found.join(", "),
    };
    if run.files > 0 {
        let things = (count(answer.roles, "role"), count(answer.service_accounts, "ServiceAccount"));
        text.push_str(&format!(" in {} ({}, {})", count(run.files, "file"), things.0, things.1));
    }
    if !answer.not_analysed.is_empty() {
        text.push_str(&format!("; {} not analysed", count(answer.not_analysed.len(), "part")));
    }
    if broken > 0 {
        text.push_str(&format!("; {} could not be read", count(broken, "part")));
    }
    format!("{}\n", style.strong(text))
}
