//! Guests of an identity pool can assume the role.

use irsa_lint_core::admission::language::Language;
use irsa_lint_core::admission::{Constraint, Grant};
use irsa_lint_core::declare_rule;
use irsa_lint_core::provider::Claim;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use smol_str::SmolStr;

use crate::trust::statements::{StatementGrant, statement_grants};
use crate::trust::wide::{asked_place, claim_conditions, witness};

/// The value of `amr` of somebody who has not signed in. Source: Amazon Cognito Developer Guide, "Role trust and permissions".
const GUEST: &str = "unauthenticated";

declare_rule! {
    /// Guests of an identity pool, who have not signed in, can assume the role.
    ///
    /// ## Why is this bad?
    ///
    /// An identity pool that admits guests gives an identity to everybody on the internet who knows the pool's id, and that id is in every
    /// copy of the app. The claim `amr` says whether somebody has signed in. Without a condition on it, guests also get a role that is
    /// intended for users.
    ///
    /// ## Severity
    ///
    /// Info: the policy does not show whether the pool admits guests.
    ///
    /// ## How to fix it
    ///
    /// Check `amr`: `"ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}`. For a role intended for guests,
    /// use `unauthenticated`.
    ///
    /// ## References
    ///
    /// - Amazon Cognito Developer Guide, "Role trust and permissions"
    ///
    /// ```json fail
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "cognito-identity.amazonaws.com"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:12345678-abcd-4000-8000-123456790ab0"}
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
    ///     "Principal": {"Federated": "cognito-identity.amazonaws.com"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:12345678-abcd-4000-8000-123456790ab0"},
    ///       "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}
    ///     }
    ///   }]
    /// }
    /// ```
    pub GuestIdentity { id: "guest-identity", severity: Info, family: "too-wide", fix: None }
}

impl Rule for GuestIdentity {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        let has_guests = |values: &[std::borrow::Cow<'_, str>]| values.iter().any(|value| value == GUEST);
        if !role.admission.grants().any(|(issuer, _)| issuer.provider.is_some_and(|provider| has_guests(&provider.amr_values))) {
            return;
        }
        for grant in statement_grants(role) {
            if grant.issuer.provider.is_some_and(|provider| has_guests(&provider.amr_values)) {
                report(role, &grant, out);
            }
        }
    }
}

fn report(role: &RoleView<'_>, grant: &StatementGrant<'_>, out: &mut Findings) {
    let amr = Claim::AMR.name;
    let spoken_of = claim_conditions(grant.statement, grant.issuer, &amr).next().is_some();
    let pools_are_named = |piece: &&Grant| {
        let listed = piece.audiences();
        listed.as_literals().is_some() && piece.subjects().is_all()
    };
    let anybody = |piece: &&Grant| match piece.region.constraint(&amr) {
        None => true,
        Some(Constraint::Multi { all, any }) => any.is_empty() && all.contains(GUEST),
        Some(Constraint::Single { .. }) => false,
    };
    let mut pieces = grant.pieces.iter().map(AsRef::as_ref).filter(|_| !spoken_of);
    let Some(piece) = pieces.find(|piece| pools_are_named(piece) && anybody(piece)) else { return };
    let place = asked_place(grant.statement, grant.issuer);
    let issuer = grant.issuer.issuer.as_deref().unwrap_or("ISSUER");
    let mut guest = piece.clone();
    let not_signed_in = Constraint::Multi { all: Language::all(), any: vec![Language::literal(GUEST)] };
    guest.region.restrict(&SmolStr::new(&amr), not_signed_in);
    let tried = witness(role, grant.issuer, &guest, "eu-west-1:00000000-0000-4000-8000-000000000000".into());
    if let Some(tried) = out.settle(&GuestIdentity::META, &place, tried) {
        let message = format!(
            "guests who have not signed in can assume {} if the identity pool admits guests: no condition checks `{issuer}:{amr}`",
            role.name()
        );
        let help = format!(
            "add `\"ForAnyValue:StringLike\": {{\"{issuer}:{amr}\": \"authenticated\"}}` under `Condition`, or `{GUEST}` if the role is for guests"
        );
        out.report(&GuestIdentity::META, place, message).witness(&tried).help(help).done();
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    #[test]
    fn who_speaks_of_guests_means_them() {
        let found = |condition: &str| {
            let text = format!(
                r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Federated": "cognito-identity.amazonaws.com"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {}}}]}}"#,
                condition.replace('I', "cognito-identity.amazonaws.com")
            );
            of_rule(&check(&[("a.json", &text)]), "guest-identity").len()
        };
        assert_eq!(found(r#"{"StringEquals": {"I:aud": ["eu-west-1:a", "eu-west-1:b"]}}"#), 1);
        for condition in [
            r#"{"StringEquals": {"I:aud": "eu-west-1:a"}, "ForAnyValue:StringLike": {"I:amr": "unauthenticated"}}"#,
            r#"{"StringEquals": {"I:aud": "eu-west-1:a"}, "ForAnyValue:StringEquals": {"I:amr": ["authenticated", "unauthenticated"]}}"#,
            r#"{"StringEquals": {"I:aud": "eu-west-1:a", "I:sub": "eu-west-1:00000000-0000-4000-8000-000000000001"}}"#,
        ] {
            assert_eq!(found(condition), 0, "{condition}");
        }
        let other = r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/login.example.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"login.example.com:aud": "app"}}}"#;
        let pool = r#"{"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:a"}}}"#;
        let both = format!(r#"{{"Version": "2012-10-17", "Statement": [{pool}, {other}]}}"#);
        assert_eq!(of_rule(&check(&[("a.json", &both)]), "guest-identity").len(), 1, "the other issuer has no guests");
        // Strangers' pools are the worse mistake, and another rule has it.
        assert_eq!(found(r#"{"StringLike": {"I:aud": "*"}}"#), 0);
    }
}
