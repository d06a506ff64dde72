//! One admitted set: its subjects in words and large, then where they come from and what else is asked of them.

use yew::{Html, html};

use crate::components::words::{sentence, words};
use crate::model::{Audiences, Grant};

pub fn of_grant(grant: &Grant) -> Html {
    let tone = if grant.admits == "everyone" { "whom everyone" } else { "whom" };
    html! {
        <div class="grant">
            <p class={tone}>
                {sentence(&grant.subjects)}
                if grant.admits == "unknown" { <span class="of">{"not worked out to the end"}</span> }
            </p>
            <dl>
                <dt>{"From"}</dt>
                <dd>{grant.provider.as_deref().map(|provider| html!(<>{short(provider)}{" "}</>))}<code>{&grant.issuer}</code></dd>
                <dt>{"Audience"}</dt>
                <dd>{audiences(&grant.audiences)}</dd>
                if !grant.claims.is_empty() { <dt>{"Where"}</dt><dd>{for grant.claims.iter().map(|claim| html!(<div>{words(claim)}</div>))}</dd> }
                if !grant.residual.is_empty() { <dt>{"Only if"}</dt><dd>{codes(&grant.residual)}{" allows it, which no token decides"}</dd> }
                if !grant.examples.is_empty() {
                    <dt>{"For example"}</dt>
                    <dd>{for grant.examples.iter().map(|example| html!(<div><code>{example}</code></div>))}</dd>
                }
            </dl>
        </div>
    }
}

/// A provider's name without its partitions.
fn short(provider: &str) -> &str {
    provider.split_once(" (").map_or(provider, |(name, _)| name)
}

fn audiences(audiences: &Audiences) -> Html {
    match audiences {
        Audiences::Any(_) => html!({ "any" }),
        Audiences::Listed(list) => codes(list),
        Audiences::Like { like, except } if except.is_empty() => html!(<>{"like "}{codes(like)}</>),
        Audiences::Like { like, except } if like.iter().all(|pattern| pattern == "*") => html!(<>{"any but "}{codes(except)}</>),
        Audiences::Like { like, except } => html!(<>{"like "}{codes(like)}{" but not "}{codes(except)}</>),
    }
}

pub fn codes(list: &[String]) -> Html {
    let shown = |(at, text): (usize, &String)| html!(<>{if at > 0 { ", " } else { "" }}<code>{text}</code></>);
    list.iter().enumerate().map(shown).collect()
}
