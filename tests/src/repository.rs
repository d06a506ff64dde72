//! The project's own files, for tests that look at the project itself. Knows git, and nothing of IAM.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository's root.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Every file that git tracks or would add, as a path from the root with `/`, sorted; deleted ones are left out.
///
/// # Errors
/// Where git cannot be run, or refuses.
pub fn files() -> Result<Vec<String>, String> {
    let listing = Command::new("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root()).output();
    let listing = listing.map_err(|error| format!("git cannot be run: {error}"))?;
    if !listing.status.success() {
        return Err(format!("git ls-files: {}", String::from_utf8_lossy(&listing.stderr)));
    }
    let text = String::from_utf8_lossy(&listing.stdout);
    let mut files: Vec<String> = text.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect();
    files.retain(|path| root().join(path).is_file());
    files.sort();
    files.dedup();
    Ok(files)
}

/// A file's text; nothing where it is not text.
#[must_use]
pub fn text(path: &str) -> String {
    std::fs::read(root().join(path)).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}
