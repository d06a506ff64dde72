//! Which pod a question is about.

use smol_str::SmolStr;

use super::WhyQuestion;
use super::evidence::Evidence;
use crate::admission::Claim;
use crate::document::model::{ServiceAccount, Workload};
use crate::engine::can_assume::Question;
use crate::engine::run::Case;
use crate::estate::{Estate, Link, ServiceAccountId, WorkloadId};

/// A pod as far as the documents show it.
#[derive(Clone, Default)]
pub struct Pod<'a> {
    pub account: Option<(ServiceAccountId, &'a ServiceAccount)>,
    pub workload: Option<&'a Workload>,
    pub namespace: Option<SmolStr>,
    pub name: Option<SmolStr>,
}

impl<'a> Pod<'a> {
    /// The pod of a ServiceAccount: the first of its workloads about which something was found, else the first.
    fn of_account(estate: &'a Estate, id: ServiceAccountId, evidence: &Evidence<'_>) -> Self {
        let account = estate.service_account(id);
        let workloads: Vec<&Workload> = estate.workloads_of(id).iter().filter_map(|id| estate.workload(*id)).collect();
        let workload = workloads.iter().find(|workload| evidence.speaks_of(&workload.place)).or(workloads.first());
        Self {
            namespace: account.and_then(|a| a.namespace.known()).map(SmolStr::new),
            name: account.and_then(|a| a.name.value()).map(|name| name.text.clone()),
            account: account.map(|account| (id, account)),
            workload: workload.copied(),
        }
    }

    fn named(estate: &'a Estate, namespace: &SmolStr, name: &SmolStr, evidence: &Evidence<'_>) -> Self {
        let pod = match estate.service_account_named(Some(namespace), name) {
            Link::To(id) => Self::of_account(estate, id, evidence),
            _ => Self::default(),
        };
        Self { namespace: Some(namespace.clone()), name: Some(name.clone()), ..pod }
    }

    fn of_workload(estate: &'a Estate, id: WorkloadId, workload: &'a Workload, evidence: &Evidence<'_>) -> Self {
        match estate.service_account_of(id) {
            Link::To(account) => Self { workload: Some(workload), ..Self::of_account(estate, *account, evidence) },
            _ => Self {
                account: None,
                workload: Some(workload),
                namespace: workload.namespace.known().map(SmolStr::new),
                name: Some(workload.service_account.value().map_or_else(|| "default".into(), |name| name.text.clone())),
            },
        }
    }
}

/// Which pod is meant: the ServiceAccount that the user names, else that of the token, else the only workload, else the only annotated
/// ServiceAccount; of several the only one about which something was found.
pub fn the_pod<'a>(case: &'a Case, question: &WhyQuestion, evidence: &Evidence<'_>) -> Result<Pod<'a>, Question> {
    let estate = &case.estate;
    if let Some((namespace, name)) = question.service_account.clone().or_else(|| of_token(question)) {
        return Ok(Pod::named(estate, &namespace, &name, evidence));
    }
    if question.token.is_some() {
        return Ok(Pod::default());
    }
    let workloads: Vec<_> = estate.workloads().collect();
    if let Some((id, workload)) = the_one(&workloads, |(_, workload)| evidence.speaks_of(&workload.place)) {
        return Ok(Pod::of_workload(estate, *id, workload, evidence));
    }
    let all: Vec<_> = estate.service_accounts().collect();
    let annotated: Vec<_> = all.iter().copied().filter(|(_, account)| account.role_arn().is_some()).collect();
    let speaks = |(_, account): &(ServiceAccountId, &ServiceAccount)| evidence.speaks_of(&account.place);
    if let Some((id, _)) = the_one(&annotated, speaks).or_else(|| the_one(&all, speaks)) {
        return Ok(Pod::of_account(estate, *id, evidence));
    }
    if all.is_empty() {
        return Ok(Pod::default());
    }
    Err(Question::ServiceAccounts(all.iter().map(|(_, account)| (account.display_name(), account.place.clone())).collect()))
}

/// The only one, or of several the only one about which something was found.
fn the_one<T>(all: &[T], is_found: impl Fn(&T) -> bool) -> Option<&T> {
    if let [one] = all {
        return Some(one);
    }
    let mut found = all.iter().filter(|one| is_found(one));
    found.next().filter(|_| found.next().is_none())
}

fn of_token(question: &WhyQuestion) -> Option<(SmolStr, SmolStr)> {
    let Some(Claim::One(subject)) = question.token.as_ref()?.token.claim("sub") else { return None };
    let (namespace, name) = subject.strip_prefix("system:serviceaccount:")?.split_once(':')?;
    Some((namespace.into(), name.into()))
}
