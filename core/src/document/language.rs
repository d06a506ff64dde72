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

/// Whether a text that does not parse was meant as a document of ours: it holds a marker, and has the look of JSON or of our YAML (a
/// script, a page of prose or an error message that speaks of roles has not).
#[must_use]
pub fn is_ours(text: &str) -> bool {
    let has_look = match Language::of(text) {
        Language::Json => true,
        Language::Yaml => begins_like_yaml(text) && text.lines().any(is_line_of_ours),
        Language::Hcl | Language::Empty => false,
    };
    has_look && MARKERS.iter().any(|marker| memchr::memmem::find(text.as_bytes(), marker.as_bytes()).is_some())
}

fn begins_like_yaml(text: &str) -> bool {
    let mut lines = text.lines().map(|line| line.trim_matches(is_blank)).filter(|line| !line.is_empty());
    let is_script = lines.clone().next().is_some_and(|line| line.starts_with("#!"));
    let Some(line) = lines.find(|line| !line.starts_with('#')) else { return false };
    let key = line.split_once(": ").map(|(key, _)| key).or_else(|| line.strip_suffix(':'));
    let is_key = key.is_some_and(|key| !key.contains([' ', '(', ';', '=']));
    let is_mark = ["- ", "---", "{", "<%", "%"].iter().any(|mark| line.starts_with(mark));
    !is_script && (is_key || is_mark)
}

/// Whether a line is a key that our YAML documents have.
fn is_line_of_ours(line: &str) -> bool {
    const KEYS: &[&str] =
        &["apiVersion:", "kind:", "metadata:", "eks.amazonaws.com/", "Statement:", "AssumeRolePolicyDocument:", "serviceAccountName:"];
    let line = line.trim_start_matches([' ', '\t', '-', '"', '\'']);
    KEYS.iter().any(|key| line.starts_with(key))
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
        assert!(!is_ours("WebIdentityErr: failed\ncaused by: AccessDenied: sts:AssumeRoleWithWebIdentity: no\n"));
        assert!(!is_ours("{\"a\": "));
    }
}
