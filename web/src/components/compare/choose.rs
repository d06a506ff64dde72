//! Nothing to compare yet: what it is for, and the ways to begin.

use std::rc::Rc;

use yew::{Callback, Html, MouseEvent, Properties, component, html};

use crate::beside;
use crate::model::NamedText;
use crate::model::compare::Before;
use crate::state::Document;

/// A change that looks harmless in a review.
const EXAMPLE: [&str; 2] = [include_str!("../../../editor/compare/before.json"), include_str!("../../../editor/compare/after.json")];

#[derive(Properties, PartialEq)]
pub struct ChooseProps {
    pub documents: Vec<Document>,
    pub pair: Option<(Document, Document)>,
    pub compare: Callback<Option<Before>>,
    pub replace: Callback<Vec<NamedText>>,
}

#[component]
pub fn Choose(props: &ChooseProps) -> Html {
    let keep = {
        let (compare, documents) = (props.compare.clone(), props.documents.clone());
        Callback::from(move |_: MouseEvent| compare.emit(Some(Before::Kept(Rc::new(beside::texts(&documents))))))
    };
    let open = {
        let compare = props.compare.clone();
        Callback::from(move |_: MouseEvent| {
            let compare = compare.clone();
            beside::choose_texts(move |texts| {
                if !texts.is_empty() {
                    compare.emit(Some(Before::Kept(Rc::new(texts))));
                }
            });
        })
    };
    let example = {
        let (compare, replace) = (props.compare.clone(), props.replace.clone());
        Callback::from(move |_: MouseEvent| {
            let [before, after] = EXAMPLE.map(|text| NamedText { name: "trust-policy.json".to_owned(), text: text.to_owned() });
            compare.emit(Some(Before::Kept(Rc::new(vec![before]))));
            replace.emit(vec![after]);
        })
    };
    html! {
        <section aria-label="Compare" class="compare choose">
            <p class="purpose">{"Reviewing a change to a trust policy? See whom it newly lets in and whom it shuts out."}</p>
            <ul class="ways">
                <li>
                    <button class="apply" onclick={keep}>{"Keep these documents as ‘before’"}</button>
                    <span>{"Then edit on the left, or paste the new version: every change is compared at once."}</span>
                </li>
                {props.pair.as_ref().map(|(before, after)| pair(before, after, &props.compare))}
                <li>
                    <button class="act" onclick={open}>{"Open the ‘before’…"}</button>
                    <span>{"A file or several, as they were; the documents on the left are the new version."}</span>
                </li>
                <li>
                    <button class="act" onclick={example}>{"Try an example"}</button>
                    <span>{"A small edit that looks harmless in a review. It takes the place of the documents on the left."}</span>
                </li>
            </ul>
        </section>
    }
}

fn pair(before: &Document, after: &Document, compare: &Callback<Option<Before>>) -> Html {
    let (old, new) = (before.id, after.id);
    let onclick = compare.reform(move |_: MouseEvent| Some(Before::Open { before: old, after: new }));
    html! {
        <li>
            <button class="act" {onclick}>{format!("‘{}’ is before, ‘{}’ is after", before.name, after.name)}</button>
            <span>{"Both stay open; edits to either are compared at once."}</span>
        </li>
    }
}
