//! Puts a new text in the place of a file: whole or not at all. Knows nothing of what is in it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Writes `new` where `old` stands now. The text is written beside the file, flushed to the disk and then put in its place, so that nobody ever
/// sees half of it. Permissions stay; of a symbolic link the file that it leads to is changed.
pub fn replace(path: &Path, old: &[u8], new: &[u8]) -> Result<(), String> {
    let said = |error: io::Error| message(&error);
    let target = path.canonicalize().map_err(said)?;
    let metadata = fs::metadata(&target).map_err(said)?;
    if !metadata.is_file() {
        return Err("it is no regular file".to_owned());
    }
    if metadata.permissions().readonly() {
        return Err("it is read-only".to_owned());
    }
    if fs::read(&target).map_err(said)? != old {
        return Err("it was changed by somebody else in the meantime".to_owned());
    }
    let beside = beside(&target).ok_or_else(|| "it has no folder".to_owned())?;
    let written = write(&beside, &metadata, new).and_then(|()| fs::rename(&beside, &target));
    if let Err(error) = written {
        // What is left of it is of no use; that it cannot be removed changes nothing.
        let _ = fs::remove_file(&beside);
        return Err(message(&error));
    }
    if let Some(folder) = target.parent() {
        // Some systems cannot flush a folder; the file itself is on the disk.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    match fs::read(&target) {
        Ok(read) if read == new => Ok(()),
        _ => Err("what was written does not stand there".to_owned()),
    }
}

/// A name in the same folder that nobody else has.
fn beside(target: &Path) -> Option<PathBuf> {
    let name = target.file_name()?.to_string_lossy().into_owned();
    Some(target.with_file_name(format!(".{name}.irsa-lint-{}", std::process::id())))
}

fn write(path: &Path, like: &fs::Metadata, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    own(&file, like);
    file.set_permissions(like.permissions())?;
    file.sync_all()
}

/// Gives the file to whom the old one belongs. Only a privileged user can give files away, and then nobody else's file is taken over.
#[cfg(unix)]
fn own(file: &File, like: &fs::Metadata) {
    use std::os::unix::fs::MetadataExt as _;
    let _ = std::os::unix::fs::fchown(file, Some(like.uid()), Some(like.gid()));
}

#[cfg(not(unix))]
fn own(_file: &File, _like: &fs::Metadata) {}

fn message(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "no permission to write it".to_owned(),
        io::ErrorKind::NotFound => "it is not there any more".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_or_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("é.json");
        fs::write(&path, "old").unwrap();
        assert_eq!(replace(&path, b"other", b"new").unwrap_err(), "it was changed by somebody else in the meantime");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(replace(&path, b"old", b"new"), Ok(()));
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left lying about");
        assert_eq!(replace(&folder.path().join("none"), b"", b"").unwrap_err(), "it is not there any more");
        assert_eq!(replace(folder.path(), b"", b"").unwrap_err(), "it is no regular file");
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a.json"), folder.path().join("link.json"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("a.json", &link).unwrap();
        replace(&link, b"old", b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().file_type().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        assert_eq!(replace(&link, b"new", b"newer").unwrap_err(), "it is read-only");
    }
}
