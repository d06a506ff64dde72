//! Roles by web identity in a cluster that uses EKS Pod Identity.

use std::collections::HashSet;

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{Annotation, ServiceAccount};
use irsa_lint_core::estate::{Link, ServiceAccountId};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Place;

use crate::objects::role_arn;

declare_rule! {
    /// ServiceAccounts get roles through an OIDC provider, although the cluster uses EKS Pod Identity.
    ///
    /// ## Why is this bad?
    ///
    /// It is not bad: both ways work side by side. But if EKS Pod Identity is already running, an association gives a Pod a role in its
    /// cluster's account without an OIDC provider, and the trust policy stays the same when a cluster is re-created.
    ///
    /// ## Severity
    ///
    /// Info: both ways work, and nothing needs to be done.
    ///
    /// ## How to fix it
    ///
    /// Nothing needs to be done. To move a role: also allow `sts:AssumeRole` and `sts:TagSession` to `pods.eks.amazonaws.com` in its trust
    /// policy, create the association, re-create the Pods, then remove the annotation and the statement for the OIDC provider. Pods on
    /// Fargate or Windows must stay as they are.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Learn how EKS Pod Identity grants Pods access to AWS services"
    ///
    /// ```json fail
    /// # file: associations.json
    /// {"association": {"clusterName": "prod", "namespace": "payments", "serviceAccount": "web",
    ///   "roleArn": "arn:aws:iam::111122223333:role/web"}}
    /// # file: serviceaccount.json
    /// {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "api", "namespace": "payments",
    ///   "annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/api"}}}
    /// # file: role.json
    /// {"Role": {"RoleName": "api", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/api", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated":
    ///     "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "Condition": {"StringEquals": {
    ///       "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///       "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"}}}]
    /// }}}
    /// ```
    ///
    /// ```json pass
    /// # file: serviceaccount.json
    /// {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "api", "namespace": "payments",
    ///   "annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/api"}}}
    /// ```
    pub IrsaCouldBePodIdentity { id: "irsa-could-be-pod-identity", severity: Info, family: "pod-identity", fix: None }
}

impl Rule for IrsaCouldBePodIdentity {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        let associations = &view.estate.documents().associations;
        let Some(first) = associations.first() else { return };
        let roles = associations.iter().filter_map(|association| association.role_arn.value());
        let accounts: HashSet<&str> = roles.filter_map(|arn| Some(role_arn::role(&arn.text)?.account)).collect();
        // Kubernetes objects name no cluster: with associations of several it is not known which is meant.
        if accounts.is_empty() || associations.iter().any(|other| other.cluster != first.cluster) {
            return;
        }
        let movable: Vec<_> = view.estate.service_accounts().filter_map(|(id, account)| movable(id, account, &accounts, view)).collect();
        let Some((_, annotation)) = movable.first() else { return };
        let names: Vec<String> = movable.iter().map(|(account, _)| account.display_name()).collect();
        let shown = irsa_lint_core::admission::words::listed(names.iter().map(String::as_str), 3).replace(" or ", " and ");
        let cluster = first.cluster.value().map_or("?", |name| name.as_str());
        let (noun, verb) = if names.len() == 1 { ("ServiceAccount", "gets its role") } else { ("ServiceAccounts", "get their roles") };
        let message = format!("cluster `{cluster}` uses EKS Pod Identity, but {noun} {shown} {verb} through an OIDC provider");
        let place = Place { span: annotation.value_span, pointer: annotation.pointer.clone() };
        out.report(&Self::META, place, message)
            .help("nothing needs to be done; an association would replace the OIDC provider and the annotation (not on Fargate or Windows)")
            .related(first.place.clone(), "an association in the cluster")
            .done();
    }
}

/// A ServiceAccount whose annotated role lives in an account of the associations' roles, and trusts an OIDC provider.
fn movable<'e>(
    id: ServiceAccountId,
    account: &'e ServiceAccount,
    accounts: &HashSet<&str>,
    view: &View<'_>,
) -> Option<(&'e ServiceAccount, &'e Annotation)> {
    let annotation = account.role_arn()?;
    let role = role_arn::role(&annotation.value.value()?.text)?;
    if !accounts.contains(role.account) || !matches!(view.estate.association_of(id), Link::Missing { .. } | Link::None) {
        return None;
    }
    let role = view.estate.role_of(id).to()?;
    view.analysis(role).is_some_and(|analysis| analysis.admission.grants().next().is_some()).then_some((account, annotation))
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule, policy};

    #[test]
    fn one_hint_for_a_run_and_only_for_roles_of_the_account() {
        let association = |name: &str| {
            format!(
                r#"{{"association": {{"clusterName": "prod", "namespace": "a", "serviceAccount": "{name}", "roleArn": "arn:aws:iam::111122223333:role/web"}}}}"#
            )
        };
        let account = |name: &str, of: &str| {
            format!(
                r#"{{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {{"name": "{name}", "namespace": "a", "annotations": {{"eks.amazonaws.com/role-arn": "arn:aws:iam::{of}:role/app"}}}}}}"#
            )
        };
        let role = |of: &str| {
            let trust = policy(
                r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com", "ISSUER:sub": ["system:serviceaccount:a:x", "system:serviceaccount:a:y"]}}"#,
            );
            format!(
                r#"{{"Role": {{"RoleName": "app", "Path": "/", "Arn": "arn:aws:iam::{of}:role/app", "AssumeRolePolicyDocument": {trust}}}}}"#
            )
        };
        let found = |files: &[(&str, &str)]| of_rule(&check(files), "irsa-could-be-pod-identity").len();
        let (x, y, own) = (account("x", "111122223333"), account("y", "111122223333"), role("111122223333"));
        let web = association("web");
        assert_eq!(found(&[("x", &x), ("y", &y), ("r", &own), ("w", &web)]), 1);
        let message = |files: &[(&str, &str)]| of_rule(&check(files), "irsa-could-be-pod-identity")[0].message.clone();
        assert!(message(&[("x", &x), ("y", &y), ("r", &own), ("w", &web)]).contains("ServiceAccounts"));
        assert!(!message(&[("x", &x), ("r", &own), ("w", &web)]).contains("ServiceAccounts"));
        assert_eq!(found(&[("x", &x), ("y", &y), ("r", &own)]), 0, "nothing uses Pod Identity");
        assert_eq!(found(&[("x", &x), ("r", &own), ("w", &association("x"))]), 0, "it has an association");
        let other = (account("x", "444455556666"), role("444455556666"));
        assert_eq!(found(&[("x", &other.0), ("r", &other.1), ("w", &web)]), 0, "another account");
    }
}
