//! `why`: the chain from a pod to its role, link by link, up to the first that is broken. What an error text proves counts beside what the
//! documents show, and what the rules find there says why a link is broken.

pub(super) mod evidence;
mod pod;
pub(super) mod policy;
mod provider;
mod role;
mod verdict;

use smol_str::{SmolStr, format_smolstr};

use super::answer::{Chain, ChainLink, LinkKind};
use super::can_assume::Question;
use super::known_error::KnownError;
use super::reported::Reported;
use super::run::{Case, Engine};
use super::token_check::{Given, Weight};
use crate::admission::{Token, Truth};
use crate::diagnostic::Diagnostic;
use crate::document::model::{AUDIENCE, DEFAULT_AUDIENCE};
use crate::policy::Arn;
use crate::syntax::Place;
use evidence::Evidence;
use pod::{Pod, the_pod};
use role::Way;

/// What `why` asks about.
#[derive(Clone, Debug, Default)]
pub struct WhyQuestion {
    /// Namespace and name.
    pub service_account: Option<(SmolStr, SmolStr)>,
    /// Name or ARN of the role.
    pub role: Option<String>,
    /// The error text that was seen.
    pub error: Option<String>,
    /// The pod's token.
    pub token: Option<Given>,
}

/// A walk along the chain.
pub struct Walk<'a> {
    engine: Engine<'a>,
    case: &'a Case,
    evidence: &'a Evidence<'a>,
    reported: &'a Reported<'a>,
    /// Where the ServiceAccount stands.
    account: Option<Place>,
    /// Whether the error shows credentials of another role than the pod is given.
    other_role: bool,
    links: Vec<ChainLink>,
}

impl Engine<'_> {
    /// Walks from the pod to the role and stops at the first broken link.
    ///
    /// # Errors
    /// [`Question`] where it is not clear which ServiceAccount or which role is meant.
    pub fn why(&self, case: &Case, question: &WhyQuestion) -> Result<Chain, Question> {
        self.why_given(case, question, &self.check(case).diagnostics)
    }

    /// The same, where it is known already what `check` finds.
    pub(super) fn why_given(&self, case: &Case, question: &WhyQuestion, found: &[Diagnostic]) -> Result<Chain, Question> {
        let evidence = Evidence::of(self, found);
        let reported = question.error.as_ref().map(|text| Reported::read(self.errors, text)).unwrap_or_default();
        let mut walk =
            Walk { engine: *self, case, evidence: &evidence, reported: &reported, account: None, other_role: false, links: Vec::new() };
        let outcome = walk.go(question);
        // An error that no document can explain is an answer of its own, and so is one of IAM about a policy that it did not store.
        let outside = reported.known.is_some_and(|error| error.points_to.is_empty() || error.id.starts_with("iam-"));
        match outcome {
            Err(question) if !outside => return Err(question),
            _ => {}
        }
        let nothing_said = question.error.is_none() && question.token.is_none() && walk.links.is_empty();
        if nothing_said && case.estate.roles().next().is_none() {
            return Err(Question::NoRole(Vec::new()));
        }
        Ok(verdict::conclude(walk, question))
    }
}

impl<'a> Walk<'a> {
    fn go(&mut self, question: &WhyQuestion) -> Result<(), Question> {
        if let Some(finding) =
            self.evidence.of_aws_auth().filter(|_| self.reported.known.is_some_and(|error| error.id == "eks-unauthorized"))
        {
            self.links.push(found(LinkKind::Role, finding));
            return Ok(());
        }
        if self.refused_by_iam() || (question.token.is_none() && self.of_ci_job()) {
            return Ok(());
        }
        let before_policy = self.reported.known.is_some_and(is_before_policy);
        let pod = match the_pod(self.case, question, self.evidence) {
            Err(_) if before_policy => Pod::default(),
            pod => pod?,
        };
        self.account = pod.account.map(|(_, account)| account.place.clone());
        let named = self.reported.role.as_deref().filter(|arn| !self.case.estate.roles_named(arn).is_empty());
        if let Some(given) = &question.token {
            self.token(given);
        }
        // The second role of a chain is no role of the pod.
        if let Some(caller) = self.reported.calling_role()
            && self.reported.known.is_some_and(|error| error.id == "sts-assume-role-denied")
        {
            self.chained(caller);
            return Ok(());
        }
        let way = match self.follow_to_role(&pod, question.role.as_deref().or(named)) {
            Err(Question::Roles(_)) if before_policy => Way::Lost,
            way => way?,
        };
        self.compare_roles(&pod);
        if self.is_broken_before_sts() {
            return Ok(());
        }
        let token = self.token_of(&pod, question);
        match way {
            Way::Token(id) => self.federation(id, token.as_ref()),
            Way::Association(id, association) => self.association_admitted(id, association, &pod),
            Way::Lost => {
                if question.token.is_some() && !self.links.iter().any(|link| matches!(link.kind, LinkKind::Role | LinkKind::Annotation)) {
                    let message = "no document shows the role and its trust policy".to_owned();
                    self.push(LinkKind::Role, Truth::Unknown, message, "add the output of `aws iam get-role --role-name NAME`", None);
                }
                self.provider_alone(&pod, token.as_ref());
            }
        }
        Ok(())
    }

    fn push(&mut self, kind: LinkKind, holds: Truth, message: String, help: impl Into<String>, place: Option<&Place>) {
        self.links.push(link(kind, holds, message, help, place));
    }

