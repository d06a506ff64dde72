//! The whole page: holds the state, hears the editor and the engine, and asks again after every change.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::{
    Callback, Html, KeyboardEvent, MouseEvent, NodeRef, Reducible, UseReducerDispatcher, UseReducerHandle, component, html,
    use_effect_with, use_node_ref, use_reducer,
};

use super::all::AllProps;
use super::compare::Compare;
use super::dialog::Front;
use super::documents::Documents;
use super::findings::{Findings, go};
use super::first_glance::FirstGlance;
use super::gallery::Gallery;
use super::header::Header;
use super::notice::NoticeLine;
use super::progress::{Failure, Progress};
use super::rule::Rule;
use super::token::TryToken;
use super::views::Views;
use super::who::Who;
use super::why::Why;
use crate::bridge::{self, Heard};
use crate::model::coming::Coming;
use crate::model::{Answer, Location, NamedText, rule_page};
use crate::outside;
use crate::state::{Action, Dialog, DocumentId, FIRST, State, View};

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
        use_effect_with((), move |()| start(&dispatcher, &host));
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
                outside::track(&documents);
            }
        });
    }
    let close_rule = {
        let dispatcher = state.dispatcher();
        Callback::from(move |()| dispatcher.dispatch(Action::Explained(None)))
    };
    html! {
        <>
        <div class="page" onkeydown={on_escape(close_rule.clone())}>
            <a class="skip" href="#answers" onclick={skip()}>{"Skip to the answers"}</a>
            {head(&state)}
            {notice(&state)}
            <main>
                <div class="left">
                    {tabs(&state)}
                    <div class="editor" ref={host}></div>
                </div>
                <div class="right" id="answers" tabindex="-1">{answers(&state)}</div>
                <Progress />
                // Always there: a list of another length would make the editor's element anew.
                <div class="side">{state.rule.clone().map(|page| html!(<Rule {page} close={close_rule} />))}</div>
            </main>
        </div>
        {front(&state)}
        </>
    }
}

/// Starts what is outside, and opens the first document.
fn start(dispatcher: &UseReducerDispatcher<State>, host: &NodeRef) {
    let Some(host) = host.cast() else { return };
    bridge::start(&host, heard(dispatcher));
    dispatcher.dispatch(Action::Opened { name: FIRST.to_owned(), text: "".into() });
    let large = dispatcher.clone();
    outside::start(came(dispatcher.clone()), move |name, file| large.dispatch(Action::OpenedLarge { name, file }));
    let dispatcher = dispatcher.clone();
    spawn_local(async move {
        let gallery = bridge::gallery().await.and_then(|json| serde_json::from_str(&json).ok());
        dispatcher.dispatch(Action::Gallery(gallery.unwrap_or_default()));
    });
}

/// The answers get the keyboard; the address stays as it is.
fn skip() -> Callback<MouseEvent> {
    Callback::from(|event: MouseEvent| {
        event.prevent_default();
        bridge::focus_on("answers");
    })
}

fn on_escape(close: Callback<()>) -> Callback<KeyboardEvent> {
    Callback::from(move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            close.emit(());
        }
    })
}

fn heard(dispatcher: &UseReducerDispatcher<State>) -> Heard {
    let (changed, answered, explained) = (dispatcher.clone(), dispatcher.clone(), dispatcher.clone());
    Heard {
        changed: Box::new(move |id, empty| changed.dispatch(Action::Edited { id, empty })),
        answered: Box::new(move |revision, json, failed| {
            answered.dispatch(match serde_json::from_str(&json) {
                Ok(answer) => Action::Answered { revision, answer: Rc::new(answer) },
                Err(error) => Action::Failed { revision, reason: if failed.is_empty() { error.to_string() } else { failed } },
            });
        }),
        explained: Box::new(move |json| explained.dispatch(Action::Explained(rule_page(&json).map(Rc::new)))),
    }
}

fn head(state: &UseReducerHandle<State>) -> Html {
    let (restart, dialog) = (state.dispatcher(), state.dispatcher());
    let restart = Callback::from(move |()| restart.dispatch(Action::Replaced(vec![(FIRST.to_owned(), "".into())])));
    let dialog = Callback::from(move |which| dialog.dispatch(Action::Opens(Some(which))));
    html!(<Header empty={state.is_empty()} kept={state.kept} {restart} {dialog} />)
}

