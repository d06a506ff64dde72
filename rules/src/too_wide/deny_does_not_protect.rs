//! A Deny statement keeps nobody out.

use irsa_lint_core::admission::action::{self, speaks_of};
use irsa_lint_core::admission::fault::{At, FaultKind};
use irsa_lint_core::admission::{Answer, Constraint, Grant, IssuerAdmission, Region, Witness, key};
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::policy::{Effect, PrincipalKind, Statement};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use smol_str::SmolStr;

use crate::objects::pods::ASSUME_ROLE;
use crate::trust::denies::{as_meant, as_written, flaw, lists_wildcards, names, region};
use crate::trust::faults::place;
use crate::trust::kubernetes::forms;
use crate::trust::statements::is_unfinished;
use crate::trust::wide::witness;

declare_rule! {
    /// A Deny statement does not keep out anyone whom the Allow statements let in.
    ///
    /// ## Why is this bad?
    ///
    /// It looks like a safeguard, and readers of the policy rely on it. But its principal does not match web identities, its action is not
    /// the one they call, no request has its condition key, or its `*` is under `StringEquals`, where it is an ordinary character.
    ///
    /// ## Severity
    ///
    /// Warning if it would keep somebody out once corrected. Info otherwise: then nothing is lost.
    ///
    /// ## How to fix it
    ///
    /// Name the provider under `Federated`, as the Allow statement does. Deny `sts:AssumeRoleWithWebIdentity`, use the provider's own keys, and
    /// `StringLike` for patterns.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "Policy evaluation logic"
    /// - IAM User Guide, "AWS JSON policy elements: Principal"
    ///
    /// ```json fail at=/Statement/1/Principal/AWS
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
    ///       "StringLike": {"token.actions.githubusercontent.com:sub": "repo:octo-org/octo-repo:*"}
    ///     }
    ///   }, {
    ///     "Effect": "Deny",
    ///     "Principal": {"AWS": "*"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:octo-org/octo-repo:pull_request"}}
    ///   }]
    /// }
    /// ```
    ///
    /// ```json pass
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
    ///       "StringLike": {"token.actions.githubusercontent.com:sub": "repo:octo-org/octo-repo:*"}
    ///     }
    ///   }, {
    ///     "Effect": "Deny",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:octo-org/octo-repo:pull_request"}}
    ///   }]
    /// }
    /// ```
    pub DenyDoesNotProtect { id: "deny-does-not-protect", severity: Warning, family: "too-wide", fix: None }
}

impl Rule for DenyDoesNotProtect {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        let denies = || role.policy.statements.iter().filter(|s| s.effect == Effect::Deny);
        if denies().next().is_none() || role.admission.grants().next().is_none() {
            return;
        }
        if denies().nth(1).is_none() && denies().all(|deny| !lists_wildcards(deny)) && role.admission.issuers.iter().any(lost_something) {
            return;
        }
        for deny in denies().filter(|deny| is_meant_for_web_identities(deny, role) && is_readable(deny, role)) {
            judge(role, deny, out);
        }
    }
}

/// Whether the Deny statements are known to have taken something: what is left of an Allow is not what it grants. Found out without a search.
fn lost_something(issuer: &IssuerAdmission<'_>) -> bool {
    let granted = || issuer.statements.iter().filter_map(|(_, region)| region.as_ref());
    granted().count() == issuer.grants.len() && issuer.grants.iter().any(|grant| granted().all(|region| *region != grant.region))
}

/// Whether nothing in it is still to be filled in.
fn is_readable(deny: &Statement, role: &RoleView<'_>) -> bool {
    let marked = |kind: &FaultKind| matches!(kind, FaultKind::Mark(_));
    !deny.principals.negated
        && !deny.principals.list.is_empty()
        && !deny.effective_conditions().any(|condition| condition.values.is_empty())
        && !role.admission.faults.iter().any(|fault| fault.statement == deny.index && marked(&fault.kind))
        && !is_unfinished(role, deny)
}

