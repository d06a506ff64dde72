//! JSON inside a string: escaped in another document, or URL-encoded as the IAM API answers. Every span leads to the file's own bytes.
//! Knows how such texts are spelled, not what they mean.

use std::ops::Range;

use smol_str::SmolStr;

use super::{Limits, Parsed, Scalar, json};
use crate::source::{TextMap, TextMapBuilder};

/// Reads a string whose text is JSON or URL-encoded JSON; `None` if it looks like neither.
#[must_use]
pub fn parse_embedded(scalar: &Scalar, limits: &Limits) -> Option<Parsed> {
    let text = scalar.text.as_str();
    let start = text.len() - text.trim_start().len();
    let part = start..start + text.trim().len();
    let trimmed = text.get(part.clone())?;
    let map = if part.len() == text.len() { scalar.map.clone() } else { scalar.map.part(part) };
    if trimmed.starts_with(['{', '[']) {
        return Some(json::parse(trimmed, &map, limits));
    }
    if trimmed.get(..3)?.eq_ignore_ascii_case("%7B") {
        let (decoded, map) = percent_decode(trimmed, &map);
        return Some(json::parse(&decoded, &map, limits));
    }
    None
}

/// Decodes `%XX` as RFC 3986 has it (`+` stays `+`). What is no such sequence stays as it is; bytes that are no UTF-8 become U+FFFD.
fn percent_decode(text: &str, outer: &TextMap) -> (SmolStr, TextMap) {
    let bytes = text.as_bytes();
    let mut decoded = String::with_capacity(text.len());
    let mut map = TextMapBuilder::new(outer);
    let mut at = 0;
    while at < bytes.len() {
        let run = escaped_bytes(bytes, at);
        if run.is_empty() {
            // A lone `%` stands for itself.
            let rest = bytes.get(at + 1..).unwrap_or_default();
            let end = at + 1 + memchr::memchr(b'%', rest).unwrap_or(rest.len());
            decoded.push_str(text.get(at..end).unwrap_or_default());
            map.verbatim(at..end);
            at = end;
            continue;
        }
        for chunk in run.utf8_chunks() {
            for c in chunk.valid().chars() {
                decoded.push(c);
                map.escape(c.len_utf8(), escape_range(&mut at, c.len_utf8()));
            }
            if !chunk.invalid().is_empty() {
                decoded.push(char::REPLACEMENT_CHARACTER);
                map.escape(char::REPLACEMENT_CHARACTER.len_utf8(), escape_range(&mut at, chunk.invalid().len()));
            }
        }
    }
    (SmolStr::new(decoded), map.finish_with(outer.span(0..0).start))
}

/// The bytes that the `%XX` sequences from `at` on stand for.
fn escaped_bytes(bytes: &[u8], at: usize) -> Vec<u8> {
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let sequences = bytes.get(at..).unwrap_or_default().chunks_exact(3);
    sequences
        .map_while(|sequence| match sequence {
            [b'%', high, low] => Some(digit(*high)? * 16 + digit(*low)?),
            _ => None,
        })
        .collect()
}

