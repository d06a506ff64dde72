//! Where everything of a picture lies, in pixels. Two arms come down and meet at the role; where there is little room, all stands in one column
//! with the role in the middle.

use super::arms::{self, Arms};
use super::{Chain, Kind, State};

/// The height of a box.
pub const HEIGHT: i32 = 56;
/// Room between two boxes, for an arrow with its sign and its words.
const GAP: i32 = 42;
/// Room between two that have nothing to do with each other.
const APART: i32 = 16;
/// Room between the arms, and beside them, for the arrows that pass other boxes.
const BETWEEN: i32 = 66;
const BESIDE: i32 = 20;
/// Less room than this, and there is one column.
const NARROW: i32 = 540;
const WIDEST: i32 = 760;
/// Where the arrows of an arm run, from its outer edge.
const SPINE: i32 = 44;
/// From a box's left edge to its words, and on the right.
pub const INSET: i32 = 42;
const PADDING: i32 = 12;
/// How wide ten letters are: of names, which are set in a fixed width, and at most of other words.
const LETTERS: i32 = 85;
const SMALL_LETTERS: i32 = 73;

/// A picture, ready to draw.
#[derive(Debug, Default, PartialEq)]
pub struct Drawing {
    pub width: i32,
    pub height: i32,
    pub boxes: Vec<Placed>,
    /// The worst last, so that nothing hides it.
    pub arrows: Vec<Arrow>,
}

/// A node's box.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Its place in the chain.
    pub node: usize,
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub kind: String,
    /// Cut in the middle where it is too long.
    pub name: String,
}

/// A link's line.
#[derive(Debug, PartialEq)]
pub struct Arrow {
    /// Its place in the chain.
    pub link: usize,
    pub points: Vec<(i32, i32)>,
    /// Where its sign stands.
    pub mark: (i32, i32),
    pub label: Option<Label>,
}

#[derive(Debug, PartialEq)]
pub struct Label {
    pub x: i32,
    pub y: i32,
    /// Whether it ends there.
    pub ends: bool,
    pub text: String,
}

/// Which way the arrows of an arm run past others.
struct Lanes {
    /// From a workload past another to its ServiceAccount.
    near: i32,
    /// To the trust policy.
    policy: i32,
    /// To the role.
    role: i32,
}

struct Plan<'c> {
    chain: &'c Chain,
    arms: Arms,
    wide: bool,
    width: i32,
    boxes: Vec<Placed>,
}

/// Lays a chain out for so much room.
pub fn of(chain: &Chain, room: i32) -> Drawing {
    let arms = arms::of(chain);
    let both = !arms.trust.nodes.is_empty() && !arms.callers.nodes.is_empty();
    let wide = both && room >= NARROW;
    let width = if both { room.min(WIDEST) } else { room.min(420) }.max(240);
    let mut plan = Plan { chain, arms, wide, width, boxes: Vec::new() };
    plan.place();
    let arrows_of = |state: State| chain.links.iter().enumerate().filter(move |(_, link)| link.state == state).map(|(at, _)| at);
    let arrows = State::ALL.into_iter().flat_map(arrows_of).filter_map(|at| plan.arrow(at)).collect();
    let height = plan.boxes.iter().map(|placed| placed.y + HEIGHT).max().unwrap_or_default();
    Drawing { width, height: height + 2, boxes: plan.boxes, arrows }
}

