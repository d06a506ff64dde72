//! A work allowance in deterministic units, so that an answer never depends on how fast the machine is: core reads no clock.

use std::sync::atomic::{AtomicU64, Ordering};

/// What all questions about one policy may cost together. One unit is about one machine word touched.
#[derive(Debug)]
pub struct Budget {
    left: AtomicU64,
}

impl Budget {
    /// The allowance of one policy: at most some 20 ms of one core of the 2020s.
    pub const PER_POLICY: u64 = 3_000_000;

    /// An allowance of `units`.
    #[must_use]
    pub const fn new(units: u64) -> Self {
        Self { left: AtomicU64::new(units) }
    }

    /// Takes `units` away. False, for good, when fewer were left.
    pub fn spend(&self, units: u64) -> bool {
        let before = self.left.load(Ordering::Relaxed);
        // Two questions at once may both count from the same value: the allowance bounds work, it is no account book.
        self.left.store(before.saturating_sub(units), Ordering::Relaxed);
        before >= units && before > 0
    }

    /// The units left.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.left.load(Ordering::Relaxed)
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(Self::PER_POLICY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_used_up_budget_stays_used_up() {
        let budget = Budget::new(10);
        assert!(budget.spend(10));
        assert!(!budget.spend(1));
        let other = Budget::new(10);
        assert!(!other.spend(11));
        assert!(!other.spend(1), "what was refused is gone too");
    }
}
