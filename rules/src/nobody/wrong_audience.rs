//! An audience that tokens do not carry.

use irsa_lint_core::admission::fault::FaultKind;
use irsa_lint_core::admission::fault::{AudienceMistake, audience_mistake};
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::document::model::{AUDIENCE, OidcProvider, Origin};
use irsa_lint_core::estate::ProviderId;
use irsa_lint_core::rule::View;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::syntax::Place;

use crate::trust::faults::{Found, faults, guess, replaced_whole};

declare_rule! {
    /// A condition, or a provider's list of client ids, has an audience that tokens do not have.
    ///
    /// ## Why is this bad?
    ///
    /// The tokens that EKS mounts into Pods have the audience `sts.amazonaws.com`, in every partition and region, unless the
    /// ServiceAccount's annotation `eks.amazonaws.com/audience` sets another one. With a misspelt audience (`sts.amazon.com`), a regional
    /// one (`sts.amazonaws.com.cn`) or the issuer's own URL the condition never holds. If the provider lists only such an audience, STS
    /// answers `Incorrect token audience`.
    ///
    /// ## Severity
    ///
    /// Error if the audience is certainly wrong: no token gets in. Warning if a token could be requested for it.
    ///
    /// ## How to fix it
    ///
    /// Write `sts.amazonaws.com`.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Assign IAM roles to Kubernetes service accounts"
    /// - amazon-eks-pod-identity-webhook, README
    ///
    /// ```json fail at=/Statement/0/Condition/StringEquals/oidc.eks.eu-west-1.amazonaws.com~1id~1EXAMPLED539D4633E53DE1B716D3041E:aud
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazon.com",
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
    pub WrongAudience { id: "wrong-audience", severity: Error, family: "nobody", fix: Unsafe }
}

impl Rule for WrongAudience {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        for found in faults(role, |kind| matches!(kind, FaultKind::Audience { .. })) {
            if !is_asked_for(&role.view, found.text()) {
                in_condition(&found, role, out);
            }
        }
    }

    fn provider(&self, _id: ProviderId, provider: &OidcProvider, view: &View<'_>, out: &mut Findings) {
        let (Some(issuer), Some(ids)) = (provider.issuer.value(), provider.client_ids.value()) else { return };
        // Where the run shows whose tokens come, `client-id-missing` says it with their names.
        if view.estate.service_accounts().next().is_some() {
            return;
        }
        let known = view.issuers.provider_of(issuer);
        let mistake = |id: &str| audience_mistake(id, issuer, known).filter(|(_, _, certain)| *certain);
        if ids.iter().any(|id| mistake(&id.text).is_none()) {
            return;
        }
        for (index, id) in ids.iter().enumerate().filter(|(_, id)| !is_asked_for(view, &id.text)) {
            let Some((_, meant, _)) = mistake(&id.text) else { continue };
            let list = if provider.origin == Origin::Live { "ClientIDList" } else { "client_id_list" };
            let place = Place { span: id.span, pointer: provider.place.pointer.key(list).index(index) };
            out.report(
                &Self::META,
                place,
                format!(
                    "the provider of `{issuer}` lists the audience `{}`, but its tokens have `{meant}`, so STS refuses them all",
                    id.text
                ),
            )
            .help(format!("add `{meant}` to the provider's client ids"))
            .nobody(format!("no token of `{issuer}` is for `{}`", id.text))
            .fix(guess(format!("write `{meant}`"), [replaced_whole(id, &meant)]))
            .done();
        }
    }
}

/// Whether a ServiceAccount of the run asks for tokens with that audience.
fn is_asked_for(view: &View<'_>, audience: &str) -> bool {
    let asked = |a: &irsa_lint_core::document::model::Annotation| a.value.value().is_some_and(|value| value.text == audience);
    view.estate.documents().service_accounts.iter().any(|account| account.annotation(AUDIENCE).is_some_and(asked))
}

