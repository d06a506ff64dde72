//! Error texts that users see, and what each proves. The texts themselves are data of the rules' crate.

/// A message of STS, an SDK or the agent.
#[derive(Clone, Copy, Debug)]
pub struct KnownError {
    /// Short name, stable.
    pub id: &'static str,
    /// Texts that all stand in the message, in any letter case.
    pub needles: &'static [&'static str],
    /// What is certain once it is seen, in one sentence.
    pub proves: &'static str,
    /// What to look at, the likeliest first.
    pub causes: &'static str,
}

impl KnownError {
    /// Whether a text holds this message.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.needles.iter().all(|needle| text.contains(&needle.to_lowercase()))
    }
}
