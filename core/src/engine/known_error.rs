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
        let text = plain(text);
        known.iter().find(|error| error.any_of.iter().any(|pattern| occurs(&text, &pattern.to_lowercase())))
    }

    /// What it proves, and of which links.
    #[must_use]
    pub fn message(&self) -> String {
        let mut out = self.proves.to_owned();
        let verdicts = [("holds", self.clears), ("suspect", self.points_to)];
        let shown: Vec<String> = verdicts.iter().filter(|(_, links)| !links.is_empty()).map(|(word, links)| named(word, links)).collect();
        if !shown.is_empty() {
            out.push_str(&format!(" ({})", shown.join("; ")));
        }
        out
    }
}

fn named(word: &str, links: &[LinkKind]) -> String {
    let names: Vec<&str> = links.iter().map(|link| link.name()).collect();
    format!("{word}: {}", names.join(", "))
}

/// Small letters, straight quotes and single blanks; what JSON escapes in a log is taken back.
fn plain(text: &str) -> String {
    let text = text.replace("\\n", " ").replace("\\t", " ").replace("\\\"", "\"");
    let text = text.replace(['\u{2018}', '\u{2019}'], "'").replace(['\u{201c}', '\u{201d}'], "\"");
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
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
        occurs(&plain(text), pattern)
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
    fn the_message_names_the_links() {
        let error = KnownError {
            id: "x",
            any_of: &["x"],
            proves: "it is so",
            causes: "",
            clears: &[LinkKind::Provider, LinkKind::Audience],
            points_to: &[LinkKind::Statement],
        };
        assert_eq!(error.message(), "it is so (holds: provider, audience; suspect: statement)");
        assert_eq!(KnownError { clears: &[], points_to: &[], ..error }.message(), "it is so");
    }
}
