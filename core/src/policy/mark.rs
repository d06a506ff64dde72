//! What somebody or some engine should have filled in: placeholders (`<ACCOUNT_ID>`, `YOUR_ORG`, `XXXX`) and marks of templates (`{{ }}`, `%s`,
//! `${…}` that is no policy variable). Knows nothing of what the text is for. Values of AWS's documentation (`EXAMPLE…`) are values.

use std::ops::Range;

/// A part of a text that stands for another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Whether a template engine or a shell fills it in, rather than a person.
    pub template: bool,
    /// Which bytes of the text.
    pub range: Range<usize>,
}

/// Words that people write for what they are to fill in.
const WORDS: &[&str] = &[
    "ACCOUNT_ID",
    "ACCOUNT-ID",
    "ACCOUNTID",
    "ACCOUNT_NUMBER",
    "OIDC_ID",
    "OIDC_PROVIDER",
    "OIDC_URL",
    "CLUSTER_ID",
    "CLUSTER_NAME",
    "GITHUB_ORG",
    "GITHUB_REPO",
    "GITHUB_USER",
    "SERVICE_ACCOUNT",
    "AWS_REGION",
    "CHANGE_ME",
    "CHANGE-ME",
    "CHANGEME",
    "REPLACE_ME",
    "REPLACE-ME",
    "REPLACEME",
    "REPLACE_WITH",
];

/// The first mark in a text.
#[must_use]
pub fn find_mark(text: &str) -> Option<Mark> {
    if !may_hold_one(text.as_bytes()) {
        return None;
    }
    let mut at = 0;
    loop {
        let bytes = text.as_bytes().get(at..)?;
        // All that begins a mark is ASCII, so this never lands inside a character.
        at += bytes.iter().position(|byte| begins_one(*byte))?;
        let rest = text.get(at..)?;
        if let Some(length) = policy_variable(rest) {
            at += length;
            continue;
        }
        let begins_word = !text.get(..at)?.ends_with(|c: char| c.is_ascii_alphanumeric());
        let template = template_mark(rest).map(|length| (true, length));
        if let Some((template, length)) = template.or_else(|| placeholder(rest, begins_word).map(|length| (false, length))) {
            return Some(Mark { template, range: at..at + length });
        }
        at += 1;
    }
}

/// The bytes at which [`may_hold_one`] looks again.
const BEGINS: [bool; 256] = {
    let mut table = [false; 256];
    let list = b"<${%_YyXxACR";
    let mut rest: &[u8] = list;
    while let [byte, after @ ..] = rest {
        #[expect(clippy::indexing_slicing, reason = "a byte is an index below 256, and this is worked out when compiling")]
        {
            table[*byte as usize] = true;
        }
        rest = after;
    }
    table
};

/// A quick look that spares nearly every real text the slow one.
fn may_hold_one(bytes: &[u8]) -> bool {
    let begins = |byte: &u8| BEGINS.get(usize::from(*byte)).copied().unwrap_or_default();
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(begins) {
        rest = rest.get(at..).unwrap_or_default();
        match rest {
            [b'<' | b'$' | b'{' | b'%' | b'_', ..] => return true,
            [b'Y', b'O', b'U', b'R', ..] | [b'y', b'o', b'u', b'r', ..] | [b'X', b'X', b'X', b'X', ..] | [b'x', b'x', b'x', b'x', ..] => {
                return true;
            }
            [b'A', b'C', b'C', b'O', ..] | [b'C', b'H', b'A', b'N', ..] | [b'R', b'E', b'P', b'L', ..] => return true,
            _ => rest = rest.get(1..).unwrap_or_default(),
        }
    }
    false
}

/// Whether a mark may begin with this character: nearly all of a real text is passed over by it.
fn begins_one(byte: u8) -> bool {
    matches!(byte, b'<' | b'$' | b'{' | b'%' | b'_' | b'X' | b'x' | b'Y' | b'y' | b'A' | b'C' | b'G' | b'O' | b'R' | b'S')
}

/// The length of a policy variable, `${aws:username}` or `${*}`, at the start of a text.
fn policy_variable(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("${")?;
    let end = inside.find('}')?;
    let name = inside.get(..end)?;
    let is_key = name.contains(':') && !name.contains("::") && !name.contains(['(', '{']);
    (matches!(name, "*" | "?" | "$") || is_key).then_some(end + 3)
}

/// Whether a text is an id such as `aaaaaaaa-0000-4000-8000-000000000001`.
fn is_uuid(text: &str) -> bool {
    let mut groups = text.split('-');
    let fits = |group: Option<&str>, length: usize| group.is_some_and(|g| g.len() == length && g.bytes().all(|b| b.is_ascii_hexdigit()));
    [8, 4, 4, 4, 12].into_iter().all(|length| fits(groups.next(), length)) && groups.next().is_none()
}

