//! Saves documents and findings as files, and keeps documents in this browser if somebody wants that.

use yew::{Callback, Event, Html, MouseEvent, Properties, component, html};

use super::switch::{Switch, is_on};
use crate::outside;

#[derive(Properties, PartialEq)]
pub struct SaveProps {
    /// Whether nothing stands in any document.
    pub empty: bool,
    pub kept: bool,
}

#[component]
pub fn Save(props: &SaveProps) -> Html {
    let document = Callback::from(|_: MouseEvent| outside::save_document());
    let findings = |how: &'static str| Callback::from(move |_: MouseEvent| outside::save_findings(how));
    let keep = Callback::from(|event: Event| outside::keep_documents(is_on(&event)));
    let disabled = props.empty;
    html! {
        <details class="menu">
            <summary>{"Save"}</summary>
            <div class="items">
                <button {disabled} onclick={document}>{"This document"}</button>
                <button {disabled} onclick={Callback::from(|_: MouseEvent| outside::save_all())}>{"All documents (.zip)"}</button>
                <h2>{"Findings"}</h2>
                <button {disabled} onclick={findings("copy")}>{"Copy as Markdown"}</button>
                <button {disabled} onclick={findings("markdown")}>{"Save as Markdown"}</button>
                <button {disabled} onclick={findings("json")}>{"Save as JSON"}</button>
                <h2>{"For next time"}</h2>
                <Switch on={props.kept} flip={keep} label="Keep my documents in this browser">
                    {"Off: they are gone with the tab. On: whoever uses this browser can open them here."}
                </Switch>
            </div>
        </details>
    }
}
