//! A ServiceAccount and the role that it names: does the role admit its tokens, and if not, what differs? Where the role admits nobody at
//! all for a reason of its own, that is other rules' affair and not told again for every ServiceAccount.

use irsa_lint_core::admission::action::{WEB_IDENTITY, speaks_of};
use irsa_lint_core::admission::fault::FaultKind;
use irsa_lint_core::admission::language::{Glob, Language};
use irsa_lint_core::admission::words::listed;
use irsa_lint_core::admission::{Admits, Answer, Grant, IssuerAdmission};
use irsa_lint_core::document::model::{AUDIENCE, DEFAULT_AUDIENCE, ServiceAccount, Stated};
use irsa_lint_core::estate::RoleId;
use irsa_lint_core::policy::{Effect, PrincipalKind, ProviderArn, Statement, TrustPolicy, spelling};
use irsa_lint_core::provider::Kind;
use irsa_lint_core::rule::{RoleView, View};
use irsa_lint_core::syntax::Place;
use smol_str::SmolStr;

use crate::trust::kubernetes::{parts, subject};

/// What is known of a ServiceAccount's tokens.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// Its namespace, where it is known; an unknown one may be any.
    pub namespace: Option<&'a str>,
    /// Its name.
    pub name: &'a str,
    /// The tokens' audience, where it is known.
    pub audience: Option<&'a str>,
    /// The cluster's issuer, where it is known.
    pub issuer: Option<&'a str>,
}

