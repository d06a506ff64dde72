//! Colours, and how untrusted text is made fit for a terminal.

use std::borrow::Cow;
use std::fmt::{self, Display};

use annotate_snippets::Renderer;
use annotate_snippets::renderer::{AnsiColor, Effects, Style as Ansi};
use irsa_lint_core::admission::Truth;

/// How text is shown.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether colours and links may be written.
    pub color: bool,
    /// The width of the terminal in columns.
    pub width: usize,
    /// Findings alone.
    pub quiet: bool,
}

const GOOD: Ansi = AnsiColor::Green.on_default();
const BAD: Ansi = AnsiColor::BrightRed.on_default().effects(Effects::BOLD);
const OPEN: Ansi = AnsiColor::Yellow.on_default().effects(Effects::BOLD);
const STRONG: Ansi = Ansi::new().effects(Effects::BOLD);
const FAINT: Ansi = AnsiColor::BrightBlack.on_default();

impl Style {
    /// What draws source lines.
    pub fn renderer(self) -> Renderer {
        let renderer = if self.color { Renderer::styled() } else { Renderer::plain() };
        renderer.term_width(self.width)
    }

    /// Emphasised.
    pub fn strong<T: Display>(self, text: T) -> Painted<T> {
        self.paint(STRONG, text)
    }

    /// Of lesser importance.
    pub fn faint<T: Display>(self, text: T) -> Painted<T> {
        self.paint(FAINT, text)
    }

    /// In the colour of what holds, does not hold, or cannot be told.
    pub fn truth<T: Display>(self, truth: Truth, text: T) -> Painted<T> {
        let ansi = match truth {
            Truth::True => GOOD,
            Truth::False => BAD,
            Truth::Unknown => OPEN,
        };
        self.paint(ansi, text)
    }

    /// The sign of what holds, does not hold, or cannot be told.
    pub fn sign(self, truth: Truth) -> Painted<&'static str> {
        let sign = match truth {
            Truth::True => "✓",
            Truth::False => "✗",
            Truth::Unknown => "?",
        };
        self.truth(truth, sign)
    }

    /// What was taken for granted, a line each; nothing when quiet.
    pub fn notes(self, notes: &[String]) -> String {
        if self.quiet {
            return String::new();
        }
        notes.iter().map(|note| format!("{}\n", self.faint(format_args!("note: {}", clean(note))))).collect()
    }

    /// A line of a unified diff. In a terminal nothing in it may steer the terminal; for programs it stays as it is.
    pub fn change(self, line: &str) -> Painted<Cow<'_, str>> {
        let ansi = match line.get(..1) {
            _ if line.starts_with("+++") || line.starts_with("---") => STRONG,
            Some("+") => GOOD,
            Some("-") => BAD,
            Some("@") => FAINT,
            _ => Ansi::new(),
        };
        self.paint(ansi, if self.color { clean(line) } else { Cow::Borrowed(line) })
    }

    fn paint<T: Display>(self, ansi: Ansi, text: T) -> Painted<T> {
        Painted { ansi: self.color.then_some(ansi), text }
    }
}

/// Text in a colour, or plain.
pub struct Painted<T> {
    ansi: Option<Ansi>,
    text: T,
}

impl<T: Display> Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ansi {
            Some(ansi) => write!(f, "{ansi}{}{ansi:#}", self.text),
            None => self.text.fmt(f),
        }
    }
}

/// Text from a document without what would steer the terminal.
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| !c.is_control() || c == '\n') && text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(annotate_snippets::normalize_untrusted_str(text))
}

/// `1 file`, `2 files`.
pub fn count(n: usize, one: &str) -> String {
    format!("{n} {one}{}", if n == 1 { "" } else { "s" })
}
