//! The open documents as tabs, each with what it was recognised as.

use std::rc::Rc;

use yew::{Callback, Html, MouseEvent, Properties, component, html};

use crate::model::Answer;
use crate::state::{Document, DocumentId};

#[derive(Properties, PartialEq)]
pub struct DocumentsProps {
    pub documents: Vec<Document>,
    pub shown: Option<DocumentId>,
    pub answer: Option<Rc<Answer>>,
    pub show: Callback<DocumentId>,
    pub close: Callback<DocumentId>,
    pub add: Callback<()>,
}

#[component]
pub fn Documents(props: &DocumentsProps) -> Html {
    let tab = |(at, document): (usize, &Document)| {
        let id = document.id;
        let selected = props.shown == Some(id);
        let show = props.show.reform(move |_: MouseEvent| id);
        let close = props.close.reform(move |_: MouseEvent| id);
        let kind = kind(document, at, props.answer.as_deref());
        let worst = props.answer.as_deref().and_then(|answer| {
            answer.check.diagnostics.iter().filter(|found| found.location.path == document.name).map(|found| found.severity).max()
        });
        html! {
            <div class={if selected { "tab selected" } else { "tab" }} key={id}>
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
            {for props.documents.iter().enumerate().map(tab)}
            <button class="add" aria-label="New document" title="New document" onclick={props.add.reform(|_: MouseEvent| ())}>{"+"}</button>
        </nav>
    }
}

fn kind(document: &Document, at: usize, answer: Option<&Answer>) -> String {
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
