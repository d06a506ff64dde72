//! JSON Pointers (RFC 6901), built on the way down.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use smol_str::SmolStr;

use crate::source::Span;

/// Where something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The bytes.
    pub span: Span,
    /// The JSON Pointer within its document.
    pub pointer: Pointer,
}

/// A JSON Pointer into a document, perhaps behind the address of a Terraform resource and a space. It shares its way down with its
/// neighbours and is written out only when somebody reads it: a dump of ten thousand roles makes a hundred thousand, and shows a few.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(Option<Arc<Step>>);

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Step {
    parent: Pointer,
    to: To,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum To {
    Key(SmolStr),
    Index(usize),
    Address(SmolStr),
}

impl Pointer {
    /// The root of a document.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// The root of what stands in a Terraform resource: the resource's address, a space, then the pointer.
    #[must_use]
    pub fn at_address(address: &str) -> Self {
        Self::default().step(To::Address(address.into()))
    }

    /// The pointer to a member.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.step(To::Key(key.into()))
    }

    /// The same, sharing the key's text.
    #[must_use]
    pub fn shared_key(&self, key: &SmolStr) -> Self {
        self.step(To::Key(key.clone()))
    }

    /// The pointer to an element.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.step(To::Index(index))
    }

    /// The address of the Terraform resource that it leads into.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        let mut at = self.0.as_deref()?;
        while let Some(parent) = at.parent.0.as_deref() {
            at = parent;
        }
        match &at.to {
            To::Address(address) => Some(address),
            To::Key(_) | To::Index(_) => None,
        }
    }

    fn step(&self, to: To) -> Self {
        Self(Some(Arc::new(Step { parent: self.clone(), to })))
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut steps = Vec::new();
        let mut at = self;
        while let Some(step) = &at.0 {
            steps.push(&step.to);
            at = &step.parent;
        }
        steps.iter().rev().try_for_each(|to| match to {
            To::Address(address) => write!(f, "{address} "),
            To::Index(index) => write!(f, "/{index}"),
            To::Key(key) => {
                f.write_char('/')?;
                key.chars().try_for_each(|c| match c {
                    '~' => f.write_str("~0"),
                    '/' => f.write_str("~1"),
                    c => f.write_char(c),
                })
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_the_grammar_needs() {
        let pointer = Pointer::root().key("a/b~c").key("").key("é/").index(3);
        assert_eq!(pointer.to_string(), "/a~1b~0c//é~1/3");
        let inside = Pointer::at_address("aws_iam_role.x").key("Statement");
        assert_eq!((inside.to_string().as_str(), inside.address()), ("aws_iam_role.x /Statement", Some("aws_iam_role.x")));
        assert_eq!((pointer.address(), Pointer::root().address()), (None, None));
    }
}
