//! A Pod Identity association whose Pods the role's conditions shut out.

use irsa_lint_core::admission::Truth;
use irsa_lint_core::admission::pod_identity::{ACTIONS, PodSession, Said};
use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::PodIdentityAssociation;
use irsa_lint_core::estate::AssociationId;
use irsa_lint_core::policy::{Condition, Effect, TrustPolicy};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Place;

use crate::objects::pairing::role_view;
use crate::objects::pods::{account_of, allows, dead, session, statements};

declare_rule! {
    /// The conditions of a role keep out the Pods of a Pod Identity association.
    ///
    /// ## Why is this bad?
    ///
    /// A trust policy for EKS Pod Identity can check the cluster, the namespace and the ServiceAccount with the session's tags. EKS still
    /// creates an association for another one, or one without tags (`disableSessionTags`), but its Pods are refused.
    ///
    /// ## Severity
    ///
    /// Error: every Pod of the association is refused.
    ///
    /// ## How to fix it
    ///
    /// Use the same cluster, namespace and ServiceAccount in the condition and the association.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Grant Pods access to AWS resources based on tags"
    ///
    /// ```json fail
    /// # file: association.json
    /// {"association": {"clusterName": "prod", "namespace": "payments", "serviceAccount": "api",
    ///   "roleArn": "arn:aws:iam::111122223333:role/payments"}}
    /// # file: role.json
    /// {"Role": {"RoleName": "payments", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/payments", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"}, "Action": ["sts:AssumeRole", "sts:TagSession"],
    ///     "Condition": {"StringEquals": {"aws:RequestTag/kubernetes-namespace": "billing"}}}]
    /// }}}
    /// ```
    ///
    /// ```json pass
    /// # file: association.json
    /// {"association": {"clusterName": "prod", "namespace": "payments", "serviceAccount": "api",
    ///   "roleArn": "arn:aws:iam::111122223333:role/payments"}}
    /// # file: role.json
    /// {"Role": {"RoleName": "payments", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/payments", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"}, "Action": ["sts:AssumeRole", "sts:TagSession"],
    ///     "Condition": {"StringEquals": {"aws:RequestTag/kubernetes-namespace": "payments"}}}]
    /// }}}
    /// ```
    pub AssociationNotAdmitted { id: "association-not-admitted", severity: Error, family: "pod-identity", fix: None }
}

impl Rule for AssociationNotAdmitted {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn association(&self, _id: AssociationId, association: &PodIdentityAssociation, view: &View<'_>, out: &mut Findings) {
        let Some(arn) = association.role_arn.value() else { return };
        let Some(role) = view.estate.role_by_arn(&arn.text).to().and_then(|id| role_view(view, id)) else { return };
        let policy = role.policy;
        // Other rules say that the service or an action is missing.
        if !ACTIONS.iter().all(|action| allows(policy, action)) {
            return;
        }
        let call = session(association, role.account(), view);
        if call.is_admitted(policy) != Truth::False {
            return;
        }
        let is_dead = |condition: &Condition| dead::reason(condition, policy, role.account(), role.budget).is_some();
        let mut conditions = statements(policy).flat_map(|statement| statement.effective_conditions());
        let Some(failed) = conditions.find(|condition| call.holds(condition, policy) == Truth::False && !is_dead(condition)) else {
            return denied(&call, policy, association, &role.name(), out);
        };
        let whose = account_of(association);
        let key = &failed.key.text;
        let wanted = irsa_lint_core::admission::words::listed(failed.values.iter().map(|value| value.text.as_str()), 3);
        let (message, help) = match call.says(key) {
            Said::One(own) => (
                format!(
                    "{} does not admit the Pods of ServiceAccount `{whose}`: their `{key}` is `{own}`, but the condition requires {wanted}",
                    role.name()
                ),
                format!("add `{own}` to the condition on `{key}`, or change the association to what the role admits"),
            ),
            _ if association.disable_session_tags => (
                format!(
                    "{} does not admit the Pods of ServiceAccount `{whose}`: their association disables session tags, but the condition on `{key}` needs one",
                    role.name()
                ),
                "remove `disableSessionTags` from the association, or remove the condition on the tag from the trust policy".to_owned(),
            ),
            _ => (
                format!(
                    "{} does not admit the Pods of ServiceAccount `{whose}`: the condition on `{key}` does not hold for their association",
                    role.name()
                ),
                format!("change the condition on `{key}` so that it holds for the association"),
            ),
        };
        let related = Place { span: arn.span, pointer: association.place.pointer.clone() };
        out.report(&Self::META, Place { span: failed.span, pointer: failed.pointer.clone() }, message)
            .help(help)
            .related(related, "the association names the role here")
            .done();
    }
}

