//! One subject of several that another condition or a Deny statement shuts out.

use irsa_lint_core::admission::language::{Glob, Language};
use irsa_lint_core::admission::{IssuerAdmission, Region, key};
use irsa_lint_core::declare_rule;
use irsa_lint_core::policy::{Condition, Effect, Operator, Statement};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::syntax::Place;

use crate::trust::wide::subject_conditions;

declare_rule! {
    /// One of several listed subjects is kept out by another condition or by a Deny statement.
    ///
    /// ## Why is this bad?
    ///
    /// The statement works for the other subjects, so nothing seems wrong. But nobody with this subject can assume the role.
    ///
    /// ## Severity
    ///
    /// Warning: the statement works for the other subjects, and only this one is kept out.
    ///
    /// ## How to fix it
    ///
    /// Remove the value, or change what keeps it out.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "Policy evaluation logic"
    /// - IAM User Guide, "Conditions with multiple context keys or values"
    ///
    /// ```json fail at=/Statement/0/Condition/StringEquals/oidc.eks.eu-west-1.amazonaws.com~1id~1EXAMPLED539D4633E53DE1B716D3041E:sub/1
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": ["system:serviceaccount:payments:api", "system:serviceaccount:billing:api"]
    ///       },
    ///       "StringLike": {
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:*"
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
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": ["system:serviceaccount:payments:api", "system:serviceaccount:billing:api"]
    ///       }
    ///     }
    ///   }]
    /// }
    /// ```
    pub DeadValue { id: "dead-value", severity: Warning, family: "nobody", fix: None }
}

impl Rule for DeadValue {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        let denied = role.policy.statements.iter().any(|statement| statement.effect == Effect::Deny);
        for entry in &role.admission.issuers {
            for (index, region) in &entry.statements {
                let Some(region) = region else { continue };
                let statement = role.policy.statements.iter().find(|statement| statement.index == *index);
                let Some(statement) = statement.filter(|statement| denied || subject_conditions(statement, entry).nth(1).is_some()) else {
                    continue;
                };
                of_statement(statement, entry, region, role, out);
            }
        }
    }
}

fn of_statement(statement: &Statement, entry: &IssuerAdmission<'_>, region: &Region, role: &RoleView<'_>, out: &mut Findings) {
    let grants = || entry.grants.iter().filter(|grant| grant.statements.contains(&statement.index));
    // Where nobody is let in at all, other rules say why.
    if grants().next().is_none() || grants().any(|grant| !grant.settled) {
        return;
    }
    let forms = role.view.issuers.forms(entry.issuer.as_deref());
    for condition in subject_conditions(statement, entry) {
        let Some(operator) = condition.known().filter(|o| o.base.is_string() && !o.base.is_negated()) else { continue };
        if condition.values.len() < 2 {
            continue;
        }
        for (at, value) in condition.values.iter().enumerate().filter(|(_, value)| !value.text.contains("${")) {
            let own = language(&value.text, operator);
            let possible = forms.possible.as_ref().map_or_else(|| own.clone(), |possible| own.clone().intersect(possible.clone()));
            let let_in = |subjects: Language| !subjects.intersect(possible.clone()).is_empty(role.budget).is_yes();
            // What the issuer never sends has a rule of its own.
            if possible.is_empty(role.budget).is_yes() || grants().any(|grant| let_in(grant.subjects())) {
                continue;
            }
            let by_deny = let_in(region.values(key::SUB));
            report(condition, at, by_deny, statement, role, out);
        }
    }
}

fn language(value: &str, operator: Operator) -> Language {
    match (operator.base.has_wildcards(), operator.base.ignores_case()) {
        (true, true) => Language::glob_ignore_case(Glob::parse(value)),
        (true, false) => Language::glob(Glob::parse(value)),
        (false, true) => Language::literal_ignore_case(value),
        (false, false) => Language::literal(value),
    }
}

fn report(condition: &Condition, at: usize, by_deny: bool, statement: &Statement, role: &RoleView<'_>, out: &mut Findings) {
    let Some(value) = condition.values.get(at) else { return };
    let (why, help) = if by_deny {
        ("is kept out by a Deny statement", "remove the value, or narrow the Deny statement")
    } else {
        ("is kept out by another condition of the same statement", "remove the value, or add it to the other condition")
    };
    let message = format!("`{}` in {} of {} {why}, so this value lets nobody in", value.text, statement.name(), role.name());
    let pointer = if condition.list { condition.pointer.index(at) } else { condition.pointer.clone() };
    out.report(&DeadValue::META, Place { span: value.span, pointer }, message).help(help).done();
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, check, of_rule, policy};

    fn found(condition: &str, deny: Option<&str>) -> Vec<String> {
        let mut text = policy(condition);
        if let Some(deny) = deny {
            let deny = deny.replace("ISSUER", ISSUER);
            let statement = format!(
                r#"}}, {{"Effect": "Deny", "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{ISSUER}"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {deny}}}]}}"#
            );
            text = format!("{}{statement}", text.strip_suffix("}]}").unwrap());
        }
        let answer = check(&[("p.json", &text)]);
        of_rule(&answer, "dead-value").into_iter().map(|d| d.message.clone()).collect()
    }

    const TWO: &str = r#"{"StringLike": {"ISSUER:sub": ["system:serviceaccount:a:b", "system:serviceaccount:c:*"]}}"#;

    #[test]
    fn what_shuts_a_value_out() {
        let denied = found(TWO, Some(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b"}}"#));
        assert!(denied.len() == 1 && denied[0].contains("`system:serviceaccount:a:b`") && denied[0].contains("Deny"), "{denied:?}");
        let both = TWO.replace("}}", r#"}, "StringNotLike": {"ISSUER:sub": "system:serviceaccount:c:*"}}"#);
        let found = found(&both, None);
        assert!(found.len() == 1 && found[0].contains("another condition"), "{found:?}");
    }

    #[test]
    fn what_leaves_some_of_each_value() {
        assert_eq!(found(TWO, None), [""; 0]);
        assert_eq!(found(TWO, Some(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:c:d"}}"#)), [""; 0]);
        assert_eq!(found(TWO, Some(r#"{"StringNotEquals": {"ISSUER:aud": "sts.amazonaws.com"}}"#)), [""; 0]);
        // What is left of it comes in two pieces, and each value need only be in one.
        let with_audience = r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b", "ISSUER:aud": "sts.amazonaws.com"}}"#;
        assert_eq!(found(TWO, Some(with_audience)), [""; 0]);
        let one = r#"{"StringLike": {"ISSUER:sub": "system:serviceaccount:a:*"}, "StringNotEquals": {"ISSUER:sub": "system:serviceaccount:a:b"}}"#;
        assert_eq!(found(one, None), [""; 0]);
    }
}
