//! Tokens of any audience that the provider registers are accepted: no condition asks for one.

use irsa_lint_core::admission::fault::{At, Fault};
use irsa_lint_core::admission::language::Glob;
use irsa_lint_core::admission::{Answer, Grant, IssuerAdmission, key, words};
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::{Applicability, Fix, Severity};
use irsa_lint_core::document::model::{AUDIENCE, DEFAULT_AUDIENCE as STS, Stated};
use irsa_lint_core::policy::{Base, Condition, Operator, Statement};
use irsa_lint_core::provider::{Kind, Provider};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta};
use irsa_lint_core::syntax::Place;
use smol_str::SmolStr;

use crate::mend::edits::{Added, member_before};
use crate::trust::kubernetes::forms;
use crate::trust::statements::{StatementGrant, statement_grants};
use crate::trust::wide::{claim_conditions, conditions_place, subject_conditions, witness};

declare_rule! {
    /// The role accepts tokens of any audience that the provider lists: no condition checks it.
    ///
    /// ## Why is this bad?
    ///
    /// A token says which service it was made for. Without a condition on `aud`, the role also accepts tokens of the workload that were
    /// made for another service and that this service passes on or leaks. The client ids of the IAM provider are then the only check, and
    /// whoever adds one opens every such role.
    ///
    /// ## Severity
    ///
    /// Warning: the subject is still checked, so an attacker needs a token of the right workload that leaked or was made for another
    /// service. Info if the provider lists only audiences that belong here.
    ///
    /// ## How to fix it
    ///
    /// Add a condition on the provider's `:aud` under `StringEquals`: for EKS `sts.amazonaws.com`.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Assign IAM roles to Kubernetes service accounts"
    /// - IAM User Guide, "Create a role for OpenID Connect federation"
    ///
    /// ```json fail at=/Statement/0/Condition/StringEquals
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"}
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
    pub MissingAudience { id: "missing-audience", severity: Warning, family: "too-wide", fix: Safe }
}

impl Rule for MissingAudience {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        // Nearly every good policy lists its audiences: nothing to look for.
        if role.admission.grants().all(|(_, grant)| grant.audiences().as_literals().is_some()) {
            return;
        }
        for grant in statement_grants(role) {
            let Some(piece) =
                grant.pieces.iter().find(|piece| takes_any_audience(piece) && asks_for_something(piece, grant.issuer.provider))
            else {
                continue;
            };
            if is_misnamed(role, grant.statement) || is_lost(&grant) {
                continue;
            }
            let has_audience = grant.issuer.provider.is_none_or(|provider| provider.claim(key::AUD).is_some());
            if has_audience {
                report(role, &grant, piece, out);
            }
        }
    }
}

/// Whether the statement's issuer is written wrongly: then nobody gets in, and a key that is built from it would be as wrong.
fn is_misnamed(role: &RoleView<'_>, statement: &Statement) -> bool {
    let of_issuer = |fault: &Fault| fault.fatal && matches!(fault.at, At::Principal(_) | At::Key(_));
    role.admission.faults.iter().any(|fault| fault.statement == statement.index && of_issuer(fault))
}

/// Whether the audience is asked for under a key that stands twice: the one that gets lost is `duplicate-key`'s affair.
fn is_lost(grant: &StatementGrant<'_>) -> bool {
    let asks = |condition: &Condition| {
        let issuer = grant.issuer.issuer.as_deref();
        let claim = issuer.and_then(|issuer| key::claim_of(&condition.key.text, issuer));
        claim.is_some_and(|claim| claim.eq_ignore_ascii_case(key::AUD))
    };
    grant.statement.conditions.iter().any(|condition| condition.overridden && asks(condition))
}

fn report(role: &RoleView<'_>, grant: &StatementGrant<'_>, piece: &Grant, out: &mut Findings) {
    let (issuer, statement) = (grant.issuer, grant.statement);
    let asked = claim_conditions(statement, issuer, key::AUD).next();
    let place = asked.map_or_else(|| conditions_place(statement), |c| Place { span: c.span, pointer: c.pointer.clone() });
    // A subject as the issuer sends it, where its forms are known: else any that is admitted.
    let legal = forms(role, issuer).legal.clone();
    let subject = match piece.subjects().intersect(legal).witness(role.budget) {
        Answer::No => piece.subjects().witness(role.budget),
        found => found,
    };
    let Some(subject) = out.settle(&MissingAudience::META, &place, subject) else { return };
    let Some(witness) = out.settle(&MissingAudience::META, &place, witness(role, issuer, piece, subject)) else { return };
    let named = issuer.issuer.as_deref().unwrap_or("ISSUER");
    let registered = registered(role, named);
    let confined = registered.as_ref().is_some_and(|ids| ids.iter().all(|id| belongs(id, issuer.provider)));
    let mut message = format!("{} accepts tokens for any audience: {}", role.name(), words_of(asked, named));
    if let Some(ids) = registered.filter(|_| confined) {
        let ids = words::listed(ids.iter().map(SmolStr::as_str), 3).replace(" or ", " and ");
        message.push_str(&format!(" (today the provider lists only {ids})"));
    }
    let severity = if confined { Severity::Info } else { Severity::Warning };
    let report = out.report(&MissingAudience::META, place, message).severity(severity).witness(&witness);
    report.help(help(issuer, named)).fix(fix(role, grant, asked.is_some())).done();
}

