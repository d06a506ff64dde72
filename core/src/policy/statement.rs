//! A trust policy as it is written, each element with its place.

use smol_str::SmolStr;

use super::Operator;
use crate::source::Span;
use crate::syntax::{Pointer, Scalar};

/// A trust policy.
#[derive(Clone, Debug)]
pub struct TrustPolicy {
    /// The whole document.
    pub span: Span,
    /// Where it stands in its document.
    pub pointer: Pointer,
    /// The `Version` element.
    pub version: Version,
    /// Where the version is written, if it is.
    pub version_value: Option<Scalar>,
    /// The statements, in order.
    pub statements: Vec<Statement>,
    /// Whether `Statement` is a list (else one object).
    pub statement_list: bool,
    /// How many characters IAM counts, white space left out; `None` where the text is too short to matter.
    pub size: Option<usize>,
    /// What breaks the grammar.
    pub violations: Vec<Violation>,
}

/// The policy language's version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// `2012-10-17`: policy variables are replaced.
    V2012,
    /// `2008-10-17`, or no Version: `${…}` is literal text.
    V2008,
    /// Something else; read as 2008.
    Unknown,
}

/// One statement.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its place in the list, from 0.
    pub index: usize,
    /// The whole statement.
    pub span: Span,
    /// Where it stands in its document.
    pub pointer: Pointer,
    /// `Sid`.
    pub sid: Option<Scalar>,
    /// `Effect`.
    pub effect: Effect,
    /// Where the effect is written.
    pub effect_value: Option<Scalar>,
    /// `Principal` or `NotPrincipal`.
    pub principals: Principals,
    /// `Action` or `NotAction`.
    pub action: Action,
    /// The condition block's entries: one for each operator and key.
    pub conditions: Vec<Condition>,
    /// The condition block as a whole.
    pub condition_span: Option<Span>,
}

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Lets in.
    Allow,
    /// Shuts out.
    Deny,
    /// Missing or neither of the two, exact case: does nothing.
    Invalid,
}

/// Whom a statement speaks of.
#[derive(Clone, Debug)]
pub struct Principals {
    /// Whether it is `NotPrincipal`.
    pub negated: bool,
    /// Each principal named; none if the element is missing.
    pub list: Vec<Principal>,
    /// The element's value.
    pub span: Option<Span>,
}

/// One principal.
#[derive(Clone, Debug)]
pub struct Principal {
    /// Of which type.
    pub kind: PrincipalKind,
    /// Its value; for the bare `"*"` the star.
    pub value: Scalar,
    /// The type's key, e.g. `Federated`; `None` for the bare `"*"`.
    pub key: Option<Scalar>,
    /// Where the value stands in its document.
    pub pointer: Pointer,
}

/// The type of a principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrincipalKind {
    /// `"Federated"`.
    Federated,
    /// `"AWS"`.
    Aws,
    /// `"Service"`.
    Service,
    /// `"CanonicalUser"`.
    CanonicalUser,
    /// `"Principal": "*"`.
    Star,
    /// A type that the grammar does not know.
    Other(SmolStr),
}

/// What a statement speaks of.
#[derive(Clone, Debug)]
pub struct Action {
    /// Whether it is `NotAction`.
    pub negated: bool,
    /// The patterns; none if the element is missing.
    pub patterns: Vec<Scalar>,
    /// The element's value.
    pub span: Option<Span>,
}

/// One operator with one key and its values.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The operator.
    pub operator: Operation,
    /// The operator as written.
    pub operator_name: Scalar,
    /// The key as written.
    pub key: Scalar,
    /// The values; booleans and numbers as they are written.
    pub values: Vec<Scalar>,
    /// Whether the values stand in a list.
    pub list: bool,
    /// Key and value.
    pub span: Span,
    /// The value or the list of values.
    pub values_span: Span,
    /// Where the value stands in its document.
    pub pointer: Pointer,
    /// Whether a later condition has the same operator and key to the letter, so that parsers keep that one alone.
    pub overridden: bool,
}

/// The operator of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// One of the documented.
    Known(Operator),
    /// Not an operator.
    Unknown,
}

/// Something that the grammar does not allow.
#[derive(Clone, Debug)]
pub struct Violation {
    /// What.
    pub kind: ViolationKind,
    /// Where.
    pub span: Span,
    /// Where, in the document.
    pub pointer: Pointer,
}

/// What the grammar does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ViolationKind {
    /// An object has this key twice, to the letter; parsers keep the last.
    DuplicateKey(SmolStr),
    /// An element that the policy or the statement does not have.
    UnknownElement(SmolStr),
    /// `Resource` or `NotResource`, refused in a trust policy.
    ProhibitedField(SmolStr),
    /// An element that must be there.
    MissingElement(&'static str),
    /// An element of the wrong type: its name, what it should be, what it is.
    WrongType(SmolStr, &'static str, &'static str),
    /// Both an element and its negation: `Action` and `NotAction`, `Principal` and `NotPrincipal`.
    Both(&'static str, &'static str),
    /// An effect that is neither `Allow` nor `Deny`.
    InvalidEffect(SmolStr),
    /// A version that does not exist.
    InvalidVersion(SmolStr),
    /// A list of values that holds none.
    EmptyValues(SmolStr),
    /// A Sid that is not letters and digits.
    InvalidSid(SmolStr),
    /// The same Sid twice.
    DuplicateSid(SmolStr),
}

impl TrustPolicy {
    /// Whether policy variables are replaced in values.
    #[must_use]
    pub fn has_variables(&self) -> bool {
        self.version == Version::V2012
    }
}

impl Statement {
    /// How a message names it: by its Sid, else by its number from 1.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.sid {
            Some(sid) if !sid.text.is_empty() => format!("statement `{}`", sid.text),
            _ => format!("statement {}", self.index + 1),
        }
    }

    /// The conditions that count: the last of each operator and key.
    pub fn effective_conditions(&self) -> impl Iterator<Item = &Condition> {
        self.conditions.iter().filter(|c| !c.overridden)
    }
}

impl Condition {
    /// The operator, if it is one.
    #[must_use]
    pub fn known(&self) -> Option<Operator> {
        match self.operator {
            Operation::Known(operator) => Some(operator),
            Operation::Unknown => None,
        }
    }
}
