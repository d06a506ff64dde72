//! What a row says about a set: is what has been read in it, and is anything left to decide?

/// What a row says about its formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Value(u8);

impl Value {
    const ACCEPTS: u8 = 1;
    const NEVER: u8 = 2;
    const ALWAYS: u8 = 4;

    /// Everything that begins like this is in the set.
    pub const EVERY: Self = Self(Self::ACCEPTS | Self::ALWAYS);
    /// Nothing that begins like this is.
    pub const NOTHING: Self = Self(Self::NEVER);

    pub fn new(accepts: bool, never: bool, always: bool) -> Self {
        let bit = |set: bool, bit: u8| if set { bit } else { 0 };
        Self(bit(accepts, Self::ACCEPTS) | bit(never, Self::NEVER) | bit(always, Self::ALWAYS))
    }

    /// Is what has been read in the set?
    pub fn accepts(self) -> bool {
        self.0 & Self::ACCEPTS != 0
    }

    /// Is nothing that begins like this in the set?
    pub fn never(self) -> bool {
        self.0 & Self::NEVER != 0
    }

    /// Does nothing that follows matter?
    pub fn decided(self) -> bool {
        self.0 & (Self::NEVER | Self::ALWAYS) != 0
    }

    pub fn not(self) -> Self {
        Self((self.0 ^ Self::ACCEPTS) & Self::ACCEPTS | (self.0 & Self::NEVER) << 1 | (self.0 & Self::ALWAYS) >> 1)
    }

    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0 & (Self::ACCEPTS | Self::ALWAYS) | (self.0 | other.0) & Self::NEVER)
    }

    pub fn or(self, other: Self) -> Self {
        Self((self.0 | other.0) & (Self::ACCEPTS | Self::ALWAYS) | self.0 & other.0 & Self::NEVER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decided_values_absorb_and_complements_swap() {
        let open = Value::new(true, false, false);
        assert_eq!(Value::EVERY.not(), Value::NOTHING);
        assert_eq!(Value::NOTHING.not(), Value::EVERY);
        assert_eq!(open.not(), Value::new(false, false, false));
        assert_eq!((open.and(Value::EVERY), open.or(Value::NOTHING)), (open, open));
        assert_eq!((open.and(Value::NOTHING), open.or(Value::EVERY)), (Value::NOTHING, Value::EVERY));
    }
}
