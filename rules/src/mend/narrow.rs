//! The fix of a grant to more of a cluster than the run shows in use: the ServiceAccounts that name the role in the place of the pattern.

use irsa_lint_core::admission::{IssuerAdmission, key};
use irsa_lint_core::diagnostic::{Applicability, Edit, Fix};
use irsa_lint_core::document::model::Listed;
use irsa_lint_core::order;
use irsa_lint_core::policy::{Base, Condition, Operator};
use irsa_lint_core::rule::RoleView;

use crate::mend::edits::{Added, member_before, values_instead};
use crate::trust::kubernetes::{WideCluster, subject};
use crate::trust::wide::subject_conditions;

/// More ServiceAccounts than these are a pattern's work, and hardly somebody's list.
const MOST: usize = 8;

/// Lets in the ServiceAccounts that name the role and nobody else. It only narrows; but whether others use the role that the run does not show
/// is known only where the run lists all ServiceAccounts of the cluster, so that elsewhere a person must look.
#[must_use]
pub fn to_users(role: &RoleView<'_>, wide: &WideCluster<'_>) -> Option<Fix> {
    let subjects = users(role, wide)?;
    let mut conditions = subject_conditions(wide.statement, wide.issuer);
    let edit = match (conditions.next(), conditions.next()) {
        (Some(condition), None) => in_condition(role, condition, subjects.clone())?,
        (None, _) => new_condition(role, wide, &subjects)?,
        _ => return None,
    };
    let all = role.view.estate.documents().full_lists.iter().any(|list| list.of == Listed::ServiceAccounts && list.namespace.is_none());
    let applicability = if all { Applicability::Safe } else { Applicability::Unsafe };
    let shown = subjects.iter().map(|subject| format!("`{}`", subject.trim_start_matches("system:serviceaccount:"))).collect::<Vec<_>>();
    let message = format!("let in only {}, which use the role in these files", shown.join(", "));
    Some(Fix { applicability, message, edits: vec![edit] })
}

/// The subjects of the ServiceAccounts that name the role, if each of them is known and let in now, and of this very cluster.
fn users(role: &RoleView<'_>, wide: &WideCluster<'_>) -> Option<Vec<String>> {
    let estate = role.view.estate;
    let accounts = estate.accounts_of(role.id);
    if accounts.is_empty() || accounts.len() > MOST {
        return None;
    }
    let admitted = wide.piece.subjects();
    let named = |id| {
        let account = estate.service_account(id)?;
        let subject = subject(account.namespace.known()?, account.name.value()?.as_str());
        admitted.contains(&subject).then(|| subject.to_string())
    };
    let mut subjects: Vec<String> = accounts.iter().map(|id| named(*id)).collect::<Option<_>>()?;
    order::sort(&mut subjects);
    subjects.dedup();
    let is_only = |issuer: &IssuerAdmission<'_>| role.admission.grants().all(|(other, _)| other.issuer == issuer.issuer);
    let is_this = wide.issuer.issuer.as_deref().is_some_and(|own| estate.cluster_issuer().value().is_some_and(|known| known == own));
    (is_this || is_only(wide.issuer)).then_some(subjects)
}

fn plain(operator: Operator) -> bool {
    matches!(operator.base, Base::StringEquals | Base::StringLike) && operator.set.is_none() && !operator.if_exists
}

/// In the place of the one pattern among the values; the others stay.
fn in_condition(role: &RoleView<'_>, condition: &Condition, subjects: Vec<String>) -> Option<Edit> {
    let mut patterns = condition.values.iter().filter(|value| value.text.contains(['*', '?']));
    let (pattern, None) = (patterns.next()?, patterns.next()) else { return None };
    let is_listed = |subject: &String| condition.values.iter().any(|value| value.text == *subject);
    let new: Vec<String> = subjects.into_iter().filter(|subject| !is_listed(subject)).collect();
    (condition.known().is_some_and(plain) && !new.is_empty()).then(|| values_instead(&role.view, pattern, condition.list, &new))?
}

/// Beside a condition that asks for something else of the same issuer.
fn new_condition(role: &RoleView<'_>, wide: &WideCluster<'_>, subjects: &[String]) -> Option<Edit> {
    let equals = |condition: &&Condition| condition.known().is_some_and(|operator| operator.base == Base::StringEquals && plain(operator));
    let beside = wide.statement.conditions.iter().find(equals)?;
    let name = format!("{}:{}", wide.issuer.issuer.as_deref()?, key::SUB);
    let added = match subjects {
        [one] => Added::Text(one),
        several => Added::List(several),
    };
    member_before(&role.view, &beside.key, beside.values_span.start, &name, added)
}

