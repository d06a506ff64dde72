//! How much of an issuer a grant admits.

use smol_str::SmolStr;

use super::answer::Answer;
use super::budget::Budget;
use super::grant::Grant;
use super::issuers::Forms;
use super::language::Language;

/// How much of an issuer's legal subjects a set holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admits {
    /// None.
    Nobody,
    /// Finitely many.
    Listed,
    /// Infinitely many, not all.
    Some,
    /// All.
    Everyone,
    /// Not known: the question went past its work budget.
    Unknown,
}

impl Admits {
    /// `nobody`, `listed`, `some`, `everyone`, `unknown`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Listed => "listed",
            Self::Some => "some",
            Self::Everyone => "everyone",
            Self::Unknown => "unknown",
        }
    }
}

/// What a grant comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// How much.
    pub admits: Admits,
    /// The parts of the subject whose admitted values have no longest member.
    pub unbounded: Vec<SmolStr>,
}

impl Summary {
    /// Whether a part is unbounded.
    #[must_use]
    pub fn is_unbounded(&self, part: &str) -> bool {
        self.unbounded.iter().any(|name| name == part)
    }
}

impl Grant {
    /// What the grant comes to at an issuer with these subject forms.
    #[must_use]
    pub fn summary(&self, forms: &Forms, budget: &Budget) -> Summary {
        of(&self.subjects(), forms, budget)
    }
}

/// What a set of subjects comes to.
#[must_use]
pub fn of(subjects: &Language, forms: &Forms, budget: &Budget) -> Summary {
    let plain = |admits| Summary { admits, unbounded: Vec::new() };
    if let Some(listed) = subjects.as_literals() {
        let some = listed.iter().any(|subject| !forms.closed || forms.legal.contains(subject));
        return plain(if some { Admits::Listed } else { Admits::Nobody });
    }
    let mut unbounded: Vec<SmolStr> = Vec::new();
    let (mut empty, mut finite, mut everything) = (true, true, true);
    for grammar in &forms.grammars {
        match subjects.breadth(grammar, budget) {
            Ok(breadth) => {
                empty &= breadth.empty;
                finite &= breadth.finite;
                everything &= breadth.everything;
                for part in breadth.unbounded {
                    if !unbounded.contains(&part) {
                        unbounded.push(part);
                    }
                }
            }
            Err(_) => return plain(Admits::Unknown),
        }
    }
    if empty && !forms.closed {
        // Other forms than the known ones may be sent.
        return plain(match subjects.is_finite(budget) {
            Answer::Yes(()) => Admits::Listed,
            Answer::No => Admits::Some,
            Answer::Unknown(_) => Admits::Unknown,
        });
    }
    let admits = match (empty, everything, finite) {
        (true, ..) => Admits::Nobody,
        (_, true, _) => Admits::Everyone,
        (_, _, true) => Admits::Listed,
        _ => Admits::Some,
    };
    Summary { admits, unbounded }
}
