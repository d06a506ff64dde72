//! Try a token: does this one get in, and if not, what is missing? What is pasted stays in this component.

mod claims;
mod fields;
pub mod jwt;
mod trace;
mod verdict;

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::{
    Callback, Html, MouseEvent, Properties, Reducible, UseReducerDispatcher, UseStateHandle, component, html, use_memo, use_reducer,
    use_state,
};

use super::asked::{Asked, use_asked};
use super::words::sentence;
use crate::bridge;
use crate::model::token::{Form, FormAction, Offer, Suggestion, Tried, Verdict};
use crate::model::{Answer, Location};
use crate::state::Document;
use claims::claims;
use fields::{Fields, fields};
use jwt::{Pasted, jwt};
use verdict::{Hands, decisions};

#[derive(Properties, PartialEq)]
pub struct TryTokenProps {
    pub answer: Rc<Answer>,
    pub documents: Vec<Document>,
    /// Counts the changes of the texts.
    pub revision: u32,
    /// Whether it is seen; what is filled in stays while it is not.
    pub shown: bool,
    pub jump: Callback<Location>,
}

/// How a token is given.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Fields,
    Jwt,
}

impl Reducible for Form {
    type Action = FormAction;

    fn reduce(self: Rc<Self>, action: FormAction) -> Rc<Self> {
        Rc::new((*self).clone().after(action))
    }
}

#[component]
pub fn TryToken(props: &TryTokenProps) -> Html {
    let way = use_state(|| Way::Fields);
    let form = use_reducer(Form::default);
    let pasted = use_state(Pasted::default);
    let missed = use_state(|| "");
    let chosen = use_state(String::new);
    let offer = use_memo(props.answer.clone(), |answer| Offer::of(answer));
    let question = match *way {
        Way::Fields => form.question(&offer),
        Way::Jwt => pasted.question(),
    };
    let asked: Asked<Tried> = use_asked("tryToken", question, &props.documents, props.revision, props.shown);
    if props.answer.inspect.roles.is_empty() {
        return nothing();
    }
    let change = {
        let (dispatcher, missed) = (form.dispatcher(), missed.clone());
        Callback::from(move |action| {
            missed.set("");
            dispatcher.dispatch(action);
        })
    };
    let take = Callback::from({
        let pasted = pasted.clone();
        move |text| pasted.set(Pasted::of(text))
    });
    let miss =
        near_miss(form.caller(&offer).or_else(|| offer.admitted.first().cloned()), &offer, form.dispatcher(), missed.setter(), props);
    let hands = Hands {
        jump: props.jump.clone(),
        chosen: (*chosen).clone(),
        choose: Callback::from(move |key| chosen.set(key)),
        take: (*way == Way::Fields).then(|| other_subject(&asked, &offer, form.dispatcher())),
    };
    html! {
        <section class="try">
            <h2 class="unseen">{"Try a token"}</h2>
            {switch(&way)}
            <div class="given">
                if *way == Way::Fields {
                    {fields(&Fields { form: &form, offer: &offer, change, miss, missed: *missed })}
                } else {
                    {jwt("token-jwt", &pasted, take)}
                }
            </div>
            {told(&asked, *way, hands)}
        </section>
    }
}

fn nothing() -> Html {
    html! {
        <section class="nothing">
            <h2 class="unseen">{"Try a token"}</h2>
            <p>{"There is no role here yet. Paste a trust policy on the left first, or what "}<code>{"aws iam get-role"}</code>{" prints."}</p>
            <p>{"Then try whether a token gets in: the one you hold, or one that you describe."}</p>
        </section>
    }
}

fn switch(way: &UseStateHandle<Way>) -> Html {
    let side = |own: Way, words: &'static str| {
        let chosen = way.clone();
        let pressed = if **way == own { "true" } else { "false" };
        html!(<button aria-pressed={pressed} onclick={Callback::from(move |_: MouseEvent| chosen.set(own))}>{words}</button>)
    };
    html! {
        <div class="given-by" role="group" aria-label="How the token is given">
            {side(Way::Fields, "Fill in who calls")}
            {side(Way::Jwt, "Paste a token")}
        </div>
    }
}

/// The verdict, or what is needed for one. Always of the same elements, so that nothing jumps when it comes.
fn told(asked: &Asked<Tried>, way: Way, hands: Hands) -> Html {
    let (words, tried) = match (asked.as_deref(), way) {
        (None, Way::Fields) => (html!({ "Fill in who calls: the verdict stands here." }), None),
        (None, Way::Jwt) => (html!({ "Paste a token: the verdict stands here." }), None),
        (Some(Err(reason)), _) => (sentence(reason), None),
        (Some(Ok(tried)), _) => (Html::default(), Some(tried)),
    };
    let Some(tried) = tried else { return html!(<div class="verdict none" role="status"><p class="reason">{words}</p></div>) };
    let said = if way == Way::Jwt { claims(&tried.token) } else { Html::default() };
    decisions(tried, &hands, said)
}

/// Fills in another subject for the caller that was tried; where it is known to get in, with the issuer and the audience that go with it.
fn other_subject(asked: &Asked<Tried>, offer: &Rc<Offer>, form: UseReducerDispatcher<Form>) -> Callback<String> {
    let (asked, offer) = (asked.clone(), offer.clone());
    Callback::from(move |subject: String| {
        if let Some(known) = offer.admitted.iter().find(|known| known.subject == subject) {
            form.dispatch(FormAction::Took(known.clone()));
        } else if let Some(Ok(Tried { token, .. })) = asked.as_deref() {
            let audience = token.audience.first().cloned().unwrap_or_default();
            form.dispatch(FormAction::Took(Suggestion { issuer: token.issuer.clone(), subject, audience }));
        }
    })
}

/// Looks for a caller that is kept out by a hair: the first of some slips that no role lets in.
fn near_miss(
    from: Option<Suggestion>,
    offer: &Offer,
    form: UseReducerDispatcher<Form>,
    missed: yew::UseStateSetter<&'static str>,
    props: &TryTokenProps,
) -> Callback<()> {
    // From somebody who gets in, if anybody is known to.
    let known = from.as_ref().and_then(|from| offer.admitted.iter().find(|known| known.issuer == from.issuer));
    let (from, documents) = (known.cloned().or(from), props.documents.clone());
    Callback::from(move |()| {
        let (from, documents, form, missed) = (from.clone(), documents.clone(), form.clone(), missed.clone());
        spawn_local(async move {
            for miss in from.iter().flat_map(Suggestion::near_misses) {
                let text = bridge::put("tryToken", &miss.question(&[]), &documents).await.unwrap_or_default();
                let refused = |tried: Tried| !tried.decisions.is_empty() && tried.decisions.iter().all(|d| d.decision == Verdict::Denied);
                if serde_json::from_str::<Tried>(&text).is_ok_and(refused) {
                    missed.set("");
                    return form.dispatch(FormAction::Took(miss));
                }
            }
            missed.set("Every slip that was tried gets in as well: nobody is kept out by a hair here.");
        });
    })
}
