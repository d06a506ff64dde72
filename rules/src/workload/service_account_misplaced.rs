//! A workload names its ServiceAccount where Kubernetes does not look.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::document::model::{Stated, Workload};
use irsa_lint_core::estate::WorkloadId;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::workloads::{key_place, role_of, what};

declare_rule! {
    /// `serviceAccountName` is not in the spec of the Pods, or is misspelt.
    ///
    /// ## Why is this bad?
    ///
    /// Kubernetes reads the field from the spec of the Pods, which in a Deployment is `spec.template.spec`. Anywhere else it is refused or
    /// ignored, and the Pods run as ServiceAccount `default`, without the role.
    ///
    /// ## Severity
    ///
    /// Error if the named ServiceAccount has a role: the Pods run without it. Warning if the files contain no such ServiceAccount.
    ///
    /// ## How to fix it
    ///
    /// Move `serviceAccountName` next to `containers`.
    ///
    /// ## References
    ///
    /// - Kubernetes API Reference, PodSpec
    ///
    /// ```yaml fail at=/spec/serviceAccountName
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: api, namespace: payments, annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/payments"}}
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: api, namespace: payments}
    /// spec:
    ///   serviceAccountName: api
    ///   template: {spec: {containers: [{name: api, image: registry.example.com/api}]}}
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: api, namespace: payments, annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/payments"}}
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: api, namespace: payments}
    /// spec: {template: {spec: {serviceAccountName: api, containers: [{name: api, image: registry.example.com/api}]}}}
    /// ```
    pub ServiceAccountMisplaced { id: "service-account-misplaced", severity: Error, family: "workload", fix: None }
}

impl Rule for ServiceAccountMisplaced {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn workload(&self, _id: WorkloadId, workload: &Workload, view: &View<'_>, out: &mut Findings) {
        let Some(misplaced) = &workload.misplaced_account else { return };
        let Stated::Is(name) = &misplaced.value else { return };
        let (Stated::Absent, Some(spec)) = (&workload.service_account, &workload.pod_spec) else { return };
        if name.text.is_empty() || name.text == "default" {
            return;
        }
        let account = view.estate.service_account_named(workload.namespace.known(), &name.text).to();
        let with_role = account.and_then(|id| view.estate.service_account(id)).filter(|account| role_of(account).is_some());
        let lost = with_role.map(|account| format!(", without the role of `{}`", account.display_name())).unwrap_or_default();
        let message = format!(
            "{} names ServiceAccount `{}` at `{}`, where Kubernetes does not look: its Pods run as `default`{lost}",
            what(workload),
            name.text,
            misplaced.pointer
        );
        let mut report = out
            .report(&Self::META, key_place(misplaced), message)
            .severity(if with_role.is_some() { Severity::Error } else { Severity::Warning })
            .help(format!("move it to `{1}`, next to `containers`: `serviceAccountName: {0}`", name.text, spec.pointer));
        if let Some(account) = with_role {
            report = report.related(account.place.clone(), "the ServiceAccount with the role");
        }
        report.done();
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{bad_rules, check, of_rule};

    const ACCOUNT: &str = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: api, namespace: x, annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/x'}}\n---\n";

    fn found(workload: &str) -> usize {
        let answer = check(&[("all.yaml", &format!("{ACCOUNT}{workload}"))]);
        let own = of_rule(&answer, "service-account-misplaced").len();
        assert_eq!(bad_rules(&answer).len(), own, "{workload}");
        own
    }

    #[test]
    fn it_is_worse_where_a_role_is_lost() {
        let workload = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api, namespace: x}\nspec: {serviceAccountName: api, template: {spec: {containers: []}}}\n";
        let severity = |account: &str| {
            let answer = check(&[("all.yaml", &format!("{account}{workload}"))]);
            of_rule(&answer, "service-account-misplaced").iter().map(|d| d.severity.name()).collect::<Vec<_>>()
        };
        assert_eq!(severity(ACCOUNT), ["error"]);
        let without = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: api, namespace: x}\n---\n";
        assert_eq!(severity(without), ["warning"]);
    }

    #[test]
    fn knows_where_people_put_it() {
        let head = |kind: &str| format!("apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: api, namespace: x}}\n");
        for (kind, rest) in [
            ("Deployment", "spec: {serviceAccount: api, template: {spec: {containers: []}}}\n"),
            ("Deployment", "spec: {template: {serviceAccountName: api, spec: {containers: []}}}\n"),
            ("Deployment", "spec: {template: {spec: {containers: [{name: a, serviceAccountName: api}]}}}\n"),
            ("Deployment", "spec: {template: {spec: {serviceAccountname: api}}}\n"),
            ("CronJob", "spec: {jobTemplate: {spec: {serviceAccountName: api, template: {spec: {containers: []}}}}}\n"),
            ("Pod", "serviceAccountName: api\nspec: {containers: []}\n"),
            ("Pod", "spec: {service_account_name: api}\n"),
        ] {
            assert_eq!(found(&format!("{}{rest}", head(kind))), 1, "{rest}");
        }
        for (kind, rest) in [
            ("Pod", "spec: {serviceAccount: api}\n"),
            ("CronJob", "spec: {jobTemplate: {spec: {template: {spec: {serviceAccountName: api}}}}}\n"),
            ("Deployment", "spec: {serviceAccountName: api, template: {spec: {serviceAccountName: api}}}\n"),
        ] {
            assert_eq!(found(&format!("{}{rest}", head(kind))), 0, "{rest}");
        }
    }
}
