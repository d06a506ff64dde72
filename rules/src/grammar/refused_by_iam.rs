//! A trust policy that IAM refuses to store.

use irsa_lint_core::admission::action::{self, speaks_of};
use irsa_lint_core::admission::fault::At;
use irsa_lint_core::admission::{BUILT_IN, Federated};
use irsa_lint_core::declare_rule;
use irsa_lint_core::policy::{Base, Condition, Effect, Principal, PrincipalKind, Statement, find_mark};
use irsa_lint_core::provider::{Control, Refuses};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::syntax::Place;

use crate::faults::place;
use crate::wide::conditions_place;

declare_rule! {
    /// IAM refuses to create a role with this trust policy, or to change a role's policy into it.
    ///
    /// ## Why is this bad?
    ///
    /// For identity providers that many customers share IAM wants each statement to say whose workloads are let in, and not with a value
    /// that all have. It also refuses actions that are not STS's, and the bare principal `*`. A role that was stored before goes on
    /// working; the next change of its policy fails with `MalformedPolicyDocument`.
    ///
    /// ## How to fix it
    ///
    /// Ask for the tenant in each statement: a subject that begins with your own organisation, group or repository.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "Identity-provider controls for shared OIDC providers"
    ///
    /// ```json fail at=/Statement/0/Action
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "Action": "STS:AssumeRoleWithWebIdentity",
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
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
    ///         "token.actions.githubusercontent.com:sub": "repo:octo-org/octo-repo:environment:production"
    ///       }
    ///     }
    ///   }]
    /// }
    /// ```
    pub RefusedByIam { id: "refused-by-iam", severity: Error, family: "grammar", fix: None }
}

impl Rule for RefusedByIam {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        for statement in &role.policy.statements {
            if let Some((place, refusal, help)) = refusal(statement, role) {
                let message = format!("IAM refuses {} of {}: \"{refusal}\"", statement.name(), role.name());
                out.report(&Self::META, place, message).help(help).done();
            }
        }
    }
}

/// Whether IAM refuses to store the statement.
#[must_use]
pub fn is_refused(statement: &Statement, role: &RoleView<'_>) -> bool {
    refusal(statement, role).is_some()
}

/// Where IAM takes offence, what it says, and what to do.
fn refusal(statement: &Statement, role: &RoleView<'_>) -> Option<(Place, String, String)> {
    if let Some(star) = statement.principals.list.iter().position(|p| p.kind == PrincipalKind::Star) {
        let message = "AssumeRolepolicy contained an invalid principal: \"STAR\":\"*\".".to_owned();
        return Some((
            place(statement, At::Principal(star)),
            message,
            "name the principals under `Federated`, `AWS` or `Service`".to_owned(),
        ));
    }
    if has_other_actions(statement) {
        let message = "AssumeRole policy may only specify STS AssumeRole actions.".to_owned();
        return Some((place(statement, At::Action), message, format!("write `{}`, with `sts:` in lower case", action::WEB_IDENTITY)));
    }
    let controlled =
        statement.effect == Effect::Allow && !statement.principals.negated && speaks_of(&statement.action, action::WEB_IDENTITY);
    let mut federated = statement.principals.list.iter().filter(|p| controlled && p.kind == PrincipalKind::Federated);
    let finished = |principal: &Principal| find_mark(&principal.value.text).is_none();
    federated.find_map(|principal| by_control(statement, principal, role).filter(|_| finished(principal)))
}

/// Whether an action is `sts:*`, of another service, or a web identity's with `sts` in other letters (observed by others on live IAM).
fn has_other_actions(statement: &Statement) -> bool {
    !statement.action.negated
        && statement.action.patterns.iter().any(|pattern| {
            let Some((service, name)) = pattern.text.split_once(':') else { return false };
            let web = name.eq_ignore_ascii_case("AssumeRoleWithWebIdentity");
            let other = !service.eq_ignore_ascii_case("sts") || name == "*" || (web && service != "sts");
            other && find_mark(&pattern.text).is_none()
        })
}

/// What IAM says where a statement does not ask whose the workload is.
fn by_control(statement: &Statement, principal: &Principal, role: &RoleView<'_>) -> Option<(Place, String, String)> {
    let value = principal.value.text.as_str();
    let issuer = Federated::parse(value).issuer()?;
    let control = control_of(issuer, role)?;
    if satisfies(statement, issuer, control) {
        return None;
    }
    let keys: Vec<String> = control.any_of.iter().map(|name| whole_key(name, issuer)).collect();
    let message = if control.refuses == Refuses::InexactOperators {
        format!("Policy trusting {issuer} requires a StringEquals condition on an application id")
    } else if BUILT_IN.contains(&issuer) && statement.condition_span.is_none() {
        "A condition block must be present for the Cognito provider".to_owned()
    } else {
        let trusted = if control.refuses == Refuses::LeadingStar { value } else { issuer };
        let keys = keys.join(" or ");
        format!(
            "Trust policy with trusted principal {trusted} must evaluate, using StringEquals, StringLike or StringEqualsIgnoreCase, {keys} which is not scoped to all."
        )
    };
    let operator = if control.refuses == Refuses::InexactOperators { "`StringEquals`" } else { "`StringEquals` or `StringLike`" };
    let help = format!(
        "ask for your own tenant under {operator} with the key {}",
        keys.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(" or ")
    );
    let at = statement.effective_conditions().find(|c| keys.iter().any(|key| key.eq_ignore_ascii_case(&c.key.text)));
    let place = at.map_or_else(|| conditions_place(statement), |c| Place { span: c.span, pointer: c.pointer.clone() });
    Some((place, message, help))
}

