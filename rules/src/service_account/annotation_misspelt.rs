//! An annotation that was meant for the webhook and that it does not know.

use irsa_lint_core::admission::action::{WEB_IDENTITY, speaks_of};
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::{Applicability, Fix, Severity};
use irsa_lint_core::document::model::{AUDIENCE, ROLE_ARN, ServiceAccount, Workload};
use irsa_lint_core::estate::{RoleId, ServiceAccountId, WorkloadId};
use irsa_lint_core::policy::Effect;
use irsa_lint_core::policy::spelling::{distance, nearest};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::webhook::{KUBE2IAM, SKIP_CONTAINERS, TOKEN_EXPIRATION, meant};
use crate::objects::workloads::{account_of, key_place, what};

declare_rule! {
    /// An annotation's key is almost, but not exactly, one that the pod-identity-webhook reads.
    ///
    /// ## Why is this bad?
    ///
    /// The webhook looks for exactly `eks.amazonaws.com/role-arn`. With any other key the Pod silently gets no role: it uses the node role
    /// or fails with `Unable to locate credentials`.
    ///
    /// ## Severity
    ///
    /// Error if the Pods therefore get no role. Warning if a less important annotation has no effect, or if the right one is there as
    /// well.
    ///
    /// ## How to fix it
    ///
    /// Write the key exactly as documented: `eks.amazonaws.com/role-arn`. Annotations of other tools (`iam.amazonaws.com/role` of
    /// kube2iam) can stay.
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
            let has_it = account.annotation(meant).is_some();
            // The annotation of another project is no slip of the pen: beside the right one it may stay for those who still read it.
            let foreign = key == KUBE2IAM;
            if foreign && has_it {
                continue;
            }
            let who = account.display_name();
            let effect = match meant {
                _ if has_it => "so it has no effect",
                ROLE_ARN => "so its Pods get no role",
                AUDIENCE => "so its tokens keep the audience `sts.amazonaws.com`",
                _ => "so it has no effect",
            };
            let names_role = meant != ROLE_ARN || annotation.value.value().is_some_and(|value| value.text.contains(":role/"));
            let severity = match (has_it, meant) {
                (false, ROLE_ARN) if names_role || distance(&key.to_ascii_lowercase(), ROLE_ARN) <= 2 => Severity::Error,
                _ => Severity::Warning,
            };
            let message = if foreign {
                format!(
                    "annotation `{key}` of ServiceAccount `{who}` is for kube2iam or kiam (on Pods), not the webhook's `{meant}`, {effect}"
                )
            } else {
                format!("annotation `{key}` of ServiceAccount `{who}` is not the webhook's `{meant}`, {effect}")
            };
            let help = match (has_it, names_role) {
                (true, _) => format!("remove it: `{meant}` is already there"),
                (false, true) => format!("write `{meant}`"),
                (false, false) => format!("write `{meant}: arn:aws:iam::ACCOUNT:role/NAME`"),
            };
            let replace = || Fix::replace(Applicability::Unsafe, format!("write `{meant}`"), annotation.key.inner_span(), meant);
            let fix = (!has_it && names_role).then(replace);
            out.report(&Self::META, key_place(annotation), message).severity(severity).help(help).fix(fix).done();
        }
    }

    fn workload(&self, id: WorkloadId, workload: &Workload, view: &View<'_>, out: &mut Findings) {
        let has_role = || account_of(view, id).is_some_and(|(_, account)| account.role_arn().is_some());
        for annotation in workload.pod_annotations.iter().filter(|a| a.key.text.contains("amazon") || a.key.text.starts_with("eks")) {
            let key = &annotation.key.text;
            let place = key_place(annotation);
            if let Some(meant) = meant_on_pod(key) {
                let message = format!("annotation `{key}` of {} is not the webhook's `{meant}`, so it has no effect", what(workload));
                let fix = Fix::replace(Applicability::Unsafe, format!("write `{meant}`"), annotation.key.inner_span(), meant);
                out.report(&Self::META, place, message).severity(Severity::Warning).help(format!("write `{meant}`")).fix(fix).done();
            } else if key != KUBE2IAM && meant(annotation) == Some(ROLE_ARN) && !has_role() {
                let message = format!(
                    "annotation `{key}` of {} is not `{ROLE_ARN}`, which the webhook only reads on the ServiceAccount",
                    what(workload)
                );
                out.report(&Self::META, place, message).help(format!("add `{ROLE_ARN}` to the annotations of the ServiceAccount")).done();
            } else if key == KUBE2IAM
                && !has_role()
                && let Some(role) = annotation.value.value().and_then(|value| of_web_identity(&value.text, view))
            {
                let message = format!(
                    "annotation `{key}` of {} requests {} from kube2iam or kiam, but the role only admits web identities",
                    what(workload),
                    view.role_name(role)
                );
                out.report(&Self::META, place, message)
                    .help(format!("add `{ROLE_ARN}` with the role's ARN to the annotations of the ServiceAccount that the Pods run as"))
                    .done();
            }
        }
    }
}

