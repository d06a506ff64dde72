//! A trust policy that breaks the grammar of policies.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::{Applicability, Fix};
use irsa_lint_core::policy::spelling::nearest;
use irsa_lint_core::policy::{TrustPolicy, Violation, ViolationKind};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::syntax::Place;

use crate::element;

declare_rule! {
    /// The trust policy breaks the grammar of IAM's policy language.
    ///
    /// ## Why is this bad?
    ///
    /// IAM refuses a policy with an element that it does not know, without one that must be there, or with a value of the wrong kind. Where
    /// such a policy comes to be looked at all the same, the part that is wrong does nothing.
    ///
    /// ## Severity
    ///
    /// An error: IAM refuses the policy, so the role is not created or keeps its old policy.
    ///
    /// ## How to fix it
    ///
    /// Write the policy as the grammar has it.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "Grammar of the IAM JSON policy language"
    /// - IAM User Guide, "IAM JSON policy elements reference"
    ///
    /// ```json fail at=/Statement/0/Effect
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "allow",
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
    pub PolicyGrammar { id: "policy-grammar", severity: Error, family: "grammar", fix: Safe }
}

impl Rule for PolicyGrammar {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        for violation in role.policy.violations.iter().filter(|v| !matches!(v.kind, ViolationKind::DuplicateKey(_))) {
            let Some((what, help)) = words(&violation.kind) else { continue };
            let place = Place { span: violation.span, pointer: violation.pointer.clone() };
            let message = format!("{what}: IAM refuses the trust policy of {}", role.name());
            out.report(&Self::META, place, message)
                .help(help)
                .fix(right_case(role.policy, violation).or_else(|| element::mended(role, violation)))
                .done();
        }
    }
}

const ELEMENTS: &[&str] = &[
    "Version",
    "Id",
    "Statement",
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Condition",
    "AWS",
    "Federated",
    "Service",
    "CanonicalUser",
];

/// What is wrong, and what to do.
fn words(kind: &ViolationKind) -> Option<(String, String)> {
    Some(match kind {
        ViolationKind::DuplicateKey(_) => return None,
        ViolationKind::UnknownElement(name) => {
            let help = match nearest_element(name) {
                Some(meant) => format!("it is called `{meant}`"),
                None => format!("remove `{name}`"),
            };
            (format!("`{name}` is no element of a policy"), help)
        }
        ViolationKind::ProhibitedField(name) => {
            (format!("a trust policy has no `{name}`: what is assumed is the role itself"), format!("remove `{name}`"))
        }
        ViolationKind::MissingElement(name) => (format!("`{name}` is missing"), format!("add `{name}`")),
        ViolationKind::WrongType(name, wanted, found) => (format!("`{name}` is {found}"), format!("make it {wanted}")),
        ViolationKind::Both(plain, negated) => (format!("`{plain}` and `{negated}` exclude each other"), format!("keep `{plain}`")),
        ViolationKind::InvalidEffect(found) => {
            (format!("the effect `{found}` does not exist"), "write `Allow` or `Deny`, in this letter case".to_owned())
        }
        ViolationKind::InvalidVersion(found) => {
            (format!("the policy language has no version `{found}`"), "write `2012-10-17`: it is no date of yours".to_owned())
        }
        ViolationKind::EmptyValues(name) => {
            (format!("the list under `{name}` is empty, and no value matches it"), "list at least one value".to_owned())
        }
        ViolationKind::InvalidSid(sid) => {
            (format!("the Sid `{sid}` holds other characters than letters and digits"), "use letters and digits alone".to_owned())
        }
        ViolationKind::DuplicateSid(sid) => (format!("the Sid `{sid}` stands twice"), "give each statement a Sid of its own".to_owned()),
    })
}

fn nearest_element(name: &str) -> Option<&'static str> {
    ELEMENTS.iter().find(|known| known.eq_ignore_ascii_case(name)).copied().or_else(|| nearest(name, ELEMENTS.iter().copied(), 2))
}

/// `Allow` and `Deny` in the letter case that IAM wants.
fn right_case(policy: &TrustPolicy, violation: &Violation) -> Option<Fix> {
    let ViolationKind::InvalidEffect(found) = &violation.kind else { return None };
    let meant = ["Allow", "Deny"].into_iter().find(|known| known.eq_ignore_ascii_case(found))?;
    let value = policy.statements.iter().filter_map(|s| s.effect_value.as_ref()).find(|value| value.span == violation.span)?;
    // A Deny narrows; an Allow lets somebody in.
    let applicability = if meant == "Deny" { Applicability::Safe } else { Applicability::Unsafe };
    Some(Fix { applicability, message: format!("write `{meant}`"), edits: vec![crate::faults::replaced_whole(value, meant)?] })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule, policy};

    fn found(change: impl Fn(String) -> String) -> Vec<String> {
        let text = change(policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:a:b"}}"#));
        let answer = check(&[("p.json", &text)]);
        of_rule(&answer, "policy-grammar").into_iter().map(|d| d.message.clone()).collect()
    }

    #[test]
    fn what_iam_refuses() {
        for (from, to, words) in [
            (r#""Effect": "Allow", "#, "", "`Effect` is missing"),
            (r#""Condition""#, r#""Conditions""#, "`Conditions` is no element"),
            (r#""Effect""#, r#""Resource": "*", "Effect""#, "no `Resource`"),
            ("2012-10-17", "2024-01-01", "no version `2024-01-01`"),
            (r#""Effect""#, r#""Sid": "a b", "Effect""#, "the Sid `a b`"),
            (r#""system:serviceaccount:a:b""#, "[]", "is empty"),
        ] {
            let found = found(|text| text.replace(from, to));
            assert!(found.len() == 1 && found[0].contains(words), "{words}: {found:?}");
        }
    }

    #[test]
    fn what_iam_takes() {
        assert!(found(|text| text).is_empty());
        assert!(found(|text| text.replace(r#""Version": "2012-10-17", "#, "").replace(r#""Effect""#, r#""Sid": "", "Effect""#)).is_empty());
    }
}
