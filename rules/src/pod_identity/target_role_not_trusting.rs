//! The target role of an association does not trust the first role.

use irsa_lint_core::admission::action::speaks_of;
use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{PodIdentityAssociation, Stated};
use irsa_lint_core::estate::AssociationId;
use irsa_lint_core::policy::{Arn, Condition, Effect, PrincipalKind, Statement, TrustPolicy};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Place;

use crate::objects::pairing::principal_place;
use crate::objects::pods::{ASSUME_ROLE, TAG_SESSION, account_of};

declare_rule! {
    /// The target role of a Pod Identity association does not let the first role assume it.
    ///
    /// ## Why is this bad?
    ///
    /// With `targetRoleArn`, EKS Pod Identity first assumes the association's role, and from it the target role, with session tags and the
    /// association's external id. If the target role does not allow the first role `sts:AssumeRole` and `sts:TagSession`, every Pod is
    /// refused.
    ///
    /// ## Severity
    ///
    /// Error: every Pod of the association is refused.
    ///
    /// ## How to fix it
    ///
    /// Name the first role under `AWS` in the target role's trust policy, allow both actions, and require the association's external id.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Access AWS resources using EKS Pod Identity target IAM roles"
    ///
    /// ```json fail
    /// # file: association.json
    /// {"association": {"clusterName": "prod", "namespace": "payments", "serviceAccount": "api",
    ///   "roleArn": "arn:aws:iam::111122223333:role/first", "targetRoleArn": "arn:aws:iam::444455556666:role/target"}}
    /// # file: role.json
    /// {"Role": {"RoleName": "target", "Path": "/", "Arn": "arn:aws:iam::444455556666:role/target", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/first"}, "Action": "sts:AssumeRole"}]
    /// }}}
    /// ```
    ///
    /// ```json pass
    /// # file: association.json
    /// {"association": {"clusterName": "prod", "namespace": "payments", "serviceAccount": "api", "externalId": "a/b/c",
    ///   "roleArn": "arn:aws:iam::111122223333:role/first", "targetRoleArn": "arn:aws:iam::444455556666:role/target"}}
    /// # file: role.json
    /// {"Role": {"RoleName": "target", "Path": "/", "Arn": "arn:aws:iam::444455556666:role/target", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/first"},
    ///     "Action": ["sts:AssumeRole", "sts:TagSession"], "Condition": {"StringEquals": {"sts:ExternalId": "a/b/c"}}}]
    /// }}}
    /// ```
    pub TargetRoleNotTrusting { id: "target-role-not-trusting", severity: Error, family: "pod-identity", fix: None }
}

impl Rule for TargetRoleNotTrusting {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn association(&self, _id: AssociationId, association: &PodIdentityAssociation, view: &View<'_>, out: &mut Findings) {
        let (Some(first), Some(target)) = (association.role_arn.value(), association.target_role_arn.value()) else { return };
        let Some(id) = view.estate.role_by_arn(&target.text).to() else { return };
        let Some(policy) = view.estate.role(id).and_then(|role| role.trust.policy()) else { return };
        let Some((account, name)) = Arn::parse(&first.text).and_then(|arn| Some((arn.account, arn.role()?.1))) else { return };
        let role = view.role_name(id);
        let whose = account_of(association);
        let related = Place { span: target.span, pointer: association.place.pointer.clone() };
        let lacks = |action: &str| !trusting(policy, account, name).any(|statement| speaks_of(&statement.action, action));
        let missing: Vec<&str> = [ASSUME_ROLE, TAG_SESSION].into_iter().filter(|action| lacks(action)).collect();
        // Session tags that are switched off need no leave.
        let missing: Vec<&str> = missing.into_iter().filter(|action| *action == ASSUME_ROLE || !association.disable_session_tags).collect();
        if !missing.is_empty() {
            let message = format!(
                "{role}, the target role of the association for ServiceAccount `{whose}`, does not allow `{}` {} `{}`",
                first.text,
                if missing.len() == 1 { "the action" } else { "the actions" },
                missing.join("` and `")
            );
            out.report(&Self::META, principal_place(policy), message)
                .help(format!("allow `{ASSUME_ROLE}` and `{TAG_SESSION}` to the AWS principal `{}`", first.text))
                .related(related, "the association names the role here")
                .done();
        } else if let (Stated::Is(own), Some(condition)) = (&association.external_id, other_external_id(policy, account, name, association))
        {
            let wanted = irsa_lint_core::admission::words::listed(condition.values.iter().map(|value| value.text.as_str()), 3);
            let message =
                format!("{role} requires the external id {wanted}, but the association for ServiceAccount `{whose}` sends `{own}`");
            out.report(&Self::META, Place { span: condition.span, pointer: condition.pointer.clone() }, message)
                .help(format!("write `{own}`, the `externalId` that `aws eks describe-pod-identity-association` shows"))
                .related(related, "the association names the role here")
                .done();
        }
    }
}

