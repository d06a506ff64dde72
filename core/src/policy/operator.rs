//! Condition operators. Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Set operators for multivalued context keys".

/// What an operator compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the operator of that name")]
pub enum Base {
    StringEquals,
    StringNotEquals,
    StringEqualsIgnoreCase,
    StringNotEqualsIgnoreCase,
    StringLike,
    StringNotLike,
    ArnEquals,
    ArnLike,
    ArnNotEquals,
    ArnNotLike,
    Bool,
    Null,
    NumericEquals,
    NumericNotEquals,
    NumericLessThan,
    NumericLessThanEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    DateEquals,
    DateNotEquals,
    DateLessThan,
    DateLessThanEquals,
    DateGreaterThan,
    DateGreaterThanEquals,
    BinaryEquals,
    IpAddress,
    NotIpAddress,
}

/// All operators by the name that the documentation gives them.
const NAMES: &[(&str, Base)] = &[
    ("StringEquals", Base::StringEquals),
    ("StringNotEquals", Base::StringNotEquals),
    ("StringEqualsIgnoreCase", Base::StringEqualsIgnoreCase),
    ("StringNotEqualsIgnoreCase", Base::StringNotEqualsIgnoreCase),
    ("StringLike", Base::StringLike),
    ("StringNotLike", Base::StringNotLike),
    ("ArnEquals", Base::ArnEquals),
    ("ArnLike", Base::ArnLike),
    ("ArnNotEquals", Base::ArnNotEquals),
    ("ArnNotLike", Base::ArnNotLike),
    ("Bool", Base::Bool),
    ("Null", Base::Null),
    ("NumericEquals", Base::NumericEquals),
    ("NumericNotEquals", Base::NumericNotEquals),
    ("NumericLessThan", Base::NumericLessThan),
    ("NumericLessThanEquals", Base::NumericLessThanEquals),
    ("NumericGreaterThan", Base::NumericGreaterThan),
    ("NumericGreaterThanEquals", Base::NumericGreaterThanEquals),
    ("DateEquals", Base::DateEquals),
    ("DateNotEquals", Base::DateNotEquals),
    ("DateLessThan", Base::DateLessThan),
    ("DateLessThanEquals", Base::DateLessThanEquals),
    ("DateGreaterThan", Base::DateGreaterThan),
    ("DateGreaterThanEquals", Base::DateGreaterThanEquals),
    ("BinaryEquals", Base::BinaryEquals),
    ("IpAddress", Base::IpAddress),
    ("NotIpAddress", Base::NotIpAddress),
];

impl Base {
    /// Whether the value list is a NOR: it holds when the request's value matches none.
    #[must_use]
    pub fn is_negated(self) -> bool {
        matches!(
            self,
            Self::StringNotEquals
                | Self::StringNotEqualsIgnoreCase
                | Self::StringNotLike
                | Self::ArnNotEquals
                | Self::ArnNotLike
                | Self::NumericNotEquals
                | Self::DateNotEquals
                | Self::NotIpAddress
        )
    }

    /// Whether it compares strings (the `String…` family).
    #[must_use]
    pub fn is_string(self) -> bool {
        matches!(
            self,
            Self::StringEquals
                | Self::StringNotEquals
                | Self::StringEqualsIgnoreCase
                | Self::StringNotEqualsIgnoreCase
                | Self::StringLike
                | Self::StringNotLike
        )
    }

    /// Whether it compares ARNs part by part.
    #[must_use]
    pub fn is_arn(self) -> bool {
        matches!(self, Self::ArnEquals | Self::ArnLike | Self::ArnNotEquals | Self::ArnNotLike)
    }

    /// Whether `*` and `?` are wildcards in its values.
    #[must_use]
    pub fn has_wildcards(self) -> bool {
        self.is_arn() || matches!(self, Self::StringLike | Self::StringNotLike)
    }

    /// Whether letter case is ignored in values.
    #[must_use]
    pub fn ignores_case(self) -> bool {
        matches!(self, Self::StringEqualsIgnoreCase | Self::StringNotEqualsIgnoreCase)
    }

    /// The name as the documentation spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, base)| *base == self).map_or("", |(name, _)| name)
    }
}

/// How the values of a multivalued key are taken together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SetPrefix {
    /// `ForAllValues:` every value of the request; true if there is none.
    ForAllValues,
    /// `ForAnyValue:` at least one value of the request; false if there is none.
    ForAnyValue,
}

/// A condition operator as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Operator {
    /// What it compares.
    pub base: Base,
    /// The set operator before it.
    pub set: Option<SetPrefix>,
    /// Whether it ends in `IfExists`.
    pub if_exists: bool,
}

impl Operator {
    /// Reads an operator's name, letter case ignored (unconfirmed by the documentation). `NullIfExists` does not exist.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (set, rest) = match text.split_once(':') {
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("ForAllValues") => (Some(SetPrefix::ForAllValues), rest),
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("ForAnyValue") => (Some(SetPrefix::ForAnyValue), rest),
            Some(_) => return None,
            None => (None, text),
        };
        let base = |name: &str| NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, base)| *base);
        if let Some(base) = base(rest) {
            return Some(Self { base, set, if_exists: false });
        }
        let at = rest.len().checked_sub("IfExists".len())?;
        let (name, suffix) = rest.split_at_checked(at)?;
        let base = base(name).filter(|b| suffix.eq_ignore_ascii_case("IfExists") && *b != Base::Null)?;
        Some(Self { base, set, if_exists: true })
    }
}

/// The documented operator whose spelling is nearest, set prefix and suffix kept, if one is near enough to be meant.
#[must_use]
pub fn suggest(text: &str) -> Option<String> {
    let (prefix, rest) = text.split_once(':').map_or(("", text), |(prefix, rest)| (prefix, rest));
    let (stem, suffix) = rest.strip_suffix("IfExists").map_or((rest, ""), |stem| (stem, "IfExists"));
    let (name, distance) =
        NAMES.iter().map(|(name, _)| (*name, crate::policy::spelling::distance(stem, name))).min_by_key(|(_, distance)| *distance)?;
    let prefix = match prefix {
        "" => "",
        p if crate::policy::spelling::distance(p, "ForAllValues") <= crate::policy::spelling::distance(p, "ForAnyValue") => "ForAllValues:",
        _ => "ForAnyValue:",
    };
    (distance <= 1 + stem.len() / 4).then(|| format!("{prefix}{name}{suffix}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_prefix_and_suffix() {
        let read = Operator::parse("ForAnyValue:StringNotLikeIfExists").unwrap();
        assert_eq!(read, Operator { base: Base::StringNotLike, set: Some(SetPrefix::ForAnyValue), if_exists: true });
        assert_eq!(Operator::parse("stringequals").map(|o| o.base), Some(Base::StringEquals));
        assert_eq!(Operator::parse("StringEqualsIgnoreCase").map(|o| o.if_exists), Some(false));
        assert_eq!(Operator::parse("NullIfExists"), None);
        assert_eq!(Operator::parse("ForSomeValues:StringLike"), None);
    }

    #[test]
    fn suggests_what_was_meant() {
        assert_eq!(suggest("StringEqual").as_deref(), Some("StringEquals"));
        assert_eq!(suggest("ForAllValue:StringLik").as_deref(), Some("ForAllValues:StringLike"));
        assert_eq!(suggest("Whatever"), None);
    }
}
