//! The principal of an Allow statement is everyone.

use irsa_lint_core::admission::Witness;
use irsa_lint_core::admission::action::speaks_of;
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::policy::{Condition, Effect, Principal, PrincipalKind, SetPrefix, Statement, TrustPolicy, is_account_id};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::syntax::Place;

use crate::objects::pods::ASSUME_ROLE;
use crate::trust::statements::is_everyone;
use crate::trust::wide::witness;

declare_rule! {
    /// The principal of an Allow statement is everyone.
    ///
    /// ## Why is this bad?
    ///
    /// `{"AWS": "*"}` with `sts:AssumeRole` is every user and role of every AWS account. `{"Federated": "*"}` and `"*"` name no provider
    /// at all, so only the conditions stand between strangers and the role. IAM refuses to store a bare `"*"` in a trust policy.
    ///
    /// ## Severity
    ///
    /// Error: strangers get in. Info if a condition limits the statement to an account, an organisation or a network.
    ///
    /// ## How to fix it
    ///
    /// Name the principal: the provider's ARN under `Federated`, or the account or role under `AWS`. To admit a whole organisation, limit
    /// `{"AWS": "*"}` with a condition on `aws:PrincipalOrgID` under `StringEquals`.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "AWS JSON policy elements: Principal"
    ///
    /// ```json fail at=/Statement/0/Principal/AWS
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"AWS": "*"},
    ///     "Action": "sts:AssumeRole"
    ///   }]
    /// }
    /// ```
    ///
    /// ```json pass
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
    ///     "Action": "sts:AssumeRole",
    ///     "Condition": {"StringEquals": {"aws:PrincipalAccount": "111122223333"}}
    ///   }]
    /// }
    /// ```
    pub Everyone { id: "everyone", severity: Error, family: "too-wide", fix: None }
}

impl Rule for Everyone {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        let allows =
            role.policy.statements.iter().filter(|s| s.effect == Effect::Allow && !s.principals.negated && s.action.span.is_some());
        for statement in allows {
            let Some(principal) = statement.principals.list.iter().find(|p| is_everyone(p)) else { continue };
            let place = Place { span: principal.value.span, pointer: principal.pointer.clone() };
            let confined = is_confined(statement, role.policy);
            let report = out.report(&Self::META, place, message(principal, statement, role, confined)).help(help(principal));
            let report = if confined { report.severity(Severity::Info) } else { report };
            match token(principal, statement, role) {
                Some(witness) if !confined => report.witness(&witness).done(),
                _ => report.done(),
            }
        }
    }
}

fn message(principal: &Principal, statement: &Statement, role: &RoleView<'_>, confined: bool) -> String {
    let (role, statement_name) = (role.name(), statement.name());
    if confined {
        return format!("the principal of {statement_name} of {role} is everyone, limited only by its conditions");
    }
    match principal.kind {
        PrincipalKind::Aws if speaks_of(&statement.action, ASSUME_ROLE) => {
            format!("every user and role of every AWS account can assume {role}: the principal of {statement_name} is `{{\"AWS\": \"*\"}}`")
        }
        PrincipalKind::Aws => format!("the principal of {statement_name} of {role} is everyone (`{{\"AWS\": \"*\"}}`)"),
        PrincipalKind::Federated => {
            format!("users of any identity provider can assume {role}: the principal of {statement_name} is `{{\"Federated\": \"*\"}}`")
        }
        _ => format!("the principal of {statement_name} of {role} is everyone (`*`), which IAM refuses to store"),
    }
}

fn help(principal: &Principal) -> &'static str {
    match principal.kind {
        PrincipalKind::Aws => {
            "name the account or role, such as `arn:aws:iam::111122223333:role/NAME`, or for web identities the provider's ARN under `Federated`; to admit a whole organisation, add `aws:PrincipalOrgID` under `StringEquals`"
        }
        _ => "name the identity provider: `{\"Federated\": \"arn:aws:iam::ACCOUNT:oidc-provider/ISSUER\"}`",
    }
}

/// A token of a provider that nobody named; AWS principals have none.
fn token(principal: &Principal, statement: &Statement, role: &RoleView<'_>) -> Option<Witness> {
    if principal.kind != PrincipalKind::Federated {
        return None;
    }
    let (issuer, grant) =
        role.admission.grants().find(|(issuer, grant)| issuer.issuer.is_none() && grant.statements.contains(&statement.index))?;
    let subject = grant.subjects().witness(role.budget).yes()?;
    witness(role, issuer, grant, subject).yes()
}

