//! The ARN of an OIDC provider stands under `AWS`.

use irsa_lint_core::admission::fault::FaultKind;
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Fix;
use irsa_lint_core::policy::PrincipalKind;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};

use crate::trust::faults::{Found, consequence, faults, guess, replaced_whole};

declare_rule! {
    /// The ARN of an OIDC provider is under `AWS` instead of `Federated`.
    ///
    /// ## Why is this bad?
    ///
    /// `AWS` is for accounts, roles and users. A web identity only matches a `Federated` principal, so with the provider under `AWS`
    /// nobody gets in.
    ///
    /// ## Severity
    ///
    /// Error: the statement lets nobody in.
    ///
    /// ## How to fix it
    ///
    /// Rename the principal's key to `Federated`.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Assign IAM roles to Kubernetes service accounts"
    /// - IAM User Guide, "AWS JSON policy elements: Principal"
    ///
    /// ```json fail at=/Statement/0/Principal/AWS
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"AWS": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
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
    pub ProviderUnderAws { id: "provider-under-aws", severity: Error, family: "nobody", fix: Unsafe }
}

impl Rule for ProviderUnderAws {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        for found in faults(role, |kind| *kind == FaultKind::UnderAws) {
            let rest = if found.fault.fatal { consequence(true, role) } else { "it lets nobody in".to_owned() };
            let message = format!("the OIDC provider `{}` is under `AWS`, which web identities never match: {rest}", found.text());
            out.report(&Self::META, found.place(), message)
                .help("put it under `Federated` instead of `AWS`")
                .nobody("web identities only match `Federated` principals")
                .fix(renamed(&found))
                .done();
        }
    }
}

/// `Federated` in the place of `AWS`, where nothing else stands under it and there is no other `Federated`.
fn renamed(found: &Found<'_>) -> Option<Fix> {
    let principals = &found.statement.principals.list;
    let under = |kind: &PrincipalKind| principals.iter().filter(|p| p.kind == *kind).count();
    let only = under(&PrincipalKind::Aws) == 1 && under(&PrincipalKind::Federated) == 0;
    let key = principals.iter().find(|p| p.kind == PrincipalKind::Aws)?.key.as_ref()?;
    only.then(|| guess("put it under `Federated` instead of `AWS`", [replaced_whole(key, "Federated")])).flatten()
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule, policy};

    #[test]
    fn no_fix_where_an_account_stands_beside_it() {
        let text = policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b"}}"#);
        let listed = text.replace(r#"{"Federated": "#, r#"{"AWS": ["111122223333", "#).replace(r#""}, "Action""#, r#""]}, "Action""#);
        let answer = check(&[("p.json", &listed)]);
        let found = of_rule(&answer, "provider-under-aws");
        assert_eq!(found.len(), 1, "{listed}");
        assert_eq!((found[0].place.pointer.to_string().as_str(), found[0].fix.is_some()), ("/Statement/0/Principal/AWS/1", false));
    }

    #[test]
    fn roles_stand_under_aws() {
        let text = r#"{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/oidc-provider"}, "Action": "sts:AssumeRole"}]}"#;
        assert!(check(&[("p.json", text)]).diagnostics.is_empty());
    }
}
