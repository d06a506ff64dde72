//! JSON Pointers (RFC 6901), built on the way down.

use std::fmt::{self, Write as _};

use crate::source::Span;

/// Where something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The bytes.
    pub span: Span,
    /// The JSON Pointer within its document.
    pub pointer: Pointer,
}

/// A JSON Pointer into a document, perhaps behind the address of a Terraform resource and a space.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(String);

impl Pointer {
    /// The root of a document.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// The root of what stands in a Terraform resource: the resource's address, a space, then the pointer.
    #[must_use]
    pub fn at_address(address: &str) -> Self {
        Self(format!("{address} "))
    }

    /// The pointer to a member.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        let escaped = |byte: &u8| matches!(byte, b'~' | b'/');
        let mut text = String::with_capacity(self.0.len() + key.len() + 1 + key.as_bytes().iter().filter(|b| escaped(b)).count());
        text.push_str(&self.0);
        text.push('/');
        let mut rest = key;
        while let Some((plain, mark)) = rest.bytes().position(|byte| escaped(&byte)).and_then(|at| rest.split_at_checked(at)) {
            text.push_str(plain);
            text.push_str(if mark.starts_with('~') { "~0" } else { "~1" });
            rest = mark.get(1..).unwrap_or_default();
        }
        text.push_str(rest);
        Self(text)
    }

    /// The pointer to an element.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        let mut text = self.0.clone();
        // Writing to a String cannot fail.
        let _ = write!(text, "/{index}");
        Self(text)
    }

    /// The pointer as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_the_grammar_needs() {
        let pointer = Pointer::root().key("a/b~c").key("").key("é/").index(3);
        assert_eq!(pointer.as_str(), "/a~1b~0c//é~1/3");
        assert_eq!(Pointer::at_address("aws_iam_role.x").key("Statement").as_str(), "aws_iam_role.x /Statement");
    }
}
