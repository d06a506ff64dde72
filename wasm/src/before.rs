//! A comparison asked as one question, as the page puts its questions: the other state of the documents comes with it.

use irsa_lint_core::engine::Input;
use irsa_lint_core::source::SourceFile;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::asked::Asked;
use crate::{Documents, compare};

#[wasm_bindgen]
impl Documents {
    /// `compare` of other documents with these. `states` is JSON: `{"before": [{"name", "text"}], "after": the same, or null for these}`.
    ///
    /// # Errors
    /// A sentence about what is wrong with the question.
    #[wasm_bindgen(js_name = compareWith)]
    pub fn compare_with(&mut self, states: &str) -> Result<String, String> {
        let states = Asked::read(states, "states", &["before", "after"])?;
        let mut before = self.of(states.documents("before")?.unwrap_or_default());
        match states.documents("after")? {
            Some(after) => {
                let mut after = self.of(after);
                Ok(compare(&mut before, &mut after))
            }
            None => Ok(compare(&mut before, self)),
        }
    }

    fn of(&self, documents: Vec<(String, String)>) -> Self {
        let input = |(name, text)| Input { file: SourceFile::new(name, text), named: true, pasted: true };
        Self { inputs: documents.into_iter().map(input).collect(), settings: self.settings.clone(), ..Self::default() }
    }
}