/// The control of an issuer. GitHub's goes by how the issuer begins, whatever follows (observed by others).
fn control_of<'a>(issuer: &str, role: &RoleView<'a>) -> Option<&'a Control> {
    let catalogue = role.view.catalogue;
    if role.view.issuers.knows(issuer) {
        let entry = role.admission.issuers.iter().find(|entry| entry.issuer.as_deref() == Some(issuer));
        return entry.and_then(|entry| entry.provider).and_then(|provider| provider.control_for(issuer));
    }
    let strict = catalogue.providers().filter(|p| p.control.as_ref().is_some_and(|c| c.refuses == Refuses::LeadingStar));
    let by_prefix = strict.filter(|p| p.issuers.iter().any(|form| issuer.starts_with(form.text())));
    by_prefix.filter_map(|p| p.control.as_ref()).next()
}

fn whole_key(name: &str, issuer: &str) -> String {
    if name.contains(':') { name.to_owned() } else { format!("{issuer}:{name}") }
}

/// Whether one operator's block evaluates a key that IAM wants, and each such key in it well enough.
fn satisfies(statement: &Statement, issuer: &str, control: &Control) -> bool {
    let keys: Vec<String> = control.any_of.iter().map(|name| whole_key(name, issuer)).collect();
    let is_wanted = |c: &Condition| match control.refuses {
        Refuses::InexactOperators => keys.iter().any(|key| *key == c.key.text),
        _ => keys.iter().any(|key| key.eq_ignore_ascii_case(&c.key.text)),
    };
    let counts = |c: &Condition| {
        c.known().is_some_and(|operator| {
            let base = matches!(operator.base, Base::StringEquals | Base::StringEqualsIgnoreCase)
                || (operator.base == Base::StringLike && control.refuses != Refuses::InexactOperators);
            base && !operator.if_exists
        })
    };
    let candidates: Vec<&Condition> = statement.effective_conditions().filter(|c| is_wanted(c) && counts(c)).collect();
    candidates.iter().any(|one| {
        let same_block = candidates.iter().filter(|other| other.operator_name.span == one.operator_name.span);
        same_block.into_iter().all(|condition| is_scoped(condition, control.refuses))
    })
}

/// Whether IAM takes the values: it looks at the first of a list alone.
fn is_scoped(condition: &Condition, refuses: Refuses) -> bool {
    let Some(first) = condition.values.first() else { return true };
    match refuses {
        Refuses::Star => first.text != "*",
        Refuses::LeadingStar => !first.text.starts_with('*') && !first.text.trim().is_empty(),
        Refuses::InexactOperators => true,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, check, of_rule, policy};

    fn refused(issuer: &str, condition: &str) -> bool {
        let text = policy(condition).replace(ISSUER, issuer);
        !of_rule(&check(&[("p.json", &text)]), "refused-by-iam").is_empty()
    }

    #[test]
    fn the_general_control_minds_the_star_alone() {
        assert!(refused("gitlab.com", "{}") && refused("gitlab.com", r#"{"StringLike": {"ISSUER:sub": "*"}}"#));
        assert!(refused("gitlab.com", r#"{"StringEquals": {"ISSUER:aud": "https://gitlab.com"}}"#));
        assert!(!refused("gitlab.com", r#"{"StringLike": {"ISSUER:sub": "**"}}"#));
        assert!(!refused(
            "gitlab.com",
            r#"{"StringEquals": {"GITLAB.COM:SUB": "project_path:a/b:ref_type:branch:ref:main"}, "StringLike": {"ISSUER:sub": "*"}}"#
        ));
        assert!(!refused("gitlab.com/private", "{}"));
    }

    #[test]
    fn githubs_control_minds_what_begins_with_a_star() {
        let github = "token.actions.githubusercontent.com";
        assert!(refused(github, r#"{"StringLike": {"ISSUER:sub": ["*:x", "repo:a/b:*"]}}"#));
        assert!(!refused(github, r#"{"StringLike": {"ISSUER:sub": ["repo:a/b:*", "*"]}}"#));
        assert!(!refused(github, r#"{"StringLike": {"ISSUER:job_workflow_ref": "a/b/x@*"}}"#));
        assert!(refused(
            "token.actions.githubusercontent.com/acme",
            r#"{"StringEquals": {"token.actions.githubusercontent.com:sub": "repo:a/b:x"}}"#
        ));
    }

    #[test]
    fn private_issuers_and_deny_are_free() {
        assert!(!refused(ISSUER, "{}") && !refused("idp.example.com", "{}"));
        let deny = policy("{}").replace(ISSUER, "gitlab.com").replace(r#""Allow""#, r#""Deny""#);
        assert!(of_rule(&check(&[("p.json", &deny)]), "refused-by-iam").is_empty());
    }
}
