//! `inspect`: what was understood of the documents of a run, and how they hang together. No judgement.

use smol_str::SmolStr;

use super::answer::RoleRef;
use super::policy_json::{self, PolicyJson};
use super::run::{Case, Engine};
use super::select;
use crate::document::model::{Broken, CiJob, Cluster, Namespace, NotAnalysed, OidcProvider, Place, PodIdentityAssociation, Stated, Trust};
use crate::estate::{Link, RoleId, ServiceAccountId, WorkloadId};

/// Everything that was understood.
#[derive(Clone, Debug, Default)]
pub struct Inspection {
    /// All roles, also those that no web identity can assume.
    pub roles: Vec<RoleSeen>,
    /// All ServiceAccounts.
    pub service_accounts: Vec<ServiceAccountSeen>,
    /// All workloads.
    pub workloads: Vec<WorkloadSeen>,
    /// All OIDC providers.
    pub providers: Vec<OidcProvider>,
    /// All clusters.
    pub clusters: Vec<Cluster>,
    /// All Pod Identity associations.
    pub associations: Vec<PodIdentityAssociation>,
    /// All jobs of CI that assume a role.
    pub ci_jobs: Vec<CiJob>,
    /// What belongs to what.
    pub links: Vec<LinkSeen>,
    /// What is broken.
    pub errors: Vec<Broken>,
    /// What could not be analysed.
    pub not_analysed: Vec<NotAnalysed>,
}

/// A role.
#[derive(Clone, Debug)]
pub struct RoleSeen {
    /// Which.
    pub role: RoleRef,
    /// Its trust policy, resolved.
    pub policy: Option<PolicyJson>,
    /// What is not known of it, and why.
    pub unknown: Vec<String>,
}

/// A ServiceAccount.
#[derive(Clone, Debug)]
pub struct ServiceAccountSeen {
    /// The address of a Terraform resource.
    pub address: Option<String>,
    /// Its namespace, where it is known.
    pub namespace: Option<SmolStr>,
    /// Its name, where it is known.
    pub name: Option<SmolStr>,
    /// The ARN in its annotation.
    pub role_arn: Option<SmolStr>,
    /// Whether there is an annotation whose value is not known.
    pub role_arn_unknown: bool,
    /// Where it stands.
    pub place: Place,
}

/// A workload.
#[derive(Clone, Debug)]
pub struct WorkloadSeen {
    /// `Pod`, `Deployment`, …
    pub kind: SmolStr,
    /// The address of a Terraform resource.
    pub address: Option<String>,
    /// Its namespace, where it is known.
    pub namespace: Option<SmolStr>,
    /// Its name, where it is known.
    pub name: Option<SmolStr>,
    /// The ServiceAccount that its Pods run as, where it is known.
    pub service_account: Option<SmolStr>,
    /// Where it stands.
    pub place: Place,
}

/// What one thing has to do with another.
#[derive(Clone, Debug)]
pub struct LinkSeen {
    /// What it starts from: `workload`, `service-account`, `ci-job`.
    pub from: &'static str,
    /// Its name.
    pub from_name: String,
    /// What it leads to: `service-account`, `role`.
    pub to: &'static str,
    /// The names of what it leads to; several where it cannot be told which.
    pub to_names: Vec<String>,
    /// `linked`, `missing`, `ambiguous`, `unknown`.
    pub state: &'static str,
    /// What was looked for, or why it is not known; empty where there is nothing to say.
    pub message: String,
}

