//! The last links of the chain: provider, audience, statement, conditions.

use smol_str::{SmolStr, format_smolstr};

use super::answer::{Because, ChainLink, LinkKind, StatementTrace, Step};
use super::can_assume;
use super::run::{Case, Engine};
use crate::admission::language::{Glob, Language};
use crate::admission::trace::trace;
use crate::admission::{Admission, Answer, Budget, Claim, Issuers, Request, Token, Truth, Verdict, decide_policy};
use crate::document::model::{Listed, Stated, Trust};
use crate::estate::{Link, RoleId};
use crate::policy::{Effect, TrustPolicy};
use crate::provider::Kind;
use crate::syntax::Place;

/// The links from the role's trust policy on, for a token that the pod sends.
pub(super) fn links(engine: &Engine<'_>, case: &Case, id: RoleId, token: &Token, given: bool) -> Vec<ChainLink> {
    let mut links = Vec::new();
    let Some(role) = case.estate.role(id) else { return links };
    let policy = match &role.trust {
        Trust::Policy(policy) => policy,
        Trust::Unknown(place, why) => return vec![link(LinkKind::Statement, Truth::Unknown, why.clone(), "", Some(place))],
        Trust::Absent => {
            let message = "the document does not hold the role's trust policy".to_owned();
            return vec![link(LinkKind::Statement, Truth::Unknown, message, "add the output of `aws iam get-role`", Some(&role.place))];
        }
    };
    let issuers = Issuers::new(engine.catalogue);
    let budget = Budget::default();
    let account = case.estate.role_account(id);
    let admission = Admission::of(policy, account, &issuers, &budget);
    let token = completed(token, &admission, &budget);
    if given {
        links.push(token_link(&token));
    }
    provider(case, id, &token, &mut links);
    let request =
        Request { token, account: account.map(SmolStr::new), role_arn: case.estate.role_arn(id).value().cloned(), ..Request::default() };
    let judged = Judged {
        policy,
        request: &request,
        traces: trace(policy, &request, engine.catalogue),
        verdict: decide_policy(policy, &request, engine.catalogue),
        nearest: can_assume::nearest(&admission, &request.token, &issuers, &budget).map(|nearest| nearest.message),
    };
    statements(&judged, &mut links);
    links
}

fn link(kind: LinkKind, holds: Truth, message: String, help: impl Into<String>, place: Option<&Place>) -> ChainLink {
    ChainLink { kind, holds, message, help: help.into(), place: place.cloned() }
}

fn token_link(token: &Token) -> ChainLink {
    let subject = token.subject().map_or("none", SmolStr::as_str);
    let message = format!("the token comes from issuer `{}` and its subject is `{subject}`", token.issuer);
    link(LinkKind::Token, Truth::True, message, "", None)
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

fn provider(case: &Case, id: RoleId, token: &Token, links: &mut Vec<ChainLink>) {
    let estate = &case.estate;
    let account = estate.role_account(id);
    let issuer = &token.issuer;
    let shown = account.map_or_else(|| "the role's account".to_owned(), |account| format!("account {account}"));
    match estate.provider_of(issuer, account) {
        Link::To(provider) => {
            let place = estate.provider(provider).map(|provider| &provider.place);
            links.push(link(LinkKind::Provider, Truth::True, format!("{shown} has an OIDC provider for `{issuer}`"), "", place));
        }
        Link::Missing { .. } | Link::None if estate.lists(Listed::Providers, account) => {
            let message = format!("{shown} has no OIDC provider for `{issuer}`");
            let help = format!("create an IAM OIDC provider for `https://{issuer}` in {shown}, with client id `sts.amazonaws.com`");
            links.push(link(LinkKind::Provider, Truth::False, message, help, None));
            return;
        }
        _ => {
            let message = format!("no document shows whether {shown} has an OIDC provider for `{issuer}`");
            links.push(link(
                LinkKind::Provider,
                Truth::Unknown,
                message,
                "add the output of `aws iam list-open-id-connect-providers`",
                None,
            ));
        }
    }
    let audience = match token.claim("azp").or_else(|| token.claim("aud")) {
        Some(Claim::One(audience)) => audience.clone(),
        _ => return,
    };
    if let Stated::Is(ids) = estate.client_ids(id, issuer) {
        let place = estate.provider_of(issuer, account).to().and_then(|p| estate.provider(p)).map(|p| &p.place);
        let registered = ids.contains(&audience);
        let message = if registered {
            format!("the provider lists client id `{audience}`, the token's audience")
        } else {
            format!("the provider does not list client id `{audience}`, the token's audience")
        };
        let help = if registered { String::new() } else { format!("add client id `{audience}` to the provider") };
        links.push(link(LinkKind::Audience, registered.into(), message, help, place));
    }
}

/// What the links about statements are made from.
struct Judged<'a> {
    policy: &'a TrustPolicy,
    request: &'a Request,
    traces: Vec<StatementTrace>,
    verdict: Verdict,
    /// What tells the token from the nearest admitted subject.
    nearest: Option<String>,
}

