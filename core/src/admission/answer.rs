//! The three values of an answer. `Unknown` is never folded into the other two: "could not tell" is not "no".

/// The answer to a question about a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<T> {
    /// Yes, and this shows it.
    Yes(T),
    /// Proved: no.
    No,
    /// Neither proved.
    Unknown(Reason),
}

/// Why a question has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The work allowance was used up: the patterns are too entangled to decide.
    Budget,
}

impl<T> Answer<T> {
    /// True only for a proved yes.
    #[must_use]
    pub fn is_yes(&self) -> bool {
        matches!(self, Self::Yes(_))
    }

    /// True only for a proved no.
    #[must_use]
    pub fn is_no(&self) -> bool {
        matches!(self, Self::No)
    }

    /// The same answer with another thing to show.
    pub fn map<U>(self, show: impl FnOnce(T) -> U) -> Answer<U> {
        match self {
            Self::Yes(shown) => Answer::Yes(show(shown)),
            Self::No => Answer::No,
            Self::Unknown(reason) => Answer::Unknown(reason),
        }
    }

    /// What shows the yes, if it is one.
    pub fn yes(self) -> Option<T> {
        match self {
            Self::Yes(shown) => Some(shown),
            Self::No | Self::Unknown(_) => None,
        }
    }
}
