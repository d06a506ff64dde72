//! A provider does not register the audience of the tokens that ServiceAccounts bring.

use irsa_lint_core::admission::fault::audience_mistake;
use irsa_lint_core::admission::key;
use irsa_lint_core::admission::words::listed;
use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{AUDIENCE, DEFAULT_AUDIENCE, OidcProvider, Place, ServiceAccount};
use irsa_lint_core::estate::{Link, ProviderId, ServiceAccountId};
use irsa_lint_core::policy::Condition;
use irsa_lint_core::provider::Kind;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Scalar;
use smol_str::SmolStr;

use crate::objects::pairing::Caller;
use crate::objects::role_arn::{RoleArn, read};

declare_rule! {
    /// The cluster's OIDC provider does not list the audience of its ServiceAccounts' tokens.
    ///
    /// ## Why is this bad?
    ///
    /// STS compares the token's audience with the provider's client ids before it reads any trust policy. The audience is not among them,
    /// so every call fails with `InvalidIdentityToken: Incorrect token audience`. EKS tokens have `sts.amazonaws.com` everywhere,
    /// including China.
    ///
    /// ## Severity
    ///
    /// Error: every call of every Pod of the cluster fails.
    ///
    /// ## How to fix it
    ///
    /// Add the audience: `aws iam add-client-id-to-open-id-connect-provider --client-id sts.amazonaws.com`.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Create an IAM OIDC provider for your cluster"
    /// - IAM API Reference, AddClientIDToOpenIDConnectProvider
    ///
    /// ```yaml fail at=/ClientIDList/0
    /// # file: serviceaccount.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations: {eks.amazonaws.com/role-arn: "arn:aws-cn:iam::111122223333:role/payments"}
    /// # file: provider.json
    /// {"Url": "oidc.eks.cn-north-1.amazonaws.com.cn/id/EXAMPLED539D4633E53DE1B716D3041E", "ClientIDList": ["sts.amazonaws.com.cn"]}
    /// ```
    ///
    /// ```yaml pass
    /// # file: serviceaccount.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations: {eks.amazonaws.com/role-arn: "arn:aws-cn:iam::111122223333:role/payments"}
    /// # file: provider.json
    /// {"Url": "oidc.eks.cn-north-1.amazonaws.com.cn/id/EXAMPLED539D4633E53DE1B716D3041E", "ClientIDList": ["sts.amazonaws.com"]}
    /// ```
    pub ClientIdMissing { id: "client-id-missing", severity: Error, family: "provider", fix: None }
}

impl Rule for ClientIdMissing {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn provider(&self, _id: ProviderId, provider: &OidcProvider, view: &View<'_>, out: &mut Findings) {
        let (Some(ids), Some(issuer)) = (provider.client_ids.value(), provider.issuer.value()) else { return };
        if !is_cluster(issuer, view) {
            return;
        }
        let lacks = |audience: &str| !ids.iter().any(|id| id.text == audience);
        let sole = view.estate.providers().all(|(_, other)| other.issuer.value().is_none_or(|own| own == issuer || !is_cluster(own, view)));
        let mut told: Vec<&str> = Vec::new();
        for (id, account) in view.estate.service_accounts() {
            let Some(audience) = Caller::of(account, view).and_then(|caller| caller.audience) else { continue };
            if !lacks(audience) || told.contains(&audience) || !comes_through(id, account, issuer, sole, view) {
                continue;
            }
            told.push(audience);
            let registered = listed(ids.iter().map(|id| id.as_str()), 3);
            let message = format!(
                "the provider of `{issuer}` only accepts {registered}, but the tokens of ServiceAccount `{}` have the audience `{audience}`",
                account.display_name()
            );
            out.report(&Self::META, list_place(provider, ids), message)
                .help(added(audience, provider, ""))
                .related(account.place.clone(), "this ServiceAccount's tokens need the provider")
                .done();
        }
        // Where no ServiceAccount asks for another audience, EKS's own is the one that all tokens have.
        let other_asked = view.estate.service_accounts().any(|(_, account)| account.annotation(AUDIENCE).is_some());
        if told.is_empty() && !other_asked {
            default_missing(provider, issuer, ids, view, out);
        }
    }
}

/// How to register an audience: in the source where Terraform makes the provider, else with a command.
fn added(audience: &str, provider: &OidcProvider, unless: &str) -> String {
    match provider.arn.value().filter(|_| provider.address.is_none()) {
        Some(arn) => format!(
            "add `{audience}` to the provider's client ids{unless}: `aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn {arn} --client-id {audience}`"
        ),
        None => format!("add `{audience}` to the provider's client ids{unless}"),
    }
}

/// Where the client ids stand.
fn list_place(provider: &OidcProvider, ids: &[Scalar]) -> Place {
    match ids.first().filter(|_| provider.address.is_none()) {
        Some(first) => Place { span: first.span, pointer: provider.place.pointer.key("ClientIDList").index(0) },
        None => provider.place.clone(),
    }
}

