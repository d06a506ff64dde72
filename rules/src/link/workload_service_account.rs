//! A workload runs as a ServiceAccount that has no role, while the one that has it stands beside it.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{FullList, Listed, Place, Workload};
use irsa_lint_core::estate::{Difference, Link, ServiceAccountId, WorkloadId};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::faults::{guess, replaced_whole};

declare_rule! {
    /// A workload runs as another ServiceAccount than the one that was made for it.
    ///
    /// ## Why is this bad?
    ///
    /// A Pod gets the role of the ServiceAccount that it runs as. One that names none runs as `default`, and one that names a ServiceAccount
    /// that is not there does not start. The annotated ServiceAccount beside it serves nobody.
    ///
    /// ## Severity
    ///
    /// A warning: the workload runs without the role, or does not start, unless the other ServiceAccount was meant.
    ///
    /// ## How to fix it
    ///
    /// Write the ServiceAccount's name as `serviceAccountName` in the spec of the Pod, in the same namespace.
    ///
    /// ## References
    ///
    /// - Kubernetes, "Configure Service Accounts for Pods"
    ///
    /// ```yaml fail
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: payments-api
    ///   namespace: payments
    ///   annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/payments"}
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: payments-api, namespace: payments}
    /// spec: {template: {spec: {serviceAccountName: payments-apis, containers: [{name: api, image: registry.example.com/api}]}}}
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: payments-api
    ///   namespace: payments
    ///   annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/payments"}
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: payments-api, namespace: payments}
    /// spec: {template: {spec: {serviceAccountName: payments-api, containers: [{name: api, image: registry.example.com/api}]}}}
    /// ```
    pub WorkloadServiceAccount { id: "workload-service-account", severity: Warning, family: "link", fix: Unsafe }
}

impl Rule for WorkloadServiceAccount {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn workload(&self, id: WorkloadId, workload: &Workload, view: &View<'_>, out: &mut Findings) {
        let named = workload.service_account.value().map(|name| name.as_str());
        if workload.service_account.is_unknown() || workload.pod_spec.is_none() {
            return;
        }
        match named {
            Some(name) if name != "default" => {
                if matches!(view.estate.service_account_of(id), Link::Missing { .. }) {
                    not_there(name, workload, view, out);
                }
            }
            _ => as_default(id, workload, view, out),
        }
    }
}

const META: &RuleMeta = &WorkloadServiceAccount::META;

fn not_there(name: &str, workload: &Workload, view: &View<'_>, out: &mut Findings) {
    let namespace = workload.namespace.known();
    let near = view.estate.near_service_accounts(namespace, name);
    let unused = |id: ServiceAccountId| view.estate.workloads_of(id).is_empty();
    let with_role = |id: ServiceAccountId| view.estate.service_account(id).filter(|account| account.role_arn().is_some() && unused(id));
    let meant = near.iter().find_map(|miss| Some((with_role(miss.account)?, &miss.differs)));
    let lists_all =
        |list: &FullList| list.of == Listed::ServiceAccounts && (list.namespace.is_none() || list.namespace.as_deref() == namespace);
    let surely = view.estate.documents().full_lists.iter().any(lists_all);
    let (Some(place), what) = (place(workload), what(workload)) else { return };
    let message = match (meant, surely) {
        (Some((account, Difference::Namespace)), _) => {
            let other = account.namespace.known().unwrap_or("another namespace");
            format!("{what} runs as ServiceAccount `{name}`, but `{name}` with the role lives in namespace `{other}`")
        }
        (Some((account, _)), _) => {
            format!("{what} runs as ServiceAccount `{name}`; the one with the role is called `{}`", account.display_name())
        }
        (None, true) => format!("{what} runs as ServiceAccount `{name}`, which does not exist"),
        (None, false) => return,
    };
    let mut report = out.report(META, place, message).help(match meant {
        Some((account, Difference::Namespace)) => {
            format!("put both into one namespace: the workload, or ServiceAccount `{}`", account.display_name())
        }
        Some((account, _)) => format!("write `serviceAccountName: {}`", account.name.value().map_or("?", |name| &name.text)),
        None => "create the ServiceAccount, or name the one that was meant".to_owned(),
    });
    if let Some((account, differs)) = meant {
        let written = workload.service_account.value().filter(|_| *differs != Difference::Namespace);
        let fix = account.name.value().and_then(|name| {
            guess(format!("write `serviceAccountName: {}`", name.text), [written.and_then(|written| replaced_whole(written, &name.text))])
        });
        report = report.fix(fix).related(account.place.clone(), "the ServiceAccount with the role");
    }
    report.done();
}

