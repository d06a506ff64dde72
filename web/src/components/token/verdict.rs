//! The verdict of each role, large; and of the chosen one the trace and the nearest miss.

use yew::{Callback, Html, MouseEvent, html};

use super::trace::trace;
use crate::components::words::{sentence, words};
use crate::model::Location;
use crate::model::token::{Decision, Headline, Nearest, Tone, Tried, Verdict};

/// What a view of the decisions needs beside them.
pub struct Hands {
    pub jump: Callback<Location>,
    /// Which role is looked at, by its key.
    pub chosen: String,
    pub choose: Callback<String>,
    /// Fills in another subject, where there are fields.
    pub take: Option<Callback<String>>,
}

/// The verdicts; `said` is what the token says, between verdict and trace.
pub fn decisions(tried: &Tried, hands: &Hands, said: Html) -> Html {
    let decisions = &tried.decisions;
    let first = || decisions.iter().find(|decision| decision.decision == Verdict::Allowed).or(decisions.first());
    let Some(shown) = decisions.iter().find(|decision| decision.key() == hands.chosen).or_else(first) else { return Html::default() };
    let subject = tried.token.subject.as_deref().unwrap_or_default();
    html! {
        <>
            <div class="roles">
                if decisions.len() > 1 {
                    <ul aria-label="Roles">{for decisions.iter().map(|decision| role(decision, tried, shown, &hands.choose))}</ul>
                }
            </div>
            {verdict(&shown.headline(&tried.token.remarks), shown.nearest.as_ref().map(|near| nearest(near, subject, hands.take.as_ref())))}
            <div>{said}</div>
            {trace(&shown.trace, &tried.token.issuer, &hands.jump)}
        </>
    }
}

fn tone(tone: Tone) -> (&'static str, &'static str) {
    match tone {
        Tone::Good => ("good", "✓"),
        Tone::Bad => ("bad", "✗"),
        Tone::Late => ("late", "!"),
        Tone::Unsure => ("unsure", "?"),
    }
}

fn verdict(headline: &Headline, nearest: Option<Html>) -> Html {
    let (class, sign) = tone(headline.tone);
    html! {
        <div class={format!("verdict {class}")} role="status">
            <p class="words"><span class="sign" aria-hidden="true">{sign}</span>{headline.words}</p>
            <p class="reason">{headline.why.as_ref().map(|why| html!(<>{sentence(why)}{"."}</>))}</p>
            {nearest}
        </div>
    }
}

fn role(decision: &Decision, tried: &Tried, shown: &Decision, choose: &Callback<String>) -> Html {
    let (headline, name) = (decision.headline(&tried.token.remarks), decision.name());
    let (class, sign) = tone(headline.tone);
    let current = if decision.key() == shown.key() { "true" } else { "false" };
    let own = decision.key();
    html! {
        <li>
            <button aria-current={current} onclick={choose.reform(move |_: MouseEvent| own.clone())}>
                <span class={format!("sign {class}")} aria-hidden="true">{sign}</span>
                <span class="name">{name}</span>
                <span class="words">{headline.words}</span>
            </button>
        </li>
    }
}

fn nearest(nearest: &Nearest, subject: &str, take: Option<&Callback<String>>) -> Html {
    let own = nearest.subject.clone();
    let take = take.filter(|_| nearest.subject != subject).map(|take| take.reform(move |_: MouseEvent| own.clone()));
    html! {
        <p class="nearest">
            <strong>{"Nearest miss: "}</strong>{words(&nearest.message)}{". "}
            {take.map(|take| html!(<button class="quiet" onclick={take}>{"Try "}<code>{&nearest.subject}</code></button>))}
        </p>
    }
}
