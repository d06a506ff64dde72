//! The picture of a role: issuer → provider → trust policy → role, and who comes from the other side: ServiceAccounts with their workloads, CI
//! jobs, Pod Identity associations. Data for a drawing, from what `check` and `who` answered. A link is broken only where a finding or the
//! evaluator proves it; what no document shows is unknown, and missing only where the run lists all there is.

mod callers;
mod issuers;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::answer::{Admits, RoleRef, WhoRole};
use super::run::{Case, Engine};
use super::select;
use super::why::evidence::Evidence;
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::model::{Listed, Trust};
use crate::estate::{Link as Target, RoleId, ServiceAccountId};
use crate::policy::Arn;
use crate::syntax::Place;

/// ServiceAccounts, jobs and associations of a role that are drawn, of each kind.
const MOST_CALLERS: usize = 12;
/// Workloads of a ServiceAccount that are drawn.
const MOST_WORKLOADS: usize = 3;
/// Roles that are only named by ServiceAccounts.
const MOST_NAMED: usize = 6;

/// The picture of one role.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// The role; none where only ServiceAccounts name it.
    pub role: Option<RoleRef>,
    /// What is drawn; an id is the place in this list.
    pub nodes: Vec<Node>,
    /// What leads to what.
    pub links: Vec<Line>,
    /// What is left out.
    pub more: Vec<More>,
}

/// Something that is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Its name in few words.
    pub label: String,
    /// What else to say of it.
    pub detail: String,
    /// Where it stands.
    pub place: Option<Place>,
    /// Whether it is there and in order.
    pub state: State,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the thing of that name")]
pub enum NodeKind {
    /// A cluster, or another issuer.
    Cluster,
    Provider,
    Policy,
    Role,
    ServiceAccount,
    Workload,
    CiJob,
    Association,
}

impl NodeKind {
    /// The name in machine-readable output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Provider => "provider",
            Self::Policy => "policy",
            Self::Role => "role",
            Self::ServiceAccount => "service_account",
            Self::Workload => "workload",
            Self::CiJob => "ci_job",
            Self::Association => "association",
        }
    }
}

/// How it stands with a node or a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// In order.
    Ok,
    /// Proved not to be.
    Broken,
    /// Proved not to be there.
    Missing,
    /// Nobody can tell from these documents.
    Unknown,
}

impl State {
    /// The name in machine-readable output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Broken => "broken",
            Self::Missing => "missing",
            Self::Unknown => "unknown",
        }
    }
}

/// A line between two nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The node it starts from.
    pub from: usize,
    /// The node it leads to.
    pub to: usize,
    /// What makes it: ``annotation eks.amazonaws.com/role-arn``.
    pub label: String,
    /// How it stands with it.
    pub state: State,
    /// Why, in one sentence, where it is not in order.
    pub reason: String,
    /// The rule that found it.
    pub rule: Option<&'static str>,
}

/// What is left out beside a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct More {
    /// The node that it would lead to.
    pub of: usize,
    /// What it is.
    pub kind: NodeKind,
    /// How many.
    pub count: usize,
}

/// How it stands with a line, and why.
struct Standing {
    state: State,
    reason: String,
    rule: Option<&'static str>,
}

impl Standing {
    const OK: Self = Self { state: State::Ok, reason: String::new(), rule: None };

    fn new(state: State, reason: impl Into<String>) -> Self {
        Self { state, reason: reason.into(), rule: None }
    }

    fn found(found: &Diagnostic) -> Self {
        Self { state: State::Broken, reason: found.message.clone(), rule: Some(found.rule) }
    }
}

/// One picture in the making.
struct Drawing<'a> {
    engine: &'a Engine<'a>,
    case: &'a Case,
    evidence: &'a Evidence<'a>,
    callers: &'a Callers,
    picture: Picture,
}

/// Which associations and jobs lead to which role.
#[derive(Default)]
struct Callers {
    associations: BTreeMap<RoleId, Vec<usize>>,
    /// Job and step.
    jobs: BTreeMap<RoleId, Vec<(usize, usize)>>,
}

impl Engine<'_> {
    /// The pictures of the first roles, for what `check` found and `who` answered of them; then of roles that only ServiceAccounts name.
    #[must_use]
    pub fn chain(&self, case: &Case, found: &[Diagnostic], who: &[WhoRole]) -> Vec<Picture> {
        let evidence = Evidence::of(self, found);
        let callers = Callers::of(case);
        let draw = || Drawing { engine: self, case, evidence: &evidence, callers: &callers, picture: Picture::default() };
        let mut out: Vec<Picture> =
            case.estate.roles().zip(who).filter_map(|((id, _), who)| Some(draw().of_role(id, who)?.picture)).collect();
        let mut named: Vec<(&SmolStr, Vec<ServiceAccountId>)> = Vec::new();
        for (id, account) in case.estate.service_accounts() {
            let Some(arn) = account.role_arn().and_then(|annotation| annotation.value.value()) else { continue };
            if case.estate.role_of(id).to().is_some() {
                continue;
            }
            match named.iter().position(|(known, _)| **known == arn.text) {
                Some(at) => named.get_mut(at).into_iter().for_each(|(_, accounts)| accounts.push(id)),
                None if named.len() < MOST_NAMED => named.push((&arn.text, vec![id])),
                None => {}
            }
        }
        out.extend(named.into_iter().map(|(arn, accounts)| draw().of_named(arn, &accounts).picture));
        out
    }
}

