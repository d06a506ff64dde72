//! A condition on the subject or the audience has a form that also holds when the key is missing.

use irsa_lint_core::admission::key::{self, KeyMeaning};
use irsa_lint_core::admission::{Federated, words};
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::{Applicability, Fix, Severity};
use irsa_lint_core::policy::{Base, Condition, Effect, PrincipalKind, SetPrefix, Statement};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::source::Span;
use irsa_lint_core::syntax::Place;

declare_rule! {
    /// A condition on the subject or the audience has a form that also holds when the key is missing.
    ///
    /// ## Why is this bad?
    ///
    /// `ForAllValues:` and `…IfExists` hold when the request does not have the key. Subject and audience are always there and have one value, so that
    /// they add nothing; but with one slip in the key the condition asks for nothing at all, and nobody notices. AWS advises against set
    /// operators on such keys, and against `ForAllValues` with Allow.
    ///
    /// ## Severity
    ///
    /// A warning: the condition does what it should today, but a slip in the key would open the role without a word. Info where `Null:
    /// false` on the same key demands that it is there.
    ///
    /// ## How to fix it
    ///
    /// Leave the prefix and the suffix out: `StringEquals`, `StringLike`. On `amr`, which has several values, a set operator belongs.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "Set operators for multivalued context keys"
    ///
    /// ```json fail at=/Statement/0/Condition/ForAllValues:StringLike/oidc.eks.eu-west-1.amazonaws.com~1id~1EXAMPLED539D4633E53DE1B716D3041E:sub
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com"},
    ///       "ForAllValues:StringLike": {"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"}
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
    pub VacuousSetOperator { id: "vacuous-set-operator", severity: Warning, family: "condition", fix: Safe }
}

impl Rule for VacuousSetOperator {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        for statement in role.policy.statements.iter().filter(|statement| statement.effect == Effect::Allow) {
            let mut seen: Vec<Span> = Vec::new();
            for condition in statement.effective_conditions() {
                let span = condition.operator_name.span;
                if !is_vacuous(condition, statement, role) || seen.contains(&span) {
                    continue;
                }
                seen.push(span);
                report(condition, statement, role, out);
            }
        }
    }
}

/// One finding for an operator with all its keys: they are mended together.
fn report(first: &Condition, statement: &Statement, role: &RoleView<'_>, out: &mut Findings) {
    let Some(operator) = first.known() else { return };
    let block = || statement.effective_conditions().filter(|condition| condition.operator_name.span == first.operator_name.span);
    let concerned: Vec<&Condition> = block().filter(|condition| is_vacuous(condition, statement, role)).collect();
    let keys = words::listed(concerned.iter().map(|condition| condition.key.text.as_str()), 3).replace(" or ", " and ");
    let (name, plain) = (&first.operator_name.text, operator.base.name());
    let message = format!(
        "`{name}` on {keys} in {} of {} would hold without the key, too; where the key is there it does no more than `{plain}`",
        statement.name(),
        role.name()
    );
    let guarded = concerned.iter().all(|condition| is_guarded(condition, statement));
    let severity = if guarded { Severity::Info } else { Severity::Warning };
    let all_concerned = block().all(|condition| is_vacuous(condition, statement, role));
    let taken = statement.conditions.iter().any(|condition| condition.operator_name.text.eq_ignore_ascii_case(plain));
    let fix = (all_concerned && !taken).then(|| {
        let message = format!("replace `{name}` by `{plain}`");
        Fix::replace(Applicability::Safe, message, first.operator_name.inner_span(), plain)
    });
    let place = Place { span: first.span, pointer: first.pointer.clone() };
    out.report(&VacuousSetOperator::META, place, message).severity(severity).help(format!("write `{plain}`")).fix(fix).done();
}

/// Whether a condition on a claim that every token has, once, would hold without it.
fn is_vacuous(condition: &Condition, statement: &Statement, role: &RoleView<'_>) -> bool {
    condition.known().is_some_and(|operator| operator.if_exists || operator.set == Some(SetPrefix::ForAllValues))
        && !statement.principals.negated
        && statement.principals.list.iter().filter(|p| p.kind == PrincipalKind::Federated).any(|principal| {
            let issuer = Federated::parse(&principal.value.text).issuer();
            let provider = issuer.and_then(|issuer| role.view.issuers.provider_of(issuer));
            let meaning = key::resolve(&condition.key.text, issuer, provider);
            matches!(meaning, KeyMeaning::Claim(claim) if [key::SUB, key::AUD, key::OAUD].contains(&claim.as_str()))
        })
}

/// Whether the statement says by itself that the key must be there.
fn is_guarded(condition: &Condition, statement: &Statement) -> bool {
    statement.effective_conditions().any(|other| {
        other.known().is_some_and(|operator| operator.base == Base::Null)
            && other.key.text.eq_ignore_ascii_case(&condition.key.text)
            && !other.values.is_empty()
            && other.values.iter().all(|value| value.text.eq_ignore_ascii_case("false"))
    })
}

