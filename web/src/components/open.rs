//! Opens files and folders.

use yew::{Callback, Html, MouseEvent, component, html};

use crate::outside;

#[component]
pub fn Open() -> Html {
    let choose = |folder: bool| Callback::from(move |_: MouseEvent| outside::choose_files(folder));
    html! {
        <details class="menu">
            <summary>{"Open"}</summary>
            <div class="items">
                <button onclick={choose(false)}>{"Files…"}</button>
                <button onclick={choose(true)}>{"Folder…"}</button>
                <p class="small">{"Or drop files, folders or a saved .zip anywhere on the page."}</p>
            </div>
        </details>
    }
}
