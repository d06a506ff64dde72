//! `check --fix` and `check --diff`: makes the fixes, writes them or shows them, and reports what remains.

use std::path::Path;

use anyhow::Result;
use irsa_lint_core::diagnostic::Applicability;
use irsa_lint_core::document::model::Maker;
use irsa_lint_core::engine::fix::Fixed;
use irsa_lint_core::report::Unread;
use irsa_lint_core::source::{Encoding, FileId, Sources};

use super::outcome::report;
use crate::args::Paths;
use crate::diff::unified;
use crate::replace::replace;
use crate::report::{clean, count};
use crate::session::{Exit, Session, complain};

/// Makes the fixes that were asked for.
pub fn run(session: &Session, paths: &Paths) -> Result<Exit> {
    let mut loaded = session.load(paths);
    let before = loaded.case.sources.clone();
    let allowed = if session.common.fixes.unsafe_fixes { Applicability::Unsafe } else { Applicability::Safe };
    let fixed = session.engine().fix(loaded.case, &loaded.pasted, allowed);
    if session.common.fixes.diff {
        return show(session, &loaded.unread, &before, &fixed);
    }
    let failed = write(loaded.stdin, &before, &fixed);
    if !failed.is_empty() {
        // What is on the disk is reported, not what should have been there.
        complain(&failed.iter().map(|unread| format!("irsa-lint: {}: not written: {}\n", unread.path, unread.message)).collect::<String>());
        let mut loaded = session.load(paths);
        loaded.unread.extend(failed);
        let answer = session.engine().check(&loaded.case);
        return report(session, loaded, answer, None);
    }
    if !session.common.quiet {
        complain(&summary(&fixed, "fixed"));
    }
    let text = loaded.stdin.and_then(|stdin| fixed.case.sources.get(stdin)).map(|file| file.encode(&file.text));
    loaded.case = fixed.case;
    loaded.notes = loaded.case.notes();
    report(session, loaded, fixed.answer, text)
}

/// Writes the files that are changed; those that could not be.
fn write(stdin: Option<FileId>, before: &Sources, fixed: &Fixed) -> Vec<Unread> {
    let mut failed = Vec::new();
    for file in fixed.changed.keys().filter(|file| Some(**file) != stdin) {
        let (Some(old), Some(new)) = (before.get(*file), fixed.case.sources.get(*file)) else { continue };
        if let Err(message) = replace(Path::new(&old.path), &old.encode(&old.text), &new.encode(&new.text)) {
            failed.push(Unread { path: old.path.clone(), at: None, message });
        }
    }
    failed
}

/// Shows what would be changed.
fn show(session: &Session, unread: &[Unread], before: &Sources, fixed: &Fixed) -> Result<Exit> {
    let places = irsa_lint_core::report::Places::new(&fixed.case.sources);
    let run = irsa_lint_core::report::Run { places: &places, unread, files: 0, notes: &[] };
    session.complain_of(&run, &fixed.answer.errors);
    let mut out = String::new();
    for file in fixed.changed.keys() {
        let (Some(old), Some(new)) = (before.get(*file), fixed.case.sources.get(*file)) else { continue };
        if old.encoding != Encoding::Utf8 {
            complain(&format!("note: {}: the file is UTF-16, so the shown change cannot be applied with patch\n", clean(&old.path)));
        }
        out.push_str(&unified(&old.path, &old.text, &new.text, session.style));
    }
    session.write(&out)?;
    if !session.common.quiet {
        complain(&summary(fixed, "would fix"));
    }
    let broken = !unread.is_empty() || !fixed.answer.errors.is_empty();
    let changed = !fixed.changed.is_empty();
    Ok(if broken {
        Exit::Broken
    } else if changed {
        Exit::Found
    } else {
        Exit::Clean
    })
}

/// What was not done and why, and what was: `fixed 3 findings in 2 files; 1 more with --unsafe-fixes`.
fn summary(fixed: &Fixed, verb: &str) -> String {
    let path = |file: FileId| clean(fixed.case.sources.get(file).map_or("", |file| &file.path)).into_owned();
    let mut out = String::new();
    for dropped in &fixed.dropped {
        out.push_str(&format!("note: {}: the fix of `{}` is not made: {}\n", path(dropped.file), dropped.rule, dropped.reason.words()));
    }
    for (file, maker) in &fixed.left.generated {
        out.push_str(&format!("note: {}: not changed: {}\n", path(*file), why(*maker)));
    }
    if fixed.made == 0 {
        out.push_str("nothing to fix");
    } else {
        out.push_str(&format!("{verb} {} in {}", count(fixed.made, "finding"), count(fixed.changed.len(), "file")));
    }
    if fixed.left.risky > 0 {
        out.push_str(&format!("; {} more with --unsafe-fixes", fixed.left.risky));
    }
    out + "\n"
}

fn why(maker: Maker) -> &'static str {
    match maker {
        Maker::Aws => "this is output of AWS; change the resource itself, or its source",
        Maker::Kubernetes => "this is output of the cluster; change the manifest of the object",
        Maker::TerraformPlan => "Terraform generated this plan; change the source",
        Maker::TerraformState => "Terraform generated this state; change the source",
    }
}
