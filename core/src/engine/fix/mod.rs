//! Makes fixes until none is left: text to text, each round read and checked again before the next. A fix that does not mend what it is for,
//! breaks a document or is not proved to be what it promises is not made. Knows no files on disk: whoever calls writes.

mod proof;
#[cfg(test)]
mod tests;

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash as _, Hasher as _};

use super::answer::CheckAnswer;
use super::run::{Case, Engine, Input};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, apply, compatible};
use crate::document::model::Maker;
use crate::source::{FileId, SourceFile};

/// More rounds than this no document needs; it ends what else might go on for ever.
const MOST_ROUNDS: usize = 64;

/// What came of it.
#[derive(Debug)]
pub struct Fixed {
    /// The documents as they are now.
    pub case: Case,
    /// What is found in them now.
    pub answer: CheckAnswer,
    /// The files whose text is another one, with the number of fixes made in each.
    pub changed: BTreeMap<FileId, usize>,
    /// How many findings were fixed.
    pub made: usize,
    /// Fixes that were tried and not kept.
    pub dropped: Vec<Dropped>,
    /// What could still be fixed.
    pub left: Fixable,
}

/// A fix that was not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Of which rule.
    pub rule: &'static str,
    /// In which file its finding is.
    pub file: FileId,
    /// Why.
    pub reason: Refusal,
    /// What the fix was for.
    message: String,
}

/// Why a fix is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Its edits lie outside the text.
    CannotBeApplied,
    /// With it a document cannot be read any more, or is another one.
    BreaksTheDocument,
    /// The finding is still there.
    FindingStays,
    /// It calls itself safe, and it is not proved that nobody new gets in.
    NotProvedSafe,
    /// Another fix undoes it.
    Undone,
}

impl Refusal {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::CannotBeApplied => "it does not fit the text",
            Self::BreaksTheDocument => "the document could not be read any more",
            Self::FindingStays => "the finding would still be there",
            Self::NotProvedSafe => "it is not proved that nobody new gets in",
            Self::Undone => "another fix undoes it",
        }
    }
}

/// Documents with what is found in them.
struct State {
    case: Case,
    answer: CheckAnswer,
}

impl Engine<'_> {
    /// Makes every fix that `allowed` covers: safe ones first, then, where asked for, unsafe ones. `pasted`: for each file whether it is ours
    /// whatever it holds.
    #[must_use]
    pub fn fix(&self, case: Case, pasted: &[bool], allowed: Applicability) -> Fixed {
        let answer = self.check(&case);
        let mut run = Run { engine: self, pasted, allowed, dropped: Vec::new(), seen: BTreeSet::new(), changed: BTreeMap::new(), made: 0 };
        run.seen.insert(fingerprint(&case));
        let mut state = State { case, answer };
        for _ in 0..MOST_ROUNDS {
            match run.round(&state) {
                Some(next) => state = next,
                None => break,
            }
        }
        run.finish(state)
    }
}

struct Run<'e> {
    engine: &'e Engine<'e>,
    pasted: &'e [bool],
    allowed: Applicability,
    dropped: Vec<Dropped>,
    /// Texts that were there before.
    seen: BTreeSet<u64>,
    changed: BTreeMap<FileId, usize>,
    made: usize,
}

