//! `why` in a terminal: the links that hold, a line each, then the first broken one with its source and what to do.

use std::fmt::Write as _;

use annotate_snippets::{Group, Level};
use irsa_lint_core::admission::Truth;
use irsa_lint_core::engine::answer::{Chain, ChainLink, LinkKind};
use irsa_lint_core::report::{Run, concise};

use super::excerpt::Mark;
use super::findings::{draw, sources};
use super::style::{Style, clean};

/// The chain. Writing to a String cannot fail.
pub fn why(run: &Run<'_>, chain: &Chain, style: Style) -> String {
    let mut out = String::new();
    for (index, link) in chain.links.iter().enumerate() {
        // What an error proves is told below, once.
        if link.kind == LinkKind::Error && Some(index) == chain.broken {
            continue;
        }
        let place = link.place.as_ref().map(|place| concise::place(run.places, place)).unwrap_or_default();
        // That an error text is known is no link that holds.
        let sign =
            if link.kind == LinkKind::Error && link.holds == Truth::True { style.truth(Truth::True, "·") } else { style.sign(link.holds) };
        let _ = writeln!(out, "{sign} {:<15} {}", link.kind.name(), clean(&link.message));
        if !place.is_empty() && Some(index) != chain.broken {
            let _ = writeln!(out, "  {:<15} {}", "", style.faint(format_args!("--> {place}")));
        }
        if link.holds == Truth::Unknown && !link.help.is_empty() && !link.message.ends_with("comes next)") {
            let _ = writeln!(out, "  {:<15} {}", "", style.faint(format_args!("to find out: {}", clean(&link.help))));
        }
    }
    if !out.is_empty() {
        out.push('\n');
    }
    match chain.broken.and_then(|index| chain.links.get(index)) {
        Some(link) => out.push_str(&broken(run, link, style)),
        None if chain.links.iter().any(|link| link.holds == Truth::Unknown) => {
            out.push_str("no link is broken, but these documents do not show all of them\n");
        }
        None if chain.links.is_empty() => out.push_str("no ServiceAccount and no workload was found\n"),
        None => out.push_str("every link holds: according to these documents the pod can assume its role\n"),
    }
    out.push_str(&style.notes(run.notes));
    out
}

fn broken(run: &Run<'_>, link: &ChainLink, style: Style) -> String {
    let name = if link.kind == LinkKind::Error { "the error says" } else { "broken" };
    let title = Level::ERROR.with_name(name).primary_title(link.message.as_str());
    let mut group = match &link.place {
        Some(place) => title.elements(sources(run.places, &[Mark { span: place.span, primary: true, label: "" }])),
        None => Group::with_title(title),
    };
    if !link.help.is_empty() {
        group = group.element(Level::HELP.message(clean(&link.help)));
    }
    draw(style, &[group]) + "\n"
}