/// Whether a condition, or a Deny for all others, names the accounts or the organisation that may come.
fn is_confined(statement: &Statement, policy: &TrustPolicy) -> bool {
    let confines = |condition: &Condition, negated: bool| {
        let Some(operator) = condition.known() else { return false };
        let holds_without_key = operator.if_exists || operator.set == Some(SetPrefix::ForAllValues);
        let sure = operator.base.is_negated() == negated && (negated || !holds_without_key) && !condition.values.is_empty();
        sure && condition.values.iter().all(|value| names_somebody(&condition.key.text, &value.text, operator.base.has_wildcards()))
    };
    let denied_to_others = policy.statements.iter().any(|deny| {
        let all = deny.effect == Effect::Deny
            && !deny.principals.negated
            && deny.principals.list.iter().any(|p| is_everyone(p) && p.kind != PrincipalKind::Federated);
        let mut conditions = deny.effective_conditions().filter(|c| !c.key.text.eq_ignore_ascii_case("aws:PrincipalIsAWSService"));
        all && speaks_of(&deny.action, ASSUME_ROLE) && conditions.next().is_some_and(|c| confines(c, true)) && conditions.next().is_none()
    });
    denied_to_others || statement.effective_conditions().any(|condition| confines(condition, false))
}

/// Whether a value of a key confines callers to an account, an organisation or a provider.
fn names_somebody(key: &str, value: &str, wildcards: bool) -> bool {
    let fixed = if wildcards { value.split(['*', '?']).next().unwrap_or_default() } else { value };
    let whole = fixed.len() == value.len() && !value.is_empty();
    match key.to_ascii_lowercase().as_str() {
        "aws:principalorgid" | "aws:principalaccount" | "aws:federatedprovider" => whole,
        "aws:principalorgpaths" => fixed.contains('/'),
        "aws:principalarn" => {
            let mut parts = fixed.split(':').skip(4);
            parts.next().is_some_and(is_account_id) && parts.next().is_some()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use irsa_lint_core::diagnostic::Severity;

    use crate::testing::{check, of_rule};

    fn severity(statements: &str) -> Option<Severity> {
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
        of_rule(&check(&[("a.json", &text)]), "everyone").first().map(|d| d.severity)
    }

    fn allow(rest: &str) -> String {
        format!(r#"{{"Effect": "Allow", "Principal": {{"AWS": "*"}}, "Action": "sts:AssumeRole"{rest}}}"#)
    }

    #[test]
    fn an_organisation_or_an_account_confines() {
        for condition in [
            r#"{"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}"#,
            r#"{"StringEquals": {"aws:PrincipalAccount": ["111122223333", "444455556666"]}}"#,
            r#"{"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-exampleorgid/r-ab12/*"}}"#,
            r#"{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/deploy-*"}}"#,
        ] {
            assert_eq!(severity(&allow(&format!(r#", "Condition": {condition}"#))), Some(Severity::Info), "{condition}");
        }
        let deny = r#"{"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}}"#;
        assert_eq!(severity(&format!("{}, {deny}", allow(""))), Some(Severity::Info));
    }

    #[test]
    fn what_confines_nobody_is_an_error() {
        for condition in [
            r#"{"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-exampleorgid"}}"#,
            r#"{"StringLike": {"aws:PrincipalOrgID": "o-*"}}"#,
            r#"{"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}}"#,
            r#"{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}}"#,
            r#"{"Bool": {"aws:SecureTransport": "true"}}"#,
        ] {
            assert_eq!(severity(&allow(&format!(r#", "Condition": {condition}"#))), Some(Severity::Error), "{condition}");
        }
        let web = r#"{"Effect": "Allow", "Principal": PRINCIPAL, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"gitlab.com:sub": "project_path:acme/app:ref_type:branch:ref:main"}}}"#;
        for principal in [r#""*""#, r#"{"AWS": "*"}"#, r#"{"Federated": "*"}"#] {
            assert_eq!(severity(&web.replace("PRINCIPAL", principal)), Some(Severity::Error), "{principal}");
        }
    }

    #[test]
    fn a_deny_to_everyone_is_no_allow() {
        let own = r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole"}"#;
        let deny = r#"{"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}"#;
        assert_eq!(severity(&format!("{own}, {deny}")), None);
    }
}
