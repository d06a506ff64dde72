//! What a pasted token says: issuer, subject, audience, when it ends, and what STS has against it.

use yew::{Html, html};

use crate::components::words::sentence;
use crate::model::token::{Remark, TokenSeen};

pub fn claims(token: &TokenSeen) -> Html {
    let others = token.claims.iter().filter(|(name, _)| !["iss", "sub", "aud"].contains(&name.as_str()));
    let notes = token.notes.iter().filter(|note| token.remarks.iter().all(|remark| remark.message != **note));
    html! {
        <div class="decoded">
            <h3>{"What the token says"}</h3>
            <dl>
                <dt>{"Issuer"}</dt>
                <dd><code>{&token.issuer}</code></dd>
                <dt>{"Subject"}</dt>
                <dd>{subject(token)}</dd>
                <dt>{"Audience"}</dt>
                <dd>{audience(token)}</dd>
                <dt>{"Time"}</dt>
                <dd class="expiry">{token.expiry.as_ref().map_or_else(|| html!({ "it does not say when it ends" }), |expiry| sentence(expiry))}</dd>
            </dl>
            if !token.remarks.is_empty() { <ul class="remarks">{for token.remarks.iter().map(remark)}</ul> }
            <ul class="plain">{for notes.map(|note| html!(<li>{sentence(note)}</li>))}</ul>
            <details>
                <summary>{"All other claims"}</summary>
                <dl>{for others.map(|(name, value)| html!(<><dt><code>{name}</code></dt><dd>{value.words()}</dd></>))}</dl>
            </details>
        </div>
    }
}

fn subject(token: &TokenSeen) -> Html {
    token.subject.as_ref().map_or_else(|| html!({ "none" }), |subject| html!(<code>{subject}</code>))
}

fn audience(token: &TokenSeen) -> Html {
    match token.audience.as_slice() {
        [] => html!({ "none" }),
        list => list.iter().map(|audience| html!(<><code>{audience}</code>{" "}</>)).collect(),
    }
}

fn remark(remark: &Remark) -> Html {
    html! {
        <li class={if remark.refused { "error" } else { "warning" }}>
            <p>{sentence(&remark.message)}{"."}</p>
            <p class="help">{sentence(&remark.help)}</p>
        </li>
    }
}
