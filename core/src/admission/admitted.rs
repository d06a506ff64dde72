//! Whom a trust policy admits: for each issuer the tokens of its Allow statements without those of its Deny statements.

use smol_str::SmolStr;

use super::action::{self, speaks_of};
use super::answer::Answer;
use super::budget::Budget;
use super::constraint::{self, Reading, Scope};
use super::context::Context;
use super::evaluate::{condition_holds, holds_when_absent};
use super::fault::{self, Fault};
use super::grant::{self, Grant};
use super::issuers::Issuers;
use super::key::{self, KeyMeaning};
use super::principal::{Federated, principals_match};
use super::region::Region;
use super::token::{Request, Token};
use super::truth::Truth;
use super::value::Replacement;
use crate::policy::{Base, Condition, Effect, PrincipalKind, Statement, TrustPolicy};
use crate::provider::Provider;

/// Whom a trust policy admits.
#[derive(Debug)]
pub struct Admission<'c> {
    /// For each issuer that the policy speaks of; the entry without an issuer stands for all others.
    pub issuers: Vec<IssuerAdmission<'c>>,
    /// What keeps tokens out that the policy is meant for, or only seems to.
    pub faults: Vec<Fault>,
}

/// Whom it admits of one issuer.
#[derive(Debug)]
pub struct IssuerAdmission<'c> {
    /// The issuer without `https://`; `None`: every issuer that the policy does not name.
    pub issuer: Option<SmolStr>,
    /// The issuer in the catalogue.
    pub provider: Option<&'c Provider>,
    /// The tokens that each Allow statement admits before any Deny; `None` where it admits none of this issuer.
    pub statements: Vec<(usize, Option<Region>)>,
    /// The tokens that are admitted.
    pub grants: Vec<Grant>,
}

impl<'c> Admission<'c> {
    /// Works out the admission. `account`: the role's, where it is known.
    #[must_use]
    pub fn of(policy: &TrustPolicy, account: Option<&str>, issuers: &Issuers<'c>, budget: &Budget) -> Self {
        let worked_out = work_out(policy, account, issuers, budget);
        let faults = fault::find(policy, &worked_out, account, issuers, budget);
        Self { issuers: worked_out, faults }
    }

    /// All grants with their issuer.
    pub fn grants(&self) -> impl Iterator<Item = (&IssuerAdmission<'c>, &Grant)> {
        self.issuers.iter().flat_map(|issuer| issuer.grants.iter().map(move |grant| (issuer, grant)))
    }

    /// What is admitted of an issuer: its own entry, else that of all others. Where the policy names it in a key alone, letter case is no
    /// matter, as it is none in keys.
    #[must_use]
    pub fn of_issuer(&self, issuer: &str) -> Option<&IssuerAdmission<'c>> {
        let named = |fits: &dyn Fn(&str) -> bool| self.issuers.iter().find(|entry| entry.issuer.as_deref().is_some_and(fits));
        let others = || self.issuers.iter().find(|entry| entry.issuer.is_none());
        named(&|known| known == issuer).or_else(|| others().and(named(&|known| known.eq_ignore_ascii_case(issuer)))).or_else(others)
    }

    /// Whether a token is in the admitted set.
    #[must_use]
    pub fn contains(&self, policy: &TrustPolicy, request: &Request, issuers: &Issuers<'_>) -> bool {
        let issuer = &request.token.issuer;
        let entry = self.of_issuer(issuer);
        let context = Context { request, provider: issuers.provider_of(issuer), variables: policy.has_variables() };
        entry.is_some_and(|entry| entry.grants.iter().any(|grant| grant.region.contains(&context)))
    }
}

/// Whom a policy admits of each issuer that it speaks of.
pub(super) fn work_out<'c>(
    policy: &TrustPolicy,
    account: Option<&str>,
    issuers: &Issuers<'c>,
    budget: &Budget,
) -> Vec<IssuerAdmission<'c>> {
    let of_one = |issuer: Option<SmolStr>| IssuerAdmission::of(policy, issuer, account, issuers, budget);
    issuers_of(policy).into_iter().map(of_one).collect()
}

/// What one statement says of the tokens of one issuer.
#[derive(Clone, Debug)]
pub struct Spoken {
    /// Its place in the policy, from 0.
    pub statement: usize,
    /// What it does.
    pub effect: Effect,
    /// The tokens of which it may speak; `None`: of none.
    pub widest: Option<Region>,
    /// The tokens of which it speaks for certain.
    pub narrowest: Option<Region>,
}

