//! A role asks for an audience that the issuer's provider does not register.

use irsa_lint_core::admission::language::Language;
use irsa_lint_core::admission::words::listed;
use irsa_lint_core::admission::{IssuerAdmission, key};
use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{Place, Stated};
use irsa_lint_core::policy::{Condition, Statement};
use irsa_lint_core::provider::Kind;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use smol_str::SmolStr;

use crate::objects::workflows::{audience, role_of};
use crate::trust::wide::claim_conditions;

declare_rule! {
    /// A role requires an audience that the OIDC provider in IAM does not list.
    ///
    /// ## Why is this bad?
    ///
    /// A token's audience is checked twice: STS compares it with the client ids of the OIDC provider, and the trust policy compares it
    /// with its condition on `:aud`. If the condition admits none of the client ids, no token passes both checks, and nobody can assume
    /// the role.
    ///
    /// ## Severity
    ///
    /// Error: nobody can assume the role through the statement.
    ///
    /// ## How to fix it
    ///
    /// Look at the audience in a token (`aud`, or `azp` if it has one). Use that one in the condition, and add it to the provider: `aws
    /// iam add-client-id-to-open-id-connect-provider`.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "Available keys for AWS OIDC federation"
    /// - IAM API Reference, AddClientIDToOpenIDConnectProvider
    ///
    /// ```json fail at=/Statement/0/Condition/StringEquals/app.terraform.io:aud
    /// # file: trust-policy.json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/app.terraform.io"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {"app.terraform.io:aud": "sts.amazonaws.com"},
    ///       "StringLike": {"app.terraform.io:sub": "organization:acme-example:project:core:workspace:prod:run_phase:*"}
    ///     }
    ///   }]
    /// }
    /// # file: provider.json
    /// {"Url": "app.terraform.io", "ClientIDList": ["aws.workload.identity"]}
    /// ```
    ///
    /// ```json pass
    /// # file: trust-policy.json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/app.terraform.io"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {"app.terraform.io:aud": "aws.workload.identity"},
    ///       "StringLike": {"app.terraform.io:sub": "organization:acme-example:project:core:workspace:prod:run_phase:*"}
    ///     }
    ///   }]
    /// }
    /// # file: provider.json
    /// {"Url": "app.terraform.io", "ClientIDList": ["aws.workload.identity"]}
    /// ```
    pub AudienceNotRegistered { id: "audience-not-registered", severity: Error, family: "provider", fix: None }
}

impl Rule for AudienceNotRegistered {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        if role.view.estate.providers().next().is_none() {
            return;
        }
        for entry in &role.admission.issuers {
            let Some(issuer) = entry.issuer.as_deref() else { continue };
            let Stated::Is(ids) = role.view.estate.client_ids(role.id, issuer) else { continue };
            for (index, region) in &entry.statements {
                let Some(asked) = region.as_ref().map(|region| region.values(key::AUD)).filter(|asked| !asked.is_all()) else { continue };
                // What no token has at all is said elsewhere.
                let unheard =
                    !asked.is_none() && asked.clone().intersect(Language::literals(ids.iter().cloned())).is_empty(role.budget).is_yes();
                let statement = role.policy.statements.iter().find(|statement| statement.index == *index);
                if let Some(statement) = statement.filter(|_| unheard && !is_said_elsewhere(&asked, entry, role)) {
                    report(statement, entry, issuer, &ids, role, out);
                }
            }
        }
    }
}

/// Whether another rule says it: of a cluster's provider that lacks the audience of the ServiceAccounts, or with the name of the CI job.
fn is_said_elsewhere(asked: &Language, entry: &IssuerAdmission<'_>, role: &RoleView<'_>) -> bool {
    let view = &role.view;
    let is_eks = |id: &str| id.starts_with("eks");
    let has_accounts = view.estate.service_accounts().next().is_some();
    let is_cluster = entry.provider.is_some_and(|provider| provider.kind == Kind::Kubernetes && (has_accounts || is_eks(&provider.id)));
    let known = entry.provider.and_then(|provider| provider.audience.default.as_deref());
    if is_cluster && known.is_some_and(|audience| asked.contains(audience)) {
        return true;
    }
    let steps = view.estate.documents().ci_jobs.iter().flat_map(|job| job.roles.iter().map(move |step| (job, step)));
    let mut of_role = steps.filter(|(job, step)| role_of(job, step, view) == Some(role.id));
    of_role.any(|(_, step)| audience(step).is_some())
}

