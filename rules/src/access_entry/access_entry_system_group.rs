//! An access entry with a group that EKS refuses.

use irsa_lint_core::declare_rule;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

declare_rule! {
    /// An access entry has a Kubernetes group that begins with `system:`.
    ///
    /// ## Why is this bad?
    ///
    /// EKS refuses it: `InvalidParameterException: The kubernetes group name system:masters is invalid, it cannot start with system:`. In
    /// access entries, access policies do what such groups do in `aws-auth`, so an entry copied from `aws-auth` fails.
    ///
    /// ## Severity
    ///
    /// Error: EKS refuses the entry.
    ///
    /// ## How to fix it
    ///
    /// Instead of using `system:masters`, associate the access policy `AmazonEKSClusterAdminPolicy`. Entries for nodes have the type
    /// `EC2_LINUX` and no groups.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Create access entries"
    /// - EKS User Guide, "Associate access policies with access entries"
    ///
    /// ```json fail at=/accessEntry/kubernetesGroups/0
    /// {"accessEntry": {"clusterName": "demo", "principalArn": "arn:aws:iam::111122223333:role/ops", "kubernetesGroups": ["system:masters"]}}
    /// ```
    ///
    /// ```json pass
    /// {"accessEntry": {"clusterName": "demo", "principalArn": "arn:aws:iam::111122223333:role/nodes", "kubernetesGroups": ["system:nodes"],
    ///   "type": "EC2_LINUX"}}
    /// ```
    pub AccessEntrySystemGroup { id: "access-entry-system-group", severity: Error, family: "access-entry", fix: None }
}

impl Rule for AccessEntrySystemGroup {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        for entry in &view.estate.documents().access_entries {
            for (group, place) in entry.groups.iter().filter(|(group, _)| group.text.starts_with("system:")) {
                let help = match group.as_str() {
                    "system:masters" => "remove the group and associate the access policy `AmazonEKSClusterAdminPolicy`",
                    "system:nodes" | "system:bootstrappers" => "remove the groups and give the entry the type `EC2_LINUX`",
                    _ => "use a group of your own, and bind it with a ClusterRoleBinding",
                };
                let message = format!(
                    "the access entry of `{}` has the group `{}`, but EKS refuses groups that begin with `system:`",
                    entry.principal.text, group.text
                );
                out.report(&Self::META, place.clone(), message).help(help).done();
            }
        }
    }
}
