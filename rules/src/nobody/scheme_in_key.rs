//! `https://` in a condition key or in the ARN of a provider.

use irsa_lint_core::admission::fault::ArnFault;
use irsa_lint_core::admission::fault::FaultKind;
use irsa_lint_core::admission::key::Absence;
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::diagnostic::{Edit, Fix};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};

use crate::trust::faults::{Found, consequence, faults, groups, guess, replaced};

declare_rule! {
    /// `https://` is in a condition key or in the ARN of the provider.
    ///
    /// ## Why is this bad?
    ///
    /// Condition keys and ARNs of providers contain the issuer without `https://`. STS knows no key that begins with it, so the condition
    /// never holds and nobody gets in (with `IfExists` or `ForAllValues` it always holds, and restricts nothing). This happens if the URL
    /// of the cluster or provider is inserted unchanged; in Terraform, `replace(…, "https://", "")` is missing.
    ///
    /// ## Severity
    ///
    /// Error if the statement lets nobody in. Warning if the condition restricts nothing, as with `IfExists`.
    ///
    /// ## How to fix it
    ///
    /// Remove `https://`.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Assign IAM roles to Kubernetes service accounts"
    /// - IAM User Guide, "Available keys for AWS OIDC federation"
    ///
    /// ```json fail at=/Statement/0/Condition/StringEquals/https:~1~1oidc.eks.eu-west-1.amazonaws.com~1id~1EXAMPLED539D4633E53DE1B716D3041E:aud
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///         "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"
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
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"
    ///       }
    ///     }
    ///   }]
    /// }
    /// ```
    pub SchemeInKey { id: "scheme-in-key", severity: Error, family: "nobody", fix: Unsafe }
}

impl Rule for SchemeInKey {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        let wanted = |kind: &FaultKind| matches!(kind, FaultKind::Key { absence: Absence::Scheme, .. });
        for group in groups(role, wanted, |_, _| true) {
            in_keys(&group, role, out);
        }
        for found in faults(role, |kind| *kind == FaultKind::Arn(ArnFault::Scheme)) {
            in_arn(&found, role, out);
        }
    }
}

fn in_keys(group: &[Found<'_>], role: &RoleView<'_>, out: &mut Findings) {
    let fatal = group.iter().any(|found| found.fault.fatal);
    let Some(first) = group.iter().find(|found| found.fault.fatal == fatal) else { return };
    let key = first.text();
    let message = format!("condition key `{key}` begins with `https://`, but condition keys never do: {}", consequence(fatal, role));
    let fix = without_scheme(group);
    let bare = key.split_once("://").map_or(key, |(_, bare)| bare);
    let mut report = out.report(&SchemeInKey::META, first.place(), message).help(format!("write `{bare}`")).fix(fix);
    report = if fatal { report.nobody(format!("no request has the key `{key}`")) } else { report.severity(Severity::Warning) };
    for found in group.iter().filter(|found| found.fault.at != first.fault.at) {
        report = report.related(found.place(), "here, too");
    }
    report.done();
}

fn in_arn(found: &Found<'_>, role: &RoleView<'_>, out: &mut Findings) {
    let arn = found.text();
    let message =
        format!("the provider's ARN `{arn}` contains `https://`, but such ARNs never do: {}", consequence(found.fault.fatal, role));
    out.report(&SchemeInKey::META, found.place(), message)
        .help("remove `https://` after `oidc-provider/`, and in the condition keys")
        .nobody("no provider has that ARN")
        .fix(without_scheme(&[*found]))
        .done();
}

fn without_scheme(group: &[Found<'_>]) -> Option<Fix> {
    let cut = |found: &Found<'_>| -> Option<Edit> {
        let end = found.text().find("://")? + "://".len();
        let start = found.text().get(..end)?.rfind("http")?;
        replaced(found.scalar()?, start..end, "")
    };
    guess("remove `https://`", group.iter().map(cut))
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, check, of_rule, policy};

    #[test]
    fn the_arn_alone() {
        let text =
            policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b"}}"#).replace("oidc-provider/", "oidc-provider/https://");
        let answer = check(&[("p.json", &text)]);
        let found = of_rule(&answer, "scheme-in-key");
        assert_eq!(found[0].place.pointer.to_string(), "/Statement/0/Principal/Federated");
        let edit = &found[0].fix.as_ref().unwrap().edits[0];
        assert_eq!(text.get(edit.span.range()), Some("https://"));
        assert_eq!(answer.diagnostics.len(), 1, "{:?}", answer.diagnostics);
    }

    #[test]
    fn a_value_may_have_a_scheme() {
        let text = policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b", "ISSUER:aud": "https://example.com"}}"#);
        assert!(of_rule(&check(&[("p.json", &text)]), "scheme-in-key").is_empty(), "{ISSUER}");
    }
}
