//! An annotation of the webhook stands where it does not look.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::document::model::{Annotation, Place, ROLE_ARN, ServiceAccount, Workload};
use irsa_lint_core::estate::{ServiceAccountId, WorkloadId};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::annotate::moved;
use crate::webhook::{ON_ACCOUNT, ON_ACCOUNT_ALONE, SKIP_CONTAINERS};

declare_rule! {
    /// An annotation of the webhook stands on the wrong object or in the wrong place of it.
    ///
    /// ## Why is this bad?
    ///
    /// The webhook reads `role-arn` and `audience` among the annotations of the ServiceAccount, and `skip-containers` among those of the
    /// Pod. Anywhere else they are ignored without a word, and the Pod gets no role.
    ///
    /// ## Severity
    ///
    /// An error where the Pods get no role by it. A warning for the lesser annotations; info where the ServiceAccount carries the same
    /// annotation where it counts.
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
            let message = format!("`{key}` of ServiceAccount `{who}` is not among its annotations, so it has no effect");
            let severity = if key == ROLE_ARN && account.role_arn().is_none() { Severity::Error } else { Severity::Warning };
            out.report(&Self::META, place(annotation), message)
                .severity(severity)
                .help(format!("put `{key}` under `metadata.annotations`"))
                .fix(moved(view, account, annotation))
                .done();
        }
        for annotation in account.annotations.iter().filter(|a| a.key.text == SKIP_CONTAINERS) {
            let message = format!("`{SKIP_CONTAINERS}` on ServiceAccount `{who}` has no effect: it is read on Pods alone");
            out.report(&Self::META, place(annotation), message)
                .severity(Severity::Warning)
                .help("put it among the annotations of the Pod template")
                .done();
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
            let message = format!("`{key}` on {what} has no effect: it is read on the ServiceAccount alone");
            let help = match (&name, annotated) {
                (_, Some(true)) => "take it out: the ServiceAccount carries it already".to_owned(),
                (Some(name), _) => format!("put `{key}` among the annotations of ServiceAccount `{name}`"),
                (None, _) => format!("put `{key}` among the annotations of the ServiceAccount that the Pods run as"),
            };
            out.report(&Self::META, place(annotation), message).severity(severity).help(help).done();
        }
    }
}

fn place(annotation: &Annotation) -> Place {
    Place { span: annotation.key.span, pointer: annotation.pointer.clone() }
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
            format!("apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\nannotations:\n  {arn}\n"),
            format!("apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n  labels:\n    {arn}\n"),
        ] {
            assert_eq!(severities(&[("sa.yaml", &text)]), [Severity::Error], "{text}");
        }
    }

    #[test]
    fn a_pod_that_repeats_its_account_is_no_fault() {
        let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n  namespace: x\n  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/x\n";
        let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: api\n  namespace: x\n  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/x\n    eks.amazonaws.com/skip-containers: a\n    eks.amazonaws.com/token-expiration: \"3600\"\nspec:\n  serviceAccountName: api\n";
        assert_eq!(severities(&[("sa.yaml", account), ("pod.yaml", pod)]), [Severity::Info]);
        assert_eq!(severities(&[("pod.yaml", pod)]), [Severity::Error]);
    }
}
