//! A subject of a form that the issuer never sends.

use irsa_lint_core::admission::Forms;
use irsa_lint_core::admission::fault::FaultKind;
use irsa_lint_core::admission::words::listed;
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::provider::Kind;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};

use crate::trust::faults::{Found, consequence, groups, guess, replaced_whole};
use crate::trust::misformed;

declare_rule! {
    /// A condition requires a subject that the issuer never sends.
    ///
    /// ## Why is this bad?
    ///
    /// The subject of a ServiceAccount's token is `system:serviceaccount:NAMESPACE:NAME`, in lower case, with names that Kubernetes
    /// allows. Other issuers have their own forms, and some parts can only be one of a few words (GitLab's `ref_type` is `branch` or
    /// `tag`). A value of another form matches no token, and a statement that lists no other value lets nobody in. Forms that customers
    /// can choose are not reported.
    ///
    /// ## Severity
    ///
    /// Error if the statement lets nobody in. Warning if other values of the list still match: then only one workload is kept out.
    ///
    /// ## How to fix it
    ///
    /// Write the subject in full, exactly as it is in a token of the workload.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Assign IAM roles to Kubernetes service accounts"
    /// - Kubernetes, "Managing Service Accounts" and "Object Names and IDs"
    /// - GitHub Docs, "OpenID Connect reference"; GitLab Docs, "Configure OpenID Connect in AWS to retrieve temporary credentials"
    ///
    /// ```json fail at=/Statement/0/Condition/StringEquals/oidc.eks.eu-west-1.amazonaws.com~1id~1EXAMPLED539D4633E53DE1B716D3041E:sub
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {"StringEquals": {
    ///       "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///       "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "payments:api"
    ///     }}
    ///   }]
    /// }
    /// ```
    ///
    /// ```json fail at=/Statement/0/Condition/StringLike/gitlab.com:sub
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {"StringLike": {"gitlab.com:aud": "https://gitlab.com", "gitlab.com:sub": "project_path:g/p:ref_type:mr:ref:*"}}
    ///   }]
    /// }
    /// ```
    ///
    /// ```json pass
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {"StringEquals": {
    ///       "gitlab.com:aud": "https://gitlab.com",
    ///       "gitlab.com:sub": "project_path:mygroup/myproject:ref_type:branch:ref:main"
    ///     }}
    ///   }]
    /// }
    /// ```
    pub IllegalSubject { id: "illegal-subject", severity: Error, family: "nobody", fix: Unsafe }
}

impl Rule for IllegalSubject {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        let same_condition = |a: &Found<'_>, b: &Found<'_>| a.condition().map(|c| c.span) == b.condition().map(|c| c.span);
        for group in groups(role, |kind| matches!(kind, FaultKind::IllegalSubject { .. }), same_condition) {
            report(&group, role, out);
        }
    }
}

fn report(group: &[Found<'_>], role: &RoleView<'_>, out: &mut Findings) {
    let Some(first) = group.first() else { return };
    let FaultKind::IllegalSubject { issuer } = &first.fault.kind else { return };
    let provider = role.view.issuers.provider_of(issuer);
    let forms = role.view.issuers.forms(Some(issuer));
    let kubernetes = provider.is_some_and(|p| p.kind == Kind::Kubernetes);
    let value = first.text();
    let other = provider.filter(|_| !kubernetes).map(|provider| misformed::explain(value, issuer, provider, &role.view));
    let why = match &other {
        Some(explained) => explained.why.clone(),
        None => fault(value).to_owned(),
    };
    let all = first.condition().is_some_and(|c| c.values.len() == group.len());
    let consequence = if all { consequence(true, role) } else { "this value never matches".to_owned() };
    let sender = provider.map_or("the issuer", |p| p.name.as_ref());
    let message = match group {
        [_] => format!("no token of {sender} has the subject `{value}`: it {why}, so {consequence}"),
        many => format!(
            "no token of {sender} has a subject like {}: `{value}` {why}, so {consequence}",
            listed(many.iter().map(Found::text), 3)
        ),
    };
    let meant = if kubernetes { meant(value, &forms) } else { other.and_then(|explained| explained.meant) };
    let help = match (&meant, provider.and_then(|p| p.subjects.first())) {
        (Some(meant), _) => format!("write `{meant}`"),
        (None, Some(_)) if !kubernetes => format!("write a subject of the form `{}`", misformed::nearest_form(value, provider)),
        _ => "write `system:serviceaccount:NAMESPACE:NAME`".to_owned(),
    };
    let fix = meant.and_then(|meant| guess(format!("write `{meant}`"), [replaced_whole(first.scalar()?, &meant)]));
    let mut report = out.report(&IllegalSubject::META, first.place(), message).help(help).fix(fix);
    let proof = format!("no subject of `{issuer}` is `{value}`");
    report = if first.fault.fatal { report.nobody(proof) } else { report.severity(Severity::Warning) };
    for found in group.iter().skip(1) {
        report = report.related(found.place(), format!("nor `{}`", found.text()));
    }
    report.done();
}

/// What is wrong with a ServiceAccount's subject, as a clause behind "it".
fn fault(value: &str) -> &'static str {
    let parts: Vec<&str> = value.split(':').collect();
    if value.trim() != value || value.contains(char::is_whitespace) {
        "contains white space"
    } else if value == "sts.amazonaws.com" {
        "is an audience"
    } else if value.contains("%3A") || value.contains("%3a") {
        "contains a percent-encoded colon"
    } else if value.to_ascii_lowercase().starts_with("system:serviceaccount:") && !value.starts_with("system:serviceaccount:") {
        "has capital letters, but letter case matters"
    } else if value.starts_with("system:serviceaccounts") && parts.len() < 4 {
        "is a group of ServiceAccounts, but a subject is one ServiceAccount"
    } else if !value.starts_with("system:serviceaccount:") {
        "does not begin with `system:serviceaccount:`"
    } else if parts.len() > 4 {
        "has more parts than a namespace and a name"
    } else if parts.len() < 4 {
        "lacks the namespace or the name"
    } else if parts.iter().any(|part| part.is_empty()) {
        "has an empty part"
    } else if value.bytes().any(|b| b.is_ascii_uppercase()) {
        "has capital letters, which Kubernetes does not allow in names"
    } else if value.contains('_') {
        "has an underscore, which Kubernetes does not allow in names"
    } else {
        "has a name that Kubernetes does not allow"
    }
}

/// The subject that is plainly meant.
fn meant(value: &str, forms: &Forms) -> Option<String> {
    let decoded = value.replace(' ', "").replace("%3A", ":").replace("%3a", ":");
    let parts: Vec<&str> = decoded.split([':', '/']).filter(|part| !part.is_empty()).collect();
    let [.., namespace, name] = parts.as_slice() else { return None };
    let (front, _) = parts.split_at_checked(parts.len() - 2)?;
    let is_account = |part: &&str| part.to_ascii_lowercase().contains("service");
    let is_prefix = front.iter().all(|part| is_account(part) || part.eq_ignore_ascii_case("system"))
        && (front.is_empty() || front.iter().any(is_account));
    let full = format!("system:serviceaccount:{namespace}:{name}");
    let candidates = [full.clone(), full.to_ascii_lowercase()];
    let is_name = !matches!(*namespace, "system" | "serviceaccount" | "serviceaccounts");
    candidates.into_iter().find(|candidate| is_prefix && is_name && forms.legal.contains(candidate))
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, check, of_rule, policy};

    fn found(value: &str) -> Vec<(String, Option<String>)> {
        let text = policy(&format!(r#"{{"StringLike": {{"ISSUER:sub": "{value}"}}}}"#));
        let answer = check(&[("p.json", &text)]);
        let found = of_rule(&answer, "illegal-subject").into_iter();
        found.map(|d| (d.message.clone(), d.fix.as_ref().map(|fix| fix.edits[0].text.clone()))).collect()
    }

    #[test]
    fn says_what_is_wrong_and_what_is_meant() {
        for (value, why, meant) in [
            ("serviceaccount:a:b", "does not begin", Some("system:serviceaccount:a:b")),
            ("system:serviceaccounts:a:b", "does not begin", Some("system:serviceaccount:a:b")),
            ("a/b", "does not begin", Some("system:serviceaccount:a:b")),
            ("system:serviceaccount:A:b", "capital", Some("system:serviceaccount:a:b")),
            ("system:serviceaccount:a:b ", "contains white space", Some("system:serviceaccount:a:b")),
            ("system:serviceaccount:a%3Ab", "percent", Some("system:serviceaccount:a:b")),
            ("system:serviceaccount:a_c:b", "underscore", None),
            ("system:serviceaccount:a:b:c", "more parts", None),
            ("system:serviceaccount:a", "lacks", None),
            ("system:serviceaccount:a.b:*", "a name that Kubernetes does not allow", None),
            ("System:ServiceAccount:a:b", "capital", Some("system:serviceaccount:a:b")),
            ("system:serviceaccounts:a", "group", None),
            ("system:node:a", "does not begin", None),
            ("sts.amazonaws.com", "audience", None),
        ] {
            let found = found(value);
            assert!(found[0].0.contains(why), "{value}: {found:?}");
            assert_eq!(found[0].1.as_deref(), meant, "{value}");
        }
    }

    fn of(issuer: &str, value: &str) -> Vec<(String, Option<String>)> {
        let text = policy(&format!(r#"{{"StringLike": {{"ISSUER:sub": "{value}"}}}}"#)).replace(ISSUER, issuer);
        let answer = check(&[("p.json", &text)]);
        let found = of_rule(&answer, "illegal-subject").into_iter();
        found.map(|d| (d.message.clone(), d.fix.as_ref().map(|fix| fix.edits[0].text.clone()))).collect()
    }

    #[test]
    fn what_no_customer_can_choose() {
        let (github, gitlab, terraform) = ("token.actions.githubusercontent.com", "gitlab.com", "app.terraform.io");
        let bitbucket = "api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc";
        let uuid = "aaaaaaaa-0000-4000-8000-000000000001";
        for (issuer, value, why, meant) in [
            (github, "repo:o/r:ref:main", "instead of `:ref:refs/heads/`", Some("repo:o/r:ref:refs/heads/main")),
            ("github.example.com/_services/token", "repo:o/r:ref:main", "`:ref:`", Some("repo:o/r:ref:refs/heads/main")),
            ("token.actions.githubusercontent.com/acme", "repo:o/r:branch:*", "`:branch:`", Some("repo:o/r:ref:refs/heads/*")),
            (github, "repo:o/r:branch:*", "`:branch:`", Some("repo:o/r:ref:refs/heads/*")),
            (github, "repo:o/r:ref:refs/head/main", "`:ref:refs/head/`", Some("repo:o/r:ref:refs/heads/main")),
            (github, "Repo:o/r:pull_request", "letter case", Some("repo:o/r:pull_request")),
            (github, "o/r:environment:prod", "lacks `repo:`", Some("repo:o/r:environment:prod")),
            (github, "repo:o/r:environment:prod:eu", "`%3A`", None),
            (github, "repo%3Ao/r:pull_request", "percent", Some("repo:o/r:pull_request")),
            (github, "https://github.com/o/r:pull_request", "https://github.com/", Some("repo:o/r:pull_request")),
            (github, "system:serviceaccount:a:b", "Kubernetes ServiceAccount", None),
            (gitlab, "project_path:a/b:ref_type:mr:ref:*", "has the `ref_type` `mr` instead of `branch` or `tag`", None),
            ("gitlab.example.com", "project_path:a/b:ref_type:mr:ref:*", "`ref_type`", None),
            (gitlab, "repo:a/b:ref:refs/heads/main", "GitHub", None),
            (terraform, "organization:o:project:p:workspace:w:run_phase:destroy", "`plan` or `apply`", None),
            (terraform, "organization:o:workspace:w:run_phase:apply", "`project:`", None),
            (bitbucket, &format!("{uuid}:*"), "braces", Some(&format!("{{{uuid}}}:*"))),
            ("agent.buildkite.com", "organization:acme:pipeline:deploy", "`ref:`", None),
        ] {
            let found = of(issuer, value);
            assert!(found.len() == 1 && found[0].0.contains(why), "{value}: {found:?}");
            assert_eq!(found[0].1.as_deref(), meant, "{value}");
        }
    }

    #[test]
    fn legal_subjects_and_issuers_with_forms_of_their_own() {
        for value in ["system:serviceaccount:a:b.c-d", "system:serviceaccount:a-*:?", "*:a:b", "*"] {
            assert!(found(value).is_empty(), "{value}");
        }
        let github = policy(r#"{"StringEquals": {"ISSUER:sub": "my:own:form"}}"#).replace(ISSUER, "token.actions.githubusercontent.com");
        assert!(of_rule(&check(&[("p.json", &github)]), "illegal-subject").is_empty());
        for value in ["repo:o/r:moon_phase:full", "repository_owner:o:repository_visibility:private", "repo:o/r", "ref:refs/heads/main"] {
            assert!(of("token.actions.githubusercontent.com", value).is_empty(), "{value}");
        }
        for value in ["project_path:a/b:environment:prod", "project_path:a/b:ref_type:*", "project_path:a/*"] {
            assert!(of("gitlab.com", value).is_empty(), "{value}");
        }
        assert!(of("git.example.com", "anything").is_empty());
        let unknown = policy(r#"{"StringEquals": {"ISSUER:sub": "Anything goes"}}"#).replace(ISSUER, "idp.example.com");
        assert!(of_rule(&check(&[("p.json", &unknown)]), "illegal-subject").is_empty());
    }
}
