//! The engine behind JavaScript: documents in, the same JSON out that the command line prints. An adapter: it must not know what a finding is.
//! `wasm/js/index.js` puts types and promises around it.

mod asked;
mod options;
mod questions;

use irsa_lint_core::engine::{Case, Engine, InOrder, Input, Settings};
use irsa_lint_core::report::{Places, Run, json};
use irsa_lint_core::source::SourceFile;
use wasm_bindgen::prelude::wasm_bindgen;

/// Documents that questions are asked about. They are read at the first question, and once.
#[derive(Debug, Default)]
#[wasm_bindgen]
pub struct Documents {
    inputs: Vec<Input>,
    settings: Settings,
    case: Option<Case>,
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

    /// All that a page shows of the documents, in one answer: `{"check": …, "who": …, "inspect": …, "glance": …, "recognised": […]}`, the first
    /// four as above, the last a boolean for each document. `who` and `glance` hold the first `roles` roles.
    pub fn overview(&mut self, roles: usize) -> String {
        self.ask(|engine, case, run| {
            let (check, mut who) = (engine.check(case), engine.who(case, None));
            who.roles.truncate(roles);
            let glance = json::glance(run, &engine.glance(case, &check, &who));
            let (check, who, inspect) = (json::check(run, &check), json::who(run, &who), json::inspect(run, &engine.inspect(case)));
            let recognised = format!("{:?}", case.recognised);
            format!("{{\"check\":{check},\"who\":{who},\"inspect\":{inspect},\"glance\":{glance},\"recognised\":{recognised}}}")
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
            schedule: &InOrder,
        };
        let inputs = &mut self.inputs;
        let case: &Case = self.case.get_or_insert_with(|| engine.load(std::mem::take(inputs)));
        let places = Places::new(&case.sources);
        let notes = case.notes();
        let files = case.recognised.iter().filter(|ours| **ours).count();
        answer(&engine, case, &Run { places: &places, unread: &[], files, notes: &notes })
    }
}
