//! What a run took for granted, so that every face can say so.

use super::run::Case;

impl Case {
    /// Sentences for the user: which bare trust policy was taken together with which role's ServiceAccounts or jobs.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let Some(adopted) = self.estate.adopted() else { return Vec::new() };
        let place = self.estate.role(adopted.role).map(|role| role.place.span.file);
        let path = place.and_then(|id| self.sources.get(id)).map_or("the trust policy", |file| file.path.as_str());
        let arn = &adopted.arn;
        let who = if adopted.accounts.is_empty() { "CI jobs" } else { "ServiceAccounts" };
        vec![format!(
            "{path} does not name its role, so it is assumed to be the trust policy of {arn}, the role that the {who} in these files name"
        )]
    }
}
