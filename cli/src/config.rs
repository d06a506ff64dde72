//! The configuration's file: which one is meant, and what is wrong with it, by file, line and column. What it may say is the rules' business.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use irsa_lint_core::source::{LineIndex, SourceFile};
use irsa_lint_rules::configuration::{self, Configuration, FILE_NAME};

/// Reads the file that was given, else the one that lies in the working directory or above it in the same repository.
pub fn load(given: Option<&Path>) -> Result<Option<(PathBuf, Configuration)>> {
    let Some(path) = given.map(Path::to_path_buf).or_else(nearest) else { return Ok(None) };
    let shown = path.display().to_string();
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read the configuration {shown}"))?;
    let Ok(file) = SourceFile::decode(shown.clone(), bytes) else { bail!("the configuration {shown} is no text") };
    match configuration::read(&file.text) {
        Ok(configuration) => Ok(Some((path, configuration))),
        Err(fault) => {
            let at = u32::try_from(fault.span.start).unwrap_or(u32::MAX);
            let place = LineIndex::new(&file.text).position(&file, at);
            let help = fault.help.map(|help| format!("\n  help: {help}")).unwrap_or_default();
            bail!("{shown}:{}:{}: {}{help}", place.line, place.column, fault.message)
        }
    }
}

/// The nearest one at or above the working directory, up to the repository's root; where there is no repository, that directory alone counts:
/// what lies above it may be anybody's.
fn nearest() -> Option<PathBuf> {
    let start = std::env::current_dir().ok()?;
    let here = start.join(FILE_NAME);
    let mut found = None;
    for folder in start.ancestors() {
        found = found.or_else(|| Some(folder.join(FILE_NAME)).filter(|path| path.is_file()));
        if folder.join(".git").exists() {
            return found.map(|path| relative(&path, &start));
        }
    }
    here.is_file().then(|| FILE_NAME.into())
}

/// As somebody in the working directory would write it.
fn relative(path: &Path, start: &Path) -> PathBuf {
    let up = start.ancestors().position(|folder| path.parent() == Some(folder)).unwrap_or_default();
    std::iter::repeat_n("..", up).collect::<PathBuf>().join(FILE_NAME)
}
