//! The way to what is JavaScript: the editor, the worker with the engine, files. Plain texts and numbers cross it.

use serde::Serialize;
use wasm_bindgen::prelude::{Closure, JsValue, wasm_bindgen};
use web_sys::HtmlElement;

use crate::model::{Edit, Location};
use crate::state::{Document, DocumentId};

#[wasm_bindgen(raw_module = "./parts.js")]
extern "C" {
    fn mount(host: &HtmlElement, changed: &Closure<dyn FnMut(DocumentId, bool)>);
    #[wasm_bindgen(js_name = open)]
    fn open_with(id: DocumentId, text: &str);
    fn has(id: DocumentId) -> bool;
    fn retain(ids: &[DocumentId]);
    pub fn show(id: DocumentId);
    pub fn focus();
    #[wasm_bindgen(js_name = focusOn)]
    pub fn focus_on(element: &str);
    #[wasm_bindgen(js_name = jump)]
    fn jump_to(id: DocumentId, location: &str);
    #[wasm_bindgen(js_name = slice)]
    fn slice_of(id: DocumentId, location: &str) -> String;
    #[wasm_bindgen(js_name = start)]
    fn start_engine(answer: &Closure<dyn FnMut(u32, String, String)>, explained: &Closure<dyn FnMut(String)>);
    #[wasm_bindgen(js_name = ask)]
    fn ask_about(revision: u32, documents: &str);
    pub fn explain(rule: &str);
    #[wasm_bindgen(js_name = fix)]
    fn make(edits: &str, ids: &str);
    fn files(opened: &Closure<dyn FnMut(String, String)>);
    #[wasm_bindgen(js_name = chooseFiles)]
    pub fn choose_files();
    #[wasm_bindgen(catch, js_name = put)]
    async fn put_to_engine(question: &str, argument: &str, documents: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn examples() -> Result<JsValue, JsValue>;
}

/// What the page does when something happens outside.
pub struct Heard {
    /// Which document, and whether nothing stands in it.
    pub changed: Box<dyn FnMut(DocumentId, bool)>,
    /// Revision, answer as JSON, or why there is none.
    pub answered: Box<dyn FnMut(u32, String, String)>,
    pub explained: Box<dyn FnMut(String)>,
    /// Name and text.
    pub opened: Box<dyn FnMut(String, String)>,
}

/// Starts everything; once.
pub fn start(host: &HtmlElement, heard: Heard) {
    // The page lives as long as its tab, and so does what listens.
    let changed = Closure::wrap(heard.changed);
    mount(host, &changed);
    changed.forget();
    let (answered, explained) = (Closure::wrap(heard.answered), Closure::wrap(heard.explained));
    start_engine(&answered, &explained);
    answered.forget();
    explained.forget();
    let opened = Closure::wrap(heard.opened);
    files(&opened);
    opened.forget();
}

/// Makes the editor hold these documents and no others.
pub fn hold(documents: &[Document]) {
    let ids: Vec<DocumentId> = documents.iter().map(|document| document.id).collect();
    retain(&ids);
    documents.iter().filter(|document| !has(document.id)).for_each(|document| open_with(document.id, &document.initial));
}

pub fn ask(revision: u32, documents: &[Document]) {
    ask_about(revision, &named(documents));
}

pub fn named(documents: &[Document]) -> String {
    json(&documents.iter().map(|document| (document.id, document.name.as_str())).collect::<Vec<_>>())
}

/// Puts a question to the engine about all documents, in the words of `wasm/js/index.d.ts`: its answer as JSON, or why there is none.
pub async fn put(question: &str, argument: &impl Serialize, documents: &[Document]) -> Result<String, String> {
    let text = |value: JsValue| value.as_string().unwrap_or_default();
    put_to_engine(question, &json(argument), &named(documents)).await.map(text).map_err(text)
}

pub fn jump(id: DocumentId, location: &Location) {
    jump_to(id, &json(location));
}

pub fn slice(id: DocumentId, location: &Location) -> String {
    slice_of(id, &json(location))
}

pub fn fix(edits: &[Edit], documents: &[Document]) {
    let ids: Vec<(&str, DocumentId)> = documents.iter().map(|document| (document.name.as_str(), document.id)).collect();
    make(&json(&edits), &json(&ids));
}

pub async fn gallery() -> Option<String> {
    examples().await.ok()?.as_string()
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
