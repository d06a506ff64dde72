//! Pictures are laid out so that nothing covers anything.

use super::arms;
use super::layout::{self, Drawing, HEIGHT};
use super::*;

const SHORT: [(&str, &str); 6] =
    [("0", "role"), ("1", "policy"), ("2", "provider"), ("3", "cluster"), ("4", "service_account"), ("5", "workload")];

fn chain(nodes: &[(&str, &str)], links: &[(&str, &str)]) -> Chain {
    let node = |(id, kind): &(&str, &str)| {
        let kind = serde_json::from_str(&format!("\"{kind}\"")).unwrap();
        Node {
            id: (*id).into(),
            kind,
            label: format!("a name that is rather long {id}"),
            detail: String::new(),
            location: None,
            state: State::Ok,
        }
    };
    let link = |(from, to): &(&str, &str)| Link {
        from: (*from).into(),
        to: (*to).into(),
        label: "sub".into(),
        state: State::Ok,
        reason: String::new(),
        rule: None,
    };
    Chain { role: None, nodes: nodes.iter().map(node).collect(), links: links.iter().map(link).collect(), more: Vec::new() }
}

fn simple() -> Chain {
    chain(&SHORT, &[("1", "0"), ("3", "2"), ("2", "1"), ("4", "0"), ("4", "1"), ("5", "4")])
}

/// Two providers, three ServiceAccounts, of which one has three workloads, and a job.
fn crowded() -> Chain {
    let more = [
        ("6", "provider"),
        ("7", "cluster"),
        ("8", "service_account"),
        ("9", "workload"),
        ("10", "workload"),
        ("11", "workload"),
        ("12", "ci_job"),
        ("13", "service_account"),
    ];
    let nodes: Vec<_> = SHORT.into_iter().chain(more).collect();
    let links = [
        ("1", "0"),
        ("3", "2"),
        ("2", "1"),
        ("4", "0"),
        ("4", "1"),
        ("5", "4"),
        ("7", "6"),
        ("6", "1"),
        ("8", "0"),
        ("8", "1"),
        ("9", "8"),
        ("10", "8"),
        ("11", "8"),
        ("12", "0"),
        ("12", "1"),
        ("13", "0"),
        ("13", "1"),
    ];
    chain(&nodes, &links)
}

fn holds_together(drawing: &Drawing, chain: &Chain) {
    assert_eq!((drawing.boxes.len(), drawing.arrows.len()), (chain.nodes.len(), chain.links.len()));
    for (at, a) in drawing.boxes.iter().enumerate() {
        assert!(a.x >= 0 && a.y >= 0 && a.x + a.width <= drawing.width && a.y + HEIGHT <= drawing.height, "{a:?} in {}", drawing.width);
        for b in &drawing.boxes[at + 1..] {
            let apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + HEIGHT <= b.y || b.y + HEIGHT <= a.y;
            assert!(apart, "{a:?} covers {b:?}");
        }
    }
    for arrow in &drawing.arrows {
        for step in arrow.points.windows(2) {
            let ((ax, ay), (bx, by)) = (step[0], step[1]);
            assert!(ax == bx || ay == by, "{arrow:?} slants");
            assert!(ax.min(bx) >= 0 && ax.max(bx) <= drawing.width, "{arrow:?} leaves the picture");
            for placed in &drawing.boxes {
                let (left, right, top, bottom) = (placed.x, placed.x + placed.width, placed.y, placed.y + HEIGHT);
                let through = ax.max(bx) > left && ax.min(bx) < right && ay.max(by) > top && ay.min(by) < bottom;
                assert!(!through, "{arrow:?} runs through {placed:?}");
            }
        }
    }
}

#[test]
fn nothing_covers_anything_at_any_width() {
    for chain in [simple(), crowded()] {
        for width in [260, 320, 400, 520, 539, 540, 600, 650, 760, 900, 1400] {
            holds_together(&layout::of(&chain, width), &chain);
        }
    }
}