/// Why a role does not admit a ServiceAccount.
pub enum Refusal<'a> {
    /// No statement lets any web identity in.
    NoWebIdentity,
    /// Only issuers that are no clusters.
    NoCluster(Vec<SmolStr>),
    /// Another cluster's tokens: this issuer's.
    OtherCluster(&'a IssuerAdmission<'a>, &'a Grant),
    /// Tokens of another audience.
    Audience(&'a IssuerAdmission<'a>, &'a Grant),
    /// Other subjects, of which this is the nearest.
    Subject(&'a IssuerAdmission<'a>, &'a Grant, SmolStr),
}

impl<'a> Caller<'a> {
    /// What is known of a ServiceAccount, if it has a name.
    #[must_use]
    pub fn of(account: &'a ServiceAccount, view: &'a View<'_>) -> Option<Self> {
        let audience = match account.annotation(AUDIENCE).map(|annotation| &annotation.value) {
            None => Some(DEFAULT_AUDIENCE),
            Some(Stated::Is(audience)) if audience.text.is_empty() => Some(DEFAULT_AUDIENCE),
            Some(Stated::Is(audience)) => Some(audience.as_str()),
            Some(_) => None,
        };
        Some(Self {
            namespace: account.namespace.known(),
            name: account.name.value()?.as_str(),
            audience,
            issuer: view.estate.cluster_issuer().value().map(SmolStr::as_str),
        })
    }

    /// Whether its subject is in a set.
    fn is_in(&self, subjects: &Language, role: &RoleView<'_>) -> Answer<()> {
        match self.namespace {
            Some(namespace) if subjects.contains(&subject(namespace, self.name)) => Answer::Yes(()),
            Some(_) => Answer::No,
            None => subjects.clone().intersect(Language::glob(Glob::parse(&subject("*", self.name)))).witness(role.budget).map(|_| ()),
        }
    }

    fn has_audience(&self, grant: &Grant) -> bool {
        self.audience.is_none_or(|audience| grant.audiences().contains(audience))
    }
}

/// A role as rules on roles see it.
#[must_use]
pub fn role_view<'a>(view: &'a View<'_>, id: RoleId) -> Option<RoleView<'a>> {
    let role = view.estate.role(id)?;
    let analysis = view.analysis(id)?;
    Some(RoleView { view: *view, id, role, policy: role.trust.policy()?, admission: &analysis.admission, budget: &analysis.budget })
}

/// The grants to what may be Kubernetes clusters.
fn grants<'a>(role: &RoleView<'a>) -> impl Iterator<Item = (&'a IssuerAdmission<'a>, &'a Grant)> {
    role.admission.grants().filter(|(issuer, _)| may_be_cluster(issuer))
}

fn may_be_cluster(issuer: &IssuerAdmission<'_>) -> bool {
    issuer.provider.is_none_or(|provider| provider.kind == Kind::Kubernetes)
}

/// Whether the role lets the ServiceAccount's tokens in.
#[must_use]
pub fn admits(role: &RoleView<'_>, caller: &Caller<'_>) -> Answer<()> {
    let mut unknown = Answer::No;
    for (issuer, grant) in grants(role) {
        let other = caller.issuer.is_some_and(|cluster| issuer.issuer.as_deref().is_some_and(|own| own != cluster));
        if other || !caller.has_audience(grant) {
            continue;
        }
        match caller.is_in(&grant.subjects(), role) {
            Answer::Yes(()) => return Answer::Yes(()),
            Answer::No => {}
            Answer::Unknown(reason) => unknown = Answer::Unknown(reason),
        }
    }
    unknown
}

/// Why the role does not let the ServiceAccount's tokens in. `No`: it does, or admits nobody for a reason of its own.
#[must_use]
pub fn refusal<'a>(role: &RoleView<'a>, caller: &Caller<'_>) -> Answer<Refusal<'a>> {
    match admits(role, caller) {
        Answer::No => {}
        Answer::Yes(()) => return Answer::No,
        Answer::Unknown(reason) => return Answer::Unknown(reason),
    }
    if !tries_web_identity(role.policy) {
        let lets_any_in = role.policy.statements.iter().any(|statement| statement.effect == Effect::Allow);
        return if lets_any_in { Answer::Yes(Refusal::NoWebIdentity) } else { Answer::No };
    }
    let live: Vec<_> = grants(role).filter(|(issuer, grant)| admits_somebody(role, issuer, grant)).collect();
    let own = |issuer: &IssuerAdmission<'_>| caller.issuer.is_none_or(|cluster| issuer.issuer.as_deref().is_none_or(|own| own == cluster));
    let names_own = role.admission.issuers.iter().filter(|issuer| may_be_cluster(issuer)).any(own);
    let of_cluster: Vec<_> = live.iter().copied().filter(|(issuer, _)| own(issuer)).collect();
    if of_cluster.is_empty() {
        return match live.first() {
            Some((issuer, grant)) if !names_own => Answer::Yes(Refusal::OtherCluster(issuer, grant)),
            Some(_) => Answer::No,
            None => no_cluster(role),
        };
    }
    for (issuer, grant) in &of_cluster {
        if caller.is_in(&grant.subjects(), role).is_yes() {
            // That an audience is misspelt is seen in the policy alone.
            let misspelt = role.admission.faults.iter().any(|fault| matches!(fault.kind, FaultKind::Audience { .. }));
            return if misspelt && caller.audience == Some(DEFAULT_AUDIENCE) {
                Answer::No
            } else {
                Answer::Yes(Refusal::Audience(issuer, grant))
            };
        }
    }
    match nearest(role, caller, &of_cluster) {
        Some((issuer, grant, nearest)) => Answer::Yes(Refusal::Subject(issuer, grant, nearest)),
        None => Answer::No,
    }
}

fn no_cluster<'a>(role: &RoleView<'a>) -> Answer<Refusal<'a>> {
    if role.admission.issuers.iter().any(may_be_cluster) || role.admission.grants().next().is_none() {
        return Answer::No;
    }
    Answer::Yes(Refusal::NoCluster(role.admission.issuers.iter().filter_map(|issuer| issuer.issuer.clone()).collect()))
}

/// Whether an Allow statement is, as far as one can see, meant for a web identity.
fn tries_web_identity(policy: &TrustPolicy) -> bool {
    policy.statements.iter().filter(|statement| statement.effect == Effect::Allow).any(|statement| {
        let principals = || statement.principals.list.iter();
        let named = principals().any(|p| match p.kind {
            PrincipalKind::Federated => !p.value.text.contains(":saml-provider/"),
            PrincipalKind::Star | PrincipalKind::Other(_) => true,
            _ => p.value.text.contains("oidc") || p.value.text == "*",
        });
        named || statement.principals.negated || principals().next().is_none() || speaks_of_web_identity(statement)
    })
}

fn speaks_of_web_identity(statement: &Statement) -> bool {
    // A star in the action speaks of everything and says nothing of what is meant.
    let says = |text: &str| text.to_ascii_lowercase().contains("webidentity");
    speaks_of(&statement.action, WEB_IDENTITY) && statement.action.patterns.iter().any(|pattern| says(&pattern.text))
}

