//! One annotation of the webhook twice, with two values.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{Place, ServiceAccount};
use irsa_lint_core::estate::ServiceAccountId;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::webhook::ON_ACCOUNT;

use crate::mend::annotate::without;

declare_rule! {
    /// A ServiceAccount has the same annotation twice, with two values.
    ///
    /// ## Why is this bad?
    ///
    /// A key may occur only once. Most parsers keep the last one and silently drop the others; some refuse the manifest. Which role the
    /// Pods get depends on the tool that applies it.
    ///
    /// ## Severity
    ///
    /// Warning: one of the two roles is used, and it may be the right one.
    ///
    /// ## How to fix it
    ///
    /// Keep the right annotation and remove the other.
    ///
    /// ## References
    ///
    /// - YAML 1.2.2, "Mapping": keys are unique
    ///
    /// ```yaml fail at=/metadata/annotations/eks.amazonaws.com~1role-arn
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations:
    ///     eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/payments-old
    ///     eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/payments
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations:
    ///     eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/payments
    /// ```
    pub AnnotationDuplicated { id: "annotation-duplicated", severity: Warning, family: "service-account", fix: Unsafe }
}

impl Rule for AnnotationDuplicated {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn service_account(&self, _id: ServiceAccountId, account: &ServiceAccount, view: &View<'_>, out: &mut Findings) {
        if account.annotations.len() < 2 {
            return;
        }
        for key in ON_ACCOUNT {
            let Some(last) = account.annotation(key) else { continue };
            let Some(last_value) = last.value.value() else { continue };
            let same_key = account.annotations.iter().filter(|a| a.key.text == key);
            let others = same_key.filter_map(|a| Some((a, a.value.value()?)));
            for (first, value) in others.filter(|(_, value)| value.text != last_value.text) {
                let who = account.display_name();
                let message =
                    format!("ServiceAccount `{who}` has `{key}` twice: `{}` is ignored, only `{}` counts", value.text, last_value.text);
                let last = Place { span: last.key.span, pointer: last.pointer.clone() };
                out.report(&Self::META, Place { span: first.key.span, pointer: first.pointer.clone() }, message)
                    .help("keep the right one and remove the other")
                    .fix(without(view, first, &last_value.text))
                    .related(last, "this one counts")
                    .done();
            }
        }
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        let documents = view.estate.documents();
        for twice in documents.duplicate_keys.iter().filter(|twice| twice.key == "annotations") {
            let (span, last) = (twice.place.span, twice.last);
            let holds = |account: &&ServiceAccount| {
                let own = account.place.span;
                own.file == span.file && own.start <= span.start && span.end <= own.end
            };
            let Some(account) = documents.service_accounts.iter().find(holds) else { continue };
            let message = format!("ServiceAccount `{}` has `annotations` twice: the first are ignored", account.display_name());
            out.report(&Self::META, twice.place.clone(), message)
                .help("put all annotations under one `annotations` key")
                .related(Place { span: last, pointer: twice.place.pointer.clone() }, "these count")
                .done();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    fn found(metadata: &str) -> usize {
        let text = format!("apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n{metadata}");
        of_rule(&check(&[("sa.yaml", &text)]), "annotation-duplicated").len()
    }

    #[test]
    fn two_blocks_are_as_bad_as_two_keys() {
        let block = "  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/x\n";
        assert_eq!(found(block), 0);
        assert_eq!(found(&format!("{block}  annotations:\n    a: b\n")), 1);
        assert_eq!(found(&format!("{block}    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/x\n")), 0, "the same value");
    }
}
