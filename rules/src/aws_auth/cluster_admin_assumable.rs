//! A role that administers the cluster can be assumed by many.

use irsa_lint_core::admission::{Answer, Grant, IssuerAdmission, Witness};
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::document::model::Place;
use irsa_lint_core::estate::RoleId;
use irsa_lint_core::order;
use irsa_lint_core::policy::{Arn, PrincipalKind, Statement, is_account_id};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Scalar;

use crate::objects::callers;
use crate::objects::pairing::role_view;
use crate::trust::kubernetes::forms;
use crate::trust::wide::witness;

declare_rule! {
    /// A role with full rights in the cluster can be assumed by many.
    ///
    /// ## Why is this bad?
    ///
    /// `system:masters` and `AmazonEKSClusterAdminPolicy` allow everything in the cluster, including reading its Secrets, and RBAC cannot
    /// limit them. Whoever can assume the role can do all of that.
    ///
    /// ## Severity
    ///
    /// Warning if the trust policy is open to more than a few named callers, or to another account. Info if all of them are in the
    /// cluster's own account.
    ///
    /// ## How to fix it
    ///
    /// Narrow the role's trust policy to the one subject that needs it, or map the role to a group with fewer rights.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Grant IAM users access to Kubernetes with a ConfigMap"
    /// - EKS User Guide, "Review access policy permissions"
    ///
    /// ```yaml fail at=/data/mapRoles/0/rolearn also=whole-tenant,missing-audience
    /// # file: aws-auth.yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: aws-auth, namespace: kube-system}
    /// data:
    ///   mapRoles: |
    ///     - {rolearn: "arn:aws:iam::111122223333:role/ci", username: ci, groups: ["system:masters"]}
    /// # file: role.json
    /// {"Role": {"RoleName": "ci", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/ci", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
    ///   "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:acme-example/*"},
    ///     "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}}]}}}
    /// ```
    ///
    /// ```yaml pass
    /// # file: aws-auth.yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: aws-auth, namespace: kube-system}
    /// data:
    ///   mapRoles: |
    ///     - {rolearn: "arn:aws:iam::111122223333:role/ops", username: ops, groups: ["system:masters"]}
    /// # file: role.json
    /// {"Role": {"RoleName": "ops", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/ops", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/admin"}, "Action": "sts:AssumeRole"}]}}}
    /// ```
    pub ClusterAdminAssumable { id: "cluster-admin-assumable", severity: Warning, family: "aws-auth", fix: None }
}

impl Rule for ClusterAdminAssumable {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        let documents = view.estate.documents();
        for entry in documents.aws_auth.iter().filter(|entry| entry.groups.iter().any(|group| group.text == "system:masters")) {
            let place = Place { span: entry.arn.span, pointer: entry.place.pointer.key(entry.list.arn_key()) };
            let admin = Admin { arn: &entry.arn, place, by: "`aws-auth` puts it into `system:masters`" };
            admin.judge(mapped(&entry.arn, view), view, out);
        }
        for entry in &documents.access_entries {
            if entry.policies.iter().any(|policy| policy.text.ends_with("/AmazonEKSClusterAdminPolicy")) {
                let by = "an access entry gives it `AmazonEKSClusterAdminPolicy`";
                let admin = Admin { arn: &entry.principal, place: entry.principal_place.clone(), by };
                admin.judge(view.estate.role_by_arn(&entry.principal.text).to(), view, out);
            }
        }
    }
}

/// The role of an entry in `aws-auth`, which leaves paths out.
fn mapped(arn: &Scalar, view: &View<'_>) -> Option<RoleId> {
    if let Some(role) = view.estate.role_by_arn(&arn.text).to() {
        return Some(role);
    }
    let parsed = Arn::parse(&arn.text)?;
    let (_, name) = parsed.role()?;
    let mut same = view.estate.roles_named(name).into_iter().filter(|role| view.estate.role_account(*role) == Some(parsed.account));
    same.next().filter(|_| same.next().is_none())
}

