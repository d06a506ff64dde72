//! AWS's side of the links: issuer → provider, and the cluster to which Kubernetes objects belong.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::{ClusterId, EstateSettings, Link, ProviderId};
use crate::document::issuer_of_url;
use crate::document::model::{Cluster, Documents, OidcProvider, Stated};
use crate::order;
use crate::policy::ProviderArn;

/// Providers and clusters by issuer.
#[derive(Debug)]
pub struct Federation {
    providers: FxHashMap<SmolStr, Vec<ProviderId>>,
    /// Why a provider's issuer cannot be known, if there is such a provider.
    unknown_provider: Option<String>,
    cluster_issuer: Stated<SmolStr>,
}

impl Federation {
    /// Indexes the providers and settles which cluster it is.
    pub fn new(documents: &Documents, settings: &EstateSettings) -> Self {
        let mut providers: FxHashMap<SmolStr, Vec<ProviderId>> = FxHashMap::default();
        let mut unknown_provider = None;
        for (index, provider) in documents.providers.iter().enumerate() {
            match &provider.issuer {
                Stated::Is(issuer) => providers.entry(issuer.clone()).or_default().push(ProviderId(index)),
                Stated::Unknown(reason) => unknown_provider = unknown_provider.or_else(|| Some(reason.clone())),
                Stated::Absent => {}
            }
        }
        let cluster_issuer = match &settings.cluster_issuer {
            Some(issuer) => Stated::Is(issuer_of_url(issuer)),
            None => one_cluster(&documents.clusters),
        };
        Self { providers, unknown_provider, cluster_issuer }
    }

    pub fn provider_of(&self, documents: &Documents, issuer: &str, account: Option<&str>) -> Link<ProviderId> {
        let all = self.providers.get(issuer).map(Vec::as_slice).unwrap_or_default();
        let get = |id: &ProviderId| documents.providers.get(id.0);
        let fits = |id: &&ProviderId| get(id).and_then(account_of).zip(account).is_none_or(|(own, asked)| own == asked);
        let fitting: Vec<ProviderId> = all.iter().filter(fits).copied().collect();
        let mut accounts = fitting.iter().filter_map(|id| get(id).and_then(account_of));
        let first_account = accounts.next();
        if accounts.any(|account| Some(account) != first_account) {
            return Link::Ambiguous(fitting);
        }
        let shows_clients = |id: &&ProviderId| get(id).is_some_and(|provider| provider.client_ids.value().is_some());
        match fitting.iter().find(shows_clients).or_else(|| fitting.first()) {
            Some(best) => Link::To(*best),
            None => match &self.unknown_provider {
                Some(reason) => Link::Unknown(reason.clone()),
                None => Link::Missing { wanted: wanted(issuer, account) },
            },
        }
    }

    pub fn client_ids(&self, documents: &Documents, provider: &Link<ProviderId>) -> Stated<Vec<SmolStr>> {
        match provider {
            Link::To(id) => match documents.providers.get(id.0).map(|provider| &provider.client_ids) {
                Some(Stated::Is(ids)) => Stated::Is(ids.iter().map(|id| id.text.clone()).collect()),
                Some(Stated::Unknown(reason)) => Stated::Unknown(reason.clone()),
                Some(Stated::Absent) | None => Stated::Absent,
            },
            Link::Unknown(reason) => Stated::Unknown(reason.clone()),
            Link::Ambiguous(_) => Stated::Unknown("the run holds several providers of this issuer".to_owned()),
            Link::Missing { .. } | Link::None => Stated::Absent,
        }
    }

    pub fn cluster_issuer(&self) -> &Stated<SmolStr> {
        &self.cluster_issuer
    }

    pub fn cluster_of(&self, documents: &Documents, issuer: &str) -> Link<ClusterId> {
        let is_it = |cluster: &Cluster| cluster.issuer.value().is_some_and(|own| own == issuer);
        if let Some(index) = documents.clusters.iter().position(is_it) {
            return Link::To(ClusterId(index));
        }
        match documents.clusters.iter().find_map(|cluster| match &cluster.issuer {
            Stated::Unknown(reason) => Some(reason.clone()),
            _ => None,
        }) {
            Some(reason) => Link::Unknown(reason),
            None => Link::Missing { wanted: format!("https://{issuer}") },
        }
    }
}

/// The account of a provider, where its ARN is known.
fn account_of(provider: &OidcProvider) -> Option<&str> {
    provider.arn.value().and_then(|arn| ProviderArn::parse(arn)).map(|arn| arn.account)
}

fn wanted(issuer: &str, account: Option<&str>) -> String {
    account.map_or_else(|| format!("https://{issuer}"), |account| format!("https://{issuer} in account {account}"))
}

/// The issuer of the run's cluster, if it is one: several documents may show the same.
fn one_cluster(clusters: &[Cluster]) -> Stated<SmolStr> {
    let mut issuers: Vec<&SmolStr> = clusters.iter().filter_map(|cluster| cluster.issuer.value()).collect();
    order::sort(&mut issuers);
    issuers.dedup();
    let same_name = |a: &Cluster, b: &Cluster| a.name.value().is_some() && a.name.value() == b.name.value();
    let unknown = clusters.iter().filter(|cluster| cluster.issuer.value().is_none());
    // A plan that does not know the issuer yet, beside a document of the same cluster that shows it, is no second cluster.
    let others: Vec<_> = unknown.filter(|own| !clusters.iter().any(|c| c.issuer.value().is_some() && same_name(c, own))).collect();
    match (issuers.as_slice(), others.as_slice()) {
        ([], []) => Stated::Absent,
        ([one], []) => Stated::Is((*one).clone()),
        ([], [one]) => match &one.issuer {
            Stated::Unknown(reason) => Stated::Unknown(reason.clone()),
            _ => Stated::Absent,
        },
        (known, others) => Stated::Unknown(format!("the run holds {} clusters", known.len() + others.len())),
    }
}
