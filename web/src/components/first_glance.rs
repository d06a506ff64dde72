//! The first glance: a sentence for each role and each ServiceAccount, and how many findings there are.

use std::rc::Rc;

use yew::{Callback, Html, MouseEvent, Properties, component, html};

use super::words::{sentence, words};
use crate::model::{AccountGlance, Answer, Location, RoleGlance, Severity};

/// Roles shown before the rest is only counted.
const MOST: usize = 12;

#[derive(Properties, PartialEq)]
pub struct FirstGlanceProps {
    pub answer: Rc<Answer>,
    pub jump: Callback<Location>,
}

#[component]
pub fn FirstGlance(props: &FirstGlanceProps) -> Html {
    let answer = &*props.answer;
    let jump = |location: &Location| {
        let location = location.clone();
        props.jump.reform(move |_: MouseEvent| location.clone())
    };
    let role = |role: &RoleGlance| {
        html! {
            <li class={tone(role)}>
                <button onclick={jump(&role.location)}>{words(&role.sentence)}{"."}</button>
            </li>
        }
    };
    let account = |account: &AccountGlance| {
        let tone = match account.gets_in {
            Some(true) => "good",
            Some(false) => "error",
            None => "unsure",
        };
        html! {
            <li class={tone}>
                <button onclick={jump(&account.location)}>{words(&account.sentence)}{"."}</button>
                if !account.help.is_empty() { <p class="help">{sentence(&account.help)}</p> }
            </li>
        }
    };
    let (roles, accounts) = (&answer.glance.roles, &answer.glance.service_accounts);
    html! {
        <section class="glance" aria-label="First glance" aria-live="polite">
            <ul>
                {for roles.iter().take(MOST).map(role)}
                if roles.len() > MOST { <li class="more">{format!("and {} more roles", roles.len() + answer.left_out.roles - MOST)}</li> }
                {for accounts.iter().map(account)}
            </ul>
            <p class="counts">{counts(answer)}</p>
        </section>
    }
}

fn tone(role: &RoleGlance) -> &'static str {
    match (role.worst, role.open) {
        (Some(Severity::Error), _) => "error",
        (Some(Severity::Warning), _) => "warning",
        (_, None) => "unsure",
        (Some(Severity::Info) | None, Some(true)) => "good",
        (Some(Severity::Info) | None, Some(false)) => "neutral",
    }
}

/// What was found, or that nothing was, and why that is.
fn counts(answer: &Answer) -> Html {
    let (recognised, broken) = (answer.recognised.contains(&true), !answer.check.errors.is_empty());
    if answer.check.diagnostics.is_empty() {
        return match (recognised, broken, answer.check.not_analysed.is_empty()) {
            (_, true, _) => html!(<strong>{"Something could not be read: see below."}</strong>),
            (false, ..) => html! {
                <>
                    <strong>{"Nothing recognised."}</strong>
                    {" This is none of the documents that irsa-lint knows: no role, trust policy, ServiceAccount, workload, OIDC provider or cluster."}
                </>
            },
            (true, _, true) => html!(<strong>{"Nothing to report."}</strong>),
            (true, _, false) => {
                html!(<><strong>{"Nothing to report"}</strong>{" in what could be analysed; what could not stands below."}</>)
            }
        };
    }
    let count = |severity: Severity, one: &str, many: &str| {
        let count = answer.count(severity);
        let noun = if count == 1 { one } else { many };
        if count == 0 {
            Html::default()
        } else {
            html!(<span class={format!("count {}", severity.name())}>{format!("{count} {noun}")}</span>)
        }
    };
    html! {
        <>
            {count(Severity::Error, "error", "errors")}
            {count(Severity::Warning, "warning", "warnings")}
            {count(Severity::Info, "note", "notes")}
        </>
    }
}