impl Spoken {
    /// Whether something beside the token decides, or the documentation does not.
    #[must_use]
    pub fn is_uncertain(&self) -> bool {
        self.widest.as_ref().is_some_and(|widest| !widest.exact || !widest.residual.is_empty())
    }
}

/// What each statement says of an issuer's tokens; `None`: of every issuer that no statement names.
#[must_use]
pub fn spoken(policy: &TrustPolicy, issuer: Option<&str>, account: Option<&str>, issuers: &Issuers<'_>) -> Vec<Spoken> {
    let (request, fixed) = requests(policy, issuer, account);
    let provider = issuer.and_then(|issuer| issuers.provider_of(issuer));
    let reader = Reader { policy, request: &request, fixed: &fixed, provider, issuer };
    let of_one = |statement: &Statement| Spoken {
        statement: statement.index,
        effect: statement.effect,
        widest: reader.region(statement, Reading::Widest),
        narrowest: reader.region(statement, Reading::Narrowest),
    };
    policy.statements.iter().filter(|statement| statement.effect != Effect::Invalid).map(of_one).collect()
}

/// A request with no more than an issuer, and the same with what the policy says of its provider.
fn requests(policy: &TrustPolicy, issuer: Option<&str>, account: Option<&str>) -> (Request, Request) {
    let token = Token { issuer: issuer.map(SmolStr::new).unwrap_or_default(), claims: Vec::new() };
    let request = Request { token, account: account.map(SmolStr::from), ..Request::default() };
    let fixed = Request { provider_arn: provider_arn(policy, issuer, account), ..request.clone() };
    (request, fixed)
}

/// Every issuer that an Allow statement names, and all others (`None`) where one speaks of them.
#[must_use]
pub fn issuers_of(policy: &TrustPolicy) -> Vec<Option<SmolStr>> {
    let mut found: Vec<Option<SmolStr>> = Vec::new();
    let mut add = |issuer: Option<&str>| {
        if !found.iter().any(|known| known.as_deref() == issuer) {
            found.push(issuer.map(SmolStr::from));
        }
    };
    let allows = || policy.statements.iter().filter(|s| s.effect == Effect::Allow);
    let mut open = false;
    for statement in allows() {
        open |= statement.principals.negated;
        for principal in &statement.principals.list {
            match principal.kind {
                PrincipalKind::Star => open = true,
                PrincipalKind::Federated => match Federated::parse(&principal.value.text) {
                    Federated::Any => open = true,
                    federated => {
                        if let Some(issuer) = federated.issuer() {
                            add(Some(issuer));
                        }
                    }
                },
                _ => {}
            }
        }
    }
    if open {
        for statement in &policy.statements {
            for principal in &statement.principals.list {
                if let Some(issuer) = Federated::parse(&principal.value.text).issuer() {
                    add(Some(issuer));
                }
            }
            for condition in statement.effective_conditions() {
                let issuer = key::issuer_of(&condition.key.text).filter(|issuer| !issuer.contains("://") && !issuer.starts_with("arn:"));
                add(issuer.or(Some("")).filter(|issuer| !issuer.is_empty()));
            }
        }
        add(None);
    }
    found
}

impl<'c> IssuerAdmission<'c> {
    fn of(policy: &TrustPolicy, issuer: Option<SmolStr>, account: Option<&str>, issuers: &Issuers<'c>, budget: &Budget) -> Self {
        let provider = issuer.as_deref().and_then(|issuer| issuers.provider_of(issuer));
        let (request, fixed) = requests(policy, issuer.as_deref(), account);
        let reader = Reader { policy, request: &request, fixed: &fixed, provider, issuer: issuer.as_deref() };
        let mut statements = Vec::with_capacity(policy.statements.len());
        let (mut denies, mut doubtful) = (Vec::new(), Vec::new());
        for statement in &policy.statements {
            match statement.effect {
                Effect::Allow => statements.push((statement.index, reader.region(statement, Reading::Widest))),
                Effect::Deny => {
                    denies.extend(reader.region(statement, Reading::Narrowest));
                    doubtful.extend(reader.region(statement, Reading::Widest).filter(|widest| !widest.exact));
                }
                Effect::Invalid => {}
            }
        }
        let mut grants = grant::settle(&statements, &denies, budget);
        for grant in &mut grants {
            // Some Deny may take more than it was taken to.
            let doubted = |widest: &Region| !is_surely_empty(&grant.region.intersect(widest), budget);
            grant.region.exact &= !doubtful.iter().any(doubted);
        }
        Self { issuer, provider, statements, grants }
    }
}

