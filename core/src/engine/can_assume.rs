//! `can-assume`: one token against one trust policy, with the trace of every statement and, on a denial, the nearest miss.

use smol_str::SmolStr;

use super::answer::{Decision, Nearest, RoleRef};
use super::nearest::nearest;
use super::run::{Case, Engine};
use super::select;
use crate::admission::trace::trace;
use crate::admission::words::listed;
use crate::admission::{Admission, Budget, Claim, Issuers, Request, Stage, Token, Verdict, decide, objection};
use crate::document::without_scheme;
use crate::estate::RoleId;
use crate::policy::TrustPolicy;
use crate::syntax::Place;

/// Who calls.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The issuer, with or without `https://`.
    pub issuer: SmolStr,
    /// The token's claims, complete.
    pub claims: Vec<(SmolStr, Claim)>,
    /// Why STS refuses the token whatever the policy says, where that is known from elsewhere.
    pub refused: Option<String>,
}

/// Why a question about one role has no answer.
#[derive(Clone, Debug)]
pub enum Question {
    /// There are several roles: say which.
    Roles(Vec<RoleRef>),
    /// There are several ServiceAccounts, each with where it stands: say which.
    ServiceAccounts(Vec<(String, Place)>),
    /// There is no role, or none of that name.
    NoRole(Vec<RoleRef>),
}

/// Namespace and name of a ServiceAccount written `NAMESPACE/NAME`.
#[must_use]
pub fn namespace_and_name(text: &str) -> Option<(SmolStr, SmolStr)> {
    let (namespace, name) = text.split_once('/')?;
    (!namespace.is_empty() && !name.is_empty() && !name.contains('/')).then(|| (namespace.into(), name.into()))
}

impl Engine<'_> {
    /// Decides a call.
    ///
    /// # Errors
    /// [`Question`] where it is not clear which role is meant.
    pub fn can_assume(&self, case: &Case, role: Option<&str>, caller: &Caller) -> Result<Vec<Decision>, Question> {
        Ok(self.decision_of(case, the_role(case, role)?, caller).into_iter().collect())
    }

    /// Decides a call for each of the first roles of a case.
    #[must_use]
    pub fn can_assume_each(&self, case: &Case, caller: &Caller, most: usize) -> Vec<Decision> {
        case.estate.roles().take(most).filter_map(|(id, _)| self.decision_of(case, id, caller)).collect()
    }

    fn decision_of(&self, case: &Case, id: RoleId, caller: &Caller) -> Option<Decision> {
        let role = select::role_ref(case, id);
        let Some(policy) = case.estate.role(id).and_then(|role| role.trust.policy()) else {
            let objection = Some("the role's trust policy is not known".to_owned());
            return Some(Decision { role, verdict: Verdict::Unknown, stage: Stage::Policy, objection, trace: Vec::new(), nearest: None });
        };
        let issuer = without_scheme(&caller.issuer);
        let request = Request {
            token: Token { issuer: issuer.into(), claims: caller.claims.clone() },
            account: case.estate.role_account(id).map(SmolStr::new),
            role_arn: case.estate.role_arn(id).value().cloned(),
            client_ids: case.estate.client_ids(id, issuer).value().cloned(),
            ..Request::default()
        };
        Some(self.decision(policy, &request, caller, role))
    }

    fn decision(&self, policy: &TrustPolicy, request: &Request, caller: &Caller, role: Option<RoleRef>) -> Decision {
        // What STS has against the token itself counts whether or not the run shows the provider.
        let of_request = || objection(request).filter(|(stage, _)| *stage == Stage::Token || request.client_ids.is_some());
        let objected = caller.refused.clone().map(|message| (Stage::Token, message)).or_else(of_request);
        let (verdict, stage) = match &objected {
            Some((stage, _)) => (Verdict::Denied, *stage),
            None => decide(policy, request, self.catalogue),
        };
        let registered = request.client_ids.as_ref().filter(|ids| stage == Stage::Provider && !ids.is_empty());
        let registered = registered.map(|ids| format!(", which has {}", listed(ids.iter().map(SmolStr::as_str), 4))).unwrap_or_default();
        let objection = objected.map(|(_, message)| message + &registered);
        let nearest = if verdict == Verdict::Denied && stage == Stage::Policy { self.nearest(policy, request) } else { None };
        Decision { role, verdict, stage, objection, trace: trace(policy, request, self.catalogue), nearest }
    }

    /// The admitted subject nearest to the one that was refused.
    fn nearest(&self, policy: &TrustPolicy, request: &Request) -> Option<Nearest> {
        let issuers = Issuers::new(self.catalogue);
        let budget = Budget::default();
        let admission = Admission::of(policy, request.account.as_deref(), &issuers, &budget);
        nearest(&admission, &request.token, &issuers, &budget)
    }
}

/// The one role that is meant.
pub(super) fn the_role(case: &Case, wanted: Option<&str>) -> Result<RoleId, Question> {
    let all = || case.estate.roles().filter_map(|(id, _)| select::role_ref(case, id)).collect();
    match select::roles(case, wanted).as_slice() {
        [one] => Ok(*one),
        [] => Err(Question::NoRole(all())),
        many => Err(Question::Roles(many.iter().filter_map(|id| select::role_ref(case, *id)).collect())),
    }
}
