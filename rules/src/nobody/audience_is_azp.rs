//! A condition on `:aud` with an audience, where `:aud` shows the authorised party.

use irsa_lint_core::admission::{IssuerAdmission, key};
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::policy::{Condition, Statement};
use irsa_lint_core::provider::{Kind, Provider};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::syntax::Place;

use crate::trust::faults::{guess, replaced};
use crate::trust::wide::claim_conditions;

declare_rule! {
    /// A condition checks the audience under `:aud`, but for these tokens that key holds the authorised party (`azp`).
    ///
    /// ## Why is this bad?
    ///
    /// If a token has the claim `azp`, the condition key `ISSUER:aud` holds that claim, and the audience is under `ISSUER:oaud`. Tokens of
    /// Google's service accounts have the account's number as `azp`; those of Auth0 and Entra have the id of the application that
    /// requested them. An audience such as `https://…` is none of these, so the condition does not hold.
    ///
    /// ## Severity
    ///
    /// Warning if tokens of the issuer always have `azp`: the condition never holds. Info if only some of them do.
    ///
    /// ## How to fix it
    ///
    /// Check the audience under `ISSUER:oaud`, or check the client id under `ISSUER:aud`.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "Available keys for AWS OIDC federation"
    ///
    /// ```json fail at=/Statement/0/Condition/StringEquals/accounts.google.com:aud
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "accounts.google.com"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "accounts.google.com:aud": "https://sts.example.com",
    ///         "accounts.google.com:sub": "109876543210987654321"
    ///       }
    ///     }
    ///   }]
    /// }
    /// ```
    ///
    /// ```json pass
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "accounts.google.com"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "accounts.google.com:oaud": "https://sts.example.com",
    ///         "accounts.google.com:aud": "109876543210987654321",
    ///         "accounts.google.com:sub": "109876543210987654321"
    ///       }
    ///     }
    ///   }]
    /// }
    /// ```
    pub AudienceIsAzp { id: "audience-is-azp", severity: Warning, family: "nobody", fix: Unsafe }
}

impl Rule for AudienceIsAzp {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        for entry in &role.admission.issuers {
            let Some(provider) = entry.provider.filter(|provider| provider.sends_azp) else { continue };
            for (index, _) in entry.statements.iter().filter(|(_, region)| region.is_some()) {
                let Some(statement) = role.policy.statements.iter().find(|statement| statement.index == *index) else { continue };
                for condition in claim_conditions(statement, entry, key::AUD) {
                    if is_meant_for_the_audience(condition, provider) {
                        report(condition, statement, entry, provider, role, out);
                    }
                }
            }
        }
    }
}

/// Whether none of the values can be a client id: each is a URL or the name of a service.
fn is_meant_for_the_audience(condition: &Condition, provider: &Provider) -> bool {
    let positive = condition.known().is_some_and(|operator| operator.base.is_string() && !operator.base.is_negated());
    let is_client = |value: &str| value.ends_with(".apps.googleusercontent.com") || provider.audience.default.as_deref() == Some(value);
    let is_url = |value: &str| value.contains("://") || value.ends_with(".amazonaws.com") || value.ends_with(".amazonaws.com.cn");
    positive && !condition.values.is_empty() && condition.values.iter().all(|value| is_url(&value.text) && !is_client(&value.text))
}

fn report(
    condition: &Condition,
    statement: &Statement,
    entry: &IssuerAdmission<'_>,
    provider: &Provider,
    role: &RoleView<'_>,
    out: &mut Findings,
) {
    let issuer = entry.issuer.as_deref().unwrap_or_default();
    let value = condition.values.first().map(|value| value.as_str()).unwrap_or_default();
    // Of the tokens that Google signs, those with an audience of that sort have an `azp`; others hang on how the token was asked for.
    let usual = |value: &str| provider.audience.common.iter().any(|known| known == value);
    let always = provider.kind == Kind::Cloud && provider.built_in && !condition.values.iter().any(|value| usual(&value.text));
    let some = if always { "" } else { " with an `azp`" };
    let message = format!(
        "`{}` requires the audience `{value}`, but in tokens of {}{some} this key is the client id (`azp`): they cannot assume {} through {}",
        condition.key.text,
        provider.name,
        role.name(),
        statement.name()
    );
    let asked = claim_conditions(statement, entry, key::OAUD).next().is_some();
    let key = &condition.key.text;
    let fix = (!asked).then(|| {
        let start = key.len().checked_sub(key::AUD.len())?;
        guess(format!("compare it with `{issuer}:oaud`"), [replaced(&condition.key, start..key.len(), key::OAUD)])
    });
    out.report(&AudienceIsAzp::META, Place { span: condition.span, pointer: condition.pointer.clone() }, message)
        .severity(if always { Severity::Warning } else { Severity::Info })
        .help(format!("write `{issuer}:oaud` to check the audience, or put the client id under `{issuer}:aud`"))
        .fix(fix.flatten())
        .done();
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, check, of_rule, policy};

    fn found(issuer: &str, condition: &str) -> Vec<(&'static str, bool)> {
        let text = policy(condition).replace(ISSUER, issuer).replace("arn:aws:iam::111122223333:oidc-provider/accounts", "accounts");
        let answer = check(&[("p.json", &text)]);
        of_rule(&answer, "audience-is-azp").into_iter().map(|d| (d.severity.name(), d.fix.is_some())).collect()
    }

    #[test]
    fn an_audience_under_aud() {
        let google = "accounts.google.com";
        assert_eq!(found(google, r#"{"StringEquals": {"ISSUER:aud": "https://a.example.com", "ISSUER:sub": "1"}}"#), [("warning", true)]);
        assert_eq!(found(google, r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com", "ISSUER:sub": "1"}}"#), [("info", true)]);
        let both =
            r#"{"StringEquals": {"ISSUER:aud": "https://a.example.com", "ISSUER:oaud": "https://a.example.com", "ISSUER:sub": "1"}}"#;
        assert_eq!(found(google, both), [("warning", false)]);
        assert_eq!(found("acme.eu.auth0.com/", r#"{"StringEquals": {"ISSUER:aud": "https://api.example.com"}}"#), [("info", true)]);
    }

    #[test]
    fn client_ids_and_issuers_without_azp() {
        let google = "accounts.google.com";
        for aud in ["109876543210987654321", "123-abc.apps.googleusercontent.com"] {
            assert_eq!(found(google, &format!(r#"{{"StringEquals": {{"ISSUER:aud": "{aud}", "ISSUER:sub": "1"}}}}"#)), []);
        }
        assert_eq!(found(google, r#"{"StringEquals": {"ISSUER:oaud": "https://a.example.com", "ISSUER:sub": "1"}}"#), []);
        assert_eq!(found("gitlab.com", r#"{"StringEquals": {"ISSUER:aud": "https://gitlab.com"}}"#), []);
        assert_eq!(found("login.app.env0.com/", r#"{"StringEquals": {"ISSUER:aud": "hoMiq9PdkRh9LUvVpH4wIErWg50VSG1b"}}"#), []);
    }
}
