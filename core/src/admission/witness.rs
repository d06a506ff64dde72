//! A token that a policy admits, tried by the evaluator: no finding shows one that was not.

use smol_str::SmolStr;

use super::answer::{Answer, Reason};
use super::evaluate::{Verdict, decide_policy};
use super::grant::Grant;
use super::token::{Request, Token};
use crate::policy::TrustPolicy;
use crate::provider::Catalogue;

/// A token that the policy admits. Only [`Witness::certify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    token: Token,
    residual: Vec<SmolStr>,
}

impl Witness {
    /// Tries a token. Where the grant it comes from hangs on keys that no token decides, `unknown` will do: it is let in where they hold.
    #[must_use]
    pub fn certify(policy: &TrustPolicy, token: Token, account: Option<&str>, grant: &Grant, catalogue: &Catalogue) -> Answer<Self> {
        let request = Request { token, account: account.map(SmolStr::from), ..Request::default() };
        let residual = grant.region.residual.clone();
        match decide_policy(policy, &request, catalogue) {
            Verdict::Allowed => Answer::Yes(Self { token: request.token, residual: Vec::new() }),
            Verdict::Unknown if !residual.is_empty() || !grant.region.exact => Answer::Yes(Self { token: request.token, residual }),
            Verdict::Unknown => Answer::Unknown(Reason::NotDecided),
            // Deny statements that went past the work budget are not taken from the grant, so it may promise too much.
            Verdict::Denied if !grant.settled => Answer::Unknown(Reason::Budget),
            Verdict::Denied => Answer::Unknown(Reason::Disagreement),
        }
    }

    /// The token.
    #[must_use]
    pub fn token(&self) -> &Token {
        &self.token
    }

    /// Condition keys that no token decides and that must hold as well.
    #[must_use]
    pub fn residual(&self) -> &[SmolStr] {
        &self.residual
    }
}
