//! How far a long analysis has come, with a way to stop it; and why there is no answer. It lies above the answers, so that nothing moves.

use yew::{Callback, Html, MouseEvent, Properties, component, html, use_effect_with, use_state};

use crate::bridge;

#[derive(Clone, PartialEq)]
struct Step {
    words: String,
    /// From 0 to 1.
    fraction: f64,
}

#[component]
pub fn Progress() -> Html {
    let step = use_state(|| None::<Step>);
    {
        let step = step.setter();
        use_effect_with((), move |()| {
            bridge::on_progress(move |phase, things, fraction| {
                step.set(if phase.is_empty() { None } else { Some(Step { words: words(&phase, things), fraction }) });
            });
        });
    }
    let bar = |step: &Step| {
        let cancel = Callback::from(|_: MouseEvent| bridge::cancel());
        html! {
            <div class="progress">
                <p role="status" id="progress">{&step.words}</p>
                <progress aria-labelledby="progress" max="1" value={format!("{:.3}", step.fraction)}></progress>
                <button onclick={cancel}>{"Cancel"}</button>
            </div>
        }
    };
    html!(<div class="over">{step.as_ref().map(bar)}</div>)
}

fn words(phase: &str, things: u32) -> String {
    match phase {
        "reading" => format!("Reading {:.1} MB…", f64::from(things) / 1e6),
        _ => format!("Checking {} roles…", grouped(things)),
    }
}

/// A number with its thousands apart.
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let head = digits.len() % 3;
    let (first, rest) = digits.split_at(head);
    let groups = [first].into_iter().filter(|first| !first.is_empty()).map(str::to_owned);
    let thousands = rest.as_bytes().chunks(3).map(|group| String::from_utf8_lossy(group).into_owned());
    groups.chain(thousands).collect::<Vec<_>>().join(",")
}

#[derive(Properties, PartialEq)]
pub struct FailureProps {
    /// In sentences.
    pub why: String,
    /// Whether an older answer stands below.
    pub older: bool,
}

#[component]
pub fn Failure(props: &FailureProps) -> Html {
    let again = Callback::from(|_: MouseEvent| bridge::again());
    html! {
        <div class="failure" role="alert">
            <p>{&props.why}{if props.older { " Below is the answer from before." } else { "" }}</p>
            <button onclick={again}>{"Analyse again"}</button>
        </div>
    }
}
