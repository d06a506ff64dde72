//! A part of `aws-auth` that the cluster cannot read.

use irsa_lint_core::declare_rule;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

declare_rule! {
    /// A part of the ConfigMap `aws-auth` cannot be read.
    ///
    /// ## Why is this bad?
    ///
    /// `mapRoles` and `mapUsers` are strings that contain a YAML list. If one is something else, or an entry has no ARN, the cluster
    /// ignores it: the roles in it get `Unauthorized`, and nodes among them drop out of the cluster.
    ///
    /// ## Severity
    ///
    /// Error: the roles and users in that part have no access to the cluster, and nodes may be among them.
    ///
    /// ## How to fix it
    ///
    /// Write `mapRoles: |` and below it, indented, one `- rolearn: …` for each role.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Grant IAM users access to Kubernetes with a ConfigMap"
    /// - aws-iam-authenticator, README, "Full Configuration Format"
    ///
    /// ```yaml fail at=/data/mapRoles
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: aws-auth, namespace: kube-system}
    /// data:
    ///   mapRoles:
    ///     - rolearn: arn:aws:iam::111122223333:role/deploy
    ///       username: deploy
    ///       groups: [deployers]
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: aws-auth, namespace: kube-system}
    /// data:
    ///   mapRoles: |
    ///     - rolearn: arn:aws:iam::111122223333:role/deploy
    ///       username: deploy
    ///       groups: [deployers]
    ///   mapUsers: ""
    /// ```
    pub AwsAuthUnreadable { id: "aws-auth-unreadable", severity: Error, family: "aws-auth", fix: None }
}

impl Rule for AwsAuthUnreadable {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        for fault in &view.estate.documents().aws_auth_faults {
            let message = format!("the cluster cannot read this part of `aws-auth`: {}", fault.what);
            let help =
                "write `mapRoles: |` and below it a list of entries with `rolearn`, `username` and `groups` (`userarn` in `mapUsers`)";
            out.report(&Self::META, fault.place.clone(), message).help(help).done();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    fn found(data: &str) -> usize {
        let text = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: aws-auth}}\ndata:\n{data}");
        of_rule(&check(&[("aws-auth.yaml", &text)]), "aws-auth-unreadable").len()
    }

    #[test]
    fn what_the_authenticator_reads_is_left_alone() {
        for good in [
            "  mapRoles: |\n    - RoleARN: arn:aws:iam::111122223333:role/a\n      groups: []\n",
            "  mapRoles: |\n    []\n",
            "  mapRoles: '[{\"rolearn\": \"arn:aws:iam::111122223333:role/a\"}]'\n",
            "  mapRoles: |\n    - sso: {permissionSetName: Admin, accountID: \"111122223333\"}\n      username: a\n",
            "  mapAccounts: |\n    - \"111122223333\"\n",
        ] {
            assert_eq!(found(good), 0, "{good}");
        }
        for bad in ["  mapRoles: |\n    rolearn: arn:aws:iam::111122223333:role/a\n", "  mapRoles: |\n    - username: a\n"] {
            assert_eq!(found(bad), 1, "{bad}");
        }
    }
}
