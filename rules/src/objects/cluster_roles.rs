//! The roles that trust the cluster of which the run holds all ServiceAccounts. Without the full list nothing may be called missing.

use irsa_lint_core::admission::IssuerAdmission;
use irsa_lint_core::document::model::Listed;
use irsa_lint_core::provider::Kind;
use irsa_lint_core::rule::{RoleView, View};
use smol_str::SmolStr;

use crate::objects::pairing::role_view;

/// Each role that lets the cluster's ServiceAccounts in, with what it admits of them. Kubernetes objects name no cluster: it is the run's
/// only one, or the only one that the roles speak of.
#[must_use]
pub fn of_listed_cluster<'a>(view: &'a View<'_>) -> Vec<(RoleView<'a>, &'a IssuerAdmission<'a>)> {
    if !view.estate.lists(Listed::ServiceAccounts, None) {
        return Vec::new();
    }
    let mut cluster: Option<SmolStr> = view.estate.cluster_issuer().value().cloned();
    let settled = cluster.is_some();
    let mut found = Vec::new();
    for (id, _) in view.estate.roles() {
        let Some(role) = role_view(view, id) else { continue };
        for issuer in &role.admission.issuers {
            let Some(own) = issuer.issuer.as_ref().filter(|_| issuer.provider.is_some_and(|known| known.kind == Kind::Kubernetes)) else {
                continue;
            };
            if cluster.get_or_insert_with(|| own.clone()) == own {
                found.push((role, issuer));
            } else if !settled {
                return Vec::new();
            }
        }
    }
    found.retain(|(_, issuer)| !issuer.grants.is_empty());
    found
}
