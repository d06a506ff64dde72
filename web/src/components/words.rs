//! Sentences of the engine, which set names in backticks.

use yew::{Html, html};

/// A sentence with its names set as code.
pub fn words(text: &str) -> Html {
    let parts = text.split('`').enumerate().map(|(at, part)| if at % 2 == 1 { html!(<code>{part}</code>) } else { html!({ part }) });
    parts.collect()
}

/// The same, beginning with a capital letter; engine sentences begin with a small one.
pub fn sentence(text: &str) -> Html {
    words(&capital(text))
}

/// A text with a capital letter at its beginning.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Paragraphs and lists, as rules document themselves.
pub fn paragraphs(text: &str) -> Html {
    let block = |block: &str| {
        let items: Vec<&str> = block.split("\n- ").collect();
        match items.as_slice() {
            [first, rest @ ..] if first.starts_with("- ") => {
                let first = first.trim_start_matches("- ");
                html!(<ul>{for std::iter::once(&first).chain(rest).map(|item| html!(<li>{words(item)}</li>))}</ul>)
            }
            _ => html!(<p>{words(block)}</p>),
        }
    };
    text.split("\n\n").filter(|text| !text.trim().is_empty()).map(block).collect()
}
