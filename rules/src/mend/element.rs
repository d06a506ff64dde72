//! Fixes of a policy's grammar: an element called by its right name, a Sid of letters and digits.

use irsa_lint_core::diagnostic::{Applicability, Fix};
use irsa_lint_core::policy::{TrustPolicy, Violation, ViolationKind, spelling::nearest};
use irsa_lint_core::rule::RoleView;
use irsa_lint_core::source::Span;

use crate::trust::faults::replaced_whole;

/// What a statement must have, or may have, and what is known of it.
const ELEMENTS: [&str; 5] = ["Effect", "Principal", "Action", "Condition", "Statement"];

/// The change that mends a violation, where the right text is certain.
#[must_use]
pub fn mended(role: &RoleView<'_>, violation: &Violation) -> Option<Fix> {
    match &violation.kind {
        ViolationKind::UnknownElement(name) => renamed(role, violation, name),
        ViolationKind::InvalidSid(sid) => plain_sid(role.policy, violation, sid),
        _ => None,
    }
}

/// Letters and digits alone. A Sid decides nothing.
fn plain_sid(policy: &TrustPolicy, violation: &Violation, sid: &str) -> Option<Fix> {
    let plain: String = sid.chars().filter(char::is_ascii_alphanumeric).collect();
    let sids = || policy.statements.iter().filter_map(|statement| statement.sid.as_ref());
    let written = sids().find(|sid| sid.span == violation.span)?;
    if plain.is_empty() || sids().any(|sid| sid.text == plain) {
        return None;
    }
    let edits = vec![replaced_whole(written, &plain)?];
    Some(Fix { applicability: Applicability::Safe, message: format!("call it `{plain}`"), edits })
}

/// The name that was meant, where that element is missing. What the element says counts from then on: a person must look.
fn renamed(role: &RoleView<'_>, violation: &Violation, name: &str) -> Option<Fix> {
    let same = ELEMENTS.into_iter().find(|known| known.eq_ignore_ascii_case(name));
    let meant = same.or_else(|| nearest(name, ELEMENTS, 2))?;
    is_missing(role.policy, violation, meant).then_some(())?;
    // The key as it stands there, in whatever quotes.
    let raw = role.view.source(violation.span);
    let at = u32::try_from(raw.find(name)?).ok()?;
    let start = violation.span.start + at;
    let span = Span { start, end: start + u32::try_from(name.len()).ok()?, ..violation.span };
    Some(Fix::replace(Applicability::Unsafe, format!("call it `{meant}`"), span, meant))
}

fn is_missing(policy: &TrustPolicy, violation: &Violation, meant: &str) -> bool {
    let (own, parent) = (violation.pointer.to_string(), |pointer: &str| pointer.rsplit_once('/').map(|(parent, _)| parent.to_owned()));
    let inside = parent(&own).unwrap_or_default();
    if meant == "Condition" {
        return policy.statements.iter().any(|statement| statement.pointer.to_string() == inside && statement.condition_span.is_none());
    }
    policy.violations.iter().any(|other| {
        matches!(other.kind, ViolationKind::MissingElement(missing) if missing == meant) && other.pointer.to_string() == inside
    })
}

#[cfg(test)]
mod tests {
    use irsa_lint_core::diagnostic::{Applicability, apply};

    use crate::testing::{bad_rules, check, policy};

    fn mended(from: &str, to: &str) -> Option<(Applicability, String)> {
        let good = policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b", "ISSUER:aud": "sts.amazonaws.com"}}"#);
        let text = good.replace(from, to);
        let fix = check(&[("p.json", &text)]).diagnostics.iter().find_map(|d| d.fix.clone())?;
        let mended = apply(&text, &fix.edits).unwrap();
        assert_eq!(bad_rules(&check(&[("p.json", &mended)])), [""; 0], "{mended}");
        Some((fix.applicability, mended))
    }

    #[test]
    fn names_that_were_meant() {
        for (from, to) in [("Condition\"", "Conditions\""), ("\"Action", "\"action"), ("\"Effect", "\"Efect"), ("Principal", "Principals")]
        {
            assert_eq!(mended(from, to).map(|(how, _)| how), Some(Applicability::Unsafe), "{to}");
        }
        assert_eq!(mended("\"Action\"", "\"Activity\": 1, \"Action\""), None);
        assert_eq!(mended("\"Action\"", "\"action\": \"sts:AssumeRole\", \"Action\""), None, "it is there already");
    }

    #[test]
    fn sids() {
        let (how, text) = mended("\"Effect\"", "\"Sid\": \"Pods of a\", \"Effect\"").unwrap();
        assert!(how == Applicability::Safe && text.contains(r#""Sid": "Podsofa""#), "{text}");
        assert_eq!(mended("\"Effect\"", "\"Sid\": \"--\", \"Effect\""), None);
    }
}
