//! What the questions of `can-assume` and `why` are about, and what is asked back where a question is not clear.

use smol_str::SmolStr;

use super::answer::RoleRef;
use crate::admission::{Claim, Token};

/// The caller that `can-assume` asks about.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The issuer without `https://`.
    pub issuer: SmolStr,
    /// The claims in the token.
    pub claims: Vec<(SmolStr, Claim)>,
}

/// What `why` asks about.
#[derive(Clone, Debug, Default)]
pub struct WhyQuestion {
    /// Namespace and name.
    pub service_account: Option<(SmolStr, SmolStr)>,
    /// Name or ARN of the role.
    pub role: Option<String>,
    /// The error text that was seen.
    pub error: Option<String>,
    /// The pod's token.
    pub token: Option<Token>,
}

/// Why a question cannot be answered as it was put.
#[derive(Clone, Debug)]
pub enum Question {
    /// Say which of these roles.
    Roles(Vec<RoleRef>),
    /// No such role, in words.
    NoRole(String),
}