fn in_condition(found: &Found<'_>, role: &RoleView<'_>, out: &mut Findings) {
    let FaultKind::Audience { mistake, meant, certain } = &found.fault.kind else { return };
    let value = found.text();
    let why = match mistake {
        AudienceMistake::Misspelt => format!("tokens have `{meant}`"),
        AudienceMistake::Issuer => format!("that is the issuer; tokens have `{meant}`"),
        AudienceMistake::Subject => format!("that is a subject; tokens have `{meant}`"),
    };
    let unless = if *certain { "" } else { " unless the workload requests this audience" };
    let message =
        format!("{} requires the audience `{value}`, but {why}: nobody can assume {}{unless}", found.statement.name(), role.name());
    let help = match mistake {
        AudienceMistake::Subject => format!("put the subject under `:sub`, and `{meant}` under `:aud`"),
        _ => format!("write `{meant}`"),
    };
    let fix = guess(format!("write `{meant}`"), [found.scalar().and_then(|value| replaced_whole(value, meant))]);
    let report = out.report(&WrongAudience::META, found.place(), message).help(help);
    let report = if *mistake == AudienceMistake::Subject { report } else { report.fix(fix) };
    let report = if *certain { report.nobody(format!("tokens have `{meant}`, not `{value}`")) } else { report.severity(Severity::Warning) };
    report.done();
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, check, of_rule, policy};

    fn with(audience: &str) -> String {
        policy(&format!(r#"{{"StringEquals": {{"ISSUER:sub": "system:serviceaccount:a:b", "ISSUER:aud": {audience}}}}}"#))
    }

    #[test]
    fn mistakes_and_choices() {
        for (audience, found) in [
            (r#""sts.amazonaws.com.cn""#.to_owned(), 1),
            (r#""https://sts.amazonaws.com""#.to_owned(), 1),
            (format!("\"https://{ISSUER}\""), 1),
            (r#""system:serviceaccount:a:b""#.to_owned(), 1),
            (r#""my-own-audience""#.to_owned(), 0),
            (r#"["sts.amazonaws.com", "sts.amazonaws.com.cn"]"#.to_owned(), 0),
        ] {
            assert_eq!(of_rule(&check(&[("p.json", &with(&audience))]), "wrong-audience").len(), found, "{audience}");
        }
    }

    #[test]
    fn issuers_with_an_audience_of_their_own() {
        let found = |issuer: &str, audience: &str| {
            let text = with(&format!("\"{audience}\"")).replace(ISSUER, issuer).replace("system:serviceaccount:a:b", "*");
            of_rule(&check(&[("p.json", &text)]), "wrong-audience").iter().map(|d| d.severity.name()).collect::<Vec<_>>()
        };
        assert_eq!(found("app.terraform.io", "aws.workload.identities"), ["warning"]);
        for chosen in ["aws.workload.identity", "sts.amazonaws.com", "my-own-audience"] {
            assert_eq!(found("app.terraform.io", chosen), [""; 0], "{chosen}");
        }
        assert_eq!(found("token.actions.githubusercontent.com", "https://token.actions.githubusercontent.com"), ["warning"]);
        assert_eq!(found("token.actions.githubusercontent.com", "https://github.com/octo-org"), [""; 0]);
        assert_eq!(found("gitlab.example.com", "https://gitlab.example.com"), [""; 0]);
    }

    #[test]
    fn a_subject_under_the_audience_is_said_once() {
        let answer = check(&[("p.json", &policy(r#"{"StringEquals": {"ISSUER:aud": "system:serviceaccount:a:b"}}"#))]);
        assert_eq!(crate::testing::bad_rules(&answer), ["wrong-audience"]);
        let listed = policy(r#"{"StringEquals": {"ISSUER:aud": ["sts.amazonaws.com", "system:serviceaccount:a:b"]}}"#);
        assert_eq!(crate::testing::bad_rules(&check(&[("p.json", &listed)])), ["any-service-account"]);
    }

    #[test]
    fn an_audience_that_a_service_account_asks_for() {
        let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: b\n  namespace: a\n  annotations:\n    eks.amazonaws.com/audience: sts.amazonaws.com.cn\n";
        let answer = check(&[("p.json", &with(r#""sts.amazonaws.com.cn""#)), ("sa.yaml", account)]);
        assert!(of_rule(&answer, "wrong-audience").is_empty());
    }

    #[test]
    fn a_provider_registered_for_the_wrong_one() {
        let provider = |ids: &str| format!(r#"{{"Url": "{ISSUER}", "ClientIDList": {ids}, "ThumbprintList": []}}"#);
        let answer = check(&[("provider.json", &provider(r#"["sts.amazonaws.com.cn"]"#))]);
        assert_eq!(of_rule(&answer, "wrong-audience")[0].place.pointer.to_string(), "/ClientIDList/0");
        for fine in [r#"["sts.amazonaws.com"]"#, r#"["sts.amazonaws.com.cn", "sts.amazonaws.com"]"#, r#"["acme"]"#, "[]"] {
            assert!(of_rule(&check(&[("provider.json", &provider(fine))]), "wrong-audience").is_empty(), "{fine}");
        }
    }
}