fn words_of(asked: Option<&Condition>, issuer: &str) -> String {
    match asked {
        Some(condition) => {
            let values = words::listed(condition.values.iter().map(|value| value.text.as_str()), 3);
            format!("`{}` on `{}` with {values} matches all of them", condition.operator_name.text, condition.key.text)
        }
        None => format!("no condition checks `{issuer}:aud`"),
    }
}

fn help(issuer: &IssuerAdmission<'_>, named: &str) -> String {
    let audience = &issuer.provider.map(|provider| &provider.audience);
    let usual = audience.and_then(|known| known.default.iter().chain(known.common.iter()).find(|value| !value.contains('{')));
    match usual {
        Some(usual) => format!("add `\"{named}:aud\": \"{usual}\"` under `StringEquals`"),
        None => format!("add a condition on `{named}:aud` under `StringEquals` with the audience of your tokens for AWS, often `{STS}`"),
    }
}

/// Two audiences that nobody means: what admits both admits any.
fn takes_any_audience(piece: &Grant) -> bool {
    let (audience, own) = (piece.audiences(), piece.region.values(key::OAUD));
    ["https://anything.example.com", "zz-irsa-lint-7"].iter().all(|made_up| audience.contains(made_up) && own.contains(made_up))
}

/// Where a statement asks for nothing at all, that is the finding, and another rule has it; likewise where the audience would name the tenant.
fn asks_for_something(piece: &Grant, provider: Option<&Provider>) -> bool {
    let names_tenant = provider.is_some_and(|provider| provider.tenant_in.as_deref() == Some(key::AUD));
    !piece.subjects().is_all() || (!names_tenant && piece.other_claims().next().is_some())
}

/// The client ids that the provider of the role's account registers, where the run shows it.
fn registered(role: &RoleView<'_>, issuer: &str) -> Option<Vec<SmolStr>> {
    match role.view.estate.client_ids(role.id, issuer) {
        Stated::Is(ids) if !ids.is_empty() => Some(ids),
        _ => None,
    }
}

/// Whether a client id is one that set-ups of this issuer with AWS use.
fn belongs(id: &str, provider: Option<&Provider>) -> bool {
    let Some(audience) = provider.map(|provider| &provider.audience) else { return id == STS };
    let known = audience.default.iter().chain(audience.common.iter());
    known.map(|text| open_parts(text)).any(|pattern| Glob::parse(&pattern).matches(id)) || id == STS
}

/// `https://github.com/{owner}` with a star for each part in braces.
fn open_parts(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, inside)) = rest.split_once('{') {
        out.push_str(before);
        out.push('*');
        rest = inside.split_once('}').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}

/// A condition beside the one on the subject, where the audience is certain.
fn fix(role: &RoleView<'_>, grant: &StatementGrant<'_>, asked: bool) -> Option<Fix> {
    let provider = grant.issuer.provider.filter(|p| p.kind == Kind::Kubernetes && p.audience.default.as_deref() == Some(STS))?;
    let accounts = role.view.estate.accounts_of(role.id).iter().filter_map(|id| role.view.estate.service_account(*id));
    let mut others = accounts.filter_map(|account| account.annotation(AUDIENCE));
    if asked || !others.all(|annotation| annotation.value.value().is_some_and(|value| value.text == STS)) {
        return None;
    }
    let conditions = &grant.statement.conditions;
    let plain = |operator: Operator| operator.base == Base::StringEquals && operator.set.is_none() && !operator.if_exists;
    let on_subject = subject_conditions(grant.statement, grant.issuer).min_by_key(|c| !c.known().is_some_and(plain))?;
    let key = on_subject.key.text.get(..on_subject.key.text.len().checked_sub(key::SUB.len())?)?;
    let key = format!("{key}{}", key::AUD);
    let edit = match conditions.iter().find(|c| c.known().is_some_and(plain)) {
        Some(beside) => member_before(&role.view, &beside.key, beside.values_span.start, &key, Added::Text(STS))?,
        None => {
            let first = conditions.iter().min_by_key(|c| c.operator_name.span.start)?;
            member_before(&role.view, &first.operator_name, first.span.start, "StringEquals", Added::Object(&key, STS))?
        }
    };
    let message = format!("require the audience `{STS}`, which tokens of {} carry", provider.name);
    Some(Fix { applicability: Applicability::Safe, message, edits: vec![edit] })
}

#[cfg(test)]
mod tests {
    use irsa_lint_core::diagnostic::apply;

    use super::*;
    use crate::testing::{ISSUER, bad_rules, check, of_rule, policy};

    fn mended(text: &str) -> Option<String> {
        let answer = check(&[("a.json", text)]);
        let found = of_rule(&answer, "missing-audience");
        found.first()?.fix.as_ref().map(|fix| apply(text, &fix.edits).unwrap())
    }