/// A Deny that shuts the association out.
fn denied(call: &PodSession, policy: &TrustPolicy, association: &PodIdentityAssociation, role: &str, out: &mut Findings) {
    let holds = |conditions: &[Condition]| conditions.iter().map(|c| call.holds(c, policy)).fold(Truth::True, Truth::and) == Truth::True;
    let names = irsa_lint_core::admission::pod_identity::names_service;
    let Some(deny) = policy.statements.iter().find(|s| s.effect == Effect::Deny && names(s) && holds(&s.conditions)) else { return };
    let message = format!(
        "{} denies {role} to the Pods of ServiceAccount `{}`, although an association gives it to them",
        deny.name(),
        account_of(association)
    );
    out.report(&AssociationNotAdmitted::META, Place { span: deny.span, pointer: deny.pointer.clone() }, message)
        .help("exclude this cluster, namespace or ServiceAccount from the Deny statement")
        .done();
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    fn told(condition: &str, more: &str, files: &[(&str, &str)]) -> Vec<String> {
        let role = format!(
            r#"{{"Role": {{"RoleName": "x", "Arn": "arn:aws:iam::111122223333:role/x", "Path": "/", "AssumeRolePolicyDocument": {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Service": "pods.eks.amazonaws.com"}}, "Action": ["sts:AssumeRole", "sts:TagSession"], "Condition": {condition}}}]}}}}}}"#
        );
        let association = format!(
            r#"{{"association": {{"clusterName": "prod", "namespace": "payments", "serviceAccount": "api", "roleArn": "arn:aws:iam::111122223333:role/x"{more}}}}}"#
        );
        let mut all = vec![("role.json", role.as_str()), ("association.json", association.as_str())];
        all.extend(files);
        of_rule(&check(&all), "association-not-admitted").iter().map(|d| d.message.clone()).collect()
    }

    #[test]
    fn evaluates_the_tags_of_the_association() {
        let one = |condition: &str| told(condition, "", &[]);
        assert!(one(r#"{"StringLike": {"aws:RequestTag/kubernetes-namespace": "pay*"}}"#).is_empty());
        assert!(one(r#"{"StringEquals": {"aws:RequestTag/kubernetes-pod-name": "api-0"}}"#).is_empty());
        assert!(one(r#"{"StringEquals": {"aws:SourceArn": "arn:aws:eks:eu-west-1:111122223333:cluster/prod"}}"#).is_empty());
        assert!(one(r#"{"StringEquals": {"aws:RequestTag/kubernetes-service-account": "web"}}"#)[0].contains("is `api`"));
        assert!(one(r#"{"StringEquals": {"aws:RequestTag/eks-cluster-name": ["dev", "test"]}}"#)[0].contains("is `prod`"));
        assert!(one(r#"{"StringEquals": {"aws:RequestTag/namespace": "payments"}}"#).is_empty(), "another rule says so");
    }

    #[test]
    fn without_tags_a_condition_on_one_denies() {
        let namespace = r#"{"StringEquals": {"aws:RequestTag/kubernetes-namespace": "payments"}}"#;
        assert!(told(namespace, "", &[]).is_empty());
        assert!(told(namespace, r#", "disableSessionTags": true"#, &[])[0].contains("disables session tags"));
        assert!(told("{}", r#", "disableSessionTags": true"#, &[]).is_empty());
    }

    #[test]
    fn the_cluster_of_the_run_gives_the_source_arn() {
        let cluster = r#"{"cluster": {"name": "prod", "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/prod", "identity": {"oidc": {"issuer": "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"}}}}"#;
        let asks = |region: &str| format!(r#"{{"ArnLike": {{"aws:SourceArn": "arn:aws:eks:{region}:111122223333:cluster/prod"}}}}"#);
        assert!(told(&asks("eu-west-1"), "", &[("c.json", cluster)]).is_empty());
        assert_eq!(told(&asks("us-east-1"), "", &[("c.json", cluster)]).len(), 1);
    }
}
