//! The role trusts an issuer of which irsa-lint knows nothing.

use std::collections::HashMap;

use irsa_lint_core::admission::Federated;
use irsa_lint_core::admission::fault::{At, FaultKind};
use irsa_lint_core::declare_rule;
use irsa_lint_core::estate::{Link, RoleId};
use irsa_lint_core::policy::{Principal, TrustPolicy, find_mark};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Place;

use crate::trust::kubernetes::names_service_accounts;
use crate::trust::statements::federated_principals;

declare_rule! {
    /// The role trusts an issuer that irsa-lint does not know.
    ///
    /// ## Why is this bad?
    ///
    /// Whoever runs the issuer, or takes over its domain, decides what its tokens say. irsa-lint does not know who can get a token there,
    /// what its subjects look like, or which part of them names a customer. So it cannot tell whether a pattern lets strangers in, or
    /// whether a subject can exist.
    ///
    /// ## Severity
    ///
    /// Info: running your own identity provider is common.
    ///
    /// ## How to fix it
    ///
    /// Find out who can get a token with the subjects that the role admits, and keep the domain as long as the provider exists. To have
    /// the role checked, describe the issuer under `[[providers]]` in an `irsa-lint.toml`.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "Create an OpenID Connect (OIDC) identity provider in IAM"
    ///
    /// ```json fail at=/Statement/0/Principal/Federated
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/login.example.com"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "login.example.com:aud": "sts.amazonaws.com",
    ///         "login.example.com:sub": "deployer"
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
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/acme.eu.auth0.com/"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "acme.eu.auth0.com/:aud": "https://aws.example.com",
    ///         "acme.eu.auth0.com/:sub": "XCaSnYut7Tl4ubdR7pKzkjBym19JRoBl@clients"
    ///       }
    ///     }
    ///   }]
    /// }
    /// ```
    pub UnknownIssuer { id: "unknown-issuer", severity: Info, family: "too-wide", fix: None }
}

impl Rule for UnknownIssuer {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    /// One finding an issuer, at the first role that trusts it: it is a fact about the issuer.
    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        let mut seen: Vec<(&str, RoleId, &Principal, usize)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (id, role) in view.estate.roles() {
            let Some(policy) = role.trust.policy() else { continue };
            for (_, principal) in federated_principals(policy) {
                let Some(issuer) = Federated::parse(&principal.value.text).issuer() else { continue };
                match places.get(issuer).and_then(|place| seen.get_mut(*place)) {
                    Some((.., roles)) => *roles += 1,
                    None if is_unknown(issuer, policy, view) => {
                        places.insert(issuer, seen.len());
                        seen.push((issuer, id, principal, 1));
                    }
                    None => {}
                }
            }
        }
        for (issuer, id, principal, roles) in seen.into_iter().filter(|(_, id, principal, _)| !is_faulty(principal, *id, view)) {
            let others = match roles {
                1 => String::new(),
                2 => " (and 1 other role)".to_owned(),
                more => format!(" (and {} other roles)", more - 1),
            };
            let place = Place { span: principal.value.span, pointer: principal.pointer.clone() };
            let message = format!(
                "{}{others} trusts `{issuer}`, which irsa-lint does not know: it cannot tell who can get which subject there",
                view.role_name(id)
            );
            let help = "make sure that the issuer and its domain are yours, and that only the right workloads can get the subjects that the role admits";
            out.report(&Self::META, place, message).help(help).done();
        }
    }
}

/// Whether the ARN is one that cannot be, so that no issuer is meant by it.
fn is_faulty(principal: &Principal, id: RoleId, view: &View<'_>) -> bool {
    let Some((policy, analysis)) = view.estate.role(id).and_then(|role| role.trust.policy()).zip(view.analysis(id)) else { return false };
    analysis.admission.faults.iter().any(|fault| {
        let At::Principal(index) = fault.at else { return false };
        let named = policy.statements.get(fault.statement).and_then(|statement| statement.principals.list.get(index));
        matches!(fault.kind, FaultKind::Arn(_)) && named.is_some_and(|named| named.value.text == principal.value.text)
    })
}

fn is_unknown(issuer: &str, policy: &TrustPolicy, view: &View<'_>) -> bool {
    let host = issuer.split('/').next().unwrap_or_default();
    let well_formed = host.contains('.') && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':'));
    well_formed
        && view.issuers.provider_of(issuer).is_none()
        && find_mark(issuer).is_none()
        && !names_service_accounts(policy, issuer)
        && view.estate.cluster_issuer().value().is_none_or(|own| own != issuer)
        && !matches!(view.estate.cluster_of(issuer), Link::To(_))
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, check, of_rule, policy};

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        of_rule(&check(files), "unknown-issuer").into_iter().map(|d| d.message.clone()).collect()
    }

    fn with(issuer: &str, subject: &str) -> String {
        policy(&format!(r#"{{"StringEquals": {{"ISSUER:aud": "sts.amazonaws.com", "ISSUER:sub": "{subject}"}}}}"#)).replace(ISSUER, issuer)
    }

    #[test]
    fn one_finding_an_issuer() {
        let (a, b) = (with("login.example.com", "a"), with("login.example.com", "b"));
        let found = found(&[("a.json", &a), ("b.json", &b)]);
        assert!(found.len() == 1 && found[0].contains("and 1 other"), "{found:?}");
    }

    #[test]
    fn known_ones_clusters_and_what_is_unfinished_are_left_alone() {
        for (issuer, subject) in [
            (ISSUER, "system:serviceaccount:a:b"),
            ("token.actions.githubusercontent.com", "repo:octo-org/octo-repo:pull_request"),
            ("d111111abcdef8.cloudfront.net", "system:serviceaccount:a:b"),
            ("<YOUR_ISSUER>", "a"),
            ("${var.issuer}", "a"),
            ("oidc.eks.eu-west-1.amazonaws.com/id/<ID>", "system:serviceaccount:a:b"),
            ("OIDC_PROVIDER", "a"),
        ] {
            let text = with(issuer, subject);
            assert!(found(&[("a.json", &text)]).is_empty(), "{issuer}");
        }
    }

    #[test]
    fn the_issuer_of_the_runs_own_cluster_is_known() {
        let cluster = r#"{"cluster": {"name": "c", "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/c", "identity": {"oidc": {"issuer": "https://keys.example.com/c"}}}}"#;
        let open = with("keys.example.com/c", "a");
        assert_eq!(found(&[("a.json", &open)]).len(), 1);
        assert!(found(&[("a.json", &open), ("cluster.json", cluster)]).is_empty());
    }
}
