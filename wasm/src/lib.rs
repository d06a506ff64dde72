//! The engine behind JavaScript: documents in, the same JSON out that the command line prints. An adapter: it must not know what a finding is.
//! `wasm/js/index.js` puts types and promises around it.

mod asked;
mod before;
mod listeners;
mod options;
mod overview;
mod questions;

use irsa_lint_core::engine::answer::CheckAnswer;
use irsa_lint_core::engine::{Caller, Case, Engine, Input, Settings};
use irsa_lint_core::report::{Places, Run, Unread, json};
use irsa_lint_core::source::SourceFile;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::listeners::Told;

/// Roles of which an answer speaks where none is named.
const MOST_ROLES: usize = 24;

/// Documents that questions are asked about. They are read at the first question, and once.
#[derive(Debug, Default)]
#[wasm_bindgen]
pub struct Documents {
    inputs: Vec<Input>,
    settings: Settings,
    case: Option<Case>,
    checked: Option<CheckAnswer>,
    unread: Vec<Unread>,
}

#[wasm_bindgen]
impl Documents {
    /// No documents yet. `options` is JSON; an empty text is no options.
    ///
    /// # Errors
    /// A sentence about what is wrong with the options.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &str) -> Result<Documents, String> {
        Ok(Self { settings: options::settings(options)?, ..Self::default() })
    }

    /// Adds a document. `pasted`: it is ours whatever it holds, so a text that cannot be read is broken instead of none of ours.
    pub fn add(&mut self, path: String, text: String, pasted: bool) {
        self.inputs.push(Input { file: SourceFile::new(path, text), named: pasted, pasted });
    }

    /// The same of a file's bytes: UTF-8, or UTF-16 with a byte order mark. What is no text is said to be so in the answers.
    #[wasm_bindgen(js_name = addBytes)]
    pub fn add_bytes(&mut self, path: String, bytes: Vec<u8>, pasted: bool) {
        match SourceFile::decode(path.as_str(), bytes) {
            Ok(file) => self.inputs.push(Input { file, named: pasted, pasted }),
            Err(error) => {
                let message = format!("`{path}` is no text: its byte {} is no part of a character", error.offset);
                self.unread.push(Unread { path: path.clone(), at: None, message });
                // It keeps its number among the documents.
                self.add(path, String::new(), false);
            }
        }
    }

    /// `check --format json`.
    pub fn check(&mut self) -> String {
        self.ask(|engine, case, run| json::check(run, &engine.check(case)))
    }

    /// `who --format json`, of all roles.
    pub fn who(&mut self) -> String {
        self.ask(|engine, case, run| json::who(run, &engine.who(case, None)))
    }

    /// `inspect --format json`.
    pub fn inspect(&mut self) -> String {
        self.ask(|engine, case, run| json::inspect(run, &engine.inspect(case)))
    }

    /// The first glance: a sentence for each role and each of the first ServiceAccounts.
    pub fn glance(&mut self) -> String {
        self.ask(|engine, case, run| json::glance(run, &engine.glance(case, &engine.check(case), &engine.who(case, None))))
    }

    /// The pictures of the first roles: from issuer to role, and who comes from the other side.
    pub fn chain(&mut self) -> String {
        self.ask(|engine, case, run| {
            let (check, who) = (engine.check(case), engine.who_first(case, MOST_ROLES));
            json::chain(run, &engine.chain(case, &check.diagnostics, &who.roles))
        })
    }

    /// `can-assume --format json`. `question` is JSON.
    ///
    /// # Errors
    /// A sentence about what is wrong with the question.
    #[wasm_bindgen(js_name = canAssume)]
    pub fn can_assume(&mut self, question: &str) -> Result<String, String> {
        let (role, caller) = questions::caller(question)?;
        self.ask(|engine, case, run| match engine.can_assume(case, role.as_deref(), &caller) {
            Ok(decisions) => Ok(json::can_assume(run, case.errors(), None, &decisions)),
            Err(question) => Err(questions::back(&question)),
        })
    }

    /// `can-assume --token --format json`: of the role that the question names, else of each of the first roles. `question` is JSON.
    ///
    /// # Errors
    /// A sentence about what is wrong with the question or the token; it never quotes the token.
    #[wasm_bindgen(js_name = tryToken)]
    pub fn try_token(&mut self, question: &str) -> Result<String, String> {
        let (role, given) = questions::token(question)?;
        let caller = Caller::with_token(&given);
        self.ask(|engine, case, run| {
            let decisions = match role {
                None => engine.can_assume_each(case, &caller, MOST_ROLES),
                role => engine.can_assume(case, role.as_deref(), &caller).map_err(|question| questions::back(&question))?,
            };
            Ok(json::can_assume(run, case.errors(), Some(&given), &decisions))
        })
    }

    /// `why --format json`. `question` is JSON.
    ///
    /// # Errors
    /// A sentence about what is wrong with the question.
    pub fn why(&mut self, question: &str) -> Result<String, String> {
        let question = questions::why(question)?;
        self.ask(|engine, case, run| match engine.why(case, &question) {
            Ok(chain) => Ok(json::why(run, case.errors(), &chain)),
            Err(question) => Err(questions::back(&question)),
        })
    }

    /// Asks a question about the documents.
    fn ask<T>(&mut self, answer: impl FnOnce(&Engine<'_>, &Case, &Run<'_>) -> T) -> T {
        let engine = Engine {
            rules: irsa_lint_rules::RULES,
            catalogue: irsa_lint_rules::providers::catalogue(),
            errors: irsa_lint_rules::errors::KNOWN,
            settings: &self.settings,
            schedule: &Told,
        };
        let inputs = &mut self.inputs;
        listeners::begin("reading", inputs.iter().map(|input| input.file.text.len()).sum());
        let case: &Case = self.case.get_or_insert_with(|| engine.load(std::mem::take(inputs)));
        listeners::begin("checking", case.estate.documents().roles.len());
        let places = Places::new(&case.sources);
        let notes = case.notes();
        let files = case.recognised.iter().filter(|ours| **ours).count();
        answer(&engine, case, &Run { places: &places, unread: &self.unread, files, notes: &notes })
    }
}

fn first<T>(roles: &[T]) -> &[T] {
    roles.get(..MOST_ROLES).unwrap_or(roles)
}

/// Who is newly let in and who is shut out, between two sets of documents.
#[must_use]
#[wasm_bindgen]
pub fn compare(before: &mut Documents, after: &mut Documents) -> String {
    before.ask(|_, old, old_run| {
        after.ask(|engine, new, run| json::compare((old_run, old.errors()), (run, new.errors()), &engine.compare(old, new)))
    })
}
