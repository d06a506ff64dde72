//! A workload runs as a ServiceAccount that has no role, while the one that has it stands beside it.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::document::model::{FullList, Listed, Place, ServiceAccount, Workload};
use irsa_lint_core::estate::{Difference, Link, ServiceAccountId, WorkloadId};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::workloads::{account_of, is_made_by_another, runs_for_runner, what};
use crate::trust::faults::{guess, replaced_whole};

declare_rule! {
    /// A workload runs as a different ServiceAccount than the one created for it.
    ///
    /// ## Why is this bad?
    ///
    /// A Pod gets the role of the ServiceAccount it runs as. If it names none, it runs as `default`; if it names one that does not exist,
    /// it does not start. The ServiceAccount with the role is then unused.
    ///
    /// ## Severity
    ///
    /// Warning: the workload runs without the role or does not start, unless the other ServiceAccount is intended.
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
            Some(name) if is_no_name(name) => no_name(name, workload, out),
            Some(name) if name != "default" => {
                if matches!(view.estate.service_account_of(id), Link::Missing { .. }) {
                    not_there(name, workload, view, out);
                } else {
                    as_another(name, id, workload, view, out);
                }
            }
            _ => as_default(id, workload, view, out),
        }
    }
}

const META: &RuleMeta = &WorkloadServiceAccount::META;

/// Whether Kubernetes takes it for no name at all: the ARN of the role, or the subject of the token. Source: Kubernetes, "Object Names and
/// IDs".
fn is_no_name(name: &str) -> bool {
    !name.contains('$') && name.contains([':', '/']) && !name.contains("{{")
}