/// The ARN of the one provider of the role's account that the policy names for an issuer; keys that show it are decided then.
fn provider_arn(policy: &TrustPolicy, issuer: Option<&str>, account: Option<&str>) -> Option<SmolStr> {
    let values = policy.statements.iter().flat_map(|s| &s.principals.list).map(|p| &p.value.text);
    let mut arns = values.filter(|v| {
        let at_home = |known: &str| account.is_none_or(|account| account == known);
        matches!(Federated::parse(v), Federated::Provider(arn) if Some(arn.issuer) == issuer && at_home(arn.account))
    });
    let first = arns.next()?;
    arns.all(|other| other == first).then(|| first.clone())
}

struct Reader<'a> {
    policy: &'a TrustPolicy,
    request: &'a Request,
    /// The same with the provider's ARN, where that is known: for keys that show it.
    fixed: &'a Request,
    provider: Option<&'a Provider>,
    issuer: Option<&'a str>,
}

impl Reader<'_> {
    /// The tokens of the issuer of which a statement speaks; `None` if of none.
    fn region(&self, statement: &Statement, reading: Reading) -> Option<Region> {
        if !speaks_of(&statement.action, action::WEB_IDENTITY) {
            return None;
        }
        let mut region = Region::everything();
        match principals_match(statement, self.request) {
            Truth::False => return None,
            Truth::Unknown if reading == Reading::Narrowest => return None,
            Truth::Unknown => region.exact = false,
            Truth::True => {}
        }
        for condition in statement.effective_conditions() {
            if !self.restrict(&mut region, condition, reading) {
                return None;
            }
        }
        Some(region)
    }

    /// Adds what a condition asks; false if it can never hold (or, read narrowly, not for certain).
    fn restrict(&self, region: &mut Region, condition: &Condition, reading: Reading) -> bool {
        let Some(operator) = condition.known() else {
            region.exact = false;
            region.residual.push(condition.operator_name.text.clone());
            return reading == Reading::Widest;
        };
        let meaning = key::resolve(&condition.key.text, self.issuer, self.provider);
        match &meaning {
            KeyMeaning::Claim(claim) | KeyMeaning::NumericClaim(claim) | KeyMeaning::MultivaluedClaim(claim) => {
                let multivalued = matches!(meaning, KeyMeaning::MultivaluedClaim(_));
                let replace = |key: &str| self.replacement(key);
                let scope = Scope { variables: self.policy.has_variables(), replace: &replace };
                let read = constraint::read(condition, operator, multivalued, reading, &scope);
                if !read.exact {
                    region.exact = false;
                    if matches!(meaning, KeyMeaning::NumericClaim(_)) {
                        region.residual.push(condition.key.text.clone());
                    }
                }
                region.restrict(&self.dimension(claim), read.constraint);
                true
            }
            KeyMeaning::Absent(_) => {
                let holds = if operator.base == Base::Null {
                    condition.values.iter().any(|value| value.text.eq_ignore_ascii_case("true")).into()
                } else {
                    holds_when_absent(operator)
                };
                if holds == Truth::Unknown {
                    region.exact = false;
                }
                holds == Truth::True || (holds == Truth::Unknown && reading == Reading::Widest)
            }
            KeyMeaning::Fixed(_) | KeyMeaning::SessionName | KeyMeaning::Undecided => {
                match condition_holds(condition, &self.context(self.fixed)) {
                    Truth::True => true,
                    Truth::False => false,
                    Truth::Unknown => {
                        if !region.residual.contains(&condition.key.text) {
                            region.residual.push(condition.key.text.clone());
                        }
                        reading == Reading::Widest
                    }
                }
            }
        }
    }

    /// Where no token carries `azp`, `aud` and `oaud` are one.
    fn dimension(&self, claim: &SmolStr) -> SmolStr {
        let one = claim == key::OAUD && self.provider.is_some_and(|provider| !provider.sends_azp);
        if one { SmolStr::new_static(key::AUD) } else { claim.clone() }
    }

    fn context<'r>(&'r self, request: &'r Request) -> Context<'r> {
        Context { request, provider: self.provider, variables: self.policy.has_variables() }
    }

    /// What a policy variable stands for with every token of the issuer.
    fn replacement(&self, key: &str) -> Replacement {
        match key::resolve(key, self.issuer, self.provider) {
            KeyMeaning::Absent(_) | KeyMeaning::MultivaluedClaim(_) => Replacement::Missing,
            KeyMeaning::Fixed(_) => self.context(self.fixed).replacement(key),
            _ => Replacement::Unknown,
        }
    }
}

/// Whether a region is empty for certain.
#[must_use]
pub fn is_surely_empty(region: &Region, budget: &Budget) -> bool {
    matches!(region.is_empty(budget), Answer::Yes(()))
}
