//! `can-assume` in a terminal: the verdict, then every statement with what it made of the token, then the nearest miss.

use std::fmt::Write as _;

use irsa_lint_core::admission::{Claim, Truth, Verdict};
use irsa_lint_core::engine::Caller;
use irsa_lint_core::engine::answer::{Decision, StatementTrace};
use irsa_lint_core::engine::token_check::{Given, Remark, Weight};
use irsa_lint_core::report::words::{effect, stage};
use irsa_lint_core::report::{Places, Run, concise};

use super::roles::title;
use super::style::{Style, clean};

/// Every decision. Writing to a String cannot fail.
pub fn can_assume(run: &Run<'_>, caller: &Caller, given: Option<&Given>, decisions: &[Decision], style: Style) -> String {
    let mut out = String::new();
    for decision in decisions {
        one(&mut out, run.places, caller, given, decision, style);
    }
    out.push_str(&style.notes(run.notes));
    out
}

fn one(out: &mut String, places: &Places<'_>, caller: &Caller, given: Option<&Given>, decision: &Decision, style: Style) {
    let role = decision.role.as_ref().map_or_else(|| "the role".to_owned(), title);
    let (truth, word) = match &decision.verdict {
        Verdict::Allowed if is_stale(given) => (Truth::Unknown, "allowed once the token is fresh".to_owned()),
        Verdict::Allowed => (Truth::True, "allowed".to_owned()),
        Verdict::Denied => (Truth::False, format!("denied by the {}", stage(decision.stage))),
        Verdict::Unknown => (Truth::Unknown, "not known".to_owned()),
    };
    let _ = writeln!(out, "{}: {role}", style.truth(truth, word));
    if !style.quiet {
        token(out, caller, given);
    }
    for remark in given.map(Given::remarks).unwrap_or_default() {
        remarked(out, &remark, style);
    }
    if let Some(objection) = decision.objection.as_ref().filter(|_| caller.refused.is_none()) {
        let _ = writeln!(out, "\n  {}", clean(objection));
    }
    for statement in &decision.trace {
        trace(out, places, statement, style);
    }
    if let Some(nearest) = &decision.nearest {
        let _ = writeln!(out, "\n{}: `{}` would be let in", style.strong("nearest miss"), clean(&nearest.subject));
        let _ = writeln!(out, "  {}", clean(&nearest.message));
    }
    out.push('\n');
}

fn is_stale(given: Option<&Given>) -> bool {
    given.is_some_and(|given| given.remarks().iter().any(|remark| remark.weight == Weight::Stale))
}

/// The claims that a reader looks for. A claim may be as long as its issuer likes: it is cut, and a token is never shown whole.
fn token(out: &mut String, caller: &Caller, given: Option<&Given>) {
    let mut rows = vec![("issuer", format!("https://{}", caller.issuer))];
    for (name, claim) in &caller.claims {
        let label = match name.as_str() {
            "iss" | "iat" | "exp" | "nbf" | "jti" => continue,
            "sub" => "subject",
            "aud" => "audience",
            other => other,
        };
        let value = match claim {
            Claim::One(value) => value.to_string(),
            Claim::Many(values) => values.join(", "),
            Claim::Null => "null".to_owned(),
            Claim::Other => continue,
        };
        rows.push((label, value));
    }
    let width = rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0).clamp(9, 24);
    for (label, value) in &rows {
        let _ = writeln!(out, "  {:<width$} {}", clean(label), clean(&cut(value)));
    }
    if let Some(given) = given {
        let expiry = given.expiry().map(|expiry| format!("{expiry}; ")).unwrap_or_default();
        let _ = writeln!(out, "  {:<width$} {expiry}its signature is not checked", "token");
    }
}

/// The beginning of a long value.
fn cut(value: &str) -> String {
    const MOST: usize = 300;
    match value.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", value.get(..at).unwrap_or_default()),
        None => value.to_owned(),
    }
}

fn remarked(out: &mut String, remark: &Remark, style: Style) {
    let holds = if remark.weight == Weight::Refused { Truth::False } else { Truth::Unknown };
    let then = if remark.weight == Weight::Refused { "" } else { "; what follows is for a fresh token with the same claims" };
    let _ = writeln!(out, "\n{} {}{then}", style.sign(holds), clean(&remark.message));
    let _ = writeln!(out, "  {}", clean(&remark.help));
}

fn trace(out: &mut String, places: &Places<'_>, statement: &StatementTrace, style: Style) {
    let effect = effect(statement.effect);
    let says = match statement.matched {
        Truth::True => "matches",
        Truth::False => "does not match",
        Truth::Unknown => "may match",
    };
    let _ = writeln!(out, "\n{} {} ({effect}) {says}", style.sign(statement.matched), clean(&statement.name));
    for because in &statement.because {
        let what = because.what.name();
        let _ = writeln!(out, "    {} {what:<9} {}", style.sign(because.holds), clean(&because.message));
        let _ = writeln!(out, "      {:<9} {}", "", style.faint(format_args!("--> {}", concise::place(places, &because.place))));
    }
}
