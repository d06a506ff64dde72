//! The policy statement by statement, each element with what the policy says and what the token has, and where the two part.

use yew::{Callback, Html, MouseEvent, html};

use crate::components::words::{capital, words};
use crate::model::Location;
use crate::model::difference::{Piece, apart, nearest};
use crate::model::token::{Because, Compared, Statement};

/// Values shown of a condition before the rest is only counted.
const MOST: usize = 8;
/// Statements that are all shown open.
const FEW: usize = 3;

/// The trace of a token of an issuer.
pub fn trace(trace: &[Statement], issuer: &str, jump: &Callback<Location>) -> Html {
    let statement = |statement: &Statement| one(statement, trace.len() <= FEW || statement.is_about(), issuer, jump);
    html! {
        <ol class="trace" aria-label="Statement by statement">{for trace.iter().map(statement)}</ol>
    }
}

fn one(statement: &Statement, open: bool, issuer: &str, jump: &Callback<Location>) -> Html {
    let class = match (statement.effect.as_str(), statement.matched) {
        ("Allow", Some(true)) => "statement good",
        ("Deny", Some(true)) => "statement bad",
        (_, None) => "statement unsure",
        _ => "statement",
    };
    html! {
        <li {class}>
            <div class="head">
                <button class="go" onclick={to(&statement.location, jump)}>
                    <span class="name">{words(&capital(&statement.name))}</span>
                    <span class="line">{format!("line {}", statement.location.start.line)}</span>
                </button>
                <span class={if statement.effect == "Deny" { "effect deny" } else { "effect" }}>{&statement.effect}</span>
                <span class="outcome">{statement.outcome()}</span>
            </div>
            if open {
                <ul class="steps">{for statement.because.iter().map(|step| because(step, issuer, jump))}</ul>
            } else {
                <details>
                    <summary>{"It is for another issuer or action"}</summary>
                    <ul class="steps">{for statement.because.iter().map(|step| because(step, issuer, jump))}</ul>
                </details>
            }
        </li>
    }
}

fn to(location: &Location, jump: &Callback<Location>) -> Callback<MouseEvent> {
    let location = location.clone();
    jump.reform(move |_: MouseEvent| location.clone())
}

fn because(step: &Because, issuer: &str, jump: &Callback<Location>) -> Html {
    let (class, sign, says) = match step.holds {
        Some(true) => ("yes", "✓", "holds: "),
        Some(false) => ("no", "✗", "does not hold: "),
        None => ("open", "?", "cannot be told: "),
    };
    let title = match &step.compared {
        Some(compared) => format!("{} {}", compared.operator, short(&compared.key, issuer)),
        None => capital(&step.what),
    };
    let sides = step.compared.as_ref().map(|compared| sides(compared, step.holds == Some(false)));
    let is_plain = step.compared.as_ref().is_some_and(|compared| compared.found.as_ref().is_some_and(|found| !found.is_empty()));
    html! {
        <li class={class}>
            <span class="sign" aria-hidden="true">{sign}</span>
            <div>
                <p class="what">
                    <span class="unseen">{says}</span>
                    <button class="element" onclick={to(&step.location, jump)}>{title}</button>
                </p>
                {sides}
                if !is_plain { <p class="says">{words(&capital(&step.message))}</p> }
            </div>
        </li>
    }
}

/// A key without the issuer before it.
fn short<'a>(key: &'a str, issuer: &str) -> &'a str {
    let issuer = issuer.strip_prefix("https://").unwrap_or(issuer);
    key.strip_prefix(issuer).and_then(|rest| rest.strip_prefix(':')).unwrap_or(key)
}

/// The policy's values beside the token's.
fn sides(compared: &Compared, fails: bool) -> Html {
    let glob = compared.operator.contains("Like");
    let found = compared.found.as_deref().unwrap_or_default();
    let near = found.first().filter(|_| fails).and_then(|own| Some((nearest(&compared.wanted, own)?, own)));
    let marks = near.map(|(wanted, own)| apart(wanted, own, glob));
    let of = |text: &String, side: Option<&Vec<Piece>>, is_near: bool| match side {
        Some(side) if is_near => marked(side),
        _ => html!(<code>{text}</code>),
    };
    let policy = |text: &String| of(text, marks.as_ref().map(|(left, _)| left), near.is_some_and(|(wanted, _)| wanted == text));
    let token = |(at, text): (usize, &String)| of(text, marks.as_ref().map(|(_, right)| right), at == 0);
    html! {
        <dl class="sides">
            <dt>{"Policy"}</dt>
            <dd>
                {for compared.wanted.iter().take(MOST).map(|text| html!(<div>{policy(text)}</div>))}
                if compared.wanted.len() > MOST { <div class="small">{format!("and {} more", compared.wanted.len() - MOST)}</div> }
            </dd>
            <dt>{"Token"}</dt>
            <dd>
                {for found.iter().enumerate().map(|found| html!(<div>{token(found)}</div>))}
                if compared.found.is_none() { <span class="small">{"not decided by a token"}</span> }
                if compared.found.as_ref().is_some_and(Vec::is_empty) { <span class="small">{"nothing"}</span> }
            </dd>
        </dl>
    }
}

fn marked(pieces: &[Piece]) -> Html {
    let piece = |piece: &Piece| if piece.differs { html!(<mark>{&piece.text}</mark>) } else { html!({ &piece.text }) };
    html!(<code>{for pieces.iter().map(piece)}</code>)
}
