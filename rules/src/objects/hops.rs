//! Second hops: a ServiceAccount's role, and the role that its Pods go on to assume from it with `sts:AssumeRole`. What the first role is
//! not known of is left out.

use irsa_lint_core::document::model::{ArgoCdCluster, FirstRole, Origin, ServiceAccount};
use irsa_lint_core::estate::{Link, ServiceAccountId};
use irsa_lint_core::policy::TrustPolicy;
use irsa_lint_core::rule::View;
use irsa_lint_core::syntax::{Place, Scalar};

use crate::objects::callers::may_assume;
use crate::objects::role_arn::{RoleArn, read, value};

/// The ServiceAccounts of Argo CD that talk to clusters. Source: Argo CD, "Declarative Setup: EKS".
pub const ARGOCD: [&str; 3] = ["argocd-application-controller", "argocd-server", "argocd-applicationset-controller"];

/// A role that is assumed from another.
pub struct Hop<'a> {
    /// What asks for it, as a message names it.
    pub asker: String,
    /// Who has the first role, as a message names it: ``ServiceAccount `dns/dns` ``.
    pub holder: String,
    /// The ARN of the role that they have.
    pub first: &'a Scalar,
    /// Where they are given it.
    pub first_place: Place,
    /// The ARN of the role that they go on to assume.
    pub second: &'a Scalar,
    /// Where that is asked for.
    pub place: Place,
}

impl Hop<'_> {
    /// The second role's trust policy, and whether it may let the first role in, if the run holds it.
    #[must_use]
    pub fn second_policy<'v>(&self, view: &View<'v>) -> Option<(&'v TrustPolicy, bool)> {
        let role = view.estate.role(view.estate.role_by_arn(&self.second.text).to()?)?;
        let policy = role.trust.policy()?;
        Some((policy, may_assume(policy, &self.first.text, role.origin == Origin::Live)))
    }
}

/// A role by the last part of its ARN.
#[must_use]
pub fn short(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// All second hops of the run.
#[must_use]
pub fn hops<'a>(view: &View<'a>) -> Vec<Hop<'a>> {
    let documents = view.estate.documents();
    let mut found: Vec<Hop<'a>> = Vec::new();
    for asked in documents.second_roles.iter().filter(|asked| is_role(&asked.arn)) {
        let accounts = match &asked.from {
            FirstRole::Of(namespace, name) => view.estate.service_account_named(namespace.as_deref(), name).to().into_iter().collect(),
            FirstRole::Controller(name) => controllers(name, &asked.arn, view),
            FirstRole::Named(first, holder) => {
                let first_place = Place { span: first.span, pointer: asked.place.pointer.clone() };
                let first = Some(first).filter(|first| is_role(first));
                let holder = (*holder).to_owned();
                let asker = asked.asker.clone();
                found.extend(first.map(|first| Hop { asker, holder, first, first_place, second: &asked.arn, place: asked.place.clone() }));
                continue;
            }
        };
        add(&mut found, &asked.asker, &accounts, &asked.arn, &asked.place, view);
    }
    for cluster in &documents.argocd_clusters {
        let Some(role) = cluster.role_arn.as_ref().filter(|role| is_role(role)) else { continue };
        let place = Place { span: role.span, pointer: cluster.config.clone() };
        add(&mut found, &argocd_name(cluster), &argocd_accounts(cluster, &ARGOCD, view), role, &place, view);
    }
    found
}

fn add<'a>(found: &mut Vec<Hop<'a>>, asker: &str, accounts: &[ServiceAccountId], second: &'a Scalar, place: &Place, view: &View<'a>) {
    for id in accounts {
        let Some(account) = view.estate.service_account(*id) else { continue };
        let Some((first, first_place)) = first_role(*id, account, view).filter(|(first, _)| is_role(first)) else { continue };
        let known = |hop: &&Hop<'_>| hop.first.text == first.text && hop.second.text == second.text && hop.place.span == place.span;
        if !found.iter().any(|hop| known(&hop)) {
            let holder = format!("ServiceAccount `{}`", account.display_name());
            found.push(Hop { asker: asker.to_owned(), holder, first, first_place, second, place: place.clone() });
        }
    }
}

/// The role that a ServiceAccount's Pods have: that of its Pod Identity association, which wins, else that of its annotation.
fn first_role<'a>(id: ServiceAccountId, account: &'a ServiceAccount, view: &View<'a>) -> Option<(&'a Scalar, Place)> {
    match view.estate.association_of(id) {
        Link::To(association) => {
            let association = view.estate.association(association)?;
            let role = association.role_arn.value()?;
            Some((role, Place { span: role.span, pointer: association.place.pointer.clone() }))
        }
        Link::Missing { .. } | Link::None => account.role_arn().and_then(value),
        Link::Ambiguous(_) | Link::Unknown(_) => None,
    }
}

fn is_role(arn: &Scalar) -> bool {
    matches!(read(&arn.text), RoleArn::Role(_))
}

/// The ServiceAccounts of a product's controller: those called so, whatever a chart puts in front; else those that have the very role.
fn controllers(product: &str, role: &Scalar, view: &View<'_>) -> Vec<ServiceAccountId> {
    let ids = |fits: &dyn Fn(&ServiceAccount) -> bool| -> Vec<ServiceAccountId> {
        view.estate.service_accounts().filter(|(_, account)| fits(account)).map(|(id, _)| id).collect()
    };
    let called = ids(&|account| account.name.value().is_some_and(|name| name.text.ends_with(product)));
    if !called.is_empty() {
        return called;
    }
    ids(&|account| account.role_arn().and_then(value).is_some_and(|(own, _)| own.text == role.text))
}

/// How a message names a cluster Secret.
#[must_use]
pub fn argocd_name(cluster: &ArgoCdCluster) -> String {
    match (&cluster.cluster_name, &cluster.secret) {
        (Some(name), _) => format!("Argo CD's Secret of cluster `{}`", name.text),
        (None, Some(secret)) => format!("Argo CD's cluster Secret `{secret}`"),
        (None, None) => "Argo CD's cluster Secret".to_owned(),
    }
}

/// The ServiceAccounts of Argo CD with one of these names, whatever a chart puts in front, in the namespace of a Secret.
#[must_use]
pub fn argocd_accounts(cluster: &ArgoCdCluster, names: &[&str], view: &View<'_>) -> Vec<ServiceAccountId> {
    let here = |account: &ServiceAccount| {
        cluster.namespace.known().zip(account.namespace.known()).is_none_or(|(secret, account)| secret == account)
    };
    let called = |account: &ServiceAccount| {
        let ends = |name: &str, end: &str| name.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('-'));
        account.name.value().is_some_and(|name| names.iter().any(|end| ends(&name.text, end)))
    };
    view.estate.service_accounts().filter(|(_, account)| here(account) && called(account)).map(|(id, _)| id).collect()
}
