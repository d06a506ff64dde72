//! From texts to a linked case, and what every question begins with: the admission of each role.

use smol_str::SmolStr;

use super::known_error::KnownError;
use crate::document::model::{Broken, Documents, NotAnalysed};
use crate::document::{self, Task, Work};
use crate::estate::{Estate, EstateSettings};
use crate::provider::Catalogue;
use crate::rule::Rule;
use crate::schedule::{Schedule, map};
use crate::source::{FileId, SourceFile, Sources};

/// What the user says beside the documents.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The account of roles that do not state theirs.
    pub account: Option<SmolStr>,
    /// The issuer of the cluster that Kubernetes objects belong to, without `https://`.
    pub cluster_issuer: Option<SmolStr>,
    /// Which role a file's bare trust policy belongs to: path and ARN.
    pub role_of: Vec<(String, SmolStr)>,
    /// What every document is, where the user says so.
    pub kind: Option<String>,
    /// Rules or families to run; empty: all.
    pub select: Vec<String>,
    /// Rules or families to leave out.
    pub ignore: Vec<String>,
}

/// One text.
#[derive(Clone, Debug)]
pub struct Input {
    /// The file.
    pub file: SourceFile,
    /// Whether the user named it, rather than a folder.
    pub named: bool,
    /// Whether it was pasted or said to be ours: then it is broken where it cannot be read.
    pub pasted: bool,
}

/// The engine: rules, facts and settings.
#[derive(Clone, Copy)]
pub struct Engine<'a> {
    /// The rules.
    pub rules: &'a [&'static dyn Rule],
    /// What is known of issuers.
    pub catalogue: &'a Catalogue,
    /// Error texts that `why` recognises.
    pub errors: &'a [KnownError],
    /// What the user says.
    pub settings: &'a Settings,
    /// How work is done.
    pub schedule: &'a dyn Schedule,
}

/// The documents of a run, linked.
#[derive(Debug)]
pub struct Case {
    /// The texts.
    pub sources: Sources,
    /// What they say.
    pub estate: Estate,
    /// For each file whether anything in it is ours.
    pub recognised: Vec<bool>,
}

impl Case {
    /// What is broken in the documents.
    #[must_use]
    pub fn errors(&self) -> &[Broken] {
        &self.estate.documents().errors
    }

    /// What could not be analysed in the documents.
    #[must_use]
    pub fn not_analysed(&self) -> &[NotAnalysed] {
        &self.estate.documents().not_analysed
    }
}

impl<'a> Engine<'a> {
    /// Reads and links texts. Never fails: what is broken is among the estate's errors.
    #[must_use]
    pub fn load(&self, inputs: Vec<Input>) -> Case {
        let contexts: Vec<document::Context> = inputs
            .iter()
            .map(|input| document::Context { kind: self.settings.kind.clone(), ours: input.pasted, ..document::Context::default() })
            .collect();
        let sources: Sources = inputs.into_iter().map(|input| input.file).collect();
        let works = map(self.schedule, sources.len(), |index| {
            let id = FileId(u32::try_from(index).unwrap_or(u32::MAX));
            Some(Work::plan(id, &sources.get(id)?.text, contexts.get(index)?, self.schedule))
        });
        let tasks: Vec<(usize, &Work<'_>, &Task)> = works
            .iter()
            .enumerate()
            .filter_map(|(file, work)| Some((file, work.as_ref()?)))
            .flat_map(|(file, work)| work.tasks().iter().map(move |task| (file, work, task)))
            .collect();
        let read = map(self.schedule, tasks.len(), |index| tasks.get(index).map(|(_, work, task)| work.run(task)).unwrap_or_default());
        let mut recognised = vec![false; sources.len()];
        let mut documents = Documents::default();
        documents.roles.reserve_exact(read.iter().map(|part| part.roles.len()).sum());
        documents.service_accounts.reserve_exact(read.iter().map(|part| part.service_accounts.len()).sum());
        for ((file, ..), part) in tasks.iter().zip(read) {
            if let Some(slot) = recognised.get_mut(*file) {
                *slot |= part.recognised;
            }
            documents.append(part);
        }
        drop(works);
        let role_of = self.settings.role_of.iter().filter_map(|(path, arn)| {
            let (id, _) = sources.iter().find(|(_, file)| file.path == *path)?;
            Some((id, arn.clone()))
        });
        let settings = EstateSettings {
            account: self.settings.account.clone(),
            cluster_issuer: self.settings.cluster_issuer.clone(),
            role_of: role_of.collect(),
        };
        Case { sources, estate: Estate::new(documents, settings), recognised }
    }

    /// The rules that the settings ask for.
    pub fn active_rules(&self) -> impl Iterator<Item = &'static dyn Rule> {
        let named = |list: &[String], rule: &dyn Rule| list.iter().any(|name| name == rule.meta().id || name == rule.meta().family);
        let settings = self.settings;
        let rules = self.rules.iter().copied();
        rules.filter(move |rule| (settings.select.is_empty() || named(&settings.select, *rule)) && !named(&settings.ignore, *rule))
    }
}
