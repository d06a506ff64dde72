//! Looking at the bytes of JSON: where a string, a number, white space ends, and what an escape stands for.
//! Knows nothing of trees, spans and errors; the full parser and the lazy reader share it, so that they cannot disagree.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The eight bytes at `at`, the first in the lowest place.
#[inline]
fn word_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk::<8>().map(|chunk| u64::from_le_bytes(*chunk))
}

/// The high bit of every byte that is 0. Above the lowest such byte there may be false ones, so only that one is asked for.
#[inline]
const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGH
}

/// The first byte from `from` on that a string cannot hold as it is: a quote, a backslash, a control character; else the end.
#[inline]
pub(in crate::syntax) fn string_stop(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(word) = word_at(bytes, at) {
        let quote = zero_bytes(word ^ (ONES * b'"' as u64));
        let backslash = zero_bytes(word ^ (ONES * b'\\' as u64));
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let stop = quote | backslash | control;
        if stop != 0 {
            return at + stop.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let tail = bytes.get(at..).unwrap_or_default();
    at + tail.iter().position(|b| matches!(b, b'"' | b'\\' | 0..0x20)).unwrap_or(tail.len())
}

/// The first byte from `from` on that is no white space of JSON.
#[inline]
pub(in crate::syntax) fn skip_white(bytes: &[u8], from: usize) -> usize {
    const SPACES: u64 = ONES * b' ' as u64;
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' if word_at(bytes, at) == Some(SPACES) => at += 8,
            b' ' | b'\n' | b'\r' | b'\t' => at += 1,
            _ => break,
        }
    }
    at
}

/// The end of the number that begins at `from`; `None` if JSON's grammar has no number there.
#[inline]
pub(in crate::syntax) fn number_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    if bytes.get(at) == Some(&b'-') {
        at += 1;
    }
    at = if bytes.get(at) == Some(&b'0') { at + 1 } else { digits_end(bytes, at)? };
    if bytes.get(at) == Some(&b'.') {
        at = digits_end(bytes, at + 1)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        if matches!(bytes.get(at), Some(b'+' | b'-')) {
            at += 1;
        }
        at = digits_end(bytes, at)?;
    }
    Some(at)
}

/// The end of at least one digit.
#[inline]
fn digits_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    (at > from).then_some(at)
}

/// Whether a word or number may end before this byte (or before the end of the text).
#[inline]
pub(in crate::syntax) fn ends_word(byte: Option<&u8>) -> bool {
    matches!(byte, None | Some(b' ' | b'\n' | b'\r' | b'\t' | b',' | b'}' | b']' | b':' | b'"' | b'{' | b'[' | b'/'))
}

/// What stands at a backslash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax) enum Escape {
    /// `len` bytes spell this character.
    Char { decoded: char, len: usize },
    /// `len` bytes spell half of a surrogate pair.
    Half { len: usize },
    /// No escape of JSON; `len` bytes are what is wrong, on character boundaries.
    Unknown { len: usize },
    /// The text ends within the escape.
    CutOff,
}

/// Reads the escape whose backslash stands at `at`.
pub(in crate::syntax) fn escape_at(bytes: &[u8], at: usize) -> Escape {
    let Some(&byte) = bytes.get(at + 1) else { return Escape::CutOff };
    let decoded = match byte {
        b'"' | b'\\' | b'/' => char::from(byte),
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'u' => return unicode_escape(bytes, at),
        // A line's end is never part of an escape: the string ends there.
        0..0x20 => return Escape::Unknown { len: 1 },
        _ => {
            let rest = bytes.get(at + 2..).unwrap_or_default();
            let continuation = rest.iter().take_while(|b| **b & 0xC0 == 0x80).count();
            return Escape::Unknown { len: 2 + continuation };
        }
    };
    Escape::Char { decoded, len: 2 }
}

