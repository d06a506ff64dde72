//! A condition has a form that also holds when the key is missing.

use irsa_lint_core::admission::key::{self, KeyMeaning};
use irsa_lint_core::admission::{Federated, words};
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::{Applicability, Fix, Severity};
use irsa_lint_core::policy::{Base, Condition, Effect, PrincipalKind, SetPrefix, Statement};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::source::Span;
use irsa_lint_core::syntax::Place;

declare_rule! {
    /// A condition on the subject, the audience or another claim also holds if the token lacks the claim.
    ///
    /// ## Why is this bad?
    ///
    /// `ForAllValues:` and `…IfExists` hold if the request does not have the key. Subject and audience are always present and have one
    /// value, so these forms add nothing; but after a typo in the key the condition restricts nothing, and nobody notices. Other claims
    /// can be missing from a token, for example `environment` and `job_workflow_ref` of GitHub: `ForAllValues` then lets the token in,
    /// although it looks like a restriction. AWS advises against set operators on keys with one value, and against `ForAllValues` with
    /// Allow.
    ///
    /// ## Severity
    ///
    /// Warning: the condition works today, but a typo in the key would open the role without any error. Info if `Null: false` on the same
    /// key requires the key to be present.
    ///
    /// ## How to fix it
    ///
    /// Remove the prefix or suffix: write `StringEquals` or `StringLike`. Only `amr`, which has several values, needs a set operator.
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
        lacking::report(role, out);
    }
}

/// Whether the operator holds for a key that is missing, as a set operator.
fn is_for_all(condition: &Condition) -> bool {
    condition.known().is_some_and(|operator| operator.set == Some(SetPrefix::ForAllValues) && !operator.base.is_negated())
}

/// Claims that only some of an issuer's tokens have. Sources: GitHub Docs, "OpenID Connect reference"; Buildkite Docs, "OIDC"; IAM User Guide,
/// "Available keys for AWS OIDC federation".
const OPTIONAL: &[&str] = &["job_workflow_ref", "environment", "enterprise_id", "cluster_id", "cluster_name", "email"];

/// Tokens that get in because they lack a claim.
mod lacking {
    use irsa_lint_core::admission::language::Language;
    use irsa_lint_core::admission::{Constraint, Grant, grammar_of, key, words};
    use irsa_lint_core::policy::{Base, Condition, Effect};
    use irsa_lint_core::provider::Provider;
    use irsa_lint_core::rule::{Findings, RoleView};
    use irsa_lint_core::syntax::Place;
    use smol_str::SmolStr;

    use super::{KeyMeaning, OPTIONAL, VacuousSetOperator, is_for_all, is_guarded};
    use crate::trust::statements::{StatementGrant, statement_grants};
    use crate::trust::wide::witness;

    pub(super) fn report(role: &RoleView<'_>, out: &mut Findings) {
        let allows = role.policy.statements.iter().filter(|s| s.effect == Effect::Allow);
        if !allows.flat_map(|s| s.effective_conditions()).any(is_for_all) {
            return;
        }
        for grant in statement_grants(role) {
            for condition in grant.statement.effective_conditions().filter(|c| is_for_all(c) && !is_guarded(c, grant.statement)) {
                of_condition(condition, &grant, role, out);
            }
        }
    }

