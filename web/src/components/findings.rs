//! The findings, the worst first: what is wrong and where, who gets in, what to do, and the change that mends it.

use std::rc::Rc;

use yew::{Callback, Html, MouseEvent, Properties, component, html};

use super::words::sentence;
use crate::bridge;
use crate::model::{Answer, Broken, Diagnostic, Edit, Fix, Location, Related, Witness};
use crate::state::{Document, State};

/// Findings shown before the rest is only counted.
const MOST: usize = 200;

#[derive(Properties, PartialEq)]
pub struct FindingsProps {
    pub answer: Rc<Answer>,
    pub documents: Vec<Document>,
    pub jump: Callback<Location>,
    pub explain: Callback<String>,
}

#[component]
pub fn Findings(props: &FindingsProps) -> Html {
    let check = &props.answer.check;
    let sorted = props.answer.by_severity();
    let broken = |broken: &Broken| {
        html! {
            <li class="finding error">
                <p class="message">{sentence(&broken.message)}</p>
                {broken.location.as_ref().map(|location| html!(<p class="meta">{place(location, &props.jump)}</p>))}
            </li>
        }
    };
    html! {
        <>
            if !check.errors.is_empty() {
                <section aria-label="Could not be read">
                    <h2>{"Could not be read"}</h2>
                    <ul class="findings">{for check.errors.iter().map(broken)}</ul>
                </section>
            }
            if !sorted.is_empty() {
                <section aria-label="Findings">
                    <h2>{"Findings"}</h2>
                    <ul class="findings">{for sorted.iter().take(MOST).map(|found| finding(found, props))}</ul>
                    if sorted.len() > MOST { <p class="more">{format!("and {} more", props.answer.findings() - MOST)}</p> }
                </section>
            }
            if !check.not_analysed.is_empty() {
                <section aria-label="Not analysed">
                    <h2>{"Not analysed"}</h2>
                    <ul class="plain">
                        {for check.not_analysed.iter().take(MOST).map(|not| html!(<li>{sentence(&not.message)}{" "}{place(&not.location, &props.jump)}</li>))}
                    </ul>
                    if check.not_analysed.len() > MOST {
                        <p class="more">{format!("and {} more", check.not_analysed.len() + props.answer.left_out.not_analysed - MOST)}</p>
                    }
                </section>
            }
            if !check.notes.is_empty() {
                <section aria-label="Taken for granted">
                    <h2>{"Taken for granted"}</h2>
                    <ul class="plain">{for check.notes.iter().map(|note| html!(<li>{sentence(note)}</li>))}</ul>
                </section>
            }
        </>
    }
}

fn finding(found: &Diagnostic, props: &FindingsProps) -> Html {
    let rule = found.rule.clone();
    let explain = props.explain.reform(move |_: MouseEvent| rule.clone());
    let related = |related: &Related| html!(<li>{sentence(&related.message)}{" "}{place(&related.location, &props.jump)}</li>);
    html! {
        <li class={format!("finding {}", found.severity.name())}>
            <p class="message"><span class="severity">{found.severity.name()}</span>{sentence(&found.message)}</p>
            <p class="meta">
                {place(&found.location, &props.jump)}
                <button class="rule" onclick={explain} title="What this rule finds, and why">{&found.rule}</button>
            </p>
            {found.witness.as_ref().map(witness)}
            <p class="help">{sentence(&found.help)}</p>
            if !found.related.is_empty() { <ul class="related">{for found.related.iter().map(related)}</ul> }
            {found.fix.as_ref().map(|mend| fix(mend, props))}
        </li>
    }
}

fn witness(witness: &Witness) -> Html {
    let condition = match witness.residual.as_slice() {
        [] => Html::default(),
        keys => html!(<>{", where "}<code>{keys.join(", ")}</code>{" allows it"}</>),
    };
    html! {
        <div class="witness">
            <span class="label">{"Lets in"}</span>
            <span>
                <code>{&witness.subject}</code>
                {witness.audience.as_ref().map(|audience| html!(<>{" for "}<code>{audience}</code></>))}
                {" from "}<code>{&witness.issuer}</code>
                {condition}
            </span>
        </div>
    }
}

fn fix(fix: &Fix, props: &FindingsProps) -> Html {
    let named = |name: &str| props.documents.iter().find(|document| document.name == name);
    let preview = |edit: &Edit| {
        let old = named(&edit.location.path).map(|document| bridge::slice(document.id, &edit.location)).unwrap_or_default();
        html! {
            <>
                if !old.is_empty() { <del>{old}</del> }
                if !edit.text.is_empty() { <ins>{&edit.text}</ins> }
            </>
        }
    };
    // A large document cannot be changed here.
    if fix.edits.iter().any(|edit| named(&edit.location.path).is_some_and(|document| document.file.is_some())) {
        return Html::default();
    }
    let (edits, documents) = (serde_json::to_string(&fix.edits).unwrap_or_default(), props.documents.clone());
    let apply = Callback::from(move |_: MouseEvent| {
        let edits: Vec<Edit> = serde_json::from_str(&edits).unwrap_or_default();
        bridge::fix(&edits, &documents);
    });
    html! {
        <div class="fix">
            <p class="what">{sentence(&fix.message)}</p>
            <pre aria-label="The change">{for fix.edits.iter().map(preview)}</pre>
            <button class="apply" onclick={apply}>{"Apply fix"}</button>
            if fix.applicability == "unsafe" { <span class="unsafe">{"Look first: it lets somebody in, or guesses what was meant."}</span> }
        </div>
    }
}

/// A place as a button that leads there.
pub fn place(location: &Location, jump: &Callback<Location>) -> Html {
    let target = location.clone();
    let jump = jump.reform(move |_: MouseEvent| target.clone());
    html!(<button class="place" onclick={jump}>{format!("{}:{}:{}", location.path, location.start.line, location.start.column)}</button>)
}

/// Goes to a place, if its document is still open.
pub fn go(state: &State, location: &Location) -> Option<u32> {
    let id = state.named(&location.path)?;
    bridge::jump(id, location);
    Some(id)
}
