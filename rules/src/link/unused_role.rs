//! A role for the cluster's ServiceAccounts that none of them uses.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{ROLE_ARN, Stated};
use irsa_lint_core::estate::{Link, RoleId};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta, View};

use crate::objects::cluster_roles::of_listed_cluster;
use crate::objects::pods;
use crate::objects::role_arn::value;
use crate::trust::kubernetes::parts;

/// Annotations of unknown roles that are looked at for slips; of more the list of roles is plainly of another account.
const MOST_SLIPS: usize = 200;

declare_rule! {
    /// A role admits ServiceAccounts of the cluster, but none of them uses it.
    ///
    /// ## Why is this bad?
    ///
    /// Nobody looks after an unused role: its permissions remain, and whoever can annotate a ServiceAccount that it admits can use it.
    /// This is reported only if the files list all ServiceAccounts (`kubectl get serviceaccounts -A`).
    ///
    /// ## Severity
    ///
    /// Info: nothing fails, and something outside these files may use the role.
    ///
    /// ## How to fix it
    ///
    /// Delete the role, or annotate the ServiceAccount that should have it.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "Refine permissions in AWS using last accessed information"
    ///
    /// ```yaml fail
    /// # file: serviceaccounts.json
    /// {"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": [
    ///   {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": "kube-system", "uid": "1"}},
    ///   {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "api", "namespace": "payments", "uid": "2",
    ///     "annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/new"}}}]}
    /// # file: role.json
    /// {"Role": {"RoleName": "old", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/old", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///   "Condition": {"StringEquals": {
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"}}}]}}}
    /// ```
    ///
    /// ```yaml pass
    /// # file: serviceaccounts.json
    /// {"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": [
    ///   {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": "kube-system", "uid": "1"}},
    ///   {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "api", "namespace": "payments", "uid": "2",
    ///     "annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/new"}}}]}
    /// # file: role.json
    /// {"Role": {"RoleName": "new", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/new", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///   "Condition": {"StringEquals": {
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"}}}]}}}
    /// ```
    pub UnusedRole { id: "unused-role", severity: Info, family: "link", fix: None }
}

impl Rule for UnusedRole {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        let roles = of_listed_cluster(view);
        let mut unused: Vec<&RoleView<'_>> =
            roles.iter().map(|(role, _)| role).filter(|role| !is_used(role) && !has_another_fault(role)).collect();
        unused.dedup_by_key(|role| role.id);
        if unused.is_empty() {
            return;
        }
        let nearly_named = nearly_named(view);
        for role in unused.iter().filter(|role| !nearly_named.contains(&role.id)) {
            let message = format!("no ServiceAccount of the cluster uses {}, although it admits them", role.name());
            out.report(&Self::META, role.role.place.clone(), message)
                .help(format!("delete the role, or annotate the ServiceAccount that should have it with `{ROLE_ARN}`"))
                .done();
        }
    }
}

/// Whether something in the run takes the role up, or may do so unseen.
fn is_used(role: &RoleView<'_>) -> bool {
    let estate = role.view.estate;
    let documents = estate.documents();
    let Stated::Is(arn) = estate.role_arn(role.id) else { return true };
    let in_variables = || {
        documents
            .workloads
            .iter()
            .flat_map(|w| &w.containers)
            .flat_map(|c| &c.env)
            .any(|(_, value)| value.as_ref().is_some_and(|value| value.text == arn))
    };
    let beside_pods = || callers_beside_pods(role);
    !estate.accounts_of(role.id).is_empty() || beside_pods() || in_variables()
}

/// Whether it also lets in others than the cluster's ServiceAccounts.
fn callers_beside_pods(role: &RoleView<'_>) -> bool {
    let others = role.admission.issuers.iter().filter(|issuer| !issuer.grants.is_empty()).count() > 1;
    others || pods::statements(role.policy).next().is_some() || crate::objects::callers::statements(role.policy).next().is_some()
}

/// Whether another rule says why nobody names the role: a subject that is no ServiceAccount, or one without annotation.
fn has_another_fault(role: &RoleView<'_>) -> bool {
    let estate = role.view.estate;
    let grants = role.admission.issuers.iter().flat_map(|issuer| &issuer.grants);
    let lists: Vec<_> = grants.filter_map(|grant| grant.subjects().as_literals().map(<[_]>::to_vec)).collect();
    lists.iter().flatten().filter_map(|subject| parts(subject)).any(|(namespace, name)| {
        match estate.service_account_named(Some(namespace), name) {
            Link::To(id) => estate.service_account(id).is_none_or(|account| account.role_arn().is_none()),
            _ => true,
        }
    })
}

/// The roles that annotations nearly name: those are said to be misspelt.
fn nearly_named(view: &View<'_>) -> Vec<RoleId> {
    let accounts = view.estate.service_accounts().filter(|(id, _)| matches!(view.estate.role_of(*id), Link::Missing { .. }));
    let named = accounts.filter_map(|(_, account)| account.role_arn().and_then(value)).take(MOST_SLIPS);
    named.flat_map(|(arn, _)| view.estate.near_roles(&arn.text)).map(|miss| miss.role).collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule, policy};

    fn found(annotation: &str, subject: &str, more: &[(&str, &str)]) -> usize {
        let annotations = if annotation.is_empty() {
            String::new()
        } else {
            format!(r#", "annotations": {{"eks.amazonaws.com/role-arn": "{annotation}"}}"#)
        };
        let list = format!(
            r#"{{"apiVersion": "v1", "kind": "List", "metadata": {{"resourceVersion": ""}}, "items": [{{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {{"name": "default", "namespace": "dev", "uid": "1"}}}}, {{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {{"name": "app", "namespace": "prod", "uid": "2"{annotations}}}}}]}}"#
        );
        let trust =
            policy(&format!(r#"{{"StringLike": {{"ISSUER:sub": "{subject}"}}, "StringEquals": {{"ISSUER:aud": "sts.amazonaws.com"}}}}"#));
        let role = format!(
            r#"{{"Role": {{"RoleName": "orders", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/orders", "AssumeRolePolicyDocument": {trust}}}}}"#
        );
        let mut files = vec![("list.json", list.as_str()), ("role.json", role.as_str())];
        files.extend(more);
        of_rule(&check(&files), "unused-role").len()
    }

    #[test]
    fn one_that_another_rule_explains_is_left_alone() {
        let other = "arn:aws:iam::111122223333:role/completely-different";
        assert_eq!(found(other, "system:serviceaccount:prod:app", &[]), 1);
        assert_eq!(found(other, "system:serviceaccount:prod:*", &[]), 1);
        assert_eq!(found("", "system:serviceaccount:prod:app", &[]), 0, "the annotation is missing");
        assert_eq!(found(other, "system:serviceaccount:prod:gone", &[]), 0, "the ServiceAccount is");
        assert_eq!(found("arn:aws:iam::111122223333:role/order", "system:serviceaccount:prod:app", &[]), 0, "a slip");
        assert_eq!(found("arn:aws:iam::111122223333:role/orders", "system:serviceaccount:prod:app", &[]), 0);
    }

    #[test]
    fn one_that_a_pod_takes_by_hand_is_used() {
        let other = "arn:aws:iam::111122223333:role/completely-different";
        let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: prod}\nspec: {serviceAccountName: app, containers: [{name: a, env: [{name: AWS_ROLE_ARN, value: 'arn:aws:iam::111122223333:role/orders'}]}]}\n";
        assert_eq!(found(other, "system:serviceaccount:prod:app", &[("pod.yaml", pod)]), 0);
    }
}