    fn of_condition(condition: &Condition, grant: &StatementGrant<'_>, role: &RoleView<'_>, out: &mut Findings) {
        let Some(provider) = grant.issuer.provider else { return };
        let (claim, many) = match key::resolve(&condition.key.text, grant.issuer.issuer.as_deref(), Some(provider)) {
            KeyMeaning::Claim(claim) if OPTIONAL.contains(&claim.as_str()) => (claim, false),
            // Where the values are documented there is always one.
            KeyMeaning::MultivaluedClaim(claim) if provider.amr_values.is_empty() => (claim, true),
            _ => return,
        };
        let found = grant.pieces.iter().filter(|piece| may_lack(piece, &claim)).find_map(|piece| {
            let subject = subject(piece, provider, &claim, role)?;
            Some((witness(role, grant.issuer, piece, subject.clone()), subject))
        });
        let Some((tried, subject)) = found else { return };
        let place = Place { span: condition.span, pointer: condition.pointer.clone() };
        let Some(tried) = out.settle(&VacuousSetOperator::META, &place, tried) else { return };
        let plain = condition.known().map_or(Base::StringEquals, |operator| operator.base).name();
        let name = &condition.operator_name.text;
        let values = words::listed(condition.values.iter().map(|value| value.text.as_str()), 2);
        let message = format!(
            "`{name}` on `{}` requires {values}, but also holds for tokens without that claim: `{subject}` can assume {}",
            condition.key.text,
            role.name()
        );
        let help = if many { format!("write `ForAnyValue:{plain}`") } else { format!("write `{plain}`") };
        out.report(&VacuousSetOperator::META, place, message).witness(&tried).help(help).done();
    }

    fn may_lack(piece: &Grant, claim: &str) -> bool {
        match piece.region.constraint(claim) {
            None => true,
            Some(Constraint::Single { absent, .. }) => *absent,
            Some(Constraint::Multi { any, .. }) => any.is_empty(),
        }
    }

    /// A subject of a token that lacks the claim: not one that is made of it.
    fn subject(piece: &Grant, provider: &Provider, claim: &str, role: &RoleView<'_>) -> Option<SmolStr> {
        let mut without = provider.subjects.iter().filter(|form| !form.template.names().any(|part| part == claim));
        without.find_map(|form| piece.subjects().intersect(Language::grammar(grammar_of(&form.template))).witness(role.budget).yes())
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
        "`{name}` on {keys} in {} of {} also holds if the key is missing; otherwise it does the same as `{plain}`",
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
            let always = |claim: &str| [key::SUB, key::AUD, key::OAUD].contains(&claim);
            let one_of_many = |claim: &str| is_for_all(condition) && !OPTIONAL.contains(&claim) && claim != key::AUTHORIZED_BY_IDP;
            matches!(meaning, KeyMeaning::Claim(claim) if always(&claim) || one_of_many(&claim))
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
    fn a_claim_that_a_token_may_lack() {
        let github = |condition: &str| {
            let text = policy(&condition.replace("ISSUER", "token.actions.githubusercontent.com"));
            let text = text.replace(crate::testing::ISSUER, "token.actions.githubusercontent.com");
            of_rule(&check(&[("a.json", &text)]), "vacuous-set-operator")
                .into_iter()
                .map(|d| (d.severity, d.message.clone()))
                .collect::<Vec<_>>()
        };
        let with = |operator: &str, claim: &str, subject: &str| {
            github(&format!(
                r#"{{"StringEquals": {{"ISSUER:aud": "sts.amazonaws.com"}}, "StringLike": {{"ISSUER:sub": "{subject}"}}, "{operator}": {{"ISSUER:{claim}": "x"}}}}"#
            ))
        };
        let found = with("ForAllValues:StringEquals", "environment", "repo:octo-org/octo-repo:*");
        assert!(found.len() == 1 && found[0].0 == Severity::Warning, "{found:?}");
        assert!(found[0].1.contains("`repo:octo-org/octo-repo:"), "{found:?}");
        assert_eq!(with("ForAllValues:StringEquals", "job_workflow_ref", "repo:octo-org/octo-repo:ref:refs/heads/main").len(), 1);
        // The subject says that the claim is there.
        assert!(with("ForAllValues:StringEquals", "environment", "repo:octo-org/octo-repo:environment:prod").is_empty());
        // Every token has it.
        assert!(with("ForAllValues:StringEquals", "actor", "repo:octo-org/octo-repo:*")[0].1.contains("if the key is missing"));
        for operator in ["StringEquals", "StringEqualsIfExists", "ForAnyValue:StringEquals"] {
            assert!(with(operator, "environment", "repo:octo-org/octo-repo:*").is_empty(), "{operator}");
        }
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
