//! What there is to say about documents that came, over them.

use yew::{Callback, Html, MouseEvent, Properties, component, html};

use crate::model::coming::Notice;
use crate::outside;

#[derive(Properties, PartialEq)]
pub struct NoticeProps {
    pub notice: Option<Notice>,
    pub read: Callback<()>,
}

#[component]
pub fn NoticeLine(props: &NoticeProps) -> Html {
    let line = |notice: &Notice| {
        html! {
            <p class="notice">
                <span>{&notice.text}</span>
                if notice.back { <button class="plain-button" onclick={Callback::from(|_: MouseEvent| outside::back())}>{"Back to my documents"}</button> }
                <button class="close" aria-label="Close this message" onclick={props.read.reform(|_: MouseEvent| ())}>{"×"}</button>
            </p>
        }
    };
    // Always there, so that what comes into it is read out.
    html!(<div role="status">{props.notice.as_ref().map(line)}</div>)
}
