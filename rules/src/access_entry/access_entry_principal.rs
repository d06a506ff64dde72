//! An access entry for what EKS takes no entries for.

use irsa_lint_core::declare_rule;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::role_arn::{RoleArn, is_filled_in_later, read};

declare_rule! {
    /// The principal of an access entry is not an IAM role or user.
    ///
    /// ## Why is this bad?
    ///
    /// An access entry is for a role or a user. EKS refuses the ARN of a session (`sts` … `assumed-role`), which lasts for hours, and of a
    /// policy, a group or an instance profile. Nobody gets access to the cluster.
    ///
    /// ## Severity
    ///
    /// Error: EKS refuses the entry, or the intended role or user gets no access.
    ///
    /// ## How to fix it
    ///
    /// Write the ARN of the role itself, including its path if it has one. An entry in `aws-auth` leaves the path out, an access entry
    /// does not.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Create access entries"
    /// - Amazon EKS API Reference, CreateAccessEntry
    ///
    /// ```json fail at=/accessEntry/principalArn
    /// {"accessEntry": {"clusterName": "demo", "principalArn": "arn:aws:sts::111122223333:assumed-role/deploy/session", "kubernetesGroups": []}}
    /// ```
    ///
    /// ```json pass
    /// {"accessEntry": {"clusterName": "demo", "principalArn": "arn:aws:iam::111122223333:role/ci/deploy", "kubernetesGroups": []}}
    /// ```
    pub AccessEntryPrincipal { id: "access-entry-principal", severity: Error, family: "access-entry", fix: None }
}

impl Rule for AccessEntryPrincipal {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        for entry in &view.estate.documents().access_entries {
            let text = &entry.principal.text;
            let (why, meant) = match read(text) {
                RoleArn::Other(kind) if !matches!(kind, "an IAM user" | "an account") => (format!("is {kind}"), None),
                RoleArn::Malformed(why, meant) if !is_filled_in_later(text) => (why, meant),
                _ => continue,
            };
            let help = meant
                .map_or_else(|| "write the ARN of the role or user that should have access".to_owned(), |meant| format!("write `{meant}`"));
            let message = format!("the principal of the access entry, `{text}`, {why}: an entry must name a role or a user");
            out.report(&Self::META, entry.principal_place.clone(), message).help(help).done();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    #[test]
    fn roles_and_users_are_fine() {
        let found = |arn: &str| {
            let entry = format!(r#"{{"accessEntries": ["{arn}"]}}"#);
            of_rule(&check(&[("entries.json", &entry)]), "access-entry-principal").len()
        };
        for good in [
            "arn:aws:iam::111122223333:role/deploy",
            "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef",
            "arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS",
            "arn:aws:iam::111122223333:user/ops/anna",
            "arn:aws:iam::<ACCOUNT>:role/deploy",
        ] {
            assert_eq!(found(good), 0, "{good}");
        }
        for bad in ["arn:aws:iam::111122223333:instance-profile/nodes", "arn:aws:iam::111122223333:group/ops"] {
            assert_eq!(found(bad), 1, "{bad}");
        }
    }
}
