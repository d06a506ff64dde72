//! Fixes of a ServiceAccount's annotations: one more, one less, one moved to where it counts.

use irsa_lint_core::diagnostic::{Applicability, Edit, Fix};
use irsa_lint_core::document::model::{Annotation, ServiceAccount};
use irsa_lint_core::rule::View;

use crate::mend::edits::{Added, key_before, member_before, member_removed};

/// One more annotation: before the others, or in a block of their own before the name.
fn added(view: &View<'_>, account: &ServiceAccount, key: &str, value: &str) -> Option<Edit> {
    if let Some(first) = account.annotations.iter().min_by_key(|annotation| annotation.key.span.start) {
        return member_before(view, &first.key, first.value_span.start, key, Added::Text(value));
    }
    // An empty block is there already: a second one may not stand beside it.
    if account.annotations_span.is_some() {
        return None;
    }
    let name = account.name.value()?;
    member_before(view, &key_before(view, name, "name")?, name.span.start, "annotations", Added::Object(key, value))
}

/// Gives the ServiceAccount an annotation that it lacks. Its Pods get a role by that: a person must look.
#[must_use]
pub fn annotate(view: &View<'_>, account: &ServiceAccount, key: &str, value: &str) -> Option<Fix> {
    let message = format!("annotate it with `{key}: {value}`");
    Some(Fix { applicability: Applicability::Unsafe, message, edits: vec![added(view, account, key, value)?] })
}

/// Moves what stands elsewhere in the ServiceAccount to its annotations.
#[must_use]
pub fn moved(view: &View<'_>, account: &ServiceAccount, misplaced: &Annotation) -> Option<Fix> {
    let (key, value) = (misplaced.key.as_str(), misplaced.value.value()?.as_str());
    if account.annotation(key).is_some() {
        return None;
    }
    let edits = vec![removed(view, misplaced)?, added(view, account, key, value)?];
    Some(Fix { applicability: Applicability::Unsafe, message: format!("move `{key}` to the annotations"), edits })
}

/// Takes out an annotation that parsers drop. Which of the two was meant only a person can say.
#[must_use]
pub fn without(view: &View<'_>, dropped: &Annotation, kept: &str) -> Option<Fix> {
    let message = format!("keep `{kept}`, the one that counts");
    Some(Fix { applicability: Applicability::Unsafe, message, edits: vec![removed(view, dropped)?] })
}

fn removed(view: &View<'_>, annotation: &Annotation) -> Option<Edit> {
    member_removed(view, &annotation.key, annotation.value_span)
}

#[cfg(test)]
mod tests {
    use irsa_lint_core::diagnostic::apply;

    use crate::testing::{bad_rules, check, of_rule};

    const ARN: &str = "arn:aws:iam::111122223333:role/app";

    /// The text with the rule's first finding mended; nothing may be found then.
    fn mended(rule: &str, text: &str, others: &[(&str, &str)]) -> Option<String> {
        let run = |text: &str| check(&[&[("sa.yaml", text)], others].concat());
        let fix = of_rule(&run(text), rule).iter().find_map(|d| d.fix.clone())?;
        let mended = apply(text, &fix.edits).unwrap();
        assert_eq!(bad_rules(&run(&mended)), [""; 0], "{mended}");
        Some(mended)
    }

    #[test]
    fn an_annotation_moves_in_every_layout() {
        let head = "apiVersion: v1\nkind: ServiceAccount\n";
        let role = format!("eks.amazonaws.com/role-arn: {ARN}");
        for (before, after) in [
            (format!("metadata:\n  name: app\n  {role} # é\n  namespace: n\n"), None),
            (
                format!("metadata:\n  name: app\n  {role}\n  namespace: n\n"),
                Some(format!("metadata:\n  annotations:\n    {role}\n  name: app\n  namespace: n\n")),
            ),
            (
                format!("metadata:\n  name: app\n  namespace: n\n  annotations:\n      a: b\n  labels:\n    {role}\n    c: d\n"),
                Some(format!("metadata:\n  name: app\n  namespace: n\n  annotations:\n      {role}\n      a: b\n  labels:\n    c: d\n")),
            ),
            (
                format!("metadata: {{name: app, namespace: n, labels: {{c: d, {role}}}}}\n"),
                Some(format!("metadata: {{annotations: {{{role}}}, name: app, namespace: n, labels: {{c: d}}}}\n")),
            ),
            (
                format!(
                    "metadata: {{\"name\": \"app\", \"namespace\": \"n\", \"eks.amazonaws.com/role-arn\": \"{ARN}\", \"labels\": {{}}}}\n"
                ),
                Some(format!(
                    "metadata: {{\"annotations\": {{\"eks.amazonaws.com/role-arn\": \"{ARN}\"}}, \"name\": \"app\", \"namespace\": \"n\", \"labels\": {{}}}}\n"
                )),
            ),
            (
                format!(
                    "metadata: {{\n  \"labels\": {{\n    \"c\": \"d\",\n    \"eks.amazonaws.com/role-arn\": \"{ARN}\"\n  }},\n  \"name\": \"app\"\n}}\n"
                ),
                Some(format!(
                    "metadata: {{\n  \"labels\": {{\n    \"c\": \"d\"\n  }},\n  \"annotations\": {{\"eks.amazonaws.com/role-arn\": \"{ARN}\"}},\n  \"name\": \"app\"\n}}\n"
                )),
            ),
            (
                format!("metadata: {{\n  \"eks.amazonaws.com/role-arn\": \"{ARN}\",\n  \"labels\": {{}},\n  \"name\": \"app\"\n}}\n"),
                Some(format!(
                    "metadata: {{\n  \"labels\": {{}},\n  \"annotations\": {{\"eks.amazonaws.com/role-arn\": \"{ARN}\"}},\n  \"name\": \"app\"\n}}\n"
                )),
            ),
        ] {
            let found = mended("annotation-misplaced", &format!("{head}{before}"), &[]);
            assert_eq!(found, after.map(|after| format!("{head}{after}")), "{before}");
        }
    }

    #[test]
    fn the_one_that_counts_is_kept() {
        let text = |lines: &str| format!("apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: app\n  annotations:\n{lines}");
        let twice = text(&format!("    eks.amazonaws.com/role-arn: {ARN}-old\n    eks.amazonaws.com/role-arn: {ARN}\n"));
        let once = text(&format!("    eks.amazonaws.com/role-arn: {ARN}\n"));
        assert_eq!(mended("annotation-duplicated", &twice, &[]), Some(once));
    }
}