fn report(statement: &Statement, entry: &IssuerAdmission<'_>, issuer: &str, ids: &[SmolStr], role: &RoleView<'_>, out: &mut Findings) {
    let positive = |condition: &&Condition| condition.known().is_some_and(|operator| !operator.base.is_negated());
    let Some(condition) = claim_conditions(statement, entry, key::AUD).find(positive) else { return };
    let asked = listed(condition.values.iter().map(|value| value.as_str()), 3);
    let message = format!(
        "{} requires the audience {asked}, but the provider of `{issuer}` only lists {}: nobody can assume {} through this statement",
        statement.name(),
        if ids.is_empty() { "none".to_owned() } else { listed(ids.iter().map(SmolStr::as_str), 3) },
        role.name()
    );
    let help = match ids.first() {
        Some(first) => format!("write `{first}` if that is the audience of the tokens; otherwise add {asked} to the provider's client ids"),
        None => format!("add {asked} to the provider's client ids"),
    };
    let place = Place { span: condition.span, pointer: condition.pointer.clone() };
    let mut report = out.report(&AudienceNotRegistered::META, place, message).help(help);
    let provider = role.view.estate.provider_of(issuer, role.account()).to();
    if let Some(provider) = provider.and_then(|id| role.view.estate.provider(id)) {
        report = report.related(provider.place.clone(), "the provider's client ids");
    }
    report.nobody(format!("the statement admits none of the client ids of the provider of `{issuer}`")).done();
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, bad_rules, check, of_rule, policy};

    fn found(audience: &str, ids: &str) -> usize {
        let policy = policy(&format!(r#"{{"StringEquals": {{"ISSUER:sub": "repo:a", "ISSUER:aud": {audience}}}}}"#));
        let policy = policy.replace(ISSUER, "idp.acme-example.com");
        let provider = format!(r#"{{"Url": "idp.acme-example.com", "ClientIDList": {ids}}}"#);
        of_rule(&check(&[("p.json", &policy), ("provider.json", &provider)]), "audience-not-registered").len()
    }

    #[test]
    fn asks_whether_any_registered_audience_is_admitted() {
        assert_eq!(found(r#""proxy""#, r#"["sts.amazonaws.com"]"#), 1);
        assert_eq!(found(r#""proxy""#, "[]"), 1);
        assert_eq!(found(r#"["proxy", "sts.amazonaws.com"]"#, r#"["sts.amazonaws.com", "other"]"#), 0);
        assert_eq!(found(r#""proxy""#, r#"["sts.amazonaws.com", "proxy"]"#), 0);
    }

    #[test]
    fn a_pattern_an_own_audience_and_a_provider_of_another_account() {
        let like = policy(r#"{"StringLike": {"ISSUER:sub": "repo:a", "ISSUER:aud": "prox*"}}"#).replace(ISSUER, "idp.acme-example.com");
        let provider = r#"{"Url": "idp.acme-example.com", "ClientIDList": ["proxy"]}"#;
        assert!(of_rule(&check(&[("p.json", &like), ("provider.json", provider)]), "audience-not-registered").is_empty());
        // `:oaud` is not what the client ids are compared with.
        let oaud = like.replace(":aud", ":oaud").replace("prox*", "else");
        assert!(of_rule(&check(&[("p.json", &oaud), ("provider.json", provider)]), "audience-not-registered").is_empty());
        let other = r#"{"aws": [{"type": "x"}], "OpenIDConnectProviderList": [{"Arn": "arn:aws:iam::444455556666:oidc-provider/idp.acme-example.com"}]}"#;
        assert!(of_rule(&check(&[("p.json", &like), ("providers.json", other)]), "audience-not-registered").is_empty());
    }

    #[test]
    fn a_cluster_without_the_usual_audience_is_said_once() {
        let policy = policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b", "ISSUER:aud": "sts.amazonaws.com"}}"#);
        let provider = format!(r#"{{"Url": "{ISSUER}", "ClientIDList": ["acme"]}}"#);
        let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: b, namespace: a, annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/b'}}\n";
        let answer = check(&[("p.json", &policy), ("provider.json", &provider), ("sa.yaml", account)]);
        assert_eq!(bad_rules(&answer), ["client-id-missing"]);
    }
}
