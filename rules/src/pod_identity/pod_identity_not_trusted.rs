//! The role of an association does not trust EKS Pod Identity.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::PodIdentityAssociation;
use irsa_lint_core::estate::AssociationId;
use irsa_lint_core::policy::{Effect, PrincipalKind};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Place;

use crate::objects::pairing::principal_place;
use crate::objects::pods::principal::misspelt;
use crate::objects::pods::{ASSUME_ROLE, SERVICE, TAG_SESSION, account_of, allows};

declare_rule! {
    /// The role of a Pod Identity association does not trust EKS Pod Identity.
    ///
    /// ## Why is this bad?
    ///
    /// An association gives Pods the role through the service `pods.eks.amazonaws.com`. A trust policy for an OIDC provider admits a
    /// different kind of caller, so every Pod of the association is refused.
    ///
    /// ## Severity
    ///
    /// Error: every Pod of the association is refused.
    ///
    /// ## How to fix it
    ///
    /// Add a statement that allows `sts:AssumeRole` and `sts:TagSession` to the service `pods.eks.amazonaws.com`. The statement for the
    /// OIDC provider can stay.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Create IAM role with trust policy required by EKS Pod Identity"
    ///
    /// ```json fail
    /// # file: association.json
    /// {"association": {"clusterName": "prod", "namespace": "payments", "serviceAccount": "api",
    ///   "roleArn": "arn:aws:iam::111122223333:role/payments"}}
    /// # file: role.json
    /// {"Role": {"RoleName": "payments", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/payments", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]
    /// }}}
    /// ```
    ///
    /// ```json pass
    /// # file: association.json
    /// {"association": {"clusterName": "prod", "namespace": "payments", "serviceAccount": "api",
    ///   "roleArn": "arn:aws:iam::111122223333:role/payments"}}
    /// # file: role.json
    /// {"Role": {"RoleName": "payments", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/payments", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}]
    /// }}}
    /// ```
    pub PodIdentityNotTrusted { id: "pod-identity-not-trusted", severity: Error, family: "pod-identity", fix: None }
}

impl Rule for PodIdentityNotTrusted {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn association(&self, _id: AssociationId, association: &PodIdentityAssociation, view: &View<'_>, out: &mut Findings) {
        let Some(arn) = association.role_arn.value() else { return };
        let Some(id) = view.estate.role_by_arn(&arn.text).to() else { return };
        let Some(policy) = view.estate.role(id).and_then(|role| role.trust.policy()) else { return };
        let principals = || policy.statements.iter().filter(|s| s.effect == Effect::Allow).flat_map(|s| &s.principals.list);
        if allows(policy, ASSUME_ROLE) || principals().any(misspelt) {
            return;
        }
        let account = account_of(association);
        let message = format!(
            "{} has an association with ServiceAccount `{account}` of cluster `{}`, but its trust policy does not allow `{SERVICE}`",
            view.role_name(id),
            association.cluster.value().map_or("?", |name| name.as_str()),
        );
        let cluster_service = principals().any(|p| p.kind == PrincipalKind::Service && p.value.text == "eks.amazonaws.com");
        let mut help = format!("add a statement that allows `{ASSUME_ROLE}` and `{TAG_SESSION}` to the service `{SERVICE}`");
        if cluster_service {
            help.push_str(" (`eks.amazonaws.com` is only for the cluster's own role)");
        }
        out.report(&Self::META, principal_place(policy), message)
            .help(help)
            .related(Place { span: arn.span, pointer: association.place.pointer.clone() }, "the association names the role here")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    #[test]
    fn the_service_of_clusters_is_told_apart_and_a_misspelling_left_to_its_rule() {
        let association = r#"{"association": {"clusterName": "prod", "namespace": "a", "serviceAccount": "s", "roleArn": "arn:aws:iam::111122223333:role/x"}}"#;
        let found = |service: &str| {
            let role = format!(
                r#"{{"Role": {{"RoleName": "x", "Arn": "arn:aws:iam::111122223333:role/x", "Path": "/", "AssumeRolePolicyDocument": {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Service": "{service}"}}, "Action": ["sts:AssumeRole", "sts:TagSession"]}}]}}}}}}"#
            );
            let answer = check(&[("a.json", association), ("r.json", &role)]);
            of_rule(&answer, "pod-identity-not-trusted").iter().map(|d| d.help.clone()).collect::<Vec<_>>()
        };
        assert!(found("eks.amazonaws.com")[0].contains("the cluster's own role"));
        assert_eq!(found("ec2.amazonaws.com").len(), 1);
        assert!(found("pod.eks.amazonaws.com").is_empty());
        assert!(found("pods.eks.amazonaws.com").is_empty());
    }

    #[test]
    fn objects_of_controllers_make_associations_as_well() {
        let role = r#"{"Role": {"RoleName": "x", "Arn": "arn:aws:iam::111122223333:role/x", "Path": "/", "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}}}"#;
        let ack = "apiVersion: eks.services.k8s.aws/v1alpha1\nkind: PodIdentityAssociation\nmetadata: {name: a}\nspec: {clusterName: prod, namespace: a, serviceAccount: s, roleARN: 'arn:aws:iam::111122223333:role/x'}\n";
        let crossplane = "apiVersion: eks.aws.upbound.io/v1beta1\nkind: PodIdentityAssociation\nmetadata: {name: a}\nspec: {forProvider: {clusterName: prod, namespace: a, serviceAccount: s, roleArn: 'arn:aws:iam::111122223333:role/x'}}\n";
        for object in [ack, crossplane] {
            let answer = check(&[("a.yaml", object), ("r.json", role)]);
            let found = of_rule(&answer, "pod-identity-not-trusted");
            assert!(found.len() == 1 && found[0].message.contains("`a/s` of cluster `prod`"), "{object}");
        }
        let reference = ack.replace("roleARN: 'arn:aws:iam::111122223333:role/x'", "roleRef: {from: {name: x}}");
        assert!(of_rule(&check(&[("a.yaml", &reference), ("r.json", role)]), "pod-identity-not-trusted").is_empty());
    }
}
