//! A statement, or a value, that lets in nobody whom another one does not let in as well.

use irsa_lint_core::admission::action::{self, speaks_of};
use irsa_lint_core::admission::language::{Glob, Language};
use irsa_lint_core::admission::{Budget, Constraint, Region};
use irsa_lint_core::declare_rule;
use irsa_lint_core::policy::{Condition, Effect, Statement};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::syntax::Place;

declare_rule! {
    /// A statement or a value admits nobody whom another one in the policy does not already admit.
    ///
    /// ## Why is this bad?
    ///
    /// Two entries that admit the same workloads are misleading: whoever removes the narrow one believes that somebody is now kept out,
    /// but nobody is. They also use up space, and a trust policy has only 2,048 characters.
    ///
    /// ## Severity
    ///
    /// Info: it does not change who gets in.
    ///
    /// ## How to fix it
    ///
    /// Remove the narrower one. Or narrow the wider one, if the narrower one was meant to replace it.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "Policy evaluation logic"
    ///
    /// ```json fail at=/Statement/0
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
    ///   }, {
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": ["system:serviceaccount:payments:api", "system:serviceaccount:payments:web"]
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
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": ["system:serviceaccount:payments:api", "system:serviceaccount:payments:web"]
    ///       }
    ///     }
    ///   }]
    /// }
    /// ```
    pub ShadowedStatement { id: "shadowed-statement", severity: Info, family: "nobody", fix: None }
}

/// A list of more values than this is not compared value by value.
const MOST_VALUES: usize = 50;

impl Rule for ShadowedStatement {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        let allows = || role.policy.statements.iter().enumerate().filter(|(_, s)| s.effect == Effect::Allow);
        let mut shadowed: Vec<usize> = Vec::new();
        if allows().count() > 1 {
            for (place, statement) in allows() {
                let mut others = allows().filter(|(other, _)| *other != place && !shadowed.contains(other));
                if let Some((other, wider)) = others.find(|(_, other)| admits_all_of(other, statement, role)) {
                    shadowed.push(place);
                    report_statement(statement, wider, other, role, out);
                }
            }
        }
        for (_, statement) in allows().filter(|(place, _)| !shadowed.contains(place)) {
            for condition in statement.effective_conditions() {
                shadowed_value(condition, role, out);
            }
        }
    }
}

fn report_statement(statement: &Statement, wider: &Statement, other: usize, role: &RoleView<'_>, out: &mut Findings) {
    let named = if wider.name() == statement.name() { format!("statement {}", other + 1) } else { wider.name() };
    let message = format!("{} of {} is redundant: {named} already admits everyone it admits", statement.name(), role.name());
    out.report(&ShadowedStatement::META, Place { span: statement.span, pointer: statement.pointer.clone() }, message)
        .help(format!("remove {}, or narrow {named} if that one is too wide", statement.name()))
        .related(Place { span: wider.span, pointer: wider.pointer.clone() }, "this statement already admits them")
        .done();
}

/// Whether a statement admits all that another one admits, which is somebody.
fn admits_all_of(wider: &Statement, narrower: &Statement, role: &RoleView<'_>) -> bool {
    let named = |statement: &Statement, text: &str| statement.principals.list.iter().any(|p| p.value.text == text);
    let principals = !wider.principals.negated
        && !narrower.principals.negated
        && narrower.principals.list.iter().all(|principal| named(wider, &principal.value.text));
    let actions = ["sts:AssumeRole", "sts:AssumeRoleWithSAML", action::WEB_IDENTITY, action::TAG_SESSION, action::SET_SOURCE_IDENTITY];
    let allowed = actions.iter().all(|one| !speaks_of(&narrower.action, one) || speaks_of(&wider.action, one));
    if !(principals && allowed && speaks_of(&narrower.action, action::WEB_IDENTITY)) {
        return false;
    }
    let mut somebody = false;
    for entry in &role.admission.issuers {
        let region = |index: usize| entry.statements.iter().find(|(known, _)| *known == index).and_then(|(_, region)| region.as_ref());
        let Some(narrow) = region(narrower.index) else { continue };
        if !region(wider.index).is_some_and(|wide| is_inside(narrow, wide, role.budget)) {
            return false;
        }
        somebody |= entry.grants.iter().any(|grant| grant.statements.contains(&narrower.index));
    }
    somebody
}

/// Whether every token of a region is for certain in another.
fn is_inside(narrow: &Region, wide: &Region, budget: &Budget) -> bool {
    wide.exact
        && wide.residual.is_empty()
        && wide.claims.iter().all(|(claim, wanted)| match (narrow.constraint(claim), wanted) {
            (_, wanted) if wanted.is_free() => true,
            (Some(own), wanted) if own == wanted => true,
            (Some(Constraint::Single { present, absent }), Constraint::Single { present: all, absent: without }) => {
                (!absent || *without) && present.is_subset(all, budget).is_yes()
            }
            _ => false,
        })
}

