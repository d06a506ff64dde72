//! Policy variables in condition values. Source: IAM User Guide, "IAM policy elements: Variables and tags".

use std::ops::Range;

/// A piece of a condition value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text as it stands; `*` and `?` in it are wildcards where the operator has wildcards.
    Text(Range<usize>),
    /// `${*}`, `${?}`, `${$}`: the character itself.
    Character(char),
    /// `${key}` or `${key, 'default'}`.
    Variable {
        /// The context key.
        key: String,
        /// What stands in for it where the request has no such key.
        default: Option<String>,
    },
}

/// A condition value cut at its variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The pieces, in order.
    pub parts: Vec<Part>,
}

impl Template {
    /// Cuts a value as Version 2012-10-17 reads it. A `${` without its `}` is text.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut text_from = 0;
        let mut at = 0;
        while let Some(open) = text.get(at..).and_then(|rest| rest.find("${")).map(|found| at + found) {
            let Some(close) = text.get(open..).and_then(|rest| rest.find('}')).map(|found| open + found) else { break };
            if open > text_from {
                parts.push(Part::Text(text_from..open));
            }
            parts.push(read_variable(text.get(open + 2..close).unwrap_or_default()));
            at = close + 1;
            text_from = at;
        }
        if text_from < text.len() || parts.is_empty() {
            parts.push(Part::Text(text_from..text.len()));
        }
        Self { parts }
    }

    /// Whether a request decides what the value is.
    #[must_use]
    pub fn has_variables(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Variable { .. }))
    }
}

fn read_variable(inner: &str) -> Part {
    match inner {
        "*" => Part::Character('*'),
        "?" => Part::Character('?'),
        "$" => Part::Character('$'),
        _ => {
            let defaulted = inner.split_once(", '").and_then(|(key, rest)| Some((key, rest.strip_suffix('\'')?)));
            match defaulted {
                Some((key, default)) => Part::Variable { key: key.to_owned(), default: Some(default.to_owned()) },
                None => Part::Variable { key: inner.to_owned(), default: None },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_variables_and_characters() {
        let value = "a${*}b${x:sub, 'none'}c${";
        let read = Template::parse(value);
        assert_eq!(
            read.parts,
            [
                Part::Text(0..1),
                Part::Character('*'),
                Part::Text(5..6),
                Part::Variable { key: "x:sub".into(), default: Some("none".into()) },
                Part::Text(22..25),
            ]
        );
        assert!(read.has_variables());
        assert_eq!(Template::parse("").parts, [Part::Text(0..0)]);
    }
}
