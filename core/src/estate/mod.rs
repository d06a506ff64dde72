//! Every document of one run, linked: workload → ServiceAccount → role → provider → cluster. A link is a value with more than two
//! ends: "not found" and "cannot know" are different words to the user. Knows no text and no tokens.

mod accounts;
mod federation;
mod merge;
mod near;
mod roles;
#[cfg(test)]
mod tests;

use smol_str::SmolStr;

use crate::document::model::{Cluster, Documents, Listed, OidcProvider, PodIdentityAssociation, Role, ServiceAccount, Stated, Workload};
use crate::source::FileId;
use accounts::Accounts;
use federation::Federation;
pub use near::{AccountNearMiss, Difference, NearMiss};
pub use roles::Adopted;
use roles::Roles;

/// A role, by its index in [`Documents::roles`] of the estate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleId(pub usize);
/// A ServiceAccount, by its index in [`Documents::service_accounts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceAccountId(pub usize);
/// A workload, by its index in [`Documents::workloads`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkloadId(pub usize);
/// An OIDC provider, by its index in [`Documents::providers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderId(pub usize);
/// A cluster, by its index in [`Documents::clusters`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterId(pub usize);
/// A Pod Identity association, by its index in [`Documents::associations`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssociationId(pub usize);

/// Where something leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link<T> {
    /// To this.
    To(T),
    /// To something that no document of the run describes. That it is missing may be said only where the run lists all there is.
    Missing {
        /// What was looked for, in words or as an ARN.
        wanted: String,
    },
    /// To one of several, and the documents don't say to which.
    Ambiguous(Vec<T>),
    /// Nobody can know from these documents: the reason.
    Unknown(String),
    /// There is nothing to follow.
    None,
}

impl<T: Copy> Link<T> {
    /// Where it leads, if that is one thing.
    #[must_use]
    pub fn to(&self) -> Option<T> {
        match self {
            Self::To(target) => Some(*target),
            _ => None,
        }
    }
}

/// What the user says that the documents lack.
#[derive(Clone, Debug, Default)]
pub struct EstateSettings {
    /// The account of roles that do not show theirs.
    pub account: Option<SmolStr>,
    /// The issuer of the cluster to which Kubernetes objects belong; with or without `https://`.
    pub cluster_issuer: Option<SmolStr>,
    /// Which role a file's bare trust policy belongs to: the file and the role's ARN.
    pub role_of: Vec<(FileId, SmolStr)>,
}

/// The documents of a run with their links.
#[derive(Debug)]
pub struct Estate {
    documents: Documents,
    settings: EstateSettings,
    roles: Roles,
    accounts: Accounts,
    federation: Federation,
}

impl Estate {
    /// Links the documents of a run. Several that describe the same role become one.
    #[must_use]
    pub fn new(mut documents: Documents, settings: EstateSettings) -> Self {
        documents.roles = merge::merged(std::mem::take(&mut documents.roles));
        let roles = Roles::new(&documents, &settings);
        let accounts = Accounts::new(&documents, &roles);
        let federation = Federation::new(&documents, &settings);
        Self { documents, settings, roles, accounts, federation }
    }

    /// All documents; what the ids of the estate count.
    #[must_use]
    pub fn documents(&self) -> &Documents {
        &self.documents
    }

    /// What the user said.
    #[must_use]
    pub fn settings(&self) -> &EstateSettings {
        &self.settings
    }

    /// All roles.
    pub fn roles(&self) -> impl Iterator<Item = (RoleId, &Role)> {
        self.documents.roles.iter().enumerate().map(|(index, role)| (RoleId(index), role))
    }

    /// All ServiceAccounts.
    pub fn service_accounts(&self) -> impl Iterator<Item = (ServiceAccountId, &ServiceAccount)> {
        self.documents.service_accounts.iter().enumerate().map(|(index, account)| (ServiceAccountId(index), account))
    }

