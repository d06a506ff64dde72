//! A role is mapped in `aws-auth` by an ARN with a path.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::{Applicability, Fix};
use irsa_lint_core::policy::Arn;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Place;

declare_rule! {
    /// A role's ARN in `aws-auth` has a path.
    ///
    /// ## Why is this bad?
    ///
    /// The cluster identifies callers by the session's ARN (`sts` … `assumed-role/NAME/SESSION`), which has no path. An entry with
    /// `role/PATH/NAME` matches nobody, and the role gets `You must be logged in to the server (Unauthorized)`.
    ///
    /// ## Severity
    ///
    /// Error: the entry can never match, so the role has no access to the cluster.
    ///
    /// ## How to fix it
    ///
    /// Remove the path from `rolearn`: `arn:aws:iam::111122223333:role/NAME`. The role itself keeps its path.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Grant IAM users access to Kubernetes with a ConfigMap"
    ///
    /// ```yaml fail at=/data/mapRoles/0/rolearn
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: aws-auth, namespace: kube-system}
    /// data:
    ///   mapRoles: |
    ///     - rolearn: arn:aws:iam::111122223333:role/ci/deploy
    ///       username: deploy
    ///       groups: [deployers]
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: aws-auth, namespace: kube-system}
    /// data:
    ///   mapRoles: |
    ///     - rolearn: arn:aws:iam::111122223333:role/deploy
    ///       username: deploy
    ///       groups: [deployers]
    ///   mapUsers: |
    ///     - userarn: arn:aws:iam::111122223333:user/ops/anna
    ///       username: anna
    /// ```
    pub RolePathInAwsAuth { id: "role-path-in-aws-auth", severity: Error, family: "aws-auth", fix: Unsafe }
}

impl Rule for RolePathInAwsAuth {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        for entry in &view.estate.documents().aws_auth {
            let Some(arn) = Arn::parse(&entry.arn.text) else { continue };
            let Some((path, name)) = arn.role().filter(|(path, _)| *path != "/") else { continue };
            let without = format!("arn:{}:iam::{}:role/{name}", arn.partition, arn.account);
            let role = format!("{}{name}", path.trim_start_matches('/'));
            let message = format!(
                "`aws-auth` maps role `{role}` with its path, but the cluster sees callers without it, so the entry matches nobody"
            );
            let place = Place { span: entry.arn.span, pointer: entry.place.pointer.key(entry.list.arn_key()) };
            let fix = Fix::replace(Applicability::Unsafe, "remove the path", entry.arn.inner_span(), without.clone());
            out.report(&Self::META, place, message).help(format!("write the ARN without the path: `{without}`")).fix(fix).done();
        }
    }
}