/// The role of the run that an annotation of kube2iam names, if nobody can assume it but with a web identity.
fn of_web_identity(text: &str, view: &View<'_>) -> Option<RoleId> {
    let [id] = view.estate.roles_named(text).try_into().ok()?;
    let policy = view.estate.role(id)?.trust.policy()?;
    let allows = |action: &str| policy.statements.iter().any(|s| s.effect == Effect::Allow && speaks_of(&s.action, action));
    (allows(WEB_IDENTITY) && !allows("sts:AssumeRole")).then_some(id)
}

/// The annotation of a Pod that was meant by one that is a letter or two off.
fn meant_on_pod(key: &str) -> Option<&'static str> {
    let known = [SKIP_CONTAINERS, TOKEN_EXPIRATION];
    let near = nearest(key, known, 2).filter(|near| *near != key)?;
    known.into_iter().find(|known| *known == near)
}

#[cfg(test)]
mod tests {
    use irsa_lint_core::diagnostic::Severity;

    use crate::testing::{check, of_rule, policy};

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
            "irsa.eks.amazonaws.com/role-arn",
            "aws/role-arn",
            "role-arn",
        ] {
            assert_eq!(found(key, "arn:aws:iam::111122223333:role/x"), ["eks.amazonaws.com/role-arn"], "{key}");
        }
        assert_eq!(found("eks.amazonaws.com/audiance", "x"), ["eks.amazonaws.com/audience"]);
    }

    #[test]
    fn knows_the_annotations_of_others() {
        let severities = |annotations: &str| {
            let text = format!("apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n  annotations: {{{annotations}}}\n");
            of_rule(&check(&[("sa.yaml", &text)]), "annotation-misspelt").iter().map(|d| d.severity).collect::<Vec<_>>()
        };
        let arn = "'arn:aws:iam::111122223333:role/x'";
        assert_eq!(severities(&format!("iam.amazonaws.com/role: {arn}")), [Severity::Error]);
        assert_eq!(severities("iam.amazonaws.com/role: x"), [Severity::Warning]);
        assert_eq!(severities("eks.amazonaws.com/role-name: x"), [Severity::Warning]);
        assert_eq!(severities(&format!("iam.amazonaws.com/role: x, eks.amazonaws.com/role-arn: {arn}")), []);
    }

    #[test]
    fn beside_the_right_one_there_is_nothing_to_write() {
        let text = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/x\n    eks.amazonaws.com/role_arn: arn:aws:iam::111122223333:role/x\n";
        let answer = check(&[("sa.yaml", text)]);
        let found = of_rule(&answer, "annotation-misspelt");
        assert!(found.len() == 1 && found[0].fix.is_none(), "{found:?}");
    }

    #[test]
    fn knows_what_people_write_on_pods() {
        let found = |key: &str| {
            let text = format!(
                "apiVersion: v1\nkind: Pod\nmetadata:\n  name: api\n  annotations: {{{key}: 'arn:aws:iam::111122223333:role/x'}}\nspec: {{serviceAccountName: api}}\n"
            );
            of_rule(&check(&[("pod.yaml", &text)]), "annotation-misspelt").len()
        };
        for bad in ["eks.amazonaws.com/skip-container", "eks.amazonaws.com/token-expirations", "eks.amazonaws.com/role_arn"] {
            assert_eq!(found(bad), 1, "{bad}");
        }
        for good in ["iam.amazonaws.com/role", "eks.amazonaws.com/skip-containers", "eks.amazonaws.com/compute-type"] {
            assert_eq!(found(good), 0, "{good}");
        }
    }

    #[test]
    fn kube2iam_cannot_hand_out_a_role_of_web_identities() {
        let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: api\n  annotations: {iam.amazonaws.com/role: app}\nspec: {serviceAccountName: api}\n";
        let trust = policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:x:api", "ISSUER:aud": "sts.amazonaws.com"}}"#);
        let role = format!(
            r#"{{"Role": {{"RoleName": "app", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/app", "AssumeRolePolicyDocument": {trust}}}}}"#
        );
        let node = role.replace("sts:AssumeRoleWithWebIdentity", "sts:AssumeRole");
        let found = |role: &str| of_rule(&check(&[("pod.yaml", pod), ("role.json", role)]), "annotation-misspelt").len();
        assert_eq!((found(&role), found(&node)), (1, 0));
    }

    #[test]
    fn leaves_other_annotations_alone() {
        for (key, value) in [
            ("iam.amazonaws.com/permitted", ".*"),
            ("eks.amazonaws.com/compute-type", "fargate"),
            ("eks.amazonaws.com/skip-containers", "x"),
            ("eks.amazonaws.com/audience", "x"),
            ("vault.example.com/role", "arn:aws:iam::111122223333:role/x"),
            ("example.com/role-arn", "arn:aws:iam::111122223333:role/x"),
            ("meta.helm.sh/release-name", "role"),
        ] {
            assert!(found(key, value).is_empty(), "{key}");
        }
    }
}
