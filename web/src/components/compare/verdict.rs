//! What a change comes to, role by role.

use yew::{Html, html};

use crate::components::who::{codes, of_grant};
use crate::components::words::{sentence, words};
use crate::model::compare::{Comparison, LOOKS, RoleChange};
use crate::model::principal::explain;
use crate::model::{Broken, Grant};

/// Roles shown before the rest is only counted.
const MOST: usize = 50;

pub fn all(comparison: &Comparison) -> Html {
    let roles: Vec<&RoleChange> =
        LOOKS.iter().flat_map(|look| comparison.roles.iter().filter(move |role| role.look().0 == *look)).collect();
    let broken = |broken: &Broken| html!(<p class="failure">{sentence(&broken.message)}</p>);
    html! {
        <>
            {for comparison.errors.iter().map(broken)}
            if roles.is_empty() && comparison.errors.is_empty() { <p>{"There is no role on either side."}</p> }
            {for roles.iter().take(MOST).map(|change| role(change))}
            if roles.len() > MOST { <p class="more">{format!("and {} more roles that change less", roles.len() - MOST)}</p> }
        </>
    }
}

fn role(change: &RoleChange) -> Html {
    let (look, sign) = change.look();
    let name = change.role.as_ref().and_then(|role| role.name.clone());
    // The parts say the same at length.
    let in_full = change.added.is_empty() && change.removed.is_empty() || change.present != "both";
    let (more, less) = (change.is_wider(), change.is_narrower());
    html! {
        <article class={format!("change {look}")}>
            <h2 class="direction"><span class="sign" aria-hidden="true">{sign}</span>{change.verdict()}</h2>
            {name.map(|name| html!(<p class="of-role">{"Role "}<code>{name}</code></p>))}
            if in_full { <p class="in-full">{sentence(&change.sentence)}{"."}</p> }
            {change.unknown.as_ref().map(|why| html!(<p class="doubt"><strong>{"Not known to the end: "}</strong>{words(why)}</p>))}
            if more { {part(if less { "Newly admitted" } else { "" }, "before", &change.added, &change.principals_added)} }
            if less { {part("Shut out", "after", &change.removed, &change.principals_removed)} }
            if !more && change.unknown.is_none() {
                <p class="proved">{"Proved for every possible token, not tried on examples alone."}</p>
            }
        </article>
    }
}

/// `title`: none where the verdict says it.
fn part(title: &'static str, refused: &str, moved: &[Grant], principals: &[String]) -> Html {
    let one = |moved: &Grant| {
        let limits = if moved.outright {
            html!(<>{"Every example was tried in both: refused "}{refused.to_owned()}{", let in "}{if refused == "before" { "after" } else { "before" }}{"."}</>)
        } else if moved.only_where.is_empty() {
            html!(<>{"Whether they got in "}{refused.to_owned()}{" too cannot be told for certain."}</>)
        } else {
            html!(<>{"The other way only where "}{codes(&moved.only_where)}{" allowed it."}</>)
        };
        html!(<>{of_grant(moved)}<p class="tried">{limits}</p></>)
    };
    let principal = |principal: &String| html!(<li>{sentence(&explain(principal))}<code class="principal">{principal}</code></li>);
    html! {
        <div class="part">
            if !title.is_empty() { <h3>{title}</h3> }
            {for moved.iter().map(one)}
            if !principals.is_empty() { <ul class="others">{for principals.iter().map(principal)}</ul> }
        </div>
    }
}