#[cfg(test)]
mod tests {
    use irsa_lint_core::diagnostic::{Severity, apply};

    use crate::testing::{bad_rules, check, of_rule, policy};

    #[test]
    fn one_finding_and_one_fix_for_one_operator() {
        let text =
            policy(r#"{"StringEqualsIfExists": {"ISSUER:sub": "system:serviceaccount:payments:api", "ISSUER:aud": "sts.amazonaws.com"}}"#);
        let answer = check(&[("a.json", &text)]);
        let found = of_rule(&answer, "vacuous-set-operator");
        assert_eq!(found.iter().map(|d| d.severity).collect::<Vec<_>>(), [Severity::Warning]);
        let mended = apply(&text, &found[0].fix.as_ref().unwrap().edits).unwrap();
        assert_eq!(mended, text.replace("StringEqualsIfExists", "StringEquals"));
        assert_eq!(bad_rules(&check(&[("a.json", &mended)])), [""; 0]);
    }

    #[test]
    fn a_key_that_must_be_there_makes_it_harmless() {
        let text = policy(
            r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com"}, "ForAllValues:StringLike": {"ISSUER:sub": "system:serviceaccount:payments:api"}, "Null": {"ISSUER:sub": "false"}}"#,
        );
        let answer = check(&[("a.json", &text)]);
        assert_eq!(of_rule(&answer, "vacuous-set-operator")[0].severity, Severity::Info);
        assert_eq!(bad_rules(&answer), [""; 0]);
    }

    #[test]
    fn only_a_null_that_asks_for_every_key_makes_it_harmless() {
        let sub = r#""ISSUER:sub": "system:serviceaccount:payments:api""#;
        for null in
            [r#"{"ISSUER:aud": "false"}"#, r#"{"ISSUER:sub": "true"}"#, r#"{"ISSUER:sub": ["false", "true"]}"#, r#"{"ISSUER:sub": []}"#]
        {
            let condition = format!(r#"{{"StringEqualsIfExists": {{{sub}, "ISSUER:oaud": "sts.amazonaws.com"}}, "Null": {null}}}"#);
            let answer = check(&[("a.json", &policy(&condition))]);
            let found = of_rule(&answer, "vacuous-set-operator");
            assert_eq!(found.iter().map(|d| d.severity).collect::<Vec<_>>(), [Severity::Warning], "{condition}");
        }
        let one_of_two =
            format!(r#"{{"StringEqualsIfExists": {{{sub}, "ISSUER:oaud": "sts.amazonaws.com"}}, "Null": {{"ISSUER:sub": "false"}}}}"#);
        assert_eq!(of_rule(&check(&[("a.json", &policy(&one_of_two))]), "vacuous-set-operator")[0].severity, Severity::Warning);
    }

    #[test]
    fn no_fix_where_it_would_change_more() {
        for condition in [
            r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com"}, "StringEqualsIfExists": {"ISSUER:sub": "system:serviceaccount:payments:api"}}"#,
            r#"{"StringEqualsIfExists": {"ISSUER:sub": "system:serviceaccount:payments:api", "aws:SourceVpc": "vpc-1"}}"#,
        ] {
            let answer = check(&[("a.json", &policy(condition))]);
            let found = of_rule(&answer, "vacuous-set-operator");
            assert!(found.len() == 1 && found[0].fix.is_none(), "{condition}: {found:?}");
        }
    }

    #[test]
    fn one_provider_of_several_is_enough() {
        let text = policy(r#"{"StringEqualsIfExists": {"ISSUER:sub": "system:serviceaccount:payments:api"}}"#);
        let own = text.split('"').find(|part| part.contains("oidc-provider/")).unwrap();
        let both = format!(r#"["arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com", "{own}"]"#);
        let two = text.replace(&format!("\"{own}\""), &both);
        assert_eq!(of_rule(&check(&[("a.json", &two)]), "vacuous-set-operator").len(), 1, "{two}");
        let deny = text.replace("Allow", "Deny");
        assert!(of_rule(&check(&[("a.json", &deny)]), "vacuous-set-operator").is_empty());
    }

    #[test]
    fn other_keys_and_operators_are_left_alone() {
        for condition in [
            r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com", "ISSUER:sub": "system:serviceaccount:payments:api"}, "IpAddressIfExists": {"aws:SourceIp": "192.0.2.0/24"}}"#,
            r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com", "ISSUER:sub": "system:serviceaccount:payments:api"}, "ForAllValues:StringEquals": {"aws:TagKeys": "team"}}"#,
            r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com"}, "ForAnyValue:StringEquals": {"ISSUER:sub": "system:serviceaccount:payments:api"}}"#,
        ] {
            assert!(of_rule(&check(&[("a.json", &policy(condition))]), "vacuous-set-operator").is_empty(), "{condition}");
        }
    }
}
