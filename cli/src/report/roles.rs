//! `who` in a terminal.

use std::fmt::Write as _;

use irsa_lint_core::engine::answer::{Admits, AudienceSet, RoleRef, WhoAnswer, WhoGrant, WhoRole};
use irsa_lint_core::report::json::NOT_CONSIDERED;
use irsa_lint_core::report::{Places, Run, concise};
use smol_str::SmolStr;

use super::style::{Style, clean};

/// Every role with those who can assume it. Writing to a String cannot fail.
pub fn who(run: &Run<'_>, answer: &WhoAnswer, style: Style) -> String {
    let mut out = String::new();
    for role in &answer.roles {
        one(&mut out, run.places, role, style);
        out.push('\n');
    }
    for part in &answer.not_analysed {
        let _ = writeln!(out, "not analysed: {} ({})", clean(&part.message), concise::place(run.places, &part.place));
    }
    if answer.roles.is_empty() {
        out.push_str("no role with a trust policy was found\n");
    } else if !style.quiet {
        out.push_str(&style.notes(run.notes));
        let _ = writeln!(out, "{}", style.faint(format_args!("note: {NOT_CONSIDERED}")));
    }
    out
}

/// Who can assume each role, a line for each grant: what `check` ends with. Nothing of roles that no web identity can assume.
pub fn brief(answer: &WhoAnswer, style: Style) -> String {
    let mut out = String::new();
    for role in &answer.roles {
        for grant in role.grants.iter().filter(|grant| grant.admits != Admits::Nobody) {
            let issuer = grant.issuer.as_deref().map_or_else(|| "any issuer".to_owned(), |issuer| format!("https://{}", clean(issuer)));
            let words = if grant.words.is_empty() { grant.admits.name() } else { &grant.words };
            let _ = writeln!(out, "  {}: {}", title(&role.role), clean(words));
            let _ = writeln!(out, "      {}", style.faint(format_args!("of {issuer}, audience {}", clean(&audiences(&grant.audiences)))));
        }
    }
    if out.is_empty() { out } else { format!("{}\n{out}\n", style.strong("who gets in (`irsa-lint who` shows more)")) }
}

fn one(out: &mut String, places: &Places<'_>, role: &WhoRole, style: Style) {
    let _ = writeln!(out, "{}", style.strong(title(&role.role)));
    let _ = writeln!(out, "  {}", style.faint(format_args!("--> {}", concise::place(places, &role.role.place))));
    if let Some(reason) = &role.unknown {
        let _ = writeln!(out, "  not known: {}", clean(reason));
    }
    for each in &role.grants {
        grant(out, each, style);
    }
    if role.grants.is_empty() && role.unknown.is_none() {
        out.push_str("  nobody with a web identity\n");
    }
    for taken in &role.denied {
        let _ = writeln!(out, "  but {}", clean(taken));
    }
    for other in &role.others {
        let _ = writeln!(out, "  also {} (statement {}; not evaluated)", clean(&other.principal), other.statement + 1);
    }
}

fn grant(out: &mut String, grant: &WhoGrant, style: Style) {
    let issuer = grant.issuer.as_deref().map_or_else(|| "any issuer".to_owned(), |issuer| format!("https://{}", clean(issuer)));
    let provider = grant.provider.as_deref().map(|name| format!("{name}, ")).unwrap_or_default();
    let admits = match grant.admits {
        Admits::Nobody => "nobody",
        Admits::Listed => "only these subjects",
        Admits::Some => "every subject that matches",
        Admits::Everyone => "every subject of the issuer",
        Admits::Unknown => "not known: the policy is too complex to decide",
    };
    let words = if grant.words.is_empty() { admits } else { &grant.words };
    let _ = writeln!(out, "  {}", style.strong(clean(words)));
    row(out, "issuer", &format!("{provider}{issuer}"));
    row(out, "audience", &audiences(&grant.audiences));
    if !grant.words.is_empty() {
        row(out, "admits", admits);
    }
    if !grant.unbounded.is_empty() {
        row(out, "open parts", &list(&grant.unbounded));
    }
    for claim in &grant.claims {
        row(out, "claim", claim);
    }
    if !grant.residual.is_empty() {
        row(out, "also needs", &format!("{} (not decided by the token)", list(&grant.residual)));
    }
    for (index, example) in grant.examples.iter().enumerate() {
        row(out, if index == 0 { "example" } else { "" }, example);
    }
}

fn row(out: &mut String, name: &str, value: &str) {
    let _ = writeln!(out, "    {name:<10} {}", clean(value));
}

fn list(values: &[SmolStr]) -> String {
    values.join(", ")
}

fn audiences(set: &AudienceSet) -> String {
    match set {
        AudienceSet::Any => "any".to_owned(),
        AudienceSet::Listed(values) => list(values),
        AudienceSet::Like { like, except } if except.is_empty() => format!("like {}", list(like)),
        AudienceSet::Like { like, except } => format!("like {}, but not {}", list(like), list(except)),
    }
}

/// How a role is titled: by name and ARN where they are known, else by its address.
pub fn title(role: &RoleRef) -> String {
    let name = role.name.as_deref().or(role.address.as_deref());
    match (name, &role.arn) {
        (Some(name), Some(arn)) => format!("role {} ({})", clean(name), clean(arn)),
        (Some(name), None) => format!("role {}", clean(name)),
        (None, Some(arn)) => format!("role {}", clean(arn)),
        (None, None) => "the role of this trust policy".to_owned(),
    }
}

/// What to type after `--role` to mean this role.
pub fn role_handle(role: &RoleRef) -> String {
    let handle = role.arn.as_deref().or(role.name.as_deref()).or(role.address.as_deref());
    handle.map_or_else(|| "a trust policy without a name (see --role-of)".to_owned(), |handle| clean(handle).into_owned())
}
