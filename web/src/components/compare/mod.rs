//! Before and after: who is newly admitted, who is shut out. Every edit is compared at once.

mod choose;
mod verdict;

use std::rc::Rc;

use serde::{Serialize, Serializer};
use yew::{Callback, Html, MouseEvent, Properties, component, html};

use super::asked::use_asked;
use crate::beside;
use crate::model::NamedText;
use crate::model::compare::{Before, Comparison};
use crate::state::Document;
use choose::Choose;

#[derive(Properties, PartialEq)]
pub struct CompareProps {
    pub documents: Vec<Document>,
    /// Counts the changes of the texts.
    pub revision: u32,
    pub before: Option<Before>,
    /// Which open documents hold a role each.
    pub pair: Option<(Document, Document)>,
    pub compare: Callback<Option<Before>>,
    /// Puts other documents in the place of the open ones.
    pub replace: Callback<Vec<NamedText>>,
}

#[derive(Clone, PartialEq, Serialize)]
struct States {
    #[serde(serialize_with = "plain")]
    before: Rc<Vec<NamedText>>,
    after: Option<Vec<NamedText>>,
}

fn plain<S: Serializer>(texts: &Rc<Vec<NamedText>>, serializer: S) -> Result<S::Ok, S::Error> {
    texts.as_ref().serialize(serializer)
}

#[component]
pub fn Compare(props: &CompareProps) -> Html {
    let states = props.before.as_ref().and_then(|before| states(before, &props.documents));
    let asked = use_asked::<_, Comparison>("compareWith", states.clone(), &props.documents, props.revision, true);
    // Its text is in no editor, so there is nothing to keep of it.
    if let Some(large) = props.documents.iter().find(|document| document.file.is_some()) {
        let advice = "is too large to be compared here. Close it and open the two states of its trust policy instead.";
        return html!(<section aria-label="Compare" class="compare"><p><code>{&large.name}</code>{" "}{advice}</p></section>);
    }
    let Some((before, _)) = props.before.as_ref().zip(states.as_ref()) else {
        let (documents, pair) = (props.documents.clone(), props.pair.clone());
        return html!(<Choose {documents} {pair} compare={props.compare.clone()} replace={props.replace.clone()} />);
    };
    let clear = props.compare.reform(|_: MouseEvent| None);
    html! {
        <section aria-label="Compare" class="compare">
            <div class="states">
                {side("Before", &told(before, &props.documents, true))}
                {side("After", &told(before, &props.documents, false))}
                <span class="acts">
                    <button class="act" onclick={swap(before, props)}>{"Swap"}</button>
                    <button class="act" onclick={clear}>{"Clear"}</button>
                </span>
            </div>
            <div aria-live="polite">
                {match asked.as_deref() {
                    None => html!(<p class="waiting">{"…"}</p>),
                    Some(Err(why)) => html!(<p class="failure">{why}</p>),
                    Some(Ok(comparison)) => verdict::all(comparison),
                }}
            </div>
        </section>
    }
}

fn side(title: &str, what: &str) -> Html {
    html!(<p class="state"><span class="which">{title.to_owned()}</span><span class="what">{what.to_owned()}</span></p>)
}

/// What each side is, in words.
fn told(before: &Before, documents: &[Document], earlier: bool) -> String {
    let name = |id| documents.iter().find(|document| document.id == id).map(|document| document.name.clone()).unwrap_or_default();
    match (before, earlier) {
        (Before::Kept(texts), true) => format!("{}, as kept", texts.iter().map(|text| text.name.as_str()).collect::<Vec<_>>().join(", ")),
        (Before::Kept(_), false) => "what is on the left now".to_owned(),
        (Before::Open { before, .. }, true) => name(*before),
        (Before::Open { after, .. }, false) => name(*after),
    }
}

/// The texts of both sides; none where a document is no longer open.
fn states(before: &Before, documents: &[Document]) -> Option<States> {
    let one = |id| Some(beside::texts(std::slice::from_ref(documents.iter().find(|document| document.id == id)?)));
    match before {
        Before::Kept(texts) => Some(States { before: texts.clone(), after: None }),
        Before::Open { before, after } => Some(States { before: Rc::new(one(*before)?), after: Some(one(*after)?) }),
    }
}

fn swap(before: &Before, props: &CompareProps) -> Callback<MouseEvent> {
    let (before, documents) = (before.clone(), props.documents.clone());
    let (compare, replace) = (props.compare.clone(), props.replace.clone());
    Callback::from(move |_: MouseEvent| match &before {
        Before::Kept(texts) => {
            compare.emit(Some(Before::Kept(Rc::new(beside::texts(&documents)))));
            replace.emit(texts.to_vec());
        }
        Before::Open { before, after } => compare.emit(Some(Before::Open { before: *after, after: *before })),
    })
}
