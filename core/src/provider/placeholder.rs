//! Placeholders of templating languages inside an issuer, made small enough that the rest can be compared. Whether one is a fault is not asked here.

/// What stands for a placeholder: a letter that every loose part takes.
const STAND_IN: char = '_';

/// The text with each `${…}`, `{{…}}` and `<…>` replaced by one character.
pub(super) fn without_placeholders(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = after_placeholder(rest) {
            out.push(STAND_IN);
            rest = after;
        } else {
            out.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    out
}

fn after_placeholder(text: &str) -> Option<&str> {
    if let Some(inside) = text.strip_prefix('<') {
        return inside.split_once('>').map(|(_, after)| after);
    }
    let braces = text.strip_prefix('$').unwrap_or(text);
    if !text.starts_with("${") && !text.starts_with("{{") {
        return None;
    }
    let mut depth = 0u32;
    for (at, c) in braces.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return braces.get(at + 1..);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_become_one_character() {
        assert_eq!(without_placeholders("a.${x[\"${y}\"]}.b/{{ .Values.id }}/<ID>"), "a._.b/_/_");
    }

    #[test]
    fn what_is_not_closed_stays() {
        for text in ["a${b", "a<b", "a{{b}", "{a}", "é$"] {
            assert_eq!(without_placeholders(text), text);
        }
    }
}
