//! The shortest member of a disjunct: breadth first over the rows of its machine.

use smol_str::SmolStr;

use super::bits;
use super::checks::Limits;
use super::disjuncts::Disjunct;
use super::machine::{Choice, Machine};
use super::rows::Rows;
use crate::admission::{Answer, Budget, Reason};

/// Units of work in asking one atom for one text or two.
const GUESS: u64 = 20;

/// The shortest member, of several the most readable one. `most`: longer members are not looked for.
pub(super) fn shortest(disjunct: &Disjunct, most: Option<usize>, budget: &Budget) -> Answer<SmolStr> {
    if !budget.spend(GUESS * disjunct.ops.len() as u64) {
        return Answer::Unknown(Reason::Budget);
    }
    if let Some(guess) = disjunct.guess() {
        return Answer::Yes(guess);
    }
    // The loosened set holds every member, so its shortest one is the shortest of all if it is a member.
    match run(&Machine::new(&disjunct.ops, Limits::Loosened, None), most, budget) {
        Answer::Yes(found) if disjunct.contains(&found) => Answer::Yes(found),
        Answer::Yes(_) => run(&Machine::new(&disjunct.ops, Limits::Counted, None), most, budget),
        other => other,
    }
}

/// Has the disjunct a member if no length limit holds?
pub(super) fn shortest_unlimited(disjunct: &Disjunct, budget: &Budget) -> Answer<SmolStr> {
    run(&Machine::new(&disjunct.ops, Limits::Ignored, None), None, budget)
}

fn run(machine: &Machine<'_>, most: Option<usize>, budget: &Budget) -> Answer<SmolStr> {
    if !budget.spend(machine.set_up()) {
        return Answer::Unknown(Reason::Budget);
    }
    let mut scratch = machine.scratch();
    let mut start = machine.after(machine.head());
    let value = machine.judge(&mut start, &mut scratch);
    if value.accepts() {
        return Answer::Yes(machine.head().into());
    }
    if value.never() {
        return Answer::No;
    }
    let mut rows = Rows::new(machine.width());
    rows.insert(&start);
    // For each row the row before it and the symbol between.
    let mut origins: Vec<(u32, u32)> = vec![(0, 0)];
    let (mut from, mut to, mut allowed) = (vec![0; machine.width()], vec![0; machine.width()], Vec::new());
    let (mut at, mut level_end, mut level) = (0, 1, machine.head().chars().count());
    while at < rows.len() {
        if at == level_end {
            (level_end, level) = (rows.len(), level + 1);
        }
        if most.is_some_and(|most| level >= most) {
            return Answer::No;
        }
        from.copy_from_slice(rows.row(at));
        scratch.allowed.fill(u64::MAX);
        let tried = machine.narrow(&from, Choice::Distinct, &mut scratch);
        allowed.clone_from(&scratch.allowed);
        if !budget.spend(machine.cost(tried)) {
            return Answer::Unknown(Reason::Budget);
        }
        for symbol in bits::indices(&allowed) {
            machine.step(&from, symbol, &mut to);
            let value = machine.judge(&mut to, &mut scratch);
            if value.accepts() {
                return Answer::Yes(spell(machine, &origins, at, symbol));
            }
            if !value.never() && rows.insert(&to).1 {
                origins.push((u32::try_from(at).unwrap_or(u32::MAX), u32::try_from(symbol).unwrap_or(u32::MAX)));
            }
        }
        at += 1;
    }
    Answer::No
}

fn spell(machine: &Machine<'_>, origins: &[(u32, u32)], mut at: usize, last: usize) -> SmolStr {
    let mut reversed = vec![machine.alphabet.shown(last)];
    while at != 0 {
        let Some((before, symbol)) = origins.get(at) else { break };
        reversed.push(machine.alphabet.shown(*symbol as usize));
        at = *before as usize;
    }
    machine.head().chars().chain(reversed.into_iter().rev()).collect()
}
