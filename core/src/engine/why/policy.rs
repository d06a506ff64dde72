//! The last links of the chain: provider, audience, statement, conditions.

use smol_str::{SmolStr, format_smolstr};

use super::provider::audience_of;
use super::{Walk, link};
use crate::admission::language::{Glob, Language};
use crate::admission::pod_identity::PodSession;
use crate::admission::trace::trace;
use crate::admission::words::listed;
use crate::admission::{Admission, Answer, Budget, Claim, Issuers, Request, Token, Truth, Verdict, decide_policy};
use crate::document::model::Trust;
use crate::engine::answer::{Because, ChainLink, LinkKind, StatementTrace, Step};
use crate::engine::nearest::nearest;
use crate::engine::words;
use crate::estate::RoleId;
use crate::policy::{Effect, TrustPolicy};
use crate::provider::Kind;
use crate::syntax::Place;

/// What the links about statements are made from.
struct Judged<'p> {
    policy: &'p TrustPolicy,
    token: Token,
    traces: Vec<StatementTrace>,
    verdict: Verdict,
    /// What tells the token from the nearest admitted subject.
    nearest: Option<String>,
}

impl Walk<'_> {
    /// The links from the role's trust policy on, for a token that the pod sends.
    pub fn federation(&mut self, id: RoleId, token: Option<&Token>) {
        let estate = &self.case.estate;
        let Some(role) = estate.role(id) else { return };
        let policy = match &role.trust {
            Trust::Policy(policy) => policy,
            Trust::Unknown(place, why) => return self.push(LinkKind::Statement, Truth::Unknown, why.clone(), "", Some(place)),
            Trust::Absent => {
                let message = "the document does not contain the role's trust policy".to_owned();
                return self.push(LinkKind::Statement, Truth::Unknown, message, "add the output of `aws iam get-role`", Some(&role.place));
            }
        };
        let issuers = Issuers::new(self.engine.catalogue);
        let budget = Budget::default();
        let account = estate.role_account(id);
        let admission = Admission::of(policy, account, &issuers, &budget);
        let completed = token.map(|token| completed(token, &admission, &budget));
        self.provider_of_role(&admission, account, completed.as_ref());
        let Some(token) = completed.filter(|token| !token.issuer.is_empty()) else {
            return self.policy_alone(policy, &admission, &issuers, &budget, token);
        };
        let role_arn = estate.role_arn(id).value().cloned();
        let request = Request { token, account: account.map(SmolStr::new), role_arn, ..Request::default() };
        let judged = Judged {
            policy,
            traces: trace(policy, &request, self.engine.catalogue),
            verdict: decide_policy(policy, &request, self.engine.catalogue),
            nearest: nearest(&admission, &request.token, &issuers, &budget).map(|nearest| nearest.message),
            token: request.token,
        };
        self.statements(&judged);
    }

    fn provider_of_role(&mut self, admission: &Admission<'_>, account: Option<&str>, token: Option<&Token>) {
        let of_token = token.map(|token| token.issuer.clone()).or_else(|| self.reported.issuer.clone());
        let of_policy = || admission.issuers.iter().find_map(|issuer| issuer.issuer.clone());
        let Some(issuer) = of_token.or_else(of_policy).filter(|issuer| !issuer.is_empty()) else { return };
        self.provider(&issuer, account, token.and_then(audience_of));
        match token {
            Some(token) => self.audience(&issuer, account, token),
            None => self.client_ids(&issuer, account),
        }
    }

    /// What can be said of a policy where it is not known who calls.
    fn policy_alone(
        &mut self,
        policy: &TrustPolicy,
        admission: &Admission<'_>,
        issuers: &Issuers<'_>,
        budget: &Budget,
        token: Option<&Token>,
    ) {
        let place = Place { span: policy.span, pointer: policy.pointer.clone() };
        let stored = admission.grants().next().is_none() || self.reported.known.is_some_and(|error| error.id.starts_with("iam-"));
        if let Some(finding) = self.evidence.of_policy(policy.span, stored) {
            return self.links.push(super::found(LinkKind::Statement, finding));
        }
        if token.is_none() && PodSession::default().is_admitted(policy) != Truth::False {
            let message = "the trust policy lets EKS Pod Identity use the role; an association decides whether this Pod gets it";
            let help = "add the output of `aws eks describe-pod-identity-association`, or the ServiceAccount";
            return self.push(LinkKind::Statement, Truth::Unknown, message.to_owned(), help, Some(&place));
        }
        if token.is_some() || admission.issuers.is_empty() {
            let named = policy.statements.iter().flat_map(|s| &s.principals.list).map(|p| p.value.text.as_str());
            let message = format!("the trust policy admits no OIDC provider, only {}", listed(named, 3));
            let help = "add a statement that allows `sts:AssumeRoleWithWebIdentity` for the cluster's OIDC provider, with the ServiceAccount as subject";
            return self.push(LinkKind::Statement, Truth::False, message, help, Some(&place));
        }
        if let Some(doubt) = self.evidence.doubt_about_policy(policy.span) {
            let help = format!("add the token (`--token FILE`; it is never shown in full); without it, {}", doubt.help);
            return self.push(LinkKind::Condition, Truth::Unknown, doubt.message.clone(), help, Some(&doubt.place));
        }
        let grants = admission.grants().take(3).map(|(issuer, grant)| {
            let summary = grant.summary(&issuers.forms(issuer.issuer.as_deref()), budget);
            words::subjects(issuer, &grant.subjects(), &summary)
        });
        let admitted: Vec<String> = grants.collect();
        let message = format!("the trust policy lets in {}; no document shows whether the caller is one of them", admitted.join("; "));
        let help = "add the token (`--token FILE`; it is never shown in full), or name the caller: `--service-account NAMESPACE/NAME`";
        self.push(LinkKind::Condition, Truth::Unknown, message, help, Some(&place));
    }

    /// The statement that goes furthest along with the token, and each of its conditions; or the Deny that decides.
    fn statements(&mut self, judged: &Judged<'_>) {
        let traces = &judged.traces;
        if let Some(deny) = traces.iter().find(|t| t.effect == Effect::Deny && t.matched == Truth::True) {
            let place = deny.because.first().map(|b| &b.place);
            let message = format!("{} denies this token, which overrides every Allow", deny.name);
            let help = "narrow the Deny statement so that it does not apply to this caller";
            return self.push(LinkKind::Statement, Truth::False, message, help, place);
        }
        let Some(best) = traces.iter().filter(|t| t.effect == Effect::Allow).max_by_key(|t| score(t)) else {
            let place = Place { span: judged.policy.span, pointer: judged.policy.pointer.clone() };
            let message = "the trust policy has no Allow statement".to_owned();
            return self.push(LinkKind::Statement, Truth::False, message, "add one for the token's OIDC provider", Some(&place));
        };
        if let Some(failed) = best.because.iter().find(|b| b.what != Step::Condition && b.holds == Truth::False) {
            let help = match failed.what {
                Step::Principal => format!(
                    "name the OIDC provider of `{}` under `Federated` in the statement's Principal, and the same issuer in its condition keys",
                    judged.token.issuer
                ),
                _ => "name `sts:AssumeRoleWithWebIdentity` in the statement's Action".to_owned(),
            };
            let issuers = judged.nearest.as_ref().filter(|said| failed.what == Step::Principal && said.starts_with("the issuer differs"));
            let message = format!("{} is the nearest, but {}", best.name, issuers.unwrap_or(&failed.message));
            let broken = link(LinkKind::Statement, Truth::False, message, help, Some(&failed.place));
            return self.links.push(self.explained(judged, failed, broken));
        }
        self.conditions(judged, best);
    }

    fn conditions(&mut self, judged: &Judged<'_>, best: &StatementTrace) {
        let place = best.because.first().map(|b| &b.place);
        let holds = best.because.iter().filter(|b| b.what != Step::Condition).map(|b| b.holds).fold(Truth::True, Truth::and);
        self.push(LinkKind::Statement, holds, format!("{} is for this issuer and action", best.name), "", place);
        for step in best.because.iter().filter(|b| b.what == Step::Condition) {
            let mut made = link(LinkKind::Condition, step.holds, step.message.clone(), "", Some(&step.place));
            if step.holds == Truth::False {
                (made.message, made.help) = told(judged, step);
                made = self.explained(judged, step, made);
            }
            self.links.push(made);
        }
        if judged.verdict == Verdict::Denied && !self.is_broken_before_sts() {
            let message =
                "the token has session tags or a source identity, so `sts:TagSession` or `sts:SetSourceIdentity` must be allowed as well";
            self.push(LinkKind::Statement, Truth::False, message.to_owned(), "add the action to the statement", place);
        }
    }

    /// A broken link in the words of the rule that found the same fault, if one did.
    fn explained(&self, judged: &Judged<'_>, step: &Because, broken: ChainLink) -> ChainLink {
        let of_account = || self.account.as_ref().and_then(|account| self.evidence.of_account(account));
        match self.evidence.of_step(judged.policy.span, &step.place).or_else(of_account) {
            Some(found) => super::found(broken.kind, found),
            None => broken,
        }
    }
}

