//! An association for a ServiceAccount that does not exist.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{Listed, PodIdentityAssociation};
use irsa_lint_core::estate::{AssociationId, Link};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::pods::account_of;

declare_rule! {
    /// A Pod Identity association names a ServiceAccount that does not exist.
    ///
    /// ## Why is this bad?
    ///
    /// EKS finds an association by namespace and ServiceAccount name, letter by letter, and does not check that the ServiceAccount exists.
    /// Pods that run as another one get no credentials, and whoever creates a ServiceAccount of that name gets the role.
    ///
    /// ## Severity
    ///
    /// Warning: no Pod gets the role from it, unless the ServiceAccount is created later.
    ///
    /// ## How to fix it
    ///
    /// Name the namespace and the ServiceAccount that the Pods run as.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Assign an IAM role to a Kubernetes service account"
    ///
    /// ```json fail
    /// # file: association.json
    /// {"association": {"clusterName": "prod", "namespace": "payments", "serviceAccount": "api",
    ///   "roleArn": "arn:aws:iam::111122223333:role/payments"}}
    /// # file: serviceaccount.json
    /// {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "api", "namespace": "payment"}}
    /// ```
    ///
    /// ```json pass
    /// # file: association.json
    /// {"association": {"clusterName": "prod", "namespace": "payments", "serviceAccount": "api",
    ///   "roleArn": "arn:aws:iam::111122223333:role/payments"}}
    /// # file: serviceaccount.json
    /// {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "api", "namespace": "payments"}}
    /// ```
    pub AssociationAccountAbsent { id: "association-account-absent", severity: Warning, family: "pod-identity", fix: None }
}

impl Rule for AssociationAccountAbsent {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn association(&self, _id: AssociationId, association: &PodIdentityAssociation, view: &View<'_>, out: &mut Findings) {
        let (Some(namespace), Some(name)) = (association.namespace.value(), association.service_account.value()) else { return };
        if view.estate.service_accounts().next().is_none()
            || !matches!(view.estate.service_account_named(Some(namespace), name), Link::Missing { .. } | Link::None)
        {
            return;
        }
        let all = &view.estate.documents().associations;
        // Kubernetes objects name no cluster: with associations of several they may be another's.
        if all.iter().any(|other| other.cluster != association.cluster) {
            return;
        }
        let whose = account_of(association);
        let cluster = association.cluster.value().map_or("?", |name| name.as_str());
        let used = |account: &irsa_lint_core::document::model::ServiceAccount| {
            let own = (account.namespace.known(), account.name.value().map(|name| name.as_str()));
            account.role_arn().is_some()
                || all.iter().any(|a| (a.namespace.value().map(|n| n.as_str()), a.service_account.value().map(|n| n.as_str())) == own)
        };
        let near = view.estate.near_service_accounts(Some(namespace), name);
        let mut near = near.iter().filter_map(|miss| view.estate.service_account(miss.account)).filter(|account| !used(account));
        if let Some(other) = near.next() {
            let message = format!(
                "the association of cluster `{cluster}` is for ServiceAccount `{whose}`, which is not in these files; the nearest one is `{}`",
                other.display_name()
            );
            out.report(&Self::META, association.place.clone(), message)
                .help(format!("change the association to `{}`, if its Pods should get the role", other.display_name()))
                .related(other.place.clone(), "this ServiceAccount has no role")
                .done();
        } else if is_listed(namespace, view) {
            let message =
                format!("the association of cluster `{cluster}` is for ServiceAccount `{whose}`, which does not exist in the cluster");
            out.report(&Self::META, association.place.clone(), message)
                .help("create the ServiceAccount, or delete the association: whoever creates one of that name gets the role")
                .done();
        }
    }
}

/// Whether the run holds all ServiceAccounts of a namespace.
fn is_listed(namespace: &str, view: &View<'_>) -> bool {
    let lists = view.estate.documents().full_lists.iter().filter(|list| list.of == Listed::ServiceAccounts);
    lists.into_iter().any(|list| list.namespace.as_deref().is_none_or(|own| own == namespace))
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    const ASSOCIATION: &str = r#"{"association": {"clusterName": "prod", "namespace": "payments", "serviceAccount": "api", "roleArn": "arn:aws:iam::111122223333:role/x"}}"#;

    fn account(namespace: &str, name: &str, role: &str) -> String {
        let annotations =
            if role.is_empty() { String::new() } else { format!(r#", "annotations": {{"eks.amazonaws.com/role-arn": "{role}"}}"#) };
        format!(
            r#"{{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {{"name": "{name}", "namespace": "{namespace}"{annotations}}}}}"#
        )
    }

    fn found(files: &[&str]) -> usize {
        let named: Vec<(String, &str)> = files.iter().enumerate().map(|(n, text)| (format!("{n}.json"), *text)).collect();
        let files: Vec<(&str, &str)> = named.iter().map(|(name, text)| (name.as_str(), *text)).collect();
        of_rule(&check(&files), "association-account-absent").len()
    }

    #[test]
    fn only_a_full_list_or_a_near_miss_counts() {
        assert_eq!(found(&[ASSOCIATION]), 0);
        assert_eq!(found(&[ASSOCIATION, &account("payments", "api", "")]), 0);
        assert_eq!(found(&[ASSOCIATION, &account("other", "something-else", "")]), 0);
        assert_eq!(found(&[ASSOCIATION, &account("other", "api", "")]), 1);
        assert_eq!(found(&[ASSOCIATION, &account("other", "api", "arn:aws:iam::111122223333:role/own")]), 0, "it has a role of its own");
        let own = ASSOCIATION.replace("payments", "other");
        assert_eq!(found(&[ASSOCIATION, &own, &account("other", "api", "")]), 0, "it has an association of its own");
        let elsewhere = ASSOCIATION.replace("\"prod\"", "\"test\"").replace("payments", "x");
        assert_eq!(found(&[ASSOCIATION, &elsewhere, &account("other", "api", "")]), 0, "two clusters");
    }
}
