//! A role admits a ServiceAccount that the cluster does not have.

use irsa_lint_core::declare_rule;
use irsa_lint_core::estate::Link;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::cluster_roles::of_listed_cluster;
use crate::trust::kubernetes::parts;
use crate::trust::wide::subject_place;

declare_rule! {
    /// A role admits a ServiceAccount that does not exist in the cluster.
    ///
    /// ## Why is this bad?
    ///
    /// Either the name in the subject is misspelt, and the workload that should have the role cannot get it. Or the ServiceAccount was
    /// deleted, and whoever can create one of that name gets the role. This is reported only if the files list all ServiceAccounts
    /// (`kubectl get serviceaccounts -A`).
    ///
    /// ## Severity
    ///
    /// Info: the ServiceAccount may not exist yet, or the role may soon be deleted.
    ///
    /// ## How to fix it
    ///
    /// Name an existing ServiceAccount, or remove the subject from the trust policy.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Assign IAM roles to Kubernetes service accounts"
    ///
    /// ```yaml fail
    /// # file: serviceaccounts.json
    /// {"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": [
    ///   {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": "kube-system", "uid": "1"}},
    ///   {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": "payments", "uid": "2"}}]}
    /// # file: trust-policy.json
    /// {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///   "Condition": {"StringEquals": {
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"}}}]}
    /// ```
    ///
    /// ```yaml pass
    /// # file: serviceaccount.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: default, namespace: payments}
    /// # file: trust-policy.json
    /// {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///   "Condition": {"StringEquals": {
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"}}}]}
    /// ```
    pub SubjectWithoutServiceAccount { id: "subject-without-service-account", severity: Info, family: "link", fix: None }
}

impl Rule for SubjectWithoutServiceAccount {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        for (role, issuer) in of_listed_cluster(view) {
            for grant in &issuer.grants {
                for subject in grant.subjects().as_literals().unwrap_or_default() {
                    let Some((namespace, name)) = parts(subject) else { continue };
                    if !matches!(view.estate.service_account_named(Some(namespace), name), Link::Missing { .. }) {
                        continue;
                    }
                    let near = view.estate.near_service_accounts(Some(namespace), name);
                    let near = near.iter().find_map(|miss| view.estate.service_account(miss.account));
                    let help = match near {
                        Some(near) => {
                            format!("write the subject of `{}` if that is the right one, or remove the subject", near.display_name())
                        }
                        None => "name an existing ServiceAccount, or remove the subject".to_owned(),
                    };
                    let message =
                        format!("{} admits ServiceAccount `{namespace}/{name}`, which does not exist in the cluster", role.name());
                    out.report(&Self::META, subject_place(&role, issuer, grant, subject), message).help(help).done();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule, policy};

    fn list(accounts: &[(&str, &str)]) -> String {
        let items: Vec<String> = accounts
            .iter()
            .map(|(namespace, name)| {
                format!(
                    r#"{{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {{"name": "{name}", "namespace": "{namespace}", "uid": "1"}}}}"#
                )
            })
            .collect();
        format!(r#"{{"apiVersion": "v1", "kind": "List", "metadata": {{"resourceVersion": ""}}, "items": [{}]}}"#, items.join(", "))
    }

    #[test]
    fn of_the_listed_cluster_alone() {
        let trust = policy(
            r#"{"StringLike": {"ISSUER:sub": "system:serviceaccount:prod:app"}, "StringEquals": {"ISSUER:aud": "sts.amazonaws.com"}}"#,
        );
        let found = |list: &str, more: &[(&str, &str)]| {
            let mut files = vec![("list.json", list), ("p.json", trust.as_str())];
            files.extend(more);
            of_rule(&check(&files), "subject-without-service-account").len()
        };
        let without = list(&[("prod", "default"), ("dev", "app")]);
        assert_eq!(found(&without, &[]), 1);
        assert_eq!(found(&list(&[("prod", "app"), ("dev", "app")]), &[]), 0);
        assert_eq!(found(&list(&[("prod", "default")]), &[]), 0, "perhaps a list of one namespace");
        let other = r#"{"cluster": {"name": "other", "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/other", "identity": {"oidc": {"issuer": "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLEAAAA4633E53DE1B716D304AAA"}}}}"#;
        assert_eq!(found(&without, &[("cluster.json", other)]), 0, "the role is for another cluster");
        let second = trust.replace("EXAMPLED539D4633E53DE1B716D3041E", "EXAMPLEAAAA4633E53DE1B716D304AAA");
        assert_eq!(found(&without, &[("q.json", &second)]), 0, "of which cluster the list is cannot be told");
    }
}
