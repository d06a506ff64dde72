//! In which language a text is written, judged by its content, and whether one that nobody can read was meant for us.

use crate::syntax::SyntaxError;

use super::reader::has_template_marks;

/// What a text seems to be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// It begins as JSON does.
    Json,
    /// Everything else that may hold documents.
    Yaml,
    /// Terraform's own language.
    Hcl,
    /// Nothing at all.
    Empty,
}

impl Language {
    /// Judges by the first characters, and for HCL by its blocks.
    #[must_use]
    pub fn of(text: &str) -> Self {
        match text.trim_start_matches(is_blank).chars().next() {
            None => Self::Empty,
            Some('{' | '[' | '"') => Self::Json,
            Some(_) if is_hcl(text) => Self::Hcl,
            Some(_) => Self::Yaml,
        }
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}

/// Whether the first line that is no comment opens a block of Terraform's language: `resource "a" "b" {`, `locals {`.
fn is_hcl(text: &str) -> bool {
    const BLOCKS: &[&str] =
        &["resource", "data", "module", "variable", "output", "provider", "locals", "terraform", "moved", "import", "removed", "check"];
    let first = text.lines().map(|line| line.trim_start_matches(is_blank).trim_end()).find(|line| {
        let comment = ["#", "//", "/*", "*"].iter().any(|mark| line.starts_with(mark));
        !line.is_empty() && !comment
    });
    let Some(line) = first else { return false };
    let Some((word, rest)) = line.split_once([' ', '{']).or_else(|| line.split_once('"')) else { return false };
    BLOCKS.contains(&word) && (line.ends_with('{') || line.ends_with('}')) && !rest.starts_with(':')
}

/// What stands in documents that this linter is about.
const MARKERS: &[&str] = &[
    "AssumeRole",
    "eks.amazonaws.com/",
    "kind: ServiceAccount",
    "\"ServiceAccount\"",
    "aws_iam_role",
    "oidc-provider",
    "openid_connect_provider",
    "OpenIDConnectProvider",
    "pods.eks.amazonaws.com",
    "system:serviceaccount:",
];

/// Whether a text that does not parse was meant as a document of ours: it holds a marker, and begins as JSON or YAML does (a script or a
/// page of prose that speaks of roles does not).
#[must_use]
pub fn is_ours(text: &str) -> bool {
    begins_like_a_document(text) && MARKERS.iter().any(|marker| memchr::memmem::find(text.as_bytes(), marker.as_bytes()).is_some())
}

fn begins_like_a_document(text: &str) -> bool {
    let line = text.lines().map(|line| line.trim_matches(is_blank)).find(|line| !line.is_empty() && !line.starts_with('#'));
    let Some(line) = line else { return false };
    if text.trim_start_matches(is_blank).starts_with("#!") {
        return false;
    }
    let is_key = |line: &str| {
        let key = line.split_once(": ").map(|(key, _)| key).or_else(|| line.strip_suffix(':'));
        key.is_some_and(|key| !key.contains([' ', '(', ';', '=']))
    };
    line.starts_with(['{', '[', '"', '<', '%']) || line.starts_with("- ") || line.starts_with("---") || is_key(line)
}

/// Whether the faults of a text are a template engine's marks.
#[must_use]
pub fn is_template(text: &str, errors: &[SyntaxError]) -> bool {
    let Some(first) = errors.first() else { return false };
    let at = first.span.start as usize;
    let before = text.get(..at).unwrap_or(text);
    // The line of the fault and the one before: a mark that stands alone is often noticed only behind it.
    let from = before.trim_end().rfind('\n').map_or(0, |end| before.get(..end).and_then(|b| b.rfind('\n')).map_or(0, |e| e + 1));
    let to = text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| at + end);
    let lines = text.get(from..to).unwrap_or(text);
    let at_fault = text.get(at..to).unwrap_or_default();
    has_template_marks(lines) || ["${", "%{", "%s", "<<"].iter().any(|mark| at_fault.starts_with(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_languages_apart() {
        assert_eq!(Language::of("\u{feff} \n{}"), Language::Json);
        assert_eq!(Language::of("# x\nresource \"aws_iam_role\" \"x\" {\n}"), Language::Hcl);
        assert_eq!(Language::of("locals {\n  a = 1\n}"), Language::Hcl);
        assert_eq!(Language::of("data:\n  a: {}\n"), Language::Yaml);
        assert_eq!(Language::of("module: {}"), Language::Yaml);
        assert_eq!(Language::of(" \n"), Language::Empty);
    }

    #[test]
    fn a_script_that_speaks_of_roles_is_not_ours() {
        assert!(is_ours("{\"Action\": \"sts:AssumeRole\","));
        assert!(is_ours("# note\nkind: ServiceAccount\n\tx"));
        assert!(!is_ours("#!/bin/sh\naws sts assume-role # AssumeRole: {\n"));
        assert!(!is_ours("import boto3  # AssumeRole\n"));
        assert!(!is_ours("{\"a\": "));
    }
}