/// What the documents leave open is taken as the policy would have it: the issuer of its only cluster, a namespace that it admits.
fn completed(token: &Token, admission: &Admission<'_>, budget: &Budget) -> Token {
    let mut token = token.clone();
    if token.issuer.is_empty() {
        let clusters = admission.issuers.iter().filter(|i| i.provider.is_some_and(|p| p.kind == Kind::Kubernetes));
        token.issuer = clusters.chain(&admission.issuers).find_map(|i| i.issuer.clone()).unwrap_or_default();
    }
    let open = token.subject().and_then(|subject| subject.strip_prefix("system:serviceaccount::")).map(SmolStr::new);
    if let Some(name) = open {
        let pattern = Language::glob(Glob::parse(&format!("system:serviceaccount:*:{name}")));
        let admitted = admission.grants().find_map(|(_, grant)| match grant.subjects().intersect(pattern.clone()).witness(budget) {
            Answer::Yes(subject) => Some(subject),
            _ => None,
        });
        let subject = admitted.unwrap_or_else(|| format_smolstr!("system:serviceaccount:default:{name}"));
        token.claims.retain(|(claim, _)| claim != "sub");
        token.claims.push(("sub".into(), Claim::One(subject)));
    }
    token
}

/// A condition that does not hold: on the subject in terms of what differs, else with the values compared.
fn told(judged: &Judged<'_>, step: &Because) -> (String, String) {
    let conditions = judged.policy.statements.iter().flat_map(|statement| &statement.conditions);
    let key = conditions.filter(|c| c.span == step.place.span).map(|c| c.key.text.as_str()).next().unwrap_or_default();
    match (&judged.nearest, judged.token.subject(), key.ends_with(":sub")) {
        (Some(difference), Some(subject), true) => (
            difference.clone(),
            format!("if this caller should get the role, add `{subject}` to the condition on `{key}`; otherwise use another caller"),
        ),
        _ => (
            step.message.clone(),
            format!("change the condition on `{key}` so that it holds for this token, or send a token for which it holds"),
        ),
    }
}

/// How far a statement goes along with a token: principal and action weigh more than any condition.
pub fn score(trace: &StatementTrace) -> usize {
    let holds = |step: &&Because| step.holds != Truth::False;
    trace.because.iter().filter(holds).map(|step| if step.what == Step::Condition { 1 } else { 100 }).sum()
}