fn unicode_escape(bytes: &[u8], at: usize) -> Escape {
    let first = match hex4(bytes, at + 2) {
        Ok(unit) => unit,
        Err(digits) if at + 2 + digits == bytes.len() => return Escape::CutOff,
        Err(digits) => return Escape::Unknown { len: 2 + digits },
    };
    if let Some(decoded) = char::from_u32(first) {
        return Escape::Char { decoded, len: 6 };
    }
    let rest = bytes.get(at + 6..).unwrap_or_default();
    if first < 0xDC00 && rest.len() < 6 && rest.iter().all(|b| matches!(b, b'\\' | b'u') || b.is_ascii_hexdigit()) {
        return Escape::CutOff;
    }
    let second = match rest.get(..2) {
        Some(b"\\u") if first < 0xDC00 => hex4(bytes, at + 8).ok(),
        _ => None,
    };
    match second {
        Some(low @ 0xDC00..=0xDFFF) => {
            let decoded = char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (low - 0xDC00));
            decoded.map_or(Escape::Half { len: 6 }, |decoded| Escape::Char { decoded, len: 12 })
        }
        _ => Escape::Half { len: 6 },
    }
}

/// Four hexadecimal digits, or how many there are.
fn hex4(bytes: &[u8], at: usize) -> Result<u32, usize> {
    let mut unit = 0;
    for i in 0..4 {
        let digit = bytes.get(at + i).and_then(|b| char::from(*b).to_digit(16)).ok_or(i)?;
        unit = unit * 16 + digit;
    }
    Ok(unit)
}

/// The end of the value whose opening bracket stands at `from`, found by counting brackets alone; `None` if the text ends before.
pub(in crate::syntax) fn balanced_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = from;
    loop {
        match bytes.get(at)? {
            b'"' => {
                at = loose_string_end(bytes, at)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// The end of the string whose quote stands at `from`, whatever is in it.
#[inline]
pub(in crate::syntax) fn loose_string_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from + 1;
    loop {
        at = string_stop(bytes, at);
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_stops_at_its_first_special_byte_wherever_it_stands() {
        for special in [b'"', b'\\', b'\n', 0, 0x1f] {
            for at in 0..20 {
                let mut bytes = vec![b'\x80'; 24];
                bytes[at] = special;
                // Bytes around the special ones' values must not be taken for them.
                bytes[21] = b'"';
                if at > 2 {
                    bytes[at - 1] = 0x20;
                    bytes[at - 2] = b'"' + 1;
                    bytes[at - 3] = b'\\' + 1;
                }
                assert_eq!(string_stop(&bytes, 0), at, "{special} at {at}");
            }
        }
        assert_eq!(string_stop(b"0123456789", 3), 10);
    }

    #[test]
    fn numbers_end_where_the_grammar_says() {
        assert_eq!(number_end(b"-12.5e+3,", 0), Some(8));
        assert_eq!(number_end(b"01", 0), Some(1));
        for none in ["-", "1.", "1e", ".5", "+1", "x", ""] {
            assert_eq!(number_end(none.as_bytes(), 0), None, "{none}");
        }
    }

    #[test]
    fn escapes() {
        assert_eq!(escape_at(br"\n", 0), Escape::Char { decoded: '\n', len: 2 });
        assert_eq!(escape_at(br"\u00e9", 0), Escape::Char { decoded: 'é', len: 6 });
        assert_eq!(escape_at(br"\ud83d\ude00", 0), Escape::Char { decoded: '😀', len: 12 });
        assert_eq!(escape_at(br"\ud83d\u0041", 0), Escape::Half { len: 6 });
        assert_eq!(escape_at(br"\ude00", 0), Escape::Half { len: 6 });
        assert_eq!(escape_at(br"\ud83d", 0), Escape::CutOff);
        assert_eq!(escape_at(br"\u12x4", 0), Escape::Unknown { len: 4 });
        assert_eq!(escape_at("\\é".as_bytes(), 0), Escape::Unknown { len: 3 });
        assert_eq!(escape_at(br"\u12", 0), Escape::CutOff);
        assert_eq!(escape_at(br"\ud83d\ude0", 0), Escape::CutOff);
        assert_eq!(escape_at(b"\\ud83d\"", 0), Escape::Half { len: 6 });
        assert_eq!(escape_at(b"\\\n", 0), Escape::Unknown { len: 1 });
    }

    #[test]
    fn brackets_in_strings_are_not_counted() {
        assert_eq!(balanced_end(br#"{"a":"}\"]","b":[{}]} x"#, 0), Some(21));
        assert_eq!(balanced_end(br#"{"a":"}"#, 0), None);
    }
}
