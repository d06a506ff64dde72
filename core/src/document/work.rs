//! Reading a file in pieces: a quick look says where they are, and each is read by itself, so that a face may hand them to several
//! threads. What they yield, put together in order, is what the file holds. Large JSON is never made into one tree.

use std::ops::Range;

use super::language::Language;
use super::model::Documents;
use super::reader::{PlanSide, Reader};
use super::{large, whole};
use crate::schedule::{InOrder, Schedule};
use crate::source::FileId;
use crate::syntax::lazy_json::LazyJson;
use crate::syntax::{Limits, yaml};

/// What a face knows of a file that its text does not say.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// What the user says that it is: the name of one of [`super::kinds::KINDS`].
    pub kind: Option<String>,
    /// Whether it is ours even if nobody can read it: pasted, from standard input, or of a kind that the user named.
    pub ours: bool,
    /// Which state of a Terraform plan is asked for.
    pub side: PlanSide,
    /// How much to take on.
    pub limits: Limits,
}

/// A JSON text of at least this many bytes is read without a tree of the whole. Below, a tree costs nothing that anybody notices.
const LARGE: usize = 64 * 1024;
/// How many bytes of YAML make a piece.
const YAML_PIECE: usize = 64 * 1024;
/// How many elements of a list make a piece.
const ELEMENTS: usize = 512;

/// A piece of work. Opaque but for being handed back to [`Work::run`].
#[derive(Clone, Debug)]
pub enum Task {
    /// The file as a whole.
    Whole,
    /// Consecutive documents of a YAML stream.
    YamlDocuments(Vec<Range<usize>>),
    /// What a large document says apart from its elements.
    Head(large::Layout),
    /// Consecutive elements of a large document: where each begins, and the number of the first.
    Elements(large::Layout, usize, Vec<u32>),
}

/// The work that a file makes.
#[derive(Debug)]
pub struct Work<'t> {
    file: FileId,
    text: &'t str,
    context: &'t Context,
    json: Option<LazyJson<'t>>,
    tasks: Vec<Task>,
}

/// Reads a file.
#[must_use]
pub fn read(file: FileId, text: &str, context: &Context) -> Documents {
    let work = Work::plan(file, text, context, &InOrder);
    let mut documents = Documents::default();
    work.tasks().iter().for_each(|task| documents.append(work.run(task)));
    documents
}

impl<'t> Work<'t> {
    /// Finds the pieces of a file.
    #[must_use]
    pub fn plan(file: FileId, text: &'t str, context: &'t Context, schedule: &dyn Schedule) -> Self {
        Self::plan_from(LARGE, file, text, context, schedule)
    }

    pub(super) fn plan_from(large: usize, file: FileId, text: &'t str, context: &'t Context, schedule: &dyn Schedule) -> Self {
        let mut work = Self { file, text, context, json: None, tasks: Vec::new() };
        match Language::of(text) {
            Language::Empty | Language::Hcl => {}
            Language::Json if text.len() >= large && context.kind.is_none() => {
                work.json = LazyJson::read(text, &context.limits, schedule);
                let tasks = work.json.as_ref().and_then(|json| large::pieces(json.root(), ELEMENTS));
                work.tasks = tasks.unwrap_or_else(|| vec![Task::Whole]);
            }
            Language::Json => work.tasks.push(Task::Whole),
            Language::Yaml => work.tasks = yaml_pieces(yaml::split(text)),
        }
        work
    }

    /// The pieces, in order.
    #[must_use]
    pub fn tasks(&self) -> &[Task] {
        &self.tasks
    }

    /// Reads one piece.
    #[must_use]
    pub fn run(&self, task: &Task) -> Documents {
        let mut reader = Reader::new(self.file, self.text, self.context.limits);
        reader.side = self.context.side;
        match task {
            Task::Whole => whole::read_json(&mut reader, self.context),
            Task::YamlDocuments(ranges) => ranges.iter().for_each(|range| whole::read_yaml(range.clone(), &mut reader, self.context)),
            Task::Head(layout) => {
                if let Some(json) = &self.json {
                    large::read_head(*layout, json.root(), &mut reader);
                }
            }
            Task::Elements(layout, first, starts) => {
                if let Some(json) = &self.json {
                    for (index, start) in starts.iter().enumerate() {
                        large::read_element(*layout, first + index, json.value_at(*start), &mut reader);
                    }
                }
            }
        }
        reader.out
    }
}

/// Documents in pieces of about the same size.
fn yaml_pieces(documents: Vec<Range<usize>>) -> Vec<Task> {
    let mut tasks = Vec::new();
    let mut piece: Vec<Range<usize>> = Vec::new();
    for document in documents {
        let begin = piece.first().map_or(document.start, |first| first.start);
        let full = document.end.saturating_sub(begin) >= YAML_PIECE;
        piece.push(document);
        if full {
            tasks.push(Task::YamlDocuments(std::mem::take(&mut piece)));
        }
    }
    if !piece.is_empty() {
        tasks.push(Task::YamlDocuments(piece));
    }
    tasks
}
