//! The pictures of roles as JSON.

use serde::Serialize;

use super::shape::{LocationJson, RoleJson};
use super::{SCHEMA_VERSION, text};
use crate::engine::chain::{Line, More, Node, Picture};
use crate::report::{Places, Run};

#[derive(Serialize)]
struct ChainsJson<'a> {
    schema_version: u32,
    roles: Vec<PictureJson<'a>>,
}

#[derive(Serialize)]
struct PictureJson<'a> {
    role: Option<RoleJson<'a>>,
    nodes: Vec<NodeJson<'a>>,
    links: Vec<LinkJson<'a>>,
    more: Vec<MoreJson>,
}

#[derive(Serialize)]
struct NodeJson<'a> {
    id: String,
    kind: &'static str,
    label: &'a str,
    detail: &'a str,
    location: Option<LocationJson<'a>>,
    state: &'static str,
}

#[derive(Serialize)]
struct LinkJson<'a> {
    from: String,
    to: String,
    label: &'a str,
    state: &'static str,
    reason: &'a str,
    rule: Option<&'static str>,
}

#[derive(Serialize)]
struct MoreJson {
    of: String,
    kind: &'static str,
    count: usize,
}

/// The pictures.
#[must_use]
pub fn chain(run: &Run<'_>, pictures: &[Picture]) -> String {
    let roles = pictures.iter().map(|picture| PictureJson::of(run.places, picture)).collect();
    text(&ChainsJson { schema_version: SCHEMA_VERSION, roles })
}

fn id(node: usize) -> String {
    format!("n{node}")
}

impl<'a> PictureJson<'a> {
    fn of(places: &Places<'a>, picture: &'a Picture) -> Self {
        let node = |(at, node): (usize, &'a Node)| NodeJson {
            id: id(at),
            kind: node.kind.name(),
            label: &node.label,
            detail: &node.detail,
            location: node.place.as_ref().map(|place| LocationJson::of(places, place)),
            state: node.state.name(),
        };
        let link = |line: &'a Line| LinkJson {
            from: id(line.from),
            to: id(line.to),
            label: &line.label,
            state: line.state.name(),
            reason: &line.reason,
            rule: line.rule,
        };
        let more = |more: &More| MoreJson { of: id(more.of), kind: more.kind.name(), count: more.count };
        Self {
            role: picture.role.as_ref().map(|role| RoleJson::of(places, role)),
            nodes: picture.nodes.iter().enumerate().map(node).collect(),
            links: picture.links.iter().map(link).collect(),
            more: picture.more.iter().map(more).collect(),
        }
    }
}
