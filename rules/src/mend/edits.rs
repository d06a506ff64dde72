//! Additions to a text, spelled and laid out as what stands beside them: its quotes, escapes, line ends and indentation are copied, never
//! guessed. What cannot be laid out so is not changed. Knows no rules and no policies.

use irsa_lint_core::diagnostic::Edit;
use irsa_lint_core::rule::View;
use irsa_lint_core::source::{Span, TextMap};
use irsa_lint_core::syntax::Scalar;

/// What a new member holds.
#[derive(Clone, Copy, Debug)]
pub enum Added<'a> {
    /// A string.
    Text(&'a str),
    /// A list of strings.
    List(&'a [String]),
    /// An object of one string.
    Object(&'a str, &'a str),
}

/// A member of an object with what it holds, put before `sibling`, whose own value begins at `value`.
#[must_use]
pub fn member_before(view: &View<'_>, sibling: &Scalar, value: u32, key: &str, added: Added<'_>) -> Option<Edit> {
    let spelling = Spelling::of(view, sibling)?;
    let assign = assign(view.source(Span { start: sibling.span.end, end: value, ..sibling.span }), &spelling)?;
    let layout = Layout::of(view, sibling)?;
    let text = match &layout {
        Layout::Lines { .. } if matches!(spelling, Spelling::Escaped(_)) => return None,
        Layout::Lines { newline, indent } => {
            let held = match added {
                Added::Object(inner, text) if assign == ":" || assign == ": " => {
                    format!(":{newline}{indent}  {}: {}", spelling.string(inner), spelling.string(text))
                }
                Added::Object(inner, text) => {
                    format!("{assign}{{{newline}{indent}  {}{assign}{}{newline}{indent}}}", spelling.string(inner), spelling.string(text))
                }
                added => format!("{assign}{}", spelling.held(added, assign)),
            };
            format!("{}{held}{newline}{indent}", spelling.string(key))
        }
        Layout::Between(gap) => {
            let gap = if gap.is_empty() && assign.ends_with(' ') { spelling.raw(" ") } else { gap.clone() };
            let held = match added {
                Added::Object(inner, text) => {
                    let member = spelling.raw(&format!("{}{assign}{}", spelling.string(inner), spelling.string(text)));
                    match deeper(view, sibling, value, &gap) {
                        Some(deeper) => format!("{}{deeper}{member}{gap}{}", spelling.raw("{"), spelling.raw("}")),
                        None => format!("{}{member}{}", spelling.raw("{"), spelling.raw("}")),
                    }
                }
                added => spelling.raw(&spelling.held(added, assign)),
            };
            format!("{}{held}{}{gap}", spelling.raw(&format!("{}{assign}", spelling.string(key))), spelling.raw(","))
        }
    };
    Some(Edit { span: Span { end: sibling.span.start, ..sibling.span }, text })
}

/// The key `key` that stands before this value, as a text of its own.
#[must_use]
pub fn key_before(view: &View<'_>, value: &Scalar, key: &str) -> Option<Scalar> {
    let before = view.source(Span { start: 0, end: value.span.start, ..value.span });
    let end = before.trim_end().strip_suffix(':')?.trim_end();
    let quote = end.chars().next_back().filter(|c| matches!(c, '"' | '\''));
    let inner = quote.map_or(Some(end), |quote| end.strip_suffix(quote))?;
    let start = inner.strip_suffix(key)?;
    let outer = quote.map_or(Some(start), |quote| start.strip_suffix(quote))?;
    if quote.is_none() && start.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/')) {
        return None;
    }
    let at = |text: &str| u32::try_from(text.len()).ok();
    let span = Span { start: at(outer)?, end: at(end)?, ..value.span };
    Some(Scalar { text: key.into(), span, map: TextMap::direct(span.file, at(start)?) })
}

/// A member taken out of its object, with the line that it stands on or the comma beside it. Not where a comment would lose what it is about.
#[must_use]
pub fn member_removed(view: &View<'_>, key: &Scalar, value: Span) -> Option<Edit> {
    let text = view.sources.get(key.span.file)?.text.as_str();
    let (before, after) = (text.get(..key.span.start as usize)?, text.get(value.end as usize..)?);
    let at = |length: usize| u32::try_from(length).ok();
    let removed =
        |start: usize, end: usize| Some(Edit { span: Span { start: at(start)?, end: at(end)?, ..key.span }, text: String::new() });
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let own_line = before.get(line..)?.bytes().all(|b| b == b' ' || b == b'\t');
    let rest = after.trim_start_matches([' ', '\t']);
    if let Some(next) = rest.strip_prefix(',') {
        return match line_end(next) {
            Some(end) if own_line => removed(line, text.len() - next.len() + end),
            _ => removed(key.span.start as usize, text.len() - next.trim_start_matches([' ', '\t']).len()),
        };
    }
    if rest.trim_start().starts_with('}') {
        let kept = before.trim_end();
        return removed(kept.strip_suffix(',').map_or(key.span.start as usize, str::len), value.end as usize);
    }
    match line_end(rest) {
        Some(end) if own_line => removed(line, text.len() - rest.len() + end),
        _ => None,
    }
}

