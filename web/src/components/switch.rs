//! A switch with a line about what it does.

use yew::{Callback, Children, Event, Html, Properties, TargetCast, component, html};

#[derive(Properties, PartialEq)]
pub struct SwitchProps {
    pub on: bool,
    pub label: &'static str,
    pub flip: Callback<Event>,
    pub children: Children,
}

#[component]
pub fn Switch(props: &SwitchProps) -> Html {
    html! {
        <label class="switch">
            <input type="checkbox" role="switch" checked={props.on} onchange={props.flip.clone()} />
            <span>{props.label}<span class="small">{for props.children.iter()}</span></span>
        </label>
    }
}

/// Whether a switch stands on after it was flipped.
pub fn is_on(event: &Event) -> bool {
    event.target_dyn_into::<web_sys::HtmlInputElement>().is_some_and(|input| input.checked())
}
