//! How long a policy is to IAM, which does not count white space. Source: IAM User Guide, "IAM and AWS STS quotas".

use crate::syntax::{Node, Scalar, Value};

/// A text that is shorter than this, in bytes, is no policy that any quota minds, in whatever format it is written.
const SURELY_SHORT: usize = 1024;

/// The number of characters of the policy as JSON without white space; `None` where the text is too short to matter.
#[must_use]
pub fn size(node: &Node) -> Option<usize> {
    (node.span.range().len() >= SURELY_SHORT).then(|| characters(node))
}

fn characters(node: &Node) -> usize {
    let between = |count: usize| count.saturating_sub(1) + 2;
    match &node.value {
        Value::Null | Value::Broken => 4,
        Value::Bool(true) => 4,
        Value::Bool(false) => 5,
        Value::Number(text) => text.len(),
        Value::String(text) => of_text(text),
        Value::Array(list) => between(list.len()) + list.iter().map(characters).sum::<usize>(),
        Value::Object(members) => {
            between(members.len()) + members.iter().map(|member| of_text(&member.key) + 1 + characters(&member.value)).sum::<usize>()
        }
    }
}

fn of_text(text: &Scalar) -> usize {
    let escaped = |c: char| if matches!(c, '"' | '\\') { 2 } else { 1 };
    2 + text.text.chars().filter(|c| !c.is_whitespace()).map(escaped).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, TextMap};
    use crate::syntax::{Limits, json};

    #[test]
    fn white_space_does_not_count() {
        let of = |text: &str| characters(&json::parse(text, &TextMap::direct(FileId(0), 0), &Limits::default()).root.unwrap());
        let compact = r#"{"Sid":"a","Statement":[{"x":"y\"z"},true,12]}"#;
        assert_eq!(of(compact), compact.len());
        assert_eq!(of("{ \"Sid\" : \"a\",\n  \"Statement\": [ {\"x\": \"y \\\"z\"}, true, 12 ] }"), compact.len());
    }
}
