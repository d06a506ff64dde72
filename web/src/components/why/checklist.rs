//! The chain from pod to role, link by link, up to the first that is broken.

use yew::{Callback, Html, html};

use crate::components::findings::place;
use crate::components::words::sentence;
use crate::model::Location;
use crate::model::why::{Checklist, Kind, Link, on_page};

pub fn links(list: &Checklist, jump: &Callback<Location>) -> Html {
    let link = |(at, link): (usize, &Link)| one(link, list.broken == Some(at), list.error.is_some(), list.chain.len() == 1, jump);
    let ending = match list.broken {
        None if list.chain.is_empty() => "Nothing here shows a pod or a role yet.",
        None if list.chain.iter().all(|link| link.holds == Some(true)) => "Every link that these documents show is in order.",
        None => "No link is broken; what is marked ? these documents do not show.",
        Some(at) if list.chain.get(at).is_some_and(|link| link.link == Kind::Error) => "",
        Some(_) => "What comes after is looked at once this is mended.",
    };
    html! {
        <>
            <h3>{"Checklist"}</h3>
            <ol class="checklist">{for list.links().map(link)}</ol>
            <p class="ending small">{ending}</p>
        </>
    }
}

/// `known`: what the error proves stands above; `alone`: there is no other link.
fn one(link: &Link, broken: bool, known: bool, alone: bool, jump: &Callback<Location>) -> Html {
    // An error that no document explains is not a link that one shows to be broken.
    let outside = link.link == Kind::Error && known;
    let (class, sign, says) = match link.holds.filter(|_| !outside) {
        Some(true) => ("yes", "✓", "in order: "),
        Some(false) => ("no", "✗", "broken: "),
        None => ("open", "?", "not known: "),
    };
    let title = match (outside, alone) {
        (true, true) => "There is no document to check yet",
        (true, false) => "These documents do not show the cause",
        (false, _) => link.link.title(),
    };
    html! {
        <li class={if broken { format!("{class} broken") } else { class.to_owned() }}>
            <span class="sign" aria-hidden="true">{sign}</span>
            <div>
                <p class="what">
                    <span class="unseen">{says}</span>
                    <strong>{title}</strong>
                    {link.location.as_ref().map(|location| place(location, jump))}
                </p>
                if !outside { <p>{sentence(&on_page(&link.message))}{"."}</p> }
                if !link.help.is_empty() { <p class="help">{sentence(&on_page(&link.help))}{"."}</p> }
            </div>
        </li>
    }
}
