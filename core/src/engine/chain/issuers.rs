//! The left side of the picture: for each issuer that a trust policy names its cluster and its provider.

use super::{Drawing, NodeKind, Standing, State};
use crate::admission::words::listed;
use crate::admission::{Admits, BUILT_IN, issuers_of};
use crate::document::model::Listed;
use crate::engine::answer::{AudienceSet, WhoRole};
use crate::engine::glance::issuer_words;
use crate::estate::{Link, RoleId};
use crate::policy::TrustPolicy;
use crate::provider::Kind;

/// Issuers that are drawn.
const MOST: usize = 6;

impl Drawing<'_> {
    /// The issuers of a policy with their lines.
    pub(super) fn issuers(&mut self, role: RoleId, policy: &TrustPolicy, who: &WhoRole, at_policy: usize) {
        let all = issuers_of(policy);
        self.more(at_policy, NodeKind::Provider, all.len(), MOST);
        for issuer in all.into_iter().take(MOST) {
            let label = audience(who, issuer.as_deref());
            let Some(issuer) = issuer else {
                let detail = "the trust policy names no provider".to_owned();
                let node = self.node(NodeKind::Provider, "any OIDC provider".to_owned(), detail, None, State::Unknown);
                self.line(
                    node,
                    at_policy,
                    label,
                    Standing::new(State::Unknown, "the trust policy lets in every issuer that the account trusts"),
                );
                continue;
            };
            let provider = self.engine.catalogue.provider_of(&issuer);
            let short = issuer_words(Some(&issuer), provider.map(|provider| &*provider.name));
            let kubernetes = provider.is_some_and(|provider| provider.kind == Kind::Kubernetes);
            let at_cluster = self.cluster(&issuer, &short, kubernetes);
            let (at_provider, standing) = self.provider(role, &issuer, &short);
            let state = standing.state;
            let of_issuer = match (self.picture.nodes.get(at_cluster).map(|node| node.state), state) {
                (_, State::Missing | State::Broken) => Standing { ..standing },
                (Some(State::Ok), State::Ok) => Standing::OK,
                (_, State::Ok) if !kubernetes => Standing::OK,
                (Some(State::Unknown), State::Ok) => Standing::new(State::Unknown, "no document shows the cluster of this issuer"),
                _ => standing,
            };
            self.line(at_cluster, at_provider, "issuer".to_owned(), of_issuer);
            let of_policy = self.client_ids(role, &issuer).unwrap_or_else(|| match state {
                State::Ok => Standing::OK,
                State::Missing | State::Broken => Standing::new(State::Broken, "the trust policy names a provider that is not in order"),
                State::Unknown => Standing::new(State::Unknown, format!("no document shows the OIDC provider for `{issuer}`")),
            });
            self.line(at_provider, at_policy, label, of_policy);
        }
    }

    fn cluster(&mut self, issuer: &str, short: &str, kubernetes: bool) -> usize {
        let estate = &self.case.estate;
        let cluster = estate.cluster_of(issuer).to().and_then(|id| estate.cluster(id));
        let said = estate.cluster_issuer().value().is_some_and(|own| own == issuer);
        let name = cluster.and_then(|cluster| cluster.name.value()).map_or_else(|| short.to_owned(), ToString::to_string);
        let state = if cluster.is_some() || said || !kubernetes { State::Ok } else { State::Unknown };
        let detail = format!("https://{issuer}{}", if state == State::Ok { "" } else { ": not among these documents" });
        self.node(NodeKind::Cluster, name, detail, cluster.map(|cluster| &cluster.place), state)
    }

    /// The provider of an issuer in the role's account.
    fn provider(&mut self, role: RoleId, issuer: &str, short: &str) -> (usize, Standing) {
        let estate = &self.case.estate;
        let account = estate.role_account(role);
        let link = estate.provider_of(issuer, account);
        let found = link.to().and_then(|id| estate.provider(id));
        let shown = account.map_or_else(|| "the role's account".to_owned(), |account| format!("account {account}"));
        let (detail, standing) = match (found, link) {
            _ if BUILT_IN.contains(&issuer) => ("built into STS: it needs no provider".to_owned(), Standing::OK),
            (Some(provider), _) => {
                let fault = self.evidence.inside(&["provider"], provider.place.span);
                let ids = provider.client_ids.value().map(|ids| listed(ids.iter().map(|id| id.text.as_str()), 4));
                let detail = ids.map_or_else(|| shown.clone(), |ids| format!("{shown}, client ids {}", ids.replace(" or ", " and ")));
                let is_error = |found: &&crate::diagnostic::Diagnostic| found.severity == crate::diagnostic::Severity::Error;
                (detail, fault.filter(is_error).map_or(Standing::OK, Standing::found))
            }
            (None, link) => match self.evidence.of_provider(issuer) {
                Some(found) => (format!("{shown} has none in these documents"), Standing::found(found)),
                None if matches!(link, Link::Missing { .. }) && estate.lists(Listed::Providers, account) => {
                    let why = format!("{shown} has no OIDC provider for `{issuer}`");
                    (format!("not in the list of the providers of {shown}"), Standing::new(State::Missing, why))
                }
                None => {
                    let why = format!("no document shows whether {shown} has an OIDC provider for `{issuer}`");
                    ("not among these documents".to_owned(), Standing::new(State::Unknown, why))
                }
            },
        };
        let place = found.map(|provider| provider.place.clone());
        let node = self.node(NodeKind::Provider, format!("OIDC provider of {short}"), detail, place.as_ref(), standing.state);
        (node, standing)
    }

    /// What was found about the client ids of the provider.
    fn client_ids(&self, role: RoleId, issuer: &str) -> Option<Standing> {
        let estate = &self.case.estate;
        let provider = estate.provider_of(issuer, estate.role_account(role)).to().and_then(|id| estate.provider(id))?;
        self.evidence.of_client_ids(provider.place.span).map(Standing::found)
    }
}

/// The audiences that a policy admits of an issuer.
fn audience(who: &WhoRole, issuer: Option<&str>) -> String {
    let mut shown: Vec<&str> = Vec::new();
    let grants = who.grants.iter().filter(|grant| grant.issuer.as_deref() == issuer && grant.admits != Admits::Nobody);
    for grant in grants {
        match &grant.audiences {
            AudienceSet::Any => return "any aud".to_owned(),
            AudienceSet::Listed(list) => shown.extend(list.iter().map(smol_str::SmolStr::as_str)),
            AudienceSet::Like { like, .. } => shown.extend(like.iter().map(smol_str::SmolStr::as_str)),
        }
    }
    shown.sort_unstable();
    shown.dedup();
    match shown.as_slice() {
        [] => "Federated".to_owned(),
        few if few.len() < 4 => format!("aud {}", few.join(", ")),
        [first, rest @ ..] => format!("aud {first} and {} more", rest.len()),
    }
}
