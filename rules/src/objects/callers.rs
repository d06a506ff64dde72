//! Who may assume a role with credentials of AWS (`sts:AssumeRole`), as far as its trust policy alone tells. Source: IAM User Guide, "AWS
//! JSON policy elements: Principal". Knows no web identity.

use irsa_lint_core::admission::action::speaks_of;
use irsa_lint_core::admission::language::Glob;
use irsa_lint_core::policy::{Arn, Condition, Effect, Principal, PrincipalKind, Statement, TrustPolicy, is_account_id};
use irsa_lint_core::syntax::Place;

use crate::objects::pods::ASSUME_ROLE;

/// The key that holds the caller's role.
const PRINCIPAL_ARN: &str = "aws:PrincipalArn";
/// The key that holds the caller's account.
const PRINCIPAL_ACCOUNT: &str = "aws:PrincipalAccount";

/// The Allow statements that let somebody of AWS assume the role.
pub fn statements(policy: &TrustPolicy) -> impl Iterator<Item = &Statement> {
    policy.statements.iter().filter(|statement| statement.effect == Effect::Allow && speaks_of(&statement.action, ASSUME_ROLE))
}

/// Whether the policy may let a role assume this one. A doubt counts as yes: conditions on what is not known here, principals that are not
/// written as ARNs. `live`: whether IAM shows the policy; then a unique id stands for what was deleted.
#[must_use]
pub fn may_assume(policy: &TrustPolicy, role: &str, live: bool) -> bool {
    let Some(caller) = Arn::parse(role) else { return true };
    statements(policy).any(|statement| {
        let principals = &statement.principals;
        let named =
            principals.list.iter().any(|principal| may_be(principal, role, &caller) && !(live && is_unique_id(&principal.value.text)));
        (named || principals.negated) && statement.effective_conditions().all(|condition| may_hold(condition, role, &caller))
    })
}

fn may_be(principal: &Principal, role: &str, caller: &Arn<'_>) -> bool {
    let text = principal.value.as_str();
    match principal.kind {
        PrincipalKind::Star => true,
        PrincipalKind::Aws if text == "*" || text == role || text == caller.account => true,
        PrincipalKind::Aws => match Arn::parse(text) {
            Some(arn) if arn.account != caller.account => !is_account_id(arn.account),
            Some(arn) if arn.service == "sts" => {
                let name = arn.resource.strip_prefix("assumed-role/").and_then(|session| session.split('/').next());
                name == caller.role().map(|(_, name)| name)
            }
            Some(arn) => arn.resource == "root" || arn.resource.contains(['$', '<', '{', '*']),
            // A unique id, or what is still to be filled in.
            None => !is_account_id(text),
        },
        _ => false,
    }
}

/// Whether a principal is the unique id of a role or a user. IAM shows it in place of the ARN once that is deleted. Source: IAM User Guide,
/// "IAM identifiers", "Unique identifiers".
#[must_use]
pub fn is_unique_id(principal: &str) -> bool {
    let id = principal.strip_prefix("AROA").or_else(|| principal.strip_prefix("AIDA"));
    id.is_some_and(|id| id.len() >= 12 && id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()))
}

/// Whether a condition may hold for a role's session. Keys of an identity provider are absent there.
fn may_hold(condition: &Condition, role: &str, caller: &Arn<'_>) -> bool {
    let Some(operator) = condition.known() else { return true };
    let positive = (operator.base.is_string() || operator.base.is_arn()) && !operator.base.is_negated();
    if !positive || operator.if_exists {
        return true;
    }
    let key = condition.key.as_str();
    let value = if key.eq_ignore_ascii_case(PRINCIPAL_ARN) {
        role
    } else if key.eq_ignore_ascii_case(PRINCIPAL_ACCOUNT) {
        caller.account
    } else {
        return !(key.ends_with(":sub") || key.ends_with(":aud"));
    };
    condition.values.iter().any(|wanted| {
        let text = wanted.as_str();
        text.contains("${")
            || if operator.base.has_wildcards() { Glob::parse(text).matches(value) } else { text.eq_ignore_ascii_case(value) }
    })
}

/// Where the policy says who may assume the role: the first principal that is one of AWS, else the first of all.
#[must_use]
pub fn place(policy: &TrustPolicy) -> Place {
    let of_aws = |principal: &&Principal| principal.kind == PrincipalKind::Aws;
    match statements(policy).flat_map(|statement| &statement.principals.list).find(of_aws) {
        Some(principal) => Place { span: principal.value.span, pointer: principal.pointer.clone() },
        None => crate::objects::pairing::principal_place(policy),
    }
}
