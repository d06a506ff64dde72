//! A rule's own page, beside the documents that it speaks of.

use std::rc::Rc;

use yew::{Callback, Html, MouseEvent, Properties, component, html, use_effect_with};

use super::words::{paragraphs, words};
use crate::model::{RuleExample, RulePage};
use crate::outside;

#[derive(Properties, PartialEq)]
pub struct RuleProps {
    pub page: Rc<RulePage>,
    pub close: Callback<()>,
}

#[component]
pub fn Rule(props: &RuleProps) -> Html {
    let page = &props.page;
    use_effect_with((), |()| {
        outside::enter("rule-close");
        outside::leave
    });
    let example = |example: &RuleExample| {
        html! {
            <>
                <h3>{if example.found { "Found" } else { "Not found" }}</h3>
                {for example.files.iter().map(|file| html!(<pre class="sample">{&file.text}</pre>))}
            </>
        }
    };
    html! {
        <aside class="rule-page" aria-label={format!("Rule {}", page.id)}>
            <button class="close" id="rule-close" aria-label="Close the rule’s page" onclick={props.close.reform(|_: MouseEvent| ())}>{"×"}</button>
            <p class={format!("severity {}", page.severity.name())}>{page.severity.name()}</p>
            <h2>{&page.id}</h2>
            <p class="summary">{words(&page.summary)}</p>
            <h3>{"Why is this bad?"}</h3>
            {paragraphs(&page.why)}
            <h3>{"How to fix it"}</h3>
            {paragraphs(&page.how_to_fix)}
            {for page.examples.iter().map(example)}
            if !page.references.is_empty() {
                <h3>{"References"}</h3>
                <ul>{for page.references.iter().map(|reference| html!(<li>{words(reference)}</li>))}</ul>
            }
        </aside>
    }
}