#[cfg(test)]
mod tests {
    use irsa_lint_core::diagnostic::{Applicability, Fix, apply};

    use crate::testing::{ISSUER, bad_rules, check, policy};

    const AUDIENCE: &str = r#""ISSUER:aud": "sts.amazonaws.com""#;

    fn account(namespace: &str, name: &str) -> String {
        format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {name}, namespace: {namespace}, annotations: {{eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/app'}}}}\n"
        )
    }

    /// The fix of the first finding, and what is found after it.
    fn fixed(condition: &str, accounts: &str) -> Option<(Fix, String)> {
        let text = policy(condition);
        let before = check(&[("p.json", &text), ("sa.yaml", accounts)]);
        let fix = before.diagnostics.iter().find_map(|d| d.fix.clone())?;
        let mended = apply(&text, &fix.edits).unwrap();
        assert_eq!(bad_rules(&check(&[("p.json", &mended), ("sa.yaml", accounts)])), [""; 0], "{mended}");
        Some((fix, mended))
    }

    #[test]
    fn the_users_take_the_place_of_the_pattern() {
        let two = format!("{}---\n{}", account("b", "app"), account("a", "app"));
        let like = |values: &str| format!(r#"{{"StringEquals": {{{AUDIENCE}}}, "StringLike": {{"ISSUER:sub": {values}}}}}"#);
        for (condition, accounts, wanted) in [
            (like(r#""system:serviceaccount:*:app""#), account("a", "app"), r#"sub": "system:serviceaccount:a:app""#.to_owned()),
            (like(r#""system:serviceaccount:a*:app""#), account("a", "app"), r#"sub": "system:serviceaccount:a:app""#.to_owned()),
            (like(r#""system:serviceaccount:a:*""#), account("a", "app"), r#"sub": "system:serviceaccount:a:app""#.to_owned()),
            (like(r#""*""#), two.clone(), r#"sub": ["system:serviceaccount:a:app", "system:serviceaccount:b:app"]"#.to_owned()),
            (
                like(r#"["system:serviceaccount:x:y", "system:serviceaccount:*:app"]"#),
                two,
                r#"["system:serviceaccount:x:y", "system:serviceaccount:a:app", "system:serviceaccount:b:app"]"#.to_owned(),
            ),
            (
                format!(r#"{{"StringEquals": {{{AUDIENCE}}}}}"#),
                account("a", "app"),
                format!(r#""{ISSUER}:sub": "system:serviceaccount:a:app", "{ISSUER}:aud""#),
            ),
        ] {
            let (fix, mended) = fixed(&condition, &accounts).unwrap();
            assert!(mended.contains(&wanted), "{mended}");
            assert_eq!(fix.applicability, Applicability::Unsafe, "others may use it");
        }
    }

    #[test]
    fn with_the_list_of_all_it_is_safe() {
        let live = r#"{"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": [ACCOUNT, {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": "kube-system", "uid": "11111111-2222-4333-8444-555555555556"}}]}"#;
        let own = r#"{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "app", "namespace": "a", "uid": "11111111-2222-4333-8444-555555555555", "annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/app"}}}"#;
        let like = format!(r#"{{"StringEquals": {{{AUDIENCE}}}, "StringLike": {{"ISSUER:sub": "system:serviceaccount:*:app"}}}}"#);
        let (fix, _) = fixed(&like, &live.replace("ACCOUNT", own)).unwrap();
        assert_eq!(fix.applicability, Applicability::Safe);
    }

    #[test]
    fn no_fix_where_the_users_are_not_certain() {
        let like = |values: &str| format!(r#"{{"StringEquals": {{{AUDIENCE}}}, "StringLike": {{"ISSUER:sub": {values}}}}}"#);
        let any = like(r#""system:serviceaccount:*:app""#);
        assert!(fixed(&any, &account("a", "app").replace(", namespace: a", "")).is_none(), "its namespace is not known");
        assert!(
            fixed(&any, "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: x, namespace: y}\n").is_none(),
            "nobody names the role"
        );
        let both = like(r#"["system:serviceaccount:*:app", "system:serviceaccount:*:web"]"#);
        assert!(fixed(&both, &account("a", "app")).is_none(), "which of the two is to go");
    }
}