impl Plan<'_> {
    fn place(&mut self) {
        let (trust, callers) = (std::mem::take(&mut self.arms.trust.nodes), std::mem::take(&mut self.arms.callers.nodes));
        if self.wide {
            let beside = if self.passes(&trust, Kind::Provider) || self.passes(&callers, Kind::Workload) { BESIDE } else { 1 };
            let half = (self.width - BETWEEN) / 2 - beside;
            let (left, right) = (self.rows(&trust), self.rows(&callers));
            let last = [&left, &right].into_iter().filter_map(|rows| rows.last()).copied().max().unwrap_or_default();
            for (nodes, rows, x) in [(&trust, &left, beside), (&callers, &right, self.width - beside - half)] {
                let down = last - rows.last().copied().unwrap_or_default();
                for (node, row) in nodes.iter().zip(rows) {
                    self.add(*node, x, row + down, half);
                }
            }
            if let Some(role) = self.arms.role {
                let width = (self.width - 2 * (beside + SPINE + 48)).min(360);
                self.add(role, (self.width - width) / 2, last + HEIGHT + GAP, width);
            }
        } else {
            let (left, width) = (if callers.is_empty() { 1 } else { 2 * BESIDE }, self.width);
            let width = width - left - if callers.len() > 1 { BESIDE } else { 1 };
            let column: Vec<usize> = trust.iter().chain(&self.arms.role).chain(callers.iter().rev()).copied().collect();
            let rows = self.rows(&column);
            for (node, row) in column.into_iter().zip(rows) {
                self.add(node, left, row, width);
            }
        }
        (self.arms.trust.nodes, self.arms.callers.nodes) = (trust, callers);
    }

    /// Where the boxes of a column begin, one under the other: with room for an arrow where one leads from one to the next.
    fn rows(&self, column: &[usize]) -> Vec<i32> {
        let id = |at: usize| self.chain.nodes.get(at).map(|node| node.id.as_str());
        let leads =
            |a: usize, b: usize| self.chain.links.iter().any(|link| Some(link.from.as_str()) == id(a) && Some(link.to.as_str()) == id(b));
        let mut y = 1;
        let mut rows = Vec::with_capacity(column.len());
        for (at, node) in column.iter().enumerate() {
            if let Some(above) = at.checked_sub(1).and_then(|at| column.get(at)) {
                y += HEIGHT + if leads(*above, *node) || leads(*node, *above) { GAP } else { APART };
            }
            rows.push(y);
        }
        rows
    }

    /// Whether an arm has arrows that run past boxes: more than one of a kind leads to the same.
    fn passes(&self, nodes: &[usize], outer: Kind) -> bool {
        let kinds = || nodes.iter().filter_map(|at| self.chain.nodes.get(*at)).map(|node| node.kind);
        let outermost = kinds().filter(|kind| *kind == outer).count();
        let callers = kinds().filter(|kind| matches!(kind, Kind::ServiceAccount | Kind::CiJob | Kind::Association)).count();
        outermost > 1 || callers > 1
    }

    fn add(&mut self, node: usize, x: i32, y: i32, width: i32) {
        let Some((kind, name)) = self.chain.nodes.get(node).map(super::Node::words) else { return };
        let fits = |ten: i32| letters(width - INSET - PADDING, ten);
        let (kind, name) = (middle(&kind, fits(SMALL_LETTERS)), middle(&name, fits(LETTERS)));
        self.boxes.push(Placed { node, x, y, width, kind, name });
    }

    fn placed(&self, id: &str) -> Option<(&Placed, Kind)> {
        let at = self.chain.nodes.iter().position(|node| node.id == id)?;
        let kind = self.chain.nodes.get(at)?.kind;
        self.boxes.iter().find(|placed| placed.node == at).map(|placed| (placed, kind))
    }

    fn arrow(&self, at: usize) -> Option<Arrow> {
        let link = self.chain.links.get(at)?;
        let ((from, kind), (to, target)) = (self.placed(&link.from)?, self.placed(&link.to)?);
        let trusts = matches!(kind, Kind::Cluster | Kind::Provider | Kind::Policy);
        if target == Kind::Policy && !trusts {
            return Some(self.to_policy(at, from, to));
        }
        let spine = self.spine(from, trusts);
        let next = (from.y - to.y).abs() == HEIGHT + GAP;
        if target == Kind::Role && self.wide {
            if next {
                return Some(self.elbow(at, from, to, spine, trusts));
            }
            let lane = self.lanes(from, trusts).role;
            return Some(passing(at, from, to, (lane, HEIGHT / 2, HEIGHT / 2)));
        }
        if next {
            let (start, end) = if from.y < to.y { (from.y + HEIGHT, to.y) } else { (from.y, to.y + HEIGHT) };
            let mark = (spine, (start + end) / 2);
            let label = self.label(at, mark, trusts || !self.wide, from);
            return Some(Arrow { link: at, points: vec![(spine, start), (spine, end)], mark, label });
        }
        let lanes = self.lanes(from, trusts);
        let lane = if target == Kind::Role { lanes.role } else { lanes.near };
        // Not where an arrow to the trust policy leaves.
        let enters = if from.y < to.y { HEIGHT / 4 } else { HEIGHT * 3 / 4 };
        Some(passing(at, from, to, (lane, HEIGHT / 2, enters)))
    }

    fn lanes(&self, from: &Placed, trusts: bool) -> Lanes {
        let (left, right) = (from.x, from.x + from.width);
        match (self.wide, trusts) {
            (true, true) => Lanes { near: left - 12, policy: right + BETWEEN / 2, role: left - 12 },
            (true, false) => Lanes { near: left - 12, policy: left - BETWEEN / 2, role: right + 12 },
            (false, _) => Lanes { near: left - 12, policy: left - 28, role: right + 12 },
        }
    }

    fn spine(&self, placed: &Placed, trusts: bool) -> i32 {
        if self.wide && !trusts { placed.x + placed.width - SPINE } else { placed.x + SPINE }
    }

    /// From a caller to the trust policy, which lets it in or not. Each answer has a lane of its own: lines of one colour may run together.
    fn to_policy(&self, at: usize, from: &Placed, to: &Placed) -> Arrow {
        let lane = self.lanes(from, false).policy;
        if from.y == to.y {
            let y = from.y + HEIGHT / 2;
            let points = vec![(from.x, y), (to.x + to.width, y)];
            return Arrow { link: at, points, mark: (lane, y), label: None };
        }
        let state = self.chain.links.get(at).map_or(State::Ok, |link| link.state);
        let (aside, enters) = match state {
            State::Ok => (0, HEIGHT / 2 - 8),
            State::Unknown => (-8, HEIGHT / 2 + 8),
            State::Missing | State::Broken => (8, HEIGHT / 2 - 16),
        };
        if self.wide {
            let (start, end, lane) = (from.y + HEIGHT / 2, to.y + enters, lane + aside);
            let points = vec![(from.x, start), (lane, start), (lane, end), (to.x + to.width, end)];
            return Arrow { link: at, points, mark: (from.x - 13, start), label: None };
        }
        passing(at, from, to, (lane - aside, HEIGHT / 2, HEIGHT / 2 + aside))
    }

    /// Down and then inward to the role.
    fn elbow(&self, at: usize, from: &Placed, to: &Placed, spine: i32, trusts: bool) -> Arrow {
        let y = to.y + HEIGHT / 2;
        let edge = if trusts { to.x } else { to.x + to.width };
        let mark = (spine, from.y + HEIGHT + GAP / 2);
        let label = self.label(at, mark, trusts, from);
        Arrow { link: at, points: vec![(spine, from.y + HEIGHT), (spine, y), (edge, y)], mark, label }
    }

    fn label(&self, at: usize, mark: (i32, i32), rightward: bool, from: &Placed) -> Option<Label> {
        let text = self.chain.links.get(at)?.words();
        let x = if rightward { mark.0 + 16 } else { mark.0 - 16 };
        let text = middle(&text, letters(from.width - SPINE - 20, SMALL_LETTERS));
        (!text.is_empty()).then_some(Label { x, y: mark.1 + 4, ends: !rightward, text })
    }
}

