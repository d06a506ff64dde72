//! `why`: the chain from a pod to its role, link by link, up to the first that is broken.

use smol_str::{SmolStr, format_smolstr};

use super::answer::{Chain, ChainLink, LinkKind};
use super::can_assume::{self, Question};
use super::known_error::KnownError;
use super::run::{Case, Engine};
use super::why_policy;
use crate::admission::{Claim, Token, Truth};
use crate::document::model::{AUDIENCE, DEFAULT_AUDIENCE, ROLE_ARN, ServiceAccount, Stated, Workload};
use crate::estate::{Difference, Link, RoleId, ServiceAccountId, WorkloadId};
use crate::policy::Arn;
use crate::syntax::Place;

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
    pub token: Option<Token>,
}

/// A pod as far as the documents show it.
pub(super) struct Pod<'a> {
    pub account: Option<(ServiceAccountId, &'a ServiceAccount)>,
    pub workload: Option<(WorkloadId, &'a Workload)>,
    pub namespace: Option<SmolStr>,
    pub name: Option<SmolStr>,
}

impl Engine<'_> {
    /// Walks from the pod to the role and stops at the first broken link.
    ///
    /// # Errors
    /// [`Question`] where it is not clear which ServiceAccount or which role is meant.
    pub fn why(&self, case: &Case, question: &WhyQuestion) -> Result<Chain, Question> {
        let pod = the_pod(case, question)?;
        let mut walk = Walk { case, links: Vec::new() };
        let error = question.error.as_ref().and_then(|text| KnownError::find(self.errors, text));
        if question.error.is_some() {
            walk.links.push(error_link(error));
        }
        let role = walk.follow_to_role(&pod, question)?;
        if !walk.is_broken()
            && let Some(id) = role
        {
            let token = walk.token(&pod, question);
            walk.links.extend(why_policy::links(self, case, id, &token, question.token.is_some()));
        }
        if let Some(error) = error {
            walk.clear(error.clears);
        }
        Ok(walk.finish())
    }
}

fn error_link(error: Option<&KnownError>) -> ChainLink {
    let (holds, message, help) = match error {
        Some(error) => (Truth::True, error.message(), error.causes.to_owned()),
        None => (Truth::Unknown, "this error text is not one that irsa-lint knows".to_owned(), String::new()),
    };
    ChainLink { kind: LinkKind::Error, holds, message, help, place: None }
}

/// Which pod is meant: the ServiceAccount that the user names, else the only workload, else the only annotated ServiceAccount.
fn the_pod<'a>(case: &'a Case, question: &WhyQuestion) -> Result<Pod<'a>, Question> {
    let estate = &case.estate;
    let of_account = |id: ServiceAccountId| {
        let account = estate.service_account(id);
        let workload = estate.workloads_of(id).first().and_then(|w| Some((*w, estate.workload(*w)?)));
        Pod {
            namespace: account.and_then(|a| a.namespace.known()).map(SmolStr::new),
            name: account.and_then(|a| a.name.value()).map(|name| name.text.clone()),
            account: account.map(|account| (id, account)),
            workload,
        }
    };
    if let Some((namespace, name)) = &question.service_account {
        let mut pod = match estate.service_account_named(Some(namespace), name) {
            Link::To(id) => of_account(id),
            _ => Pod { account: None, workload: None, namespace: None, name: None },
        };
        pod.namespace = Some(namespace.clone());
        pod.name = Some(name.clone());
        return Ok(pod);
    }
    if let Some(Claim::One(subject)) = question.token.as_ref().and_then(|token| token.claim("sub"))
        && let Some((namespace, name)) = subject.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'))
    {
        let mut pod = match estate.service_account_named(Some(namespace), name) {
            Link::To(id) => of_account(id),
            _ => Pod { account: None, workload: None, namespace: None, name: None },
        };
        pod.namespace = Some(namespace.into());
        pod.name = Some(name.into());
        return Ok(pod);
    }
    let mut workloads = estate.workloads();
    if let (Some((id, workload)), None) = (workloads.next(), workloads.next()) {
        return Ok(match estate.service_account_of(id) {
            Link::To(account) => Pod { workload: Some((id, workload)), ..of_account(*account) },
            _ => Pod {
                account: None,
                workload: Some((id, workload)),
                namespace: workload.namespace.known().map(SmolStr::new),
                name: Some(workload.service_account.value().map_or_else(|| "default".into(), |name| name.text.clone())),
            },
        });
    }
    let annotated: Vec<ServiceAccountId> = estate.service_accounts().filter(|(_, a)| a.role_arn().is_some()).map(|(id, _)| id).collect();
    let all: Vec<ServiceAccountId> = estate.service_accounts().map(|(id, _)| id).collect();
    match (annotated.as_slice(), all.as_slice()) {
        ([one], _) | ([], [one]) => Ok(of_account(*one)),
        ([], []) => Ok(Pod { account: None, workload: None, namespace: None, name: None }),
        _ => {
            let named = all.iter().filter_map(|id| estate.service_account(*id)).map(ServiceAccount::display_name);
            Err(Question::ServiceAccounts(named.collect()))
        }
    }
}

