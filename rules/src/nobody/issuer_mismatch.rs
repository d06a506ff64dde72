//! A condition asks for the key of another issuer than the statement's provider.

use irsa_lint_core::admission::fault::At;
use irsa_lint_core::admission::fault::FaultKind;
use irsa_lint_core::admission::key::{self, Absence};
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::policy::spelling::distance;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};

use crate::trust::faults::{Found, claim, consequence, faults, groups, guess, place, replaced};

declare_rule! {
    /// A condition key is for another issuer than the provider that the statement names.
    ///
    /// ## Why is this bad?
    ///
    /// A token comes from one issuer, and STS provides only the condition keys of that issuer. A condition on another issuer's key never
    /// holds, so nobody gets in; with `IfExists`, `ForAllValues` or a negated operator it always holds and restricts nothing. Usually one
    /// of the two was copied from another cluster, or was left unchanged when the cluster was re-created.
    ///
    /// ## Severity
    ///
    /// Error if the statement lets nobody in. Warning if the condition only restricts nothing, or if it keeps out one of several
    /// providers.
    ///
    /// ## How to fix it
    ///
    /// Begin the key with the issuer of the provider. For a second cluster write a second statement, because all conditions of one
    /// statement must hold.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Assign IAM roles to Kubernetes service accounts"
    /// - IAM User Guide, "Available keys for AWS OIDC federation"
    ///
    /// ```json fail at=/Statement/0/Condition/StringEquals/oidc.eks.eu-west-1.amazonaws.com~1id~1EXAMPLE0C1D2E3F4A5B6C7D8E9F0A1B2C:sub
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE0C1D2E3F4A5B6C7D8E9F0A1B2C:sub": "system:serviceaccount:payments:api",
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE0C1D2E3F4A5B6C7D8E9F0A1B2C:aud": "sts.amazonaws.com"
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
    pub IssuerMismatch { id: "issuer-mismatch", severity: Error, family: "nobody", fix: Unsafe }
}

impl Rule for IssuerMismatch {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        let wanted = |kind: &FaultKind| matches!(kind, FaultKind::Key { absence: Absence::OtherIssuer(_), .. });
        for group in groups(role, wanted, |a, b| other(a) == other(b)) {
            mismatch(&group, role, out);
        }
        for found in faults(role, |kind| matches!(kind, FaultKind::OneProvider { .. })) {
            one_of_several(&found, role, out);
        }
    }
}

/// The issuer that the key names.
fn other<'a>(found: &Found<'a>) -> &'a str {
    match &found.fault.kind {
        FaultKind::Key { absence: Absence::OtherIssuer(other), .. } => other,
        _ => "",
    }
}