impl Run<'_> {
    /// One round: the next state, or `None` where nothing more can be done.
    fn round(&mut self, state: &State) -> Option<State> {
        loop {
            let wanted = self.wanted(state);
            if wanted.is_empty() {
                return None;
            }
            match self.tried(state, &wanted) {
                Ok(next) => return Some(self.taken(next, &wanted)),
                Err(reason) => {
                    if let [one] = wanted.as_slice() {
                        self.drop_fix(one, reason);
                        continue;
                    }
                }
            }
            // Some of them spoil it for all: each has to stand alone.
            let before = self.dropped.len();
            for one in &wanted {
                if let Err(reason) = self.tried(state, &[*one]) {
                    self.drop_fix(one, reason);
                }
            }
            if self.dropped.len() == before {
                let first = wanted.get(..1)?;
                let next = self.tried(state, first).ok()?;
                return Some(self.taken(next, first));
            }
        }
    }

    fn drop_fix(&mut self, diagnostic: &Diagnostic, reason: Refusal) {
        let (rule, file) = (diagnostic.rule, diagnostic.place.span.file);
        self.dropped.push(Dropped { rule, file, reason, message: diagnostic.message.clone() });
    }

    /// Takes a state over.
    fn taken(&mut self, state: State, made: &[&Diagnostic]) -> State {
        self.seen.insert(fingerprint(&state.case));
        self.made += made.len();
        for diagnostic in made {
            let mut files: Vec<FileId> = edits(diagnostic).iter().map(|edit| edit.span.file).collect();
            files.dedup();
            for file in files {
                *self.changed.entry(file).or_default() += 1;
            }
        }
        state
    }

    /// The findings whose fixes are to be made together: safe ones as long as there are any.
    fn wanted<'s>(&self, state: &'s State) -> Vec<&'s Diagnostic> {
        let generated = makers(&state.case);
        for level in [Applicability::Safe, Applicability::Unsafe] {
            if level == Applicability::Unsafe && self.allowed == Applicability::Safe {
                break;
            }
            let candidates: Vec<&Diagnostic> = state
                .answer
                .diagnostics
                .iter()
                .filter(|d| d.fix.as_ref().is_some_and(|fix| fix.applicability == level))
                .filter(|d| edits(d).iter().all(|edit| !generated.contains_key(&edit.span.file)))
                .filter(|d| !self.is_dropped(d))
                .collect();
            let fixes: Vec<&Fix> = candidates.iter().filter_map(|d| d.fix.as_ref()).collect();
            let chosen: Vec<&Diagnostic> = compatible(&fixes).into_iter().filter_map(|index| candidates.get(index).copied()).collect();
            if !chosen.is_empty() {
                return chosen;
            }
        }
        Vec::new()
    }

    fn is_dropped(&self, d: &Diagnostic) -> bool {
        self.dropped.iter().any(|known| known.rule == d.rule && known.file == d.place.span.file && known.message == d.message)
    }

    /// The state with these fixes made, if they do what fixes must.
    fn tried(&self, state: &State, made: &[&Diagnostic]) -> Result<State, Refusal> {
        let all: Vec<Edit> = made.iter().flat_map(|d| edits(d)).cloned().collect();
        let mut of_file: BTreeMap<FileId, Vec<Edit>> = BTreeMap::new();
        all.iter().for_each(|edit| of_file.entry(edit.span.file).or_default().push(edit.clone()));
        let mut inputs = Vec::with_capacity(state.case.sources.len());
        for (id, file) in state.case.sources.iter() {
            let text = match of_file.get(&id) {
                Some(own) => apply(&file.text, own).map_err(|_| Refusal::CannotBeApplied)?,
                None => file.text.clone(),
            };
            let file = SourceFile { text, ..file.clone() };
            inputs.push(Input { file, named: true, pasted: self.pasted.get(id.0 as usize).copied().unwrap_or(false) });
        }
        let case = self.engine.load(inputs);
        if proof::is_other(&state.case, &case) {
            return Err(Refusal::BreaksTheDocument);
        }
        let answer = self.engine.check(&case);
        let next = State { case, answer };
        if next.answer.not_analysed.len() > state.answer.not_analysed.len() {
            return Err(Refusal::BreaksTheDocument);
        }
        if !proof::are_gone(made, &all, &state.answer, &next.answer) {
            return Err(Refusal::FindingStays);
        }
        let safe = made.iter().any(|d| d.fix.as_ref().is_some_and(|fix| fix.applicability == Applicability::Safe));
        if safe && !proof::narrows(self.engine, &state.case, &next.case) {
            return Err(Refusal::NotProvedSafe);
        }
        if self.seen.contains(&fingerprint(&next.case)) {
            return Err(Refusal::Undone);
        }
        Ok(next)
    }

    fn finish(self, state: State) -> Fixed {
        let left = Fixable::of(&state.case, &state.answer);
        Fixed { case: state.case, answer: state.answer, changed: self.changed, made: self.made, dropped: self.dropped, left }
    }
}

/// What of an answer could be fixed.
#[derive(Debug, Default)]
pub struct Fixable {
    /// Findings with a safe fix.
    pub safe: usize,
    /// Findings with an unsafe one.
    pub risky: usize,
    /// Files with fixes that no person edits, and what made each: a fix there is a proposal and nothing more.
    pub generated: Vec<(FileId, Maker)>,
}

impl Fixable {
    /// Counts them.
    #[must_use]
    pub fn of(case: &Case, answer: &CheckAnswer) -> Self {
        let mut fixable = Self::default();
        if !answer.diagnostics.iter().any(|d| d.fix.is_some()) {
            return fixable;
        }
        let makers = makers(case);
        for diagnostic in &answer.diagnostics {
            let Some(fix) = &diagnostic.fix else { continue };
            match fix.edits.iter().find_map(|edit| Some((edit.span.file, *makers.get(&edit.span.file)?))) {
                Some(made) if fixable.generated.contains(&made) => {}
                Some(made) => fixable.generated.push(made),
                None if fix.applicability == Applicability::Safe => fixable.safe += 1,
                None => fixable.risky += 1,
            }
        }
        fixable
    }
}

fn edits(diagnostic: &Diagnostic) -> &[Edit] {
    diagnostic.fix.as_ref().map(|fix| fix.edits.as_slice()).unwrap_or_default()
}

fn fingerprint(case: &Case) -> u64 {
    let mut hasher = DefaultHasher::new();
    case.sources.iter().for_each(|(_, file)| file.text.hash(&mut hasher));
    hasher.finish()
}

/// The files that no person edits. Terraform's own language is source: only its JSON output is made.
fn makers(case: &Case) -> BTreeMap<FileId, Maker> {
    let documents = case.estate.documents();
    let roles = documents.roles.iter().map(|role| (role.place.span.file, role.origin.maker()));
    let live = |live: bool, maker: Option<Maker>| if live { Some(Maker::Kubernetes) } else { maker };
    let accounts = documents.service_accounts.iter().map(|a| (a.place.span.file, live(a.live, a.origin.maker())));
    let workloads = documents.workloads.iter().map(|w| (w.place.span.file, live(w.live, w.origin.maker())));
    let providers = documents.providers.iter().map(|p| (p.place.span.file, p.origin.maker()));
    let clusters = documents.clusters.iter().map(|c| (c.place.span.file, c.origin.maker()));
    let associations = documents.associations.iter().map(|a| (a.place.span.file, a.origin.maker()));
    let all = roles.chain(accounts).chain(workloads).chain(providers).chain(clusters).chain(associations);
    let is_json = |file: FileId| {
        case.sources.get(file).is_some_and(|file| file.text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']).starts_with('{'))
    };
    let is_output = |file: FileId, maker: Maker| !matches!(maker, Maker::TerraformPlan | Maker::TerraformState) || is_json(file);
    all.filter_map(|(file, maker)| Some((file, maker.filter(|maker| is_output(file, *maker))?))).collect()
}
