//! A Deny statement of web identities: the tokens of which it speaks, as it is written and as it was meant, and what keeps it from speaking of any.

use irsa_lint_core::admission::action::{self, speaks_of};
use irsa_lint_core::admission::fault::At;
use irsa_lint_core::admission::key::{self, Absence, KeyMeaning};
use irsa_lint_core::admission::words::listed;
use irsa_lint_core::admission::{Admission, Federated, IssuerAdmission, Region};
use irsa_lint_core::policy::{
    Base, Condition, Effect, Operation, Operator, Principal, PrincipalKind, Principals, Statement, TrustPolicy, spelling,
};
use irsa_lint_core::rule::RoleView;
use smol_str::{SmolStr, format_smolstr};

/// What keeps a Deny from speaking of anybody.
pub struct Flaw {
    /// Where it stands.
    pub at: At,
    /// The reason, as the end of a sentence.
    pub reason: String,
    /// What to do.
    pub help: String,
}

/// Whether its principal speaks of an issuer's web identities. `{"AWS": "*"}` does not (measured by others), `"*"` does.
#[must_use]
pub fn names(role: &RoleView<'_>, deny: &Statement, issuer: &IssuerAdmission<'_>) -> bool {
    deny.principals.list.iter().any(|principal| match principal.kind {
        PrincipalKind::Star => true,
        PrincipalKind::Federated => match Federated::parse(&principal.value.text) {
            Federated::Provider(arn) => {
                Some(arn.issuer) == issuer.issuer.as_deref() && role.account().is_none_or(|account| account == arn.account)
            }
            Federated::BuiltIn(name) => Some(name) == issuer.issuer.as_deref(),
            _ => false,
        },
        _ => false,
    })
}

/// The tokens of an issuer for which conditions hold, or may hold.
#[must_use]
pub fn region(role: &RoleView<'_>, deny: &Statement, issuer: &IssuerAdmission<'_>, conditions: Vec<Condition>) -> Option<Region> {
    let named = issuer.issuer.as_deref();
    let federated = |p: &&Principal| p.kind == PrincipalKind::Federated && Federated::parse(&p.value.text).issuer() == named;
    let allows = role.policy.statements.iter().filter(|s| s.effect == Effect::Allow);
    let allow = allows.clone().find(|s| s.principals.list.iter().any(|p| federated(&p)))?;
    let list: Vec<Principal> = allow.principals.list.iter().filter(federated).cloned().collect();
    let principals = Principals { list, ..allow.principals.clone() };
    let mirror = Statement { effect: Effect::Allow, principals, action: allow.action.clone(), conditions, ..deny.clone() };
    let policy = TrustPolicy { statements: vec![mirror], ..role.policy.clone() };
    let mut admission = Admission::of(&policy, role.account(), role.view.issuers, role.budget);
    let at = admission.issuers.iter().position(|entry| entry.issuer.as_deref() == named)?;
    admission.issuers.swap_remove(at).statements.pop().and_then(|(_, region)| region)
}

/// The conditions as they stand. No token has a `*` where one is listed as an ordinary character.
#[must_use]
pub fn as_written(deny: &Statement) -> Vec<Condition> {
    let mut conditions: Vec<Condition> = deny.effective_conditions().cloned().collect();
    for condition in conditions.iter_mut().filter(|condition| has_literal_wildcard(condition)) {
        condition.values.retain(|value| !value.text.contains(['*', '?']));
    }
    conditions
}

/// The conditions as they were meant: patterns as patterns, keys as the issuer's own; and how many are left out, for keys that have no likeness
/// among those and may hold for anybody.
#[must_use]
pub fn as_meant(deny: &Statement, issuer: &IssuerAdmission<'_>) -> (Vec<Condition>, usize) {
    let (mut conditions, mut left_out) = (Vec::new(), 0);
    for condition in deny.effective_conditions() {
        let mut condition = condition.clone();
        if has_literal_wildcard(&condition)
            && let Some(operator) = condition.known()
        {
            condition.operator = Operation::Known(Operator { base: Base::StringLike, ..operator });
        }
        match misplaced(&condition, issuer) {
            None => conditions.push(condition),
            Some(absence) => match meant_key(&condition.key.text, &absence, issuer) {
                Some(meant) => {
                    condition.key.text = meant;
                    conditions.push(condition);
                }
                None => left_out += 1,
            },
        }
    }
    (conditions, left_out)
}

/// Whether it lists a `*` or `?` as an ordinary character.
#[must_use]
pub fn lists_wildcards(deny: &Statement) -> bool {
    deny.effective_conditions().any(has_literal_wildcard)
}

