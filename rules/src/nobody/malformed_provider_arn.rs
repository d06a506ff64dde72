//! A `Federated` value that is no provider's ARN.

use irsa_lint_core::admission::fault::{ArnFault, At, FaultKind};
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::{Edit, Fix, Severity};
use irsa_lint_core::policy::{Arn, PrincipalKind, ProviderArn};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};

use crate::trust::faults::{Found, consequence, faults, guess, place, replaced, replaced_whole};

declare_rule! {
    /// A `Federated` principal is not the ARN of an OIDC provider.
    ///
    /// ## Why is this bad?
    ///
    /// A `Federated` principal must be the exact ARN of a provider, `arn:PARTITION:iam::ACCOUNT:oidc-provider/ISSUER`. A value of another
    /// form matches nobody: a missing colon, only the issuer, a wildcard, nothing after `oidc-provider/`, or an issuer that the service
    /// does not have.
    ///
    /// ## Severity
    ///
    /// Error: no token can match the statement. Warning if a partition or a trailing slash looks wrong, but may be right.
    ///
    /// ## How to fix it
    ///
    /// Copy the ARN from `aws iam list-open-id-connect-providers`.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Assign IAM roles to Kubernetes service accounts"
    /// - IAM User Guide, "IAM identifiers"
    ///
    /// ```json fail at=/Statement/0/Principal/Federated
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam:111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
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
    pub MalformedProviderArn { id: "malformed-provider-arn", severity: Error, family: "nobody", fix: Unsafe }
}

impl Rule for MalformedProviderArn {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        let own = role.role.arn.value().and_then(|arn| Arn::parse(arn)).map(|arn| arn.partition);
        if let Some(own) = own {
            other_partition(own, role, out);
        }
        let wanted = |kind: &FaultKind| matches!(kind, FaultKind::Arn(fault) if *fault != ArnFault::Scheme);
        for found in faults(role, wanted) {
            let FaultKind::Arn(fault) = &found.fault.kind else { continue };
            // The role's own partition decides where it is known; a cluster elsewhere is no fault then.
            if own.is_some() && matches!(fault, ArnFault::Partition(_)) {
                continue;
            }
            let rest = if found.fault.fatal { consequence(true, role) } else { "it lets nobody in".to_owned() };
            let rest = if fault.is_certain() { rest } else { "it probably lets nobody in".to_owned() };
            let (what, help) = words(&found, fault, role);
            let report = out.report(&Self::META, found.place(), format!("{what}: {rest}")).help(help).fix(mended(&found, fault, role));
            let report = if fault.is_certain() { report.nobody(what) } else { report.severity(Severity::Warning) };
            report.done();
        }
    }
}

/// A provider lives in its role's account, and that in one partition.
fn other_partition(own: &str, role: &RoleView<'_>, out: &mut Findings) {
    for statement in &role.policy.statements {
        for (index, principal) in statement.principals.list.iter().enumerate() {
            let value = principal.value.text.as_str();
            let Some(arn) = ProviderArn::parse(value).filter(|arn| arn.partition != own && principal.kind == PrincipalKind::Federated)
            else {
                continue;
            };
            let message =
                format!("the provider `{value}` is in partition `{}`, but {} is in `{own}`: it lets nobody in", arn.partition, role.name());
            let meant = format!("arn:{own}:iam::{}:oidc-provider/{}", arn.account, arn.issuer);
            let at = "arn:".len().."arn:".len() + arn.partition.len();
            out.report(&MalformedProviderArn::META, place(statement, At::Principal(index)), message)
                .help(format!("write `{meant}`"))
                .nobody("a provider lives in the role's own account")
                .fix(guess(format!("write `{meant}`"), [replaced(&principal.value, at, own)]))
                .done();
        }
    }
}

