//! A call of EKS Pod Identity against a trust policy: the service `pods.eks.amazonaws.com` assumes the role and tags the session.
//! Sources: EKS User Guide, "Create IAM role with trust policy required by EKS Pod Identity" and "Grant Pods access to AWS resources based
//! on tags". Must not know associations as documents.

use smol_str::SmolStr;

use super::action::speaks_of;
use super::evaluate::holds_when_absent;
use super::truth::Truth;
use super::value::{Expanded, Replacement, arn_matches, expand, string_matches};
use crate::policy::{Base, Condition, Effect, Operator, PrincipalKind, SetPrefix, Statement, TrustPolicy};

/// The service, in every partition.
pub const SERVICE: &str = "pods.eks.amazonaws.com";
/// The two actions that it needs.
pub const ACTIONS: [&str; 2] = ["sts:AssumeRole", "sts:TagSession"];
/// The session tags that it sets.
pub const TAGS: [&str; 6] = [
    "eks-cluster-arn",
    "eks-cluster-name",
    "kubernetes-namespace",
    "kubernetes-service-account",
    "kubernetes-pod-name",
    "kubernetes-pod-uid",
];

/// What is known of a call; what is `None` may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodSession {
    /// The cluster's ARN.
    pub cluster_arn: Option<SmolStr>,
    /// The cluster's name.
    pub cluster_name: Option<SmolStr>,
    /// The cluster's account, which is the role's.
    pub account: Option<SmolStr>,
    /// The Pod's namespace.
    pub namespace: Option<SmolStr>,
    /// Its ServiceAccount.
    pub service_account: Option<SmolStr>,
    /// Whether the association switches session tags off.
    pub untagged: bool,
}

/// What a call says under a condition key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// The key is in no such call.
    Absent,
    /// It may be there, with any value.
    Unknown,
    /// One value.
    One(SmolStr),
    /// Several.
    Many(Vec<SmolStr>),
}

impl PodSession {
    /// The value of a condition key, letter case of its name ignored.
    #[must_use]
    pub fn says(&self, key: &str) -> Said {
        let key = key.to_ascii_lowercase();
        if let Some(tag) = key.strip_prefix("aws:requesttag/") {
            return self.tag(tag);
        }
        match key.as_str() {
            "aws:tagkeys" | "sts:transitivetagkeys" if self.untagged => Said::Absent,
            "aws:tagkeys" => Said::Many(TAGS.iter().map(|tag| SmolStr::new_static(tag)).collect()),
            "aws:sourceaccount" => known(self.account.as_ref()),
            "aws:sourcearn" => known(self.cluster_arn.as_ref()),
            "aws:principalservicename" => Said::One(SERVICE.into()),
            "aws:principalisawsservice" | "aws:securetransport" => Said::One("true".into()),
            "sts:externalid" | "aws:principalarn" | "aws:principalorgid" | "aws:principalaccount" => Said::Absent,
            key if key.starts_with("aws:principaltag/") || key.starts_with("aws:resourcetag/") => Said::Absent,
            key if key.starts_with("aws:") || key.starts_with("sts:") => Said::Unknown,
            _ => Said::Absent,
        }
    }

    fn tag(&self, tag: &str) -> Said {
        if self.untagged {
            return Said::Absent;
        }
        match tag {
            "eks-cluster-arn" => known(self.cluster_arn.as_ref()),
            "eks-cluster-name" => known(self.cluster_name.as_ref()),
            "kubernetes-namespace" => known(self.namespace.as_ref()),
            "kubernetes-service-account" => known(self.service_account.as_ref()),
            "kubernetes-pod-name" | "kubernetes-pod-uid" => Said::Unknown,
            _ => Said::Absent,
        }
    }

    /// Whether the policy lets the call through: both actions are allowed by some statement and denied by none.
    #[must_use]
    pub fn is_admitted(&self, policy: &TrustPolicy) -> Truth {
        ACTIONS.iter().map(|action| self.may(policy, action)).fold(Truth::True, Truth::and)
    }

    /// Whether the policy allows one action.
    #[must_use]
    pub fn may(&self, policy: &TrustPolicy, action: &str) -> Truth {
        let matching = |effect: Effect| {
            let of_effect = policy.statements.iter().filter(move |s| s.effect == effect);
            of_effect.map(|s| self.matches(s, policy, action)).fold(Truth::False, Truth::or)
        };
        match matching(Effect::Allow) {
            Truth::False => Truth::False,
            allow => allow.and(!matching(Effect::Deny)),
        }
    }

    fn matches(&self, statement: &Statement, policy: &TrustPolicy, action: &str) -> Truth {
        if !speaks_of(&statement.action, action) || !names_service(statement) {
            return Truth::False;
        }
        let conditions = statement.effective_conditions().map(|condition| self.holds(condition, policy));
        conditions.fold(Truth::True, Truth::and)
    }

    /// Whether a condition holds for the call.
    #[must_use]
    pub fn holds(&self, condition: &Condition, policy: &TrustPolicy) -> Truth {
        let Some(operator) = condition.known() else { return Truth::Unknown };
        let said = self.says(&condition.key.text);
        if operator.base == Base::Null {
            let asks = |text: &str| condition.values.iter().any(|value| value.text.eq_ignore_ascii_case(text));
            return match said {
                Said::Unknown => Truth::Unknown,
                Said::Absent => asks("true").into(),
                Said::One(_) | Said::Many(_) => asks("false").into(),
            };
        }
        let one = |value: &SmolStr| self.value_holds(condition, operator, value, policy);
        match said {
            Said::Unknown => Truth::Unknown,
            Said::Absent => holds_when_absent(operator),
            Said::One(value) => one(&value),
            Said::Many(values) => match operator.set {
                Some(SetPrefix::ForAllValues) => values.iter().map(one).fold(Truth::True, Truth::and),
                Some(SetPrefix::ForAnyValue) => values.iter().map(one).fold(Truth::False, Truth::or),
                None => Truth::Unknown,
            },
        }
    }

