//! The whole page: holds the state, hears the editor and the engine, and asks again after every change.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::{
    Callback, Html, KeyboardEvent, MouseEvent, Reducible, UseReducerDispatcher, UseReducerHandle, component, html, use_effect_with,
    use_node_ref, use_reducer,
};

use super::compare::Compare;
use super::documents::Documents;
use super::findings::{Findings, go};
use super::first_glance::FirstGlance;
use super::gallery::Gallery;
use super::rule::Rule;
use super::token::TryToken;
use super::views::Views;
use super::who::Who;
use super::why::Why;
use crate::bridge::{self, Heard};
use crate::model::{Answer, Location, NamedText, rule_page};
use crate::state::{Action, DocumentId, FIRST, State, View};

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        Rc::new((*self).clone().after(action))
    }
}

#[component]
pub fn App() -> Html {
    let state = use_reducer(State::default);
    let host = use_node_ref();
    {
        let (dispatcher, host) = (state.dispatcher(), host.clone());
        use_effect_with((), move |()| {
            if let Some(host) = host.cast() {
                bridge::start(&host, heard(&dispatcher));
                dispatcher.dispatch(Action::Opened { name: FIRST.to_owned(), text: "".into() });
                spawn_local(async move {
                    let gallery = bridge::gallery().await.and_then(|json| serde_json::from_str(&json).ok());
                    dispatcher.dispatch(Action::Gallery(gallery.unwrap_or_default()));
                });
            }
        });
    }
    {
        let documents = state.documents.clone();
        let ids: Vec<DocumentId> = documents.iter().map(|document| document.id).collect();
        use_effect_with(ids, move |_| bridge::hold(&documents));
    }
    use_effect_with(state.shown, |shown| {
        if let Some(id) = shown {
            bridge::show(*id);
        }
    });
    {
        let documents = state.documents.clone();
        use_effect_with(state.revision, move |revision| {
            if !documents.is_empty() {
                bridge::ask(*revision, &documents);
            }
        });
    }
    let close_rule = {
        let dispatcher = state.dispatcher();
        Callback::from(move |()| dispatcher.dispatch(Action::Explained(None)))
    };
    html! {
        <div class="page" onkeydown={on_escape(close_rule.clone())}>
            {head(&state)}
            <main>
                <div class="left">
                    {tabs(&state)}
                    <div class="editor" ref={host}></div>
                </div>
                <div class="right">{answers(&state)}</div>
                // Always there: a list of another length would make the editor's element anew.
                <div class="side">{state.rule.clone().map(|page| html!(<Rule {page} close={close_rule} />))}</div>
            </main>
        </div>
    }
}

fn on_escape(close: Callback<()>) -> Callback<KeyboardEvent> {
    Callback::from(move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            close.emit(());
        }
    })
}

fn heard(dispatcher: &UseReducerDispatcher<State>) -> Heard {
    let (changed, answered, explained, opened) = (dispatcher.clone(), dispatcher.clone(), dispatcher.clone(), dispatcher.clone());
    Heard {
        changed: Box::new(move |id, empty| changed.dispatch(Action::Edited { id, empty })),
        answered: Box::new(move |revision, json, failed| {
            answered.dispatch(match serde_json::from_str(&json) {
                Ok(answer) => Action::Answered { revision, answer: Rc::new(answer) },
                Err(error) => Action::Failed { revision, reason: if failed.is_empty() { error.to_string() } else { failed } },
            });
        }),
        explained: Box::new(move |json| explained.dispatch(Action::Explained(rule_page(&json).map(Rc::new)))),
        opened: Box::new(move |name, text| opened.dispatch(Action::Opened { name, text: text.into() })),
    }
}

