//! Error texts that users see, and what each proves. The texts themselves are data of the rules' crate.

use super::answer::LinkKind;

/// A message of STS, IAM, an SDK or the agent.
#[derive(Clone, Copy, Debug)]
pub struct KnownError {
    /// Short name, stable.
    pub id: &'static str,
    /// Patterns, one of which stands somewhere in the text, in any letter case and however its lines are broken. In a pattern `*` is a run
    /// without blanks, `…` a run of at most [`REACH`] characters, `#` a hexadecimal digit. None begins with a run.
    pub any_of: &'static [&'static str],
    /// What is certain once it is seen: a clause, without a full stop.
    pub proves: &'static str,
    /// What to look at, the likeliest first.
    pub causes: &'static str,
    /// Links of the chain that hold, or the message would have been another.
    pub clears: &'static [LinkKind],
    /// Links of the chain of which one is broken; empty where the fault lies elsewhere, or anywhere.
    pub points_to: &'static [LinkKind],
}

/// Longest run, in characters: further apart, two pieces belong to two messages of a log.
const REACH: usize = 300;

impl KnownError {
    /// The first of some errors that a text holds.
    #[must_use]
    pub fn find<'a>(known: &'a [Self], text: &str) -> Option<&'a Self> {
        let text = plain_text(text).to_ascii_lowercase();
        let whole = known.iter().find(|error| error.any_of.iter().any(|pattern| occurs(&text, &pattern.to_ascii_lowercase())));
        whole.or_else(|| {
            // A terminal breaks lines within words; what it copies has a blank there.
            let squeezed = squeeze(&text);
            known.iter().find(|error| error.any_of.iter().any(|pattern| is_long_and_plain(pattern) && squeezed.contains(&squeeze(pattern))))
        })
    }

    /// What it proves, and of which links.
    #[must_use]
    pub fn message(&self) -> String {
        self.message_with("")
    }

    /// The same, with a clause that says more of the case.
    #[must_use]
    pub fn message_with(&self, detail: &str) -> String {
        let mut out = format!("{}{detail}", self.proves);
        let clears = (!self.clears.is_empty()).then(|| format!("in order: {}", named(self.clears, "and")));
        let suspect = (!self.points_to.is_empty()).then(|| format!("at fault: {}", named(self.points_to, "or")));
        let shown: Vec<String> = clears.into_iter().chain(suspect).collect();
        if !shown.is_empty() {
            out.push_str(&format!(" ({})", shown.join("; ")));
        }
        out
    }
}

fn named(links: &[LinkKind], word: &str) -> String {
    let names: Vec<&str> = links.iter().map(|link| link.words()).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [head @ .., last] => format!("{} {word} {last}", head.join(", ")),
    }
}

/// Straight quotes and single blanks; what JSON, HTML and a terminal's colours put into a log is taken out.
pub(super) fn plain_text(text: &str) -> String {
    let mut text = without_colors(text);
    let escapes = [
        ("\\\\", "\\"),
        ("\\n", " "),
        ("\\r", " "),
        ("\\t", " "),
        ("\\\"", "\""),
        ("\\'", "'"),
        ("\\u0027", "'"),
        ("\\u0022", "\""),
        ("\\u0026", "&"),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&apos;", "'"),
        ("&quot;", "\""),
        ("&#34;", "\""),
    ];
    for (written, meant) in escapes {
        if text.contains(written) {
            text = text.replace(written, meant);
        }
    }
    let text = text.replace(['\u{2018}', '\u{2019}'], "'").replace(['\u{201c}', '\u{201d}'], "\"");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Without the sequences that colour a terminal (ECMA-48, "select graphic rendition").
fn without_colors(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    let is_sign = |c: char| c.is_ascii_digit() || c == ';' || c == '[';
    parts.fold(first, |mut out, part| {
        let rest = part.trim_start_matches(is_sign);
        out.push_str(rest.strip_prefix('m').unwrap_or(rest));
        out
    })
}

fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase()
}

/// Whether a pattern is so long that without blanks it is no other text by chance.
fn is_long_and_plain(pattern: &str) -> bool {
    pattern.len() >= 24 && !pattern.contains(['*', '…', '#'])
}

fn occurs(text: &str, pattern: &str) -> bool {
    text.char_indices().any(|(at, _)| text.get(at..).is_some_and(|rest| begins(rest, pattern)))
}

fn begins(text: &str, pattern: &str) -> bool {
    let mut signs = pattern.chars();
    match signs.next() {
        None => true,
        Some('*') => runs(text, signs.as_str(), |c| !c.is_whitespace()),
        Some('…') => runs(text, signs.as_str(), |_| true),
        Some('#') => text.strip_prefix(|c: char| c.is_ascii_hexdigit()).is_some_and(|rest| begins(rest, signs.as_str())),
        Some(sign) => text.strip_prefix(sign).is_some_and(|rest| begins(rest, signs.as_str())),
    }
}

/// Whether the pattern follows after a run of such characters.
fn runs(text: &str, pattern: &str, in_run: impl Fn(char) -> bool) -> bool {
    let mut rest = text.chars();
    for _ in 0..=REACH {
        if begins(rest.as_str(), pattern) {
            return true;
        }
        if !rest.next().is_some_and(&in_run) {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str, pattern: &str) -> bool {
        occurs(&plain_text(text).to_ascii_lowercase(), pattern)
    }

    #[test]
    fn a_star_stays_in_its_word() {
        assert!(holds("role/app/i-0ab is not", "role/*/i-#"));
        assert!(!holds("role/app on host/i-0ab", "role/*/i-#"));
        assert!(!holds("role/app/i-x", "role/*/i-#"));
    }

    #[test]
    fn a_gap_reaches_over_words_but_not_over_a_log() {
        assert!(holds("a token file: permission denied", "token…denied"));
        assert!(!holds("permission denied: a token", "token…denied"));
        let far = format!("token {} denied", "x".repeat(REACH));
        assert!(!holds(&far, "token…denied"));
        assert!(holds(&format!("{far} token denied"), "token…denied"));
    }

    #[test]
    fn case_breaks_quotes_and_escapes_do_not_matter() {
        assert!(holds("Couldn\u{2019}t retrieve\n   the \\\"key\\\"\\nnow", "couldn't retrieve the \"key\" now"));
    }

    #[test]
    fn colours_entities_and_breaks_within_words_do_not_matter() {
        assert!(holds("\u{1b}[31mCouldn&#39;t\u{1b}[0m retrieve \\\\\"x\\\\\"", "couldn't retrieve \"x\""));
        const LONG: KnownError = KnownError {
            id: "long",
            any_of: &["not authorized to perform sts:assumerolewithwebidentity"],
            proves: "",
            causes: "",
            clears: &[],
            points_to: &[],
        };
        assert!(KnownError::find(&[LONG], "Not authorized to perform sts:AssumeRoleWith\n    WebIdentity").is_some());
        assert!(KnownError::find(&[LONG], "Not authorized").is_none());
    }

    #[test]
    fn the_message_names_the_links() {
        let error = KnownError {
            id: "x",
            any_of: &["x"],
            proves: "it is so",
            causes: "",
            clears: &[LinkKind::Provider, LinkKind::Audience],
            points_to: &[LinkKind::Statement],
        };
        assert_eq!(error.message(), "it is so (in order: the provider and the audience; at fault: a statement)");
        assert_eq!(KnownError { clears: &[], points_to: &[], ..error }.message(), "it is so");
    }
}
