//! A ServiceAccount that a role expects carries no role.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{Place, ROLE_ARN, ServiceAccount, Stated};
use irsa_lint_core::estate::{Link, RoleId, ServiceAccountId};
use irsa_lint_core::provider::Kind;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};
use smol_str::SmolStr;
use std::collections::HashMap;

use crate::annotate::annotate;
use crate::kubernetes::subject;
use crate::pods::{ASSUME_ROLE, allows};
use crate::webhook::{gives_role, meant};

declare_rule! {
    /// A role expects a ServiceAccount that carries no `eks.amazonaws.com/role-arn`.
    ///
    /// ## Why is this bad?
    ///
    /// The role names exactly this ServiceAccount, but nothing tells the webhook to inject it: the Pods work as the node's role. Charts that
    /// look for the annotation under another value drop it without a word.
    ///
    /// ## Severity
    ///
    /// A warning: the Pods get no role from the webhook, but EKS Pod Identity or another tool may give them one.
    ///
    /// ## How to fix it
    ///
    /// Annotate the ServiceAccount with the role's ARN, and start its Pods anew. With Helm, look at the rendered manifest.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Assign IAM roles to Kubernetes service accounts"
    ///
    /// ```yaml fail at=/metadata
    /// # file: serviceaccount.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: api, namespace: payments}
    /// # file: role.json
    /// {"Role": {"RoleName": "payments", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/payments", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///   "Condition": {"StringEquals": {
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"}}}]}}}
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: api, namespace: payments}
    /// ```
    pub AnnotationMissing { id: "annotation-missing", severity: Warning, family: "service-account", fix: Unsafe }
}

impl Rule for AnnotationMissing {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        let bare: Vec<_> = view.estate.service_accounts().filter(|(id, account)| is_bare(*id, account, view)).collect();
        if bare.is_empty() {
            return;
        }
        let expected = expected(view);
        for (_, account) in bare {
            let (Some(namespace), Some(name)) = (account.namespace.known(), account.name.value()) else { continue };
            let exact = expected.get_key_value(&subject(namespace, &name.text));
            let Some((subject, role)) = exact.or_else(|| renamed(namespace, &name.text, &expected, view)) else { continue };
            let who = account.display_name();
            let named = view.role_name(*role);
            let message = match subject.rsplit(':').next().filter(|wanted| *wanted != name.text) {
                None => {
                    format!("{named} expects ServiceAccount `{who}`, which has no annotation `{ROLE_ARN}`: its Pods do not get the role")
                }
                Some(wanted) => format!(
                    "{named} expects ServiceAccount `{namespace}/{wanted}`, which is not there; `{who}` is, and has no annotation `{ROLE_ARN}`"
                ),
            };
            let is_other = exact.is_none();
            let place = Place { span: name.span, pointer: account.place.pointer.key("metadata") };
            let mut help = match view.estate.role_arn(*role) {
                Stated::Is(arn) => format!("annotate it: `{ROLE_ARN}: {arn}`"),
                _ => format!("annotate it with the role's ARN under `{ROLE_ARN}`"),
            };
            if is_other {
                help.push_str(
                    ", and admit its name in the role; where a chart makes it, see that the chart reads its name and annotations from these values",
                );
            }
            let fix = view.estate.role_arn(*role).value().filter(|_| !is_other).and_then(|arn| annotate(view, account, ROLE_ARN, arn));
            let mut report = out.report(&Self::META, place, message).help(help).fix(fix);
            if let Some(role) = view.estate.role(*role) {
                report = report.related(role.place.clone(), "the role expects it");
            }
            report.done();
        }
    }
}

/// The subject that a role expects of a ServiceAccount which the run lacks, where a release's name stands before that ServiceAccount's own:
/// `ca-cluster-autoscaler` for `cluster-autoscaler`. A single word at the end is too little to go by.
fn renamed<'a>(namespace: &str, name: &str, expected: &'a HashMap<SmolStr, RoleId>, view: &View<'_>) -> Option<(&'a SmolStr, &'a RoleId)> {
    let wanted = |subject: &'a SmolStr| {
        let (own, wanted) = subject.strip_prefix("system:serviceaccount:")?.split_once(':')?;
        (own == namespace && wanted.contains('-')).then_some(wanted)
    };
    let is_it = |wanted: &str| name.strip_suffix(wanted).is_some_and(|rest| rest.ends_with('-'));
    let is_missing = |wanted: &str| matches!(view.estate.service_account_named(Some(namespace), wanted), Link::Missing { .. } | Link::None);
    let mut found = expected.iter().filter(|(subject, _)| wanted(subject).is_some_and(|wanted| is_it(wanted) && is_missing(wanted)));
    found.next().filter(|_| found.next().is_none())
}

