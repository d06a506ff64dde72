//! Who gets in, role by role: which subjects of which issuer, with which audience, and three that were tried.

use std::rc::Rc;

use yew::{Html, Properties, component, html};

use super::words::words;
use crate::model::{Answer, Audiences, Grant, WhoRole};

/// Roles shown before the rest is only counted.
const MOST: usize = 50;

#[derive(Properties, PartialEq)]
pub struct WhoProps {
    pub answer: Rc<Answer>,
}

#[component]
pub fn Who(props: &WhoProps) -> Html {
    let roles = &props.answer.who.roles;
    if roles.is_empty() {
        return Html::default();
    }
    html! {
        <section aria-label="Who gets in" class="who">
            <h2>{"Who gets in"}</h2>
            {for roles.iter().take(MOST).map(role)}
            if roles.len() > MOST { <p class="more">{format!("and {} more roles", roles.len() + props.answer.left_out.roles - MOST)}</p> }
            <p class="small">
                {"Service control policies, resource control policies and permissions boundaries are not considered: they can only take away from this."}
            </p>
        </section>
    }
}

fn role(role: &WhoRole) -> Html {
    let name = role.name.as_deref().unwrap_or("this role");
    html! {
        <article>
            <h3>{name}{role.arn.as_ref().map(|arn| html!(<span class="arn">{arn}</span>))}</h3>
            {role.unknown.as_ref().map(|why| html!(<p>{"Not known: "}{words(why)}</p>))}
            {for role.grants.iter().map(grant)}
            if role.grants.is_empty() && role.unknown.is_none() { <p>{"No token of any OIDC provider."}</p> }
            if !role.others.is_empty() {
                <dl><dt>{"Also"}</dt><dd>{for role.others.iter().map(|other| html!(<div><code>{&other.principal}</code></div>))}</dd></dl>
            }
        </article>
    }
}

fn grant(grant: &Grant) -> Html {
    let subjects =
        if grant.admits == "unknown" { format!("{} (not worked out to the end)", grant.subjects) } else { grant.subjects.clone() };
    let audiences = match &grant.audiences {
        Audiences::Any(_) => html!({ "any" }),
        Audiences::Listed(list) => codes(list),
        Audiences::Like { like, except } if except.is_empty() => html!(<>{"like "}{codes(like)}</>),
        Audiences::Like { like, except } => html!(<>{"like "}{codes(like)}{" but not "}{codes(except)}</>),
    };
    html! {
        <dl>
            <dt>{"From"}</dt>
            <dd>{grant.provider.as_ref().map(|provider| html!(<>{provider}{" "}</>))}<code>{&grant.issuer}</code></dd>
            <dt>{"Whom"}</dt>
            <dd><strong>{words(&subjects)}</strong></dd>
            <dt>{"Audience"}</dt>
            <dd>{audiences}</dd>
            if !grant.claims.is_empty() { <dt>{"Where"}</dt><dd>{for grant.claims.iter().map(|claim| html!(<div>{words(claim)}</div>))}</dd> }
            if !grant.residual.is_empty() { <dt>{"If allowed by"}</dt><dd>{codes(&grant.residual)}</dd> }
            if !grant.examples.is_empty() {
                <dt>{"For example"}</dt>
                <dd>{for grant.examples.iter().map(|example| html!(<div><code>{example}</code></div>))}</dd>
            }
        </dl>
    }
}

fn codes(list: &[String]) -> Html {
    let shown = |(at, text): (usize, &String)| html!(<>{if at > 0 { ", " } else { "" }}<code>{text}</code></>);
    list.iter().enumerate().map(shown).collect()
}
