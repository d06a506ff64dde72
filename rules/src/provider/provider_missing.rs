//! A role trusts a provider that its account does not have.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::document::model::{Cluster, Listed, OidcProvider, Place};
use irsa_lint_core::estate::Link;
use irsa_lint_core::policy::spelling::distance;
use irsa_lint_core::policy::{Effect, PrincipalKind, ProviderArn};
use irsa_lint_core::provider::Kind;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta, View};
use smol_str::SmolStr;

declare_rule! {
    /// A role trusts an OIDC provider that does not exist.
    ///
    /// ## Why is this bad?
    ///
    /// IAM stores the trust policy without checking that the provider exists. Without it STS cannot verify any token of the issuer, and
    /// every call fails with `InvalidIdentityToken: No OpenIDConnect provider found in your account`.
    ///
    /// ## Severity
    ///
    /// Error: every call fails. Warning if Terraform creates the cluster but no provider for it: the provider may be created elsewhere.
    ///
    /// ## How to fix it
    ///
    /// Create the provider for exactly this issuer in the role's account, or correct the ARN. This is reported only if the files list all
    /// providers of the account, contain one with nearly the same issuer, or create the cluster.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Create an IAM OIDC provider for your cluster"
    ///
    /// ```json fail at=/Statement/0/Principal/Federated
    /// # file: policy.json
    /// {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///   "Condition": {"StringEquals": {
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"}}}]}
    /// # file: providers.json
    /// {"OpenIDConnectProviderList": [{"Arn": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}]}
    /// ```
    ///
    /// ```json pass
    /// # file: policy.json
    /// {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///   "Condition": {"StringEquals": {
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"}}}]}
    /// # file: provider.json
    /// {"Url": "token.actions.githubusercontent.com", "ClientIDList": ["sts.amazonaws.com"]}
    /// ```
    pub ProviderMissing { id: "provider-missing", severity: Error, family: "provider", fix: None }
}

impl Rule for ProviderMissing {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        let documents = role.view.estate.documents();
        let lists_providers = documents.full_lists.iter().any(|list| list.of == Listed::Providers);
        if documents.providers.is_empty() && documents.clusters.is_empty() && !lists_providers {
            return;
        }
        let mut told: Vec<&str> = Vec::new();
        for statement in role.policy.statements.iter().filter(|statement| statement.effect == Effect::Allow) {
            for principal in statement.principals.list.iter().filter(|p| p.kind == PrincipalKind::Federated) {
                let Some(arn) = ProviderArn::parse(&principal.value.text).filter(|arn| !told.contains(&arn.issuer)) else { continue };
                let place = Place { span: principal.value.span, pointer: principal.pointer.clone() };
                if judge(role, &arn, place, out) {
                    told.push(arn.issuer);
                }
            }
        }
    }
}

fn judge(role: &RoleView<'_>, arn: &ProviderArn<'_>, place: Place, out: &mut Findings) -> bool {
    let (view, issuer, account) = (&role.view, arn.issuer, arn.account);
    if !matches!(view.estate.provider_of(issuer, Some(account)), Link::Missing { .. }) {
        return false;
    }
    let near = near(issuer, account, view);
    let report = |message: String, help: String, severity: Severity, related: Option<(Place, String)>, out: &mut Findings| {
        let mut report = out.report(&ProviderMissing::META, place.clone(), message).help(help).severity(severity);
        if let Some((place, message)) = related {
            report = report.related(place, message);
        }
        report.done();
    };
    let name = role.name();
    if let Some((provider, own)) = near {
        let message =
            format!("{name} trusts the provider of `{issuer}`, but the existing provider is for `{own}`: STS treats them as two issuers");
        let at = url_place(provider);
        report(
            message,
            format!("use the `iss` of a token in both the trust policy and the provider: either `{own}` or `{issuer}`"),
            Severity::Error,
            Some((at, "the provider".to_owned())),
            out,
        );
    } else if view.estate.lists(Listed::Providers, Some(account)) {
        let message = format!("{name} trusts the provider of `{issuer}`, which account {account} does not have");
        let help = match elsewhere(issuer, view) {
            Some((_, elsewhere)) => both_ways(issuer, account, elsewhere),
            None => format!("{}, or correct the principal", created(issuer, account, view)),
        };
        report(message, help, Severity::Error, None, out);
    } else if let Some(cluster) = made_here(issuer, view) {
        let message = format!(
            "{name} trusts the provider of `{issuer}`, but Terraform creates only that cluster and no `aws_iam_openid_connect_provider` for it"
        );
        let help = format!(
            "add an `aws_iam_openid_connect_provider` with the URL `https://{issuer}` (in the eks module: `enable_irsa = true`), unless it is created elsewhere"
        );
        report(message, help, Severity::Warning, Some((cluster.place.clone(), "the cluster".to_owned())), out);
    } else if let Some((provider, elsewhere)) = elsewhere(issuer, view) {
        let message =
            format!("{name} trusts a provider of `{issuer}` in account {account}, but these files only contain one in account {elsewhere}");
        report(
            message,
            both_ways(issuer, account, elsewhere),
            Severity::Warning,
            Some((provider.place.clone(), "the provider".to_owned())),
            out,
        );
    } else {
        return false;
    }
    true
}

