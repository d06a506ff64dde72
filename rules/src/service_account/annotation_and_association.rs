//! A ServiceAccount has both a role in its annotation and a Pod Identity association.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::document::model::{Cluster, PodIdentityAssociation, ServiceAccount};
use irsa_lint_core::estate::ServiceAccountId;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::role_arn::place;
use crate::objects::workloads::role_of;

declare_rule! {
    /// A ServiceAccount has a role in its annotation and also a Pod Identity association.
    ///
    /// ## Why is this bad?
    ///
    /// The association takes precedence: new Pods get its role, and `eks.amazonaws.com/role-arn` is ignored. If the two roles differ,
    /// changing the permissions of the annotated one has no effect.
    ///
    /// ## Severity
    ///
    /// Warning if the two name different roles. Info if they name the same role, or if the files do not show which.
    ///
    /// ## How to fix it
    ///
    /// Keep one of the two. When migrating to Pod Identity, remove the annotation after the Pods have been restarted.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Learn how EKS Pod Identity grants pods access to AWS services"
    /// - amazon-eks-pod-identity-webhook, README
    ///
    /// ```yaml fail at=/metadata/annotations/eks.amazonaws.com~1role-arn
    /// # file: serviceaccount.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations:
    ///     eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/payments
    /// # file: association.json
    /// {"association": {"clusterName": "demo", "namespace": "payments", "serviceAccount": "api",
    ///   "roleArn": "arn:aws:iam::111122223333:role/payments-pod-identity"}}
    /// ```
    ///
    /// ```yaml pass
    /// # file: serviceaccount.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    /// # file: association.json
    /// {"association": {"clusterName": "demo", "namespace": "payments", "serviceAccount": "api",
    ///   "roleArn": "arn:aws:iam::111122223333:role/payments-pod-identity"}}
    /// ```
    pub AnnotationAndAssociation { id: "annotation-and-association", severity: Warning, family: "service-account", fix: None }
}

impl Rule for AnnotationAndAssociation {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn service_account(&self, id: ServiceAccountId, account: &ServiceAccount, view: &View<'_>, out: &mut Findings) {
        if view.estate.documents().associations.is_empty() {
            return;
        }
        let (Some(annotation), Some(role)) = (account.role_arn(), role_of(account)) else { return };
        let Some(association) = view.estate.association_of(id).to().and_then(|id| view.estate.association(id)) else { return };
        if account.namespace.known().is_none() || in_other_cluster(association, &view.estate.documents().clusters) {
            return;
        }
        let own = association.role_arn.value();
        let ends = [own, association.target_role_arn.value()];
        let same = ends.iter().flatten().any(|end| end.text == role.text);
        let who = account.display_name();
        let message = match own {
            Some(own) if !same => format!(
                "ServiceAccount `{who}` has a Pod Identity association with role `{}`, so its annotation `{}` is ignored",
                own.text, role.text
            ),
            _ => format!("ServiceAccount `{who}` has a Pod Identity association, so its annotation `{}` is ignored", role.text),
        };
        out.report(&Self::META, place(annotation), message)
            .severity(if own.is_some() && !same { Severity::Warning } else { Severity::Info })
            .help("remove the annotation, or delete the association")
            .related(association.place.clone(), "the association")
            .done();
    }
}

/// Whether the run's only cluster is another one than the association's.
fn in_other_cluster(association: &PodIdentityAssociation, clusters: &[Cluster]) -> bool {
    match (clusters, association.cluster.value()) {
        ([only], Some(named)) => only.name.value().is_some_and(|name| name != named),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use irsa_lint_core::diagnostic::Severity;

    use crate::testing::{check, of_rule};

    #[test]
    fn the_same_role_twice_is_a_move_on_its_way() {
        let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: api, namespace: prod, annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/app'}}\n";
        let association = |role: &str, namespace: &str| {
            format!(
                r#"{{"association": {{"clusterName": "demo", "namespace": "{namespace}", "serviceAccount": "api", "roleArn": "arn:aws:iam::111122223333:role/{role}"}}}}"#
            )
        };
        let found = |association: &str, more: &str| {
            let files = [("sa.yaml", account), ("a.json", association), ("c.json", more)];
            of_rule(&check(&files), "annotation-and-association").iter().map(|d| d.severity).collect::<Vec<_>>()
        };
        let own = r#"{"cluster": {"name": "demo", "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/demo"}}"#;
        let other = own.replace("demo", "test");
        assert_eq!(found(&association("app", "prod"), own), [Severity::Info]);
        assert_eq!(found(&association("other", "prod"), own), [Severity::Warning]);
        assert_eq!(found(&association("other", "prod"), &other), []);
        let names = |association: &str, role: &str| {
            let answer = check(&[("sa.yaml", account), ("a.json", association), ("c.json", own)]);
            of_rule(&answer, "annotation-and-association")[0].message.contains(role)
        };
        assert!(names(&association("other", "prod"), "role/other"), "the role that wins is named");
        assert_eq!(found(&association("other", "dev"), own), []);
    }
}
