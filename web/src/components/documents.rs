//! The open documents as tabs, each with what it was recognised as.

use std::collections::BTreeMap;
use std::rc::Rc;

use yew::{Callback, Html, MouseEvent, Properties, component, html, use_effect_with};

use crate::model::{Answer, Severity};
use crate::outside;
use crate::state::{Document, DocumentId};

#[derive(Properties, PartialEq)]
pub struct DocumentsProps {
    pub documents: Vec<Document>,
    pub shown: Option<DocumentId>,
    pub answer: Option<Rc<Answer>>,
    pub show: Callback<DocumentId>,
    pub close: Callback<DocumentId>,
    pub add: Callback<()>,
    /// Shows the list of all.
    pub all: Callback<()>,
}

/// With more than these there is a list of all beside the tabs.
const FEW: usize = 6;

#[component]
pub fn Documents(props: &DocumentsProps) -> Html {
    use_effect_with(props.shown, |shown| shown.iter().for_each(|id| outside::reveal(&format!("tab-{id}"))));
    let worst = worst(props.answer.as_deref());
    let tab = |(at, document): (usize, &Document)| {
        let id = document.id;
        let selected = props.shown == Some(id);
        let show = props.show.reform(move |_: MouseEvent| id);
        let close = props.close.reform(move |_: MouseEvent| id);
        let kind = kind(document, at, props.answer.as_deref());
        let worst = worst.get(document.name.as_str());
        html! {
            <div class={if selected { "tab selected" } else { "tab" }} id={format!("tab-{id}")} key={id}>
                <button class="name" aria-current={if selected { "true" } else { "false" }} onclick={show}>
                    <span class="title">
                        {worst.map(|severity| html!(<span class={format!("dot {}", severity.name())} title={severity.name()}></span>))}
                        {&document.name}
                    </span>
                    <span class="kind">{kind}</span>
                </button>
                <button class="close" aria-label={format!("Close {}", document.name)} onclick={close}>{"×"}</button>
            </div>
        }
    };
    html! {
        <nav class="tabs" aria-label="Documents">
            if props.documents.len() > FEW {
                <button class="every" onclick={props.all.reform(|_: MouseEvent| ())}>{format!("All {}", props.documents.len())}</button>
            }
            <div class="strip">
                {for props.documents.iter().enumerate().map(tab)}
            </div>
            <button class="add" aria-label="New document" title="New document" onclick={props.add.reform(|_: MouseEvent| ())}>{"+"}</button>
        </nav>
    }
}

/// The worst finding in each document that has one, by the document's name.
pub fn worst(answer: Option<&Answer>) -> BTreeMap<&str, Severity> {
    let mut worst = BTreeMap::new();
    for found in answer.into_iter().flat_map(|answer| &answer.check.diagnostics) {
        let known = worst.entry(found.location.path.as_str()).or_insert(found.severity);
        *known = found.severity.max(*known);
    }
    worst
}

/// What a document is, in words. `at`: its place among all.
pub fn kind(document: &Document, at: usize, answer: Option<&Answer>) -> String {
    if document.empty {
        return "empty".to_owned();
    }
    // One that was opened since is not in the answer.
    let Some(answer) = answer.filter(|answer| at < answer.recognised.len()) else { return "…".to_owned() };
    let broken = answer.check.errors.iter().any(|error| error.location.as_ref().is_some_and(|location| location.path == document.name));
    match answer.kind(&document.name) {
        Some(kind) => kind,
        None if broken => "cannot be read".to_owned(),
        None if answer.recognised.get(at).copied().unwrap_or_default() => "recognised".to_owned(),
        None => "not recognised".to_owned(),
    }
}
