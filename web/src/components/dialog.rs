//! The dialog in front of the page; the browser's own, so it holds the keyboard, and Escape closes it.

use yew::{Callback, Html, MouseEvent, Properties, component, html, use_effect_with};

use super::all::{All, AllProps};
use super::keys::Keys;
use super::share::Share;
use crate::outside;
use crate::state::Dialog;

const ID: &str = "dialog";

#[derive(Properties, PartialEq)]
pub struct DialogProps {
    pub dialog: Option<Dialog>,
    pub all: AllProps,
}

#[component]
pub fn Front(props: &DialogProps) -> Html {
    use_effect_with(props.dialog, |dialog| {
        if dialog.is_some() {
            outside::open_dialog(ID);
        }
    });
    let close = Callback::from(|_: MouseEvent| outside::close_dialog(ID));
    let (title, inner) = match props.dialog {
        Some(Dialog::All) => {
            let AllProps { documents, shown, answer, show } = &props.all;
            ("All documents", html!(<All documents={documents.clone()} shown={*shown} answer={answer.clone()} show={show.clone()} />))
        }
        Some(Dialog::Share) => ("Share these documents", html!(<Share />)),
        Some(Dialog::Keys) => ("Keyboard shortcuts", html!(<Keys />)),
        None => ("", Html::default()),
    };
    html! {
        <dialog id={ID} aria-labelledby="dialog-title">
            <div class="inside">
                <h2 id="dialog-title">{title}</h2>
                <button class="close" aria-label="Close" onclick={close}>{"×"}</button>
                {inner}
            </div>
        </dialog>
    }
}
