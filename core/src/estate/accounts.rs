//! Kubernetes' side of the links: workload → ServiceAccount → role, and back.

use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};

use super::near::{self, AccountNearMiss};
use super::roles::Roles;
use super::{AssociationId, Link, RoleId, ServiceAccountId, WorkloadId};
use crate::document::model::{Documents, ServiceAccount, Stated, Workload};
use crate::source::FileId;

/// Of more candidates than these nobody wants to read.
const MOST_CANDIDATES: usize = 16;

/// ServiceAccounts and workloads by what names them.
#[derive(Debug, Default)]
pub struct Accounts {
    /// `namespace/name` where both are known.
    by_place: FxHashMap<SmolStr, Vec<ServiceAccountId>>,
    by_name: FxHashMap<SmolStr, Vec<ServiceAccountId>>,
    by_namespace: FxHashMap<SmolStr, Vec<ServiceAccountId>>,
    /// Those of an unknown namespace, by name.
    anywhere: FxHashMap<SmolStr, Vec<ServiceAccountId>>,
    /// Those of an unknown namespace, by file.
    loose: FxHashMap<FileId, Vec<ServiceAccountId>>,
    workloads: Workloads,
    /// Associations by the ServiceAccount's name.
    associations: FxHashMap<SmolStr, Vec<AssociationId>>,
    roles: Vec<Link<RoleId>>,
    of_role: FxHashMap<RoleId, Vec<ServiceAccountId>>,
    accounts: Vec<Link<ServiceAccountId>>,
    of_account: FxHashMap<ServiceAccountId, Vec<WorkloadId>>,
}

impl Accounts {
    /// Follows every annotation and every workload's `serviceAccountName`.
    pub fn new(documents: &Documents, roles: &Roles) -> Self {
        let mut links = Self::default();
        for (index, account) in documents.service_accounts.iter().enumerate() {
            links.index(ServiceAccountId(index), account);
            let link = role_link(account, roles);
            if let Link::To(role) = link {
                links.of_role.entry(role).or_default().push(ServiceAccountId(index));
            }
            links.roles.push(link);
        }
        for (index, association) in documents.associations.iter().enumerate() {
            if let Stated::Is(name) = &association.service_account {
                links.associations.entry(name.clone()).or_default().push(AssociationId(index));
            }
        }
        for (index, workload) in documents.workloads.iter().enumerate() {
            let link = links.account_link(documents, workload);
            if let Link::To(account) = link {
                links.of_account.entry(account).or_default().push(WorkloadId(index));
            }
            links.accounts.push(link);
            links.workloads.index(WorkloadId(index), workload);
        }
        links
    }

    fn index(&mut self, id: ServiceAccountId, account: &ServiceAccount) {
        let Some(name) = account.name.value() else { return };
        self.by_name.entry(name.text.clone()).or_default().push(id);
        match account.namespace.known() {
            Some(namespace) => {
                self.by_place.entry(place(namespace, &name.text)).or_default().push(id);
                self.by_namespace.entry(SmolStr::new(namespace)).or_default().push(id);
            }
            None => {
                self.anywhere.entry(name.text.clone()).or_default().push(id);
                self.loose.entry(account.place.span.file).or_default().push(id);
            }
        }
    }

    fn account_link(&self, documents: &Documents, workload: &Workload) -> Link<ServiceAccountId> {
        match &workload.service_account {
            Stated::Is(name) => self.named(documents, workload.namespace.known(), &name.text),
            Stated::Absent => self.named(documents, workload.namespace.known(), "default"),
            Stated::Unknown(reason) => Link::Unknown(reason.clone()),
        }
    }

    /// The ServiceAccount of that namespace and name.
    pub fn named(&self, documents: &Documents, namespace: Option<&str>, name: &str) -> Link<ServiceAccountId> {
        let of = |map: &FxHashMap<SmolStr, Vec<ServiceAccountId>>, key: &str| map.get(key).cloned().unwrap_or_default();
        let candidates = match namespace {
            Some(namespace) => match self.by_place.get(&place(namespace, name)) {
                Some(exact) => exact.clone(),
                None => of(&self.anywhere, name),
            },
            None => of(&self.by_name, name),
        };
        let wanted = || namespace.map_or_else(|| name.to_owned(), |namespace| format!("{namespace}/{name}"));
        one_of(documents, candidates).unwrap_or_else(|| Link::Missing { wanted: wanted() })
    }

