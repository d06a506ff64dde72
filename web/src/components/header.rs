//! The head of the page: what comes in, what goes out.

use yew::{Callback, Html, MouseEvent, Properties, component, html};

use super::export::Save;
use super::open::Open;
use crate::bridge;
use crate::state::Dialog;

#[derive(Properties, PartialEq)]
pub struct HeaderProps {
    /// Whether nothing stands in any document.
    pub empty: bool,
    pub kept: bool,
    pub restart: Callback<()>,
    pub dialog: Callback<Dialog>,
}

#[component]
pub fn Header(props: &HeaderProps) -> Html {
    let restart = props.restart.reform(|_: MouseEvent| bridge::focus());
    let ask = |dialog: Dialog| props.dialog.reform(move |_: MouseEvent| dialog);
    html! {
        <header>
            <img src="icon.svg" alt="" width="26" height="26" />
            <h1 class="brand">{"irsa-lint"}</h1>
            <span class="tagline">{if props.kept { "Kept in this browser, sent nowhere" } else { "Nothing leaves this tab" }}</span>
            <span class="space"></span>
            if !props.empty { <button onclick={restart}>{"Start over"}</button> }
            <Open />
            <Save empty={props.empty} kept={props.kept} />
            <button disabled={props.empty} onclick={ask(Dialog::Share)}>{"Share…"}</button>
            <button class="round" aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)" onclick={ask(Dialog::Keys)}>{"?"}</button>
        </header>
    }
}