/// Where no ServiceAccount says which audience its tokens have, it is EKS's own, unless something in the run asks for a registered one.
fn default_missing(provider: &OidcProvider, issuer: &SmolStr, ids: &[Scalar], view: &View<'_>, out: &mut Findings) {
    let Some(known) = view.issuers.provider_of(issuer).filter(|known| known.id.starts_with("eks")) else { return };
    if ids.iter().any(|id| id.text == DEFAULT_AUDIENCE || is_asked_for(&id.text, issuer, view)) {
        return;
    }
    // Where the run shows no ServiceAccount, a misspelt audience is `wrong-audience`'s affair.
    let told_elsewhere = view.estate.documents().service_accounts.is_empty();
    let misspelt = |id: &Scalar| audience_mistake(&id.text, issuer, Some(known)).is_some_and(|(_, _, certain)| certain);
    if told_elsewhere && !ids.is_empty() && ids.iter().all(misspelt) {
        return;
    }
    let registered = listed(ids.iter().map(|id| id.as_str()), 3);
    let registered = if ids.is_empty() { "none".to_owned() } else { registered };
    let message =
        format!("the provider of `{issuer}` does not list `{DEFAULT_AUDIENCE}`, the audience of EKS tokens (its client ids: {registered})");
    out.report(&ClientIdMissing::META, list_place(provider, ids), message)
        .help(added(DEFAULT_AUDIENCE, provider, ", unless every ServiceAccount sets another audience with an annotation"))
        .done();
}

/// Whether a Pod mounts tokens of this audience, or a role asks for it.
fn is_asked_for(audience: &str, issuer: &SmolStr, view: &View<'_>) -> bool {
    let documents = view.estate.documents();
    let mounted = documents.workloads.iter().flat_map(|workload| &workload.tokens);
    let mut mounted = mounted.filter_map(|token| token.audience.as_ref());
    let asks = |condition: &Condition| {
        let claim = key::claim_of(&condition.key.text, issuer);
        claim.is_some_and(|claim| claim.eq_ignore_ascii_case(key::AUD)) && condition.values.iter().any(|value| value.text == audience)
    };
    let policies = documents.roles.iter().filter_map(|role| role.trust.policy());
    mounted.any(|own| own.text == audience) || policies.flat_map(|p| &p.statements).flat_map(|s| &s.conditions).any(asks)
}

fn is_cluster(issuer: &SmolStr, view: &View<'_>) -> bool {
    view.estate.cluster_issuer().value() == Some(issuer)
        || view.issuers.provider_of(issuer).is_some_and(|provider| provider.kind == Kind::Kubernetes)
}

/// Whether a ServiceAccount's tokens come through the provider: its role trusts it, or it is the run's only one and the role is not known.
fn comes_through(id: ServiceAccountId, account: &ServiceAccount, issuer: &SmolStr, sole: bool, view: &View<'_>) -> bool {
    let names_role =
        account.role_arn().and_then(|annotation| annotation.value.value()).is_some_and(|arn| matches!(read(&arn.text), RoleArn::Role(_)));
    if !names_role || view.estate.association_of(id).to().is_some() {
        return false;
    }
    match view.estate.role_of(id) {
        Link::To(role) => {
            view.analysis(*role).is_some_and(|analysis| analysis.admission.issuers.iter().any(|own| own.issuer.as_ref() == Some(issuer)))
        }
        Link::Missing { .. } => sole,
        Link::Ambiguous(_) | Link::Unknown(_) | Link::None => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, check, of_rule};

    fn found(ids: &str, audience: &str, more: &[(&str, &str)]) -> usize {
        let audience = if audience.is_empty() { String::new() } else { format!(", eks.amazonaws.com/audience: {audience}") };
        let account = format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: app, namespace: prod, annotations: {{eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/app'{audience}}}}}\n"
        );
        let provider = format!(r#"{{"Url": "{ISSUER}", "ClientIDList": {ids}}}"#);
        let mut files = vec![("sa.yaml", account.as_str()), ("provider.json", provider.as_str())];
        files.extend(more);
        of_rule(&check(&files), "client-id-missing").len()
    }

    #[test]
    fn asks_for_the_audience_of_each_account() {
        assert_eq!(found(r#"["sts.amazonaws.com"]"#, "", &[]), 0);
        assert_eq!(found(r#"["sts.amazonaws.com"]"#, "vault", &[]), 1);
        assert_eq!(found(r#"["sts.amazonaws.com", "vault"]"#, "vault", &[]), 0);
        let other =
            r#"{"Url": "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLEAAAA4633E53DE1B716D304AAA", "ClientIDList": ["sts.amazonaws.com"]}"#;
        assert_eq!(found(r#"["other"]"#, "", &[("other.json", other)]), 1, "nobody asks for another audience");
        assert_eq!(found(r#"["other"]"#, "vault", &[("other.json", other)]), 0, "which provider it is cannot be told");
    }

    #[test]
    fn an_eks_provider_needs_the_default_unless_another_is_asked_for() {
        let alone = |ids: &str, more: &[(&str, &str)]| {
            let provider = format!(r#"{{"Url": "{ISSUER}", "ClientIDList": {ids}}}"#);
            let mut files = vec![("provider.json", provider.as_str())];
            files.extend(more);
            of_rule(&check(&files), "client-id-missing").len()
        };
        assert_eq!(alone(r#"["sts.amazonaws.com"]"#, &[]), 0);
        assert_eq!(alone("[]", &[]), 1);
        assert_eq!(alone(r#"["acme"]"#, &[]), 1);
        assert_eq!(alone(r#"["sts.amazonaws.com.cn"]"#, &[]), 0, "said as a wrong audience");
        let asks = crate::testing::policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b", "ISSUER:aud": "acme"}}"#);
        assert_eq!(alone(r#"["acme"]"#, &[("p.json", &asks)]), 0);
        let pod = "kind: Pod\nmetadata: {name: p}\nspec: {volumes: [{name: t, projected: {sources: [{serviceAccountToken: {audience: acme, path: t}}]}}]}\n";
        assert_eq!(alone(r#"["acme"]"#, &[("p.yaml", pod)]), 0);
        let other = r#"{"Url": "idp.example.com", "ClientIDList": ["acme"]}"#;
        assert_eq!(alone(r#"["sts.amazonaws.com"]"#, &[("o.json", other)]), 0);
    }
}