/// Many a Deny is there for the AWS principals of the same policy and none of ours.
fn is_meant_for_web_identities(deny: &Statement, role: &RoleView<'_>) -> bool {
    let web = speaks_of(&deny.action, action::WEB_IDENTITY);
    if !web && !speaks_of(&deny.action, ASSUME_ROLE) {
        return false;
    }
    let by_key = deny.effective_conditions().any(|condition| key::issuer_of(&condition.key.text).is_some());
    let federated = deny.principals.list.iter().any(|p| p.kind == PrincipalKind::Federated);
    let by_action = deny.action.patterns.iter().any(|pattern| pattern.text.to_ascii_lowercase().contains("webidentity"));
    let to_everyone = deny.principals.list.iter().any(|p| p.value.text == "*");
    let allows = || role.policy.statements.iter().filter(|s| s.effect == Effect::Allow);
    let only_web = || allows().flat_map(|s| &s.principals.list).all(|p| p.kind == PrincipalKind::Federated);
    by_key || federated || (web && by_action) || (web && to_everyone && only_web())
}

fn judge(role: &RoleView<'_>, deny: &Statement, out: &mut Findings) {
    let issuers = || role.admission.issuers.iter().filter(|issuer| issuer.issuer.is_some() && !issuer.grants.is_empty());
    if issuers().next().is_none() || issuers().any(|issuer| protects(role, deny, issuer)) {
        return;
    }
    let flaw = issuers().find_map(|issuer| flaw(role, deny, issuer));
    if flaw.is_none() && issuers().any(|issuer| could_protect(role, deny, issuer)) {
        return;
    }
    let at = flaw.as_ref().map_or(At::Statement, |flaw| flaw.at);
    let shut_out = flaw.as_ref().and_then(|_| issuers().find_map(|issuer| would_shut_out(role, deny, issuer)));
    let reason = flaw.as_ref().map_or_else(|| "no token matches its conditions".to_owned(), |flaw| flaw.reason.clone());
    let help = flaw.map_or_else(|| format!("remove {}, or name those who must be kept out", deny.name()), |flaw| flaw.help);
    let (severity, consequence) = match &shut_out {
        Some((subject, _)) => (Severity::Warning, format!(", so `{subject}` still gets in")),
        None => (Severity::Info, String::new()),
    };
    let message = format!("{} of {} keeps nobody out: {reason}{consequence}", deny.name(), role.name());
    let report = out.report(&DenyDoesNotProtect::META, place(deny, at), message).severity(severity).help(help);
    match shut_out {
        Some((_, tried)) => report.witness(&tried).done(),
        None => report.done(),
    }
}

/// Whether it takes anything from what the Allow statements let in; what is not known to take nothing does.
fn protects(role: &RoleView<'_>, deny: &Statement, issuer: &IssuerAdmission<'_>) -> bool {
    if !speaks_of(&deny.action, action::WEB_IDENTITY) || !names(role, deny, issuer) {
        return false;
    }
    let Some(taken) = region(role, deny, issuer, as_written(deny)) else { return false };
    issuer.statements.iter().filter_map(|(_, allowed)| allowed.as_ref()).any(|allowed| common(role, issuer, allowed, &taken).is_some())
}

/// Whether it works and has nothing to do as yet: a second bolt on the door is no mistake.
fn could_protect(role: &RoleView<'_>, deny: &Statement, issuer: &IssuerAdmission<'_>) -> bool {
    let taken = region(role, deny, issuer, as_written(deny));
    taken.is_some_and(|taken| common(role, issuer, &Region::everything(), &taken).is_some())
}