/// Where the next line begins, if nothing but blanks is left on this one.
fn line_end(text: &str) -> Option<usize> {
    let end = text.find('\n')?;
    text.get(..end)?.trim_end().is_empty().then_some(end + 1)
}

/// What stands before the first member of the sibling's own object, where that is a line deeper than the sibling.
fn deeper(view: &View<'_>, sibling: &Scalar, value: u32, gap: &str) -> Option<String> {
    let between = view.source(Span { start: sibling.span.end, end: value, ..sibling.span });
    let (_, inside) = between.rsplit_once('{').or_else(|| between.rsplit_once("%7B"))?;
    (gap.len() > 1 && inside.len() > gap.len() && inside.starts_with(gap)).then(|| inside.to_owned())
}

/// These strings in the place of one that stands alone or in a list of its own kind.
#[must_use]
pub fn values_instead(view: &View<'_>, value: &Scalar, in_list: bool, values: &[String]) -> Option<Edit> {
    let spelling = Spelling::of(view, value)?;
    let text = match values {
        [one] => spelling.string(one),
        several if !in_list => spelling.held(Added::List(several), ": "),
        several => match Layout::of(view, value)? {
            Layout::Between(gap) => {
                several.iter().map(|one| spelling.string(one)).collect::<Vec<_>>().join(&format!(",{}", between(view, value, gap)))
            }
            // A list of lines, each with a dash.
            Layout::Lines { .. } => return None,
        },
    };
    Some(Edit { span: value.span, text: spelling.raw(&text) })
}

/// A string behind another one in a list, or both as a list where there was none.
#[must_use]
pub fn value_after(view: &View<'_>, last: &Scalar, in_list: bool, added: &str) -> Option<Edit> {
    let spelling = Spelling::of(view, last)?;
    if !in_list {
        return values_instead(view, last, false, &[last.text.to_string(), added.to_owned()]);
    }
    let at = Span { start: last.span.end, ..last.span };
    let text = match Layout::of(view, last)? {
        Layout::Between(gap) => spelling.raw(&format!(",{}{}", between(view, last, gap), spelling.string(added))),
        Layout::Lines { newline, indent } => {
            let dash = indent.strip_suffix("  ")?;
            format!("{newline}{dash}- {}", spelling.string(added))
        }
    };
    Some(Edit { span: at, text })
}

/// What stands between the values of a list: a blank where a list of one is not written as tightly as can be.
fn between(view: &View<'_>, value: &Scalar, gap: String) -> String {
    let before = view.source(Span { start: 0, end: value.span.start, ..value.span });
    let open = before.strip_suffix('[').unwrap_or_default();
    if gap.is_empty() && (open.ends_with(' ') || open.is_empty()) { " ".to_owned() } else { gap }
}

/// How strings are written where an addition goes.
enum Spelling {
    /// Without quotes.
    Bare,
    /// In quotes of this kind, of one byte.
    Quoted(char),
    /// In quotes that something around the document spells like this: `\"`, `\\\"`, `%22`.
    Escaped(String),
}

impl Spelling {
    fn of(view: &View<'_>, scalar: &Scalar) -> Option<Self> {
        let inner = scalar.inner_span();
        // What is not spelled letter for letter, or was not read as a whole, is left alone.
        if view.source(inner) != scalar.as_str() {
            return None;
        }
        match view.source(Span { end: inner.start, ..scalar.span }) {
            "" if scalar.span == inner => Some(Self::Bare),
            "\"" => Some(Self::Quoted('"')),
            "'" => Some(Self::Quoted('\'')),
            quote if quote == "%22" || quote.strip_suffix('"').is_some_and(|rest| rest.bytes().all(|b| b == b'\\')) => {
                Some(Self::Escaped(quote.to_owned()))
            }
            _ => None,
        }
    }

    /// A string in quotes as the innermost document has them; what needs an escape there is none of ours.
    fn string(&self, text: &str) -> String {
        match self {
            Self::Bare if is_plain(text) => text.to_owned(),
            Self::Quoted('\'') if !text.contains('\'') => format!("'{text}'"),
            _ => format!("\"{text}\""),
        }
    }

