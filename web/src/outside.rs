//! The way to what keeps, shares, opens and saves documents (`editor/src/keep.js`). Plain texts and numbers cross it.

use wasm_bindgen::prelude::{Closure, JsValue, wasm_bindgen};

use crate::bridge::named;
use crate::model::coming::{Coming, Prepared};
use crate::state::Document;

#[wasm_bindgen(raw_module = "./parts.js")]
extern "C" {
    fn outside(heard: &Closure<dyn FnMut(String)>, heard_large: &Closure<dyn FnMut(String, u32)>);
    #[wasm_bindgen(js_name = track)]
    fn track_all(documents: &str);
    /// Puts one's own documents in the place of a link's.
    pub fn back();
    #[wasm_bindgen(js_name = chooseFiles)]
    pub fn choose_files(folder: bool);
    #[wasm_bindgen(js_name = keepDocuments)]
    pub fn keep_documents(on: bool);
    #[wasm_bindgen(js_name = saveDocument)]
    pub fn save_document();
    #[wasm_bindgen(js_name = saveAll)]
    pub fn save_all();
    #[wasm_bindgen(js_name = saveShared)]
    pub fn save_shared();
    /// `how`: `json`, `markdown`, `copy`.
    #[wasm_bindgen(js_name = saveFindings)]
    pub fn save_findings(how: &str);
    #[wasm_bindgen(js_name = openDialog)]
    pub fn open_dialog(id: &str);
    #[wasm_bindgen(js_name = closeDialog)]
    pub fn close_dialog(id: &str);
    /// Gives the keyboard to an element; [`leave`] gives it back.
    pub fn enter(id: &str);
    pub fn leave();
    /// Scrolls an element into sight.
    pub fn reveal(id: &str);
    #[wasm_bindgen(catch, js_name = prepare)]
    async fn prepare_for(options: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = copy)]
    async fn copy_text(text: &str) -> Result<JsValue, JsValue>;
}

/// Starts listening; once. `large` hears the names and numbers of files that are too large to be a text here.
pub fn start(mut heard: impl FnMut(Coming) + 'static, large: impl FnMut(String, u32) + 'static) {
    let heard: Closure<dyn FnMut(String)> = Closure::new(move |json: String| heard(serde_json::from_str(&json).unwrap_or_default()));
    let large: Closure<dyn FnMut(String, u32)> = Closure::new(large);
    outside(&heard, &large);
    heard.forget();
    large.forget();
}

/// Tells which documents are open.
pub fn track(documents: &[Document]) {
    track_all(&named(documents));
}

/// What a link would hold, with ids and names replaced or not.
pub async fn prepare(ids: bool, names: bool) -> Option<Prepared> {
    let json = prepare_for(&format!(r#"{{"ids":{ids},"names":{names}}}"#)).await.ok()?;
    serde_json::from_str(&json.as_string()?).ok()
}

/// Whether a text is on the clipboard now.
pub async fn copy(text: &str) -> bool {
    copy_text(text).await.is_ok_and(|done| done.is_truthy())
}