fn no_name(name: &str, workload: &Workload, out: &mut Findings) {
    let Some(place) = place(workload) else { return };
    let message = format!("{} runs as ServiceAccount `{name}`, which is not a valid ServiceAccount name", what(workload));
    let help = match name.rsplit_once([':', '/']) {
        Some((_, last)) if name.starts_with("arn:") => {
            format!("annotate a ServiceAccount with the role, and write its name here, for example `{last}`")
        }
        Some((_, last)) => format!("write only the name: `{last}`"),
        None => String::new(),
    };
    out.report(META, place, message).severity(Severity::Error).help(help).done();
}

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
    if meant.is_none() && !surely || is_made_by_another(workload, view) {
        return;
    }
    let message = match (meant, surely) {
        (Some((account, Difference::Namespace)), _) => {
            let other = account.namespace.known().unwrap_or("another namespace");
            format!("{what} runs as ServiceAccount `{name}`, but the `{name}` with the role is in namespace `{other}`")
        }
        (Some((account, _)), _) => {
            format!("{what} runs as ServiceAccount `{name}`, but the one with the role is called `{}`", account.display_name())
        }
        (None, true) => format!("{what} runs as ServiceAccount `{name}`, which does not exist"),
        (None, false) => return,
    };
    let mut report = out.report(META, place, message).help(match meant {
        Some((account, Difference::Namespace)) => {
            format!("move the workload or ServiceAccount `{}` to the other's namespace", account.display_name())
        }
        Some((account, _)) => format!("write `serviceAccountName: {}`", account.name.value().map_or("?", |name| &name.text)),
        None => "create the ServiceAccount, or write the name of an existing one".to_owned(),
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

/// Runs as `default`, which has no role, while a ServiceAccount of its namespace has one and is plainly this workload's.
fn as_default(id: WorkloadId, workload: &Workload, view: &View<'_>, out: &mut Findings) {
    let own = account_of(view, id);
    let Some(place) = place(workload) else { return };
    // A ServiceAccount that is named in the wrong place is another rule's affair.
    if own.is_some_and(|(_, account)| account.role_arn().is_some()) || workload.misplaced_account.is_some() {
        return;
    }
    let Some((_, meant)) = meant_for(workload, view).filter(|_| !is_made_by_another(workload, view)) else { return };
    let message = format!("{} runs as ServiceAccount `default`, which has no role, but `{}` has one", what(workload), meant.display_name());
    out.report(META, place, message)
        .help(format!("write `serviceAccountName: {}` in the spec of the Pod", meant.name.value().map_or("?", |name| &name.text)))
        .related(meant.place.clone(), "the ServiceAccount with the role")
        .done();
}

/// Runs as a ServiceAccount without a role, while one of almost the same name has one and serves nobody.
fn as_another(name: &str, id: WorkloadId, workload: &Workload, view: &View<'_>, out: &mut Findings) {
    let (Some((own_id, own)), Some(place)) = (account_of(view, id), place(workload)) else { return };
    if own.annotations.iter().any(|a| a.key.text.contains("role")) || view.estate.association_of(own_id).to().is_some() {
        return;
    }
    let same = |account: &ServiceAccount| {
        account.name.value().is_some_and(|other| other.text != name && !words(name).is_empty() && words(&other.text) == words(name))
    };
    let mut twins = with_role(workload, view).filter(|(_, account)| same(account) && is_unused(account, view));
    let (Some((_, meant)), None) = (twins.next(), twins.next()) else { return };
    if is_made_by_another(workload, view) {
        return;
    }
    let message = format!(
        "{} runs as ServiceAccount `{}`, which has no role, but `{}` has one that no workload here uses",
        what(workload),
        own.display_name(),
        meant.display_name()
    );
    out.report(META, place, message)
        .help(format!("write `serviceAccountName: {}`, or annotate `{name}`", meant.name.value().map_or("?", |name| &name.text)))
        .related(meant.place.clone(), "the ServiceAccount with the role")
        .done();
}

/// Among more ServiceAccounts than these a name says little of what was meant, and comparing them all takes time.
const MOST_BESIDE: usize = 500;

/// The ServiceAccounts beside a workload that have a role.
fn with_role<'a>(workload: &'a Workload, view: &'a View<'_>) -> impl Iterator<Item = (ServiceAccountId, &'a ServiceAccount)> {
    let many = view.estate.service_accounts_beside(workload).nth(MOST_BESIDE).is_some();
    view.estate.service_accounts_beside(workload).filter(move |(_, account)| !many && account.role_arn().is_some())
}

/// Whether no workload beside it names a ServiceAccount, of which the run has one version alone.
fn is_unused(account: &ServiceAccount, view: &View<'_>) -> bool {
    let Some(name) = account.name.value() else { return false };
    let namespace = account.namespace.known();
    let beside = |other: &Workload| namespace.is_none() || other.namespace.known().is_none_or(|own| Some(own) == namespace);
    view.estate.service_account_named(namespace, &name.text).to().is_some() && !view.estate.workloads_running_as(&name.text).any(beside)
}

/// Whether the run has another version of a workload, an overlay perhaps, or a patch that says the rest.
fn has_other_version(workload: &Workload, view: &View<'_>) -> bool {
    let Some(name) = workload.name.value() else { return false };
    view.estate.workloads_called(&name.text).any(|other| other.kind == workload.kind && other.place.span != workload.place.span)
}

/// The one ServiceAccount that was made for a workload which runs as `default`.
fn meant_for<'a>(workload: &'a Workload, view: &'a View<'_>) -> Option<(ServiceAccountId, &'a ServiceAccount)> {
    let started = |id: ServiceAccountId| runs_for_driver(workload, id, view) || runs_for_runner(workload, id, view);
    if let Some(starter) = with_role(workload, view).find(|(id, _)| started(*id)) {
        return Some(starter);
    }
    let only = |found: Vec<(ServiceAccountId, &'a ServiceAccount)>| <[_; 1]>::try_from(found).ok().map(|[one]| one);
    let beside: Vec<_> = with_role(workload, view).collect();
    if beside.is_empty() || has_other_version(workload, view) {
        return None;
    }
    let of_name = beside.iter().copied().filter(|(_, account)| is_for(account, workload) && is_unused(account, view)).collect::<Vec<_>>();
    if !of_name.is_empty() {
        return only(of_name);
    }
    let unused = |beside: Vec<_>| only(beside).filter(|(_, account)| is_unused(account, view));
    (calls_aws(workload) && is_alone(workload, view)).then(|| unused(beside)).flatten()
}

/// Whether a ServiceAccount's name is the workload's, endings that people give to either left aside, and those of a running Pod.
fn is_for(account: &ServiceAccount, workload: &Workload) -> bool {
    let (Some(name), Some(own)) = (account.name.value(), workload.name.value()) else { return false };
    let (wanted, own) = (words(&name.text), words(&own.text));
    let made_up = |word: &str| workload.live && word.len() >= 5 && word.bytes().any(|b| b.is_ascii_digit());
    let is_more = |word: &&str| !wanted.contains(word) && !ENDINGS.contains(word) && !made_up(word);
    let last = own.len().checked_sub(1).filter(|_| workload.live);
    let more = own.iter().enumerate().filter(|(at, word)| is_more(word) && Some(*at) != last).count();
    !wanted.is_empty() && wanted.iter().all(|word| own.contains(word)) && more == 0
}

/// Words at the end of a workload's name that say what it is, not whose.
const ENDINGS: [&str; 10] = ["app", "server", "service", "deployment", "deploy", "job", "cronjob", "worker", "pod", "api"];

/// The words of a name that tell one thing from another.
fn words(name: &str) -> Vec<&str> {
    const NOISE: [&str; 8] = ["sa", "serviceaccount", "service", "account", "svc", "irsa", "iam", "role"];
    name.split(['-', '.']).filter(|word| !word.is_empty() && !NOISE.contains(word)).collect()
}

/// Whether a container shows that it works with AWS.
fn calls_aws(workload: &Workload) -> bool {
    let by_image = |image: &str| image.contains("aws-cli") || image.contains("awscli");
    workload.containers.iter().any(|container| {
        container.env.iter().any(|(name, _)| name.text.starts_with("AWS_"))
            || container.image.as_ref().is_some_and(|image| by_image(&image.text))
    })
}

/// Whether no other workload of the run stands in its namespace.
fn is_alone(workload: &Workload, view: &View<'_>) -> bool {
    view.estate.workloads_in(workload.namespace.known()).take(2).count() == 1
}

/// Whether it is a Spark executor whose driver runs as that ServiceAccount. Source: Apache Spark, "Running Spark on Kubernetes".
fn runs_for_driver(workload: &Workload, account: ServiceAccountId, view: &View<'_>) -> bool {
    let drivers = || view.estate.workloads_of(account).iter().filter_map(|id| view.estate.workload(*id));
    if workload.kind == "SparkApplication" {
        return drivers().any(|driver| driver.kind == workload.kind && driver.place.span == workload.place.span);
    }
    let label = |workload: &Workload, key: &str| {
        let label = workload.pod_labels.iter().find(|label| label.key.text == key)?;
        label.value.value().map(|value| value.text.clone())
    };
    let role = |workload: &Workload, role: &str| label(workload, "spark-role").is_some_and(|own| own == role);
    let same = |driver: &Workload, key: &str| label(driver, key).is_some_and(|value| label(workload, key) == Some(value));
    let app = |driver: &Workload| same(driver, "spark-app-name") || same(driver, "spark-app-selector");
    role(workload, "executor") && drivers().any(|driver| role(driver, "driver") && app(driver))
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
        assert_eq!(found(&[account("prod", "web"), account("prod", "api"), deployment("web", "")]), 1, "the other is another's");
        assert_eq!(found(&[account("prod", "web"), account("prod", "web-sa"), deployment("web", "")]), 0, "two to choose from");
        assert_eq!(found(&[account("prod", "web-backup"), deployment("web", "")]), 0, "that of its backup");
        assert_eq!(found(&[account("prod", "web-sa"), deployment("web-server", "")]), 1);
        assert_eq!(found(&[account("prod", "web"), deployment("web-mysql", "")]), 0, "its database needs no role");
        assert_eq!(found(&[account("prod", "web"), deployment("web", ""), deployment("web", "web-front")]), 0, "a patch says it");
        assert_eq!(found(&[account("dev", "web"), deployment("web", "")]), 0, "another namespace's");
        assert_eq!(found(&[account("prod", "web"), deployment("api", "web"), deployment("web", "")]), 0, "in use");
    }

    #[test]
    fn the_job_of_a_runner() {
        let pod = |name: &str, account: &str| {
            format!(
                "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: prod, uid: 1-2}}\nspec: {{serviceAccountName: {account}, containers: [{{name: x, image: x}}]}}\n"
            )
        };
        let found = |name: &str, own: &str| found(&[account("prod", "run"), pod("x64-runner", "run"), pod(name, own)]);
        let job = "x64-runner-workflow";
        assert_eq!((found(job, "default"), found(job, "run"), found("a-workflow", "default")), (1, 0, 0));
    }

    #[test]
    fn an_arn_is_no_name() {
        for bad in ["arn:aws:iam::111122223333:role/web", "prod/web", "system:serviceaccount:prod:web"] {
            assert_eq!(found(&[deployment("web", bad)]), 1, "{bad}");
        }
        assert_eq!(found(&[deployment("web", "'${NAMESPACE:-x}/web'")]), 0);
    }

    #[test]
    fn what_calls_aws_needs_no_name_in_common() {
        let cli = deployment("upload", "").replace("registry.example.com/x", "public.ecr.aws/aws-cli/aws-cli");
        assert_eq!(found(&[account("prod", "bucket-writer"), cli.clone()]), 1);
        assert_eq!(found(&[account("prod", "bucket-writer"), cli.clone(), deployment("web", "bucket-writer")]), 0, "in use");
        assert_eq!(found(&[account("prod", "bucket-writer"), cli, deployment("web", "web")]), 0, "not alone");
    }

    #[test]
    fn without_namespaces_one_file_is_one_namespace() {
        let bare = |text: String| text.replace("  namespace: prod\n", "");
        let (own, web) = (bare(account("prod", "web")), bare(deployment("web", "")));
        assert_eq!(found(&[own.clone(), web.clone()]), 1);
        assert_eq!(of_rule(&check(&[("a.yaml", &own), ("b.yaml", &web)]), "workload-service-account").len(), 0);
    }

    #[test]
    fn a_twin_without_a_role_is_the_wrong_one() {
        let bare = |name: &str| account("prod", name).replace("eks.amazonaws.com/role-arn", "example.com/x");
        assert_eq!(found(&[account("prod", "web-sa"), bare("web"), deployment("web", "web")]), 1);
        assert_eq!(found(&[account("prod", "web-sa"), account("prod", "web"), deployment("web", "web")]), 0);
        assert_eq!(found(&[account("prod", "web-backup"), bare("web"), deployment("web", "web")]), 0);
        assert_eq!(found(&[account("prod", "web-sa"), bare("web"), deployment("web", "web"), deployment("api", "web-sa")]), 0, "in use");
    }

    #[test]
    fn other_kinds_make_pods_as_well() {
        let kind = |group: &str, kind: &str| deployment("web", "").replace("apps/v1", group).replace("Deployment", kind);
        for (group, name) in
            [("argoproj.io/v1alpha1", "Rollout"), ("serving.knative.dev/v1", "Service"), ("apps.openshift.io/v1", "DeploymentConfig")]
        {
            assert_eq!(found(&[account("prod", "web"), kind(group, name)]), 1, "{name}");
        }
        assert_eq!(found(&[account("prod", "web"), kind("v1", "Service")]), 0);
        let spark = "---\napiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {name: etl, namespace: prod}\nspec: {driver: {serviceAccount: spark}, executor: {cores: 1}}\n";
        assert_eq!(found(&[account("prod", "spark"), spark.to_owned()]), 1);
        assert_eq!(found(&[account("prod", "spark"), spark.replace("cores: 1", "serviceAccount: spark")]), 0);
    }

    #[test]
    fn a_name_that_is_not_there_needs_a_near_one() {
        assert_eq!(found(&[account("prod", "web-server"), deployment("web", "web-servers")]), 1);
        assert_eq!(found(&[account("dev", "web"), deployment("web", "web")]), 1);
        assert_eq!(found(&[account("prod", "web"), deployment("web", "something")]), 0);
        assert_eq!(found(&[account("prod", "ebs-csi"), deployment("a", "ebs-csi"), deployment("b", "efs-csi")]), 0, "that one is in use");
    }
}
