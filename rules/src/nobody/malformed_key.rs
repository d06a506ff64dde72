//! A condition key that has not the form `issuer:claim`.

use irsa_lint_core::admission::fault::FaultKind;
use irsa_lint_core::admission::key::Absence;
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};

use crate::trust::faults::{Found, claim, consequence, groups, guess, replaced};

declare_rule! {
    /// A condition key is not the provider's issuer, a colon and a claim.
    ///
    /// ## Why is this bad?
    ///
    /// The condition key of a web identity is the issuer of its provider without `https://` (including a trailing slash if it has one), a
    /// colon, and the claim. No request has a key of another form, such as the provider's whole ARN, a bare `sub`, an issuer without a
    /// claim, or a slash too many or too few. A condition on it never holds, and nobody gets in.
    ///
    /// ## Severity
    ///
    /// Error if the statement lets nobody in. Warning if the condition restricts nothing, as with `IfExists`.
    ///
    /// ## How to fix it
    ///
    /// Write the issuer exactly as it is after `oidc-provider/` in the principal, then a colon, then `sub` or `aud`.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Assign IAM roles to Kubernetes service accounts"
    /// - IAM User Guide, "Available keys for AWS OIDC federation"
    ///
    /// ```json fail at=/Statement/0/Condition/StringEquals/arn:aws:iam::111122223333:oidc-provider~1oidc.eks.eu-west-1.amazonaws.com~1id~1EXAMPLED539D4633E53DE1B716D3041E:sub
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///         "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"
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
    pub MalformedKey { id: "malformed-key", severity: Error, family: "nobody", fix: Unsafe }
}

impl Rule for MalformedKey {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        let wanted = |kind: &FaultKind| {
            matches!(kind, FaultKind::Key { absence: Absence::ProviderArn | Absence::TrailingSlash | Absence::NoKey, .. })
        };
        for group in groups(role, wanted, |a, b| a.fault.kind == b.fault.kind) {
            report(&group, role, out);
        }
    }
}

fn report(group: &[Found<'_>], role: &RoleView<'_>, out: &mut Findings) {
    let fatal = group.iter().any(|found| found.fault.fatal);
    let Some(first) = group.iter().find(|found| found.fault.fatal == fatal) else { return };
    let FaultKind::Key { absence, issuer } = &first.fault.kind else { return };
    let key = first.text();
    let message = format!("condition key `{key}` {}: {}", absence.words(Some(issuer)), consequence(fatal, role));
    let help = match meant(key, absence) {
        Some(claim) => format!("write `{issuer}:{claim}`"),
        None => format!("write `{issuer}:sub` for the subject, `{issuer}:aud` for the audience"),
    };
    let edits = group.iter().map(|found| {
        let claim = meant(found.text(), absence)?;
        replaced(found.scalar()?, 0..found.text().len(), &format!("{issuer}:{claim}"))
    });
    let fix = first.has_one_provider().then(|| guess(format!("let the key begin with `{issuer}`"), edits)).flatten();
    let mut report = out.report(&MalformedKey::META, first.place(), message).help(help).fix(fix);
    report = if fatal { report.nobody(format!("no request has the key `{key}`")) } else { report.severity(Severity::Warning) };
    for found in group.iter().filter(|found| found.fault.at != first.fault.at) {
        report = report.related(found.place(), format!("`{}`, too", found.text()));
    }
    report.done();
}

/// The claim that a malformed key asks for, if it says so.
fn meant<'k>(key: &'k str, absence: &Absence) -> Option<&'k str> {
    let claim = claim(key);
    let is_name = !claim.contains(['.', '/']) && !claim.is_empty();
    let is_known = ["sub", "aud", "oaud", "amr", "email"].iter().any(|known| claim.eq_ignore_ascii_case(known));
    (is_name && (*absence != Absence::NoKey || is_known)).then_some(claim)
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, check, of_rule, policy};

    fn fixes(issuer: &str, key: &str) -> Vec<Option<String>> {
        let text = policy(&format!(r#"{{"StringEquals": {{"{key}": "x"}}}}"#)).replace(ISSUER, issuer);
        let answer = check(&[("p.json", &text)]);
        of_rule(&answer, "malformed-key").into_iter().map(|d| d.fix.as_ref().map(|fix| fix.edits[0].text.clone())).collect()
    }

    #[test]
    fn one_slip_in_several_keys_is_said_once() {
        let found = |first: &str, second: &str| {
            let text = policy(&format!(r#"{{"StringEquals": {{"{first}": "x", "{second}": "y"}}}}"#));
            of_rule(&check(&[("p.json", &text)]), "malformed-key").iter().map(|d| d.related.len()).collect::<Vec<_>>()
        };
        assert_eq!(found(":sub", ":aud"), [1]);
        assert_eq!(found(":sub", &format!("oidc-provider/{ISSUER}:aud")), [0, 0]);
    }

    #[test]
    fn every_form_of_it() {
        assert_eq!(fixes("acme.eu.auth0.com/", "acme.eu.auth0.com:aud"), [Some("acme.eu.auth0.com/:aud".into())]);
        assert_eq!(fixes("gitlab.com", "gitlab.com/:sub"), [Some("gitlab.com:sub".into())]);
        assert_eq!(fixes(ISSUER, ":sub"), [Some(format!("{ISSUER}:sub"))]);
        assert_eq!(fixes(ISSUER, &format!("oidc-provider/{ISSUER}:sub")), [Some(format!("{ISSUER}:sub"))]);
        assert_eq!(fixes(ISSUER, "oidc:sub"), [Some(format!("{ISSUER}:sub"))]);
        assert_eq!(fixes(ISSUER, "aws:sub"), [Some(format!("{ISSUER}:sub"))]);
        assert_eq!(fixes(ISSUER, "aud"), [Some(format!("{ISSUER}:aud"))]);
        assert_eq!(fixes(ISSUER, ISSUER), [None]);
        assert_eq!(fixes("acme.eu.auth0.com/", "acme.eu.auth0.com/:aud"), []);
    }
}