/// The statement that goes furthest along with the token, and each of its conditions; or the Deny that decides.
fn statements(judged: &Judged<'_>, links: &mut Vec<ChainLink>) {
    let traces = &judged.traces;
    if let Some(deny) = traces.iter().find(|t| t.effect == Effect::Deny && t.matched == Truth::True) {
        let place = deny.because.first().map(|b| &b.place);
        let message = format!("{} denies this token, whatever else allows it", deny.name);
        let help = "narrow the Deny so that it does not hold for this ServiceAccount";
        links.push(link(LinkKind::Statement, Truth::False, message, help, place));
        return;
    }
    let Some(best) = traces.iter().filter(|t| t.effect == Effect::Allow).max_by_key(|t| score(t)) else {
        let place = Place { span: judged.policy.span, pointer: judged.policy.pointer.clone() };
        let message = "the trust policy has no Allow statement".to_owned();
        let help = "add one for the cluster's OIDC provider";
        links.push(link(LinkKind::Statement, Truth::False, message, help, Some(&place)));
        return;
    };
    if let Some(failed) = best.because.iter().find(|b| b.what != Step::Condition && b.holds == Truth::False) {
        let message = format!("{} is nearest, but {}", best.name, failed.message);
        let help = match failed.what {
            Step::Principal => {
                format!("name the OIDC provider of `{}` under `Federated` in the statement's Principal", judged.request.token.issuer)
            }
            _ => "name `sts:AssumeRoleWithWebIdentity` in the statement's Action".to_owned(),
        };
        links.push(link(LinkKind::Statement, Truth::False, message, help, Some(&failed.place)));
        return;
    }
    conditions(judged, best, links);
}

fn conditions(judged: &Judged<'_>, best: &StatementTrace, links: &mut Vec<ChainLink>) {
    let place = best.because.first().map(|b| &b.place);
    let holds = best.because.iter().filter(|b| b.what != Step::Condition).map(|b| b.holds).fold(Truth::True, Truth::and);
    links.push(link(LinkKind::Statement, holds, format!("{} speaks of this issuer and action", best.name), "", place));
    for step in best.because.iter().filter(|b| b.what == Step::Condition) {
        let help = if step.holds == Truth::False { help_for(step, judged.nearest.as_deref()) } else { String::new() };
        links.push(link(LinkKind::Condition, step.holds, step.message.clone(), help, Some(&step.place)));
    }
    if judged.verdict == Verdict::Denied && !links.iter().any(|l| l.holds == Truth::False) {
        let message = "session tags or a source identity in the token need `sts:TagSession` or `sts:SetSourceIdentity` allowed as well";
        links.push(link(LinkKind::Statement, Truth::False, message.to_owned(), "add the action to the statement", place));
    }
}

fn help_for(step: &Because, nearest: Option<&str>) -> String {
    match nearest {
        Some(difference) => format!("make the condition and the token agree: {difference}"),
        None => format!("make the condition and the token agree: {}", step.message),
    }
}

/// How far a statement goes along with a token: principal and action weigh more than any condition.
fn score(trace: &StatementTrace) -> usize {
    let holds = |step: &&Because| step.holds != Truth::False;
    trace.because.iter().filter(holds).map(|step| if step.what == Step::Condition { 1 } else { 100 }).sum()
}