fn head(state: &UseReducerHandle<State>) -> Html {
    let dispatcher = state.dispatcher();
    let restart = Callback::from(move |_: MouseEvent| {
        dispatcher.dispatch(Action::Replaced(vec![(FIRST.to_owned(), "".into())]));
        bridge::focus();
    });
    html! {
        <header>
            <img src="icon.svg" alt="" width="26" height="26" />
            <h1 class="brand">{"irsa-lint"}</h1>
            <span class="tagline">{"Nothing leaves this tab"}</span>
            <span class="space"></span>
            if !state.is_empty() { <button onclick={restart}>{"Start over"}</button> }
            <button onclick={Callback::from(|_: MouseEvent| bridge::choose_files())}>{"Open files…"}</button>
        </header>
    }
}

fn tabs(state: &UseReducerHandle<State>) -> Html {
    let show = {
        let dispatcher = state.dispatcher();
        Callback::from(move |id| dispatcher.dispatch(Action::Shown(id)))
    };
    let add = {
        let (dispatcher, number) = (state.dispatcher(), state.documents.len() + 1);
        Callback::from(move |()| dispatcher.dispatch(Action::Opened { name: format!("document {number}"), text: "".into() }))
    };
    let close = {
        let dispatcher = state.dispatcher();
        Callback::from(move |id| dispatcher.dispatch(Action::Closed(id)))
    };
    html!(<Documents documents={state.documents.clone()} shown={state.shown} answer={state.answer.clone()} {show} {close} {add} />)
}

fn answers(state: &UseReducerHandle<State>) -> Html {
    if state.is_empty() {
        let open = {
            let state = state.clone();
            Callback::from(move |at: usize| {
                if let Some(example) = state.examples.get(at) {
                    replace(&state, &example.files);
                }
            })
        };
        return html!(<Gallery examples={state.examples.clone()} {open} />);
    }
    let Some(answer) = state.answer.clone() else {
        return html!(<p class="waiting">{state.failure.clone().unwrap_or_else(|| "…".to_owned())}</p>);
    };
    let jump = {
        let state = state.clone();
        Callback::from(move |location: Location| {
            if let Some(id) = go(&state, &location) {
                state.dispatch(Action::Shown(id));
            }
        })
    };
    let explain = Callback::from(|rule: String| bridge::explain(&rule));
    let view = {
        let dispatcher = state.dispatcher();
        Callback::from(move |view| dispatcher.dispatch(Action::Viewed(view)))
    };
    let (documents, revision) = (state.documents.clone(), state.revision);
    let shown = match state.view {
        View::Findings => html!(<Findings answer={answer.clone()} {documents} jump={jump.clone()} {explain} />),
        View::Who => html!(<Who answer={answer.clone()} jump={jump.clone()} />),
        View::Token => html!(<TryToken {documents} {revision} jump={jump.clone()} />),
        View::Why => html!(<Why {documents} {revision} jump={jump.clone()} />),
        View::Compare => compare(state, &answer),
    };
    html! {
        <>
            {state.failure.as_ref().map(|failure| html!(<p class="failure">{"The engine stopped: "}{failure}</p>))}
            <FirstGlance answer={answer.clone()} {jump} />
            <Views shown={state.view} answer={answer.clone()} show={view} />
            <div class="view" role="tabpanel" id="view" aria-label={state.view.title()}>{shown}</div>
        </>
    }
}

fn compare(state: &UseReducerHandle<State>, answer: &Answer) -> Html {
    let compare = {
        let dispatcher = state.dispatcher();
        Callback::from(move |before| dispatcher.dispatch(Action::Compared(before)))
    };
    let put = {
        let state = state.clone();
        Callback::from(move |files: Vec<NamedText>| replace(&state, &files))
    };
    let named = |name: &str| state.documents.iter().find(|document| document.name == name).cloned();
    let pair = answer.inspect.pair().and_then(|(before, after)| named(before).zip(named(after)));
    let (documents, revision, before) = (state.documents.clone(), state.revision, state.before.clone());
    html!(<Compare {documents} {revision} {before} {pair} {compare} replace={put} />)
}

/// Puts a set of documents in the place of the open ones.
fn replace(state: &UseReducerHandle<State>, files: &[NamedText]) {
    let documents = files.iter().map(|file| (file.name.clone(), file.text.as_str().into()));
    state.dispatch(Action::Replaced(documents.collect()));
}
