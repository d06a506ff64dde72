//! Stand-ins for what the engine does not answer yet, so that faces compile; the real ones replace this file.

use smol_str::SmolStr;

use super::answer::Chain;
use super::can_assume::Question;
use super::run::{Case, Engine};
use crate::admission::Token;
use crate::document::model::{Broken, NotAnalysed};

/// What `why` asks about.
#[derive(Clone, Debug, Default)]
pub struct WhyQuestion {
    /// Namespace and name.
    pub service_account: Option<(SmolStr, SmolStr)>,
    /// Name or ARN of the role.
    pub role: Option<String>,
    /// The error text that was seen.
    pub error: Option<String>,
    /// The pod's token.
    pub token: Option<Token>,
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

impl Engine<'_> {
    /// Walks from the pod to the role.
    ///
    /// # Errors
    /// [`Question`].
    pub fn why(&self, _case: &Case, _question: &WhyQuestion) -> Result<Chain, Question> {
        Ok(Chain::default())
    }
}