/// What two regions have in common, as far as the issuer sends such subjects; none if that is surely nothing.
fn common(role: &RoleView<'_>, issuer: &IssuerAdmission<'_>, one: &Region, other: &Region) -> Option<Region> {
    let mut both = one.intersect(other);
    let forms = forms(role, issuer);
    if forms.closed {
        let present = forms.legal.clone();
        both.restrict(&SmolStr::new_static(key::SUB), Constraint::Single { present, absent: false });
    }
    (!both.is_empty(role.budget).is_yes()).then_some(both)
}

/// A token that gets in and would not if the Deny were read as it was meant; none where that would keep everybody out.
fn would_shut_out(role: &RoleView<'_>, deny: &Statement, issuer: &IssuerAdmission<'_>) -> Option<(SmolStr, Witness)> {
    let (conditions, left_out) = as_meant(deny, issuer);
    let taken = region(role, deny, issuer, conditions)?;
    let is_left = |grant: &Grant| grant.region.minus(&taken, role.budget).iter().any(|rest| !rest.is_empty(role.budget).is_yes());
    let for_certain = left_out == 0 && taken.residual.is_empty();
    if for_certain && !issuer.grants.iter().any(is_left) {
        return None;
    }
    issuer.grants.iter().find_map(|grant| {
        let region = common(role, issuer, &grant.region, &taken)?;
        let cut = Grant { region, statements: grant.statements.clone(), settled: grant.settled };
        let legal = forms(role, issuer).legal.clone();
        let subject = match cut.subjects().intersect(legal).witness(role.budget) {
            Answer::Yes(subject) => subject,
            _ => cut.subjects().witness(role.budget).yes()?,
        };
        let tried = witness(role, issuer, &cut, subject.clone()).yes()?;
        Some((subject, tried))
    })
}

#[cfg(test)]
mod tests {
    use irsa_lint_core::diagnostic::Severity;

    use crate::testing::{check, of_rule};

    const GITHUB: &str = "token.actions.githubusercontent.com";
    const OWN: &str = r#"{"Federated": "arn:aws:iam::111122223333:oidc-provider/ISSUER"}"#;
    const WEB: &str = "sts:AssumeRoleWithWebIdentity";

    fn found(principal: &str, action: &str, condition: &str) -> Vec<Severity> {
        with("", principal, action, condition)
    }

