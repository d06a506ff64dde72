//! Fields of a form: labelled, and silent about what they hold. They must not know what is asked for.

use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::{Callback, Event, Html, InputEvent, TargetCast, html};

/// What is typed into an input or a text area.
pub fn typed(set: Callback<String>) -> Callback<InputEvent> {
    Callback::from(move |event: InputEvent| {
        let area = event.target_dyn_into::<HtmlTextAreaElement>().map(|area| area.value());
        set.emit(area.or_else(|| event.target_dyn_into::<HtmlInputElement>().map(|input| input.value())).unwrap_or_default());
    })
}

/// A line of text with its label. `list`: the id of a list of suggestions.
pub fn line(id: &'static str, label: &str, value: &str, hint: &'static str, list: Option<&'static str>, set: Callback<String>) -> Html {
    html! {
        <div class={format!("field {id}")}>
            <label for={id}>{label}</label>
            <input
                {id} type="text" value={value.to_owned()} placeholder={hint} {list} autocomplete="off" autocapitalize="off" spellcheck="false"
                oninput={typed(set)}
            />
        </div>
    }
}

/// A choice with its label; the first option stands for none.
pub fn choice(
    id: &'static str,
    label: &str,
    none: &str,
    options: &[String],
    chosen: Option<&String>,
    set: Callback<Option<String>>,
) -> Html {
    let change = Callback::from(move |event: Event| {
        let value = event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok()).map(|select| select.value());
        set.emit(value.filter(|value| !value.is_empty()));
    });
    let option = |text: &String| html!(<option value={text.clone()} selected={chosen == Some(text)}>{text}</option>);
    html! {
        <div class={format!("field {id}")}>
            <label for={id}>{label}</label>
            <select {id} onchange={change}>
                <option value="" selected={chosen.is_none()}>{none}</option>
                {for options.iter().map(option)}
            </select>
        </div>
    }
}
