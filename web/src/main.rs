//! The page: an adapter between the engine, which works in a thread of its own, and whoever looks. It must not know how findings are made.

#![cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "outside a browser only the state's tests use it"))]

mod model;
mod state;

#[cfg(target_arch = "wasm32")]
mod beside;
#[cfg(target_arch = "wasm32")]
mod bridge;
#[cfg(target_arch = "wasm32")]
mod components;
#[cfg(target_arch = "wasm32")]
mod outside;

#[cfg(target_arch = "wasm32")]
fn main() {
    yew::Renderer::<components::app::App>::new().render();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
