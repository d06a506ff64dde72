//! Before and after: who is newly admitted, who is shut out.

use yew::{Html, Properties, component, html};

use crate::state::Document;

#[derive(Properties, PartialEq)]
pub struct CompareProps {
    pub documents: Vec<Document>,
    /// Counts the changes of the texts.
    pub revision: u32,
}

#[component]
pub fn Compare(_props: &CompareProps) -> Html {
    html!(<section></section>)
}
