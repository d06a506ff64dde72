//! A condition on a claim that STS does not show.

use irsa_lint_core::admission::fault::FaultKind;
use irsa_lint_core::admission::key::Absence;
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::policy::spelling;
use irsa_lint_core::provider::{Claim, Kind, Provider};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};

use crate::trust::faults::{Found, consequence, groups, guess, replaced};

declare_rule! {
    /// A condition checks a claim that STS does not make available as a condition key.
    ///
    /// ## Why is this bad?
    ///
    /// STS makes only a few claims of a token available as condition keys: `sub`, `aud`, `oaud`, `email` and `amr`, and some more for
    /// certain issuers. No request has a key for any other claim. A condition on it never holds, so nobody gets in (with `IfExists` or
    /// `ForAllValues` it always holds, and restricts nothing).
    ///
    /// ## Severity
    ///
    /// Error if the statement lets nobody in. Warning if the condition restricts nothing, as with `IfExists`.
    ///
    /// ## How to fix it
    ///
    /// Use a claim that is available: the subject contains namespace and ServiceAccount, or repository and branch.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "Available keys for AWS OIDC federation"
    /// - Service Authorization Reference, "Condition keys for AWS Security Token Service"
    ///
    /// ```json fail at=/Statement/0/Condition/StringEquals/oidc.eks.eu-west-1.amazonaws.com~1id~1EXAMPLED539D4633E53DE1B716D3041E:subject
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:subject": "system:serviceaccount:payments:api"
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
    pub UnknownClaim { id: "unknown-claim", severity: Error, family: "nobody", fix: Unsafe }
}

impl Rule for UnknownClaim {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        let wanted = |kind: &FaultKind| matches!(kind, FaultKind::Key { absence: Absence::UnknownClaim(_), .. });
        for group in groups(role, wanted, |a, b| claim(a).eq_ignore_ascii_case(claim(b))) {
            let fatal = group.iter().any(|found| found.fault.fatal);
            let Some(first) = group.iter().find(|found| found.fault.fatal == fatal) else { continue };
            report(first, fatal, role, out);
        }
    }
}

fn claim<'a>(found: &Found<'a>) -> &'a str {
    match &found.fault.kind {
        FaultKind::Key { absence: Absence::UnknownClaim(claim), .. } => claim,
        _ => "",
    }
}

fn report(found: &Found<'_>, fatal: bool, role: &RoleView<'_>, out: &mut Findings) {
    let FaultKind::Key { issuer, .. } = &found.fault.kind else { return };
    let (key, claim) = (found.text(), claim(found));
    let provider = role.view.issuers.provider_of(issuer);
    let message = format!("condition key `{key}` does not exist, as STS does not expose the claim `{claim}`: {}", consequence(fatal, role));
    let meant = respelt(claim, provider);
    let help = match meant {
        Some(meant) => format!("the claim is called `{meant}`: write `{issuer}:{meant}`"),
        None => instead(claim, issuer, provider),
    };
    let fix = meant.and_then(|meant| {
        let start = key.len() - claim.len();
        guess(format!("write `{issuer}:{meant}`"), [replaced(found.scalar()?, start..key.len(), meant)])
    });
    let report = out.report(&UnknownClaim::META, found.place(), message).help(help).fix(fix);
    let report = if fatal { report.nobody(format!("no request has the key `{key}`")) } else { report.severity(Severity::Warning) };
    report.done();
}

/// The claim that is shown and was plainly meant.
fn respelt<'p>(claim: &str, provider: Option<&'p Provider>) -> Option<&'p str> {
    let names = exposed(provider);
    let long_form = match claim.to_ascii_lowercase().as_str() {
        "subject" | "subjects" => Some("sub"),
        "audience" | "audiences" => Some("aud"),
        "repo" => Some("repository"),
        "env" => Some("environment"),
        _ => None,
    };
    match long_form {
        Some(name) => names.into_iter().find(|known| *known == name),
        None => spelling::nearest(claim, names, if claim.len() > 4 { 2 } else { 1 }),
    }
}

fn exposed(provider: Option<&Provider>) -> Vec<&str> {
    match provider {
        Some(provider) => provider.exposed_claims().map(|claim| claim.name.as_ref()).collect(),
        None => Claim::STANDARD.iter().map(|claim| claim.name.as_ref()).collect(),
    }
}

/// The form of the service's subjects in which a claim stands under its name.
fn in_subject<'p>(claim: &str, provider: Option<&'p Provider>) -> Option<&'p str> {
    let forms = provider?.subjects.iter().map(|form| form.template.text());
    forms.into_iter().find(|form| form.split(':').any(|label| label.eq_ignore_ascii_case(claim)))
}

/// What to ask for in place of a claim that is not shown.
fn instead(claim: &str, issuer: &str, provider: Option<&Provider>) -> String {
    let about_kubernetes = provider.is_some_and(|p| p.kind == Kind::Kubernetes);
    match claim {
        "iss" => "remove it: the principal already determines the issuer".to_owned(),
        _ if about_kubernetes => {
            format!("check namespace and ServiceAccount with `{issuer}:sub`: `system:serviceaccount:NAMESPACE:NAME`")
        }
        "repository_owner" => {
            format!("check the owner with `{issuer}:sub`, which begins with `repo:OWNER/`, or with `{issuer}:repository_owner_id`")
        }
        _ if in_subject(claim, provider).is_some() => {
            let form = in_subject(claim, provider).unwrap_or_default();
            format!("check it with `{issuer}:sub`, which has the form `{form}`")
        }
        _ => format!("use one of the claims that STS exposes: `{}`", exposed(provider).join("`, `")),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule, policy};

    #[test]
    fn github_shows_some_claims_and_others_not() {
        let github = |condition: &str| {
            let text = policy(condition).replace(crate::testing::ISSUER, "token.actions.githubusercontent.com");
            let answer = check(&[("p.json", &text)]);
            of_rule(&answer, "unknown-claim").into_iter().map(|d| d.help.clone()).collect::<Vec<_>>()
        };
        let with =
            |claim: &str| format!(r#"{{"StringEquals": {{"ISSUER:sub": "repo:octo-org/app:pull_request", "ISSUER:{claim}": "1"}}}}"#);
        assert!(github(&with("repository_id")).is_empty() && github(&with("Actor_ID")).is_empty());
        assert!(github(&with("repository_owner"))[0].contains("repository_owner_id"));
        assert!(github(&with("event_name"))[0].contains("repository_id"));
    }

    #[test]
    fn a_fix_where_one_claim_is_meant() {
        let fixed = |claim: &str| {
            let text = policy(&format!(r#"{{"StringEquals": {{"ISSUER:{claim}": "x"}}}}"#));
            let answer = check(&[("p.json", &text)]);
            of_rule(&answer, "unknown-claim").first().map(|d| d.fix.as_ref().map(|fix| fix.edits[0].text.clone()))
        };
        assert_eq!(fixed("audience"), Some(Some("aud".into())));
        assert_eq!(fixed("suv"), Some(Some("sub".into())));
        assert_eq!(fixed("namespace"), Some(None));
        assert_eq!(fixed("iss"), Some(None));
        assert_eq!(fixed("SUB"), None);
    }

    #[test]
    fn what_the_subject_says() {
        let text = policy(r#"{"StringEquals": {"ISSUER:project_path": "a/b"}}"#).replace(crate::testing::ISSUER, "gitlab.com");
        let answer = check(&[("p.json", &text)]);
        assert!(of_rule(&answer, "unknown-claim")[0].help.contains("`gitlab.com:sub`, which has the form `project_path:"));
    }
}