    fn held(&self, added: Added<'_>, assign: &str) -> String {
        match added {
            Added::Text(text) => self.string(text),
            Added::List(texts) => {
                let comma = if assign == ":" { "," } else { ", " };
                format!("[{}]", texts.iter().map(|text| self.string(text)).collect::<Vec<_>>().join(comma))
            }
            Added::Object(key, text) => format!("{{{}{assign}{}}}", self.string(key), self.string(text)),
        }
    }

    /// A text of the innermost document as the file spells it.
    fn raw(&self, text: &str) -> String {
        match self {
            Self::Escaped(quote) if quote == "%22" => percent_encoded(text),
            Self::Escaped(quote) => text.replace('"', quote),
            _ => text.to_owned(),
        }
    }
}

/// Whether a text is a string in YAML without quotes, in a block and between braces.
fn is_plain(text: &str) -> bool {
    let word = !matches!(text.to_ascii_lowercase().as_str(), "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "y" | "n");
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b':' | b'@' | b'+' | b'=' | b'-' | b'_');
    word && text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.bytes().all(plain) && !text.ends_with(':')
}

/// As the IAM API answers; what is percent-encoded already stays.
fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for (at, byte) in text.bytes().enumerate() {
        let encoded = byte == b'%' && text.get(at + 1..at + 3).is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        if encoded || byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// What stands between a key and its value, told by what stands between a sibling's.
fn assign(between: &str, spelling: &Spelling) -> Option<&'static str> {
    let before = between.split(['{', '[']).next().unwrap_or(between);
    if before.contains('=') {
        return Some(" = ");
    }
    let spaced = before.contains(char::is_whitespace) || before.contains("%20") || matches!(spelling, Spelling::Bare);
    (before.contains(':') || before.contains("%3A") || before.contains("%3a")).then_some(if spaced { ": " } else { ":" })
}

/// What separates a member from the next one.
enum Layout {
    /// A comma and this, as the file spells it.
    Between(String),
    /// A line for each, beginning like this.
    Lines { newline: &'static str, indent: String },
}

impl Layout {
    /// Told by what stands before a member.
    fn of(view: &View<'_>, member: &Scalar) -> Option<Self> {
        let before = view.source(Span { start: 0, end: member.span.start, ..member.span });
        let rest = without_blanks(before);
        let gap = before.get(rest.len()..)?;
        if rest.ends_with(['{', '[', ',']) || ends_with_any(rest, &["%7B", "%5B", "%2C"]) {
            if rest.rsplit('\n').next().is_some_and(|line| line.contains('#')) {
                // It may be a comment that ends so.
                return None;
            }
            return Some(if has_equals_sign(view, member) && gap.contains('\n') {
                Self::lines(before)?
            } else {
                Self::Between(gap.to_owned())
            });
        }
        Self::lines(before)
    }

    /// A member that begins its line, but for the dash of a list.
    fn lines(before: &str) -> Option<Self> {
        let start = before.rfind('\n')? + 1;
        let indent = before.get(start..)?;
        let own = indent.bytes().all(|b| b == b' ' || b == b'-' || b == b'\t');
        let newline = if before.get(..start)?.ends_with("\r\n") { "\r\n" } else { "\n" };
        own.then(|| Self::Lines { newline, indent: indent.replace('-', " ") })
    }
}

/// Whether keys are followed by `=`, as in Terraform's language, where members on lines of their own need no comma.
fn has_equals_sign(view: &View<'_>, key: &Scalar) -> bool {
    let text = view.sources.get(key.span.file).map(|file| file.text.as_str()).unwrap_or_default();
    text.get(key.span.end as usize..).is_some_and(|after| after.trim_start_matches(' ').starts_with('='))
}

fn ends_with_any(text: &str, ends: &[&str]) -> bool {
    let tail = text.len().checked_sub(3).and_then(|at| text.get(at..)).unwrap_or_default();
    ends.iter().any(|end| tail.eq_ignore_ascii_case(end))
}

/// A text without the blanks at its end, those that something around the document escapes included.
fn without_blanks(text: &str) -> &str {
    let mut rest = text;
    loop {
        let before = rest;
        rest = rest.trim_end();
        if ends_with_any(rest, &["%20", "%0A", "%0D", "%09"]) {
            rest = rest.get(..rest.len() - 3).unwrap_or_default();
        } else if let Some(body) = rest.strip_suffix(['n', 'r', 't']).filter(|body| body.ends_with('\\')) {
            rest = body.trim_end_matches('\\');
        }
        if rest.len() == before.len() {
            return rest;
        }
    }
}
