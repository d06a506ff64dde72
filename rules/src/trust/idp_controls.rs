//! IAM's identity-provider controls: what a statement must ask for where many customers share an issuer. Source: IAM User Guide,
//! "Identity-provider controls for shared OIDC providers"; the details were observed by others on live IAM. Knows no other refusals.

use irsa_lint_core::admission::{BUILT_IN, Federated};
use irsa_lint_core::policy::{Base, Condition, Principal, Statement};
use irsa_lint_core::provider::{Control, Refuses};
use irsa_lint_core::rule::RoleView;
use irsa_lint_core::syntax::Place;

use crate::trust::refusals::Refusal;
use crate::trust::wide::conditions_place;

/// What IAM says where a statement does not ask whose the workload is.
#[must_use]
pub fn refused(statement: &Statement, principal: &Principal, role: &RoleView<'_>) -> Option<Refusal> {
    let value = principal.value.text.as_str();
    let issuer = Federated::parse(value).issuer()?;
    let control = control_of(issuer, role)?;
    if satisfies(statement, issuer, control) {
        return None;
    }
    let keys: Vec<String> = control.any_of.iter().map(|name| whole_key(name, issuer)).collect();
    let says = if control.refuses == Refuses::InexactOperators {
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
        "add a condition under {operator} that names your own organisation or account, on the key {}",
        keys.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(" or ")
    );
    let at = statement.effective_conditions().find(|c| keys.iter().any(|key| key.eq_ignore_ascii_case(&c.key.text)));
    let place = at.map_or_else(|| conditions_place(statement), |c| Place { span: c.span, pointer: c.pointer.clone() });
    let message = format!("{} does not say whose workloads of `{issuer}` it lets in", statement.name());
    Some(Refusal::new(place, message, says, help))
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
