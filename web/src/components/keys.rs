//! The keys that work on the page.

use yew::{Html, component, html};

const KEYS: [(&str, &[&str]); 9] = [
    ("Findings, who gets in, token, AccessDenied, compare", &["Alt 1", "…", "Alt 5"]),
    ("Next finding in the document", &["F8"]),
    ("Finding before", &["Shift F8"]),
    ("Open files", &["Ctrl O"]),
    ("Save the document", &["Ctrl S"]),
    ("Search in the document", &["Ctrl F"]),
    ("Undo, also of a fix", &["Ctrl Z"]),
    ("Out of the editor, then onwards", &["Esc", "Tab"]),
    ("Close what is open", &["Esc"]),
];

#[component]
pub fn Keys() -> Html {
    let row = |(what, keys): &(&str, &[&str])| {
        let key = |key: &&str| if *key == "…" { html!({ " … " }) } else { html!(<kbd>{*key}</kbd>) };
        html!(<><dt>{for keys.iter().map(key)}</dt><dd>{*what}</dd></>)
    };
    html! {
        <>
            <dl class="keys">{for KEYS.iter().map(row)}</dl>
            <p class="small">{"On a Mac: Control with the digits, Command for the rest. This list: "}<kbd>{"?"}</kbd>{" outside the editor."}</p>
        </>
    }
}