    /// All workloads.
    pub fn workloads(&self) -> impl Iterator<Item = (WorkloadId, &Workload)> {
        self.documents.workloads.iter().enumerate().map(|(index, workload)| (WorkloadId(index), workload))
    }

    /// All OIDC providers.
    pub fn providers(&self) -> impl Iterator<Item = (ProviderId, &OidcProvider)> {
        self.documents.providers.iter().enumerate().map(|(index, provider)| (ProviderId(index), provider))
    }

    /// The role.
    #[must_use]
    pub fn role(&self, id: RoleId) -> Option<&Role> {
        self.documents.roles.get(id.0)
    }

    /// The ServiceAccount.
    #[must_use]
    pub fn service_account(&self, id: ServiceAccountId) -> Option<&ServiceAccount> {
        self.documents.service_accounts.get(id.0)
    }

    /// The workload.
    #[must_use]
    pub fn workload(&self, id: WorkloadId) -> Option<&Workload> {
        self.documents.workloads.get(id.0)
    }

    /// The OIDC provider.
    #[must_use]
    pub fn provider(&self, id: ProviderId) -> Option<&OidcProvider> {
        self.documents.providers.get(id.0)
    }

    /// The cluster.
    #[must_use]
    pub fn cluster(&self, id: ClusterId) -> Option<&Cluster> {
        self.documents.clusters.get(id.0)
    }

    /// The association.
    #[must_use]
    pub fn association(&self, id: AssociationId) -> Option<&PodIdentityAssociation> {
        self.documents.associations.get(id.0)
    }

    /// A role's ARN: as stated, by `--role-of`, by adoption, or built from its account, path and name.
    #[must_use]
    pub fn role_arn(&self, id: RoleId) -> Stated<SmolStr> {
        self.roles.facts(id).map_or(Stated::Absent, |facts| facts.arn.clone())
    }

    /// A role's account: that of its ARN, else the user's, else that of the providers that its trust policy names.
    #[must_use]
    pub fn role_account(&self, id: RoleId) -> Option<&str> {
        self.roles.facts(id).and_then(|facts| facts.account.as_deref())
    }

    /// A role's name: its own, or that of the ARN that it was tied to.
    #[must_use]
    pub fn role_name(&self, id: RoleId) -> Option<&str> {
        self.roles.facts(id).and_then(|facts| facts.name.as_deref())
    }

    /// The roles that a user may mean by a name or an ARN.
    #[must_use]
    pub fn roles_named(&self, name_or_arn: &str) -> Vec<RoleId> {
        self.roles.named(name_or_arn)
    }

    /// The bare trust policy that was taken together with the run's ServiceAccounts.
    #[must_use]
    pub fn adopted(&self) -> Option<&Adopted> {
        self.roles.adopted()
    }

    /// The role that an ARN names.
    #[must_use]
    pub fn role_by_arn(&self, arn: &str) -> Link<RoleId> {
        self.roles.by_arn(arn)
    }

    /// The role that a ServiceAccount's annotation names.
    #[must_use]
    pub fn role_of(&self, id: ServiceAccountId) -> &Link<RoleId> {
        self.accounts.role_of(id)
    }

    /// The ServiceAccounts whose annotation names this role.
    #[must_use]
    pub fn accounts_of(&self, id: RoleId) -> &[ServiceAccountId] {
        self.accounts.accounts_of(id)
    }

    /// The ServiceAccount that a workload's Pods run as; `default` where it names none.
    #[must_use]
    pub fn service_account_of(&self, id: WorkloadId) -> &Link<ServiceAccountId> {
        self.accounts.account_of(id)
    }

    /// The workloads whose Pods run as this ServiceAccount.
    #[must_use]
    pub fn workloads_of(&self, id: ServiceAccountId) -> &[WorkloadId] {
        self.accounts.workloads_of(id)
    }

