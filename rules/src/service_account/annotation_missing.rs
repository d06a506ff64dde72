//! A ServiceAccount that a role expects carries no role.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{Place, ROLE_ARN, ServiceAccount, Stated};
use irsa_lint_core::estate::{Link, RoleId, ServiceAccountId};
use irsa_lint_core::provider::Kind;
use irsa_lint_core::rule::{Findings, Report, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Scalar;
use smol_str::SmolStr;
use std::collections::HashMap;

use crate::mend::annotate::annotate;
use crate::objects::pods::{ASSUME_ROLE, allows};
use crate::objects::webhook::{gives_role, meant};
use crate::trust::kubernetes::subject;

declare_rule! {
    /// A role admits a ServiceAccount that has no annotation `eks.amazonaws.com/role-arn`.
    ///
    /// ## Why is this bad?
    ///
    /// The role names exactly this ServiceAccount, but without the annotation the webhook does nothing and the Pods use the node role. A
    /// Helm chart that expects the annotation under another value ignores it silently.
    ///
    /// ## Severity
    ///
    /// Warning: the Pods get no role from the webhook, but EKS Pod Identity or another tool may give them one.
    ///
    /// ## How to fix it
    ///
    /// Annotate the ServiceAccount with the role's ARN, and restart its Pods. With Helm, look at the rendered manifest.
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
            if let Some(role) = expected.get(&subject(namespace, &name.text)) {
                unannotated(account, name, *role, view, out);
            } else if let Some((called, role)) = prefixed(namespace, &name.text, &expected, view) {
                renamed(account, name, called, role, view, out);
            }
        }
    }
}

fn unannotated(account: &ServiceAccount, name: &Scalar, role: RoleId, view: &View<'_>, out: &mut Findings) {
    let message = format!(
        "{} admits ServiceAccount `{}`, but that has no annotation `{ROLE_ARN}`, so its Pods do not get the role",
        view.role_name(role),
        account.display_name()
    );
    let help = match view.estate.role_arn(role) {
        Stated::Is(arn) => format!("add the annotation `{ROLE_ARN}: {arn}`, then restart the Pods"),
        _ => format!("add the annotation `{ROLE_ARN}` with the role's ARN, then restart the Pods"),
    };
    let fix = view.estate.role_arn(role).value().and_then(|arn| annotate(view, account, ROLE_ARN, arn));
    report(account, name, role, message, view, out).help(help).fix(fix).done();
}

/// Under another name than the role expects: charts put the release's name in front where the one that was set did not arrive.
fn renamed(account: &ServiceAccount, name: &Scalar, called: &str, role: RoleId, view: &View<'_>, out: &mut Findings) {
    let namespace = account.namespace.known().unwrap_or_default();
    let message = format!(
        "{} admits ServiceAccount `{namespace}/{called}`, but these files contain `{}` instead, without the annotation `{ROLE_ARN}`",
        view.role_name(role),
        account.display_name()
    );
    let help = format!(
        "rename the ServiceAccount to `{called}` and annotate it with the role; with Helm, check which values set the name and the annotations of the ServiceAccount"
    );
    report(account, name, role, message, view, out).help(help).done();
}

fn report<'o>(
    account: &ServiceAccount,
    name: &Scalar,
    role: RoleId,
    message: String,
    view: &View<'_>,
    out: &'o mut Findings,
) -> Report<'o> {
    let place = Place { span: name.span, pointer: account.place.pointer.key("metadata") };
    let report = out.report(&AnnotationMissing::META, place, message);
    match view.estate.role(role) {
        Some(role) => report.related(role.place.clone(), "this role admits it"),
        None => report,
    }
}

/// The expected ServiceAccount, nowhere in the run, whose name this one has behind a prefix.
fn prefixed<'n>(namespace: &str, name: &'n str, expected: &HashMap<SmolStr, RoleId>, view: &View<'_>) -> Option<(&'n str, RoleId)> {
    let mut ends = name.match_indices('-').filter_map(|(at, _)| name.get(at + 1..));
    ends.find_map(|end| {
        let role = expected.get(&subject(namespace, end))?;
        // A name of one word is too common to tell anything.
        let missing = end.contains('-') && matches!(view.estate.service_account_named(Some(namespace), end), Link::Missing { .. });
        missing.then_some((end, *role))
    })
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
    #[test]
    fn a_release_in_front_of_the_name() {
        let account = |name: &str| format!("apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {name}, namespace: kube-system}}\n");
        let own = "system:serviceaccount:kube-system:cluster-autoscaler";
        assert_eq!(found(&account("ca-aws-cluster-autoscaler"), own, &[]), 1);
        assert_eq!(found(&account("cluster-autoscaler-aws"), own, &[]), 0);
        assert_eq!(found(&account("my-autoscaler"), "system:serviceaccount:kube-system:autoscaler", &[]), 0, "one word");
        assert_eq!(found(&account("ca-cluster-autoscaler"), "system:serviceaccount:prod:cluster-autoscaler", &[]), 0);
        let there = account("cluster-autoscaler")
            .replace("}", ", annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/app'}}");
        assert_eq!(found(&account("ca-aws-cluster-autoscaler"), own, &[("there.yaml", &there)]), 0);
    }
}
