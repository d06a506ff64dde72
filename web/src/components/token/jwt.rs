//! A token as it is: pasted, cut down to what it says, and forgotten with the page. It must not leave the component that holds it.

use yew::{Callback, Html, MouseEvent, html};

use crate::bridge;
use crate::components::input::typed;
use crate::model::token::{TokenQuestion, without_signature};

/// A token in the hands of its component.
#[derive(Clone, Default, PartialEq)]
pub struct Pasted {
    text: String,
    /// When it was pasted, in seconds since 1970-01-01 UTC.
    now: i64,
}

impl Pasted {
    /// Without its signature.
    pub fn of(text: String) -> Self {
        Self { text: without_signature(&text), now: bridge::seconds() }
    }

    pub fn question(&self) -> Option<TokenQuestion> {
        (!self.text.trim().is_empty()).then(|| TokenQuestion { token: self.text.clone(), now: Some(self.now) })
    }
}

/// The text area with the id `id`.
pub fn jwt(id: &'static str, pasted: &Pasted, set: Callback<String>) -> Html {
    let clear = Callback::from({
        let set = set.clone();
        move |_: MouseEvent| {
            set.emit(String::new());
            bridge::focus_on(id);
        }
    });
    html! {
        <div class="jwt">
            <label for={id}>{"Token (JWT), or its decoded payload"}</label>
            <textarea
                {id} rows="4" value={pasted.text.clone()} oninput={typed(set)} autocomplete="off" autocapitalize="off" spellcheck="false"
                placeholder="eyJhbGciOiJSUzI1NiIs…" aria-describedby={format!("{id}-secret")}
            />
            <div class="beneath">
                <p class="small" id={format!("{id}-secret")}>
                    {"A token is a password while it lasts. It is decoded in this tab and kept nowhere; its signature is never looked at and is cut off as you paste, so that what stays here opens no door."}
                </p>
                <button class="clear" disabled={pasted.text.is_empty()} onclick={clear}>{"Clear"}</button>
            </div>
        </div>
    }
}
