//! Which files a run is about, and their texts. What is named is read whatever it is called; of a folder, what may hold documents of ours:
//! by name where the name says so, else by its first bytes. What a file is, its content decides, later and elsewhere.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};
use irsa_lint_core::engine::{Input, schedule};
use irsa_lint_core::report::{Point, Unread};
use irsa_lint_core::source::{LineIndex, SourceFile};
use rayon::prelude::*;

use crate::schedule::Cores;

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// Files with their texts, in order of their paths as far as they were found by walking.
    pub inputs: Vec<Input>,
    /// What could not be read.
    pub unread: Vec<Unread>,
    /// What was left out, and why: for `--verbose`, and for files that were named.
    pub skipped: Vec<Skipped>,
}

/// A file that was not looked into.
#[derive(Debug)]
pub struct Skipped {
    /// The file.
    pub unread: Unread,
    /// Whether the user named it.
    pub named: bool,
}

/// How to look.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// Larger files are refused.
    pub max_file_size: u64,
    /// What standard input is called.
    pub stdin_filename: Option<&'a str>,
    /// Whether `--kind` says what the documents are.
    pub kind_given: bool,
}

/// One file to be read.
struct Candidate {
    path: PathBuf,
    named: bool,
    /// Whether its first bytes must look like a document.
    sniff: bool,
}

/// What became of a file.
enum Outcome {
    Text(SourceFile),
    Unread(Unread),
    Skipped(Unread),
}

/// Extensions of files that may hold documents.
const DOCUMENTS: &[&str] = &["json", "yaml", "yml", "template", "tfstate"];
/// Extensions of files that may hold anything.
const ANYTHING: &[&str] = &["", "txt", "out", "tfplan", "tmpl", "tpl", "j2"];
/// From this size on a file is read in parts.
const LARGE: u64 = 8 * 1024 * 1024;
/// The size of such a part.
const PART: usize = 2 * 1024 * 1024;
/// How much of a file its first bytes are.
const SNIFF: usize = 1024;

/// Finds and reads.
pub fn discover(paths: &[PathBuf], look: Look<'_>) -> Found {
    let mut found = Found::default();
    let mut candidates = Vec::new();
    let mut linked = false;
    for path in paths {
        if path.as_os_str() == "-" {
            match stdin(look) {
                Ok(file) => found.inputs.push(Input { file, named: true, pasted: true }),
                Err(unread) => found.unread.push(unread),
            }
        } else if path.is_dir() {
            linked |= walk(path, &mut candidates, &mut found.unread);
        } else {
            candidates.push(Candidate { path: path.clone(), named: true, sniff: false });
        }
    }
    if linked || paths.len() > 1 {
        once_each(&mut candidates);
    }
    let read = schedule::map(&Cores, candidates.len(), |index| candidates.get(index).map(|candidate| read(candidate, look)));
    for (candidate, outcome) in candidates.iter().zip(read) {
        match outcome {
            Some(Outcome::Text(file)) => {
                found.inputs.push(Input { file, named: candidate.named, pasted: look.kind_given && candidate.named })
            }
            Some(Outcome::Unread(unread)) => found.unread.push(unread),
            Some(Outcome::Skipped(unread)) => found.skipped.push(Skipped { unread, named: candidate.named }),
            None => {}
        }
    }
    found
}

/// Collects the files of a folder in order of their paths; whether a symbolic link was followed.
fn walk(folder: &Path, candidates: &mut Vec<Candidate>, unread: &mut Vec<Unread>) -> bool {
    let in_repository = folder.canonicalize().is_ok_and(|full| full.ancestors().any(|up| up.join(".git").exists()));
    let mut builder = WalkBuilder::new(folder);
    // A result must not depend on whose machine it is, so the user's global excludes are left aside; a .gitignore counts outside a
    // repository, too, but one above the folder only inside its repository.
    builder.git_global(false).require_git(false).parents(in_repository);
    builder.hidden(false).filter_entry(is_in_sight);
    // Links are rare, and to ask of every file what it leads to takes as long as to read it: only a folder that holds some is walked with its
    // links followed.
    let plain = Walked::of(builder.follow_links(false));
    let linked = plain.linked;
    let mut walked = if linked { Walked::of(builder.follow_links(true)) } else { plain };
    unread.extend(walked.errors.iter().filter_map(|error| complaint(error, folder)));
    walked.candidates.sort_by(|a, b| a.path.as_os_str().cmp(b.path.as_os_str()));
    candidates.append(&mut walked.candidates);
    linked
}

