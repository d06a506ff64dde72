//! What comes from outside the page: documents, keys, and what there is to say about them.

use serde::Deserialize;

/// One event. What it does not speak of stays as it is.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
pub struct Coming {
    /// Names and texts.
    pub documents: Vec<(String, String)>,
    /// Whether they take the place of the open ones.
    pub replace: bool,
    /// What to say; an empty text takes back what was said.
    pub notice: Option<String>,
    /// Whether one's own documents are put aside.
    pub back: bool,
    /// Whether documents are kept in this browser.
    pub kept: Option<bool>,
    /// The dialog was closed.
    pub closed: bool,
    /// A key was pressed that means this.
    pub key: Option<String>,
}

/// A sentence over the documents.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    pub text: String,
    /// Whether one's own documents are put aside, to go back to.
    pub back: bool,
}

/// What a link would hold.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
pub struct Prepared {
    pub documents: Vec<Sized>,
    pub replaced: Vec<Replaced>,
    pub removed: Vec<String>,
    pub warnings: Vec<String>,
    /// Empty where it would be too long.
    pub link: String,
    /// Its length in words.
    pub size: String,
    /// Whether the page comes from this very machine.
    pub local: bool,
    /// Whether the findings stay the same.
    pub verdict: String,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Sized {
    pub name: String,
    pub size: String,
}

/// Values of one kind, each with what stands for it.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Replaced {
    pub noun: String,
    pub pairs: Vec<(String, String)>,
}
