//! An annotation of the webhook stands where it does not look.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::document::model::{Annotation, ROLE_ARN, ServiceAccount, Workload};
use irsa_lint_core::estate::{ServiceAccountId, WorkloadId};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::mend::annotate::moved;
use crate::objects::webhook::{ON_ACCOUNT, ON_ACCOUNT_ALONE, SKIP_CONTAINERS, SKIP_POD, TOKEN_EXPIRATION};
use crate::objects::workloads::key_place;

declare_rule! {
    /// An annotation for the pod-identity-webhook is on the wrong object or in the wrong place.
    ///
    /// ## Why is this bad?
    ///
    /// The webhook reads `role-arn` and `audience` from the annotations of the ServiceAccount, and `skip-containers` from those of the
    /// Pod. Anywhere else they are silently ignored, and the Pod gets no role.
    ///
    /// ## Severity
    ///
    /// Error if the Pods therefore get no role. Warning for the less important annotations. Info if the ServiceAccount also has the
    /// annotation.
    ///
    /// ## How to fix it
    ///
    /// Put `eks.amazonaws.com/role-arn` under `metadata.annotations` of the ServiceAccount that the Pod runs as.
    ///
    /// ## References
    ///
    /// - amazon-eks-pod-identity-webhook, README
    ///
    /// ```yaml fail at=/spec/template/metadata/annotations/eks.amazonaws.com~1role-arn
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: api, namespace: payments}
    /// spec:
    ///   template:
    ///     metadata:
    ///       annotations:
    ///         eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/payments
    ///     spec:
    ///       serviceAccountName: api
    ///       containers: [{name: api, image: registry.example.com/api}]
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   labels: {eks.amazonaws.com/component: api}
    ///   annotations:
    ///     eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/payments
    /// ```
    pub AnnotationMisplaced { id: "annotation-misplaced", severity: Error, family: "service-account", fix: Unsafe }
}

impl Rule for AnnotationMisplaced {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn service_account(&self, _id: ServiceAccountId, account: &ServiceAccount, view: &View<'_>, out: &mut Findings) {
        let who = account.display_name();
        for annotation in account.misplaced.iter().filter(|a| ON_ACCOUNT.contains(&a.key.as_str())) {
            let key = &annotation.key.text;
            let severity = if key == ROLE_ARN && account.role_arn().is_none() { Severity::Error } else { Severity::Warning };
            let (why, help, fix) = if is_spread(annotation) {
                let escaped = key.replace('.', "\\.");
                let why = "is split into nested keys, which Kubernetes refuses";
                (why, format!("write `{key}` as one key; with `helm --set` put a backslash before each dot: `{escaped}`"), None)
            } else {
                let why = "is not among its annotations, so it has no effect";
                (why, format!("put `{key}` under `metadata.annotations`"), moved(view, account, annotation))
            };
            out.report(&Self::META, key_place(annotation), format!("`{key}` of ServiceAccount `{who}` {why}"))
                .severity(severity)
                .help(help)
                .fix(fix)
                .done();
        }
        let on_pods = [(SKIP_CONTAINERS, "annotations"), (SKIP_POD, "labels")];
        for (key, where_to) in on_pods {
            for annotation in account.annotations.iter().chain(&account.labels).filter(|a| a.key.text == key) {
                let message = format!("`{key}` on ServiceAccount `{who}` has no effect: it is only read on Pods");
                out.report(&Self::META, key_place(annotation), message)
                    .severity(Severity::Warning)
                    .help(format!("move it to the {where_to} of the Pod template"))
                    .done();
            }
        }
    }

    fn workload(&self, id: WorkloadId, workload: &Workload, view: &View<'_>, out: &mut Findings) {
        let account = view.estate.service_account_of(id).to().and_then(|account| view.estate.service_account(account));
        let name = account.map(ServiceAccount::display_name);
        let what = format!("{} `{}`", workload.kind, workload.name.value().map_or("?", |name| &name.text));
        let ours = |a: &&Annotation| ON_ACCOUNT_ALONE.contains(&a.key.as_str());
        for annotation in workload.pod_annotations.iter().chain(&workload.annotations).filter(ours) {
            let key = annotation.key.as_str();
            let annotated = account.map(|account| account.annotation(key).is_some());
            let severity = match annotated {
                // The ServiceAccount says it where it counts: this one is only in the way.
                Some(true) => Severity::Info,
                _ if key == ROLE_ARN => Severity::Error,
                _ => Severity::Warning,
            };
            let message = format!("`{key}` on {what} has no effect: it is only read on the ServiceAccount");
            let help = match (&name, annotated) {
                (_, Some(true)) => "remove it: the ServiceAccount already has it".to_owned(),
                (Some(name), _) => format!("move `{key}` to the annotations of ServiceAccount `{name}`"),
                (None, _) => format!("move `{key}` to the annotations of the ServiceAccount that the Pods run as"),
            };
            out.report(&Self::META, key_place(annotation), message).severity(severity).help(help).done();
        }
        beside_the_pods(workload, &what, out);
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        for namespace in &view.estate.documents().namespaces {
            for annotation in namespace.annotations.iter().filter(|a| a.key.text == ROLE_ARN) {
                let message =
                    format!("`{ROLE_ARN}` on Namespace `{}` has no effect: it is only read on the ServiceAccount", namespace.name.text);
                out.report(&Self::META, key_place(annotation), message)
                    .severity(Severity::Warning)
                    .help(format!("move `{ROLE_ARN}` to the annotations of the ServiceAccount that the Pods run as"))
                    .done();
            }
        }
    }
}