    #[test]
    fn an_audience_that_a_second_key_displaces_is_said_once() {
        let subject = r#""ISSUER:sub": "system:serviceaccount:payments:api""#;
        let lost = format!(r#"{{"StringEquals": {{"ISSUER:aud": "sts.amazonaws.com"}}, "StringEquals": {{{subject}}}}}"#);
        assert_eq!(bad_rules(&check(&[("a.json", &policy(&lost))])), ["duplicate-key"]);
        let other = format!(r#"{{"StringEquals": {{{subject}}}, "StringEquals": {{{subject}}}}}"#);
        assert_eq!(of_rule(&check(&[("a.json", &policy(&other))]), "missing-audience").len(), 1);
    }

    #[test]
    fn the_fix_keeps_the_layout() {
        let subject = r#""ISSUER:sub": "system:serviceaccount:payments:api""#.replace("ISSUER", ISSUER);
        for (open, close, gap, colon) in
            [(":{", "}", " ", ": "), (": {", "}", " ", ": "), (": { ", " }", " ", ": "), (": {\n        ", "\n      }", "\n        ", ": ")]
        {
            let text = policy(&format!("{{\"StringEquals\"{open}{subject}{close}}}"));
            let mended = mended(&text).unwrap();
            let wanted = format!("{open}\"{ISSUER}:aud\"{colon}\"sts.amazonaws.com\",{gap}{subject}{close}");
            assert!(mended.contains(&wanted), "{mended}");
            assert_eq!(bad_rules(&check(&[("a.json", &mended)])), [""; 0]);
        }
    }

    #[test]
    fn the_fix_is_spelled_as_what_stands_beside_it() {
        let like = policy(r#"{"StringLike": {"ISSUER:sub": "system:serviceaccount:payments:api"}}"#);
        let wanted = format!(r#""Condition": {{"StringEquals": {{"{ISSUER}:aud": "sts.amazonaws.com"}}, "StringLike""#);
        assert!(mended(&like).unwrap().contains(&wanted), "{:?}", mended(&like));
        let lines = like.replace(r#""Condition": {"StringLike": {"#, "\"Condition\": {\n\t\"StringLike\": {\n\t\t");
        let wanted = format!("{{\n\t\"StringEquals\": {{\n\t\t\"{ISSUER}:aud\": \"sts.amazonaws.com\"\n\t}},\n\t\"StringLike\"");
        assert!(mended(&lines).unwrap().contains(&wanted), "{:?}", mended(&lines));
        let inner = policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:payments:api"}}"#);
        let role = format!(
            r#"{{"Role": {{"RoleName": "r", "Arn": "arn:aws:iam::111122223333:role/r", "AssumeRolePolicyDocument": "{}"}}}}"#,
            inner.replace('"', "\\\"")
        );
        let answer = check(&[("role.json", &role)]);
        let found = of_rule(&answer, "missing-audience");
        let wanted = format!(r#"\"{ISSUER}:aud\": \"sts.amazonaws.com\", "#);
        assert_eq!(found[0].fix.as_ref().map(|fix| fix.edits[0].text.as_str()), Some(wanted.as_str()));
    }

    #[test]
    fn what_the_provider_registers_decides() {
        let text = policy(r#"{"StringEquals": {"ISSUER:sub": "system:serviceaccount:payments:api"}}"#);
        let provider = |ids: &str| format!(r#"{{"Url": "{ISSUER}", "ClientIDList": [{ids}], "ThumbprintList": []}}"#);
        for (ids, severity) in [(r#""sts.amazonaws.com""#, Severity::Info), (r#""sts.amazonaws.com", "vault""#, Severity::Warning)] {
            let answer = check(&[("a.json", &text), ("provider.json", &provider(ids))]);
            assert_eq!(of_rule(&answer, "missing-audience").iter().map(|d| d.severity).collect::<Vec<_>>(), [severity], "{ids}");
        }
    }

    #[test]
    fn it_is_silent_where_an_audience_is_asked_for_or_nothing_is() {
        for condition in [
            r#"{"StringEquals": {"ISSUER:aud": ["sts.amazonaws.com", "other"], "ISSUER:sub": "system:serviceaccount:payments:api"}}"#,
            r#"{"StringLike": {"ISSUER:aud": "sts.*", "ISSUER:sub": "system:serviceaccount:payments:api"}}"#,
            r#"{"StringEquals": {"ISSUER:oaud": "sts.amazonaws.com", "ISSUER:sub": "system:serviceaccount:payments:api"}}"#,
            r#"{"StringLike": {"aws:SourceIp": "*"}}"#,
        ] {
            assert!(of_rule(&check(&[("a.json", &policy(condition))]), "missing-audience").is_empty(), "{condition}");
        }
        let any = policy(r#"{"StringLike": {"ISSUER:aud": "*", "ISSUER:sub": "system:serviceaccount:payments:api"}}"#);
        assert_eq!(bad_rules(&check(&[("a.json", &any)])), ["missing-audience"]);
    }

    #[test]
    fn pod_identity_and_aws_principals_have_no_audience() {
        let text = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}]}"#;
        assert_eq!(bad_rules(&check(&[("a.json", text)])), [""; 0]);
    }
}
