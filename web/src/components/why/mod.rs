//! Why AccessDenied: what an error text proves, the checklist from pod to role, and what to paste next.

mod checklist;

use std::rc::Rc;

use yew::{Callback, Html, MouseEvent, Properties, component, html, use_state};

use super::asked::{Asked, use_asked};
use super::input::{choice, typed};
use super::token::jwt::{Pasted, jwt};
use super::words::{capital, sentence, words};
use crate::model::why::{COMMON, Checklist, KnownError, Paper, WhyQuestion, accounts, on_page, roles};
use crate::model::{Answer, Location};
use crate::state::Document;
use checklist::links;

#[derive(Properties, PartialEq)]
pub struct WhyProps {
    pub answer: Rc<Answer>,
    pub documents: Vec<Document>,
    /// Counts the changes of the texts.
    pub revision: u32,
    /// Whether it is seen; what is filled in stays while it is not.
    pub shown: bool,
    pub jump: Callback<Location>,
    /// Opens an empty document of that name.
    pub add: Callback<&'static str>,
}

#[component]
pub fn Why(props: &WhyProps) -> Html {
    let error = use_state(String::new);
    let (account, role) = (use_state(|| None::<String>), use_state(|| None::<String>));
    let pasted = use_state(Pasted::default);
    let seen = &props.answer.inspect;
    let (known_accounts, known_roles) = (accounts(seen), roles(seen));
    let chosen = |chosen: &Option<String>, known: &[String]| chosen.clone().filter(|chosen| known.contains(chosen));
    let token = pasted.question();
    let question = WhyQuestion {
        role: chosen(&role, &known_roles),
        service_account: chosen(&account, &known_accounts),
        error: Some((*error).clone()).filter(|text| !text.trim().is_empty()),
        now: token.as_ref().and_then(|token| token.now),
        token: token.map(|token| token.token),
    };
    let asked: Asked<Checklist> = use_asked("why", Some(question.clone()), &props.documents, props.revision, props.shown);
    let write = Callback::from({
        let error = error.clone();
        move |text| error.set(text)
    });
    let take = Callback::from({
        let pasted = pasted.clone();
        move |text| pasted.set(Pasted::of(text))
    });
    let pick = |state: yew::UseStateHandle<Option<String>>| Callback::from(move |chosen| state.set(chosen));
    html! {
        <section class="why">
            <h2 class="unseen">{"Why AccessDenied"}</h2>
            {error_text(&error, write)}
            <div class="choices">
                if known_accounts.len() > 1 {
                    {choice("why-account", "ServiceAccount", "the one that something is wrong with", &known_accounts, question.service_account.as_ref(), pick(account))}
                }
                if known_roles.len() > 1 {
                    {choice("why-role", "Role", "the one that the ServiceAccount names", &known_roles, question.role.as_ref(), pick(role))}
                }
            </div>
            {told(&asked, props)}
            <details class="token">
                <summary>{"I have the token that was sent"}</summary>
                {jwt("why-jwt", &pasted, take)}
            </details>
        </section>
    }
}

fn error_text(error: &str, write: Callback<String>) -> Html {
    let example = |(title, text): &(&'static str, &'static str)| {
        let text = *text;
        html!(<button onclick={write.reform(move |_: MouseEvent| text.to_owned())}>{*title}</button>)
    };
    html! {
        <div class="error-text">
            <label for="why-error">{"Error text"}</label>
            <textarea
                id="why-error" rows="4" value={error.to_owned()} oninput={typed(write.clone())} autocomplete="off" autocapitalize="off" spellcheck="false"
                placeholder="Paste what the log or the terminal says, whole. Without it you get the checklist alone."
            />
            <div class="suggestions">
                <span>{"Common ones"}</span>
                {for COMMON.iter().map(example)}
                <button class="clear" disabled={error.is_empty()} onclick={write.reform(|_: MouseEvent| String::new())}>{"Clear"}</button>
            </div>
        </div>
    }
}

/// The answer: proof, checklist, what to paste next.
fn told(asked: &Asked<Checklist>, props: &WhyProps) -> Html {
    let list = match asked.as_deref() {
        None => return html!(<p class="waiting">{"…"}</p>),
        Some(Err(_)) if props.answer.inspect.roles.is_empty() && props.answer.inspect.service_accounts.is_empty() => {
            return html! {
                <div class="verdict none" role="status">
                    <p class="reason">{"Paste an error text here, or a role and the pod’s ServiceAccount on the left: the checklist stands here."}</p>
                </div>
            };
        }
        Some(Err(reason)) => return html!(<div class="verdict none" role="status"><p class="reason">{sentence(reason)}{"."}</p></div>),
        Some(Ok(list)) => list,
    };
    let papers = list.next(&props.answer.inspect);
    let next = html!(<div class="next-place">if !papers.is_empty() { {next(&papers, &props.add)} }</div>);
    let outside = list.is_outside();
    html! {
        <>
            <div class="proof-place">{list.error.as_ref().map(|error| proof(error, outside))}</div>
            if outside { {next.clone()} }
            {links(list, &props.jump)}
            if !outside { {next} }
        </>
    }
}

/// `outside`: the checklist says what causes it.
fn proof(error: &KnownError, outside: bool) -> Html {
    let names =
        |list: &[crate::model::why::Kind]| list.iter().map(|kind| html!(<span class="link">{kind.title()}</span>)).collect::<Html>();
    html! {
        <div class="proof" role="status">
            <h3>{"What this error proves"}</h3>
            <p>{sentence(&error.proves)}{"."}</p>
            if !error.in_order.is_empty() { <p class="names">{"Rules out: "}{names(&error.in_order)}</p> }
            if !error.at_fault.is_empty() {
                <p class="names">{if error.at_fault.len() == 1 { "At fault: " } else { "At fault is one of: " }}{names(&error.at_fault)}</p>
            }
            if !outside {
                <details>
                    <summary>{"What causes it, the likeliest first"}</summary>
                    <p>{words(&on_page(&capital(&error.causes)))}{"."}</p>
                </details>
            }
        </div>
    }
}

fn next(papers: &[Paper], add: &Callback<&'static str>) -> Html {
    let paper = |paper: &Paper| {
        let file = paper.file();
        html! {
            <li>
                <span>{capital(paper.title())}</span>
                <code>{paper.command()}</code>
                <button onclick={add.reform(move |_: MouseEvent| file)}>{"Add a tab for it"}</button>
            </li>
        }
    };
    html! {
        <div class="next">
            <h3>{"Paste next"}</h3>
            <ul>{for papers.iter().map(paper)}</ul>
        </div>
    }
}