/// Whether the dots of its key were taken for levels.
fn is_spread(annotation: &Annotation) -> bool {
    annotation.pointer.to_string().rsplit('/').next().is_some_and(|last| !last.starts_with("eks.amazonaws.com"))
}

/// What is read on Pods and stands on the object that makes them, or a label that stands among the annotations.
fn beside_the_pods(workload: &Workload, what: &str, out: &mut Findings) {
    let mut report = |annotation: &Annotation, why: &str, help: &str| {
        let message = format!("`{}` on {what} has no effect: {why}", annotation.key.text);
        out.report(&AnnotationMisplaced::META, key_place(annotation), message).severity(Severity::Warning).help(help).done();
    };
    let on_pods = |key: &str| workload.pod_annotations.iter().any(|a| a.key.text == key);
    for annotation in &workload.annotations {
        if [SKIP_CONTAINERS, TOKEN_EXPIRATION].contains(&annotation.key.as_str()) && !on_pods(&annotation.key.text) {
            report(annotation, "it is only read on the Pods it creates", "move it to the annotations of the Pod template");
        }
    }
    if workload.pod_labels.iter().any(|label| label.key.text == SKIP_POD) {
        return;
    }
    for annotation in workload.annotations.iter().chain(&workload.pod_annotations).filter(|a| a.key.text == SKIP_POD) {
        report(annotation, "it is only read as a label of the Pods", "move it to the labels of the Pod template");
    }
    for label in workload.labels.iter().filter(|label| label.key.text == SKIP_POD) {
        report(label, "it is only read on the Pods it creates", "move it to the labels of the Pod template");
    }
}

#[cfg(test)]
mod tests {
    use irsa_lint_core::diagnostic::Severity;

    use crate::testing::{check, of_rule};

    fn severities(files: &[(&str, &str)]) -> Vec<Severity> {
        of_rule(&check(files), "annotation-misplaced").iter().map(|d| d.severity).collect()
    }

    #[test]
    fn knows_the_wrong_places_of_a_service_account() {
        let arn = "eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/x";
        for text in [
            format!("apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n  {arn}\n"),
            format!("apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n  annotations:\n  - {arn}\n"),
            format!("apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\nannotations:\n  {arn}\n"),
            format!("apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n  labels:\n    {arn}\n"),
        ] {
            assert_eq!(severities(&[("sa.yaml", &text)]), [Severity::Error], "{text}");
        }
    }

    #[test]
    fn knows_a_key_whose_dots_were_taken_for_levels() {
        let account = |annotations: &str| {
            let text = format!("apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: api, annotations: {annotations}}}\n");
            check(&[("sa.yaml", &text)])
        };
        for spread in
            ["{eks: {amazonaws: {com/role-arn: ARN}}}", "{eks.amazonaws: {com/role-arn: ARN}}", "{eks: {amazonaws.com/role-arn: ARN}}"]
        {
            let answer = account(&spread.replace("ARN", "'arn:aws:iam::111122223333:role/x'"));
            let found = of_rule(&answer, "annotation-misplaced");
            assert!(found.len() == 1 && found[0].help.contains(r"eks\.amazonaws\.com/role-arn"), "{spread}: {found:?}");
        }
        for fine in ["{eks: {cluster: {com/role-arn: x}}}", "{eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/x'}", "{eks: x}"]
        {
            assert!(of_rule(&account(fine), "annotation-misplaced").is_empty(), "{fine}");
        }
    }

    #[test]
    fn knows_what_is_read_on_pods_alone() {
        let found = |own: &str, pods: &str| {
            let text = format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: api, {own}}}\nspec: {{template: {{metadata: {{{pods}}}, spec: {{serviceAccountName: api}}}}}}\n"
            );
            severities(&[("d.yaml", &text)]).len()
        };
        let skip = "annotations: {eks.amazonaws.com/skip-containers: a}";
        assert_eq!((found(skip, ""), found("", skip), found(skip, skip)), (1, 0, 0));
        let label = "labels: {eks.amazonaws.com/skip-pod-identity-webhook: 'true'}";
        assert_eq!((found(label, ""), found("", label), found(label, label)), (1, 0, 0));
        assert_eq!(found("", &label.replace("labels", "annotations")), 1);
        let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: x, annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/x'}}\n";
        assert_eq!(severities(&[("n.yaml", namespace)]), [Severity::Warning]);
    }

    #[test]
    fn a_pod_that_repeats_its_account_is_no_fault() {
        let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n  namespace: x\n  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/x\n";
        let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: api\n  namespace: x\n  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/x\n    eks.amazonaws.com/skip-containers: a\n    eks.amazonaws.com/token-expiration: \"3600\"\nspec:\n  serviceAccountName: api\n";
        assert_eq!(severities(&[("sa.yaml", account), ("pod.yaml", pod)]), [Severity::Info]);
        assert_eq!(severities(&[("pod.yaml", pod)]), [Severity::Error]);
    }
}