fn has_literal_wildcard(condition: &Condition) -> bool {
    let plain = |operator: Operator| matches!(operator.base, Base::StringEquals | Base::StringEqualsIgnoreCase);
    let audience = condition.key.text.to_ascii_lowercase().ends_with("aud");
    condition.known().is_some_and(plain) && !audience && condition.values.iter().any(|value| value.text.contains(['*', '?']))
}

/// Why the key is in no request, where another key was meant.
fn misplaced(condition: &Condition, issuer: &IssuerAdmission<'_>) -> Option<Absence> {
    match key::resolve(&condition.key.text, issuer.issuer.as_deref(), issuer.provider) {
        KeyMeaning::Absent(Absence::OtherService) => None,
        KeyMeaning::Absent(absence) => Some(absence),
        _ => None,
    }
}

fn meant_key(key: &str, absence: &Absence, issuer: &IssuerAdmission<'_>) -> Option<SmolStr> {
    let named = issuer.issuer.as_deref()?;
    let exposed = issuer.provider.into_iter().flat_map(|provider| provider.exposed_claims()).map(|claim| claim.name.as_ref());
    let written = match absence {
        Absence::UnknownClaim(claim) => claim.as_str(),
        _ => key.rsplit(':').next().unwrap_or(key),
    };
    let known = [key::SUB, key::AUD, key::OAUD].into_iter().chain(exposed).collect::<Vec<_>>();
    if let Some(claim) = known.iter().find(|claim| claim.eq_ignore_ascii_case(written)) {
        return Some(format_smolstr!("{named}:{claim}"));
    }
    let claim = spelling::nearest(written, known, if written.len() > 4 { 2 } else { 1 })?;
    Some(format_smolstr!("{named}:{claim}"))
}

/// The first thing that keeps it from speaking of an issuer's tokens.
#[must_use]
pub fn flaw(role: &RoleView<'_>, deny: &Statement, issuer: &IssuerAdmission<'_>) -> Option<Flaw> {
    let named = issuer.issuer.as_deref()?;
    if !names(role, deny, issuer) {
        let principal = deny.principals.list.first()?;
        return Some(Flaw { at: At::Principal(0), reason: of_principal(principal, named), help: principal_help(role, named) });
    }
    if !speaks_of(&deny.action, action::WEB_IDENTITY) {
        let actions = listed(deny.action.patterns.iter().map(|pattern| pattern.text.as_str()), 3);
        let reason = format!("its action {actions} is not the one that web identities call");
        return Some(Flaw { at: At::Action, reason, help: format!("deny `{}`", action::WEB_IDENTITY) });
    }
    deny.conditions.iter().enumerate().filter(|(_, condition)| !condition.overridden).find_map(|(at, condition)| {
        if let Some(absence) = misplaced(condition, issuer) {
            let reason = format!("its key `{}` {}", condition.key.text, absence.words(Some(named)));
            let help = match meant_key(&condition.key.text, &absence, issuer) {
                Some(meant) => format!("write `{meant}`"),
                None => format!("use `{named}:sub` or another claim that STS makes available"),
            };
            return Some(Flaw { at: At::Key(at), reason, help });
        }
        let value = condition.values.iter().find(|value| value.text.contains(['*', '?'])).filter(|_| has_literal_wildcard(condition))?;
        let (operator, text) = (&condition.operator_name.text, &value.text);
        let reason = format!("under `{operator}` a `*` or `?` such as in `{text}` is an ordinary character");
        Some(Flaw { at: At::Condition(at), reason, help: "write `StringLike`".to_owned() })
    })
}

fn of_principal(principal: &Principal, issuer: &str) -> String {
    let value = &principal.value.text;
    match principal.kind {
        PrincipalKind::Federated if value == "*" => "in a Deny statement the principal `{\"Federated\": \"*\"}` matches nobody".to_owned(),
        PrincipalKind::Federated => format!("its principal `{value}` is not the provider of `{issuer}`"),
        _ => {
            let kind = principal.key.as_ref().map_or("AWS", |key| key.text.as_str());
            format!("its principal `{{\"{kind}\": \"{value}\"}}` does not match web identities")
        }
    }
}

fn principal_help(role: &RoleView<'_>, issuer: &str) -> String {
    let allows = role.policy.statements.iter().filter(|s| s.effect == Effect::Allow);
    let mut arns = allows.flat_map(|s| &s.principals.list).map(|p| p.value.text.as_str());
    match arns.find(|value| Federated::parse(value).issuer() == Some(issuer)) {
        Some(arn) => format!("name the provider: `\"Principal\": {{\"Federated\": \"{arn}\"}}`"),
        None => "name the provider under `Federated`".to_owned(),
    }
}
