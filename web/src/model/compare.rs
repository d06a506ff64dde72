//! Before and after: what a comparison is made of, and what the engine answered. Its shapes are the published JSON's.

use std::rc::Rc;

use serde::Deserialize;

use super::{Grant, NamedText, Seen};
use crate::state::DocumentId;

/// What the open documents are compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Before {
    /// Texts that were kept: all open documents are the later state.
    Kept(Rc<Vec<NamedText>>),
    /// One open document is the earlier state, another the later.
    Open { before: DocumentId, after: DocumentId },
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct Comparison {
    pub roles: Vec<RoleChange>,
    pub errors: Vec<super::Broken>,
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct RoleChange {
    pub role: Option<Seen>,
    pub present: String,
    pub change: Change,
    pub added: Vec<Grant>,
    pub removed: Vec<Grant>,
    pub principals_added: Vec<String>,
    pub principals_removed: Vec<String>,
    pub unknown: Option<String>,
    pub sentence: String,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    None,
    Wider,
    Narrower,
    Both,
    Unknown,
}

/// The looks of changes in the order in which to read them: who gets in newly, then what is not known.
pub const LOOKS: [&str; 4] = ["wider", "unsure", "narrower", "same"];

impl RoleChange {
    /// The verdict in few words.
    pub fn verdict(&self) -> &'static str {
        match self.change {
            Change::None => "Nothing changes: the same callers get in",
            Change::Narrower => "Nobody new gets in; some are shut out",
            Change::Wider => "Newly admitted",
            Change::Both => "Newly admitted, and others are shut out",
            Change::Unknown => "It cannot be told",
        }
    }

    /// Whether somebody gets in newly.
    pub fn is_wider(&self) -> bool {
        !self.added.is_empty() || !self.principals_added.is_empty()
    }

    /// Whether somebody is shut out.
    pub fn is_narrower(&self) -> bool {
        !self.removed.is_empty() || !self.principals_removed.is_empty()
    }

    /// Its class in the look, and the sign that says the same without colour.
    pub fn look(&self) -> (&'static str, &'static str) {
        match (self.change, &self.unknown) {
            (Change::Wider | Change::Both, _) => ("wider", "+"),
            (Change::Unknown, _) | (_, Some(_)) => ("unsure", "?"),
            (Change::Narrower, _) => ("narrower", "−"),
            (Change::None, _) => ("same", "="),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_an_answer() {
        let json = r#"{"schema_version": 1, "errors": [], "roles": [{"role": null, "present": "both", "change": "narrower", "added": [],
            "removed": [{"issuer": "https://x", "admits": "listed", "audiences": "any", "unbounded": [], "examples": ["a"], "residual": [],
            "provider": null, "subjects": "exactly `a`", "claims": [], "statements": [0], "outright": true, "only_where": []}],
            "principals_added": [], "principals_removed": [], "unknown": null, "sentence": "s"}]}"#;
        let mut read: Comparison = serde_json::from_str(json).unwrap();
        let mut role = read.roles.remove(0);
        assert_eq!(role.removed[0].examples, ["a"]);
        assert_eq!((role.look(), role.verdict()), (("narrower", "−"), "Nobody new gets in; some are shut out"));
        // What is not known to the end is no all-clear.
        role.unknown = Some("why".into());
        assert_eq!(role.look().0, "unsure");
    }
}