/// The length of what an engine fills in, at the start of a text.
fn template_mark(text: &str) -> Option<usize> {
    if !text.starts_with(['$', '{', '<', '%']) {
        return None;
    }
    let closed = |open: &str, close: &str| text.strip_prefix(open)?.find(close).map(|end| open.len() + end + close.len());
    if let Some(length) = closed("${", "}").or_else(|| closed("{{", "}}")).or_else(|| closed("<%", "%>")) {
        return Some(length);
    }
    if let Some(name) = text.strip_prefix('$') {
        let length = name.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        return (length > 0).then_some(length + 1).or_else(|| closed("$(", ")"));
    }
    if let Some(name) = text.strip_prefix('{') {
        let end = name.find('}')?;
        let is_name = end > 0 && name.bytes().take(end).all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b' '));
        // Bitbucket puts its ids between braces.
        return (is_name && !name.get(..end).is_some_and(is_uuid)).then_some(end + 2);
    }
    let marks = ["%s", "%[", "%(", "%{", "%v"];
    marks.iter().find(|mark| text.starts_with(**mark)).map(|mark| mark.len())
}

/// The length of what a person fills in, at the start of a text. `begins_word`: whether no letter or digit stands before it.
fn placeholder(text: &str, begins_word: bool) -> Option<usize> {
    if let Some(inside) = text.strip_prefix('<') {
        let end = inside.find('>')?;
        let name = inside.get(..end)?;
        let is_name = name.len() <= 80 && name.contains(|c: char| c.is_alphabetic()) && !name.contains('<');
        return is_name.then_some(end + 2);
    }
    if let Some(name) = text.strip_prefix("__") {
        let length = name.bytes().take_while(|b| b.is_ascii_uppercase() || *b == b'_').count();
        let word = name.get(..length)?;
        return (word.len() > 4 && word.ends_with("__")).then_some(length + 2);
    }
    let run = text.bytes().take_while(|b| *b == b'X').count().max(text.bytes().take_while(|b| *b == b'x').count());
    if run >= 4 {
        return Some(run);
    }
    if WORDS.iter().any(|word| text.starts_with(word)) || (begins_word && is_yours(text)) {
        return Some(text.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')).count());
    }
    None
}

/// `YOUR_ORG`, `YOURACCOUNT`, `your-org`.
fn is_yours(text: &str) -> bool {
    let after = |word: &str| text.strip_prefix(word).and_then(|rest| rest.chars().next());
    after("YOUR").is_some_and(|c| matches!(c, '_' | '-') || c.is_ascii_uppercase()) || after("your").is_some_and(|c| matches!(c, '_' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(bool, &str)> {
        find_mark(text).map(|mark| (mark.template, text.get(mark.range).unwrap()))
    }

    #[test]
    fn finds_what_a_person_fills_in() {
        for (text, mark) in [
            ("arn:aws:iam::<ACCOUNT_ID>:oidc-provider/x", "<ACCOUNT_ID>"),
            ("arn:aws:iam::AWS_ACCOUNT_ID:oidc-provider/x", "ACCOUNT_ID"),
            ("repo:YOUR_ORG/YOUR_REPO:*", "YOUR_ORG"),
            ("repo:your-org/app:*", "your-org"),
            ("oidc.eks.eu-west-1.amazonaws.com/id/XXXXXXXX:sub", "XXXXXXXX"),
            ("arn:aws:iam::xxxxxxxxxxxx:oidc-provider/x", "xxxxxxxxxxxx"),
            ("system:serviceaccount:__NAMESPACE__:app", "__NAMESPACE__"),
        ] {
            assert_eq!(found(text), Some((false, mark)), "{text}");
        }
    }

    #[test]
    fn finds_what_an_engine_fills_in() {
        for (text, mark) in [
            ("arn:aws:iam::${AWS_ACCOUNT_ID}:oidc-provider/x", "${AWS_ACCOUNT_ID}"),
            ("${AWS::AccountId}", "${AWS::AccountId}"),
            ("{{ .Values.issuer }}:sub", "{{ .Values.issuer }}"),
            ("$oidc_provider:sub", "$oidc_provider"),
            ("%s:sub", "%s"),
            ("{OIDC_PROVIDER_URL}:sub", "{OIDC_PROVIDER_URL}"),
        ] {
            assert_eq!(found(text), Some((true, mark)), "{text}");
        }
    }

    #[test]
    fn values_are_values() {
        for text in [
            "arn:aws:iam::111122223333:oidc-provider/oidc.eks.region-code.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE",
            "system:serviceaccount:yours:youth",
            "repo:octo-org/octo_repo:environment:a%3Ab",
            "${aws:username}${*}${oidc.example.com:sub, 'none'}",
            "organization:acme:project:*:workspace:*",
            "oidc.eks.eu-west-1.amazonaws.com/id/ACCE5500FACE0000DEAD0000BEEF0000:aud",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
