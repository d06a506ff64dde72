//! One call of the program: what the options mean, the documents, and the way out for answers and complaints.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use irsa_lint_core::document::without_scheme;
use irsa_lint_core::engine::answer::RoleRef;
use irsa_lint_core::engine::{Case, Engine, Input, Question, Settings};
use irsa_lint_core::provider::Catalogue;
use irsa_lint_core::report::{Places, Point, Run, Unread};
use irsa_lint_core::source::{FileId, Position, Sources};
use irsa_lint_core::syntax::Place;

use crate::args::{Color, Common, Format, Paths};
use crate::config;
use crate::discover::{Look, Skipped, discover, stdin_name};
use crate::report::{self, Style};
use crate::schedule::Cores;

/// The exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Everything was read, nothing is wrong.
    Clean = 0,
    /// Everything was read, something is wrong.
    Found = 1,
    /// Something could not be read, or the call was wrong.
    Broken = 2,
}

/// What the options mean.
#[derive(Debug)]
pub struct Session {
    /// The options.
    pub common: Common,
    /// How answers are shown.
    pub style: Style,
    settings: Settings,
    catalogue: Cow<'static, Catalogue>,
}

/// The documents of a run.
#[derive(Debug)]
pub struct Loaded {
    /// Read and linked.
    pub case: Case,
    /// What could not be read.
    pub unread: Vec<Unread>,
    /// What was taken for granted.
    pub notes: Vec<String>,
    /// For each file whether it is ours whatever it holds.
    pub pasted: Vec<bool>,
    /// The file that came from standard input.
    pub stdin: Option<FileId>,
}

impl Session {
    /// Resolves the options.
    pub fn new(common: Common) -> Result<Self> {
        for rule in common.select.iter().chain(&common.ignore) {
            if !irsa_lint_rules::RULES.iter().any(|known| known.meta().id == rule || known.meta().family == rule) {
                bail!("there is no rule and no family `{rule}`; `irsa-lint rules` lists them");
            }
        }
        let mut catalogue = Cow::Borrowed(irsa_lint_rules::providers::catalogue());
        if let Some((path, configuration)) = config::load(common.config.as_deref())? {
            if common.verbose {
                complain(&format!("note: {}: the configuration\n", path.display()));
            }
            if !configuration.providers.is_empty() {
                catalogue = Cow::Owned(catalogue.into_owned().with(configuration.providers));
            }
        }
        let settings = Settings {
            account: common.account.as_deref().map(Into::into),
            cluster_issuer: common.cluster_issuer.as_deref().map(|issuer| without_scheme(issuer).into()),
            role_of: common.role_of.iter().map(|(file, arn)| (file.clone(), arn.into())).collect(),
            kind: common.kind.clone(),
            select: common.select.clone(),
            ignore: common.ignore.clone(),
        };
        let to_terminal = common.output.is_none() && io::stdout().is_terminal();
        let style = Style { color: wants_color(common.color, to_terminal), width: width(to_terminal), quiet: common.quiet };
        Ok(Self { common, style, settings, catalogue })
    }

    /// Refuses options that would do nothing.
    pub fn check_fixes(&self, checks: bool) -> Result<()> {
        let fixes = self.common.fixes;
        if (fixes.wanted() || fixes.unsafe_fixes) && !checks {
            bail!("--fix, --unsafe-fixes and --diff work only with `check`, without --batch");
        }
        if fixes.unsafe_fixes && !fixes.wanted() {
            bail!("--unsafe-fixes needs --fix (writes the fixes) or --diff (shows them)");
        }
        Ok(())
    }