fn mismatch(group: &[Found<'_>], role: &RoleView<'_>, out: &mut Findings) {
    let fatal = group.iter().any(|found| found.fault.fatal);
    let Some(first) = group.iter().find(|found| found.fault.fatal == fatal) else { return };
    let FaultKind::Key { issuer, .. } = &first.fault.kind else { return };
    let (key, other, statement) = (first.text(), other(first), first.statement.name());
    let claim = claim(key);
    let is_slip =
        first.has_one_provider() && (!also_asks(first, issuer, "") || (is_near(other, issuer) && !also_asks(first, issuer, claim)));
    let message = if is_slip || !fatal {
        format!("condition key `{key}` is for another issuer than `{issuer}`, the provider in {statement}: {}", consequence(fatal, role))
    } else {
        format!(
            "{statement} requires keys of two issuers, `{issuer}` and `{other}`, but a token has only one issuer: {}",
            consequence(fatal, role)
        )
    };
    let help = if is_slip {
        format!("write `{issuer}:{claim}`, or name the provider of `{other}` as the principal")
    } else {
        format!("give the provider of `{other}` a statement of its own, because all conditions of one statement must hold")
    };
    let mut report = out.report(&IssuerMismatch::META, first.place(), message).help(help);
    report = if fatal { report.nobody(format!("no token of `{issuer}` has `{key}`")) } else { report.severity(Severity::Warning) };
    for found in group.iter().filter(|found| found.fault.at != first.fault.at) {
        report = report.related(found.place(), format!("`{}` is for that issuer, too", found.text()));
    }
    let edits = group.iter().map(|found| replaced(found.scalar()?, 0..other.len() + found.text().find(other)?, issuer));
    report.fix(is_slip.then(|| guess(format!("let the keys begin with `{issuer}`"), edits)).flatten()).done();
}

/// Whether the statement asks for a key of the right issuer, too, with this claim if one is given: then the other one is too many rather
/// than misspelt.
fn also_asks(found: &Found<'_>, issuer: &str, claim: &str) -> bool {
    let asks = |known: &str| claim.is_empty() || known.eq_ignore_ascii_case(claim);
    found.statement.effective_conditions().any(|c| key::claim_of(&c.key.text, issuer).is_some_and(asks))
}

/// Whether an issuer is the other one with a slip: cut off, another region of the same id, or a letter or two amiss.
fn is_near(other: &str, issuer: &str) -> bool {
    let id = |issuer: &str| issuer.rsplit_once('/').map(|(_, id)| id.to_ascii_lowercase());
    let same_id = id(issuer).is_some_and(|own| own.len() > 8 && id(other).is_some_and(|theirs| theirs == own));
    issuer.starts_with(other) || same_id || distance(other, issuer) <= 2
}

fn one_of_several(found: &Found<'_>, role: &RoleView<'_>, out: &mut Findings) {
    let FaultKind::OneProvider { condition, issuer } = &found.fault.kind else { return };
    let Some(asked) = found.statement.conditions.get(*condition) else { return };
    let key = &asked.key.text;
    let message = format!(
        "tokens of provider `{issuer}` cannot assume {}: {} also requires `{key}`, which they do not have",
        role.name(),
        found.statement.name()
    );
    out.report(&IssuerMismatch::META, found.place(), message)
        .severity(Severity::Warning)
        .help(format!("give `{issuer}` a statement of its own, with conditions on its own keys"))
        .related(place(found.statement, At::Key(*condition)), "this condition")
        .done();
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule, policy};

    const OTHER: &str = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE0C1D2E3F4A5B6C7D8E9F0A1B2C";

    fn found(condition: &str) -> Vec<(&'static str, bool)> {
        let answer = check(&[("p.json", &policy(condition).replace("OTHER", OTHER))]);
        of_rule(&answer, "issuer-mismatch").into_iter().map(|d| (d.severity.name(), d.fix.is_some())).collect()
    }

    #[test]
    fn one_finding_for_one_mistake() {
        let both = r#"{"StringEquals": {"OTHER:sub": "system:serviceaccount:a:b", "OTHER:aud": "sts.amazonaws.com"}}"#;
        assert_eq!(found(both), [("error", true)]);
    }

    #[test]
    fn what_asks_nothing_is_a_warning() {
        assert_eq!(found(r#"{"ForAllValues:StringEquals": {"OTHER:sub": "system:serviceaccount:a:b"}}"#), [("warning", true)]);
        assert_eq!(
            found(r#"{"StringNotEquals": {"OTHER:sub": "x"}, "StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b"}}"#),
            [("warning", false)]
        );
    }

    #[test]
    fn a_key_that_is_a_slip_of_the_right_one() {
        for key in ["oidc.eks.eu-west-1.amazonaws.com:sub", "oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub"] {
            let condition = format!(r#"{{"StringEquals": {{"{key}": "system:serviceaccount:a:b", "ISSUER:aud": "sts.amazonaws.com"}}}}"#);
            assert_eq!(found(&condition), [("error", true)], "{key}");
        }
    }

    #[test]
    fn two_clusters_in_one_statement() {
        let both = r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b", "OTHER:sub": "system:serviceaccount:a:b"}}"#;
        assert_eq!(found(both), [("error", false)]);
        let help = |condition: &str| {
            let answer = check(&[("p.json", &policy(condition).replace("OTHER", OTHER))]);
            of_rule(&answer, "issuer-mismatch")[0].help.clone()
        };
        let right = format!("{}:sub", crate::testing::ISSUER);
        assert!(!help(both).contains(&right) && help(r#"{"StringEquals": {"OTHER:sub": "system:serviceaccount:a:b"}}"#).contains(&right));
        let ours = format!("\"arn:aws:iam::111122223333:oidc-provider/{}\"", crate::testing::ISSUER);
        let list = format!("[{ours}, \"arn:aws:iam::111122223333:oidc-provider/{OTHER}\"]");
        let text = policy(&both.replace("OTHER", OTHER)).replace(&ours, &list);
        assert_eq!(of_rule(&check(&[("p.json", &text)]), "issuer-mismatch").len(), 1);
        let one = policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b"}}"#).replace(&ours, &list);
        let answer = check(&[("p.json", &one)]);
        assert_eq!(of_rule(&answer, "issuer-mismatch").iter().map(|d| d.severity.name()).collect::<Vec<_>>(), ["warning"]);
    }

    #[test]
    fn letter_case_and_keys_of_other_services_are_let_alone() {
        assert!(found(r#"{"StringEquals": {"OIDC.EKS.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:SUB": "system:serviceaccount:a:b"}}"#).is_empty());
        assert!(found(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b", "aws:RequestedRegion": "eu-west-1"}}"#).is_empty());
    }
}