    fn is_broken(&self) -> bool {
        self.links.iter().any(|link| link.holds == Truth::False)
    }

    fn is_broken_before_sts(&self) -> bool {
        self.links.iter().any(|link| link.holds == Truth::False && link.kind != LinkKind::Token)
    }

    /// IAM's own errors, on the way in: the first policy of the run that it would refuse.
    fn refused_by_iam(&mut self) -> bool {
        if !self.reported.known.is_some_and(|error| error.id.starts_with("iam-")) {
            return false;
        }
        let estate = &self.case.estate;
        let policies = estate.roles().filter_map(|(_, role)| role.trust.policy());
        let Some(finding) = policies.into_iter().find_map(|policy| self.evidence.of_policy(policy.span, true)) else { return false };
        self.links.push(found(LinkKind::Statement, finding));
        true
    }

    /// A CI job in place of a pod: what was found about it is the link that the error points to.
    fn of_ci_job(&mut self) -> bool {
        let estate = &self.case.estate;
        let has_pods = estate.service_accounts().next().is_some() || estate.workloads().next().is_some();
        let Some(finding) = self.evidence.of_ci().filter(|_| !has_pods) else { return false };
        let suspects = self.reported.known.map_or(&[][..], |error| error.points_to);
        let kinds = [LinkKind::Workload, LinkKind::Condition, LinkKind::Audience, LinkKind::Token];
        let kind = kinds.into_iter().find(|kind| suspects.contains(kind)).unwrap_or(LinkKind::Workload);
        self.links.push(found(kind, finding));
        true
    }

    /// The role whose credentials the error shows against the one of the annotation.
    fn compare_roles(&mut self, pod: &Pod<'_>) {
        let shows_caller = self.reported.known.is_some_and(|error| matches!(error.id, "pod-permission-denied-service" | "pod-other-role"));
        let Some((account, name, _)) = self.reported.calling_role().filter(|_| shows_caller && !self.is_broken()) else { return };
        let Some(annotation) = pod.account.and_then(|(_, account)| account.role_arn()) else { return };
        let Some(arn) = annotation.value.value() else { return };
        let Some(own) = Arn::parse(&arn.text).filter(|own| own.role().is_some_and(|(_, own)| own != name) || own.account != account) else {
            return;
        };
        self.other_role = true;
        let message =
            format!("the program runs as role `{name}` of account {account}, not as `{}`, which the ServiceAccount names", own_name(&own));
        let help = "see `kubectl exec POD -- env | grep AWS_`: keys or a role of the container's own environment win over the annotation, and so does \
                    a Pod Identity association (`aws eks list-pod-identity-associations`); a Pod from before a change of the annotation keeps the \
                    old role: re-create it";
        let place = Place { span: annotation.value_span, pointer: annotation.pointer.clone() };
        self.push(LinkKind::Annotation, Truth::False, message, help, Some(&place));
    }

    /// The link of a token that was given.
    fn token(&mut self, given: &Given) {
        let remarks = given.remarks();
        match remarks.iter().find(|remark| remark.weight == Weight::Refused).or(remarks.first()) {
            None => self.push(LinkKind::Token, Truth::True, given.summary(), "", None),
            Some(remark) => {
                let (holds, message) = match remark.weight {
                    Weight::Refused => (Truth::False, format!("{} ({})", remark.message, given.summary())),
                    Weight::Stale => (Truth::Unknown, format!("{}, so STS refuses it now", given.summary())),
                };
                self.push(LinkKind::Token, holds, message, remark.help.clone(), None);
            }
        }
    }

    /// The token that the pod's SDK sends: the one given, else the one that EKS makes for its ServiceAccount; `None` where nobody knows
    /// whose it would be.
    fn token_of(&self, pod: &Pod<'_>, question: &WhyQuestion) -> Option<Token> {
        if let Some(given) = &question.token {
            return Some(given.token.clone());
        }
        let name = pod.name.as_deref()?;
        let audience = pod.account.and_then(|(_, account)| account.annotation(AUDIENCE)).and_then(|a| a.value.value());
        let audience = audience.map(|a| a.text.as_str()).filter(|text| !text.is_empty());
        let of_cluster = || self.case.estate.cluster_issuer().value().cloned();
        let issuer = self.reported.issuer.clone().or_else(of_cluster).unwrap_or_default();
        let namespace = pod.namespace.as_deref().unwrap_or_default();
        let subject = format_smolstr!("system:serviceaccount:{namespace}:{name}");
        Some(Token::new(&issuer, &subject, audience.unwrap_or(DEFAULT_AUDIENCE)))
    }
}

/// Whether an error is about what STS looks at before it reads a trust policy, so that it need not be known which role is meant.
fn is_before_policy(error: &KnownError) -> bool {
    let before = |link: &LinkKind| matches!(link, LinkKind::Token | LinkKind::Provider | LinkKind::Audience);
    !error.points_to.is_empty() && error.points_to.iter().all(before)
}

fn link(kind: LinkKind, holds: Truth, message: String, help: impl Into<String>, place: Option<&Place>) -> ChainLink {
    ChainLink { kind, holds, message, help: help.into(), place: place.cloned() }
}

/// A link that a finding shows to be broken.
fn found(kind: LinkKind, found: &Diagnostic) -> ChainLink {
    link(kind, Truth::False, found.message.clone(), found.help.clone(), Some(&found.place))
}

fn own_name<'a>(arn: &Arn<'a>) -> &'a str {
    arn.role().map_or(arn.resource, |(_, name)| name)
}
