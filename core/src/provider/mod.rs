//! Identity providers as data: how an issuer is recognised, what its subjects look like, who chooses the audience, which claims STS exposes.
//! Holds the form of a catalogue entry and the lookup; names no issuer (the entries are `irsa-lint-rules`' data) and knows no policy.

mod catalogue;
mod class;
mod entry;
mod placeholder;
mod template;

use std::borrow::Cow;

pub use catalogue::Catalogue;
pub use class::{CharSet, Class, Run};
pub use entry::{Audience, ChosenBy, Claim, ClaimKind, Control, Kind, Provider, Refuses, SubjectForm, standard_claim};
pub use template::{Captures, Part, Slot, Template, TemplateError};

/// Text of an entry: a literal of the built-in catalogue, or owned where a user added the provider.
pub type Str = Cow<'static, str>;

/// A list in an entry, borrowed or owned as [`Str`] is.
pub type List<T> = Cow<'static, [T]>;