/// Whether a ServiceAccount has no role and nothing in the run gives it one, not even in the wrong place.
fn is_bare(id: ServiceAccountId, account: &ServiceAccount, view: &View<'_>) -> bool {
    let misplaced =
        || account.misplaced.iter().any(|a| a.key.text == ROLE_ARN) || account.annotations.iter().any(|a| meant(a) == Some(ROLE_ARN));
    if account.role_arn().is_some() || misplaced() || !matches!(view.estate.association_of(id), Link::Missing { .. } | Link::None) {
        return false;
    }
    if gives_role(view, account) {
        return false;
    }
    let on_pods = |workload: &irsa_lint_core::document::model::Workload| workload.pod_annotations.iter().any(|a| a.key.text == ROLE_ARN);
    if view.estate.workloads_of(id).iter().filter_map(|id| view.estate.workload(*id)).any(on_pods) {
        return false;
    }
    // Another document of the same ServiceAccount, an overlay perhaps, may carry the role.
    let name = account.name.value().map_or("", |name| &name.text);
    view.estate.service_account_named(account.namespace.known(), name).to().is_some()
}

/// The ServiceAccounts that roles name one by one, if all of them are of one cluster: the run's.
fn expected(view: &View<'_>) -> HashMap<SmolStr, RoleId> {
    let mut found = HashMap::new();
    let mut cluster = view.estate.cluster_issuer().value().cloned();
    for (id, role) in view.estate.roles() {
        let (Some(policy), Some(analysis)) = (role.trust.policy(), view.analysis(id)) else { continue };
        let pods = allows(policy, ASSUME_ROLE);
        for (issuer, grant) in analysis.admission.grants() {
            let (Some(own), true) = (&issuer.issuer, issuer.provider.is_some_and(|p| p.kind == Kind::Kubernetes)) else { continue };
            if cluster.get_or_insert_with(|| own.clone()) != own {
                if view.estate.cluster_issuer().value().is_some() {
                    continue;
                }
                return HashMap::new();
            }
            // One that somebody names already, or that Pod Identity hands out, need not be named here.
            if pods || !view.estate.accounts_of(id).is_empty() {
                continue;
            }
            for subject in grant.subjects().as_literals().unwrap_or_default() {
                found.insert(subject.clone(), id);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule, policy};

    fn found(accounts: &str, subject: &str, more: &[(&str, &str)]) -> usize {
        let trust =
            policy(&format!(r#"{{"StringLike": {{"ISSUER:sub": "{subject}"}}, "StringEquals": {{"ISSUER:aud": "sts.amazonaws.com"}}}}"#));
        let role = format!(
            r#"{{"Role": {{"RoleName": "app", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/app", "AssumeRolePolicyDocument": {trust}}}}}"#
        );
        let mut files = vec![("role.json", role.as_str()), ("sa.yaml", accounts)];
        files.extend(more);
        of_rule(&check(&files), "annotation-missing").len()
    }

    #[test]
    fn a_release_before_the_name() {
        let account = |name: &str| format!("---\nkind: ServiceAccount\nmetadata: {{name: {name}, namespace: kube-system}}\n");
        let expects = |name: &str| format!("system:serviceaccount:kube-system:{name}");
        assert_eq!(found(&account("ca-aws-cluster-autoscaler"), &expects("cluster-autoscaler"), &[]), 1);
        let both = account("ca-aws-cluster-autoscaler") + &account("cluster-autoscaler");
        assert_eq!(found(&both, &expects("cluster-autoscaler"), &[]), 1, "the one that is meant");
        assert_eq!(found(&account("internal-api"), &expects("api"), &[]), 0);
        assert_eq!(found(&account("mycluster-autoscaler"), &expects("cluster-autoscaler"), &[]), 0);
    }

    #[test]
    fn speaks_only_where_nothing_gives_the_role() {
        let bare = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: app, namespace: prod}\n";
        let own = "system:serviceaccount:prod:app";
        assert_eq!(found(bare, own, &[]), 1);
        assert_eq!(found(bare, "system:serviceaccount:prod:*", &[]), 0, "the role means nobody in particular");
        assert_eq!(found(bare, "system:serviceaccount:dev:app", &[]), 0);
        let overlay = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: app, namespace: prod, annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/app'}}\n";
        assert_eq!(found(bare, own, &[("overlay.yaml", overlay)]), 0);
        let misspelt = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: app, namespace: prod, annotations: {eks.amazonaws.com/role_arn: 'arn:aws:iam::111122223333:role/app'}}\n";
        assert_eq!(found(misspelt, own, &[]), 0);
        let association = r#"{"association": {"clusterName": "demo", "namespace": "prod", "serviceAccount": "app", "roleArn": "arn:aws:iam::111122223333:role/other"}}"#;
        assert_eq!(found(bare, own, &[("a.json", association)]), 0);
        let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: pod-identity-webhook, namespace: kube-system}\ndata: {config: '{\"*/app\": {\"RoleARN\": \"arn:aws:iam::111122223333:role/app\"}}'}\n";
        assert_eq!(found(bare, own, &[("map.yaml", map)]), 0);
        assert_eq!(found(bare, own, &[("map.yaml", &map.replace("*/app", "dev/app"))]), 1);
    }
}
