//! What JavaScript hears while it waits: how far the engine has come, and its last words if it fails. Functions of JavaScript cannot be shared
//! between threads and a schedule must be, so they lie in the thread's own store.

use std::cell::{Cell, RefCell};

use irsa_lint_core::engine::{InOrder, Schedule};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    /// A function of JavaScript.
    #[derive(Clone)]
    #[wasm_bindgen(js_name = Function, typescript_type = "Function")]
    pub type Listener;
    #[wasm_bindgen(method, js_name = call)]
    fn progress(this: &Listener, that: &JsValue, phase: &str, things: usize, done: usize, of: usize);
    #[wasm_bindgen(method, js_name = call)]
    fn words(this: &Listener, that: &JsValue, text: &str);
}

thread_local! {
    static PROGRESS: RefCell<Option<Listener>> = const { RefCell::new(None) };
    static LAST_WORDS: RefCell<Option<Listener>> = const { RefCell::new(None) };
    static PHASE: Cell<(&'static str, usize)> = const { Cell::new(("", 0)) };
    static TELLING: Cell<bool> = const { Cell::new(false) };
}

/// `listener(phase, things, done, of)` hears from now on of every piece of long work: `phase` is `reading` (things: bytes) or `checking`
/// (things: roles). A phase has several stretches of pieces.
#[wasm_bindgen(js_name = onProgress)]
pub fn on_progress(listener: Listener) {
    PROGRESS.set(Some(listener));
}

/// `listener(text)` hears why the engine fails, before it does. An engine that has failed answers no more.
#[wasm_bindgen(js_name = onPanic)]
pub fn on_panic(listener: Listener) {
    LAST_WORDS.set(Some(listener));
    std::panic::set_hook(Box::new(|info| {
        if let Some(listener) = LAST_WORDS.take() {
            listener.words(&JsValue::NULL, &info.to_string());
        }
    }));
}

/// What the work is from now on.
pub fn begin(phase: &'static str, things: usize) {
    PHASE.set((phase, things));
}

/// Work in fewer pieces is done before anybody wants to know.
const FEW: usize = 8;

/// One piece after the other, and after each a word to who listens.
#[derive(Debug)]
pub struct Told;

impl Schedule for Told {
    fn run(&self, tasks: usize, task: &(dyn Fn(usize) + Sync)) {
        // Pieces of a piece are not told of.
        let listener = PROGRESS.with_borrow(|listener| listener.as_ref().filter(|_| tasks >= FEW && !TELLING.get()).cloned());
        let Some(listener) = listener else { return InOrder.run(tasks, task) };
        let (phase, things) = PHASE.get();
        TELLING.set(true);
        for number in 0..tasks {
            task(number);
            listener.progress(&JsValue::NULL, phase, things, number + 1, tasks);
        }
        TELLING.set(false);
    }
}
