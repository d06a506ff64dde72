//! The picture of a role's chain, and in words what is wrong with it. Colour is never the only sign.

use std::rc::Rc;

use yew::{AttrValue, Callback, Html, KeyboardEvent, MouseEvent, Properties, component, html};

use super::words::{sentence, words};
use crate::model::chain::layout::{self, Arrow, Drawing, HEIGHT, INSET, Label, Placed};
use crate::model::chain::{Chain, Kind, Link, Node};
use crate::model::{Answer, Location};

#[derive(Properties, PartialEq)]
pub struct PictureProps {
    pub answer: Rc<Answer>,
    /// The chain's place in the answer.
    pub at: usize,
    /// Room, in pixels; none as long as it is not known.
    pub room: i32,
    pub jump: Callback<Location>,
}

#[component]
pub fn Picture(props: &PictureProps) -> Html {
    let Some(chain) = props.answer.chain.roles.get(props.at) else { return Html::default() };
    html! {
        <figure class="chain">
            if props.room > 0 { {drawn(chain, &layout::of(chain, props.room), &props.jump)} }
            <figcaption>{chain.summary()}{"."}</figcaption>
            {troubles(chain)}
        </figure>
    }
}

fn drawn(chain: &Chain, drawing: &Drawing, jump: &Callback<Location>) -> Html {
    let size = format!("0 0 {} {}", drawing.width, drawing.height);
    html! {
        <svg role="group" aria-label="The chain that ends at the role" viewBox={size} width={px(drawing.width)} height={px(drawing.height)}>
            {for drawing.arrows.iter().filter_map(|arrow| Some(line(chain.links.get(arrow.link)?, arrow)))}
            {for drawing.boxes.iter().filter_map(|placed| Some(node(chain.nodes.get(placed.node)?, placed, jump)))}
            {for drawing.arrows.iter().filter_map(|arrow| mark(chain.links.get(arrow.link)?, arrow))}
        </svg>
    }
}

/// A number as an attribute has it; apart, because there are many.
#[inline(never)]
fn px(number: i32) -> AttrValue {
    number.to_string().into()
}

fn line(link: &Link, arrow: &Arrow) -> Html {
    let label = |label: &Label| {
        let anchor = if label.ends { "end" } else { "start" };
        html!(<text class="by" x={px(label.x)} y={px(label.y)} text-anchor={anchor}>{&label.text}</text>)
    };
    html! {
        <g class={format!("link {}", link.state.name())} aria-hidden="true">
            <path d={layout::path(&arrow.points)} />
            <polygon points={layout::head(&arrow.points)} />
            {arrow.label.as_ref().map(label)}
        </g>
    }
}

/// The sign on a link that is not in order.
fn mark(link: &Link, arrow: &Arrow) -> Option<Html> {
    let sign = link.state.sign()?;
    let (x, y) = arrow.mark;
    Some(html! {
        <g class={format!("mark {}", link.state.name())} aria-hidden="true">
            <title>{link.reason.replace('`', "")}</title>
            <circle cx={px(x)} cy={px(y)} r="9" />
            <text x={px(x)} y={px(y + 4)} text-anchor="middle">{sign}</text>
        </g>
    })
}

fn node(node: &Node, placed: &Placed, jump: &Callback<Location>) -> Html {
    let (x, y) = (placed.x, placed.y);
    let told = node.told();
    let role = if node.kind == Kind::Role { " role" } else { "" };
    let class = format!("node {}{role}{}", node.state.name(), if node.is_absent() { " absent" } else { "" });
    // Its title is its name for whoever listens, too.
    let inside = |told: String| {
        html! {
            <>
                <title>{told}</title>
                <rect x={px(x)} y={px(y)} width={px(placed.width)} height={px(HEIGHT)} rx="10" />
                <path class="icon" d={icon(node.kind)} transform={format!("translate({} {})", x + 14, y + HEIGHT / 2 - 8)} />
                <text class="kind" x={px(x + INSET)} y={px(y + 23)}>{&placed.kind}</text>
                <text class="name" x={px(x + INSET)} y={px(y + 42)}>{&placed.name}</text>
            </>
        }
    };
    let Some(location) = node.location.clone() else {
        return html!(<g {class} role="img">{inside(told)}</g>);
    };
    let keyed = {
        let (jump, location) = (jump.clone(), location.clone());
        Callback::from(move |event: KeyboardEvent| {
            if ["Enter", " "].contains(&event.key().as_str()) {
                event.prevent_default();
                jump.emit(location.clone());
            }
        })
    };
    let onclick = jump.reform(move |_: MouseEvent| location.clone());
    html!(<g {class} role="button" tabindex="0" {onclick} onkeydown={keyed}>{inside(format!("{told}. Show it in its document"))}</g>)
}

/// In a square of 16.
fn icon(kind: Kind) -> &'static str {
    match kind {
        Kind::Cluster => "M8 1l6 3.5v7L8 15l-6-3.5v-7zM8 8l6-3.5M8 8v7M8 8L2 4.500",
        Kind::Provider => "M8 8a3.540 3.540 0 1 1-5 5a3.540 3.540 0 0 1 5-5zM8 8l6-6M11 5l2.500 2.500",
        Kind::Policy => "M3 1.500h7l3 3v10H3zM5.500 7h5M5.500 10h5",
        Kind::Role => "M8 1l6 2v5c0 3.500-2.500 5.800-6 7-3.500-1.200-6-3.500-6-7V3zM5.500 8l2 2 3.500-4",
        Kind::ServiceAccount => "M8 8a3.200 3.200 0 1 0 0-6.400A3.200 3.200 0 0 0 8 8zM2 14.500c.5-3 3-4.300 6-4.300s5.500 1.300 6 4.300",
        Kind::Workload => "M2 2h5v5H2zM9 2h5v5H9zM2 9h5v5H2zM9 9h5v5H9z",
        Kind::CiJob => "M4 2.500l9 5.500-9 5.500z",
        Kind::Association => {
            "M6.500 9.500l3-3M7 4.500l1.500-1.500a3 3 0 0 1 4.500 4.500L11.500 9M9 11.500L7.500 13A3 3 0 0 1 3 8.500L4.500 7"
        }
    }
}

fn troubles(chain: &Chain) -> Html {
    let item = |(link, what): (&Link, String)| {
        let sign = link.state.sign().unwrap_or_default();
        html!(<li class={link.state.name()}><span class="sign" aria-hidden="true">{sign}</span><span><strong>{what}</strong>{" "}{sentence(&link.reason)}</span></li>)
    };
    let troubles = chain.troubles();
    let callers = chain.nodes.iter().any(|node| matches!(node.kind, Kind::ServiceAccount | Kind::CiJob | Kind::Association));
    html! {
        <>
            if !troubles.is_empty() { <ul class="troubles">{for troubles.into_iter().map(item)}</ul> }
            {for chain.more.iter().map(|more| html!(<p class="small">{format!("and {} more of kind {} that are not drawn", more.count, more.kind.title())}</p>))}
            if chain.nodes.iter().any(Node::is_absent) {
                <p class="small">{"Dashed boxes are not among these documents: paste them, and the chain is followed through them."}</p>
            }
            if !callers {
                <p class="small">{words("Paste the `ServiceAccount`, the workload or the CI job that is meant to get this role, to see whether it does.")}</p>
            }
        </>
    }
}