/// How to create a cluster's provider; of another issuer nobody knows here which audience it needs.
#[must_use]
pub fn created(issuer: &str, account: &str, view: &View<'_>) -> String {
    let is_cluster = view.issuers.provider_of(issuer).is_some_and(|known| known.kind == Kind::Kubernetes);
    let command = if is_cluster {
        format!(" (`aws iam create-open-id-connect-provider --url https://{issuer} --client-id-list sts.amazonaws.com`)")
    } else {
        String::new()
    };
    format!("create a provider for `https://{issuer}` in account {account}{command}")
}

/// Where a provider's URL stands.
fn url_place(provider: &OidcProvider) -> Place {
    let url = provider.url.as_ref();
    url.map_or_else(|| provider.place.clone(), |url| Place { span: url.span, pointer: provider.place.pointer.clone() })
}

/// The two ways from a cluster of one account to a role of another.
#[must_use]
pub fn both_ways(issuer: &str, account: &str, elsewhere: &str) -> String {
    format!(
        "also create a provider for `https://{issuer}` in account {account}; or give the Pods a role in account {elsewhere} and let that role assume this one"
    )
}

/// The provider of the same cluster in another account, and that account.
#[must_use]
pub fn elsewhere<'v>(issuer: &str, view: &View<'v>) -> Option<(&'v OidcProvider, &'v str)> {
    let is_cluster = view.issuers.provider_of(issuer).is_some_and(|known| known.kind == Kind::Kubernetes);
    let mut same = view.estate.documents().providers.iter().filter(|own| is_cluster && own.issuer.value().is_some_and(|own| own == issuer));
    same.find_map(|provider| Some((provider, ProviderArn::parse(provider.arn.value()?)?.account)))
}

/// A provider of the run that may have been meant: its issuer differs in a slash at the end, letter case, the region or a letter or two.
#[must_use]
pub fn near<'v>(issuer: &str, account: &str, view: &View<'v>) -> Option<(&'v OidcProvider, &'v SmolStr)> {
    let plain = |text: &str| text.trim_end_matches('/').to_ascii_lowercase();
    let id = |text: &str| text.rsplit_once("/id/").map(|(_, id)| id.to_owned());
    let own = plain(issuer);
    let candidates = view.estate.documents().providers.iter().filter_map(|provider| {
        let here = provider.arn.value().and_then(|arn| ProviderArn::parse(arn)).is_none_or(|arn| arn.account == account);
        Some((provider, provider.issuer.value().filter(|_| here)?))
    });
    candidates.into_iter().find(|(_, other)| {
        let text = plain(other);
        let same_id = id(&own).is_some_and(|own| id(&text) == Some(own));
        *other != issuer
            && (text == own || same_id || (own.len().abs_diff(text.len()) <= 2 && own.len() > 12 && distance(&own, &text) <= 2))
    })
}

/// The cluster of an issuer, if a Terraform plan of the run makes it.
fn made_here<'v>(issuer: &str, view: &View<'v>) -> Option<&'v Cluster> {
    let clusters = &view.estate.documents().clusters;
    clusters.iter().find(|cluster| {
        cluster.origin.is_terraform() && cluster.address.is_some() && cluster.issuer.value().is_some_and(|own| own == issuer)
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, check, of_rule, policy};

    fn found(more: &str) -> usize {
        let trust = policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:prod:app", "ISSUER:aud": "sts.amazonaws.com"}}"#);
        of_rule(&check(&[("policy.json", &trust), ("more.json", more)]), "provider-missing").len()
    }

    fn list(account: &str, issuer: &str) -> String {
        format!(r#"{{"OpenIDConnectProviderList": [{{"Arn": "arn:aws:iam::{account}:oidc-provider/{issuer}"}}]}}"#)
    }

    fn one(issuer: &str) -> String {
        format!(r#"{{"Url": "{issuer}", "ClientIDList": ["sts.amazonaws.com"]}}"#)
    }

    #[test]
    fn a_list_shows_what_is_missing() {
        assert_eq!(found(&list("111122223333", ISSUER)), 0);
        assert_eq!(found(&list("111122223333", "token.actions.githubusercontent.com")), 1);
        assert_eq!(found(&list("444455556666", ISSUER)), 1, "the cluster's provider is in another account");
        assert_eq!(found(&list("444455556666", "token.actions.githubusercontent.com")), 0, "the list of another account");
        let both =
            list("444455556666", ISSUER).replace("]}", &format!(r#", {{"Arn": "arn:aws:iam::111122223333:oidc-provider/{ISSUER}"}}]}}"#));
        assert_eq!(found(&both), 0, "it is in both");
    }

    #[test]
    fn a_near_issuer_is_told() {
        assert_eq!(found(&one(ISSUER)), 0);
        assert_eq!(found(&one(&format!("{ISSUER}/"))), 1);
        assert_eq!(found(&one(&ISSUER.replace("eu-west-1", "us-east-1"))), 1);
        assert_eq!(found(&one(&ISSUER.replace("3041E", "3041F"))), 1);
        assert_eq!(found(&one("oidc.eks.eu-west-1.amazonaws.com/id/AAAABBBBCCCCDDDD00001111222233334")), 0, "another cluster's");
    }
}