#[test]
fn the_role_stands_in_the_middle() {
    let (chain, width) = (simple(), 650);
    let wide = layout::of(&chain, width);
    let at = |drawing: &Drawing, node: usize| drawing.boxes.iter().find(|placed| placed.node == node).cloned().unwrap();
    let role = at(&wide, 0);
    assert_eq!(role.x * 2 + role.width, width);
    assert!(at(&wide, 1).x < role.x && at(&wide, 4).x > role.x);
    assert_eq!(at(&wide, 1).y, at(&wide, 4).y);
    let narrow = layout::of(&chain, 360);
    let order: Vec<usize> = narrow.boxes.iter().map(|placed| placed.node).collect();
    assert_eq!(order, [3, 2, 1, 0, 4, 5]);
    assert!(narrow.boxes.iter().all(|placed| placed.x == narrow.boxes[0].x && placed.width == narrow.boxes[0].width));
}

#[test]
fn whatever_leads_to_a_node_stands_above_it() {
    let arms = arms::of(&crowded());
    assert_eq!(arms.trust.nodes, [3, 2, 7, 6, 1]);
    assert_eq!(arms.callers.nodes, [5, 4, 9, 10, 11, 8, 12, 13]);
}

#[test]
fn a_policy_alone_has_one_column() {
    let alone = chain(&SHORT[..4], &[("1", "0"), ("3", "2"), ("2", "1")]);
    let drawing = layout::of(&alone, 650);
    holds_together(&drawing, &alone);
    assert_eq!(drawing.width, 420);
}

#[test]
fn names_are_cut_in_the_middle_and_fit() {
    assert_eq!(layout::middle("abcdefghij", 7), "abc…hij");
    assert_eq!(layout::middle("abcdefghij", 10), "abcdefghij");
    assert_eq!(layout::middle("äöüßäöüß", 5), "äö…üß");
    for placed in layout::of(&simple(), 320).boxes {
        assert!(placed.name.chars().count() <= usize::try_from(placed.width).unwrap() / 8, "{placed:?}");
    }
}

#[test]
fn an_arrow_ends_at_its_box_and_points_to_it() {
    let points = [(0, 0), (0, 40), (30, 40)];
    assert_eq!(layout::path(&points), "M0 0L0 32Q0 40 8 40L23 40");
    assert_eq!(layout::head(&points), "30,40 22,44 22,36");
    assert_eq!(layout::head(&[(5, 40), (5, 0)]), "5,0 1,8 9,8");
}

#[test]
fn says_what_a_node_is() {
    let node = |kind, label: &str, detail: &str, state| {
        Node { id: "0".into(), kind, label: label.into(), detail: detail.into(), location: None, state }.words()
    };
    let words = |kind: &str, name: &str| (kind.to_owned(), name.to_owned());
    assert_eq!(node(Kind::Workload, "Deployment prod/app", "", State::Ok), words("Deployment", "prod/app"));
    assert_eq!(node(Kind::Policy, "trust policy", "lets in exactly `prod/app`", State::Ok), words("Trust policy lets in", "prod/app"));
    assert_eq!(
        node(Kind::Provider, "OIDC provider of cluster …041E", "", State::Unknown),
        words("OIDC provider · not here", "cluster …041E")
    );
}

#[test]
fn the_worst_trouble_comes_first() {
    let mut chain = simple();
    assert_eq!((chain.troubles().len(), chain.summary().as_str()), (0, "Every link of the chain holds"));
    for (at, state) in [(1, State::Unknown), (4, State::Broken)] {
        chain.links[at].state = state;
        chain.links[at].reason = "because".into();
    }
    let told: Vec<String> = chain.troubles().into_iter().map(|(_, what)| what).collect();
    assert_eq!(told, ["ServiceAccount → Trust policy", "Issuer → OIDC provider"]);
    assert_eq!(chain.summary(), "1 link of the chain is broken");
}