/// Someone who may do everything in the cluster.
struct Admin<'a> {
    arn: &'a Scalar,
    place: Place,
    by: &'static str,
}

/// Who can assume the role, and how bad that is.
struct Many {
    who: String,
    severity: Severity,
    witness: Option<Witness>,
    place: Place,
}

impl Admin<'_> {
    fn judge(self, role: Option<RoleId>, view: &View<'_>, out: &mut Findings) {
        let Some(role) = role.and_then(|id| role_view(view, id)) else { return };
        let web = out.settle(&ClusterAdminAssumable::META, &self.place, web_identities(&role));
        let aws = accounts(&role);
        let many = web.into_iter().chain(aws).max_by_key(|many| (many.severity, many.witness.is_some()));
        let Some(many) = many else { return };
        let message = format!("{} can be assumed by {} and has full rights in the cluster: {}", role.name(), many.who, self.by);
        let help = format!(
            "narrow the trust policy of {} to the one subject that needs it, or give `{}` fewer rights in the cluster",
            role.name(),
            self.arn.text
        );
        let report = out.report(&ClusterAdminAssumable::META, self.place, message).severity(many.severity).help(help);
        let report = report.related(many.place, "the role's trust policy lets them in");
        match &many.witness {
            Some(witness) => report.witness(witness).done(),
            None => report.done(),
        }
    }
}

/// The web identities that a role lets in: an unbounded set is worse than a list.
fn web_identities(role: &RoleView<'_>) -> Answer<Many> {
    let mut found: Option<Many> = None;
    let mut unknown = None;
    for (issuer, grant) in role.admission.grants() {
        let open = grant.subjects().as_literals().is_none();
        if found.as_ref().is_some_and(|known| !open || known.severity == Severity::Warning) {
            continue;
        }
        match shown(role, issuer, grant) {
            Answer::Yes(witness) => {
                let subject = witness.token().subject().cloned().unwrap_or_default();
                let named = issuer.issuer.as_deref().unwrap_or("any issuer");
                let who =
                    if open { format!("many subjects of `{named}`, such as `{subject}`,") } else { format!("`{subject}` of `{named}`") };
                let severity = if open { Severity::Warning } else { Severity::Info };
                let place = crate::trust::wide::subject_place(role, issuer, grant, &subject);
                found = Some(Many { who, severity, witness: Some(witness), place });
            }
            Answer::No => {}
            Answer::Unknown(reason) => unknown = Some(reason),
        }
    }
    match (found, unknown) {
        (Some(found), _) => Answer::Yes(found),
        (None, Some(reason)) => Answer::Unknown(reason),
        (None, None) => Answer::No,
    }
}

fn shown(role: &RoleView<'_>, issuer: &IssuerAdmission<'_>, grant: &Grant) -> Answer<Witness> {
    let subjects = grant.subjects().intersect(forms(role, issuer).legal.clone());
    match subjects.witness(role.budget) {
        Answer::Yes(subject) => witness(role, issuer, grant, subject),
        Answer::No => Answer::No,
        Answer::Unknown(reason) => Answer::Unknown(reason),
    }
}

/// A whole account that may assume the role. Conditions narrow it in ways that are not judged here.
fn accounts(role: &RoleView<'_>) -> Option<Many> {
    let own = role.account();
    let open = callers::statements(role.policy).filter(|statement| statement.conditions.is_empty() && !statement.principals.negated);
    let whole = open.flat_map(|statement| whole_accounts(statement).map(|(account, place)| (account.to_owned(), place)));
    let mut found: Vec<Many> = whole
        .map(|(account, place)| {
            let severity = if Some(account.as_str()) == own { Severity::Info } else { Severity::Warning };
            let who = format!("every role and user of account {account} that may call `sts:AssumeRole`");
            Many { who, severity, witness: None, place }
        })
        .collect();
    order::sort_by_key(&mut found, |many| std::cmp::Reverse(many.severity));
    found.into_iter().next()
}