/// Where the next `len` bytes' sequences stand.
fn escape_range(at: &mut usize, len: usize) -> Range<usize> {
    let start = *at;
    *at += 3 * len;
    start..*at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};
    use crate::syntax::Node;

    const POLICY: &str = "{ \"Statement\": [{\"Sid\": \"é\\n😀\", \"Effect\": \"Allow\", \"none\": \"\"}]}";

    fn read(file: &str) -> Node {
        let parsed = json::parse(file, &TextMap::direct(FileId(7), 0), &Limits::default());
        assert_eq!(parsed.errors, []);
        parsed.root.unwrap()
    }

    fn embedded(node: &Node) -> Node {
        let parsed = parse_embedded(node.scalar().unwrap(), &Limits::default()).unwrap();
        assert_eq!(parsed.errors, []);
        parsed.root.unwrap()
    }

    fn slice(file: &str, span: Span) -> &str {
        assert_eq!(span.file, FileId(7));
        file.get(span.range()).unwrap()
    }

    fn statement(policy: &Node) -> &Node {
        &policy.get("Statement").unwrap().elements()[0]
    }

    fn quoted(text: &str) -> String {
        serde_json::to_string(text).unwrap()
    }

    #[test]
    fn a_policy_escaped_in_json() {
        let file = format!("{{\"policy\": {}}}", quoted(POLICY));
        let policy = embedded(read(&file).get("policy").unwrap());
        assert_eq!(slice(&file, policy.span), quoted(POLICY).trim_matches('"'));
        let effect = statement(&policy).member("Effect").unwrap();
        assert_eq!(slice(&file, effect.key.span), r#"\"Effect\""#);
        assert_eq!(slice(&file, effect.value.span), r#"\"Allow\""#);
        assert_eq!(slice(&file, effect.value.scalar().unwrap().inner_span()), "Allow");
        let sid = statement(&policy).get("Sid").unwrap().scalar().unwrap();
        assert_eq!(sid.text, "é\n😀");
        assert_eq!(slice(&file, sid.span_of(2..3)), r"\\n");
        assert_eq!(slice(&file, sid.span_of(3..7)), "😀");
        let none = statement(&policy).get("none").unwrap().scalar().unwrap();
        assert_eq!(none.inner_span().start, none.span.start + 2, "an empty text stands between its quotes");
        assert_eq!(none.inner_span().range().len(), 0);
    }

    #[test]
    fn a_policy_escaped_twice() {
        let inner = format!("{{\"policy\":{}}}", quoted(POLICY));
        let file = format!("  [{}]", quoted(&inner));
        let policy = embedded(embedded(&read(&file).elements()[0]).get("policy").unwrap());
        let effect = statement(&policy).member("Effect").unwrap();
        assert_eq!(slice(&file, effect.key.span), r#"\\\"Effect\\\""#);
        assert_eq!(slice(&file, effect.value.scalar().unwrap().span_of(1..3)), "ll");
        let sid = statement(&policy).get("Sid").unwrap().scalar().unwrap();
        assert_eq!(slice(&file, sid.span_of(2..3)), r"\\\\n");
    }

    #[test]
    fn a_policy_url_encoded_by_the_iam_api() {
        let encoded: String =
            POLICY.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect();
        for encoded in [encoded.clone(), encoded.replace("%7B", "%7b")] {
            let file = format!("{{\"AssumeRolePolicyDocument\": \"\\n {encoded} \"}}");
            let policy = embedded(read(&file).get("AssumeRolePolicyDocument").unwrap());
            assert_eq!(slice(&file, policy.span), encoded);
            let effect = statement(&policy).member("Effect").unwrap();
            assert_eq!(slice(&file, effect.key.span), "%22Effect%22");
            assert_eq!(slice(&file, effect.value.scalar().unwrap().span_of(1..3)), "ll");
        }
        let file = format!("\"{encoded}\"");
        let policy = embedded(&read(&file));
        let sid = statement(&policy).get("Sid").unwrap().scalar().unwrap();
        assert_eq!(sid.text, "é\n😀");
        assert_eq!(slice(&file, sid.span_of(0..2)), "%C3%A9");
        assert_eq!(slice(&file, sid.span_of(2..3)), "%5Cn");
    }

    #[test]
    fn what_is_no_sequence_stays() {
        let text = "%7b%22a+%%4%zz%ff%22:1%7D";
        let map = TextMap::direct(FileId(7), 0);
        let (decoded, map) = percent_decode(text, &map);
        assert_eq!(decoded, "{\"a+%%4%zz\u{fffd}\":1}");
        let at = decoded.find('\u{fffd}').unwrap();
        assert_eq!(slice(text, map.span(at..at + 3)), "%ff");
        assert_eq!(slice(text, map.span(3..4)), "+");
    }

    #[test]
    fn other_strings_are_none() {
        for text in ["", "  ", "%7", "arn:aws:iam::1:role/x", "${data.policy.json}", "é7B", "é"] {
            let node = read(&quoted(text));
            assert!(parse_embedded(node.scalar().unwrap(), &Limits::default()).is_none(), "{text}");
        }
    }

    #[test]
    fn a_fault_is_told_at_its_place_in_the_file() {
        let file = r#"{"policy": "{\"a\": 1,}"}"#;
        let parsed = parse_embedded(read(file).get("policy").unwrap().scalar().unwrap(), &Limits::default()).unwrap();
        assert_eq!(parsed.errors.len(), 1);
        assert_eq!(parsed.errors[0].span.start as usize, file.find(",}").unwrap());
    }
}