    fn value_holds(&self, condition: &Condition, operator: Operator, value: &str, policy: &TrustPolicy) -> Truth {
        let hits = condition.values.iter().map(|wanted| self.matches_one(operator.base, &wanted.text, value, policy));
        let hit = hits.fold(Truth::False, Truth::or);
        if operator.base.is_negated() { !hit } else { hit }
    }

    fn matches_one(&self, base: Base, wanted: &str, value: &str, policy: &TrustPolicy) -> Truth {
        if base == Base::Bool {
            return wanted.eq_ignore_ascii_case(value).into();
        }
        if !(base.is_string() || base.is_arn()) {
            return Truth::Unknown;
        }
        let replace = |key: &str| match self.says(key) {
            Said::One(text) => Replacement::Text(text),
            Said::Unknown => Replacement::Unknown,
            Said::Absent | Said::Many(_) => Replacement::Missing,
        };
        match expand(wanted, policy.has_variables(), base.has_wildcards(), replace) {
            Expanded::Tokens(tokens) if base.is_arn() => arn_matches(&tokens, value).into(),
            Expanded::Tokens(tokens) => string_matches(base, &tokens, value).into(),
            Expanded::Fails => Truth::False,
            Expanded::Unknown => Truth::Unknown,
        }
    }
}

/// Whether a statement speaks of the service.
#[must_use]
pub fn names_service(statement: &Statement) -> bool {
    let named = statement.principals.list.iter().any(|principal| match principal.kind {
        PrincipalKind::Service => principal.value.text == SERVICE,
        PrincipalKind::Star => true,
        _ => false,
    });
    named != statement.principals.negated
}

fn known(value: Option<&SmolStr>) -> Said {
    value.map_or(Said::Unknown, |value| Said::One(value.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, TextMap};
    use crate::syntax::{Limits, Pointer, json};

    fn session() -> PodSession {
        PodSession {
            cluster_arn: Some("arn:aws:eks:eu-west-1:111122223333:cluster/prod".into()),
            cluster_name: Some("prod".into()),
            account: Some("111122223333".into()),
            namespace: Some("payments".into()),
            service_account: Some("api".into()),
            untagged: false,
        }
    }

    fn judged(session: &PodSession, condition: &str) -> Truth {
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Service": "{SERVICE}"}}, "Action": ["sts:AssumeRole", "sts:TagSession"], "Condition": {condition}}}]}}"#
        );
        let parsed = json::parse(&text, &TextMap::direct(FileId(0), 0), &Limits::default());
        let policy = crate::policy::read(&parsed.root.unwrap(), &Pointer::root());
        session.is_admitted(&policy)
    }

    #[test]
    fn conditions_on_the_tags_of_the_session() {
        let holds = |condition: &str| judged(&session(), condition);
        assert_eq!(holds(r#"{"StringEquals": {"aws:RequestTag/kubernetes-namespace": "payments"}}"#), Truth::True);
        assert_eq!(holds(r#"{"StringEquals": {"aws:RequestTag/kubernetes-namespace": "pay*"}}"#), Truth::False);
        assert_eq!(holds(r#"{"StringLike": {"AWS:requesttag/Kubernetes-Namespace": ["x", "pay*"]}}"#), Truth::True);
        assert_eq!(holds(r#"{"StringEquals": {"aws:PrincipalTag/kubernetes-namespace": "payments"}}"#), Truth::False);
        assert_eq!(holds(r#"{"StringEquals": {"aws:RequestTag/namespace": "payments"}}"#), Truth::False);
        assert_eq!(holds(r#"{"StringNotEquals": {"aws:RequestTag/kubernetes-namespace": "payments"}}"#), Truth::False);
        assert_eq!(holds(r#"{"ArnLike": {"aws:SourceArn": "arn:aws:eks:*:111122223333:cluster/*"}}"#), Truth::True);
        assert_eq!(holds(r#"{"StringEquals": {"aws:SourceAccount": "444455556666"}}"#), Truth::False);
        assert_eq!(holds(r#"{"StringEquals": {"aws:RequestTag/kubernetes-pod-name": "api-0"}}"#), Truth::Unknown);
        assert_eq!(holds(r#"{"ForAllValues:StringEquals": {"aws:TagKeys": ["eks-cluster-arn"]}}"#), Truth::False);
        assert_eq!(holds(r#"{"Null": {"aws:RequestTag/kubernetes-namespace": "false"}}"#), Truth::True);
    }

    #[test]
    fn without_tags_a_condition_on_one_denies() {
        let untagged = PodSession { untagged: true, ..session() };
        assert_eq!(judged(&untagged, r#"{"StringEquals": {"aws:RequestTag/kubernetes-namespace": "payments"}}"#), Truth::False);
        assert_eq!(judged(&untagged, r#"{"StringEquals": {"aws:SourceAccount": "111122223333"}}"#), Truth::True);
        assert_eq!(judged(&PodSession::default(), r#"{"StringEquals": {"aws:SourceAccount": "111122223333"}}"#), Truth::Unknown);
        assert_eq!(judged(&PodSession::default(), "{}"), Truth::True);
    }
}
