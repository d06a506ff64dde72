//! The identity providers that come with irsa-lint: what `providers/*.toml` say, compiled in. How a file is read is `build.rs`'s business.

use std::sync::LazyLock;

use irsa_lint_core::provider::{
    Audience, Catalogue, CharSet, ChosenBy, Claim, ClaimKind, Class, Control, Kind, List, Provider, Refuses, Run, Slot, Str, SubjectForm,
    Template,
};

include!(concat!(env!("OUT_DIR"), "/providers.rs"));

/// The built-in catalogue. `catalogue().clone().with(…)` adds a user's own providers.
#[must_use]
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(PROVIDERS));
    &CATALOGUE
}

#[cfg(test)]
mod tests {
    use irsa_lint_core::diagnostic::Severity;

    use super::*;

    /// What a provider's file gives as examples beside those that the catalogue itself shows.
    struct Examples {
        id: &'static str,
        issuers: &'static [&'static str],
        legal: &'static [&'static str],
        illegal: &'static [&'static str],
    }

    include!(concat!(env!("OUT_DIR"), "/provider_examples.rs"));

    fn each(check: impl Fn(&'static Provider, &Examples)) {
        assert_eq!(EXAMPLES.len(), PROVIDERS.len());
        for examples in EXAMPLES {
            check(catalogue().by_id(examples.id).unwrap(), examples);
        }
    }

    fn id_of(issuer: &str) -> Option<&'static str> {
        catalogue().provider_of(issuer).map(|provider| provider.id.as_ref())
    }

    fn glob(pattern: &str, text: &str) -> bool {
        match pattern.split_once('*') {
            None => pattern == text,
            Some((start, rest)) => {
                let tails = |after: &str| after.char_indices().any(|(at, _)| glob(rest, after.split_at(at).1)) || glob(rest, "");
                text.strip_prefix(start).is_some_and(tails)
            }
        }
    }

    #[test]
    fn every_file_is_well_formed() {
        each(|provider, _| {
            let subjects = provider.subjects.iter().map(|form| &form.template);
            for template in provider.issuers.iter().chain(subjects).chain(provider.possible.iter()) {
                assert_eq!(template.check(), Ok(()), "{}: {}", provider.id, template.text());
            }
            for form in provider.subjects.iter() {
                assert!(
                    form.tenant
                        .iter()
                        .chain(form.projects.iter())
                        .chain(form.volatile.iter())
                        .all(|part| form.template.names().any(|name| name == part)),
                    "{}: {:?}",
                    provider.id,
                    form.tenant
                );
            }
            let subject_names_it = provider.subject_names_tenant() || provider.tenant_in.is_some();
            assert!(
                !provider.shared || subject_names_it || !provider.claims.is_empty(),
                "{}: shared, and nothing names the tenant",
                provider.id
            );
            assert!(!provider.issuers.is_empty() && !provider.source.is_empty() && provider.checked.len() == 10, "{}", provider.id);
        });
    }

    #[test]
    fn every_issuer_is_its_own() {
        each(|provider, examples| {
            for issuer in examples.issuers {
                assert_eq!(id_of(issuer), Some(provider.id.as_ref()), "{issuer}");
                assert_eq!(issuer.ends_with('/'), provider.trailing_slash, "{issuer}");
                assert_eq!(catalogue().guess(&format!("https://{issuer}")).map(|guess| &guess.id), Some(&provider.id), "{issuer}");
            }
        });
    }

    #[test]
    fn subjects_have_the_forms_they_are_said_to_have() {
        each(|provider, examples| {
            for legal in examples.legal {
                assert!(provider.subject_form(legal).is_some(), "{}: {legal} should be legal", provider.id);
                let possible = provider.possible.is_empty() || provider.possible.iter().any(|template| template.is_match(legal));
                assert!(possible, "{}: {legal} should be possible", provider.id);
            }
            for illegal in examples.illegal {
                assert!(provider.subject_form(illegal).is_none(), "{}: {illegal} should not be legal", provider.id);
            }
        });
    }

    #[test]
    fn good_and_wide_examples_admit_a_legal_subject() {
        each(|provider, examples| {
            for pattern in provider.wide.iter().chain([&provider.good]) {
                assert!(examples.legal.iter().any(|subject| glob(pattern, subject)), "{}: {pattern}", provider.id);
            }
        });
    }

    #[test]
    fn unknown_issuers_are_unknown() {
        for issuer in [
            "",
            "example.com",
            "token.actions.githubusercontent.com.example.com",
            "token.actions.githubusercontent.com/",
            "xtoken.actions.githubusercontent.com",
            "oidc.eks.eu-west-1.amazonaws.com",
            "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF/",
            "oidc.eks.eu-west-1.amazonaws.com/id/0123456789abcdef0123456789abcdef",
            "oidc.eks.eu-west-1.amazonaws.com.example.com/id/0123456789ABCDEF0123456789ABCDEF",
            "acme.auth0.com",
        ] {
            assert_eq!(id_of(issuer), None, "{issuer}");
        }
    }

    #[test]
    fn eks_is_recognised_through_a_placeholder() {
        for text in [
            "oidc.eks.<REGION>.amazonaws.com/id/<OIDC_ID>",
            "oidc.eks.${var.region}.amazonaws.com/id/${local.id}",
            "oidc.eks.eu-west-1.amazonaws.com/id/d41d8cd98f00b204e9800998ecf8427e",
            "oidc.eks.us-west-1.amazonaws.com/id/$oidc_id",
        ] {
            assert_eq!(catalogue().guess(text).map(|provider| provider.id.as_ref()), Some("eks"), "{text}");
        }
    }

    #[test]
    fn claims_are_those_that_sts_exposes() {
        let claim = |issuer: &str, name: &str| catalogue().provider_of(issuer).unwrap().claim(name).map(|claim| claim.kind);
        let github = "token.actions.githubusercontent.com";
        assert_eq!(claim(github, "Repository_ID"), Some(ClaimKind::String));
        assert_eq!(claim(github, "repository_owner"), None);
        assert_eq!(claim(github, "SUB"), Some(ClaimKind::String));
        assert_eq!(claim(github, "amr"), Some(ClaimKind::Multivalued));
        assert_eq!(claim("accounts.google.com", "google/organization_number"), Some(ClaimKind::Numeric));
        assert_eq!(claim("cognito-identity.amazonaws.com", "email"), None);
        assert_eq!(claim("cognito-identity.amazonaws.com", "oaud"), Some(ClaimKind::String));
        assert_eq!(claim("www.amazon.com", "sub"), None);
        assert_eq!(claim("www.amazon.com", "user_id"), Some(ClaimKind::String));
        assert_eq!(claim("graph.facebook.com", "app_id"), Some(ClaimKind::String));
    }

    #[test]
    fn a_subject_is_bound_to_what_its_issuer_says() {
        let issuer = "oidc.vercel.com/acme";
        let templates = catalogue().provider_of(issuer).unwrap().subject_templates(issuer);
        assert_eq!(templates[0].text(), "owner:acme:project:{project}:environment:{environment}");
    }

    #[test]
    fn the_control_covers_the_issuers_that_aws_names() {
        let control = |issuer: &str| catalogue().provider_of(issuer).unwrap().control_for(issuer).is_some();
        assert!(control("oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb"));
        assert!(!control("oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu"));
        assert!(control("token.actions.githubusercontent.com/acme") && !control("github.com/enterprises/acme"));
        assert!(control("gitlab.com") && !control("gitlab.example.com"));
    }

    /// The rules that speak of a policy that asks for a subject alone.
    fn found(provider: &Provider, issuer: &str, subject: &str, least: Severity) -> Vec<&'static str> {
        let principal = if provider.built_in { issuer.to_owned() } else { format!("arn:aws:iam::111122223333:oidc-provider/{issuer}") };
        let policy = format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Federated": "{principal}"}},
                "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{"StringLike": {{"{issuer}:sub": "{subject}"}}}}}}]}}"#
        );
        let answer = crate::testing::check(&[("a.json", &policy)]);
        // The partition is not what this is about, nor the audience.
        let beside = ["missing-audience", "malformed-provider-arn", "refused-by-iam"];
        answer.diagnostics.iter().filter(|d| !beside.contains(&d.rule) && d.severity >= least).map(|d| d.rule).collect()
    }

    #[test]
    fn the_wide_subjects_are_too_wide_and_the_good_one_is_not() {
        let mut faults = Vec::new();
        for examples in EXAMPLES {
            let provider = catalogue().by_id(examples.id).unwrap();
            let issuer = examples.issuers.first().unwrap();
            // Where another key names the tenant, or there is one subject alone, no subject is wide or good by itself.
            let one_subject = provider.subjects.iter().all(|form| form.template.names().next().is_none());
            if one_subject || provider.tenant_in.is_some() {
                continue;
            }
            let narrow = provider.wide.iter().filter(|wide| found(provider, issuer, wide, Severity::Info).is_empty());
            faults.extend(narrow.map(|wide| format!("{}: {wide} is left alone", provider.id)));
            let good = found(provider, issuer, &provider.good, Severity::Warning);
            if !good.is_empty() {
                faults.push(format!("{}: {} makes {good:?} fire", provider.id, provider.good));
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}
