//! A question to the engine that follows what the user types: one is under way at most, after it the newest, and an answer to an older one is
//! dropped. It must not know what is asked.

use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen_futures::spawn_local;
use yew::{hook, use_effect_with, use_mut_ref, use_state};

use crate::bridge;
use crate::state::Document;

/// An answer, or the engine's sentence about why there is none; `None` before the first.
pub type Asked<T> = Option<Rc<Result<T, String>>>;

/// What is said where the engine says nothing.
const NONE: &str = "the engine gave no answer; the next change asks again";

/// Asks `question` of the documents and again after every change of its argument or of a text. Without an argument there is no answer; where it
/// is not `shown`, the last answer stays and nothing is asked.
#[hook]
pub fn use_asked<Q, T>(question: &'static str, argument: Option<Q>, documents: &[Document], revision: u32, shown: bool) -> Asked<T>
where
    Q: Serialize + PartialEq + Clone + 'static,
    T: DeserializeOwned + 'static,
{
    let answer = use_state(|| None::<Rc<Result<T, String>>>);
    let line = use_mut_ref(Line::default);
    let (set, documents) = (answer.setter(), documents.to_vec());
    use_effect_with((argument, revision, shown), move |(argument, _, shown)| {
        if !shown {
            return;
        }
        let mut held = line.borrow_mut();
        held.asked += 1;
        let Some(argument) = argument.clone() else {
            held.wanted = None;
            return set.set(None);
        };
        held.wanted = Some((argument, documents));
        if std::mem::replace(&mut held.busy, true) {
            return;
        }
        let line = line.clone();
        spawn_local(async move {
            loop {
                let (next, asked) = {
                    let mut held = line.borrow_mut();
                    (held.wanted.take(), held.asked)
                };
                let Some((argument, documents)) = next else { break };
                let text = bridge::put(question, &argument, &documents).await;
                if line.borrow().asked == asked {
                    let read = |text: String| serde_json::from_str(&text).map_err(|error| error.to_string());
                    let said = |reason: String| if reason.is_empty() { NONE.to_owned() } else { reason };
                    set.set(Some(Rc::new(text.map_err(said).and_then(read))));
                }
            }
            line.borrow_mut().busy = false;
        });
    });
    (*answer).clone()
}

/// What waits to be asked.
struct Line<Q> {
    wanted: Option<(Q, Vec<Document>)>,
    busy: bool,
    /// Counts the questions, answered or not.
    asked: u32,
}

impl<Q> Default for Line<Q> {
    fn default() -> Self {
        Self { wanted: None, busy: false, asked: 0 }
    }
}
