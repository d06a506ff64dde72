//! What a scalar is: the core schema of YAML 1.2 (10.3.2), which is narrower than what `kubectl` reads (`yes` and `on` stay strings).
//! Knows texts and tags, not places.

use granit_parser::Tag;

/// The kinds a scalar can be of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Number,
    String,
}

/// What a tag says of its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TagKind {
    /// No tag, or one that changes nothing here (`!!map`, `!!binary`).
    None,
    /// `!!str`, or the bare `!`.
    Str,
    /// `!!null`, `!!bool`, `!!int`, `!!float`: as the plain text would be, even in quotes.
    Plain,
    /// `!!merge`.
    Merge,
    /// Anything else, such as `!Sub`.
    Custom,
}

const YAML_NAMESPACE: &str = "tag:yaml.org,2002:";

pub(super) fn tag_kind(tag: Option<&Tag>) -> TagKind {
    let Some(tag) = tag else { return TagKind::None };
    match tag.suffix_in_namespace(YAML_NAMESPACE).as_deref() {
        Some("str") => TagKind::Str,
        Some("null" | "bool" | "int" | "float") => TagKind::Plain,
        Some("merge") => TagKind::Merge,
        Some(_) => TagKind::None,
        None if tag.original() == "!" => TagKind::Str,
        None => TagKind::Custom,
    }
}

/// What a scalar of this text is.
pub(super) fn kind(text: &str, plain: bool, tag: TagKind) -> Kind {
    match tag {
        TagKind::Str => Kind::String,
        TagKind::Plain => plain_kind(text),
        TagKind::None | TagKind::Merge | TagKind::Custom if plain => plain_kind(text),
        TagKind::None | TagKind::Merge | TagKind::Custom => Kind::String,
    }
}

fn plain_kind(text: &str) -> Kind {
    match text.as_bytes().first() {
        None => Kind::Null,
        Some(b'~' | b'n' | b'N' | b't' | b'T' | b'f' | b'F') => match text {
            "~" | "null" | "Null" | "NULL" => Kind::Null,
            "true" | "True" | "TRUE" => Kind::Bool(true),
            "false" | "False" | "FALSE" => Kind::Bool(false),
            _ => Kind::String,
        },
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') if is_number(text) => Kind::Number,
        Some(_) => Kind::String,
    }
}

fn is_number(text: &str) -> bool {
    if let Some(digits) = text.strip_prefix("0o") {
        return all(digits, |b| matches!(b, b'0'..=b'7'));
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return all(digits, |b| b.is_ascii_hexdigit());
    }
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || is_decimal(unsigned)
}

fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = |text: &str| all(text, |b| b.is_ascii_digit());
    let mantissa = match mantissa.split_once('.') {
        Some(("", fraction)) => digits(fraction),
        Some((whole, fraction)) => digits(whole) && (fraction.is_empty() || digits(fraction)),
        None => digits(mantissa),
    };
    mantissa && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}

fn all(text: &str, is: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(is)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_core_schema() {
        for text in ["0", "-1", "+12", "012345678901", "0o17", "0xfF", "1.", ".5", "1.5e-3", "1E6", "-.inf", ".NaN"] {
            assert_eq!(kind(text, true, TagKind::None), Kind::Number, "{text}");
        }
        for text in ["yes", "off", "y", "1_000", "1:30", "v1", "1.2.3", ".", "-", "+", "1e", "0x", "0o8", "-.nan", "e5", "nulls", "1 2"] {
            assert_eq!(kind(text, true, TagKind::None), Kind::String, "{text}");
        }
        for text in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(kind(text, true, TagKind::None), Kind::Null, "{text}");
        }
        assert_eq!(kind("True", true, TagKind::None), Kind::Bool(true));
        assert_eq!(kind("FALSE", true, TagKind::None), Kind::Bool(false));
    }

    #[test]
    fn quotes_and_tags_decide() {
        assert_eq!(kind("1", false, TagKind::None), Kind::String);
        assert_eq!(kind("1", true, TagKind::Str), Kind::String);
        assert_eq!(kind("1", false, TagKind::Plain), Kind::Number);
        assert_eq!(kind("1", true, TagKind::Custom), Kind::Number);
    }
}
