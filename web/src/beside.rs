//! The way to `editor/src/beside.js`: how wide something is, the texts as they are now, files for the earlier state of a comparison.

use wasm_bindgen::prelude::{Closure, JsValue, wasm_bindgen};
use web_sys::HtmlElement;

use crate::bridge::named;
use crate::model::NamedText;
use crate::state::Document;

#[wasm_bindgen(raw_module = "./parts.js")]
extern "C" {
    type Stop;
    #[wasm_bindgen(method, js_name = call)]
    fn stop(this: &Stop, nothing: &JsValue);
    #[wasm_bindgen(js_name = watchWidth)]
    fn watch(element: &HtmlElement, told: &Closure<dyn FnMut(i32)>) -> Stop;
    #[wasm_bindgen(js_name = texts)]
    fn texts_of(documents: &str) -> String;
    #[wasm_bindgen(js_name = chooseTexts)]
    fn choose(chosen: JsValue);
}

/// As long as it lives, an element's width is told.
pub struct Watch {
    stop: Stop,
    _told: Closure<dyn FnMut(i32)>,
}

/// Tells how wide an element is, in pixels, now and whenever that changes.
pub fn watch_width(element: &HtmlElement, told: impl FnMut(i32) + 'static) -> Watch {
    let told = Closure::new(told);
    Watch { stop: watch(element, &told), _told: told }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop.stop(&JsValue::NULL);
    }
}

/// The texts of documents as they are now.
pub fn texts(documents: &[Document]) -> Vec<NamedText> {
    serde_json::from_str(&texts_of(&named(documents))).unwrap_or_default()
}

/// Lets a person choose files.
pub fn choose_texts(chosen: impl FnOnce(Vec<NamedText>) + 'static) {
    choose(Closure::once_into_js(move |json: String| chosen(serde_json::from_str(&json).unwrap_or_default())));
}
