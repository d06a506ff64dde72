//! A condition value with its policy variables, ready to be compared. Source: IAM User Guide, "Variables and tags".

use smol_str::SmolStr;

use super::language::{Glob, GlobToken};
use crate::policy::{Base, Part, Template};

/// A piece of a value whose variables are replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// These characters.
    Literal(SmolStr),
    /// Any run of characters, also an empty one.
    Any,
    /// Exactly one character.
    One,
}

/// What a policy variable stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// This text.
    Text(SmolStr),
    /// The request has no such key.
    Missing,
    /// It cannot be told.
    Unknown,
}

/// A value after replacing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expanded {
    /// What to compare with.
    Tokens(Vec<Token>),
    /// A variable has no value: the comparison fails.
    Fails,
    /// A variable cannot be told.
    Unknown,
}

/// Replaces the variables of a value. `variables`: whether the document's version has any; `wildcards`: whether `*` and `?` are.
pub fn expand(text: &str, variables: bool, wildcards: bool, mut replace: impl FnMut(&str) -> Replacement) -> Expanded {
    let mut tokens = Vec::new();
    if !(variables && text.contains("${")) {
        push_text(&mut tokens, text, wildcards);
        return Expanded::Tokens(tokens);
    }
    for part in Template::parse(text).parts {
        match part {
            Part::Text(range) => push_text(&mut tokens, text.get(range).unwrap_or_default(), wildcards),
            Part::Character(c) => tokens.push(Token::Literal(SmolStr::from_iter([c]))),
            Part::Variable { key, default } => match (replace(&key), default) {
                (Replacement::Text(value), _) => tokens.push(Token::Literal(value)),
                (Replacement::Missing, Some(default)) => tokens.push(Token::Literal(default.into())),
                (Replacement::Missing, None) => return Expanded::Fails,
                (Replacement::Unknown, _) => return Expanded::Unknown,
            },
        }
    }
    Expanded::Tokens(tokens)
}

fn push_text(tokens: &mut Vec<Token>, text: &str, wildcards: bool) {
    if !wildcards {
        tokens.push(Token::Literal(text.into()));
        return;
    }
    let mut rest = text;
    while let Some(at) = rest.find(['*', '?']) {
        let (before, from) = rest.split_at(at);
        if !before.is_empty() {
            tokens.push(Token::Literal(before.into()));
        }
        tokens.push(if from.starts_with('*') { Token::Any } else { Token::One });
        rest = from.get(1..).unwrap_or_default();
    }
    if !rest.is_empty() {
        tokens.push(Token::Literal(rest.into()));
    }
}

/// The glob of these pieces.
#[must_use]
pub fn glob(tokens: &[Token]) -> Glob {
    Glob::from_tokens(tokens.iter().map(|token| match token {
        Token::Literal(text) => GlobToken::Literal(text),
        Token::Any => GlobToken::Any,
        Token::One => GlobToken::One,
    }))
}

/// The text of these pieces, if no wildcard is among them.
#[must_use]
pub fn literal(tokens: &[Token]) -> Option<SmolStr> {
    match tokens {
        [] => Some(SmolStr::default()),
        [Token::Literal(text)] => Some(text.clone()),
        many => many
            .iter()
            .map(|token| match token {
                Token::Literal(text) => Some(text.as_str()),
                _ => None,
            })
            .collect::<Option<String>>()
            .map(SmolStr::from),
    }
}

/// Whether a text matches these pieces under a `String…` operator.
#[must_use]
pub fn string_matches(base: Base, tokens: &[Token], text: &str) -> bool {
    match literal(tokens) {
        Some(literal) if base.ignores_case() => literal.eq_ignore_ascii_case(text),
        Some(literal) => literal == text,
        None => glob(tokens).matches(text),
    }
}

/// The six parts of an ARN pattern, each with its wildcards; `None` if it has fewer.
#[must_use]
pub fn arn_parts(tokens: &[Token]) -> Option<Vec<Vec<Token>>> {
    let mut parts: Vec<Vec<Token>> = vec![Vec::new()];
    for token in tokens {
        let Token::Literal(text) = token else {
            parts.last_mut()?.push(token.clone());
            continue;
        };
        let left = 6 - parts.len();
        for (index, piece) in text.splitn(left + 1, ':').enumerate() {
            if index > 0 {
                parts.push(Vec::new());
            }
            if !piece.is_empty() {
                parts.last_mut()?.push(Token::Literal(piece.into()));
            }
        }
    }
    (parts.len() == 6).then_some(parts)
}

/// Whether a text matches these pieces under an `Arn…` operator: six parts, wildcards within each.
#[must_use]
pub fn arn_matches(tokens: &[Token], text: &str) -> bool {
    let Some(parts) = arn_parts(tokens) else { return false };
    let values: Vec<&str> = text.splitn(6, ':').collect();
    values.len() == 6 && parts.iter().zip(values).all(|(part, value)| glob(part).matches(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(text: &str, wildcards: bool) -> Vec<Token> {
        let replace = |key: &str| if key == "k" { Replacement::Text("v*".into()) } else { Replacement::Missing };
        match expand(text, true, wildcards, replace) {
            Expanded::Tokens(tokens) => tokens,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_replaced_star_is_no_wildcard() {
        assert!(string_matches(Base::StringLike, &expanded("a${k}*", true), "av*x"));
        assert!(!string_matches(Base::StringLike, &expanded("a${k}", true), "avx"));
        assert!(string_matches(Base::StringLike, &expanded("${*}${none, 'd'}?", true), "*dz"));
        assert!(string_matches(Base::StringEquals, &expanded("a*", false), "a*"));
        assert_eq!(expand("${none}", true, false, |_| Replacement::Missing), Expanded::Fails);
        assert_eq!(expand("${none}", false, false, |_| Replacement::Missing), Expanded::Tokens(vec![Token::Literal("${none}".into())]));
    }

    #[test]
    fn arns_are_compared_part_by_part() {
        let pattern = |text| expanded(text, true);
        assert!(arn_matches(&pattern("arn:aws:iam::*:role/x:*"), "arn:aws:iam::1:role/x:y"));
        assert!(!arn_matches(&pattern("arn:aws:*"), "arn:aws:iam::1:role/x"));
        assert!(!arn_matches(&pattern("arn:*:iam::1:x"), "arn:a:b:iam::1:x"));
    }
}
