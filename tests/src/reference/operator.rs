//! Condition operators, read from their names. Letter case is ignored (the documentation does not say).
//! Source: IAM User Guide, "IAM JSON policy elements: Condition operators", "Set operators for multivalued context keys".

use std::cmp::Ordering;

/// How the values of a multivalued key are taken together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    /// No set operator.
    Plain,
    /// `ForAllValues:`.
    All,
    /// `ForAnyValue:`.
    Any,
}

/// What is compared, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Character by character.
    Equals,
    /// The same, letter case ignored.
    EqualsIgnoreCase,
    /// With wildcards.
    Like,
    /// Six parts, wildcards inside the parts.
    Arn,
    /// `true` or `false`.
    Bool,
    /// Numbers, in one of these orders.
    Numeric(&'static [Ordering]),
    /// Dates, addresses, binary: no token decides them.
    Opaque,
    /// Whether the key is there.
    Null,
}

/// A condition operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operator {
    /// The set operator before it.
    pub set: Set,
    /// What it compares.
    pub family: Family,
    /// Whether it holds when no value matches.
    pub negated: bool,
    /// Whether it ends in `IfExists`.
    pub if_exists: bool,
}

/// The operator of this name, if there is one.
pub fn read(name: &str) -> Option<Operator> {
    let name = name.to_ascii_lowercase();
    let (set, rest) = match name.split_once(':') {
        Some(("forallvalues", rest)) => (Set::All, rest),
        Some(("foranyvalue", rest)) => (Set::Any, rest),
        Some(_) => return None,
        None => (Set::Plain, name.as_str()),
    };
    let (base, if_exists) = match rest.strip_suffix("ifexists") {
        Some(base) => (base, true),
        None => (rest, false),
    };
    let (family, negated) = family(base)?;
    // There is no `NullIfExists`, and presence has nothing to do with sets.
    let real = family != Family::Null || (!if_exists && set == Set::Plain);
    real.then_some(Operator { set, family, negated, if_exists })
}

fn family(base: &str) -> Option<(Family, bool)> {
    use Ordering::{Equal, Greater, Less};
    Some(match base {
        "stringequals" => (Family::Equals, false),
        "stringnotequals" => (Family::Equals, true),
        "stringequalsignorecase" => (Family::EqualsIgnoreCase, false),
        "stringnotequalsignorecase" => (Family::EqualsIgnoreCase, true),
        "stringlike" => (Family::Like, false),
        "stringnotlike" => (Family::Like, true),
        "arnequals" | "arnlike" => (Family::Arn, false),
        "arnnotequals" | "arnnotlike" => (Family::Arn, true),
        "bool" => (Family::Bool, false),
        "null" => (Family::Null, false),
        "numericequals" => (Family::Numeric(&[Equal]), false),
        "numericnotequals" => (Family::Numeric(&[Equal]), true),
        "numericlessthan" => (Family::Numeric(&[Less]), false),
        "numericlessthanequals" => (Family::Numeric(&[Less, Equal]), false),
        "numericgreaterthan" => (Family::Numeric(&[Greater]), false),
        "numericgreaterthanequals" => (Family::Numeric(&[Greater, Equal]), false),
        "dateequals" | "datelessthan" | "datelessthanequals" | "dategreaterthan" | "dategreaterthanequals" => (Family::Opaque, false),
        "binaryequals" | "ipaddress" => (Family::Opaque, false),
        "datenotequals" | "notipaddress" => (Family::Opaque, true),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_no_null_if_exists() {
        assert_eq!(read("NullIfExists"), None);
        assert_eq!(read("StringEqual"), None);
        let odd = read("foranyvalue:STRINGnotLIKEifexists").unwrap();
        assert_eq!(odd, Operator { set: Set::Any, family: Family::Like, negated: true, if_exists: true });
    }
}
