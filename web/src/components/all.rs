//! All open documents in one list, for when there are more than tabs can show.

use std::rc::Rc;

use yew::{Callback, Html, InputEvent, MouseEvent, Properties, TargetCast, component, html, use_state};

use super::documents::{kind, worst};
use crate::model::Answer;
use crate::outside;
use crate::state::{Document, DocumentId};

#[derive(Properties, PartialEq)]
pub struct AllProps {
    pub documents: Vec<Document>,
    pub shown: Option<DocumentId>,
    pub answer: Option<Rc<Answer>>,
    pub show: Callback<DocumentId>,
}

#[component]
pub fn All(props: &AllProps) -> Html {
    let wanted = use_state(String::new);
    let typed = {
        let wanted = wanted.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
                wanted.set(input.value().to_ascii_lowercase());
            }
        })
    };
    let worst = worst(props.answer.as_deref());
    let fits = |(_, document): &(usize, &Document)| document.name.to_ascii_lowercase().contains(wanted.as_str());
    let row = |(at, document): (usize, &Document)| {
        let id = document.id;
        let show = props.show.reform(move |_: MouseEvent| {
            outside::close_dialog("dialog");
            id
        });
        html! {
            <li key={id}>
                <button aria-current={if props.shown == Some(id) { "true" } else { "false" }} onclick={show}>
                    {worst.get(document.name.as_str()).map(|severity| html!(<span class={format!("dot {}", severity.name())} title={severity.name()}></span>))}
                    <span>{&document.name}</span>
                    <span class="small">{kind(document, at, props.answer.as_deref())}</span>
                </button>
            </li>
        }
    };
    let rows: Vec<Html> = props.documents.iter().enumerate().filter(fits).map(row).collect();
    html! {
        <>
            <input class="wanted" type="search" aria-label="Part of a name" placeholder="Part of a name" oninput={typed} />
            <p class="small" role="status">{format!("{} of {}", rows.len(), props.documents.len())}</p>
            <ul class="all">{rows}</ul>
        </>
    }
}