    /// The ServiceAccount of that namespace and name; an unknown namespace matches any.
    #[must_use]
    pub fn service_account_named(&self, namespace: Option<&str>, name: &str) -> Link<ServiceAccountId> {
        self.accounts.named(&self.documents, namespace, name)
    }

    /// The ServiceAccounts beside a workload: those of its namespace; where neither says which, those of its file.
    pub fn service_accounts_beside(&self, workload: &Workload) -> impl Iterator<Item = (ServiceAccountId, &ServiceAccount)> {
        self.accounts.beside(workload).iter().filter_map(|id| Some((*id, self.service_account(*id)?)))
    }

    /// The workloads of that name, in every namespace.
    pub fn workloads_called(&self, name: &str) -> impl Iterator<Item = &Workload> {
        self.accounts.workloads().called(name).iter().filter_map(|id| self.workload(*id))
    }

    /// The workloads that say to run as a ServiceAccount of that name, in every namespace.
    pub fn workloads_running_as(&self, name: &str) -> impl Iterator<Item = &Workload> {
        self.accounts.workloads().running_as(name).iter().filter_map(|id| self.workload(*id))
    }

    /// The workloads of that namespace; `None`: those that do not say theirs.
    pub fn workloads_in(&self, namespace: Option<&str>) -> impl Iterator<Item = &Workload> {
        self.accounts.workloads().of_namespace(namespace).iter().filter_map(|id| self.workload(*id))
    }

    /// The association of a ServiceAccount, which wins over its annotation.
    #[must_use]
    pub fn association_of(&self, id: ServiceAccountId) -> Link<AssociationId> {
        self.service_account(id).map_or(Link::None, |account| self.accounts.association_of(&self.documents, account))
    }

    /// The provider of an issuer (without `https://`, letter case and trailing slash as they are) in an account; an unknown account
    /// matches any.
    #[must_use]
    pub fn provider_of(&self, issuer: &str, account: Option<&str>) -> Link<ProviderId> {
        self.federation.provider_of(&self.documents, issuer, account)
    }

    /// The client ids that the provider of an issuer in a role's account registers.
    #[must_use]
    pub fn client_ids(&self, role: RoleId, issuer: &str) -> Stated<Vec<SmolStr>> {
        self.federation.client_ids(&self.documents, &self.provider_of(issuer, self.role_account(role)))
    }

    /// The issuer of the cluster to which the run's Kubernetes objects belong, without `https://`.
    #[must_use]
    pub fn cluster_issuer(&self) -> &Stated<SmolStr> {
        self.federation.cluster_issuer()
    }

    /// The cluster of that issuer.
    #[must_use]
    pub fn cluster_of(&self, issuer: &str) -> Link<ClusterId> {
        self.federation.cluster_of(&self.documents, issuer)
    }

    /// Whether the run holds all there is of something, so that what it lacks may be called missing. `account`: of which account, for
    /// what lives in one.
    #[must_use]
    pub fn lists(&self, of: Listed, account: Option<&str>) -> bool {
        self.documents.full_lists.iter().filter(|list| list.of == of).any(|list| match (list.account.as_deref(), account) {
            (Some(listed), Some(asked)) => listed == asked,
            (None, None) => true,
            // A list that shows no account (an empty one) is taken to be of the account that all of the run is about.
            (None, Some(asked)) => of == Listed::ServiceAccounts || self.roles.only_account() == Some(asked),
            (Some(_), None) => false,
        })
    }

    /// Roles that somebody may have meant who named this ARN, the most likely first: the same name in another account, under another
    /// path, or a name that is one or two letters off.
    #[must_use]
    pub fn near_roles(&self, arn: &str) -> Vec<NearMiss> {
        self.roles.near(&self.documents, arn)
    }

    /// ServiceAccounts that somebody may have meant who named this one, the most likely first.
    #[must_use]
    pub fn near_service_accounts(&self, namespace: Option<&str>, name: &str) -> Vec<AccountNearMiss> {
        self.accounts.near(&self.documents, namespace, name)
    }
}
