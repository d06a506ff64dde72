//! Stand-ins for the questions that the engine does not answer yet, so that faces compile; the real ones replace this file.

use super::answer::{Chain, Decision, WhoAnswer};
use super::question::{Caller, Question, WhyQuestion};
use super::run::{Case, Engine};
use crate::document::model::{Broken, NotAnalysed};

impl Case {
    /// What is broken in the documents.
    #[must_use]
    pub fn errors(&self) -> &[Broken] {
        &self.estate.documents.errors
    }

    /// What could not be analysed in the documents.
    #[must_use]
    pub fn not_analysed(&self) -> &[NotAnalysed] {
        &self.estate.documents.not_analysed
    }
}

impl Engine<'_> {
    /// Says who can assume each role.
    #[must_use]
    pub fn who(&self, _case: &Case, _role: Option<&str>) -> WhoAnswer {
        WhoAnswer::default()
    }

    /// Tries one token.
    ///
    /// # Errors
    /// [`Question`].
    pub fn can_assume(&self, _case: &Case, _role: Option<&str>, _caller: &Caller) -> Result<Vec<Decision>, Question> {
        Err(Question::NoRole("no role with a trust policy was found".to_owned()))
    }

    /// Walks from the pod to the role.
    ///
    /// # Errors
    /// [`Question`].
    pub fn why(&self, _case: &Case, _question: &WhyQuestion) -> Result<Chain, Question> {
        Ok(Chain::default())
    }
}
