//! Something is left that was to be filled in.

use irsa_lint_core::admission::fault::FaultKind;
use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{NotAnalysed, Origin, ServiceAccount};
use irsa_lint_core::estate::ServiceAccountId;
use irsa_lint_core::policy::{Effect, Mark, find_mark};
use irsa_lint_core::rule::View;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::syntax::{Place, Scalar};

use crate::trust::faults::{Found, faults};

declare_rule! {
    /// A placeholder was not replaced.
    ///
    /// ## Why is this bad?
    ///
    /// Instructions and generators write `<ACCOUNT_ID>`, `YOUR_ORG` or `XXXX` where you must fill in your own value. AWS takes the text
    /// literally: an ARN with a placeholder names nothing, and no token satisfies a condition with one. What a template engine fills in
    /// (`{{ }}`, `%s`, `${…}` other than policy variables) is not reported here, but listed as not analysed.
    ///
    /// ## Severity
    ///
    /// Error: nothing that contains a placeholder can work.
    ///
    /// ## How to fix it
    ///
    /// Replace it with your own value.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Assign IAM roles to Kubernetes service accounts"
    ///
    /// ```json fail at=/Statement/0/Principal/Federated
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::<ACCOUNT_ID>:oidc-provider/oidc.eks.<REGION>.amazonaws.com/id/<OIDC_ID>"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {"oidc.eks.<REGION>.amazonaws.com/id/<OIDC_ID>:sub": "system:serviceaccount:payments:api"}
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
    pub Placeholder { id: "placeholder", severity: Error, family: "nobody", fix: None }
}

impl Rule for Placeholder {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        if role.admission.faults.is_empty() {
            return;
        }
        let live = role.role.origin == Origin::Live;
        let marked: Vec<(Found<'_>, &str, bool)> = faults(role, |kind| matches!(kind, FaultKind::Mark(_))).filter_map(marked).collect();
        // Whatever a live role holds, nobody will fill in any more.
        let (templates, left): (Vec<_>, Vec<_>) = marked.into_iter().partition(|(_, _, template)| *template && !live);
        if let Some((first, text, _)) = left.first() {
            let stands = if first.statement.effect == Effect::Deny { "denies nobody" } else { "lets nobody in" };
            let message = format!("the placeholder `{text}` was not replaced, so {} of {} {stands}", first.statement.name(), role.name());
            let mut report = out.report(&Self::META, first.place(), message).help(format!("replace `{text}` with your own value"));
            for (other, text, _) in left.iter().skip(1) {
                report = report.related(other.place(), format!("`{text}` here"));
            }
            report.nobody("no ARN, key or subject contains such a text").done();
        } else if let Some((first, text, _)) = templates.first()
            && role.role.origin != Origin::Terraform
        {
            let message = format!("a template fills in `{text}`, so what the statement will say is not known");
            out.not_analysed.push(NotAnalysed { place: first.place(), message });
        }
    }

    fn service_account(&self, _id: ServiceAccountId, account: &ServiceAccount, _view: &View<'_>, out: &mut Findings) {
        let Some(annotation) = account.role_arn() else { return };
        let Some(arn) = annotation.value.value() else { return };
        let Some((text, mark)) = find_mark(&arn.text).and_then(|mark| Some((arn.text.get(mark.range.clone())?, mark))) else { return };
        let place = Place { span: arn.span_of(mark.range.clone()), pointer: annotation.pointer.clone() };
        if !mark.template || account.origin == Origin::Live || account.live {
            let message =
                format!("the placeholder `{text}` was not replaced, so ServiceAccount `{}` names no role", account.display_name());
            out.report(&Self::META, place, message)
                .help(format!("replace `{text}` with your own value"))
                .nobody("no role has such an ARN")
                .done();
        } else if account.origin != Origin::Terraform {
            let message = format!("a template fills in `{text}`, so which role the ServiceAccount names is not known");
            out.not_analysed.push(NotAnalysed { place, message });
        }
    }
}

/// The text that is to be filled in, and whether a template does it.
fn marked<'a>(found: Found<'a>) -> Option<(Found<'a>, &'a str, bool)> {
    let FaultKind::Mark(Mark { template, range }) = &found.fault.kind else { return None };
    let scalar: &Scalar = found.scalar()?;
    Some((found, scalar.text.get(range.clone())?, *template))
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, check, of_rule, policy};

    #[test]
    fn one_finding_for_a_document() {
        let text = policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:YOUR_NAMESPACE:*"}}"#);
        let text = text.replace("111122223333", "XXXXXXXXXXXX");
        let answer = check(&[("p.json", &text)]);
        assert_eq!(answer.diagnostics.len(), 1, "{:?}", answer.diagnostics);
        assert_eq!(answer.diagnostics[0].related.len(), 1);
    }

    #[test]
    fn a_deny_with_one_denies_nobody() {
        let text = policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:YOUR_NAMESPACE:b"}}"#);
        let message = |text: &str| of_rule(&check(&[("p.json", text)]), "placeholder").first().map(|d| d.message.clone());
        assert!(message(&text).is_some_and(|message| !message.contains("denies")));
        assert!(message(&text.replace("Allow", "Deny")).is_some_and(|message| message.contains("denies")));
    }

    #[test]
    fn what_a_template_fills_in_is_not_analysed() {
        for mark in ["${local.issuer}", "{{ .Values.issuer }}", "%s"] {
            let text = policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b"}}"#).replace(ISSUER, mark);
            let answer = check(&[("p.json", &text)]);
            assert!(of_rule(&answer, "placeholder").is_empty(), "{mark}");
            assert_eq!(answer.not_analysed.len(), 1, "{mark}");
        }
    }

    #[test]
    fn policy_variables_are_no_marks() {
        let answer = check(&[("p.json", &policy(r#"{"StringEquals": {"ISSUER:sub": "${aws:username}"}}"#))]);
        assert!(answer.not_analysed.is_empty() && of_rule(&answer, "placeholder").is_empty());
    }

    #[test]
    fn a_service_account_with_one() {
        let account = |arn: &str| {
            format!("apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: b\n  annotations:\n    eks.amazonaws.com/role-arn: {arn}\n")
        };
        let found = |arn: &str| of_rule(&check(&[("sa.yaml", &account(arn))]), "placeholder").len();
        assert_eq!(found("arn:aws:iam::<ACCOUNT_ID>:role/app"), 1);
        assert_eq!(found("arn:aws:iam::${ACCOUNT}:role/app"), 0);
        assert_eq!(found("arn:aws:iam::111122223333:role/your/own/app"), 0);
    }
}