/// Out of a box to a lane, along it, and back to another; `heights`: where it leaves and enters, from each box's top.
fn passing(link: usize, from: &Placed, to: &Placed, (lane, leaves, enters): (i32, i32, i32)) -> Arrow {
    let side = |placed: &Placed| if lane < placed.x { placed.x } else { placed.x + placed.width };
    let (start, end) = (from.y + leaves, to.y + enters);
    let points = vec![(side(from), start), (lane, start), (lane, end), (side(to), end)];
    Arrow { link, points, mark: (lane, (start + end) / 2), label: None }
}

/// How many letters have room.
fn letters(room: i32, ten: i32) -> usize {
    usize::try_from(room * 10 / ten).unwrap_or_default()
}

/// A text in so many letters: its middle is left out where it is longer, because both ends tell names apart.
pub fn middle(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let (head, tail) = (most / 2, most.saturating_sub(most / 2 + 1));
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(count - tail).collect();
    format!("{start}…{end}")
}

/// A line through these points with round corners, as the `d` of a path; it stops short of its arrowhead.
pub fn path(points: &[(i32, i32)]) -> String {
    let mut out = String::new();
    let toward = |from: (i32, i32), to: (i32, i32), by: i32| {
        let step = |from: i32, to: i32| from + (to - from).clamp(-by, by);
        (step(from.0, to.0), step(from.1, to.1))
    };
    for (at, point) in points.iter().enumerate() {
        let (before, after) = (at.checked_sub(1).and_then(|at| points.get(at)), points.get(at + 1));
        let piece = match (before, after) {
            (None, _) => format!("M{} {}", point.0, point.1),
            (Some(before), None) => {
                let end = toward(*point, *before, 7);
                format!("L{} {}", end.0, end.1)
            }
            (Some(before), Some(after)) => {
                let (start, end) = (toward(*point, *before, 8), toward(*point, *after, 8));
                format!("L{} {}Q{} {} {} {}", start.0, start.1, point.0, point.1, end.0, end.1)
            }
        };
        out.push_str(&piece);
    }
    out
}

/// The arrowhead at the end of a line, as the `points` of a polygon.
pub fn head(points: &[(i32, i32)]) -> String {
    let (Some(end), Some(before)) = (points.last(), points.iter().rev().nth(1)) else { return String::new() };
    let (dx, dy) = ((end.0 - before.0).signum(), (end.1 - before.1).signum());
    let (back, side) = (8, 4);
    let corner = |side: i32| format!("{},{}", end.0 - dx * back + dy * side, end.1 - dy * back + dx * side);
    format!("{},{} {} {}", end.0, end.1, corner(side), corner(-side))
}
