//! The links from a pod to its role: workload, ServiceAccount, annotation or association, role.

use super::Walk;
use super::pod::Pod;
use crate::admission::Truth;
use crate::admission::pod_identity::{PodSession, Said, names_service};
use crate::admission::words::listed;
use crate::document::model::{Listed, PodIdentityAssociation, ROLE_ARN, ServiceAccount, Stated, Workload};
use crate::engine::answer::{ChainLink, LinkKind};
use crate::engine::can_assume::{self, Question};
use crate::estate::{Difference, Link, RoleId, ServiceAccountId};
use crate::policy::{Arn, Effect, TrustPolicy};
use crate::source::Span;
use crate::syntax::Place;
use smol_str::SmolStr;

/// A role and how the pod comes by it.
pub enum Way<'a> {
    /// By a web identity.
    Token(RoleId),
    /// By EKS Pod Identity; the association, where a document shows it.
    Association(RoleId, Option<&'a PodIdentityAssociation>),
    /// It is not known which role, or the chain is broken.
    Lost,
}

impl<'a> Walk<'a> {
    /// From the pod to the role.
    pub fn follow_to_role(&mut self, pod: &Pod<'a>, role: Option<&str>) -> Result<Way<'a>, Question> {
        if let Some(workload) = pod.workload {
            self.workload(workload, pod);
        }
        self.account(pod);
        if self.is_broken() {
            return Ok(Way::Lost);
        }
        if let Some(wanted) = role {
            let asked = can_assume::the_role(self.case, Some(wanted))?;
            return Ok(self.asked_role(pod, asked));
        }
        if let (None, Some(association)) = (pod.account, self.association_of(pod)) {
            return Ok(self.association(association, false));
        }
        match pod.account {
            Some((id, account)) => Ok(self.role_of(id, account, pod)),
            None => match can_assume::the_role(self.case, None) {
                Ok(id) if self.is_pod_identity_error() => Ok(Way::Association(id, None)),
                Ok(id) => Ok(Way::Token(id)),
                Err(Question::NoRole(_)) => Ok(Way::Lost),
                Err(question) => self.only_faulty_role().map(Way::Token).ok_or(question),
            },
        }
    }

    /// The only role of the run that EKS Pod Identity may use, or was meant to use.
    fn role_of_pod_identity(&self) -> Option<RoleId> {
        let by_error = self.is_pod_identity_error();
        let is_for_pods = |id: &RoleId| {
            let policy = self.case.estate.role(*id).and_then(|role| role.trust.policy());
            policy.is_some_and(|policy| by_error || policy.statements.iter().any(|s| s.effect == Effect::Allow && names_service(s)))
        };
        let mut roles = self.case.estate.roles().map(|(id, _)| id).filter(is_for_pods);
        roles.next().filter(|_| roles.next().is_none())
    }

    /// Whether the error is one of EKS Pod Identity about the role.
    pub fn is_pod_identity_error(&self) -> bool {
        self.reported.known.is_some_and(|error| error.id == "pi-not-permitted" || error.id == "pi-trust-invalid")
    }

    /// Of several roles the only one whose trust policy admits nobody.
    fn only_faulty_role(&self) -> Option<RoleId> {
        let is_faulty = |id: &RoleId| {
            let policy = self.case.estate.role(*id).and_then(|role| role.trust.policy());
            policy.is_some_and(|policy| self.evidence.of_policy(policy.span, false).is_some())
        };
        let mut faulty = self.case.estate.roles().map(|(id, _)| id).filter(is_faulty);
        faulty.next().filter(|_| faulty.next().is_none())
    }

    /// The association of a pod whose ServiceAccount no document describes: of its name, or the only one of the run.
    fn association_of(&self, pod: &Pod<'_>) -> Option<&'a PodIdentityAssociation> {
        let all = &self.case.estate.documents().associations;
        let fits = |association: &&PodIdentityAssociation| {
            association.service_account.value() == pod.name.as_ref()
                && pod.namespace.as_ref().is_none_or(|namespace| association.namespace.value() == Some(namespace))
        };
        match (&pod.name, all.as_slice()) {
            (Some(_), all) => all.iter().find(fits),
            (None, [one]) => Some(one),
            _ => None,
        }
    }

    fn workload(&mut self, workload: &Workload, pod: &Pod<'_>) {
        let name = workload.name.value().map_or("?", |name| &name.text);
        let place = Some(&workload.place);
        if let Some(found) = self.evidence.of_workload(&workload.place) {
            return self.links.push(super::found(LinkKind::Workload, found));
        }
        let skipped = workload.pod_labels.iter().any(|label| label.key.text == "eks.amazonaws.com/skip-pod-identity-webhook");
        if skipped {
            let message = format!(
                "{} `{name}` has the label `eks.amazonaws.com/skip-pod-identity-webhook`, so its Pods get no token for AWS",
                workload.kind
            );
            return self.push(LinkKind::Workload, Truth::False, message, "remove the label and re-create the Pods", place);
        }
        let runs_as = pod.name.as_deref().unwrap_or("default");
        self.push(LinkKind::Workload, Truth::True, format!("{} `{name}` runs as ServiceAccount `{runs_as}`", workload.kind), "", place);
    }

    fn account(&mut self, pod: &Pod<'_>) {
        if let Some((_, account)) = pod.account {
            let message = format!("ServiceAccount `{}` exists", account.display_name());
            return self.push(LinkKind::ServiceAccount, Truth::True, message, "", Some(&account.place));
        }
        let Some(name) = &pod.name else { return };
        let estate = &self.case.estate;
        let shown = pod.namespace.as_ref().map_or_else(|| name.to_string(), |namespace| format!("{namespace}/{name}"));
        let near = estate.near_service_accounts(pod.namespace.as_deref(), name);
        match near.first().and_then(|miss| estate.service_account(miss.account)) {
            Some(other) => {
                let message = format!("these documents contain no ServiceAccount `{shown}`, but `{}`", other.display_name());
                let help = format!("write `{}` in `spec.serviceAccountName`, or create `{shown}`", other.display_name());
                self.push(LinkKind::ServiceAccount, Truth::False, message, help, Some(&other.place));
            }
            None => {
                let message = format!("no document describes ServiceAccount `{shown}`");
                self.push(LinkKind::ServiceAccount, Truth::Unknown, message, "", None);
            }
        }
    }

    /// Follows the annotation, or the Pod Identity association that wins over it.
    fn role_of(&mut self, id: ServiceAccountId, account: &ServiceAccount, pod: &Pod<'a>) -> Way<'a> {
        let estate = &self.case.estate;
        if let Some(association) = estate.association_of(id).to().and_then(|id| estate.association(id)) {
            return self.association(association, account.role_arn().is_some());
        }
        let workload = pod.workload.map(|workload| &workload.place);
        let places: Vec<&Place> = std::iter::once(&account.place).chain(workload).collect();
        if let Some(found) = self.evidence.of_annotation(&places, account.role_arn().is_some()).filter(|_| !self.is_pod_identity_error()) {
            self.links.push(super::found(LinkKind::Annotation, found));
            return Way::Lost;
        }
        if let Some(role) = self.role_of_pod_identity().filter(|_| account.role_arn().is_none()) {
            let message = format!(
                "ServiceAccount `{}` has no annotation, as with EKS Pod Identity, and no document shows an association that gives it a role",
                account.display_name()
            );
            let help = "add the output of `aws eks describe-pod-identity-association`";
            self.push(LinkKind::Annotation, Truth::Unknown, message, help, Some(&account.place));
            return Way::Association(role, None);
        }
        match self.annotated_role(id, account) {
            Some(role) => Way::Token(role),
            None => Way::Lost,
        }
    }

    fn association(&mut self, association: &'a PodIdentityAssociation, annotated: bool) -> Way<'a> {
        let part = |stated: &Stated<SmolStr>| stated.value().map_or("?", SmolStr::as_str).to_owned();
        let shown = format!("{}/{}", part(&association.namespace), part(&association.service_account));
        let (arn, place) = match &association.role_arn {
            Stated::Is(arn) => (arn.text.clone(), Place { span: arn.span, pointer: association.place.pointer.clone() }),
            Stated::Unknown(why) => {
                self.push(LinkKind::Annotation, Truth::Unknown, why.clone(), "", Some(&association.place));
                return Way::Lost;
            }
            Stated::Absent => {
                let message = format!("a Pod Identity association gives ServiceAccount `{shown}` a role that this document does not show");
                let help = "add the output of `aws eks describe-pod-identity-association`";
                self.push(LinkKind::Annotation, Truth::Unknown, message, help, Some(&association.place));
                return Way::Lost;
            }
        };
        let wins = if annotated { ", which takes precedence over the annotation" } else { "" };
        let message = format!("a Pod Identity association gives ServiceAccount `{shown}` role `{arn}`{wins}");
        self.push(LinkKind::Annotation, Truth::True, message, "", Some(&place));
        let link = self.case.estate.role_by_arn(&arn);
        match self.follow(&arn, &link, &place) {
            Some(role) => Way::Association(role, Some(association)),
            None => Way::Lost,
        }
    }

    /// Whether the role lets the Pods of an association in.
    pub fn association_admitted(&mut self, role: RoleId, association: Option<&PodIdentityAssociation>, pod: &Pod<'_>) {
        let estate = &self.case.estate;
        let Some(policy) = estate.role(role).and_then(|role| role.trust.policy()) else { return };
        let places: Vec<Span> = std::iter::once(policy.span).chain(association.map(|association| association.place.span)).collect();
        if let Some(found) = self.evidence.of_association(&places) {
            return self.links.push(super::found(LinkKind::Statement, found));
        }
        let part = |stated: &Stated<SmolStr>| stated.value().cloned();
        let session = PodSession {
            cluster_name: association.and_then(|association| part(&association.cluster)),
            account: estate.role_account(role).map(Into::into),
            namespace: association.map_or_else(|| pod.namespace.clone(), |association| part(&association.namespace)),
            service_account: association.map_or_else(|| pod.name.clone(), |association| part(&association.service_account)),
            untagged: association.is_some_and(|association| association.disable_session_tags),
            cluster_arn: None,
        };
        let place = Place { span: policy.span, pointer: policy.pointer.clone() };
        match session.is_admitted(policy) {
            Truth::True => {
                let message = "the trust policy lets EKS Pod Identity assume the role for this ServiceAccount";
                self.push(LinkKind::Statement, Truth::True, message.to_owned(), "", Some(&place));
            }
            Truth::False => self.links.push(pods_refused(policy, &session)),
            Truth::Unknown => {
                let message =
                    "whether the trust policy lets the Pods in depends on the association's cluster, namespace and ServiceAccount";
                let help = "add the output of `aws eks describe-pod-identity-association`";
                self.push(LinkKind::Statement, Truth::Unknown, message.to_owned(), help, Some(&place));
            }
        }
    }

    fn annotated_role(&mut self, id: ServiceAccountId, account: &ServiceAccount) -> Option<RoleId> {
        let shown = account.display_name();
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
                    format!("the annotation `{ROLE_ARN}` is not a string"),
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
        self.follow(&arn, self.case.estate.role_of(id), &place)
    }

    fn follow(&mut self, arn: &str, link: &Link<RoleId>, place: &Place) -> Option<RoleId> {
        let estate = &self.case.estate;
        match link {
            Link::To(role) => {
                let place = estate.role(*role).map(|role| &role.place);
                let adopted = estate.adopted().is_some_and(|adopted| adopted.role == *role);
                let how = if adopted { "the given trust policy is assumed to be this role's" } else { "these documents contain the role" };
                self.push(LinkKind::Role, Truth::True, how.to_owned(), "", place);
                Some(*role)
            }
            Link::Missing { .. } | Link::None => {
                self.missing_role(arn, place);
                None
            }
            Link::Ambiguous(roles) => {
                let message = format!("{} documents describe role `{arn}` differently", roles.len());
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
                Difference::Namespace | Difference::Name(_) => "with a similar name",
            };
            let message = format!("these documents do not contain role `{arn}`, but one {what}: `{other}`");
            return self.push(
                LinkKind::Role,
                Truth::False,
                message,
                format!("write `{other}` in the annotation, if that is the right role"),
                Some(place),
            );
        }
        let account = Arn::parse(arn).map(|arn| arn.account);
        if estate.lists(Listed::Roles, account) {
            let message = format!("role `{arn}` does not exist: it is not in the list of the account's roles");
            return self.push(LinkKind::Role, Truth::False, message, "create the role, or name one that exists", Some(place));
        }
        let message = format!("no document describes role `{arn}`");
        self.push(LinkKind::Role, Truth::Unknown, message, format!("add the output of `aws iam get-role` for `{arn}`"), Some(place));
    }

    /// The role that the user asks about, held against what the annotation says.
    fn asked_role(&mut self, pod: &Pod<'a>, asked: RoleId) -> Way<'a> {
        let Some((id, account)) = pod.account else { return Way::Token(asked) };
        let way = self.role_of(id, account, pod);
        let named = match way {
            Way::Token(named) | Way::Association(named, _) => Some(named),
            Way::Lost => None,
        };
        if named.is_some_and(|named| named != asked)
            && let Some(link) = self.links.last_mut()
        {
            link.holds = Truth::False;
            link.message = "the ServiceAccount gets another role than the one you asked about".to_owned();
            link.help = "name that role in the annotation, or ask about the role in the annotation".to_owned();
        }
        match way {
            _ if self.is_broken() => Way::Lost,
            Way::Lost => Way::Token(asked),
            way => way,
        }
    }
}

/// Why a policy refuses the Pods of an association: the first condition that does not hold, else that it does not name the service.
fn pods_refused(policy: &TrustPolicy, session: &PodSession) -> ChainLink {
    let allows = policy.statements.iter().filter(|s| s.effect == Effect::Allow && names_service(s));
    let failed = allows.flat_map(|s| s.effective_conditions()).find(|condition| session.holds(condition, policy) == Truth::False);
    let Some(condition) = failed else {
        let place = Place { span: policy.span, pointer: policy.pointer.clone() };
        let message =
            "the trust policy does not let EKS Pod Identity (`pods.eks.amazonaws.com`) assume the role and tag the session".to_owned();
        let help = "allow `sts:AssumeRole` and `sts:TagSession` to the service `pods.eks.amazonaws.com`";
        return super::link(LinkKind::Statement, Truth::False, message, help, Some(&place));
    };
    let key = &condition.key.text;
    let wanted = listed(condition.values.iter().map(|value| value.text.as_str()), 3);
    let own = match session.says(key) {
        Said::One(own) => format!("`{key}` is `{own}`"),
        _ => format!("a call of EKS Pod Identity has no `{key}`"),
    };
    let message = format!("the trust policy requires {wanted} from EKS Pod Identity, but {own}");
    let help = format!("change the condition on `{key}` to match the association, or change the association to what the role admits");
    let place = Place { span: condition.span, pointer: condition.pointer.clone() };
    super::link(LinkKind::Condition, Truth::False, message, help, Some(&place))
}
