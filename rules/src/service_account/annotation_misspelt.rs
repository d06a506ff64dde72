//! An annotation that was meant for the webhook and that it does not know.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::{Applicability, Fix, Severity};
use irsa_lint_core::document::model::{AUDIENCE, ROLE_ARN, ServiceAccount};
use irsa_lint_core::estate::ServiceAccountId;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Place;

use crate::webhook::meant;

declare_rule! {
    /// An annotation's key is nearly one of the webhook's, but not it.
    ///
    /// ## Why is this bad?
    ///
    /// The webhook looks for `eks.amazonaws.com/role-arn` to the letter. Under any other key the role is not injected, nothing says so, and
    /// the Pod works as the node's role or fails with `Unable to locate credentials`.
    ///
    /// ## Severity
    ///
    /// An error where the Pods get no role by it. A warning where a lesser annotation has no effect, or where the right one is there as
    /// well.
    ///
    /// ## How to fix it
    ///
    /// Write the key as the documentation has it: `eks.amazonaws.com/role-arn`. Annotations of other tools (`iam.amazonaws.com/role` of
    /// kube2iam) are left alone.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Assign IAM roles to Kubernetes service accounts"
    /// - amazon-eks-pod-identity-webhook, README
    ///
    /// ```yaml fail at=/metadata/annotations/eks.amazonaws.com~1role_arn
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations:
    ///     eks.amazonaws.com/role_arn: arn:aws:iam::111122223333:role/payments
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
    ///     iam.amazonaws.com/role: payments
    /// ```
    pub AnnotationMisspelt { id: "annotation-misspelt", severity: Error, family: "service-account", fix: Unsafe }
}

impl Rule for AnnotationMisspelt {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn service_account(&self, _id: ServiceAccountId, account: &ServiceAccount, _view: &View<'_>, out: &mut Findings) {
        for annotation in &account.annotations {
            let Some(meant) = meant(annotation) else { continue };
            let key = &annotation.key.text;
            let who = account.display_name();
            let has_it = account.annotation(meant).is_some();
            let effect = match meant {
                _ if has_it => "so it has no effect",
                ROLE_ARN => "so its Pods get no role",
                AUDIENCE => "so its tokens keep the audience `sts.amazonaws.com`",
                _ => "so it has no effect",
            };
            let severity = if meant == ROLE_ARN && !has_it { Severity::Error } else { Severity::Warning };
            let message = format!("annotation `{key}` of ServiceAccount `{who}` is not the webhook's `{meant}`, {effect}");
            let help = if has_it { format!("take it out: `{meant}` is there, too") } else { format!("write `{meant}`") };
            let fix =
                (!has_it).then(|| Fix::replace(Applicability::Unsafe, format!("write `{meant}`"), annotation.key.inner_span(), meant));
            let place = Place { span: annotation.key.span, pointer: annotation.pointer.clone() };
            out.report(&Self::META, place, message).severity(severity).help(help).fix(fix).done();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    fn found(key: &str, value: &str) -> Vec<String> {
        let text = format!("apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n  annotations:\n    {key}: {value}\n");
        let answer = check(&[("sa.yaml", &text)]);
        of_rule(&answer, "annotation-misspelt").iter().map(|d| d.fix.as_ref().unwrap().edits[0].text.clone()).collect()
    }

    #[test]
    fn knows_what_people_write() {
        for key in [
            "eks.amazon.com/role-arn",
            "eks.amazonaws.com/role_arn",
            "eks.amazonaws.com/rolearn",
            "eks.amazonaws.com/roleArn",
            "eks.amazonaws.com/role-Arn",
            "eks.amazonaws.com/iam-role-arn",
            "eks.amazonaws.com/iam-role",
            "eks.amazonaws.com/role",
            "eks.amazoneaws.com/role-arn",
            "amazonaws.com/role-arn",
            "iam.amazonaws.com/role-arn",
            "eks.amazonaws.com.cn/role-arn",
            "role-arn",
        ] {
            assert_eq!(found(key, "arn:aws:iam::111122223333:role/x"), ["eks.amazonaws.com/role-arn"], "{key}");
        }
        assert_eq!(found("eks.amazonaws.com/audiance", "x"), ["eks.amazonaws.com/audience"]);
    }

    #[test]
    fn leaves_other_annotations_alone() {
        for (key, value) in [
            ("iam.amazonaws.com/role", "x"),
            ("eks.amazonaws.com/compute-type", "fargate"),
            ("eks.amazonaws.com/skip-containers", "x"),
            ("eks.amazonaws.com/audience", "x"),
            ("vault.example.com/role", "arn:aws:iam::111122223333:role/x"),
            ("example.com/role-arn", "arn:aws:iam::111122223333:role/x"),
            ("eks.amazonaws.com/role", "admin"),
            ("meta.helm.sh/release-name", "role"),
        ] {
            assert!(found(key, value).is_empty(), "{key}");
        }
    }
}
