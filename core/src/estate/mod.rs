//! Stand-in for the linked documents of a run, so that faces compile; the stage itself replaces this file.

use crate::document::model::Documents;

/// Every document of a run.
#[derive(Debug, Default)]
pub struct Estate {
    /// What was read.
    pub documents: Documents,
}

impl Estate {
    /// How a message names a role.
    #[must_use]
    pub fn role_name(&self, _index: usize) -> String {
        "the role".to_owned()
    }
}
