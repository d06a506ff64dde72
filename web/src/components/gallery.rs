//! What an empty page shows: what to paste, and examples to try.

use std::rc::Rc;

use yew::{Callback, Html, MouseEvent, Properties, component, html};

use crate::model::Example;

#[derive(Properties, PartialEq)]
pub struct GalleryProps {
    pub examples: Rc<Vec<Example>>,
    pub open: Callback<usize>,
    /// Goes to where an error text is asked about.
    pub why: Callback<()>,
}

#[component]
pub fn Gallery(props: &GalleryProps) -> Html {
    let example = |(at, example): (usize, &Example)| {
        let open = props.open.reform(move |_: MouseEvent| at);
        let files = example.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join(" + ");
        html!(<li><button onclick={open}><span>{&example.title}</span><span class="files">{files}</span></button></li>)
    };
    html! {
        <section class="empty">
            <h2 class="question">{"Who can really assume this IAM role, and why can’t my pod?"}</h2>
            <p>{"Paste the role’s trust policy on the left. Put the pod’s ServiceAccount beside it (+), and you see whether that pod gets in."}</p>
            <p class="small">
                {"Also read: "}<code>{"aws iam get-role"}</code>{", "}<code>{"get-account-authorization-details"}</code>{", "}
                <code>{"kubectl get -o yaml"}</code>{", manifests, "}<code>{"terraform show -json"}</code>
                {", GitHub Actions and GitLab CI. Everything is worked out in this tab; nothing is sent anywhere."}
            </p>
            <p>
                {"Only an error text? "}
                <button class="quiet" onclick={props.why.reform(|_: MouseEvent| ())}>{"See what it proves, and what to look at"}</button>
            </p>
            <h2>{"Or try an example"}</h2>
            <ul class="gallery">{for props.examples.iter().enumerate().map(example)}</ul>
        </section>
    }
}
