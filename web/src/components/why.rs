//! Why AccessDenied: the checklist for a pod and an error text.

use yew::{Callback, Html, Properties, component, html};

use crate::model::Location;
use crate::state::Document;

#[derive(Properties, PartialEq)]
pub struct WhyProps {
    pub documents: Vec<Document>,
    /// Counts the changes of the texts.
    pub revision: u32,
    pub jump: Callback<Location>,
}

#[component]
pub fn Why(_props: &WhyProps) -> Html {
    html!(<section></section>)
}