    fn with(more: &str, principal: &str, action: &str, condition: &str) -> Vec<Severity> {
        let allow = r#"{"StringEquals": {"ISSUER:aud": "sts.amazonaws.com"}, "StringLike": {"ISSUER:sub": "repo:octo-org/octo-repo:*"}}"#;
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {OWN}, "Action": "{WEB}", "Condition": {allow}}}{more}, {{"Effect": "Deny", "Principal": {principal}, "Action": "{action}", "Condition": {condition}}}]}}"#
        );
        let answer = check(&[("a.json", &text.replace("ISSUER", GITHUB))]);
        of_rule(&answer, "deny-does-not-protect").into_iter().map(|d| d.severity).collect()
    }

    const PULL_REQUESTS: &str = r#"{"StringLike": {"ISSUER:sub": "repo:*:pull_request"}}"#;

    #[test]
    fn what_would_protect_if_it_were_read_as_it_was_meant() {
        for (principal, action, condition) in [
            (r#"{"AWS": "*"}"#, WEB, PULL_REQUESTS),
            (r#"{"AWS": "*"}"#, "sts:*", PULL_REQUESTS),
            (r#"{"AWS": "arn:aws:iam::111122223333:root"}"#, WEB, PULL_REQUESTS),
            (r#"{"Federated": "*"}"#, WEB, PULL_REQUESTS),
            (r#"{"Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"}"#, WEB, PULL_REQUESTS),
            (OWN, "sts:AssumeRole", PULL_REQUESTS),
            (OWN, WEB, r#"{"StringEquals": {"ISSUER:sub": "repo:*:pull_request"}}"#),
            (OWN, WEB, r#"{"StringLike": {"gitlab.com:sub": "repo:*:pull_request"}}"#),
            (OWN, WEB, r#"{"StringLike": {"https://ISSUER:sub": "repo:*:pull_request"}}"#),
            (OWN, WEB, r#"{"StringLike": {"ISSUER:subs": "repo:*:pull_request"}}"#),
            (OWN, WEB, r#"{"StringEquals": {"ISSUER:event_name": "pull_request"}}"#),
            (r#"{"AWS": "*"}"#, WEB, r#"{"StringNotEquals": {"aws:SourceVpc": "vpc-11112222333344445"}}"#),
            (r#"{"AWS": "*"}"#, "sts:*", r#"{"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}"#),
        ] {
            assert_eq!(found(principal, action, condition), [Severity::Warning], "{principal} {action} {condition}");
        }
    }

    #[test]
    fn what_would_not_is_only_worth_knowing() {
        for (principal, condition) in [
            (r#"{"AWS": "*"}"#, r#"{"StringLike": {"ISSUER:sub": "repo:octo-org/other:*"}}"#),
            // Read as everybody it would shut out whom the Allow is for.
            (r#"{"AWS": "*"}"#, r#"{"StringNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/admin"}}"#),
            (
                r#"{"Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"}"#,
                r#"{"StringLike": {"gitlab.com:sub": "project_path:*"}}"#,
            ),
        ] {
            assert_eq!(found(principal, WEB, condition), [Severity::Info], "{principal} {condition}");
        }
    }

    #[test]
    fn a_subject_that_no_token_has_keeps_nobody_out() {
        let found = |subject: &str| {
            let principal = r#""Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/ISSUER"}, "Action": "sts:AssumeRoleWithWebIdentity""#;
            let text = format!(
                r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", {principal}, "Condition": {{"StringLike": {{"ISSUER:sub": "system:serviceaccount:prod:*"}}}}}}, {{"Effect": "Deny", {principal}, "Condition": {{"StringEquals": {{"ISSUER:sub": "{subject}"}}}}}}]}}"#
            );
            let answer = check(&[("a.json", &text.replace("ISSUER", crate::testing::ISSUER))]);
            of_rule(&answer, "deny-does-not-protect").into_iter().map(|d| d.severity).collect::<Vec<_>>()
        };
        assert_eq!(found("serviceaccount:prod:default"), [Severity::Info]);
        assert_eq!(found("system:serviceaccount:*:default"), [Severity::Warning]);
        assert_eq!(found("system:serviceaccount:test:default"), []);
        assert_eq!(found("system:serviceaccount:prod:default"), []);
    }

    #[test]
    fn what_protects_is_left_alone() {
        for (principal, action, condition) in [
            (OWN, WEB, PULL_REQUESTS),
            (OWN, WEB, r#"{"StringNotEquals": {"ISSUER:aud": "sts.amazonaws.com"}}"#),
            (OWN, WEB, r#"{"StringEquals": {"ISSUER:sub": "repo:octo-org/other:pull_request"}}"#),
            (OWN, "sts:Assume*", PULL_REQUESTS),
            (r#""*""#, WEB, PULL_REQUESTS),
            (OWN, WEB, r#"{"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}"#),
            (r#""*""#, "sts:*", r#"{"Bool": {"aws:SecureTransport": "false"}}"#),
            (OWN, "sts:TagSession", r#"{"StringLike": {"aws:RequestTag/team": "*"}}"#),
            (OWN, WEB, r#"{"ForAnyValue:StringLike": {"ISSUER:sub": "repo:*:pull_request"}}"#),
        ] {
            assert_eq!(found(principal, action, condition), [], "{principal} {action} {condition}");
        }
    }

    #[test]
    fn a_deny_for_aws_principals_is_none_of_ours() {
        let people = r#", {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole"}"#;
        let condition = r#"{"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}"#;
        for action in ["sts:AssumeRole", "sts:*"] {
            assert_eq!(with(people, r#"{"AWS": "*"}"#, action, condition), [], "{action}");
        }
    }
}
