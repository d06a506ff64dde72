//! A role trusts another cluster than the run's.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::estate::Link;
use irsa_lint_core::policy::spelling::distance;
use irsa_lint_core::policy::{Effect, Principal, PrincipalKind, ProviderArn};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::syntax::Place;

declare_rule! {
    /// A role trusts another issuer than the one of the given cluster.
    ///
    /// ## Why is this bad?
    ///
    /// Each EKS cluster has its own issuer, and a re-created cluster gets a new one. A role that trusts the old issuer, or one in another
    /// region, admits none of the cluster's ServiceAccounts. The role may also belong to another cluster; this is reported as info, and
    /// only if the files contain one role and one cluster.
    ///
    /// ## Severity
    ///
    /// Warning if the two issuers differ only slightly. Info if they have nothing in common: the role may belong to another cluster.
    ///
    /// ## How to fix it
    ///
    /// Write the cluster's issuer in the principal and in every condition key, and create the provider for it if it is missing.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Assign IAM roles to Kubernetes service accounts"
    ///
    /// ```yaml fail
    /// # file: cluster.json
    /// {"cluster": {"name": "demo", "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/demo", "identity": {"oidc": {
    ///   "issuer": "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"}}}}
    /// # file: trust-policy.json
    /// {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///   "Condition": {"StringEquals": {
    ///     "oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///     "oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"}}}]}
    /// ```
    ///
    /// ```yaml pass
    /// # file: cluster.json
    /// {"cluster": {"name": "demo", "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/demo", "identity": {"oidc": {
    ///   "issuer": "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"}}}}
    /// # file: trust-policy.json
    /// {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///   "Condition": {"StringEquals": {
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"}}}]}
    /// ```
    pub ClusterIssuerDiffers { id: "cluster-issuer-differs", severity: Warning, family: "link", fix: None }
}

impl Rule for ClusterIssuerDiffers {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        let Some(cluster) = role.view.estate.cluster_issuer().value().filter(|issuer| id(issuer).is_some()) else { return };
        // A ServiceAccount that names the role says more.
        if !role.view.estate.accounts_of(role.id).is_empty() {
            return;
        }
        let allows = role.policy.statements.iter().filter(|statement| statement.effect == Effect::Allow);
        let trusted: Vec<(&Principal, &str)> =
            allows.flat_map(|statement| &statement.principals.list).filter_map(|principal| Some((principal, issuer(principal)?))).collect();
        if trusted.iter().any(|(_, issuer)| issuer == cluster) {
            return;
        }
        let near = trusted.iter().find(|(_, issuer)| is_near(issuer, cluster));
        let alone = role.view.estate.documents().roles.len() == 1;
        let Some((principal, issuer)) = near.or_else(|| trusted.first().filter(|_| alone)) else { return };
        // That the provider differs is told with the provider.
        if near.is_some() && matches!(role.view.estate.provider_of(issuer, role.account()), Link::Missing { .. }) && shows_providers(role) {
            return;
        }
        let severity = if near.is_some() { Severity::Warning } else { Severity::Info };
        let message = format!("{} trusts the cluster `{issuer}`, but the given cluster is `{cluster}`", role.name());
        let place = Place { span: principal.value.span, pointer: principal.pointer.clone() };
        let report = out.report(&Self::META, place, message).severity(severity).help(format!(
            "write `{cluster}` in the principal and in every condition key, unless the role is for another cluster (a re-created cluster has a new issuer)"
        ));
        match role.view.estate.cluster_of(cluster).to().and_then(|id| role.view.estate.cluster(id)) {
            Some(cluster) => report.related(cluster.place.clone(), "the cluster").done(),
            None => report.done(),
        }
    }
}

fn shows_providers(role: &RoleView<'_>) -> bool {
    !role.view.estate.documents().providers.is_empty()
}

/// The EKS issuer that a principal names.
fn issuer(principal: &Principal) -> Option<&str> {
    let federated = Some(principal.value.as_str()).filter(|_| principal.kind == PrincipalKind::Federated)?;
    ProviderArn::parse(federated).map(|arn| arn.issuer).filter(|issuer| id(issuer).is_some())
}

/// The id of an EKS cluster's issuer.
fn id(issuer: &str) -> Option<&str> {
    issuer.split_once("/id/").filter(|(host, _)| host.starts_with("oidc.eks.") || host.starts_with("oidc-eks.")).map(|(_, id)| id)
}

/// Whether one is the other but for the region, the letter case or a letter or two.
fn is_near(a: &str, b: &str) -> bool {
    let same_id = id(a).zip(id(b)).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b));
    same_id || (a.len().abs_diff(b.len()) <= 2 && distance(a, b) <= 2)
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, check, of_rule, policy};

    fn found(issuer: &str, more: &[(&str, &str)]) -> Vec<&'static str> {
        let trust = policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b", "ISSUER:aud": "sts.amazonaws.com"}}"#);
        let cluster = format!(
            r#"{{"cluster": {{"name": "demo", "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/demo", "identity": {{"oidc": {{"issuer": "https://{issuer}"}}}}}}}}"#
        );
        let mut files = vec![("p.json", trust.as_str()), ("cluster.json", cluster.as_str())];
        files.extend(more);
        of_rule(&check(&files), "cluster-issuer-differs").iter().map(|d| d.severity.name()).collect()
    }

    #[test]
    fn a_near_miss_is_worse_than_another_cluster() {
        assert!(found(ISSUER, &[]).is_empty());
        assert_eq!(found(&ISSUER.replace("eu-west-1", "eu-west-2"), &[]), ["warning"]);
        assert_eq!(found(&ISSUER.replace("3041E", "3041F"), &[]), ["warning"]);
        let other = "oidc.eks.eu-west-1.amazonaws.com/id/AAAABBBBCCCCDDDD0000111122223333";
        assert_eq!(found(other, &[]), ["info"]);
        let second = policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:c", "ISSUER:aud": "sts.amazonaws.com"}}"#);
        assert!(found(other, &[("q.json", &second)]).is_empty(), "roles of several clusters are a matter of course");
    }

    #[test]
    fn other_issuers_have_no_cluster() {
        let github = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com", "token.actions.githubusercontent.com:sub": "repo:acme-example/app:ref:refs/heads/main"}}}]}"#;
        let cluster = r#"{"cluster": {"name": "demo", "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/demo", "identity": {"oidc": {"issuer": "https://oidc.eks.eu-west-1.amazonaws.com/id/AAAABBBBCCCCDDDD0000111122223333"}}}}"#;
        assert!(of_rule(&check(&[("p.json", github), ("cluster.json", cluster)]), "cluster-issuer-differs").is_empty());
    }
}
