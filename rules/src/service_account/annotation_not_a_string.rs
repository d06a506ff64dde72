//! An annotation or a label is a number or a boolean.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::{Applicability, Fix};
use irsa_lint_core::document::model::{Annotation, Place, ROLE_ARN, ServiceAccount, Workload};
use irsa_lint_core::estate::{ServiceAccountId, WorkloadId};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::webhook::PREFIX;
use crate::objects::workloads::what;

declare_rule! {
    /// An annotation or a label is a number or a boolean without quotes.
    ///
    /// ## Why is this bad?
    ///
    /// Kubernetes requires strings there and refuses the whole object: `cannot unmarshal number into Go struct field
    /// ObjectMeta.metadata.annotations of type string`. The ServiceAccount is not created or not changed, and the Pods run without the
    /// role.
    ///
    /// ## Severity
    ///
    /// Error: Kubernetes refuses the object.
    ///
    /// ## How to fix it
    ///
    /// Put the value in quotes.
    ///
    /// ## References
    ///
    /// - Kubernetes, "Annotations": keys and values must be strings
    ///
    /// ```yaml fail at=/metadata/annotations/eks.amazonaws.com~1sts-regional-endpoints
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations:
    ///     eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/payments
    ///     eks.amazonaws.com/sts-regional-endpoints: true
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations:
    ///     eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/payments
    ///     eks.amazonaws.com/sts-regional-endpoints: "true"
    /// ```
    pub AnnotationNotAString { id: "annotation-not-a-string", severity: Error, family: "service-account", fix: Safe }
}

impl Rule for AnnotationNotAString {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn service_account(&self, _id: ServiceAccountId, account: &ServiceAccount, _view: &View<'_>, out: &mut Findings) {
        // Terraform makes strings of what it is given.
        let ours = account.annotations.iter().any(|a| a.key.text.starts_with(PREFIX));
        if account.address.is_some() || !ours {
            return;
        }
        let who = format!("ServiceAccount `{}`", account.display_name());
        let annotations = account.annotations.iter().filter(|a| a.key.text != ROLE_ARN);
        annotations.for_each(|annotation| judge("annotation", annotation, &who, out));
        account.labels.iter().for_each(|label| judge("label", label, &who, out));
    }

    fn workload(&self, _id: WorkloadId, workload: &Workload, _view: &View<'_>, out: &mut Findings) {
        if workload.address.is_none() {
            let ours = workload.pod_annotations.iter().filter(|a| a.key.text.starts_with(PREFIX));
            ours.for_each(|annotation| judge("annotation", annotation, &what(workload), out));
        }
    }
}

fn judge(kind: &str, annotation: &Annotation, who: &str, out: &mut Findings) {
    let Some(written) = &annotation.unquoted else { return };
    let key = &annotation.key.text;
    let message = format!("{kind} `{key}` of {who} is `{written}`, which is not a string, so Kubernetes refuses the object");
    let place = Place { span: annotation.value_span, pointer: annotation.pointer.clone() };
    let quoted = format!("\"{written}\"");
    out.report(&AnnotationNotAString::META, place, message)
        .help(format!("put it in quotes: `{key}: {quoted}`"))
        .fix(Fix::replace(Applicability::Safe, format!("write `{quoted}`"), annotation.value_span, quoted))
        .done();
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    #[test]
    fn speaks_of_objects_that_kubernetes_refuses() {
        let found = |more: &str| {
            let text = format!(
                "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/x\n{more}"
            );
            of_rule(&check(&[("sa.yaml", &text)]), "annotation-not-a-string").len()
        };
        for bad in [
            "    eks.amazonaws.com/token-expiration: 3600\n",
            "    eks.amazonaws.com/sts-regional-endpoints: yes\n",
            "    example.com/owner: 12\n",
            "  labels:\n    version: 1.0\n",
        ] {
            assert_eq!(found(bad), 1, "{bad}");
        }
        for good in [
            "    eks.amazonaws.com/token-expiration: '3600'\n",
            "    example.com/a: 1.2.3\n",
            "    example.com/a: 'yes'\n",
            "    example.com/a: ~\n",
        ] {
            assert_eq!(found(good), 0, "{good}");
        }
        let other = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n  annotations: {a: 1}\n";
        assert_eq!(of_rule(&check(&[("sa.yaml", other)]), "annotation-not-a-string").len(), 0, "none of our business");
    }

    #[test]
    fn of_a_pod_it_reads_the_annotations_of_eks_alone() {
        let found = |key: &str| {
            let text =
                format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: p, annotations: {{{key}: 3600}}}}\nspec: {{containers: []}}\n");
            of_rule(&check(&[("pod.yaml", &text)]), "annotation-not-a-string").len()
        };
        assert_eq!((found("eks.amazonaws.com/token-expiration"), found("prometheus.io/port")), (1, 0));
    }
}
