//! A trust policy names a role or a user that was deleted.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::Origin;
use irsa_lint_core::policy::{Effect, PrincipalKind};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::syntax::Place;

use crate::objects::callers::is_unique_id;

declare_rule! {
    /// A trust policy names a role or a user that was deleted.
    ///
    /// ## Why is this bad?
    ///
    /// IAM stores the unique id of a principal and shows its ARN as long as the principal exists. An id that begins with `AROA` or `AIDA`
    /// is what remains after it was deleted. A new role of the same name has another id and is not let in, so a role chain breaks here.
    ///
    /// ## Severity
    ///
    /// Warning: nobody gets in through this principal, which may be intended if it was deleted on purpose.
    ///
    /// ## How to fix it
    ///
    /// Save the trust policy again with the ARN of the role that exists now, or remove the principal.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "IAM identifiers", "Unique identifiers"
    /// - IAM User Guide, "AWS JSON policy elements: Principal"
    ///
    /// ```json fail at=/Role/AssumeRolePolicyDocument/Statement/0/Principal/AWS
    /// {"Role": {"RoleName": "zones", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/zones", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{"Effect": "Allow", "Principal": {"AWS": "AROAEXAMPLEEXAMPLEID1"}, "Action": "sts:AssumeRole"}]}}}
    /// ```
    ///
    /// ```json pass
    /// {"Role": {"RoleName": "zones", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/zones", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/dns"}, "Action": "sts:AssumeRole"}]}}}
    /// ```
    pub DeletedPrincipal { id: "deleted-principal", severity: Warning, family: "link", fix: None }
}

impl Rule for DeletedPrincipal {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        // What is not saved yet may name a principal by its id.
        if role.role.origin != Origin::Live {
            return;
        }
        for statement in role.policy.statements.iter().filter(|statement| statement.effect == Effect::Allow) {
            let gone = |kind: &PrincipalKind, text: &str| *kind == PrincipalKind::Aws && is_unique_id(text);
            for principal in statement.principals.list.iter().filter(|principal| gone(&principal.kind, &principal.value.text)) {
                let kind = if principal.value.text.starts_with("AROA") { "role" } else { "user" };
                let message =
                    format!("{} trusts `{}`, the id of a deleted {kind}, so nobody gets in through it", role.name(), principal.value.text);
                out.report(&Self::META, Place { span: principal.value.span, pointer: principal.pointer.clone() }, message)
                    .help(format!("save the policy again with the ARN of the {kind} that exists now, or remove the principal"))
                    .done();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    #[test]
    fn only_what_iam_itself_shows() {
        let policy = |principal: &str| {
            format!(
                r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"AWS": ["{principal}"]}}, "Action": "sts:AssumeRole"}}]}}"#
            )
        };
        let role = |principal: &str| {
            format!(
                r#"{{"Role": {{"RoleName": "a", "Arn": "arn:aws:iam::111122223333:role/a", "AssumeRolePolicyDocument": {}}}}}"#,
                policy(principal)
            )
        };
        let found = |text: &str| of_rule(&check(&[("role.json", text)]), "deleted-principal").len();
        assert_eq!(found(&role("AIDAEXAMPLEEXAMPLEID1")), 1);
        assert_eq!(found(&policy("AIDAEXAMPLEEXAMPLEID1")), 0, "it may be saved so");
        for fine in ["111122223333", "arn:aws:iam::111122223333:role/AROAEXAMPLEEXAMPLEID1", "AROA_ROLE_ID", "*"] {
            assert_eq!(found(&role(fine)), 0, "{fine}");
        }
    }
}
