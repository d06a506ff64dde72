//! The one place where these tests touch core's evaluator and its set algebra, so that a change of their interface is a change here alone.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::LazyLock;

use irsa_lint_core::admission::{Admission, Budget, Claim, Context, Grant, Issuers, Request, Token, decide, issuers_of};
use irsa_lint_core::engine::compare::{Side, gained};
use irsa_lint_core::policy::{Effect, TrustPolicy, read};
use irsa_lint_core::source::{FileId, TextMap};
use irsa_lint_core::syntax::{Limits, Pointer, json};
use irsa_lint_rules::providers::catalogue;
use serde_json::Value;

use crate::reference::Call;

static ISSUERS: LazyLock<Issuers<'static>> = LazyLock::new(|| Issuers::new(catalogue()));

/// A policy as core reads it, to be asked about calls.
pub struct Core {
    policy: TrustPolicy,
    /// The admission for each account that was asked about.
    admissions: RefCell<BTreeMap<Option<String>, Rc<Admission<'static>>>>,
}

impl Core {
    /// Hands the policy over as text; `None` where core makes no tree of it.
    #[must_use]
    pub fn read(policy: &Value) -> Option<Self> {
        let text = policy.to_string();
        let parsed = json::parse(&text, &TextMap::direct(FileId(0), 0), &Limits::default());
        parsed.root.map(|root| Self { policy: read(&root, &Pointer::root()), admissions: RefCell::default() })
    }

    /// The evaluator's word.
    #[must_use]
    pub fn decision(&self, call: &Call) -> &'static str {
        decide(&self.policy, &request(call), catalogue()).0.name()
    }

    /// Whether the admitted set, worked out from the policy and the role's account alone, contains the token.
    #[must_use]
    pub fn membership(&self, call: &Call) -> Membership {
        let home = call.home().map(str::to_owned);
        let of_home = || Rc::new(Admission::of(&self.policy, home.as_deref(), &ISSUERS, &Budget::default()));
        let admission = Rc::clone(self.admissions.borrow_mut().entry(home.clone()).or_insert_with(of_home));
        let request = request(call);
        if !admission.contains(&self.policy, &request, &ISSUERS) {
            return Membership::Outside;
        }
        let provider = ISSUERS.provider_of(&request.token.issuer);
        let context = Context { request: &request, provider, variables: self.policy.has_variables() };
        let denies = self.policy.statements.iter().filter(|statement| statement.effect == Effect::Deny);
        let denied_by_provider =
            denies.flat_map(|statement| &statement.conditions).any(|condition| shows_the_provider(&condition.key.text));
        let exact = |grant: &Grant| {
            let by_provider = denied_by_provider || grant.region.residual.iter().any(|key| shows_the_provider(key));
            grant.settled && grant.region.exact && !by_provider && grant.region.contains(&context)
        };
        let entry = admission.of_issuer(&request.token.issuer);
        if entry.is_some_and(|entry| entry.grants.iter().any(exact)) { Membership::Inside } else { Membership::Perhaps }
    }
}

/// What a change from one policy to another does to a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whether it is among those who are newly let in.
    pub gained: Membership,
    /// Whether more may be let in than these.
    pub doubt: bool,
}

/// What the comparison of two policies says of a token.
#[must_use]
pub fn change(before: &Core, after: &Core, call: &Call) -> Change {
    let home = call.home();
    let (from, to) = (Side::new(&before.policy, home), Side::new(&after.policy, home));
    let named: Vec<_> = [&before.policy, &after.policy].into_iter().flat_map(issuers_of).flatten().collect();
    let issuer = named.iter().find(|named| **named == call.issuer);
    let issuer = issuer.or_else(|| named.iter().find(|named| named.eq_ignore_ascii_case(&call.issuer)));
    let found = gained(&from, &to, issuer.map(|issuer| issuer.as_str()), None, &ISSUERS, &Budget::default());
    let request = request(call);
    let provider = ISSUERS.provider_of(&request.token.issuer);
    let context = |policy: &'_ TrustPolicy| Context { request: &request, provider, variables: policy.has_variables() };
    let own: Vec<_> = found.gains.iter().filter(|gain| gain.grant.region.contains(&context(&after.policy))).collect();
    let statements = before.policy.statements.iter().chain(&after.policy.statements);
    let by_provider = statements.flat_map(|statement| &statement.conditions).any(|condition| shows_the_provider(&condition.key.text));
    let certain = !by_provider && own.iter().any(|gain| gain.grant.region.exact && gain.grant.settled);
    let gained = match (own.is_empty(), certain) {
        (true, _) => Membership::Outside,
        (false, true) => Membership::Inside,
        (false, false) => Membership::Perhaps,
    };
    Change { gained, doubt: found.doubt || by_provider }
}

/// What an admitted set says of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// It is in, for certain, but for condition keys that no token decides.
    Inside,
    /// It is in the set, which at this place is wider than what is admitted for certain.
    Perhaps,
    /// It is not in.
    Outside,
}

/// Whether a token could be: admitted sets speak of tokens that have a subject and an audience, that carry `azp` only where the issuer
/// sends it, and whose provider lives in the role's account.
#[must_use]
pub fn could_be(call: &Call) -> bool {
    let own = call.provider_arn.as_deref().and_then(|arn| arn.split(':').nth(4)).is_none_or(|account| Some(account) == call.home());
    let azp = call.claim("azp").is_none() || catalogue().provider_of(&call.issuer).is_none_or(|provider| provider.sends_azp);
    own && azp && call.claim("sub").is_some() && call.claim("aud").is_some()
}

/// Keys that a call decides, but a policy not always: it may name several providers of one issuer.
fn shows_the_provider(key: &str) -> bool {
    ["aws:FederatedProvider", "aws:userid", "aws:PrincipalAccount"].iter().any(|known| key.eq_ignore_ascii_case(known))
}

/// What core's evaluator answers; `None` where core cannot read the policy.
#[must_use]
pub fn core_decision(policy: &Value, call: &Call) -> Option<&'static str> {
    Core::read(policy).map(|core| core.decision(call))
}

fn request(call: &Call) -> Request {
    let claims = call.claims.iter().map(|(name, value)| (name.as_str().into(), claim(value))).collect();
    let word = |text: &Option<String>| text.as_deref().map(Into::into);
    Request {
        token: Token { issuer: call.issuer.as_str().into(), claims },
        provider_arn: word(&call.provider_arn),
        account: word(&call.account),
        role_arn: word(&call.role_arn),
        role_session_name: word(&call.role_session_name),
        client_ids: call.client_ids.as_ref().map(|ids| ids.iter().map(|id| id.as_str().into()).collect()),
    }
}

fn claim(value: &Value) -> Claim {
    match value {
        Value::Null => Claim::Null,
        Value::String(text) => Claim::One(text.as_str().into()),
        Value::Number(_) | Value::Bool(_) => Claim::One(value.to_string().into()),
        Value::Array(list) => Claim::Many(list.iter().filter_map(Value::as_str).map(Into::into).collect()),
        Value::Object(_) => Claim::Other,
    }
}