/// Whether a grant holds a subject that a ServiceAccount can have.
fn admits_somebody(role: &RoleView<'_>, issuer: &IssuerAdmission<'_>, grant: &Grant) -> bool {
    let forms = role.view.issuers.forms(issuer.issuer.as_deref());
    match grant.subjects().as_literals() {
        Some(literals) => literals.iter().any(|literal| is_subject(literal)),
        None => !matches!(grant.summary(&forms, role.budget).admits, Admits::Nobody | Admits::Unknown),
    }
}

fn is_subject(text: &str) -> bool {
    let legal = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b));
    parts(text).is_some_and(|(namespace, name)| legal(namespace) && legal(name))
}

type Nearest<'a> = (&'a IssuerAdmission<'a>, &'a Grant, SmolStr);

fn nearest<'a>(role: &RoleView<'a>, caller: &Caller<'_>, live: &[(&'a IssuerAdmission<'a>, &'a Grant)]) -> Option<Nearest<'a>> {
    let wanted = subject(caller.namespace.unwrap_or("any"), caller.name);
    let all = live.iter().flat_map(|(issuer, grant)| {
        let found = candidates(role, caller, issuer, grant);
        found.into_iter().map(move |candidate| (*issuer, *grant, candidate))
    });
    all.min_by_key(|(_, _, candidate)| spelling::distance(candidate, &wanted))
}

fn candidates(role: &RoleView<'_>, caller: &Caller<'_>, issuer: &IssuerAdmission<'_>, grant: &Grant) -> Vec<SmolStr> {
    let subjects = grant.subjects();
    if let Some(literals) = subjects.as_literals() {
        return literals.iter().filter(|literal| is_subject(literal)).take(64).cloned().collect();
    }
    let legal = subjects.intersect(role.view.issuers.forms(issuer.issuer.as_deref()).legal.clone());
    let within = |pattern: &str| legal.clone().intersect(Language::glob(Glob::parse(pattern))).witness(role.budget).yes();
    let same_namespace = caller.namespace.and_then(|namespace| within(&subject(namespace, "*")));
    same_namespace.or_else(|| within(&subject("*", caller.name))).or_else(|| within(&subject("*", "*"))).into_iter().collect()
}

/// The principal of the first Allow statement, or the policy.
#[must_use]
pub fn principal_place(policy: &TrustPolicy) -> Place {
    let statement = policy.statements.iter().find(|statement| statement.effect == Effect::Allow);
    match statement.and_then(|statement| Some((statement.principals.span?, statement.pointer.key("Principal")))) {
        Some((span, pointer)) => Place { span, pointer },
        None => Place { span: policy.span, pointer: policy.pointer.clone() },
    }
}

/// Where a statement names the provider of an issuer.
#[must_use]
pub fn federated(statement: &Statement, issuer: &str) -> Option<Place> {
    let of_issuer = |text: &str| ProviderArn::parse(text).is_some_and(|arn| arn.issuer == issuer);
    let principal = statement.principals.list.iter().find(|p| p.kind == PrincipalKind::Federated && of_issuer(&p.value.text))?;
    Some(Place { span: principal.value.span, pointer: principal.pointer.clone() })
}

/// In what the nearest subject that a role admits differs from a ServiceAccount.
#[must_use]
pub fn difference(caller: &Caller<'_>, grant: &Grant, nearest: &str) -> String {
    let subjects = grant.subjects();
    if subjects.as_literals().is_none() {
        let patterns = subjects.patterns();
        let shown = listed(patterns.like.iter().map(|pattern| pattern.as_str()), 3);
        return format!("the role admits subjects that match {shown}");
    }
    match parts(nearest) {
        Some((namespace, name)) if name == caller.name => {
            format!("the namespace differs, the role admits `{namespace}/{name}`")
        }
        Some((namespace, name)) if Some(namespace) == caller.namespace => {
            format!("the name differs, the role admits `{namespace}/{name}`")
        }
        Some((namespace, name)) => format!("namespace and name differ, the role admits `{namespace}/{name}`"),
        None => format!("the role admits `{nearest}`"),
    }
}
