//! A statement for web identities that no token matches, for a reason that has no rule of its own.

use irsa_lint_core::admission::fault::FaultKind;
use irsa_lint_core::admission::key::Absence;
use irsa_lint_core::admission::words::listed;
use irsa_lint_core::declare_rule;
use irsa_lint_core::policy::Base;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};

use crate::trust::faults::{Found, consequence, faults};

declare_rule! {
    /// A statement written for web identities matches no token.
    ///
    /// ## Why is this bad?
    ///
    /// The statement has the action, or the condition keys, of a web identity, but no token of any identity provider can match it: its
    /// principal is not an identity provider, or a condition never holds.
    ///
    /// ## Severity
    ///
    /// Error: the statement lets nobody in, although it was written to let somebody in.
    ///
    /// ## How to fix it
    ///
    /// Name the identity provider under `Federated`. Remove a condition that no web identity can satisfy.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Assign IAM roles to Kubernetes service accounts"
    /// - IAM User Guide, "AWS JSON policy elements: Principal"
    /// - IAM User Guide, "AWS global condition context keys"
    ///
    /// ```json fail at=/Statement/0
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Service": "ec2.amazonaws.com"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"
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
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"
    ///       }
    ///     }
    ///   }]
    /// }
    /// ```
    pub DeadStatement { id: "dead-statement", severity: Error, family: "nobody", fix: None }
}

impl Rule for DeadStatement {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        let wanted = |kind: &FaultKind| {
            matches!(kind, FaultKind::NoProvider | FaultKind::NeverHolds | FaultKind::Key { absence: Absence::OtherService, .. })
        };
        for found in faults(role, wanted).filter(|found| found.fault.fatal) {
            let (why, help) = match &found.fault.kind {
                FaultKind::NoProvider => no_provider(&found),
                FaultKind::Key { .. } => other_service(&found),
                _ => never_holds(&found),
            };
            let message = format!("{why}: {}", consequence(true, role));
            out.report(&Self::META, found.place(), message).help(help).nobody(why).done();
        }
    }
}

fn no_provider(found: &Found<'_>) -> (String, String) {
    let named = listed(found.statement.principals.list.iter().map(|p| p.value.text.as_str()), 3);
    let why = format!("{} is written for web identities, but its principal {named} is not an identity provider", found.statement.name());
    let pods = found.statement.principals.list.iter().any(|p| p.value.text == "pods.eks.amazonaws.com");
    let help = if pods {
        "allow `sts:AssumeRole` and `sts:TagSession` to `pods.eks.amazonaws.com` for EKS Pod Identity, without conditions on an issuer; or name \
         the provider under `Federated`"
    } else {
        "name the provider under `Federated`: `arn:aws:iam::ACCOUNT:oidc-provider/ISSUER`"
    };
    (why, help.to_owned())
}

fn other_service(found: &Found<'_>) -> (String, String) {
    let why = format!("no request with a web identity has the condition key `{}`", found.text());
    (why, "remove the condition, or check the subject instead".to_owned())
}

fn never_holds(found: &Found<'_>) -> (String, String) {
    let Some(condition) = found.condition() else { return (String::new(), String::new()) };
    let (operator, key) = (&condition.operator_name.text, &condition.key.text);
    let values = listed(condition.values.iter().map(|value| value.text.as_str()), 2);
    let why = format!("`{operator}` on `{key}` with {values} never holds for tokens of the provider");
    let help = match condition.known().map(|operator| operator.base) {
        Some(base) if base.is_arn() => "use `StringEquals` or `StringLike`: the value in a token is not an ARN",
        Some(Base::Null) => "remove the condition: every token has a subject and an audience",
        _ => "remove the condition, or write a value that tokens have",
    };
    (why, help.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule, policy};

    fn found(condition: &str) -> Vec<String> {
        let answer = check(&[("p.json", &policy(condition))]);
        of_rule(&answer, "dead-statement").into_iter().map(|d| d.place.pointer.to_string()).collect()
    }

    #[test]
    fn principals_that_bring_no_web_identity() {
        let with = |principal: &str| {
            let ours = format!(r#"{{"Federated": "arn:aws:iam::111122223333:oidc-provider/{}"}}"#, crate::testing::ISSUER);
            let text = policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b", "ISSUER:aud": "sts.amazonaws.com"}}"#);
            let answer = check(&[("p.json", &text.replace(&ours, principal))]);
            of_rule(&answer, "dead-statement").first().map(|d| d.help.clone())
        };
        assert!(with(r#"{"AWS": "arn:aws:iam::111122223333:root"}"#).is_some());
        assert!(with(r#"{"Federated": "arn:aws:iam::111122223333:saml-provider/corp"}"#).is_some());
        assert!(with(r#"{"Service": "pods.eks.amazonaws.com"}"#).unwrap().contains("sts:TagSession"));
        let saml = policy(r#"{"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}"#)
            .replace(&format!("oidc-provider/{}", crate::testing::ISSUER), "saml-provider/corp")
            .replace("sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML");
        assert!(of_rule(&check(&[("p.json", &saml)]), "dead-statement").is_empty());
    }

    #[test]
    fn conditions_that_never_hold() {
        let at = |operator: &str, key: &str| vec![format!("/Statement/0/Condition/{operator}/{}", key.replace('/', "~1"))];
        let sub = format!("{}:sub", crate::testing::ISSUER);
        assert_eq!(found(r#"{"ArnLike": {"ISSUER:sub": "system:serviceaccount:a:*"}}"#), at("ArnLike", &sub));
        assert_eq!(found(r#"{"Null": {"ISSUER:sub": "true"}}"#), at("Null", &sub));
        assert_eq!(found(r#"{"StringEquals": {"sts:ExternalId": "x"}}"#), at("StringEquals", "sts:ExternalId"));
        assert_eq!(found(r#"{"StringEquals": {"aws:PrincipalAccount": "444455556666"}}"#), at("StringEquals", "aws:PrincipalAccount"));
    }

    #[test]
    fn conditions_that_may_hold() {
        for condition in [
            r#"{"StringEquals": {"aws:PrincipalAccount": "111122223333"}}"#,
            r#"{"StringEqualsIfExists": {"sts:ExternalId": "x"}}"#,
            r#"{"Bool": {"aws:SecureTransport": "true"}}"#,
            r#"{"NumericEquals": {"ISSUER:sub": "7"}}"#,
            r#"{"StringNotEquals": {"sts:ExternalId": "x"}}"#,
            r#"{"StringLike": {"ISSUER:sub": "system:serviceaccount:a:*"}, "ForAllValues:StringEquals": {"sts:ExternalId": "x"}}"#,
        ] {
            assert!(found(condition).is_empty(), "{condition}");
        }
    }

    #[test]
    fn other_principals() {
        let text = |principal: &str, action: &str| {
            policy("{}")
                .replace(&format!(r#"{{"Federated": "arn:aws:iam::111122223333:oidc-provider/{}"}}"#, crate::testing::ISSUER), principal)
                .replace("sts:AssumeRoleWithWebIdentity", action)
        };
        let finds = |principal: &str, action: &str| !of_rule(&check(&[("p.json", &text(principal, action))]), "dead-statement").is_empty();
        assert!(finds(r#"{"AWS": "arn:aws:iam::111122223333:role/x"}"#, "sts:AssumeRoleWithWebIdentity"));
        assert!(!finds(r#"{"AWS": "arn:aws:iam::111122223333:role/x"}"#, "sts:*"));
        assert!(!finds(r#"{"Service": "pods.eks.amazonaws.com"}"#, "sts:AssumeRole"));
    }
}