/// Whether a walk goes there: what is hidden it passes over, but for the workflows of GitHub Actions and the CI file of GitLab.
fn is_in_sight(entry: &DirEntry) -> bool {
    const GITHUB: &str = ".github";
    let name = entry.file_name().to_str().unwrap_or_default();
    let is_ci = || name == GITHUB || name == ".gitlab-ci.yml";
    let within = || entry.path().parent().and_then(Path::file_name).is_some_and(|parent| parent == GITHUB);
    match entry.depth() {
        0 => true,
        // In a `.github` that was named itself everything is in sight.
        1 => !name.starts_with('.') || is_ci(),
        _ if name.starts_with('.') => is_ci(),
        _ => name == "workflows" || !within(),
    }
}

/// What a walk came upon.
#[derive(Default)]
struct Walked {
    candidates: Vec<Candidate>,
    errors: Vec<ignore::Error>,
    /// Whether there was a symbolic link.
    linked: bool,
}

impl Walked {
    fn of(builder: &WalkBuilder) -> Self {
        let mut walked = Self::default();
        for entry in builder.build() {
            match entry {
                Ok(entry) => {
                    walked.linked |= entry.path_is_symlink();
                    let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                    if let Some(sniff) = worth_reading(entry.path()).filter(|_| is_file) {
                        walked.candidates.push(Candidate { path: entry.into_path(), named: false, sniff });
                    }
                }
                Err(error) => walked.errors.push(error),
            }
        }
        walked
    }
}

/// What to say of a part of a folder that cannot be walked; nothing of a dangling link that could not have been a document anyhow.
fn complaint(error: &ignore::Error, folder: &Path) -> Option<Unread> {
    let (path, reason) = match error {
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => return complaint(err, folder),
        ignore::Error::WithPath { path, err } => (path.as_path(), err.as_ref()),
        other => (folder, other),
    };
    let message = match reason {
        ignore::Error::Loop { ancestor, child } => {
            let message = format!("a symbolic link that leads back to `{}`, so the folder has no end", ancestor.display());
            return Some(Unread { path: child.display().to_string(), at: None, message });
        }
        ignore::Error::WithDepth { .. } | ignore::Error::WithPath { .. } => return complaint(reason, folder),
        other => match other.io_error() {
            Some(io) if io.kind() == io::ErrorKind::NotFound && worth_reading(path).is_none() => return None,
            Some(io) => io_message(io),
            None => other.to_string(),
        },
    };
    Some(Unread { path: path.display().to_string(), at: None, message })
}

/// Whether a file found by walking may hold a document: `Some(true)` if its first bytes must tell.
fn worth_reading(path: &Path) -> Option<bool> {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    match extension.as_str() {
        known if DOCUMENTS.contains(&known) => Some(false),
        open if ANYTHING.contains(&open) => Some(true),
        _ => None,
    }
}

/// Drops what is there twice, once by another name; the first stays.
fn once_each(candidates: &mut Vec<Candidate>) {
    let mut seen = HashSet::new();
    candidates.retain(|candidate| candidate.path.canonicalize().map_or(true, |full| seen.insert(full)));
}

/// What standard input is called.
pub fn stdin_name(look: Look<'_>) -> &str {
    look.stdin_filename.unwrap_or("<stdin>")
}

fn stdin(look: Look<'_>) -> Result<SourceFile, Unread> {
    let name = stdin_name(look);
    let unread = |message| Unread { path: name.to_owned(), at: None, message };
    let mut bytes = Vec::new();
    let limit = look.max_file_size;
    io::stdin().lock().take(limit + 1).read_to_end(&mut bytes).map_err(|error| unread(io_message(&error)))?;
    if bytes.len() as u64 > limit {
        return Err(unread(too_large(None, limit)));
    }
    decode(name, bytes).map_err(|no_text| no_text.unread)
}

fn read(candidate: &Candidate, look: Look<'_>) -> Outcome {
    let name = candidate.path.display().to_string();
    let unread = |message| Unread { path: name.clone(), at: None, message };
    let bytes = match bytes(candidate, look.max_file_size) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Outcome::Skipped(unread("does not look like a document".to_owned())),
        Err(message) => return Outcome::Unread(unread(message)),
    };
    if bytes.iter().take(SNIFF).any(|byte| *byte == 0) && !is_utf16(&bytes) {
        return Outcome::Skipped(unread("a binary file".to_owned()));
    }
    match decode(&name, bytes) {
        Ok(file) => Outcome::Text(file),
        Err(no_text) if no_text.ours || look.kind_given && candidate.named => Outcome::Unread(no_text.unread),
        Err(no_text) => Outcome::Skipped(no_text.unread),
    }
}

