//! What can be asked of the documents, as tabs under the first glance.

use std::rc::Rc;

use yew::{Callback, Html, KeyboardEvent, MouseEvent, Properties, component, html};

use crate::bridge;
use crate::model::Answer;
use crate::state::View;

#[derive(Properties, PartialEq)]
pub struct ViewsProps {
    pub shown: View,
    pub answer: Rc<Answer>,
    pub show: Callback<View>,
}

#[component]
pub fn Views(props: &ViewsProps) -> Html {
    let tab = |view: View| {
        let selected = view == props.shown;
        let count = match view {
            View::Findings => props.answer.findings(),
            _ => 0,
        };
        html! {
            <button
                role="tab" id={view.id()} aria-controls="view" aria-selected={if selected { "true" } else { "false" }}
                tabindex={if selected { "0" } else { "-1" }} onclick={props.show.reform(move |_: MouseEvent| view)}
            >
                {view.title()}
                if count > 0 { {format!(" ({count})")} }
            </button>
        }
    };
    html!(<div class="views" role="tablist" aria-label="What to ask" onkeydown={by_arrow(props)}>{for View::ALL.into_iter().map(tab)}</div>)
}

/// Left and right choose the view beside, as in every list of tabs.
fn by_arrow(props: &ViewsProps) -> Callback<KeyboardEvent> {
    let (shown, show) = (props.shown, props.show.clone());
    Callback::from(move |event: KeyboardEvent| {
        let wanted = match event.key().as_str() {
            "ArrowRight" => shown.beside(1),
            "ArrowLeft" => shown.beside(View::ALL.len() - 1),
            _ => return,
        };
        event.prevent_default();
        show.emit(wanted);
        bridge::focus_on(wanted.id());
    })
}
