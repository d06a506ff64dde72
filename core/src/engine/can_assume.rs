//! `can-assume`: one token against one trust policy, with the trace of every statement and, on a denial, the nearest miss.

use smol_str::SmolStr;

use super::answer::{Decision, Nearest, RoleRef};
use super::run::{Case, Engine};
use super::select;
use crate::admission::language::{Glob, Language};
use crate::admission::trace::trace;
use crate::admission::{Admission, Answer, Budget, Claim, IssuerAdmission, Issuers, Request, Stage, Token, Verdict, decide, objection};
use crate::estate::RoleId;
use crate::policy::{TrustPolicy, spelling};
use crate::provider::Kind;

/// Who calls.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The issuer, with or without `https://`.
    pub issuer: SmolStr,
    /// The token's claims, complete.
    pub claims: Vec<(SmolStr, Claim)>,
}

/// Why a question about one role has no answer.
#[derive(Clone, Debug)]
pub enum Question {
    /// There are several roles: say which.
    Roles(Vec<RoleRef>),
    /// There are several ServiceAccounts: say which.
    ServiceAccounts(Vec<String>),
    /// There is no role, or none of that name.
    NoRole(Vec<RoleRef>),
}

impl Engine<'_> {
    /// Decides a call.
    ///
    /// # Errors
    /// [`Question`] where it is not clear which role is meant.
    pub fn can_assume(&self, case: &Case, role: Option<&str>, caller: &Caller) -> Result<Vec<Decision>, Question> {
        let id = the_role(case, role)?;
        let Some(policy) = case.estate.role(id).and_then(|role| role.trust.policy()) else {
            let role = select::role_ref(case, id);
            let objection = Some("the role's trust policy is not known".to_owned());
            return Ok(vec![Decision {
                role,
                verdict: Verdict::Unknown,
                stage: Stage::Policy,
                objection,
                trace: Vec::new(),
                nearest: None,
            }]);
        };
        let issuer = caller.issuer.strip_prefix("https://").unwrap_or(&caller.issuer);
        let request = Request {
            token: Token { issuer: issuer.into(), claims: caller.claims.clone() },
            account: case.estate.role_account(id).map(SmolStr::new),
            role_arn: case.estate.role_arn(id).value().cloned(),
            client_ids: case.estate.client_ids(id, issuer).value().cloned(),
            ..Request::default()
        };
        Ok(vec![self.decision(policy, &request, select::role_ref(case, id))])
    }

    fn decision(&self, policy: &TrustPolicy, request: &Request, role: Option<RoleRef>) -> Decision {
        let (verdict, stage) = decide(policy, request, self.catalogue);
        let objection = if stage == Stage::Policy { None } else { objection(request).map(|(_, message)| message) };
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

/// The admitted subject nearest to a token's, and what differs.
#[must_use]
pub fn nearest(admission: &Admission<'_>, token: &Token, issuers: &Issuers<'_>, budget: &Budget) -> Option<Nearest> {
    let subject = token.subject()?;
    let same_issuer = admission.issuers.iter().find(|i| i.issuer.as_ref() == Some(&token.issuer));
    let issuer = same_issuer.or_else(|| admission.issuers.iter().find(|i| !i.grants.is_empty()))?;
    let candidates = issuer.grants.iter().flat_map(|grant| candidates(&grant.subjects(), subject, issuer, issuers, budget));
    let best = candidates.min_by_key(|candidate| spelling::distance(candidate, subject))?;
    Some(Nearest { message: difference(issuer, token, subject, &best), subject: best })
}

/// Members of a set that have as much as possible in common with a subject.
fn candidates(
    subjects: &Language,
    subject: &SmolStr,
    issuer: &IssuerAdmission<'_>,
    issuers: &Issuers<'_>,
    budget: &Budget,
) -> Vec<SmolStr> {
    if subjects.contains(subject) {
        return vec![subject.clone()];
    }
    if let Some(listed) = subjects.as_literals() {
        return listed.to_vec();
    }
    let forms = issuers.forms(issuer.issuer.as_deref());
    let legal = subjects.clone().intersect(forms.legal.clone());
    let mut near = Vec::new();
    if let Some((head, name)) = subject.rsplit_once(':') {
        let prefix = head.rsplit_once(':').map_or(head, |(prefix, _)| prefix);
        for pattern in [format!("{head}:*"), format!("{prefix}:*:{name}")] {
            if let Answer::Yes(found) = legal.clone().intersect(Language::glob(Glob::parse(&pattern))).witness(budget) {
                near.push(found);
            }
        }
    }
    if let Answer::Yes(found) = legal.witness(budget) {
        near.push(found);
    }
    near
}

/// What tells the refused token from the nearest admitted one.
fn difference(issuer: &IssuerAdmission<'_>, token: &Token, subject: &str, nearest: &str) -> String {
    if issuer.issuer.as_ref() != Some(&token.issuer) {
        let admitted = issuer.issuer.as_deref().unwrap_or("any");
        return format!("the issuer differs: the policy admits tokens of `{admitted}`, this one comes from `{}`", token.issuer);
    }
    if subject == nearest {
        return "the subject is admitted, so it is the audience or another claim that differs".to_owned();
    }
    let kubernetes = issuer.provider.is_some_and(|provider| provider.kind == Kind::Kubernetes);
    let parts = |text: &str| text.strip_prefix("system:serviceaccount:")?.split_once(':').map(|(a, b)| (a.to_owned(), b.to_owned()));
    match (kubernetes, parts(subject), parts(nearest)) {
        (true, Some((namespace, name)), Some((other, same))) if name == same => {
            format!("the namespace differs: the policy admits `{other}`, the token's is `{namespace}`")
        }
        (true, Some((namespace, name)), Some((same, other))) if namespace == same => {
            format!("the ServiceAccount's name differs: the policy admits `{other}`, the token's is `{name}`")
        }
        _ => format!("the subject differs: the policy admits `{nearest}`, the token's is `{subject}`"),
    }
}
