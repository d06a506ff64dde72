//! Try a token: does this one get in?

use yew::{Callback, Html, Properties, component, html};

use crate::model::Location;
use crate::state::Document;

#[derive(Properties, PartialEq)]
pub struct TryTokenProps {
    pub documents: Vec<Document>,
    /// Counts the changes of the texts.
    pub revision: u32,
    pub jump: Callback<Location>,
}

#[component]
pub fn TryToken(_props: &TryTokenProps) -> Html {
    html!(<section></section>)
}