/// What is wrong, and what to do.
fn words(found: &Found<'_>, fault: &ArnFault, role: &RoleView<'_>) -> (String, String) {
    let value = found.text();
    let account = role.account().unwrap_or("ACCOUNT");
    match fault {
        ArnFault::Issuer(issuer) => (
            format!("the principal `{value}` is an issuer, not the ARN of its provider"),
            format!("write `arn:aws:iam::{account}:oidc-provider/{issuer}`"),
        ),
        ArnFault::Form(Some(meant)) => (format!("`{value}` is not a well-formed ARN of a provider"), format!("write `{meant}`")),
        ArnFault::Form(None) => (
            format!("`{value}` is not the ARN of a provider"),
            format!("write `arn:aws:iam::{account}:oidc-provider/ISSUER`"),
        ),
        ArnFault::OtherResource => (
            format!("`{value}` is under `Federated`, but is not an identity provider"),
            "name the identity provider there; roles, users and accounts belong under `AWS`".to_owned(),
        ),
        ArnFault::Account(written) if written.is_empty() => {
            (format!("the provider's ARN `{value}` names no account"), format!("put the account id between the colons: `arn:aws:iam::{account}:…`"))
        }
        ArnFault::Account(written) => (
            format!("the account `{written}` in the provider's ARN `{value}` does not have 12 digits"),
            "write the account id of the role's own account".to_owned(),
        ),
        ArnFault::EmptyIssuer => (
            format!("the provider's ARN `{value}` has no issuer after `oidc-provider/`{}", keys_without_issuer(found)),
            "put the cluster's issuer after `oidc-provider/` and before the colon of each condition key; a variable was empty when the policy was created".to_owned(),
        ),
        ArnFault::Wildcard => (
            format!("wildcards do not work in a principal such as `{value}`"),
            "list the full ARN of each provider".to_owned(),
        ),
        ArnFault::Slash { meant, service, .. } => (
            format!("the provider's ARN `{value}` differs from the issuer of {service}, `{meant}`, in the trailing slash"),
            format!("create the provider for `https://{meant}`, and write the issuer like that in the ARN and in every condition key"),
        ),
        ArnFault::Issuers(meant) => (
            format!("no cluster has the issuer in `{value}` (the host should be as in `{meant}`)"),
            format!("write `oidc-provider/{meant}`"),
        ),
        ArnFault::Partition(wanted) => (
            format!("the provider's ARN `{value}` is not in partition `{wanted}` like its issuer"),
            format!("write `arn:{wanted}:iam::…` if the role is in that partition as well"),
        ),
        ArnFault::Scheme => (String::new(), String::new()),
    }
}

/// The condition keys that lack the issuer, too.
fn keys_without_issuer(found: &Found<'_>) -> String {
    let keys: Vec<String> =
        found.statement.effective_conditions().filter(|c| c.key.text.starts_with(':')).map(|c| format!("`{}`", c.key.text)).collect();
    if keys.is_empty() { String::new() } else { format!(", nor before {}", keys.join(" and ")) }
}