impl Callers {
    fn of(case: &Case) -> Self {
        let mut out = Self::default();
        let documents = case.estate.documents();
        for (at, association) in documents.associations.iter().enumerate() {
            if let Some(id) = association.role_arn.value().and_then(|arn| case.estate.role_by_arn(&arn.text).to()) {
                out.associations.entry(id).or_default().push(at);
            }
        }
        for (at, job) in documents.ci_jobs.iter().enumerate() {
            for (step, assumed) in job.roles.iter().enumerate() {
                if let Some(id) = assumed.role_arn.value().and_then(|arn| case.estate.role_by_arn(&arn.text).to()) {
                    out.jobs.entry(id).or_default().push((at, step));
                }
            }
        }
        out
    }
}

impl Drawing<'_> {
    fn of_role(mut self, id: RoleId, who: &WhoRole) -> Option<Self> {
        let role = self.case.estate.role(id)?;
        let named = select::role_ref(self.case, id)?;
        let label = named.name.as_deref().or(named.address.as_deref()).unwrap_or("role without a name").to_owned();
        let detail = named.arn.as_deref().unwrap_or_default().to_owned();
        let (place, standing, detail_of_policy) = match &role.trust {
            Trust::Policy(policy) => {
                let place = Place { span: policy.span, pointer: policy.pointer.clone() };
                (Some(place), self.of_policy(policy.span, who), words(who))
            }
            Trust::Unknown(place, why) => (Some(place.clone()), Standing::new(State::Unknown, why.clone()), String::new()),
            Trust::Absent => {
                let why = "the document does not contain the role's trust policy";
                (None, Standing::new(State::Unknown, why), "not among these documents".to_owned())
            }
        };
        let at_role = self.node(NodeKind::Role, label, detail, Some(&role.place), State::Ok);
        let at_policy = self.node(NodeKind::Policy, "trust policy".to_owned(), detail_of_policy, place.as_ref(), standing.state);
        self.line(at_policy, at_role, "trust policy".to_owned(), standing);
        self.picture.role = Some(named);
        if let Trust::Policy(policy) = &role.trust {
            self.issuers(id, policy, who, at_policy);
        }
        let accounts = self.case.estate.accounts_of(id);
        self.accounts(accounts, at_role, Some((id, at_policy)));
        self.associations(id, at_role, at_policy);
        self.jobs(id, at_role, at_policy);
        Some(self)
    }

    /// A role of which no document tells more than that ServiceAccounts name it.
    fn of_named(mut self, arn: &str, accounts: &[ServiceAccountId]) -> Self {
        let estate = &self.case.estate;
        let parsed = Arn::parse(arn);
        let name = parsed.and_then(|arn| arn.role()).map_or(arn, |(_, name)| name);
        let state = match estate.role_by_arn(arn) {
            Target::Missing { .. } if estate.lists(Listed::Roles, parsed.map(|arn| arn.account)) => State::Missing,
            _ => State::Unknown,
        };
        let detail = if state == State::Missing { "not in the list of the account's roles" } else { "not among these documents" };
        let at_role = self.node(NodeKind::Role, name.to_owned(), format!("{arn}: {detail}"), None, state);
        self.accounts(accounts, at_role, None);
        self
    }

    /// A policy that IAM refuses, or that lets in nobody, is broken.
    fn of_policy(&self, policy: crate::source::Span, who: &WhoRole) -> Standing {
        let error = |families| self.evidence.inside(families, policy).filter(|found| found.severity == Severity::Error);
        let closed = who.others.is_empty() && who.grants.iter().all(|grant| grant.admits == Admits::Nobody);
        match error(&["grammar"]).or_else(|| error(&["nobody"]).filter(|_| closed)) {
            Some(found) => Standing::found(found),
            None => Standing::OK,
        }
    }

    fn node(&mut self, kind: NodeKind, label: String, detail: String, place: Option<&Place>, state: State) -> usize {
        self.picture.nodes.push(Node { kind, label, detail, place: place.cloned(), state });
        self.picture.nodes.len() - 1
    }

    fn line(&mut self, from: usize, to: usize, label: String, standing: Standing) {
        let Standing { state, reason, rule } = standing;
        self.picture.links.push(Line { from, to, label, state, reason, rule });
    }

    fn more(&mut self, of: usize, kind: NodeKind, all: usize, most: usize) {
        if all > most {
            self.picture.more.push(More { of, kind, count: all - most });
        }
    }
}

/// Whom a policy lets in, in few words.
fn words(who: &WhoRole) -> String {
    let admitting = || who.grants.iter().filter(|grant| grant.admits != Admits::Nobody).map(|grant| grant.words.as_str());
    let others = who.others.iter().map(|other| other.principal.as_str());
    let mut all: Vec<&str> = admitting().chain(others).collect();
    all.dedup();
    match all.as_slice() {
        [] => "lets in nobody".to_owned(),
        [first] => format!("lets in {first}"),
        [first, rest @ ..] => format!("lets in {first} and {} more", rest.len()),
    }
}