    pub fn association_of(&self, documents: &Documents, account: &ServiceAccount) -> Link<AssociationId> {
        let name = match &account.name {
            Stated::Is(name) => &name.text,
            Stated::Absent => return Link::None,
            Stated::Unknown(reason) => return Link::Unknown(reason.clone()),
        };
        let namespace = account.namespace.known();
        let fits = |id: &&AssociationId| {
            let own = documents.associations.get(id.0).and_then(|association| association.namespace.value());
            own.zip(namespace).is_none_or(|(own, namespace)| own == namespace)
        };
        let fitting: Vec<_> = self.associations.get(name.as_str()).into_iter().flatten().filter(fits).take(MOST_CANDIDATES).collect();
        match fitting.as_slice() {
            [] => Link::Missing { wanted: account.display_name() },
            [one] => Link::To(**one),
            several => Link::Ambiguous(several.iter().map(|id| **id).collect()),
        }
    }

    pub fn near(&self, documents: &Documents, namespace: Option<&str>, name: &str) -> Vec<AccountNearMiss> {
        let of = |map: &FxHashMap<SmolStr, Vec<ServiceAccountId>>, key: &str| map.get(key).cloned().unwrap_or_default();
        let names = of(&self.by_name, name);
        let neighbours = namespace.map(|namespace| of(&self.by_namespace, namespace)).unwrap_or_default();
        near::accounts(documents, &names, &neighbours, name)
    }

    /// The ServiceAccounts beside a workload: those of its namespace; where neither says which, those of its file, since what stands in
    /// one file is applied together.
    pub fn beside(&self, workload: &Workload) -> &[ServiceAccountId] {
        let found = match workload.namespace.known() {
            Some(namespace) => self.by_namespace.get(namespace),
            None => self.loose.get(&workload.place.span.file),
        };
        found.map(Vec::as_slice).unwrap_or_default()
    }

    pub fn workloads(&self) -> &Workloads {
        &self.workloads
    }

    pub fn role_of(&self, id: ServiceAccountId) -> &Link<RoleId> {
        self.roles.get(id.0).unwrap_or(&Link::None)
    }

    pub fn accounts_of(&self, id: RoleId) -> &[ServiceAccountId] {
        self.of_role.get(&id).map(Vec::as_slice).unwrap_or_default()
    }

    pub fn account_of(&self, id: WorkloadId) -> &Link<ServiceAccountId> {
        self.accounts.get(id.0).unwrap_or(&Link::None)
    }

    pub fn workloads_of(&self, id: ServiceAccountId) -> &[WorkloadId] {
        self.of_account.get(&id).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Workloads by what a rule looks for among them.
#[derive(Debug, Default)]
pub struct Workloads {
    by_name: FxHashMap<SmolStr, Vec<WorkloadId>>,
    by_account_name: FxHashMap<SmolStr, Vec<WorkloadId>>,
    by_namespace: FxHashMap<Option<SmolStr>, Vec<WorkloadId>>,
}

impl Workloads {
    fn index(&mut self, id: WorkloadId, workload: &Workload) {
        if let Some(name) = workload.name.value() {
            self.by_name.entry(name.text.clone()).or_default().push(id);
        }
        if let Some(name) = workload.service_account.value() {
            self.by_account_name.entry(name.text.clone()).or_default().push(id);
        }
        self.by_namespace.entry(workload.namespace.known().map(SmolStr::new)).or_default().push(id);
    }

    /// Those of that name.
    pub fn called(&self, name: &str) -> &[WorkloadId] {
        self.by_name.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Those that say to run as a ServiceAccount of that name.
    pub fn running_as(&self, name: &str) -> &[WorkloadId] {
        self.by_account_name.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Those of that namespace; `None`: those that do not say theirs.
    pub fn of_namespace(&self, namespace: Option<&str>) -> &[WorkloadId] {
        self.by_namespace.get(&namespace.map(SmolStr::new)).map(Vec::as_slice).unwrap_or_default()
    }
}

fn place(namespace: &str, name: &str) -> SmolStr {
    format_smolstr!("{namespace}/{name}")
}

fn role_link(account: &ServiceAccount, roles: &Roles) -> Link<RoleId> {
    match account.role_arn().map(|annotation| &annotation.value) {
        Some(Stated::Is(arn)) => roles.by_arn(&arn.text),
        Some(Stated::Unknown(reason)) => Link::Unknown(reason.clone()),
        Some(Stated::Absent) | None => Link::None,
    }
}

/// One of several documents of a ServiceAccount, if they are of one object: the same namespace, and the same role.
fn one_of(documents: &Documents, mut candidates: Vec<ServiceAccountId>) -> Option<Link<ServiceAccountId>> {
    let facts = |id: &ServiceAccountId| {
        let account = documents.service_accounts.get(id.0)?;
        let role = account.role_arn().and_then(|annotation| annotation.value.value()).map(|arn| &arn.text);
        Some((account.namespace.known(), role))
    };
    let first = *candidates.first()?;
    if candidates.iter().all(|id| facts(id) == facts(&first)) {
        return Some(Link::To(first));
    }
    candidates.truncate(MOST_CANDIDATES);
    Some(Link::Ambiguous(candidates))
}
