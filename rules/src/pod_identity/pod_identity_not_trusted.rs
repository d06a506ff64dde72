//! The role of an association does not trust EKS Pod Identity.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::PodIdentityAssociation;
use irsa_lint_core::estate::AssociationId;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Place;

use crate::pairing::principal_place;
use crate::pods::{ASSUME_ROLE, SERVICE, TAG_SESSION, allows};

declare_rule! {
    /// The role of a Pod Identity association does not trust EKS Pod Identity.
    ///
    /// ## Why is this bad?
    ///
    /// An association hands out the role through the service `pods.eks.amazonaws.com`. A trust policy for an OIDC provider, as roles for
    /// ServiceAccounts have, admits another kind of caller: every Pod of the association is refused.
    ///
    /// ## Severity
    ///
    /// An error: every Pod of the association is refused.
    ///
    /// ## How to fix it
    ///
    /// Add a statement that allows the service `pods.eks.amazonaws.com` the actions `sts:AssumeRole` and `sts:TagSession`. The statement
    /// for the OIDC provider may stay beside it.
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
        if allows(policy, ASSUME_ROLE) {
            return;
        }
        let whom = |part: Option<&smol_str::SmolStr>| part.map_or("?", |text| text.as_str()).to_owned();
        let account = format!("{}/{}", whom(association.namespace.value()), whom(association.service_account.value()));
        let message = format!(
            "{} is associated with ServiceAccount `{account}` of cluster `{}`, but does not let `{SERVICE}` assume it",
            view.role_name(id),
            whom(association.cluster.value()),
        );
        out.report(&Self::META, principal_place(policy), message)
            .help(format!("allow the service `{SERVICE}` the actions `{ASSUME_ROLE}` and `{TAG_SESSION}`"))
            .related(Place { span: arn.span, pointer: association.place.pointer.clone() }, "the association names the role here")
            .done();
    }
}