fn mended(found: &Found<'_>, fault: &ArnFault, role: &RoleView<'_>) -> Option<Fix> {
    let scalar = found.scalar()?;
    match fault {
        ArnFault::Form(Some(meant)) => guess(format!("write `{meant}`"), [replaced_whole(scalar, meant)]),
        ArnFault::Issuer(issuer) => {
            let account = role.account()?;
            let arn = format!("arn:aws:iam::{account}:oidc-provider/{issuer}");
            guess(format!("write `{arn}`"), [replaced_whole(scalar, &arn)])
        }
        ArnFault::Issuers(meant) => {
            let issuer = scalar.text.find("oidc-provider/")? + "oidc-provider/".len();
            let written = scalar.text.get(issuer..)?;
            let keys = found.statement.conditions.iter().filter(|c| c.key.text.starts_with(written));
            let keys = keys.map(|c| replaced(&c.key, 0..written.len(), meant));
            let edits: Vec<Option<Edit>> = std::iter::once(replaced(scalar, issuer..scalar.text.len(), meant)).chain(keys).collect();
            guess(format!("write `{meant}`"), edits)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, check, of_rule, policy};

    fn found(arn: &str) -> Vec<(&'static str, String, Option<String>)> {
        let text = policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b"}}"#);
        let text = text.replace(&format!("arn:aws:iam::111122223333:oidc-provider/{ISSUER}"), arn);
        let answer = check(&[("p.json", &text)]);
        let bad: Vec<_> = answer.diagnostics.iter().map(|d| d.rule).collect();
        assert!(bad.len() < 2, "one mistake, one finding: {arn} {bad:?}");
        of_rule(&answer, "malformed-provider-arn")
            .into_iter()
            .map(|d| (d.severity.name(), d.message.clone(), d.fix.as_ref().map(|fix| fix.edits[0].text.clone())))
            .collect()
    }

    #[test]
    fn every_form_of_it() {
        for (arn, words, fix) in [
            (ISSUER.to_owned(), "is an issuer", None),
            (format!("https://{ISSUER}"), "is an issuer", None),
            ("arn:aws:iam::111122223333:role/x".to_owned(), "is not an identity provider", None),
            ("arn:aws:iam::111122223333:oidc-provider/*".to_owned(), "wildcards do not work", None),
            ("arn:aws:iam::111122223333:oidc-provider/".to_owned(), "no issuer after `oidc-provider/`", None),
            (format!("arn:aws:iam:::oidc-provider/{ISSUER}"), "names no account", None),
            (format!("arn:aws:iam::1111222233:oidc-provider/{ISSUER}"), "does not have 12 digits", None),
            (
                format!("arn:aws:sts::111122223333:oidc-provider/{ISSUER}"),
                "not a well-formed ARN",
                Some(format!("arn:aws:iam::111122223333:oidc-provider/{ISSUER}")),
            ),
            (
                "arn:aws:iam::111122223333:oidc-provider/oidc.eu-west-1.eks.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E".to_owned(),
                "should be as in `oidc.eks.eu-west-1",
                Some(ISSUER.to_owned()),
            ),
            (format!("arn:aws:iam::111122223333:oidc-provider/{ISSUER}/"), "trailing slash", None),
        ] {
            let found = found(&arn);
            assert!(found.len() == 1 && found[0].1.contains(words), "{arn}: {found:?}");
            assert_eq!((found[0].0, &found[0].2), ("error", &fix), "{arn}");
        }
    }

    #[test]
    fn partitions() {
        let china = "oidc.eks.cn-north-1.amazonaws.com.cn/id/EXAMPLED539D4633E53DE1B716D3041E";
        let with = |partition: &str| {
            let text = policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b", "ISSUER:aud": "sts.amazonaws.com"}}"#);
            let answer = check(&[("p.json", &text.replace(ISSUER, china).replace("arn:aws:", &format!("arn:{partition}:")))]);
            answer.diagnostics.iter().map(|d| (d.rule, d.severity.name())).collect::<Vec<_>>()
        };
        assert_eq!(with("aws-cn"), []);
        assert_eq!(with("aws"), [("malformed-provider-arn", "warning")]);
    }

    #[test]
    fn the_roles_own_partition_decides() {
        let china = "oidc.eks.cn-north-1.amazonaws.com.cn/id/EXAMPLED539D4633E53DE1B716D3041E";
        let with = |role: &str, provider: &str| {
            let text = policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b", "ISSUER:aud": "sts.amazonaws.com"}}"#);
            let text = text.replace(ISSUER, china).replace("arn:aws:", &format!("arn:{provider}:"));
            let arn = format!("arn:{role}:iam::111122223333:role/a");
            let role = format!(r#"{{"Role": {{"Path": "/", "RoleName": "a", "Arn": "{arn}", "AssumeRolePolicyDocument": {text}}}}}"#);
            let answer = check(&[("role.json", &role)]);
            of_rule(&answer, "malformed-provider-arn").into_iter().map(|d| d.severity.name()).collect::<Vec<_>>()
        };
        assert_eq!(with("aws-cn", "aws"), ["error"]);
        assert!(with("aws-cn", "aws-cn").is_empty());
        assert!(with("aws", "aws").is_empty(), "a cluster in China may be trusted elsewhere");
    }

    #[test]
    fn names_without_an_arn_and_saml() {
        for fine in ["cognito-identity.amazonaws.com", "arn:aws:iam::111122223333:saml-provider/x"] {
            let text = policy("{}").replace(&format!("arn:aws:iam::111122223333:oidc-provider/{ISSUER}"), fine);
            assert!(of_rule(&check(&[("p.json", &text)]), "malformed-provider-arn").is_empty(), "{fine}");
        }
    }
}
