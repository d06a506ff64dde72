//! The picture of a role as the engine tells it: nodes, links, and how it stands with them. It must not know where they are drawn.

pub mod arms;
pub mod layout;
#[cfg(test)]
mod tests;

use serde::Deserialize;

use super::{Location, Seen};

/// The pictures of the first roles, then those of roles that only ServiceAccounts name.
#[derive(Debug, Default, Deserialize, PartialEq)]
pub struct Chains {
    pub roles: Vec<Chain>,
}

#[derive(Debug, Default, Deserialize, PartialEq)]
pub struct Chain {
    pub role: Option<Seen>,
    pub nodes: Vec<Node>,
    pub links: Vec<Link>,
    pub more: Vec<More>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Node {
    pub id: String,
    pub kind: Kind,
    pub label: String,
    pub detail: String,
    pub location: Option<Location>,
    pub state: State,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Link {
    pub from: String,
    pub to: String,
    pub label: String,
    pub state: State,
    /// Empty where there is nothing to say.
    pub reason: String,
    pub rule: Option<String>,
}

/// What is left out beside a node.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct More {
    pub kind: Kind,
    pub count: usize,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Cluster,
    Provider,
    Policy,
    Role,
    ServiceAccount,
    Workload,
    CiJob,
    Association,
}

/// How it stands; the worse, the greater.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Ok,
    Unknown,
    Missing,
    Broken,
}

/// How the engine begins to say whom a policy admits.
const LETS_IN: &str = "lets in ";

impl State {
    /// The worse, the later drawn.
    pub const ALL: [Self; 4] = [Self::Ok, Self::Unknown, Self::Missing, Self::Broken];

    /// Its class in the look, and its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unknown => "unknown",
            Self::Missing => "missing",
            Self::Broken => "broken",
        }
    }

    /// The sign that stands on a link, for those who do not see its colour.
    pub fn sign(self) -> Option<&'static str> {
        match self {
            Self::Ok => None,
            Self::Unknown => Some("?"),
            Self::Missing | Self::Broken => Some("✗"),
        }
    }
}

impl Kind {
    /// What it is called above its name.
    pub fn title(self) -> &'static str {
        match self {
            Self::Cluster => "Issuer",
            Self::Provider => "OIDC provider",
            Self::Policy => "Trust policy",
            Self::Role => "Role",
            Self::ServiceAccount => "ServiceAccount",
            Self::Workload => "Workload",
            Self::CiJob => "CI job",
            Self::Association => "Pod Identity association",
        }
    }
}

impl Node {
    /// What it is, and its name in few words.
    pub fn words(&self) -> (String, String) {
        let name = self.label.as_str();
        let (kind, name) = match self.kind {
            Kind::Policy if self.detail.starts_with(LETS_IN) => {
                let whom = self.detail.trim_start_matches(LETS_IN);
                ("Trust policy lets in", whom.strip_prefix("exactly ").unwrap_or(whom))
            }
            Kind::Provider => (self.kind.title(), bare(name.strip_prefix("OIDC provider of ").unwrap_or(name))),
            Kind::Cluster if name.starts_with("cluster ") => ("Cluster", name.trim_start_matches("cluster ")),
            Kind::Cluster => (self.kind.title(), bare(name)),
            Kind::Workload => name.split_once(' ').unwrap_or((self.kind.title(), name)),
            Kind::CiJob if !self.detail.is_empty() => (self.detail.as_str(), name),
            _ => (self.kind.title(), name),
        };
        let absent = if self.is_absent() { " · not here" } else { "" };
        (format!("{kind}{absent}"), name.replace('`', ""))
    }

    /// Whether no document shows it.
    pub fn is_absent(&self) -> bool {
        self.location.is_none() && self.state != State::Ok
    }

    /// What it is.
    fn thing(&self) -> String {
        if self.kind == Kind::Policy {
            return self.kind.title().to_owned();
        }
        self.words().0.split(" · ").next().unwrap_or_default().to_owned()
    }

    /// All that is known of it, for a tooltip and for whoever listens.
    pub fn told(&self) -> String {
        let (kind, name) = self.words();
        let known = self.detail.is_empty() || kind == self.detail || self.detail.starts_with(LETS_IN);
        let detail = if known { String::new() } else { format!(", {}", self.detail) };
        format!("{kind}: {name}{}", detail.replace('`', ""))
    }
}

/// A name without what stands behind it in brackets.
fn bare(name: &str) -> &str {
    name.split_once(" (").map_or(name, |(name, _)| name)
}

impl Link {
    /// What stands beside its arrow: what the boxes do not say already.
    pub fn words(&self) -> String {
        match self.label.as_str() {
            "trust policy" => String::new(),
            label => label.replace('`', "").replace("eks.amazonaws.com/", "…/"),
        }
    }
}

impl Chain {
    /// The links that are not in order and say why, the worst first, each with what it links.
    pub fn troubles(&self) -> Vec<(&Link, String)> {
        let name = |id: &str| self.nodes.iter().find(|node| node.id == id).map(Node::thing).unwrap_or_default();
        let of = |state: State| self.links.iter().filter(move |link| link.state == state && !link.reason.is_empty());
        let found = [State::Broken, State::Missing, State::Unknown].into_iter().flat_map(of);
        found.map(|link| (link, format!("{} → {}", name(&link.from), name(&link.to)))).collect()
    }

    /// The picture in one sentence.
    pub fn summary(&self) -> String {
        let count = |state: &dyn Fn(State) -> bool| self.links.iter().filter(|link| state(link.state)).count();
        let (broken, unknown) = (count(&|state| state >= State::Missing), count(&|state| state == State::Unknown));
        let links = |count: usize| if count == 1 { "1 link".to_owned() } else { format!("{count} links") };
        match (broken, unknown) {
            (0, 0) => "Every link of the chain holds".to_owned(),
            (0, unknown) => format!("No link of the chain is broken; {} cannot be told from these documents", links(unknown)),
            (broken, _) => format!("{} of the chain {} broken", links(broken), if broken == 1 { "is" } else { "are" }),
        }
    }
}
