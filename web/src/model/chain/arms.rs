//! The two arms that meet at the role: whom it trusts on the one side, who comes to it on the other. Each arm is a list in which whatever leads
//! to a node stands above it.

use super::{Chain, Kind};

/// One arm, from its far end to the role.
#[derive(Debug, Default, PartialEq)]
pub struct Arm {
    /// Places in the chain's nodes.
    pub nodes: Vec<usize>,
}

/// Both arms, and the place of the role.
#[derive(Debug, Default, PartialEq)]
pub struct Arms {
    pub role: Option<usize>,
    pub trust: Arm,
    pub callers: Arm,
}

/// Sorts the nodes of a chain into its arms.
pub fn of(chain: &Chain) -> Arms {
    let role = chain.nodes.iter().position(|node| node.kind == Kind::Role);
    let mut arms = Arms { role, ..Arms::default() };
    let mut seen = vec![false; chain.nodes.len()];
    for (at, node) in chain.nodes.iter().enumerate() {
        let arm = match node.kind {
            Kind::Policy => &mut arms.trust,
            Kind::ServiceAccount | Kind::CiJob | Kind::Association => &mut arms.callers,
            _ => continue,
        };
        add(chain, at, &mut seen, &mut arm.nodes);
    }
    // What leads nowhere is drawn all the same.
    for (at, node) in chain.nodes.iter().enumerate().filter(|(_, node)| node.kind != Kind::Role) {
        let arm = if matches!(node.kind, Kind::Cluster | Kind::Provider) { &mut arms.trust } else { &mut arms.callers };
        add(chain, at, &mut seen, &mut arm.nodes);
    }
    arms
}

/// A node after all that leads to it from farther out.
fn add(chain: &Chain, at: usize, seen: &mut [bool], order: &mut Vec<usize>) {
    let (Some(node), Some(flag)) = (chain.nodes.get(at), seen.get_mut(at)) else { return };
    if std::mem::replace(flag, true) {
        return;
    }
    for link in chain.links.iter().filter(|link| link.to == node.id) {
        let from = chain.nodes.iter().position(|other| other.id == link.from && is_farther(other.kind, node.kind));
        if let Some(from) = from {
            add(chain, from, seen, order);
        }
    }
    order.push(at);
}

fn is_farther(kind: Kind, than: Kind) -> bool {
    matches!((than, kind), (Kind::Policy, Kind::Provider) | (Kind::Provider, Kind::Cluster) | (Kind::ServiceAccount, Kind::Workload))
}
