//! An access entry with a group that EKS refuses.

use irsa_lint_core::declare_rule;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

declare_rule! {
    /// An access entry has a Kubernetes group that begins with `system:`.
    ///
    /// ## Why is this bad?
    ///
    /// EKS refuses it: `InvalidParameterException: The kubernetes group name system:masters is invalid, it cannot start with system:`. What
    /// `aws-auth` could do is done by access policies here, so an entry moved over as it stands fails.
    ///
    /// ## Severity
    ///
    /// An error: EKS refuses the entry.
    ///
    /// ## How to fix it
    ///
    /// Instead of `system:masters`, associate the access policy `AmazonEKSClusterAdminPolicy`; entries for nodes have the type
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
                    "system:masters" => "leave the group out and associate the access policy `AmazonEKSClusterAdminPolicy`",
                    "system:nodes" | "system:bootstrappers" => "leave the groups out and give the entry the type `EC2_LINUX`",
                    _ => "name a group of your own, and bind it with a ClusterRoleBinding",
                };
                let message = format!(
                    "the access entry of `{}` has the group `{}`, and EKS refuses groups that begin with `system:`",
                    entry.principal.text, group.text
                );
                out.report(&Self::META, place.clone(), message).help(help).done();
            }
        }
    }
}