/// A value of a list that a pattern of the same list covers, or that stands there twice.
fn shadowed_value(condition: &Condition, role: &RoleView<'_>, out: &mut Findings) {
    let values = &condition.values;
    let Some(operator) = condition.known().filter(|o| o.base.is_string() && (2..=MOST_VALUES).contains(&values.len())) else { return };
    let patterns = operator.base.has_wildcards() && values.iter().any(|value| value.text.contains('*'));
    let covers = |wide: &str, narrow: &str| {
        let pattern = patterns && wide.contains('*') && !wide.contains("${") && !narrow.contains("${");
        let all = || Language::glob(Glob::parse(narrow)).is_subset(&Language::glob(Glob::parse(wide)), role.budget).is_yes();
        wide == narrow || (pattern && wide.len() <= narrow.len() && all())
    };
    for (index, value) in values.iter().enumerate() {
        let by = values.iter().enumerate().find(|(other, wide)| {
            // Of two that are alike the later one is too many.
            *other != index && (wide.text != value.text || *other < index) && covers(&wide.text, &value.text)
        });
        let Some((_, wide)) = by else { continue };
        let same = wide.text == value.text;
        let what = if same { "occurs twice in the list".to_owned() } else { format!("is covered by `{}` in the same list", wide.text) };
        let message = format!("`{}` {what} and admits nobody else to {}", value.text, role.name());
        let help =
            if same { "remove one of the two".to_owned() } else { format!("remove it, or narrow `{}` if that one is too wide", wide.text) };
        out.report(&ShadowedStatement::META, Place { span: value.span, pointer: condition.pointer.index(index) }, message)
            .help(help)
            .related(Place { span: wide.span, pointer: condition.pointer.clone() }, "this value already admits it")
            .done();
        return;
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, check, of_rule, policy};

    fn two(first: &str, second: &str) -> Vec<String> {
        let (a, b) = (policy(first), policy(second));
        let inner = |text: &str| text.split_once('[').unwrap().1.rsplit_once(']').unwrap().0.to_owned();
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{}, {}]}}"#, inner(&a), inner(&b));
        let answer = check(&[("p.json", &text)]);
        of_rule(&answer, "shadowed-statement").into_iter().map(|d| d.place.pointer.to_string()).collect()
    }

    #[test]
    fn the_narrower_statement() {
        let one = r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b", "ISSUER:aud": "sts.amazonaws.com"}}"#;
        let wide = r#"{"StringLike": {"ISSUER:sub": "system:serviceaccount:a:*"}}"#;
        assert_eq!(two(one, wide), ["/Statement/0"]);
        assert_eq!(two(wide, one), ["/Statement/1"]);
        assert_eq!(two(one, one).len(), 1);
        let (narrow, wider) = (policy(one), policy(wide));
        let inner = |text: &str, sid: &str| {
            let statement = text.split_once('[').unwrap().1.rsplit_once(']').unwrap().0.to_owned();
            statement.replacen('{', &format!(r#"{{"Sid": "{sid}", "#), 1)
        };
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{}, {}]}}"#, inner(&narrow, "Narrow"), inner(&wider, "Wide"));
        assert!(of_rule(&check(&[("p.json", &text)]), "shadowed-statement")[0].message.contains("Wide"));
    }

    #[test]
    fn statements_that_add_something() {
        let one = r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b", "ISSUER:aud": "sts.amazonaws.com"}}"#;
        for other in [
            r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:c", "ISSUER:aud": "sts.amazonaws.com"}}"#,
            r#"{"StringLike": {"ISSUER:sub": "system:serviceaccount:a:*", "ISSUER:aud": "other"}}"#,
            r#"{"StringLike": {"ISSUER:sub": "system:serviceaccount:a:*"}, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}"#,
        ] {
            assert_eq!(two(one, other), [""; 0], "{other}");
        }
        let tagging = policy(one).replace(r#""sts:AssumeRoleWithWebIdentity""#, r#"["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]"#);
        assert!(of_rule(&check(&[("p.json", &tagging)]), "shadowed-statement").is_empty());
        let other_cluster = one.replace("ISSUER", &ISSUER.replace("3041E", "3041F"));
        assert_eq!(two(one, &other_cluster), [""; 0]);
    }

    #[test]
    fn values_of_one_list() {
        let of = |values: &str| {
            let text = policy(&format!(r#"{{"StringLike": {{"ISSUER:sub": {values}}}}}"#));
            let answer = check(&[("p.json", &text)]);
            of_rule(&answer, "shadowed-statement").into_iter().map(|d| d.message.clone()).collect::<Vec<_>>()
        };
        assert!(of(r#"["system:serviceaccount:a:b", "system:serviceaccount:a:*"]"#)[0].contains("covered by `system:serviceaccount:a:*`"));
        assert!(of(r#"["system:serviceaccount:a:b", "system:serviceaccount:a:b"]"#)[0].contains("occurs twice"));
        assert!(of(r#"["system:serviceaccount:a:b", "system:serviceaccount:a:c", "system:serviceaccount:b:*"]"#).is_empty());
        assert!(of(r#"["repo:o/r:*", "repo:o@1/r@2:*"]"#).is_empty());
    }
}
