//! Text to one spanned tree, whatever the language. Never fails: what cannot be read is an error beside the part that could.
//! Knows nothing of AWS, Kubernetes or Terraform.

pub mod json;
pub mod lazy_json;

mod embedded;
mod pointer;
mod tree;
pub mod yaml;

pub use embedded::parse_embedded;
pub use pointer::{Place, Pointer};
pub use tree::{Member, Node, Scalar, Value};

use crate::source::Span;

/// Something that is not the language's grammar, or past a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where reading stumbled.
    pub span: Span,
    /// One sentence, lower case, no full stop.
    pub message: String,
}

/// What came of reading a text.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// What could be read; `None` if there is nothing at all.
    pub root: Option<Node>,
    /// What could not, in order of place. Empty means that the whole text was understood.
    pub errors: Vec<SyntaxError>,
}

/// How much a reader takes on before it gives up with an error, so that no input exhausts stack or memory.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Deepest nesting of objects and lists.
    pub depth: u32,
    /// Most nodes that aliases may add to one document (a "billion laughs" file multiplies them).
    pub alias_nodes: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 256, alias_nodes: 50_000 }
    }
}
