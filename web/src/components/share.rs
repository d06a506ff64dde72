//! Shares documents by a link that holds them: says what is in it, and takes out whose they are.

use wasm_bindgen_futures::spawn_local;
use yew::{Callback, Event, Html, MouseEvent, component, html, use_effect_with, use_mut_ref, use_state, use_state_eq};

use super::switch::{Switch, is_on};
use crate::model::coming::{Prepared, Replaced};
use crate::outside;

/// Pairs shown of one kind before the rest is only counted.
const MOST: usize = 50;

#[component]
pub fn Share() -> Html {
    let (ids, names) = (use_state_eq(|| true), use_state_eq(|| false));
    // With the switches that it was made for: what they say now must hold of the link that is offered.
    let prepared = use_state(|| None::<((bool, bool), Prepared)>);
    let copied = use_state_eq(|| None::<bool>);
    let newest = use_mut_ref(|| 0u32);
    {
        let (prepared, copied) = (prepared.clone(), copied.clone());
        use_effect_with((*ids, *names), move |(ids, names)| {
            let (ids, names) = (*ids, *names);
            *newest.borrow_mut() += 1;
            let asked = *newest.borrow();
            copied.set(None);
            spawn_local(async move {
                let answer = outside::prepare(ids, names).await;
                if *newest.borrow() == asked {
                    prepared.set(answer.map(|answer| ((ids, names), answer)));
                }
            });
        });
    }
    let flip = |which: &yew::UseStateHandle<bool>| {
        let which = which.clone();
        Callback::from(move |event: Event| which.set(is_on(&event)))
    };
    html! {
        <>
            <p class="caution">{"Whoever has the link can read the documents: they are inside the link itself. Nothing is uploaded."}</p>
            <Switch on={*ids} flip={flip(&ids)} label="Scrub what identifies us">
                {"Account numbers, cluster and other ids, host names, e-mail and IP addresses; each gets the same replacement everywhere."}
            </Switch>
            <div class={if *ids { "" } else { "off" }}>
                <Switch on={*names && *ids} flip={flip(&names)} label="Names too">
                    {"Of namespaces, ServiceAccounts, roles, repositories, organizations. Common ones (kube-system, external-dns) stay."}
                </Switch>
            </div>
            {prepared.as_ref().map_or_else(|| html!(<p class="waiting">{"…"}</p>), |(made_for, prepared)| {
                contents(prepared, *made_for == (*ids, *names), *ids, &copied)
            })}
        </>
    }
}

/// `current`: the switches have not been flipped since.
fn contents(prepared: &Prepared, current: bool, scrubbed: bool, copied: &yew::UseStateHandle<Option<bool>>) -> Html {
    let documents = match prepared.documents.len() {
        1 => "In the link: 1 document".to_owned(),
        count => format!("In the link: {count} documents"),
    };
    html! {
        <>
            {for prepared.warnings.iter().map(|warning| html!(<p class="caution">{warning}</p>))}
            <h3>{documents}</h3>
            <ul class="contents" tabindex="0" aria-label="Documents in the link">
                {for prepared.documents.iter().map(|one| html!(<li><span>{&one.name}</span><span class="small">{&one.size}</span></li>))}
            </ul>
            if scrubbed || !prepared.removed.is_empty() {
                <h3>{"Replaced"}</h3>
                if prepared.replaced.is_empty() && prepared.removed.is_empty() {
                    <p class="small">{"Nothing: what is there is the same in everybody’s documents. Look through them all the same."}</p>
                } else {
                    {for prepared.removed.iter().map(|one| html!(<p class="removed">{one}{" removed, as secrets always are"}</p>))}
                    {for prepared.replaced.iter().map(pairs)}
                    <p class="small">{"Comments and other free text are not understood: look through the documents before you share them."}</p>
                }
            }
            if !prepared.verdict.is_empty() { <p class="assurance">{&prepared.verdict}</p> }
            {link(prepared, current, copied)}
        </>
    }
}

fn pairs(replaced: &Replaced) -> Html {
    let pair = |(from, to): &(String, String)| html!(<li><code>{from}</code>{" → "}<code>{to}</code></li>);
    html! {
        <details class="replaced" key={replaced.noun.clone()}>
            <summary>{format!("{} {}", replaced.pairs.len(), replaced.noun)}</summary>
            <ul>{for replaced.pairs.iter().take(MOST).map(pair)}</ul>
            if replaced.pairs.len() > MOST { <p class="more">{format!("and {} more", replaced.pairs.len() - MOST)}</p> }
        </details>
    }
}

fn link(prepared: &Prepared, current: bool, copied: &yew::UseStateHandle<Option<bool>>) -> Html {
    let save = Callback::from(|_: MouseEvent| outside::save_shared());
    if prepared.link.is_empty() {
        return html! {
            <div class="out">
                <p>{format!("A link would be {} long; beyond 100 kB chats and mails break them. Save the documents as one file instead: it opens here by dropping it on the page.", prepared.size)}</p>
                <button class="apply" disabled={!current} onclick={save}>{"Save as a file"}</button>
            </div>
        };
    }
    let copy = {
        let (link, copied) = (prepared.link.clone(), copied.clone());
        Callback::from(move |_: MouseEvent| {
            let (link, copied) = (link.clone(), copied.clone());
            spawn_local(async move { copied.set(Some(outside::copy(&link).await)) });
        })
    };
    let said = match **copied {
        Some(true) => "Copied to the clipboard.".to_owned(),
        Some(false) => "This browser does not let the page copy: select the link and copy it.".to_owned(),
        None => format!("{} long", prepared.size),
    };
    html! {
        <div class="out">
            if prepared.local {
                <p class="small">{"This page runs on your own machine: the link opens for whoever runs irsa-lint at the same address. A file opens everywhere."}</p>
            }
            <input readonly=true aria-label="Link" value={if current { prepared.link.clone() } else { String::new() }} />
            <button class="apply" disabled={!current} onclick={copy}>{if **copied == Some(true) { "Copied ✓" } else { "Copy link" }}</button>
            <button class="plain-button" disabled={!current} onclick={save}>{"Save as a file"}</button>
            <span class="small" role="status">{said}</span>
        </div>
    }
}
