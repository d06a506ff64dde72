//! A comparison asked as one question, as the page puts its questions: the other state of the documents comes with it.

use irsa_lint_core::engine::Input;
use irsa_lint_core::source::SourceFile;
use serde::Deserialize;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{Documents, compare};

#[derive(Deserialize)]
struct States {
    before: Vec<Text>,
    /// In the place of the documents themselves.
    after: Option<Vec<Text>>,
}

#[derive(Deserialize)]
struct Text {
    name: String,
    text: String,
}

#[wasm_bindgen]
impl Documents {
    /// `compare` of other documents with these. `states` is JSON: `{"before": [{"name", "text"}], "after": the same, or null for these}`.
    ///
    /// # Errors
    /// A sentence about what is wrong with the question.
    #[wasm_bindgen(js_name = compareWith)]
    pub fn compare_with(&mut self, states: &str) -> Result<String, String> {
        let states: States = serde_json::from_str(states).map_err(|error| format!("the states are not readable: {error}"))?;
        let mut before = self.of(states.before);
        match states.after {
            Some(after) => {
                let mut after = self.of(after);
                Ok(compare(&mut before, &mut after))
            }
            None => Ok(compare(&mut before, self)),
        }
    }

    fn of(&self, texts: Vec<Text>) -> Self {
        let input = |Text { name, text }| Input { file: SourceFile::new(name, text), named: true, pasted: true };
        Self { inputs: texts.into_iter().map(input).collect(), settings: self.settings.clone(), ..Self::default() }
    }
}
