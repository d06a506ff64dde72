//! Every entry of the catalogue against its own examples.

use std::cell::RefCell;

use irsa_lint_core::diagnostic::{Diagnostic, Proof, Severity};
use irsa_lint_core::engine::answer::CheckAnswer;

use super::*;

/// What a provider's file gives as examples beside those that the catalogue itself shows.
struct Examples {
    id: &'static str,
    file: &'static str,
    issuers: &'static [&'static str],
    legal: &'static [&'static str],
    illegal: &'static [&'static str],
    audience: Option<&'static str>,
    tenant_in: Option<&'static str>,
    wide: &'static [(&'static str, &'static [&'static str])],
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
        for template in provider.issuers.iter().chain(provider.subjects.iter().map(|form| &form.template)) {
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

/// How bad a wide example is at the least, and the rules that say so.
const LEVELS: [(&str, Severity, &[&str]); 5] = [
    ("strangers", Severity::Error, &["shared-issuer-strangers"]),
    ("cluster", Severity::Error, &["any-service-account"]),
    ("namespaces", Severity::Error, &["any-namespace", "open-namespace-prefix"]),
    ("tenant", Severity::Warning, &["whole-tenant", "any-name-in-namespace"]),
    ("project", Severity::Info, &["any-branch"]),
];

impl Examples {
    /// The key of an audience that set-ups with AWS ask for, and the audience.
    fn audience(&self, provider: &Provider) -> Option<(&'static str, String)> {
        // Where tokens carry azp, this is what `aud` reads.
        let key = if provider.sends_azp { "oaud" } else { "aud" };
        provider.claim(key).filter(|_| provider.tenant_in.as_deref() != Some("aud"))?;
        let mut usual = provider.audience.common.iter().chain(&provider.audience.default).filter(|audience| !audience.contains('{'));
        let audience = usual.next().map(ToString::to_string).or_else(|| self.audience.map(str::to_owned));
        Some((key, audience.unwrap_or_else(|| panic!("{}: an example of an audience is missing", self.id))))
    }

    /// A trust policy that asks for a subject, and, where it names the tenant, for all else that it should ask for.
    fn policy(&self, provider: &Provider, operator: &str, subject: &str, names_tenant: bool) -> String {
        let issuer = self.issuers[0];
        let mut keys = Vec::new();
        let whole = |key: &str| if key.contains(':') { key.to_owned() } else { format!("{issuer}:{key}") };
        if let Some(key) = provider.tenant_in.as_deref().filter(|_| names_tenant) {
            let value = self.tenant_in.unwrap_or_else(|| panic!("{}: an example of {key} is missing", self.id));
            keys.push(format!(r#""{}": "{value}""#, whole(key)));
        }
        let audience = self.audience(provider).filter(|_| names_tenant || self.audience.is_none());
        if let Some((key, audience)) = audience {
            keys.push(format!(r#""{}": "{audience}""#, whole(key)));
        }
        // Where STS exposes no subject, another claim says who it is.
        let other =
            || provider.claims.iter().find(|claim| provider.tenant_in.as_ref() != Some(&claim.name)).map(|claim| claim.name.as_ref());
        let key = provider.claim("sub").map(|_| "sub").or_else(other).unwrap();
        let subject = format!(r#""{}": "{subject}""#, whole(key));
        let conditions = if operator == "StringEquals" {
            keys.push(subject);
            format!(r#""StringEquals": {{{}}}"#, keys.join(", "))
        } else {
            format!(r#""StringEquals": {{{}}}, "{operator}": {{{subject}}}"#, keys.join(", "))
        };
        let principal = if provider.built_in {
            issuer.to_owned()
        } else {
            format!("arn:{}:iam::111122223333:oidc-provider/{issuer}", partition(issuer))
        };
        format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Federated": "{principal}"}},
                "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{{}}}}}]}}"#,
            conditions.replace(r#""StringEquals": {}, "#, "")
        )
    }

    fn found(&self, provider: &Provider, operator: &str, subject: &str, names_tenant: bool) -> CheckAnswer {
        let answer = crate::testing::check(&[("a.json", &self.policy(provider, operator, subject, names_tenant))]);
        assert!(answer.errors.is_empty(), "{}: {subject}", self.id);
        answer
    }
}

/// The partition whose IAM knows such a provider.
fn partition(issuer: &str) -> &'static str {
    let host = issuer.split('/').next().unwrap();
    let ends = [(".com.cn", "aws-cn"), (".amazonaws.eu", "aws-eusc"), (".c2s.ic.gov", "aws-iso"), (".sc2s.sgov.gov", "aws-iso-b")];
    ends.iter().find(|(end, _)| host.ends_with(end)).map_or("aws", |(_, partition)| partition)
}

fn family(rule: &str) -> &'static str {
    crate::RULES.iter().map(|known| known.meta()).find(|meta| meta.id == rule).unwrap().family
}

fn none(faults: &RefCell<Vec<String>>) {
    let faults = faults.borrow();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_good_subject_passes() {
    let faults = RefCell::new(Vec::new());
    each(|provider, examples| {
        let answer = examples.found(provider, "StringLike", &provider.good, true);
        let said = answer.diagnostics.iter().filter(|d| d.severity >= Severity::Warning).map(|d| format!("{}: {}", d.rule, d.message));
        faults.borrow_mut().extend(said.map(|said| format!("{}: {} makes {said}", provider.id, provider.good)));
        faults.borrow_mut().extend(answer.not_analysed.iter().map(|part| format!("{}: {}", provider.id, part.message)));
    });
    none(&faults);
}

#[test]
fn each_wide_subject_is_found_with_a_token_that_shows_it() {
    let faults = RefCell::new(Vec::new());
    each(|provider, examples| {
        // People who sign in to one application are whom its role is for: the audience is left out, as for strangers.
        for (level, subject) in examples.wide.iter().flat_map(|(level, subjects)| subjects.iter().map(move |subject| (level, subject))) {
            let (_, least, rules) = LEVELS.iter().find(|(known, _, _)| known == level).unwrap();
            let answer = examples.found(provider, "StringLike", subject, *level != "strangers" && provider.kind != Kind::User);
            let said: Vec<&Diagnostic> = answer
                .diagnostics
                .iter()
                .filter(|d| family(d.rule) == "too-wide" && !["missing-audience", "recyclable-name"].contains(&d.rule))
                .collect();
            let shown = |d: &&&Diagnostic| rules.contains(&d.rule) && d.severity >= *least && matches!(d.proof, Proof::Admits(_));
            if said.iter().filter(shown).count() != 1 || said.len() != 1 {
                let said: Vec<_> = said.iter().map(|d| (d.rule, d.severity)).collect();
                faults.borrow_mut().push(format!("{}: {subject} is of level {level} and makes {said:?}", provider.id));
            }
        }
    });
    none(&faults);
}

#[test]
fn every_level_that_there_can_be_has_an_example() {
    let faults = RefCell::new(Vec::new());
    each(|provider, examples| {
        let has = |level: &str| examples.wide.iter().any(|(known, subjects)| *known == level && !subjects.is_empty());
        let wanted: &[&str] = match provider.kind {
            Kind::Kubernetes => &["cluster", "namespaces", "tenant"],
            // There is one subject, and nobody can have another.
            _ if provider.subjects.iter().all(|form| form.template.names().next().is_none()) => &[],
            _ if provider.shared && provider.subjects.iter().any(|form| form.tenant.len() + form.projects.len() > 1) => {
                &["strangers", "tenant"]
            }
            _ if provider.shared => &["strangers"],
            _ => &["tenant"],
        };
        let missing = wanted.iter().filter(|level| !has(level));
        faults.borrow_mut().extend(missing.map(|level| format!("{}: no example of level {level}", provider.id)));
    });
    none(&faults);
}

#[test]
fn a_legal_subject_is_alive_and_an_illegal_one_is_found_dead() {
    let faults = RefCell::new(Vec::new());
    each(|provider, examples| {
        if provider.claim("sub").is_none() {
            return;
        }
        let dead = |subject: &str| {
            let answer = examples.found(provider, "StringEquals", subject, true);
            // One that lives for a run only is alive while it does, and what is only worth knowing is not dead.
            let beside = |d: &Diagnostic| d.rule == "volatile-subject" || (d.severity == Severity::Info && d.rule != "custom-subject");
            let dead = answer.diagnostics.iter().filter(|d| family(d.rule) == "nobody" && !beside(d));
            dead.map(|d| d.rule).collect::<Vec<_>>()
        };
        for legal in examples.legal.iter().map(|subject| (subject, dead(subject))).filter(|(_, dead)| !dead.is_empty()) {
            faults.borrow_mut().push(format!("{}: the legal {legal:?} is dead", provider.id));
        }
        for illegal in examples.illegal.iter().map(|subject| (subject, dead(subject))) {
            // What customers can configure is never called dead, unless it is known what they can.
            let possible = provider.configurable_subject
                && (provider.possible.is_empty() || provider.possible.iter().any(|template| template.is_match(illegal.0)));
            // What was recognised by its host's name alone may be another service.
            let surely = !provider.guessed || illegal.0.split(':').next() == provider.good.split(':').next();
            let right = match (possible, surely) {
                (true, _) => illegal.1.iter().all(|rule| *rule == "custom-subject"),
                (false, true) => illegal.1 == ["illegal-subject"],
                (false, false) => illegal.1.is_empty(),
            };
            if !right {
                faults.borrow_mut().push(format!("{}: the illegal {illegal:?}", provider.id));
            }
        }
    });
    none(&faults);
}

#[test]
fn a_file_means_the_same_compiled_in_and_read_at_run_time() {
    each(|provider, examples| {
        let read = crate::providers::own::provider(toml::from_str(examples.file).unwrap());
        let read = read.map(|read| Provider { id: provider.id.clone(), ..read });
        assert_eq!(read.as_ref(), Ok(provider), "{}", provider.id);
    });
}

#[test]
fn the_documentation_lists_them() {
    let row = |provider: &Provider| {
        let (id, serves) = (&provider.id, if provider.shared { "all customers" } else { "one customer" });
        format!("| [`{id}`](../rules/providers/{id}.toml) | {} | {serves} | {} |\n", provider.name, provider.checked)
    };
    let list: String = PROVIDERS.iter().map(row).collect();
    let page = include_str!("../../../docs/providers.md");
    assert!(
        page.ends_with(&format!("| --- | --- | --- | --- |\n{list}")),
        "the list in docs/providers.md is not fresh: run scripts/generate"
    );
}

#[test]
fn the_examples_of_the_documentation_can_be_read() {
    let page = include_str!("../../../docs/providers.md");
    let examples: Vec<&str> = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let [file, own] = examples.as_slice() else { panic!("{} examples", examples.len()) };
    crate::providers::own::provider(toml::from_str(file).unwrap()).unwrap();
    assert_eq!(crate::configuration::read(own).unwrap().providers.len(), 1);
}