fn whole_accounts(statement: &Statement) -> impl Iterator<Item = (&str, Place)> {
    statement.principals.list.iter().filter(|principal| principal.kind == PrincipalKind::Aws).filter_map(|principal| {
        let text = principal.value.as_str();
        let account = match Arn::parse(text) {
            Some(arn) if arn.resource == "root" && is_account_id(arn.account) => arn.account,
            None if is_account_id(text) => text,
            _ => return None,
        };
        Some((account, Place { span: principal.value.span, pointer: principal.pointer.clone() }))
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule, policy};

    fn found(trust: &str, entry: &str) -> Vec<(&'static str, bool)> {
        let role = format!(
            r#"{{"Role": {{"RoleName": "ci", "Path": "/team/", "Arn": "arn:aws:iam::111122223333:role/team/ci", "AssumeRolePolicyDocument": {trust}}}}}"#
        );
        let answer = check(&[("entry.yaml", entry), ("role.json", &role)]);
        let found = of_rule(&answer, "cluster-admin-assumable");
        found.iter().map(|d| (d.severity.name(), matches!(d.proof, irsa_lint_core::diagnostic::Proof::Admits(_)))).collect()
    }

    fn mapped(group: &str) -> String {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: aws-auth}}\ndata:\n  mapRoles: |\n    - {{rolearn: 'arn:aws:iam::111122223333:role/ci', groups: ['{group}']}}\n"
        )
    }

    fn web(subject: &str) -> String {
        policy(&format!(r#"{{"StringLike": {{"ISSUER:sub": "{subject}"}}, "StringEquals": {{"ISSUER:aud": "sts.amazonaws.com"}}}}"#))
    }

    fn aws(principal: &str, condition: &str) -> String {
        format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "{principal}"}}, "Action": "sts:AssumeRole"{condition}}}]}}"#
        )
    }

    #[test]
    fn the_wider_the_worse() {
        let masters = mapped("system:masters");
        assert_eq!(found(&web("system:serviceaccount:*:*"), &masters), [("warning", true)]);
        assert_eq!(found(&web("system:serviceaccount:ci:*"), &masters), [("warning", true)]);
        assert_eq!(found(&web("system:serviceaccount:ci:deploy"), &masters), [("info", true)]);
        assert_eq!(found(&aws("arn:aws:iam::444455556666:root", ""), &masters), [("warning", false)]);
        assert_eq!(found(&aws("111122223333", ""), &masters), [("info", false)]);
        assert_eq!(found(&web("system:serviceaccount:*:*"), &mapped("viewers")), []);
    }

    #[test]
    fn of_two_that_are_as_bad_the_one_with_a_token_is_shown() {
        let root = r#", {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": "sts:AssumeRole"}]}"#;
        let both = format!("{}{root}", web("system:serviceaccount:*:*").strip_suffix("]}").unwrap());
        assert_eq!(found(&both, &mapped("system:masters")), [("warning", true)]);
    }

    #[test]
    fn one_role_and_conditions_are_fine() {
        let masters = mapped("system:masters");
        assert_eq!(found(&aws("arn:aws:iam::444455556666:role/ops", ""), &masters), []);
        let narrowed = r#", "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ops"}}"#;
        assert_eq!(found(&aws("arn:aws:iam::444455556666:root", narrowed), &masters), []);
    }

    #[test]
    fn access_policies_count_for_the_whole_cluster_alone() {
        let entry = |policy: &str, scope: &str| {
            format!(
                r#"{{"clusterName": "a", "principalArn": "arn:aws:iam::111122223333:role/team/ci", "associatedAccessPolicies": [{{"policyArn": "arn:aws:eks::aws:cluster-access-policy/{policy}", "accessScope": {{"type": "{scope}", "namespaces": []}}}}]}}"#
            )
        };
        let trust = web("system:serviceaccount:*:*");
        assert_eq!(found(&trust, &entry("AmazonEKSClusterAdminPolicy", "cluster")), [("warning", true)]);
        assert_eq!(found(&trust, &entry("AmazonEKSClusterAdminPolicy", "namespace")), []);
        assert_eq!(found(&trust, &entry("AmazonEKSViewPolicy", "cluster")), []);
    }
}