/// The Allow statements that name a role of an account, or the account.
fn trusting<'p>(policy: &'p TrustPolicy, account: &'p str, name: &'p str) -> impl Iterator<Item = &'p Statement> {
    let is_it = move |value: &str| match Arn::parse(value) {
        Some(arn) => arn.account == account && (arn.resource == "root" || arn.role().is_some_and(|(_, own)| own == name)),
        None => value == account || value == "*",
    };
    policy.statements.iter().filter(move |statement| {
        let principals = &statement.principals;
        let named = principals.list.iter().any(|p| p.kind == PrincipalKind::Star || (p.kind == PrincipalKind::Aws && is_it(&p.value.text)));
        statement.effect == Effect::Allow && (named || principals.negated)
    })
}

/// The condition on the external id, where every statement for the role has one that the association does not meet.
fn other_external_id<'p>(
    policy: &'p TrustPolicy,
    account: &'p str,
    name: &'p str,
    association: &PodIdentityAssociation,
) -> Option<&'p Condition> {
    let own = association.external_id.value()?;
    let mut found = None;
    for statement in trusting(policy, account, name).filter(|statement| speaks_of(&statement.action, ASSUME_ROLE)) {
        let mut conditions = statement.effective_conditions().filter(|c| c.key.text.eq_ignore_ascii_case("sts:ExternalId"));
        let other = conditions.find(|c| {
            let exact =
                c.known().is_some_and(|o| !o.base.is_negated() && o.base.is_string() && !o.base.has_wildcards() && !o.base.ignores_case());
            exact && c.values.iter().all(|value| value.text != *own && !value.text.contains("${"))
        })?;
        found = found.or(Some(other));
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    fn found(more: &str, statement: &str) -> usize {
        texts(more, statement).len()
    }

    fn texts(more: &str, statement: &str) -> Vec<String> {
        let association = format!(
            r#"{{"association": {{"clusterName": "prod", "namespace": "payments", "serviceAccount": "api", "roleArn": "arn:aws:iam::111122223333:role/p/first", "targetRoleArn": "arn:aws:iam::444455556666:role/target"{more}}}}}"#
        );
        let role = format!(
            r#"{{"Role": {{"RoleName": "target", "Arn": "arn:aws:iam::444455556666:role/target", "Path": "/", "AssumeRolePolicyDocument": {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", {statement}}}]}}}}}}"#
        );
        of_rule(&check(&[("a.json", &association), ("r.json", &role)]), "target-role-not-trusting")
            .iter()
            .map(|d| format!("{} {}", d.message, d.help))
            .collect()
    }

    #[test]
    fn asks_for_principal_actions_and_external_id() {
        let both = r#""Action": ["sts:AssumeRole", "sts:TagSession"]"#;
        for trusted in ["arn:aws:iam::111122223333:role/p/first", "arn:aws:iam::111122223333:root", "111122223333"] {
            assert_eq!(found("", &format!(r#""Principal": {{"AWS": "{trusted}"}}, {both}"#)), 0, "{trusted}");
        }
        let first = r#""Principal": {"AWS": "arn:aws:iam::111122223333:role/p/first"}"#;
        assert_eq!(found("", &format!(r#"{first}, "Action": "sts:AssumeRole""#)), 1);
        let one = texts("", &format!(r#"{first}, "Action": "sts:AssumeRole""#));
        assert!(one[0].contains("the action `") && !one[0].contains("the actions"), "{one:?}");
        assert_eq!(found(r#", "disableSessionTags": true"#, &format!(r#"{first}, "Action": "sts:AssumeRole""#)), 0);
        assert_eq!(found("", &format!(r#""Principal": {{"Service": "pods.eks.amazonaws.com"}}, {both}"#)), 1);
        assert_eq!(found("", &format!(r#""Principal": {{"AWS": "arn:aws:iam::111122223333:role/other"}}, {both}"#)), 1);
        let asks = format!(r#"{first}, {both}, "Condition": {{"StringEquals": {{"sts:ExternalId": "x/y"}}}}"#);
        assert_eq!(found(r#", "externalId": "x/y""#, &asks), 0);
        assert_eq!(found(r#", "externalId": "x/z""#, &asks), 1);
        assert_eq!(found("", &asks), 0, "the document does not show it");
    }
}
