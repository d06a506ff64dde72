//! `why` as JSON.

use serde::Serialize;

use super::shape::{ErrorJson, LocationJson};
use super::{SCHEMA_VERSION, text};
use crate::document::model::Broken;
use crate::engine::KnownError;
use crate::engine::answer::{Chain, ChainLink, LinkKind};
use crate::report::{Places, Run};

#[derive(Serialize)]
struct WhyJson<'a> {
    schema_version: u32,
    notes: &'a [String],
    chain: Vec<LinkJson<'a>>,
    broken: Option<usize>,
    /// What the error text proves, where it is a known one.
    error: Option<KnownJson>,
    errors: Vec<ErrorJson<'a>>,
}

#[derive(Serialize)]
struct LinkJson<'a> {
    link: &'static str,
    holds: Option<bool>,
    message: &'a str,
    help: &'a str,
    location: Option<LocationJson<'a>>,
}

#[derive(Serialize)]
struct KnownJson {
    id: &'static str,
    proves: &'static str,
    causes: &'static str,
    in_order: Vec<&'static str>,
    at_fault: Vec<&'static str>,
}

impl KnownJson {
    fn of(error: &KnownError) -> Self {
        let names = |links: &[LinkKind]| links.iter().map(|link| link.name()).collect();
        Self { id: error.id, proves: error.proves, causes: error.causes, in_order: names(error.clears), at_fault: names(error.points_to) }
    }
}

/// `why --format json`.
#[must_use]
pub fn why(run: &Run<'_>, errors: &[Broken], chain: &Chain) -> String {
    text(&WhyJson {
        schema_version: SCHEMA_VERSION,
        notes: run.notes,
        chain: chain.links.iter().map(|link| LinkJson::of(run.places, link)).collect(),
        broken: chain.broken,
        error: chain.error.as_ref().map(KnownJson::of),
        errors: ErrorJson::all(run, errors),
    })
}

impl<'a> LinkJson<'a> {
    fn of(places: &Places<'a>, link: &'a ChainLink) -> Self {
        Self {
            link: link.kind.name(),
            holds: link.holds.known(),
            message: &link.message,
            help: &link.help,
            location: link.place.as_ref().map(|place| LocationJson::of(places, place)),
        }
    }
}
