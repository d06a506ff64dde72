//! One role: whom it admits, what Deny takes away, who else, and the picture.

use std::rc::Rc;

use yew::{Callback, Html, MouseEvent, Properties, component, html, use_state};

use super::grant::of_grant;
use crate::components::chain::Picture;
use crate::components::words::{sentence, words};
use crate::model::principal::explain;
use crate::model::{Answer, Location, OtherPrincipal, WhoRole};

#[derive(Properties, PartialEq)]
pub struct RoleProps {
    pub answer: Rc<Answer>,
    /// Its place among the answer's roles.
    pub at: usize,
    /// Whether it is shown whole from the start.
    pub open: bool,
    pub foldable: bool,
    pub room: i32,
    pub jump: Callback<Location>,
}

#[component]
pub fn Role(props: &RoleProps) -> Html {
    let open = use_state(|| props.open);
    let Some(role) = props.answer.who.roles.get(props.at) else { return Html::default() };
    let shown = *open || !props.foldable;
    let title =
        html!(<>{role.name.as_deref().unwrap_or("This role")}{role.arn.as_ref().map(|arn| html!(<span class="arn">{arn}</span>))}</>);
    let toggle = {
        let (setter, now) = (open.setter(), *open);
        Callback::from(move |_: MouseEvent| setter.set(!now))
    };
    html! {
        <article class={if shown { "" } else { "folded" }}>
            <h3>
                if props.foldable {
                    <button class="fold" aria-expanded={if shown { "true" } else { "false" }} onclick={toggle}>{title}</button>
                } else {
                    {title}
                }
            </h3>
            if shown { {whole(role, props)} } else { <p class="in-short">{words(&role.in_short())}</p> }
        </article>
    }
}

fn whole(role: &WhoRole, props: &RoleProps) -> Html {
    let picture = props.answer.chain.roles.iter().position(|chain| chain.role.as_ref().is_some_and(|seen| seen.location == role.location));
    html! {
        <>
            {role.unknown.as_ref().map(|why| html!(<p class="whom unsure">{"Not known: "}{words(why)}</p>))}
            {for role.grants.iter().map(of_grant)}
            if role.grants.is_empty() && role.unknown.is_none() { <p class="whom">{"No token of any OIDC provider"}</p> }
            if !role.denied.is_empty() {
                <div class="denied">
                    <h4>{"What Deny takes away"}</h4>
                    <ul>{for role.denied.iter().map(|taken| html!(<li>{sentence(taken)}</li>))}</ul>
                </div>
            }
            if !role.others.is_empty() {
                <div class="others">
                    <h4>{"Without a web identity"}</h4>
                    <ul>{for role.others.iter().map(other)}</ul>
                </div>
            }
            {picture.map(|at| html!(<Picture answer={props.answer.clone()} {at} room={props.room} jump={props.jump.clone()} />))}
        </>
    }
}

fn other(other: &OtherPrincipal) -> Html {
    html!(<li>{sentence(&explain(&other.principal))}<code class="principal">{&other.principal}</code></li>)
}
