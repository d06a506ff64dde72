//! A subject in which a part is pinned that changes by itself.

use irsa_lint_core::declare_rule;
use irsa_lint_core::policy::Condition;
use irsa_lint_core::provider::{Kind, Provider};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::syntax::Place;

use crate::trust::wide::subject_conditions;

declare_rule! {
    /// A subject contains a part that changes with each commit, run or release.
    ///
    /// ## Why is this bad?
    ///
    /// Bitbucket's subjects end in the id of the running step, Buildkite's contain the commit, and Crossplane names a provider's
    /// ServiceAccount after the revision of its package. A condition with such a value works once: the next run, commit or upgrade has
    /// another subject and cannot assume the role.
    ///
    /// ## Severity
    ///
    /// Warning: it works today, and stops working with the next run, commit or upgrade.
    ///
    /// ## How to fix it
    ///
    /// Replace that part with `*` under `StringLike`. Give a Crossplane provider a ServiceAccount with a fixed name
    /// (`DeploymentRuntimeConfig`).
    ///
    /// ## References
    ///
    /// - Atlassian Support, "Deploy on AWS using Bitbucket Pipelines OpenID Connect"
    /// - Buildkite Docs, "OIDC with AWS"
    /// - Crossplane Docs, "Providers"
    ///
    /// ```json fail at=/Statement/0/Condition/StringEquals/oidc.eks.eu-west-1.amazonaws.com~1id~1EXAMPLED539D4633E53DE1B716D3041E:sub
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:crossplane-system:provider-aws-3f2a9c81d07e"
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
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:crossplane-system:provider-aws"
    ///       }
    ///     }
    ///   }]
    /// }
    /// ```
    pub VolatileSubject { id: "volatile-subject", severity: Warning, family: "nobody", fix: None }
}

impl Rule for VolatileSubject {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        for entry in &role.admission.issuers {
            let Some(provider) = entry.provider.filter(|p| p.kind == Kind::Kubernetes || p.subjects.iter().any(|f| !f.volatile.is_empty()))
            else {
                continue;
            };
            for (index, _) in entry.statements.iter().filter(|(_, region)| region.is_some()) {
                let Some(statement) = role.policy.statements.iter().find(|statement| statement.index == *index) else { continue };
                for condition in subject_conditions(statement, entry) {
                    in_condition(condition, provider, role, out);
                }
            }
        }
    }
}

fn in_condition(condition: &Condition, provider: &Provider, role: &RoleView<'_>, out: &mut Findings) {
    if !condition.known().is_some_and(|operator| operator.base.is_string() && !operator.base.is_negated()) {
        return;
    }
    let found = condition.values.iter().enumerate().find_map(|(index, value)| Some((index, value, pinned(&value.text, provider)?)));
    let Some((index, value, (part, what))) = found else { return };
    let pointer = if condition.list { condition.pointer.index(index) } else { condition.pointer.clone() };
    let open = value.text.replacen(part, "*", 1);
    let message = format!("`{}` contains `{part}`, {what}: the next one has another subject and cannot assume {}", value.text, role.name());
    let help = if provider.kind == Kind::Kubernetes {
        format!("give the ServiceAccount a fixed name, or admit `{open}` under `StringLike`")
    } else {
        format!("admit `{open}` under `StringLike`")
    };
    out.report(&VolatileSubject::META, Place { span: value.span, pointer }, message).help(help).done();
}

/// The part of a subject that changes by itself, and what it is.
fn pinned<'v>(value: &'v str, provider: &Provider) -> Option<(&'v str, String)> {
    if provider.kind == Kind::Kubernetes {
        let (_, suffix) = value.rsplit_once(':')?.1.rsplit_once('-')?;
        return is_revision(suffix).then(|| (suffix, "apparently the revision of a package".to_owned()));
    }
    let filled = value.replace(['*', '?'], "a");
    provider.subjects.iter().filter(|form| !form.volatile.is_empty()).find_map(|form| {
        let captures = form.template.matches(&filled)?;
        let part = form.volatile.iter().find_map(|part| Some((part, captures.get(part)?)))?;
        let at = value.rfind(part.1)?;
        // What a `*` stands for is not pinned, and a word such as `HEAD` is none that changes.
        let is_id = part.1.len() >= 7 && part.1.bytes().any(|b| b.is_ascii_digit());
        let text = value.get(at..at + part.1.len()).filter(|_| is_id)?;
        Some((text, format!("the {} of one run of {}", part.0.replace('_', " ").replace(" uuid", "'s id"), provider.name)))
    })
}

/// Twelve hexadecimal digits with letters and digits mixed, as Crossplane appends them; no account id, no word.
fn is_revision(suffix: &str) -> bool {
    let count = |fits: fn(&u8) -> bool| suffix.bytes().filter(fits).count();
    let hex = suffix.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    suffix.len() == 12 && hex && count(u8::is_ascii_digit) >= 2 && count(u8::is_ascii_alphabetic) >= 2
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, check, of_rule, policy};

    fn found(issuer: &str, value: &str) -> Vec<String> {
        let text = policy(&format!(r#"{{"StringLike": {{"ISSUER:sub": "{value}"}}}}"#)).replace(ISSUER, issuer);
        of_rule(&check(&[("p.json", &text)]), "volatile-subject").iter().map(|d| d.help.clone()).collect()
    }

    const REPO: &str = "{aaaaaaaa-0000-4000-8000-000000000001}";
    const STEP: &str = "{cccccccc-0000-4000-8000-000000000003}";
    const BITBUCKET: &str = "api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc";

    #[test]
    fn what_changes_by_itself() {
        assert!(found(ISSUER, "system:serviceaccount:crossplane-system:provider-aws-3f2a9c81d07e")[0].contains("provider-aws-*"));
        assert!(found(ISSUER, "system:serviceaccount:crossplane-system:provider-aws-3f2a9c81d07e")[0].contains("ServiceAccount"));
        let bitbucket = found(BITBUCKET, &format!("{REPO}:{STEP}"));
        assert!(bitbucket[0].contains("{*}") && !bitbucket[0].contains("ServiceAccount"), "{bitbucket:?}");
        let buildkite = "organization:acme:pipeline:deploy:ref:refs/heads/main:commit:9f3182061f1e2cca4702c368cbc039b7dc9d4485:step:build";
        assert!(found("agent.buildkite.com", buildkite)[0].contains("commit:*:step:build"));
    }

    #[test]
    fn what_stays() {
        for name in ["provider-aws", "app-deadbeef", "app-111122223333", "facade-decade", "cafe-babe", "x-deadbeefcafe", "provider-aws-*"] {
            assert!(found(ISSUER, &format!("system:serviceaccount:a:{name}")).is_empty(), "{name}");
        }
        assert!(found(BITBUCKET, &format!("{REPO}:*")).is_empty());
        let environment = "{bbbbbbbb-0000-4000-8000-000000000002}";
        assert!(found(BITBUCKET, &format!("{REPO}:{environment}:*")).is_empty());
        assert!(found("agent.buildkite.com", "organization:acme:pipeline:deploy:ref:refs/heads/main:*").is_empty());
        assert!(found("agent.buildkite.com", "organization:acme:pipeline:deploy:ref:refs/heads/main:commit:HEAD:step:build").is_empty());
        let org = "organization:acme-2024-platform:pipeline:deploy:ref:refs/heads/main:commit:*:step:*";
        assert!(found("agent.buildkite.com", org).is_empty());
    }
}
