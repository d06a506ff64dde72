//! ServiceAccounts name roles of an account that has no provider for their cluster.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{Listed, ServiceAccount};
use irsa_lint_core::estate::{Link, ServiceAccountId};
use irsa_lint_core::policy::Arn;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::role_arn::{RoleArn, place, read, value};
use crate::provider::provider_missing::{both_ways, created, elsewhere, near};

declare_rule! {
    /// A ServiceAccount names a role in an account that has no OIDC provider for its cluster.
    ///
    /// ## Why is this bad?
    ///
    /// STS looks for the token's issuer among the providers of the role's own account. Either the cluster was re-created and has a new
    /// issuer, or the role is in another account than the provider. Calls fail with `InvalidIdentityToken: No OpenIDConnect provider found
    /// in your account`.
    ///
    /// ## Severity
    ///
    /// Error: every call of the Pod fails.
    ///
    /// ## How to fix it
    ///
    /// Create a provider for the cluster's issuer in the role's account. For a role in another account there is a second way: give the
    /// Pods a role in the cluster's account, and let that role assume the other one.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Create an IAM OIDC provider for your cluster"
    /// - EKS User Guide, "Authenticate to another account with IRSA"
    ///
    /// ```yaml fail
    /// # file: serviceaccount.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: api, namespace: payments, annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/api"}}
    /// # file: cluster.json
    /// {"cluster": {"name": "demo", "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/demo", "identity": {"oidc": {
    ///   "issuer": "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"}}}}
    /// # file: providers.json
    /// {"OpenIDConnectProviderList": [{"Arn": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}]}
    /// ```
    ///
    /// ```yaml pass
    /// # file: serviceaccount.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: api, namespace: payments, annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/api"}}
    /// # file: cluster.json
    /// {"cluster": {"name": "demo", "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/demo", "identity": {"oidc": {
    ///   "issuer": "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"}}}}
    /// # file: providers.json
    /// {"OpenIDConnectProviderList": [
    ///   {"Arn": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"}]}
    /// ```
    pub ClusterWithoutProvider { id: "cluster-without-provider", severity: Error, family: "provider", fix: None }
}

impl Rule for ClusterWithoutProvider {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        let Some(issuer) = view.estate.cluster_issuer().value() else { return };
        let mut seen: Vec<&str> = Vec::new();
        for (id, account) in view.estate.service_accounts() {
            let Some(arn) = role_alone(id, account, view).filter(|arn| !seen.contains(&arn.account)) else { continue };
            seen.push(arn.account);
            if !matches!(view.estate.provider_of(issuer, Some(arn.account)), Link::Missing { .. }) {
                continue;
            }
            let near = near(issuer, arn.account, view);
            if near.is_none() && !view.estate.lists(Listed::Providers, Some(arn.account)) {
                continue;
            }
            let who = account.display_name();
            let what = match near {
                Some((_, own)) => format!("the existing provider is for `{own}`"),
                None => format!("account {} has no provider for it", arn.account),
            };
            let message = format!("the tokens of ServiceAccount `{who}` come from `{issuer}`, but {what}, so STS refuses them");
            let help = match elsewhere(issuer, view) {
                Some((_, elsewhere)) if elsewhere != arn.account => both_ways(issuer, arn.account, elsewhere),
                _ => created(issuer, arn.account, view),
            };
            let Some(annotation) = account.role_arn() else { continue };
            let report = out.report(&Self::META, place(annotation), message).help(help);
            match near {
                Some((provider, _)) => report.related(provider.place.clone(), "the provider").done(),
                None => report.done(),
            }
        }
    }
}

/// The role that a ServiceAccount names, if the run does not show its trust policy: else other rules compare that with the provider.
fn role_alone<'a>(id: ServiceAccountId, account: &'a ServiceAccount, view: &View<'_>) -> Option<Arn<'a>> {
    let (written, _) = value(account.role_arn()?)?;
    let shown = view.estate.role_of(id).to().and_then(|role| view.estate.role(role)).is_some_and(|role| role.trust.policy().is_some());
    match read(&written.text) {
        RoleArn::Role(arn) if !shown && view.estate.association_of(id).to().is_none() => Some(arn),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, check, of_rule};

    fn found(account: &str, more: &[(&str, &str)]) -> usize {
        helps(account, more).len()
    }

    fn helps(account: &str, more: &[(&str, &str)]) -> Vec<String> {
        let service_account = format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: a, namespace: n, annotations: {{eks.amazonaws.com/role-arn: 'arn:aws:iam::{account}:role/a'}}}}\n"
        );
        let cluster = format!(
            r#"{{"cluster": {{"name": "demo", "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/demo", "identity": {{"oidc": {{"issuer": "https://{ISSUER}"}}}}}}}}"#
        );
        let mut files = vec![("sa.yaml", service_account.as_str()), ("cluster.json", cluster.as_str())];
        files.extend(more);
        of_rule(&check(&files), "cluster-without-provider").iter().map(|d| d.help.clone()).collect()
    }

    #[test]
    fn needs_the_list_of_that_account_or_a_near_miss() {
        let list =
            |issuer: &str| format!(r#"{{"OpenIDConnectProviderList": [{{"Arn": "arn:aws:iam::111122223333:oidc-provider/{issuer}"}}]}}"#);
        let own = "111122223333";
        assert_eq!(found(own, &[]), 0);
        assert_eq!(found(own, &[("l.json", &list(ISSUER))]), 0);
        assert_eq!(found(own, &[("l.json", &list("gitlab.com"))]), 1);
        assert_eq!(found("444455556666", &[("l.json", &list("gitlab.com"))]), 0, "the list of another account");
        let theirs = list("gitlab.com").replace("111122223333", "444455556666");
        let both_ways = helps("444455556666", &[("l.json", &list(ISSUER)), ("m.json", &theirs)]);
        assert!(both_ways.len() == 1 && both_ways[0].contains("111122223333"), "the cluster's own account has one: {both_ways:?}");
        let provider = |issuer: &str| format!(r#"{{"Url": "{issuer}", "ClientIDList": ["sts.amazonaws.com"]}}"#);
        assert_eq!(found(own, &[("p.json", &provider("gitlab.com"))]), 0);
        assert_eq!(found(own, &[("p.json", &provider(&ISSUER.replace("eu-west-1", "us-east-1")))]), 1);
    }

    #[test]
    fn a_trust_policy_is_compared_elsewhere() {
        let trust =
            crate::testing::policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:n:a", "ISSUER:aud": "sts.amazonaws.com"}}"#);
        let list = r#"{"OpenIDConnectProviderList": [{"Arn": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"}]}"#;
        assert_eq!(found("111122223333", &[("l.json", list), ("p.json", &trust)]), 0);
    }
}