impl Engine<'_> {
    /// What was understood.
    #[must_use]
    pub fn inspect(&self, case: &Case) -> Inspection {
        self.inspect_first(case, usize::MAX)
    }

    /// The same of the first things of each kind, `most` at the most.
    #[must_use]
    pub fn inspect_first(&self, case: &Case, most: usize) -> Inspection {
        let documents = case.estate.documents();
        let estate = &case.estate;
        let workload_links = estate.workloads().filter_map(|(id, _)| {
            let name = workload_name(case, id);
            link("workload", name, "service-account", estate.service_account_of(id), |id| account_name(case, *id))
        });
        let account_links = estate
            .service_accounts()
            .filter_map(|(id, _)| link("service-account", account_name(case, id), "role", estate.role_of(id), |id| role_name(case, *id)));
        let job_links = documents.ci_jobs.iter().flat_map(|job| job.roles.iter().map(move |step| (job, step))).filter_map(|(job, step)| {
            let role = step.role_arn.value().map_or(Link::None, |arn| estate.role_by_arn(arn.as_str()));
            link("ci-job", job.id.text.to_string(), "role", &role, |id| role_name(case, *id))
        });
        Inspection {
            roles: estate.roles().take(most).filter_map(|(id, _)| role(case, id)).collect(),
            service_accounts: documents.service_accounts.iter().take(most).map(service_account).collect(),
            workloads: documents.workloads.iter().take(most).map(workload).collect(),
            providers: documents.providers.iter().take(most).cloned().collect(),
            clusters: documents.clusters.iter().take(most).cloned().collect(),
            associations: documents.associations.iter().take(most).cloned().collect(),
            ci_jobs: documents.ci_jobs.iter().take(most).cloned().collect(),
            links: workload_links.chain(account_links).chain(job_links).take(most).collect(),
            errors: documents.errors.iter().take(most).cloned().collect(),
            not_analysed: documents.not_analysed.iter().take(most).cloned().collect(),
        }
    }
}

fn role(case: &Case, id: RoleId) -> Option<RoleSeen> {
    let role = case.estate.role(id)?;
    let mut unknown = Vec::new();
    let policy = match &role.trust {
        Trust::Policy(policy) => Some(policy_json::policy(policy)),
        Trust::Unknown(_, why) => {
            unknown.push(format!("trust policy: {why}"));
            None
        }
        Trust::Absent => None,
    };
    unknown.extend([("name", &role.name), ("ARN", &role.arn)].into_iter().filter_map(|(what, stated)| match stated {
        Stated::Unknown(why) => Some(format!("{what}: {why}")),
        _ => None,
    }));
    Some(RoleSeen { role: select::role_ref(case, id)?, policy, unknown })
}

fn service_account(account: &crate::document::model::ServiceAccount) -> ServiceAccountSeen {
    let annotation = account.role_arn().map(|annotation| &annotation.value);
    ServiceAccountSeen {
        address: account.address.clone(),
        namespace: namespace(&account.namespace),
        name: account.name.value().map(|name| name.text.clone()),
        role_arn: annotation.and_then(Stated::value).map(|arn| arn.text.clone()),
        role_arn_unknown: annotation.is_some_and(Stated::is_unknown),
        place: account.place.clone(),
    }
}

fn workload(workload: &crate::document::model::Workload) -> WorkloadSeen {
    let service_account = match &workload.service_account {
        Stated::Is(name) => Some(name.text.clone()),
        Stated::Absent => Some("default".into()),
        Stated::Unknown(_) => None,
    };
    WorkloadSeen {
        kind: workload.kind.clone(),
        address: workload.address.clone(),
        namespace: namespace(&workload.namespace),
        name: workload.name.value().map(|name| name.text.clone()),
        service_account,
        place: workload.place.clone(),
    }
}

fn namespace(namespace: &Namespace) -> Option<SmolStr> {
    namespace.known().map(SmolStr::new)
}

fn link<T>(from: &'static str, from_name: String, to: &'static str, link: &Link<T>, name: impl Fn(&T) -> String) -> Option<LinkSeen> {
    let (state, to_names, message) = match link {
        Link::To(target) => ("linked", vec![name(target)], String::new()),
        Link::Missing { wanted } => ("missing", Vec::new(), format!("no document describes {wanted}")),
        Link::Ambiguous(targets) => ("ambiguous", targets.iter().map(name).collect(), String::new()),
        Link::Unknown(why) => ("unknown", Vec::new(), why.clone()),
        Link::None => return None,
    };
    Some(LinkSeen { from, from_name, to, to_names, state, message })
}

fn workload_name(case: &Case, id: WorkloadId) -> String {
    let Some(workload) = case.estate.workload(id) else { return String::new() };
    let name = workload.name.value().map_or("?", |name| name.as_str());
    match workload.namespace.known() {
        Some(namespace) => format!("{} {namespace}/{name}", workload.kind),
        None => format!("{} {name}", workload.kind),
    }
}

fn account_name(case: &Case, id: ServiceAccountId) -> String {
    case.estate.service_account(id).map(|account| account.display_name()).unwrap_or_default()
}

fn role_name(case: &Case, id: RoleId) -> String {
    let role = select::role_ref(case, id);
    let named = role.and_then(|role| role.arn.or(role.name).map(|name| name.to_string()).or(role.address));
    named.unwrap_or_else(|| "a trust policy without a name".to_owned())
}