    /// What answers questions.
    pub fn engine(&self) -> Engine<'_> {
        Engine {
            rules: irsa_lint_rules::RULES,
            catalogue: &self.catalogue,
            errors: irsa_lint_rules::errors::KNOWN,
            settings: &self.settings,
            schedule: &Cores,
        }
    }

    /// Reads and links the documents that are named; the current folder if none is. Says on stderr what was skipped.
    pub fn load(&self, paths: &Paths) -> Loaded {
        let default = if self.common.stdin_filename.is_some() { "-" } else { "." };
        let default = [PathBuf::from(default)];
        let paths = if paths.paths.is_empty() { &default } else { paths.paths.as_slice() };
        let look = Look {
            max_file_size: self.common.max_file_size,
            stdin_filename: self.common.stdin_filename.as_deref(),
            kind_given: self.common.kind.is_some(),
        };
        let found = discover(paths, look);
        let (mut unread, named) = (found.unread, named(&found.inputs));
        let mut pasted: Vec<bool> = found.inputs.iter().map(|input| input.pasted).collect();
        // Standard input is read before any file; where it could not be read, a file comes first.
        let read = !unread.iter().any(|unread| unread.path == stdin_name(look));
        let stdin = (read && paths.iter().any(|path| path.as_os_str() == "-")).then_some(FileId(0));
        let mut case = self.engine().load(found.inputs);
        if unread.is_empty() && !case.recognised.contains(&true) {
            // Nothing at all: what was named must have been meant, so now the broken ones among them are ours and say where they break.
            if named.contains(&true) {
                case = self.engine().load(again(&case, &named));
                pasted.clone_from(&named);
            }
            if !case.recognised.contains(&true) {
                unread.extend(nothing(paths, &case, &named, found.skipped));
            }
            return Loaded { notes: case.notes(), case, unread, pasted, stdin };
        }
        let skipped = found.skipped.into_iter().chain(unknown(&case, &named));
        for Skipped { unread: reason, named } in skipped {
            if named && self.common.strict {
                unread.push(reason);
            } else if (named && !self.common.quiet) || self.common.verbose {
                complain(&format!("note: {}: skipped: {}\n", reason.path, reason.message));
            }
        }
        Loaded { notes: case.notes(), case, unread, pasted, stdin }
    }

    /// Writes an answer to where it belongs. A reader that has gone away is no failure.
    pub fn write(&self, answer: &str) -> Result<()> {
        match &self.common.output {
            Some(path) => std::fs::write(path, answer).with_context(|| format!("cannot write {}", path.display())),
            None => match io::stdout().lock().write_all(answer.as_bytes()) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error).context("cannot write to standard output"),
                _ => Ok(()),
            },
        }
    }

    /// Says on stderr what could not be read and what is broken.
    pub fn complain_of(&self, run: &Run<'_>, broken: &[irsa_lint_core::document::model::Broken]) {
        let terminal = io::stderr().is_terminal();
        let style = Style { color: wants_color(self.common.color, terminal), width: width(terminal), quiet: true };
        complain(&report::errors(run.places, run.unread, broken, style));
    }

    /// Says why a question cannot be answered as it was put.
    pub fn ask_back(&self, question: &Question, sources: &Sources) -> Exit {
        let handles = |roles: &[RoleRef]| roles.iter().map(|role| (report::role_handle(role), role.place.clone())).collect();
        let (text, choices): (_, Vec<(String, Place)>) = match question {
            Question::NoRole(roles) if roles.is_empty() => ("these documents contain no role", Vec::new()),
            Question::NoRole(roles) => ("there is no such role; these are there:", handles(roles)),
            Question::Roles(roles) => ("there are several roles; say which one with --role:", handles(roles)),
            Question::ServiceAccounts(accounts) => {
                ("there are several ServiceAccounts; say which one with --service-account:", accounts.clone())
            }
        };
        // Of one name there may be several: then the file tells them apart.
        let path =
            |place: &Place| sources.get(place.span.file).map_or_else(String::new, |file| format!("  ({})", report::clean(&file.path)));
        let choices: String = choices.iter().map(|(choice, place)| format!("  {choice}{}\n", path(place))).collect();
        complain(&format!("irsa-lint: {text}\n{choices}"));
        Exit::Broken
    }

    /// Whether the answer is for machines.
    pub fn json(&self) -> bool {
        self.common.format == Format::Json
    }
}

impl Loaded {
    /// What every report shows.
    pub fn run<'a>(&'a self, places: &'a Places<'a>) -> Run<'a> {
        Run { places, unread: &self.unread, files: self.case.recognised.iter().filter(|ours| **ours).count(), notes: &self.notes }
    }

    /// The exit status of an answer, given what it is when everything could be read.
    pub fn exit(&self, otherwise: Exit) -> Exit {
        if self.unread.is_empty() && self.case.errors().is_empty() { otherwise } else { Exit::Broken }
    }
}

/// Which inputs were named by the user.
fn named(inputs: &[Input]) -> Vec<bool> {
    inputs.iter().map(|input| input.named).collect()
}

/// The inputs once more, those that were named as if they had been pasted.
fn again(case: &Case, named: &[bool]) -> Vec<Input> {
    let inputs = case.sources.iter().zip(named);
    inputs.map(|((_, file), named)| Input { file: file.clone(), named: *named, pasted: *named }).collect()
}

/// Files that were read and hold nothing that is known.
fn unknown<'a>(case: &'a Case, named: &'a [bool]) -> impl Iterator<Item = Skipped> + 'a {
    let files = case.sources.iter().zip(&case.recognised).zip(named);
    files.filter(|((_, recognised), _)| !**recognised).map(|(((_, file), _), named)| {
        let message = if file.text.trim_start_matches('\u{feff}').trim().is_empty() { "the file is empty" } else { NOTHING_KNOWN };
        let at = Some(Point { position: Position { line: 1, column: 1 }, offset: 0 });
        Skipped { unread: Unread { path: file.path.clone(), at, message: message.to_owned() }, named: *named }
    })
}

const NOTHING_KNOWN: &str = "it contains no role, trust policy, ServiceAccount, workload, OIDC provider or cluster";

/// What to say where a whole run holds nothing: each file that was named, else the folders.
fn nothing(paths: &[PathBuf], case: &Case, named: &[bool], skipped: Vec<Skipped>) -> Vec<Unread> {
    let all = skipped.into_iter().chain(unknown(case, named));
    let files: Vec<Unread> = all.filter(|skipped| skipped.named).map(|skipped| skipped.unread).collect();
    if !files.is_empty() {
        return files;
    }
    paths.iter().map(|path| Unread { path: path.display().to_string(), at: None, message: NOTHING_KNOWN.to_owned() }).collect()
}

/// Writes to stderr; if that is closed, there is nobody to tell.
pub fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// `--color`, then CLICOLOR_FORCE and NO_COLOR (bixense.com/clicolors, no-color.org), then whether somebody looks.
fn wants_color(color: Color, terminal: bool) -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR") => false,
        Color::Auto if std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| !value.is_empty() && value != "0") => true,
        Color::Auto => terminal && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
    }
}

fn width(terminal: bool) -> usize {
    let size = terminal.then(terminal_size::terminal_size).flatten();
    size.map_or(140, |(width, _)| usize::from(width.0).max(40))
}
