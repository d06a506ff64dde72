//! A cluster lets in a role that does not exist.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{Listed, Place, Stated};
use irsa_lint_core::estate::{Difference, RoleId};
use irsa_lint_core::policy::Arn;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Scalar;

use crate::objects::role_arn::{RoleArn, read};

declare_rule! {
    /// `aws-auth` or an access entry gives access to a role that does not exist.
    ///
    /// ## Why is this bad?
    ///
    /// The role that should have access gets `Unauthorized`. And whoever creates a role of that name later has access at once, at least
    /// with `aws-auth`, which compares names only. This is reported only if the files list all roles of the account, or contain the role
    /// of an access entry under another path.
    ///
    /// ## Severity
    ///
    /// Warning: nobody has the access today, but whoever creates a role of that name will have it.
    ///
    /// ## How to fix it
    ///
    /// Write the ARN of the right role, or remove the entry.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Grant IAM users access to Kubernetes with a ConfigMap"
    /// - EKS User Guide, "Grant IAM users access to Kubernetes with EKS access entries"
    ///
    /// ```yaml fail at=/data/mapRoles/0/rolearn
    /// # file: aws-auth.yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: aws-auth, namespace: kube-system}
    /// data:
    ///   mapRoles: |
    ///     - {rolearn: "arn:aws:iam::111122223333:role/dploy", username: deploy, groups: [deployers]}
    /// # file: roles.json
    /// {"Roles": [{"RoleName": "deploy", "Path": "/ci/", "Arn": "arn:aws:iam::111122223333:role/ci/deploy", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}}]}
    /// ```
    ///
    /// ```yaml pass
    /// # file: aws-auth.yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: aws-auth, namespace: kube-system}
    /// data:
    ///   mapRoles: |
    ///     - {rolearn: "arn:aws:iam::111122223333:role/deploy", username: deploy, groups: [deployers]}
    /// # file: roles.json
    /// {"Roles": [{"RoleName": "deploy", "Path": "/ci/", "Arn": "arn:aws:iam::111122223333:role/ci/deploy", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}}]}
    /// ```
    pub MappedRoleAbsent { id: "mapped-role-absent", severity: Warning, family: "aws-auth", fix: None }
}

impl Rule for MappedRoleAbsent {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        let documents = view.estate.documents();
        for entry in &documents.aws_auth {
            let place = Place { span: entry.arn.span, pointer: entry.place.pointer.key(entry.list.arn_key()) };
            judge(&entry.arn, place, "`aws-auth`", true, view, out);
        }
        for entry in &documents.access_entries {
            judge(&entry.principal, entry.principal_place.clone(), "an access entry", false, view, out);
        }
    }
}

fn judge(arn: &Scalar, place: Place, by: &str, without_path: bool, view: &View<'_>, out: &mut Findings) {
    let RoleArn::Role(parsed) = read(&arn.text) else { return };
    let Some((path, name)) = parsed.role() else { return };
    // A path in `aws-auth` is a fault of its own.
    if (without_path && path != "/") || exists(arn, name, &parsed, without_path, view) {
        return;
    }
    let near = view.estate.near_roles(&arn.text);
    let near = near.iter().find(|miss| miss.differs != Difference::Account && !is_mapped(miss.role, view));
    let other_path = near.is_some_and(|miss| !without_path && miss.differs == Difference::Path);
    let meant = near.and_then(|miss| view.estate.role_arn(miss.role).value().cloned());
    let meant = meant.map(|meant| if without_path { bare(&meant) } else { meant.to_string() });
    let message = if view.estate.lists(Listed::Roles, Some(parsed.account)) {
        format!("{by} gives role `{name}` access to the cluster, but account {} has no role `{}`", parsed.account, arn.text)
    } else if let (true, Some(meant)) = (other_path, &meant) {
        format!("{by} is for `{}`, but the ARN of role `{name}` is `{meant}`", arn.text)
    } else {
        return;
    };
    let help = match meant {
        Some(meant) => format!("write `{meant}` if that is the right role, or remove the entry"),
        None => "write the ARN of the right role, or remove the entry: whoever creates a role of that name gets access".to_owned(),
    };
    out.report(&MappedRoleAbsent::META, place, message).help(help).done();
}

/// Whether a role is let in by an entry of its own: then it is not the one that was meant.
fn is_mapped(role: RoleId, view: &View<'_>) -> bool {
    let documents = view.estate.documents();
    let Stated::Is(own) = view.estate.role_arn(role) else { return false };
    let in_aws_auth = || documents.aws_auth.iter().any(|entry| entry.arn.text == own || entry.arn.text == bare(&own));
    documents.access_entries.iter().any(|entry| entry.principal.text == own) || in_aws_auth()
}

fn exists(arn: &Scalar, name: &str, parsed: &Arn<'_>, without_path: bool, view: &View<'_>) -> bool {
    if !without_path {
        return view.estate.role_by_arn(&arn.text).to().is_some();
    }
    view.estate.roles_named(name).into_iter().any(|role| view.estate.role_account(role) == Some(parsed.account))
}

/// A role's ARN as `aws-auth` wants it.
fn bare(arn: &str) -> String {
    let parsed = Arn::parse(arn).and_then(|arn| Some((arn, arn.role()?.1)));
    parsed.map_or_else(|| arn.to_owned(), |(arn, name)| format!("arn:{}:iam::{}:role/{name}", arn.partition, arn.account))
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    const ROLE: &str = r#"{"RoleName": "deploy", "Path": "/ci/", "Arn": "arn:aws:iam::111122223333:role/ci/deploy", "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}}"#;

    fn found(entry: &str, roles: &str) -> usize {
        of_rule(&check(&[("entry.json", entry), ("roles.json", &roles.replace("ROLE", ROLE))]), "mapped-role-absent").len()
    }

    #[test]
    fn access_entries_want_the_path() {
        let list = r#"{"Roles": [ROLE]}"#;
        let entry = |arn: &str| format!(r#"{{"accessEntry": {{"clusterName": "a", "principalArn": "{arn}"}}}}"#);
        assert_eq!(found(&entry("arn:aws:iam::111122223333:role/ci/deploy"), list), 0);
        assert_eq!(found(&entry("arn:aws:iam::111122223333:role/deploy"), list), 1);
        assert_eq!(found(&entry("arn:aws:iam::111122223333:role/deploy"), r#"{"Role": ROLE}"#), 1, "the path is missing");
        assert_eq!(found(&entry("arn:aws:iam::111122223333:role/ci/deploy2"), r#"{"Role": ROLE}"#), 0, "no full list");
        let both = r#"{"accessEntries": ["arn:aws:iam::111122223333:role/deploy", "arn:aws:iam::111122223333:role/ci/deploy"]}"#;
        assert_eq!(found(both, r#"{"Role": ROLE}"#), 0, "it has an entry of its own");
        assert_eq!(found(&entry("arn:aws:iam::444455556666:role/deploy"), list), 0, "another account's");
        assert_eq!(found(&entry("arn:aws:iam::111122223333:user/anna"), list), 0);
    }
}