/// A file's bytes; `None` if its first ones do not look like a document and must.
fn bytes(candidate: &Candidate, limit: u64) -> Result<Option<Vec<u8>>, String> {
    let message = |error: io::Error| io_message(&error);
    let mut file = File::open(&candidate.path).map_err(message)?;
    let metadata = file.metadata().map_err(message)?;
    let size = if metadata.is_file() { metadata.len() } else { 0 };
    if size > limit && !candidate.sniff {
        return Err(too_large(Some(size), limit));
    }
    let mut bytes = Vec::new();
    if candidate.sniff {
        file.by_ref().take(SNIFF as u64).read_to_end(&mut bytes).map_err(message)?;
        if !looks_like_document(&bytes) {
            return Ok(None);
        }
        if size > limit {
            return Err(too_large(Some(size), limit));
        }
    }
    if bytes.is_empty() && size >= LARGE && size <= limit {
        return in_parts(&file, size).map(Some).map_err(message);
    }
    bytes.reserve_exact(usize::try_from(size).unwrap_or(0).saturating_sub(bytes.len()) + 1);
    let left = (limit + 1).saturating_sub(bytes.len() as u64);
    file.take(left).read_to_end(&mut bytes).map_err(message)?;
    if bytes.len() as u64 > limit {
        return Err(too_large(None, limit));
    }
    Ok(Some(bytes))
}

/// Reads a large file on all cores: most of the time goes into the memory that it fills.
fn in_parts(file: &File, size: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(size).map_err(io::Error::other)?];
    let parts = bytes.par_chunks_mut(PART).enumerate();
    parts.try_for_each(|(index, part)| read_part(file, part, (index * PART) as u64))?;
    Ok(bytes)
}

#[cfg(unix)]
fn read_part(file: &File, part: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, part, at)
}

#[cfg(windows)]
fn read_part(file: &File, mut part: &mut [u8], mut at: u64) -> io::Result<()> {
    while !part.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, part, at)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        part = part.get_mut(read..).unwrap_or_default();
        at += read as u64;
    }
    Ok(())
}

/// Whether text that is called nothing in particular may be JSON or a manifest.
fn looks_like_document(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let opens = text.starts_with(b"{") || text.starts_with(b"[");
    let manifest = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    opens || is_utf16(head) || manifest(b"apiVersion:") || manifest(b"kind:")
}

/// Bytes that only documents of ours hold. A file with one of them that is no text is broken, without it is somebody else's.
const MARKERS: &[&[u8]] = &[b"AssumeRole", b"eks.amazonaws.com/", b"kind: ServiceAccount", b"aws_iam_role", b"oidc-provider"];

fn has_marker(bytes: &[u8]) -> bool {
    MARKERS.iter().any(|marker| memchr::memmem::find(bytes, marker).is_some())
}

/// The text of a file, or what its bytes are that are none and where.
fn decode(name: &str, bytes: Vec<u8>) -> Result<SourceFile, NoText> {
    let no_text = |at, message: String, ours| NoText { unread: Unread { path: name.to_owned(), at, message }, ours };
    if is_utf16(&bytes) {
        let not_text = |_| no_text(None, "not UTF-16 text, though it begins with a UTF-16 byte order mark".to_owned(), false);
        return SourceFile::decode(name, bytes).map_err(not_text);
    }
    String::from_utf8(bytes).map(|text| SourceFile::new(name, text)).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let bytes = error.into_bytes();
        let before = bytes.get(..offset).map(String::from_utf8_lossy).unwrap_or_default();
        let file = SourceFile::new(name, before);
        let position = LineIndex::new(&file.text).position(&file, u32::try_from(offset).unwrap_or(u32::MAX));
        let byte = bytes.get(offset).copied().unwrap_or_default();
        let message = format!("not UTF-8 text: byte 0x{byte:02X} is no part of a character");
        no_text(Some(Point { position, offset: offset as u64 }), message, has_marker(&bytes))
    })
}

/// Bytes that are no text, and whether they are a document of ours all the same.
struct NoText {
    unread: Unread,
    ours: bool,
}

fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF])
}

fn too_large(size: Option<u64>, limit: u64) -> String {
    let what = size.map_or_else(|| "too large".to_owned(), |size| format!("too large: {}", human(size)));
    format!("{what}, and the limit is {}; `--max-file-size` lifts it", human(limit))
}

/// A number of bytes as people write it.
fn human(bytes: u64) -> String {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.into_iter().find(|(size, _)| bytes >= *size) {
        Some((size, unit)) => format!("{}.{} {unit}", bytes / size, bytes % size * 10 / size).replace(".0 ", " "),
        None => format!("{bytes} bytes"),
    }
}

fn io_message(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "no permission to read it".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or(&text).to_lowercase()
        }
    }
}

/// A small file that an option names, as text.
pub fn read_text(path: &Path) -> anyhow::Result<String> {
    if path.as_os_str() == "-" {
        return Ok(io::read_to_string(io::stdin().lock())?);
    }
    fs::read_to_string(path).map_err(|error| anyhow::anyhow!("{}: {}", path.display(), io_message(&error)))
}
