//! A statement names whom it does not speak of: `NotPrincipal`.

use irsa_lint_core::admission::words;
use irsa_lint_core::declare_rule;
use irsa_lint_core::policy::Effect;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::syntax::Place;

declare_rule! {
    /// A statement uses `NotPrincipal`.
    ///
    /// ## Why is this bad?
    ///
    /// AWS does not allow `NotPrincipal` in a role's trust policy, and IAM refuses to store it. Taken literally, an Allow statement with
    /// `NotPrincipal` lets in nearly everyone.
    ///
    /// ## Severity
    ///
    /// Error: IAM does not store it, and taken literally it opens the role to nearly everyone.
    ///
    /// ## How to fix it
    ///
    /// Name those who may assume the role in `Principal`. To keep somebody out, name them in the `Principal` of a Deny statement.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "AWS JSON policy elements: NotPrincipal"
    ///
    /// ```json fail at=/Statement/0/NotPrincipal
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "NotPrincipal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
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
    pub NotPrincipal { id: "not-principal", severity: Error, family: "grammar", fix: None }
}

impl Rule for NotPrincipal {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        for statement in role.policy.statements.iter().filter(|statement| statement.principals.negated) {
            let named = words::listed(statement.principals.list.iter().map(|principal| principal.value.text.as_str()), 3);
            let (does, help) = match statement.effect {
                Effect::Deny => ("keeps out", "name those who must be kept out in `Principal`, or narrow the Allow statements instead"),
                _ => ("lets in", "name those who may assume the role in `Principal`"),
            };
            let message = format!(
                "{} of {} {does} everyone except {named}, but `NotPrincipal` is not allowed in a role's trust policy",
                statement.name(),
                role.name()
            );
            let span = statement.principals.span.unwrap_or(statement.span);
            out.report(&Self::META, Place { span, pointer: statement.pointer.key("NotPrincipal") }, message).help(help).done();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    #[test]
    fn a_deny_is_told_apart() {
        let text = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole"}]}"#;
        let answer = check(&[("a.json", text)]);
        assert!(of_rule(&answer, "not-principal")[0].message.contains("keeps out everyone except `arn:aws:iam::111122223333:root`"));
    }
}
