//! Kleene's three-valued logic. `None` is unknown.

/// Yes, no, or (`None`) undecided by what is known.
pub type Truth = Option<bool>;

/// Both hold.
pub fn and(left: Truth, right: Truth) -> Truth {
    match (left, right) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// At least one holds.
pub fn or(left: Truth, right: Truth) -> Truth {
    not(and(not(left), not(right)))
}

/// It does not hold.
pub fn not(truth: Truth) -> Truth {
    truth.map(|known| !known)
}

/// What two possible worlds have in common.
pub fn agree(left: Truth, right: Truth) -> Truth {
    if left == right { left } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_loses_only_to_what_decides() {
        assert_eq!(and(None, Some(false)), Some(false));
        assert_eq!(and(None, Some(true)), None);
        assert_eq!(or(None, Some(true)), Some(true));
        assert_eq!(or(Some(false), None), None);
        assert_eq!(agree(Some(true), Some(false)), None);
    }
}
