//! The right side of the picture: who wants the role, and whether the trust policy lets them in.

use smol_str::{SmolStr, format_smolstr};

use super::{Drawing, MOST_CALLERS, MOST_WORKLOADS, NodeKind, Standing, State};
use crate::admission::pod_identity::PodSession;
use crate::admission::trace::{Step, trace};
use crate::admission::{Request, Token, Truth, Verdict, decide_policy, issuers_of};
use crate::document::model::{AUDIENCE, DEFAULT_AUDIENCE, ROLE_ARN, ServiceAccount, Stated, Workload};
use crate::engine::why::policy::score;
use crate::estate::{RoleId, ServiceAccountId};
use crate::policy::{Effect, TrustPolicy};
use crate::provider::Kind;

const SUBJECT: &str = "system:serviceaccount:";

impl Drawing<'_> {
    /// ServiceAccounts that name the role, with their workloads. `known`: the role and its policy's node, where there is a document of it.
    pub(super) fn accounts(&mut self, accounts: &[ServiceAccountId], at_role: usize, known: Option<(RoleId, usize)>) {
        let estate = &self.case.estate;
        self.more(at_role, NodeKind::ServiceAccount, accounts.len(), MOST_CALLERS);
        for id in accounts.iter().take(MOST_CALLERS) {
            let Some(account) = estate.service_account(*id) else { continue };
            let audience = audience_of(account);
            let detail = if audience == DEFAULT_AUDIENCE { String::new() } else { format!("audience {audience}") };
            let node = self.node(NodeKind::ServiceAccount, account.display_name(), detail, Some(&account.place), State::Ok);
            let standing = self.annotated(*id, account, at_role, known.map(|(role, _)| role));
            let wins = !standing.reason.is_empty() && standing.rule.is_none() && estate.association_of(*id).to().is_some();
            self.line(node, at_role, format!("annotation {ROLE_ARN}"), standing);
            if let (Some((role, at_policy)), false) = (known, wins)
                && let Some(policy) = estate.role(role).and_then(|role| role.trust.policy())
            {
                let (label, standing) = self.let_in(role, policy, account, audience);
                self.line(node, at_policy, label, standing);
            }
            self.workloads(*id, node);
        }
    }

    fn annotated(&self, id: ServiceAccountId, account: &ServiceAccount, at_role: usize, role: Option<RoleId>) -> Standing {
        let estate = &self.case.estate;
        if let Some(association) = estate.association_of(id).to().and_then(|id| estate.association(id)) {
            let other = association.role_arn.value().map(|arn| (arn, estate.role_by_arn(&arn.text).to()));
            return match other {
                Some((arn, to)) if to.is_none() || to != role => {
                    let why = format!("a Pod Identity association takes precedence over the annotation and gives role `{}`", arn.text);
                    Standing::new(State::Broken, why)
                }
                _ => Standing::new(State::Ok, "a Pod Identity association takes precedence over the annotation"),
            };
        }
        if let Some(found) = self.evidence.of_annotation(&[&account.place], true) {
            return Standing::found(found);
        }
        match (role, self.picture.nodes.get(at_role)) {
            (Some(_), _) => Standing::OK,
            (None, Some(node)) => match self.evidence.of_account(&account.place) {
                Some(found) => Standing::found(found),
                None => Standing::new(node.state, format!("no document describes role `{}`", node.label)),
            },
            (None, None) => Standing::new(State::Unknown, String::new()),
        }
    }

    /// Whether the trust policy lets the Pods of a ServiceAccount in.
    fn let_in(&self, role: RoleId, policy: &TrustPolicy, account: &ServiceAccount, audience: &str) -> (String, Standing) {
        let Some(name) = account.name.value() else {
            return ("sub".to_owned(), Standing::new(State::Unknown, "the ServiceAccount's name is not known"));
        };
        let estate = &self.case.estate;
        let issuers = match estate.cluster_issuer().value() {
            Some(own) => vec![own.clone()],
            None => self.clusters_of(policy),
        };
        let namespaces = match account.namespace.known() {
            Some(namespace) => vec![SmolStr::new(namespace)],
            None => namespaces_for(policy, &name.text),
        };
        let shown = account.namespace.known().unwrap_or("?");
        let label = format!("sub {SUBJECT}{shown}:{}", name.text);
        let mut refused: Option<Standing> = None;
        for issuer in &issuers {
            for namespace in &namespaces {
                let subject = format_smolstr!("{SUBJECT}{namespace}:{}", name.text);
                let standing = self.judged(role, policy, account, Token::new(issuer, &subject, audience));
                match (standing.state, &refused) {
                    (State::Ok, _) => return (label, standing),
                    (_, None) | (State::Unknown, _) => refused = Some(standing),
                    _ => {}
                }
            }
        }
        let why = "the namespace of the ServiceAccount is not known, and the trust policy names another";
        match (refused, account.namespace.known()) {
            (Some(standing), Some(_)) => (label, standing),
            (_, None) => (label, Standing::new(State::Unknown, why)),
            (None, _) => {
                let why = "no document shows the issuer of the ServiceAccount's cluster, and the trust policy names no cluster";
                (label, Standing::new(State::Unknown, why))
            }
        }
    }

    /// The Kubernetes issuers that a policy names; those of nobody knows what where there is none.
    fn clusters_of(&self, policy: &TrustPolicy) -> Vec<SmolStr> {
        let all: Vec<SmolStr> = issuers_of(policy).into_iter().flatten().take(4).collect();
        let of_kind = |kubernetes: bool| {
            let fits = move |issuer: &&SmolStr| match self.engine.catalogue.provider_of(issuer) {
                Some(provider) => kubernetes && provider.kind == Kind::Kubernetes,
                None => !kubernetes,
            };
            all.iter().filter(fits).cloned().collect::<Vec<_>>()
        };
        let clusters = of_kind(true);
        if clusters.is_empty() { of_kind(false) } else { clusters }
    }

    fn judged(&self, role: RoleId, policy: &TrustPolicy, account: &ServiceAccount, token: Token) -> Standing {
        let estate = &self.case.estate;
        let audience = token.claims.iter().rev().find_map(|(name, claim)| match claim {
            crate::admission::Claim::One(audience) if name == "aud" => Some(audience.clone()),
            _ => None,
        });
        let registered = estate.client_ids(role, &token.issuer);
        if let (Some(ids), Some(audience)) = (registered.value(), &audience)
            && !ids.contains(audience)
        {
            let ids = crate::admission::words::listed(ids.iter().map(SmolStr::as_str), 4);
            return Standing::new(State::Broken, format!("the token's audience is `{audience}`, but the provider's client ids are {ids}"));
        }
        let request = Request {
            account: estate.role_account(role).map(SmolStr::new),
            role_arn: estate.role_arn(role).value().cloned(),
            token,
            ..Request::default()
        };
        match decide_policy(policy, &request, self.engine.catalogue) {
            Verdict::Allowed => Standing::OK,
            Verdict::Unknown => self.because(policy, account, &request, State::Unknown, Truth::Unknown),
            Verdict::Denied => self.because(policy, account, &request, State::Broken, Truth::False),
        }
    }

    /// What of the policy decides: the Deny, or the first step that does not hold of the statement that goes furthest along.
    fn because(&self, policy: &TrustPolicy, account: &ServiceAccount, request: &Request, state: State, holds: Truth) -> Standing {
        let traces = trace(policy, request, self.engine.catalogue);
        if let Some(deny) = traces.iter().find(|t| t.effect == Effect::Deny && t.matched != Truth::False && state_of(t.matched) == state) {
            return Standing::new(state, format!("{} denies this token, whatever is allowed", deny.name));
        }
        let best = traces.iter().filter(|t| t.effect == Effect::Allow).max_by_key(|t| score(t));
        let Some(step) = best.and_then(|t| t.because.iter().find(|step| step.holds == holds)) else {
            return Standing::new(state, "no statement of the trust policy is for this caller");
        };
        let found = self.evidence.of_step(policy.span, &step.place).filter(|_| step.what == Step::Condition);
        match found.or_else(|| self.evidence.of_account(&account.place)).filter(|_| state == State::Broken) {
            Some(found) => Standing::found(found),
            None => Standing::new(state, step.message.clone()),
        }
    }

    fn workloads(&mut self, id: ServiceAccountId, at_account: usize) {
        let estate = &self.case.estate;
        let all = estate.workloads_of(id);
        self.more(at_account, NodeKind::Workload, all.len(), MOST_WORKLOADS);
        // Those first about which something was found.
        let mut shown: Vec<&Workload> = all.iter().filter_map(|id| estate.workload(*id)).collect();
        shown.sort_by_key(|workload| !self.evidence.speaks_of(&workload.place));
        for workload in shown.into_iter().take(MOST_WORKLOADS) {
            let name = workload.name.value().map_or("?", |name| name.text.as_str());
            let standing = self.evidence.of_workload(&workload.place).map_or(Standing::OK, Standing::found);
            let node =
                self.node(NodeKind::Workload, format!("{} {name}", workload.kind), String::new(), Some(&workload.place), standing.state);
            self.line(node, at_account, "serviceAccountName".to_owned(), standing);
        }
    }

    /// Pod Identity associations that give the role.
    pub(super) fn associations(&mut self, role: RoleId, at_role: usize, at_policy: usize) {
        let (estate, callers) = (&self.case.estate, self.callers);
        let all = callers.associations.get(&role).map(Vec::as_slice).unwrap_or_default();
        self.more(at_role, NodeKind::Association, all.len(), MOST_CALLERS);
        for association in all.iter().take(MOST_CALLERS).filter_map(|at| estate.documents().associations.get(*at)) {
            let part = |stated: &Stated<SmolStr>| stated.value().map_or("?", SmolStr::as_str).to_owned();
            let name = format!("{}/{}", part(&association.namespace), part(&association.service_account));
            let detail = association.cluster.value().map(|cluster| format!("cluster {cluster}")).unwrap_or_default();
            let node = self.node(NodeKind::Association, name, detail, Some(&association.place), State::Ok);
            self.line(node, at_role, "Pod Identity association".to_owned(), Standing::OK);
            let Some(policy) = estate.role(role).and_then(|role| role.trust.policy()) else { continue };
            let session = PodSession {
                cluster_name: association.cluster.value().cloned(),
                account: estate.role_account(role).map(Into::into),
                namespace: association.namespace.value().cloned(),
                service_account: association.service_account.value().cloned(),
                untagged: association.disable_session_tags,
                cluster_arn: None,
            };
            let found = self.evidence.of_association(&[policy.span, association.place.span]);
            let standing = match (session.is_admitted(policy), found) {
                (Truth::True, None) => Standing::OK,
                (Truth::False, None) => {
                    let why =
                        "the trust policy does not let EKS Pod Identity (`pods.eks.amazonaws.com`) assume the role and tag the session";
                    Standing::new(State::Broken, why)
                }
                (_, Some(found)) => Standing::found(found),
                (Truth::Unknown, None) => {
                    Standing::new(State::Unknown, "whether the trust policy lets the Pods in depends on what the association does not show")
                }
            };
            self.line(node, at_policy, "pods.eks.amazonaws.com".to_owned(), standing);
        }
    }

    /// CI jobs that assume the role.
    pub(super) fn jobs(&mut self, role: RoleId, at_role: usize, at_policy: usize) {
        let (estate, callers) = (&self.case.estate, self.callers);
        let all = callers.jobs.get(&role).map(Vec::as_slice).unwrap_or_default();
        self.more(at_role, NodeKind::CiJob, all.len(), MOST_CALLERS);
        for (job, step) in all.iter().take(MOST_CALLERS) {
            let Some(job) = estate.documents().ci_jobs.get(*job) else { continue };
            let Some(step) = job.roles.get(*step) else { continue };
            let node =
                self.node(NodeKind::CiJob, format!("job {}", job.id.text), job.system.name().to_owned(), Some(&job.place), State::Ok);
            self.line(node, at_role, "role-to-assume".to_owned(), Standing::OK);
            let found = self.evidence.inside(&["ci"], job.place.span).or_else(|| self.evidence.inside(&["ci"], step.place.span));
            let standing = match found {
                Some(found) => Standing::found(found),
                None => Standing::new(State::Unknown, "which subject the job's token has depends on what starts it"),
            };
            self.line(node, at_policy, "sub".to_owned(), standing);
        }
    }
}

fn audience_of(account: &ServiceAccount) -> &str {
    let said = account.annotation(AUDIENCE).and_then(|annotation| annotation.value.value()).map(|value| value.text.as_str());
    said.filter(|text| !text.is_empty()).unwrap_or(DEFAULT_AUDIENCE)
}

fn state_of(matched: Truth) -> State {
    if matched == Truth::True { State::Broken } else { State::Unknown }
}

/// The namespaces that a policy's subjects name together with a ServiceAccount's name, an open one as `default`.
fn namespaces_for(policy: &TrustPolicy, name: &str) -> Vec<SmolStr> {
    let values = policy.statements.iter().flat_map(|statement| &statement.conditions).flat_map(|condition| &condition.values);
    let parts = values.filter_map(|value| value.text.strip_prefix(SUBJECT)?.split_once(':'));
    let fits = parts.filter(|(_, own)| *own == name || own.contains(['*', '?']));
    let named = fits.map(|(namespace, _)| SmolStr::from(if namespace.contains(['*', '?']) { "default" } else { namespace }));
    named.chain(std::iter::once(SmolStr::new_static("default"))).take(8).collect()
}
