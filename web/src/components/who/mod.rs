//! Who gets in, role by role: in words first, then the picture of how they come in.

mod grant;
mod role;

use std::rc::Rc;

use web_sys::{HtmlElement, HtmlInputElement};
use yew::{Callback, Html, InputEvent, Properties, TargetCast, component, html, use_effect_with, use_node_ref, use_state};

use crate::beside;
use crate::model::{Answer, Location, WhoRole};
pub use grant::{codes, of_grant};
use role::Role;

/// Roles shown before the rest is only counted.
const MOST: usize = 50;
/// More roles than this are shown by name alone until one is opened.
const FEW: usize = 5;
/// More roles than this can be searched.
const MANY: usize = 10;
/// What a card takes from the room of its picture.
const FRAME: i32 = 42;

#[derive(Properties, PartialEq)]
pub struct WhoProps {
    pub answer: Rc<Answer>,
    pub jump: Callback<Location>,
}

#[component]
pub fn Who(props: &WhoProps) -> Html {
    let (host, room, sought) = (use_node_ref(), use_state(|| 0), use_state(String::new));
    {
        let (host, room) = (host.clone(), room.setter());
        use_effect_with((), move |()| {
            let watch = host.cast::<HtmlElement>().map(|host| beside::watch_width(&host, move |width| room.set(width - FRAME)));
            move || drop(watch)
        });
    }
    let roles = &props.answer.who.roles;
    let found: Vec<(usize, &WhoRole)> = roles.iter().enumerate().filter(|(_, role)| role.is_like(&sought)).collect();
    let search = {
        let sought = sought.setter();
        Callback::from(move |event: InputEvent| {
            sought.set(event.target_dyn_into::<HtmlInputElement>().map(|input| input.value()).unwrap_or_default())
        })
    };
    let card = |(at, _): &(usize, &WhoRole)| {
        let open = roles.len() <= FEW;
        html!(<Role key={*at} answer={props.answer.clone()} at={*at} {open} foldable={!open} room={*room} jump={props.jump.clone()} />)
    };
    html! {
        <section aria-label="Who gets in" class="who" ref={host}>
            <h2>{"Who gets in"}</h2>
            if roles.is_empty() { <p>{"There is no role in these documents. Paste a role or its trust policy."}</p> }
            if roles.len() > MANY {
                <label class="search">
                    <span>{"Find a role"}</span>
                    <input type="search" value={(*sought).clone()} oninput={search} placeholder="name, ARN or whom it lets in" />
                </label>
            }
            {for found.iter().take(MOST).map(card)}
            if found.is_empty() && !roles.is_empty() { <p>{"No role is like that."}</p> }
            if found.len() > MOST { <p class="more">{format!("and {} more roles", found.len() + props.answer.left_out.roles - MOST)}</p> }
            {named(props, *room)}
            if !roles.is_empty() {
                <p class="small">
                    {"Service control policies, resource control policies and permissions boundaries are not considered: they can only take away from this."}
                </p>
            }
        </section>
    }
}

/// Pictures of roles that only ServiceAccounts name.
fn named(props: &WhoProps, room: i32) -> Html {
    let chains = props.answer.chain.roles.iter().enumerate().filter(|(_, chain)| chain.role.is_none());
    let card = |(at, _)| {
        html! {
            <article key={format!("named {at}")}>
                <h3>{"A role that is not among these documents"}</h3>
                <super::chain::Picture answer={props.answer.clone()} {at} {room} jump={props.jump.clone()} />
            </article>
        }
    };
    chains.map(card).collect()
}
