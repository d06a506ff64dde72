//! `inspect` as JSON.

use serde::Serialize;

use super::shape::{ErrorJson, LocationJson, NotAnalysedJson, RoleJson};
use super::{SCHEMA_VERSION, text};
use crate::document::model::{CiJob, Cluster, DEFAULT_AUDIENCE, OidcProvider, PodIdentityAssociation, RoleStep, Stated};
use crate::engine::PolicyJson;
use crate::engine::inspect::{Inspection, LinkSeen, RoleSeen, ServiceAccountSeen, WorkloadSeen};
use crate::report::{Places, Run};

#[derive(Serialize)]
struct InspectJson<'a> {
    schema_version: u32,
    roles: Vec<RoleSeenJson<'a>>,
    service_accounts: Vec<ServiceAccountJson<'a>>,
    providers: Vec<ProviderJson<'a>>,
    clusters: Vec<ClusterJson<'a>>,
    workloads: Vec<WorkloadJson<'a>>,
    pod_identity_associations: Vec<AssociationJson<'a>>,
    ci_jobs: Vec<CiJobJson<'a>>,
    links: Vec<LinkJson<'a>>,
    outputs: Nothing,
    not_analysed: Vec<NotAnalysedJson<'a>>,
    errors: Vec<ErrorJson<'a>>,
    notes: &'a [String],
}

/// An empty object.
#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
struct RoleSeenJson<'a> {
    #[serde(flatten)]
    role: RoleJson<'a>,
    assume_role_policy: Option<&'a PolicyJson>,
    unknown: &'a [String],
}

#[derive(Serialize)]
struct ServiceAccountJson<'a> {
    address: Option<&'a str>,
    namespace: Option<&'a str>,
    name: Option<&'a str>,
    role_arn: Option<&'a str>,
    role_arn_unknown: bool,
    location: LocationJson<'a>,
}

#[derive(Serialize)]
struct ProviderJson<'a> {
    address: Option<&'a str>,
    arn: Option<&'a str>,
    issuer: Option<String>,
    client_ids: Option<Vec<&'a str>>,
    location: LocationJson<'a>,
}

#[derive(Serialize)]
struct ClusterJson<'a> {
    address: Option<&'a str>,
    name: Option<&'a str>,
    arn: Option<&'a str>,
    issuer: Option<String>,
    location: LocationJson<'a>,
}

#[derive(Serialize)]
struct WorkloadJson<'a> {
    kind: &'a str,
    address: Option<&'a str>,
    namespace: Option<&'a str>,
    name: Option<&'a str>,
    service_account: Option<&'a str>,
    location: LocationJson<'a>,
}

#[derive(Serialize)]
struct AssociationJson<'a> {
    address: Option<&'a str>,
    cluster: Option<&'a str>,
    namespace: Option<&'a str>,
    service_account: Option<&'a str>,
    role_arn: Option<&'a str>,
    target_role_arn: Option<&'a str>,
    location: LocationJson<'a>,
}

/// One entry for each role that a job assumes.
#[derive(Serialize)]
struct CiJobJson<'a> {
    system: &'static str,
    job: &'a str,
    triggers: Vec<&'a str>,
    environment: Option<&'a str>,
    role_arn: Option<&'a str>,
    audience: Option<&'a str>,
    location: LocationJson<'a>,
}

#[derive(Serialize)]
struct LinkJson<'a> {
    from: EndJson<'a>,
    to: Vec<EndJson<'a>>,
    state: &'static str,
    message: &'a str,
}

#[derive(Serialize)]
struct EndJson<'a> {
    kind: &'static str,
    name: &'a str,
}

/// `inspect --format json`.
#[must_use]
pub fn inspect(run: &Run<'_>, seen: &Inspection) -> String {
    let places = run.places;
    text(&InspectJson {
        schema_version: SCHEMA_VERSION,
        roles: seen.roles.iter().map(|role| RoleSeenJson::of(places, role)).collect(),
        service_accounts: seen.service_accounts.iter().map(|account| ServiceAccountJson::of(places, account)).collect(),
        providers: seen.providers.iter().map(|provider| ProviderJson::of(places, provider)).collect(),
        clusters: seen.clusters.iter().map(|cluster| ClusterJson::of(places, cluster)).collect(),
        workloads: seen.workloads.iter().map(|workload| WorkloadJson::of(places, workload)).collect(),
        pod_identity_associations: seen.associations.iter().map(|association| AssociationJson::of(places, association)).collect(),
        ci_jobs: seen.ci_jobs.iter().flat_map(|job| job.roles.iter().map(|step| CiJobJson::of(places, job, step))).collect(),
        links: seen.links.iter().map(LinkJson::of).collect(),
        outputs: Nothing {},
        not_analysed: NotAnalysedJson::all(places, &seen.not_analysed),
        errors: ErrorJson::all(run, &seen.errors),
        notes: run.notes,
    })
}