/// Hears what comes from outside, and does what keys mean.
fn came(dispatcher: UseReducerDispatcher<State>) -> impl FnMut(Coming) {
    move |coming| match coming.key.as_deref() {
        Some("help") => dispatcher.dispatch(Action::Opens(Some(Dialog::Keys))),
        Some(key) => {
            let view = key.strip_prefix("view ").and_then(|number| number.parse::<usize>().ok());
            let view = view.and_then(|number| View::ALL.get(number.checked_sub(1)?));
            view.into_iter().for_each(|view| dispatcher.dispatch(Action::Viewed(*view)));
        }
        None => dispatcher.dispatch(Action::Came(coming)),
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
    let all = {
        let dispatcher = state.dispatcher();
        Callback::from(move |()| dispatcher.dispatch(Action::Opens(Some(Dialog::All))))
    };
    html!(<Documents documents={state.documents.clone()} shown={state.shown} answer={state.answer.clone()} {show} {close} {add} {all} />)
}

fn notice(state: &UseReducerHandle<State>) -> Html {
    let dispatcher = state.dispatcher();
    let read = Callback::from(move |()| dispatcher.dispatch(Action::NoticeRead));
    html!(<NoticeLine notice={state.notice.clone()} {read} />)
}

fn front(state: &UseReducerHandle<State>) -> Html {
    let dispatcher = state.dispatcher();
    let show = Callback::from(move |id| dispatcher.dispatch(Action::Shown(id)));
    let all = AllProps { documents: state.documents.clone(), shown: state.shown, answer: state.answer.clone(), show };
    html!(<Front dialog={state.dialog} {all} />)
}

fn answers(state: &UseReducerHandle<State>) -> Html {
    if state.is_empty() && state.view != View::Why {
        let open = {
            let state = state.clone();
            Callback::from(move |at: usize| {
                if let Some(example) = state.examples.get(at) {
                    replace(&state, &example.files);
                }
            })
        };
        let why = {
            let dispatcher = state.dispatcher();
            Callback::from(move |()| dispatcher.dispatch(Action::Viewed(View::Why)))
        };
        return html!(<Gallery examples={state.examples.clone()} {open} {why} />);
    }
    let Some(answer) = state.answer.clone() else {
        return match state.failure.clone() {
            Some(why) => html!(<Failure {why} older={false} />),
            None => html!(<p class="waiting">{"…"}</p>),
        };
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
    let documents = state.documents.clone();
    let shown = match state.view {
        View::Findings => html!(<Findings answer={answer.clone()} {documents} jump={jump.clone()} {explain} />),
        View::Who => html!(<Who answer={answer.clone()} jump={jump.clone()} />),
        View::Token | View::Why => Html::default(),
        View::Compare => compare(state, &answer),
    };
    html! {
        <>
            {state.failure.clone().map(|why| html!(<Failure {why} older={true} />))}
            if !state.is_empty() { <FirstGlance answer={answer.clone()} jump={jump.clone()} /> }
            <Views shown={state.view} answer={answer.clone()} show={view} />
            <div class="view" role="tabpanel" id="view" aria-label={state.view.title()}>
                <div>{shown}</div>
                {filled_in(state, answer, jump)}
            </div>
        </>
    }
}

/// The views with something to fill in, which stays while another view is seen.
fn filled_in(state: &UseReducerHandle<State>, answer: Rc<Answer>, jump: Callback<Location>) -> Html {
    let add = {
        let dispatcher = state.dispatcher();
        Callback::from(move |name: &'static str| {
            dispatcher.dispatch(Action::Opened { name: name.to_owned(), text: "".into() });
            bridge::focus();
        })
    };
    let (documents, revision, view) = (state.documents.clone(), state.revision, state.view);
    html! {
        <>
            <div hidden={view != View::Token}>
                <TryToken answer={answer.clone()} documents={documents.clone()} {revision} shown={view == View::Token} jump={jump.clone()} />
            </div>
            <div hidden={view != View::Why}>
                <Why {answer} {documents} {revision} shown={view == View::Why} {jump} {add} />
            </div>
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
        Callback::from(move |files: Vec<NamedText>| {
            replace(&state, &files);
            state.dispatch(Action::Viewed(View::Compare));
        })
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