struct Walk<'a> {
    case: &'a Case,
    links: Vec<ChainLink>,
}

impl Walk<'_> {
    fn push(&mut self, kind: LinkKind, holds: Truth, message: String, help: impl Into<String>, place: Option<&Place>) {
        self.links.push(ChainLink { kind, holds, message, help: help.into(), place: place.cloned() });
    }

    fn is_broken(&self) -> bool {
        self.links.iter().any(|link| link.holds == Truth::False)
    }

    /// What the documents leave open and the error proves. A link that the documents break stays broken: they may be of another role.
    fn clear(&mut self, kinds: &[LinkKind]) {
        for link in self.links.iter_mut().filter(|link| link.holds == Truth::Unknown && kinds.contains(&link.kind)) {
            link.holds = Truth::True;
            link.message.push_str(", but the error proves that this link holds");
            link.help.clear();
        }
    }

    fn finish(mut self) -> Chain {
        let broken = self.links.iter().position(|link| link.holds == Truth::False);
        if let Some(at) = broken {
            self.links.truncate(at + 1);
        }
        Chain { links: self.links, broken }
    }

    /// From the pod to the role; `None` where the chain is broken or cannot be followed.
    fn follow_to_role(&mut self, pod: &Pod<'_>, question: &WhyQuestion) -> Result<Option<RoleId>, Question> {
        if let Some((_, workload)) = pod.workload {
            self.workload(workload, pod);
        }
        self.account(pod);
        if self.is_broken() {
            return Ok(None);
        }
        if let Some(wanted) = &question.role {
            return can_assume::the_role(self.case, Some(wanted)).map(|id| self.asked_role(pod, id));
        }
        match pod.account {
            Some((id, account)) => Ok(self.role_of(id, account)),
            None => match can_assume::the_role(self.case, None) {
                Ok(id) => Ok(Some(id)),
                Err(Question::NoRole(_)) if !self.links.is_empty() => Ok(None),
                Err(question) => Err(question),
            },
        }
    }

    fn workload(&mut self, workload: &Workload, pod: &Pod<'_>) {
        let name = workload.name.value().map_or("?", |name| &name.text);
        let place = Some(&workload.place);
        let skipped = workload.pod_labels.iter().any(|label| label.key.text == "eks.amazonaws.com/skip-pod-identity-webhook");
        if skipped {
            let message = format!(
                "{} `{name}` carries the label `eks.amazonaws.com/skip-pod-identity-webhook`: its Pods get no token for AWS",
                workload.kind
            );
            return self.push(LinkKind::Workload, Truth::False, message, "remove the label and re-create the Pods", place);
        }
        const FIRST: [&str; 4] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"];
        for container in &workload.containers {
            if let Some((variable, _)) = container.env.iter().find(|(variable, _)| FIRST.contains(&variable.as_str())) {
                let message = format!(
                    "container `{}` of {} `{name}` sets `{}` itself, which wins over the role of its ServiceAccount",
                    container.name, workload.kind, variable.text
                );
                return self.push(
                    LinkKind::Workload,
                    Truth::False,
                    message,
                    format!("remove `{}` from the container's environment", variable.text),
                    Some(&container.place),
                );
            }
        }
        let runs_as = pod.name.as_deref().unwrap_or("default");
        self.push(LinkKind::Workload, Truth::True, format!("{} `{name}` runs as ServiceAccount `{runs_as}`", workload.kind), "", place);
    }

    fn account(&mut self, pod: &Pod<'_>) {
        if let Some((_, account)) = pod.account {
            let message = format!("ServiceAccount `{}` is there", account.display_name());
            return self.push(LinkKind::ServiceAccount, Truth::True, message, "", Some(&account.place));
        }
        let Some(name) = &pod.name else { return };
        let estate = &self.case.estate;
        let shown = pod.namespace.as_ref().map_or_else(|| name.to_string(), |namespace| format!("{namespace}/{name}"));
        let near = estate.near_service_accounts(pod.namespace.as_deref(), name);
        match near.first().and_then(|miss| estate.service_account(miss.account)) {
            Some(other) => {
                let message = format!("no ServiceAccount `{shown}` is in these documents, but `{}` is", other.display_name());
                let help = format!("name `{}` in `spec.serviceAccountName`, or create `{shown}`", other.display_name());
                self.push(LinkKind::ServiceAccount, Truth::False, message, help, Some(&other.place));
            }
            None => {
                let message = format!("no document describes ServiceAccount `{shown}`");
                self.push(LinkKind::ServiceAccount, Truth::Unknown, message, "", None);
            }
        }
    }

    /// Follows the annotation, or the Pod Identity association that wins over it.
    fn role_of(&mut self, id: ServiceAccountId, account: &ServiceAccount) -> Option<RoleId> {
        let estate = &self.case.estate;
        let shown = account.display_name();
        if let Link::To(association) = estate.association_of(id) {
            let message = format!("a Pod Identity association of ServiceAccount `{shown}` wins over its annotation");
            let place = estate.association(association).map(|a| &a.place);
            self.push(LinkKind::Annotation, Truth::Unknown, message, "", place);
            return None;
        }
        let Some(annotation) = account.role_arn() else {
            let near = account.annotations.iter().chain(&account.misplaced).find(|a| a.key.text.contains("role"));
            let message = match near {
                Some(near) => format!("ServiceAccount `{shown}` has no annotation `{ROLE_ARN}`, but `{}`", near.key.text),
                None => format!("ServiceAccount `{shown}` has no annotation `{ROLE_ARN}`"),
            };
            let help = format!("add the annotation `{ROLE_ARN}` with the role's ARN to the ServiceAccount, then re-create its Pods");
            self.push(LinkKind::Annotation, Truth::False, message, help, Some(&account.place));
            return None;
        };
        let place = Place { span: annotation.value_span, pointer: annotation.pointer.clone() };
        let arn = match &annotation.value {
            Stated::Is(arn) => arn.text.clone(),
            Stated::Unknown(why) => {
                self.push(LinkKind::Annotation, Truth::Unknown, why.clone(), "", Some(&place));
                return None;
            }
            Stated::Absent => {
                self.push(
                    LinkKind::Annotation,
                    Truth::False,
                    format!("the annotation `{ROLE_ARN}` is no string"),
                    "write the role's ARN",
                    Some(&place),
                );
                return None;
            }
        };
        if Arn::parse(&arn).and_then(|arn| arn.role()).is_none() {
            let message = format!("the annotation of ServiceAccount `{shown}` is `{arn}`, which is not the ARN of a role");
            let help = "write the role's ARN: `arn:aws:iam::ACCOUNT:role/NAME`";
            self.push(LinkKind::Annotation, Truth::False, message, help, Some(&place));
            return None;
        }
        self.push(LinkKind::Annotation, Truth::True, format!("ServiceAccount `{shown}` names role `{arn}`"), "", Some(&place));
        self.follow(&arn, estate.role_of(id), &place)
    }

    fn follow(&mut self, arn: &str, link: &Link<RoleId>, place: &Place) -> Option<RoleId> {
        let estate = &self.case.estate;
        match link {
            Link::To(role) => {
                let place = estate.role(*role).map(|role| &role.place);
                let adopted = estate.adopted().is_some_and(|adopted| adopted.role == *role);
                let how = if adopted { "the trust policy beside it is taken as this role's" } else { "the role is in these documents" };
                self.push(LinkKind::Role, Truth::True, how.to_owned(), "", place);
                Some(*role)
            }
            Link::Missing { .. } | Link::None => {
                self.missing_role(arn, place);
                None
            }
            Link::Ambiguous(roles) => {
                let message = format!("{} documents describe role `{arn}`, and they differ", roles.len());
                self.push(LinkKind::Role, Truth::Unknown, message, "", Some(place));
                None
            }
            Link::Unknown(why) => {
                self.push(LinkKind::Role, Truth::Unknown, why.clone(), "", Some(place));
                None
            }
        }
    }

    fn missing_role(&mut self, arn: &str, place: &Place) {
        let estate = &self.case.estate;
        if let Some(near) = estate.near_roles(arn).first() {
            let other = estate.role_arn(near.role).value().cloned().unwrap_or_default();
            let what = match near.differs {
                Difference::Account => "in another account",
                Difference::Path => "under another path",
                Difference::Partition => "in another partition",
                Difference::Namespace | Difference::Name(_) => "of a similar name",
            };
            let message = format!("role `{arn}` is not in these documents, but one {what} is: `{other}`");
            return self.push(
                LinkKind::Role,
                Truth::False,
                message,
                format!("write `{other}` in the annotation, if that is the role meant"),
                Some(place),
            );
        }
        let account = Arn::parse(arn).map(|arn| arn.account);
        if estate.lists(crate::document::model::Listed::Roles, account) {
            let message = format!("role `{arn}` does not exist: the list of the account's roles lacks it");
            return self.push(LinkKind::Role, Truth::False, message, "create the role, or name one that exists", Some(place));
        }
        let message = format!("no document describes role `{arn}`");
        self.push(LinkKind::Role, Truth::Unknown, message, format!("add the output of `aws iam get-role` for `{arn}`"), Some(place));
    }

    /// The role that the user asks about, held against what the annotation says.
    fn asked_role(&mut self, pod: &Pod<'_>, asked: RoleId) -> Option<RoleId> {
        let Some((id, account)) = pod.account else { return Some(asked) };
        let named = self.role_of(id, account);
        if named.is_some_and(|named| named != asked)
            && let Some(link) = self.links.last_mut()
        {
            link.holds = Truth::False;
            link.message = "the annotation names another role than the one asked about".to_owned();
            link.help = "name the role asked about in the annotation, or ask about the one that is named".to_owned();
        }
        (!self.is_broken()).then_some(asked)
    }

    /// The token that the pod's SDK sends: the one given, else the one that EKS makes for its ServiceAccount.
    fn token(&self, pod: &Pod<'_>, question: &WhyQuestion) -> Token {
        if let Some(token) = &question.token {
            return token.clone();
        }
        let audience = pod.account.and_then(|(_, account)| account.annotation(AUDIENCE)).and_then(|a| a.value.value());
        let issuer = self.case.estate.cluster_issuer().value().cloned().unwrap_or_default();
        let namespace = pod.namespace.as_deref().unwrap_or_default();
        let name = pod.name.as_deref().unwrap_or("default");
        let subject = format_smolstr!("system:serviceaccount:{namespace}:{name}");
        Token::new(&issuer, &subject, audience.map_or(DEFAULT_AUDIENCE, |a| &a.text))
    }
}