fn url(issuer: &str) -> String {
    format!("https://{issuer}")
}

impl<'a> RoleSeenJson<'a> {
    fn of(places: &Places<'a>, seen: &'a RoleSeen) -> Self {
        Self { role: RoleJson::of(places, &seen.role), assume_role_policy: seen.policy.as_ref(), unknown: &seen.unknown }
    }
}

impl<'a> ServiceAccountJson<'a> {
    fn of(places: &Places<'a>, seen: &'a ServiceAccountSeen) -> Self {
        Self {
            address: seen.address.as_deref(),
            namespace: seen.namespace.as_deref(),
            name: seen.name.as_deref(),
            role_arn: seen.role_arn.as_deref(),
            role_arn_unknown: seen.role_arn_unknown,
            location: LocationJson::of(places, &seen.place),
        }
    }
}

impl<'a> ProviderJson<'a> {
    fn of(places: &Places<'a>, provider: &'a OidcProvider) -> Self {
        Self {
            address: provider.address.as_deref(),
            arn: provider.arn.value().map(AsRef::as_ref),
            issuer: provider.issuer.value().map(|issuer| url(issuer)),
            client_ids: provider.client_ids.value().map(|ids| ids.iter().map(|id| id.as_str()).collect()),
            location: LocationJson::of(places, &provider.place),
        }
    }
}

impl<'a> ClusterJson<'a> {
    fn of(places: &Places<'a>, cluster: &'a Cluster) -> Self {
        Self {
            address: cluster.address.as_deref(),
            name: cluster.name.value().map(AsRef::as_ref),
            arn: cluster.arn.value().map(AsRef::as_ref),
            issuer: cluster.issuer.value().map(|issuer| url(issuer)),
            location: LocationJson::of(places, &cluster.place),
        }
    }
}

impl<'a> WorkloadJson<'a> {
    fn of(places: &Places<'a>, seen: &'a WorkloadSeen) -> Self {
        Self {
            kind: &seen.kind,
            address: seen.address.as_deref(),
            namespace: seen.namespace.as_deref(),
            name: seen.name.as_deref(),
            service_account: seen.service_account.as_deref(),
            location: LocationJson::of(places, &seen.place),
        }
    }
}

impl<'a> AssociationJson<'a> {
    fn of(places: &Places<'a>, association: &'a PodIdentityAssociation) -> Self {
        Self {
            address: association.address.as_deref(),
            cluster: association.cluster.value().map(AsRef::as_ref),
            namespace: association.namespace.value().map(AsRef::as_ref),
            service_account: association.service_account.value().map(AsRef::as_ref),
            role_arn: association.role_arn.value().map(|arn| arn.as_str()),
            target_role_arn: association.target_role_arn.value().map(|arn| arn.as_str()),
            location: LocationJson::of(places, &association.place),
        }
    }
}

impl<'a> CiJobJson<'a> {
    fn of(places: &Places<'a>, job: &'a CiJob, step: &'a RoleStep) -> Self {
        let audience = match &step.audience {
            Stated::Is(audience) => Some(audience.as_str()),
            Stated::Absent => Some(DEFAULT_AUDIENCE),
            Stated::Unknown(_) => None,
        };
        Self {
            system: job.system.name(),
            job: job.id.as_str(),
            triggers: job.triggers.iter().map(|trigger| trigger.event.as_str()).collect(),
            environment: job.environment.value().map(|name| name.as_str()),
            role_arn: step.role_arn.value().map(|arn| arn.as_str()),
            audience,
            location: LocationJson::of(places, &step.place),
        }
    }
}

impl<'a> LinkJson<'a> {
    fn of(link: &'a LinkSeen) -> Self {
        Self {
            from: EndJson { kind: link.from, name: &link.from_name },
            to: link.to_names.iter().map(|name| EndJson { kind: link.to, name }).collect(),
            state: link.state,
            message: &link.message,
        }
    }
}