/// Runs as `default`, which has no role, while one ServiceAccount of its namespace has one and is plainly this workload's.
fn as_default(id: WorkloadId, workload: &Workload, view: &View<'_>, out: &mut Findings) {
    let own = view.estate.service_account_of(id).to().and_then(|account| view.estate.service_account(account));
    let (Some(namespace), Some(place)) = (workload.namespace.known(), place(workload)) else { return };
    if own.is_some_and(|account| account.role_arn().is_some()) {
        return;
    }
    let mut annotated =
        view.estate.service_accounts().filter(|(_, account)| account.role_arn().is_some() && account.namespace.known() == Some(namespace));
    let (Some((meant_id, meant)), None) = (annotated.next(), annotated.next()) else { return };
    let Some(name) = meant.name.value() else { return };
    let alone = view.estate.workloads_of(meant_id).is_empty() && is_for(&name.text, workload);
    if !alone && !runs_for_driver(workload, meant_id, view) {
        return;
    }
    let message =
        format!("{} runs as ServiceAccount `default`, which has no role; `{}` beside it has one", what(workload), meant.display_name());
    out.report(META, place, message)
        .help(format!("write `serviceAccountName: {}` in the spec of the Pod", name.text))
        .related(meant.place.clone(), "the ServiceAccount with the role")
        .done();
}

/// Whether a ServiceAccount has the workload's name, or that with an ending people give to ServiceAccounts.
fn is_for(account: &str, workload: &Workload) -> bool {
    let Some(name) = workload.name.value() else { return false };
    let rest = account.strip_prefix(name.as_str());
    rest.is_some_and(|rest| matches!(rest, "" | "-sa" | "-serviceaccount" | "-service-account"))
}

/// Whether it is a Spark executor whose driver runs as that ServiceAccount. Source: Apache Spark, "Running Spark on Kubernetes".
fn runs_for_driver(workload: &Workload, account: ServiceAccountId, view: &View<'_>) -> bool {
    let label = |workload: &Workload, key: &str| {
        let label = workload.pod_labels.iter().find(|label| label.key.text == key)?;
        label.value.value().map(|value| value.text.clone())
    };
    let role = |workload: &Workload, role: &str| label(workload, "spark-role").is_some_and(|own| own == role);
    let drivers =
        || view.estate.workloads_of(account).iter().filter_map(|id| view.estate.workload(*id)).filter(|driver| role(driver, "driver"));
    let same = |driver: &Workload, key: &str| label(driver, key).is_some_and(|value| label(workload, key) == Some(value));
    role(workload, "executor") && drivers().any(|driver| same(driver, "spark-app-name") || same(driver, "spark-app-selector"))
}

fn what(workload: &Workload) -> String {
    format!("{} `{}`", workload.kind, workload.name.value().map_or("?", |name| &name.text))
}

/// Where the workload names its ServiceAccount, or where it should.
fn place(workload: &Workload) -> Option<Place> {
    let spec = workload.pod_spec.as_ref()?;
    Some(match workload.service_account.value() {
        Some(name) => Place { span: name.span, pointer: spec.pointer.key("serviceAccountName") },
        None => spec.clone(),
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    fn account(namespace: &str, name: &str) -> String {
        format!(
            "---\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {name}\n  namespace: {namespace}\n  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/app\n"
        )
    }

    fn deployment(name: &str, account: &str) -> String {
        let account = if account.is_empty() { String::new() } else { format!("      serviceAccountName: {account}\n") };
        format!(
            "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\n  namespace: prod\nspec:\n  template:\n    spec:\n{account}      containers:\n      - name: x\n        image: registry.example.com/x\n"
        )
    }

    fn found(texts: &[String]) -> usize {
        of_rule(&check(&[("all.yaml", &texts.concat())]), "workload-service-account").len()
    }

    #[test]
    fn speaks_only_where_it_is_plain() {
        assert_eq!(found(&[account("prod", "web"), deployment("web", "")]), 1);
        assert_eq!(found(&[account("prod", "web-sa"), deployment("web", "default")]), 1);
        assert_eq!(found(&[account("prod", "backup"), deployment("web", "")]), 0, "another workload's");
        assert_eq!(found(&[account("prod", "web"), account("prod", "api"), deployment("web", "")]), 0, "two to choose from");
        assert_eq!(found(&[account("dev", "web"), deployment("web", "")]), 0, "another namespace's");
        assert_eq!(found(&[account("prod", "web"), deployment("api", "web"), deployment("web", "")]), 0, "in use");
    }

    #[test]
    fn a_name_that_is_not_there_needs_a_near_one() {
        assert_eq!(found(&[account("prod", "web-server"), deployment("web", "web-servers")]), 1);
        assert_eq!(found(&[account("dev", "web"), deployment("web", "web")]), 1);
        assert_eq!(found(&[account("prod", "web"), deployment("web", "something")]), 0);
        assert_eq!(found(&[account("prod", "ebs-csi"), deployment("a", "ebs-csi"), deployment("b", "efs-csi")]), 0, "that one is in use");
    }
}
