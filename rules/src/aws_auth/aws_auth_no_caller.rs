//! An entry of `aws-auth` that names what no caller is.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::{Applicability, Fix, Severity};
use irsa_lint_core::document::model::{AwsAuthEntry, AwsAuthList, Place};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::role_arn::{RoleArn, is_filled_in_later, read};

declare_rule! {
    /// An entry of `mapRoles` in `aws-auth` is not the ARN of a role.
    ///
    /// ## Why is this bad?
    ///
    /// The cluster compares each entry, letter by letter, with the ARN of the caller's role. The ARN of a session, an instance profile or
    /// an account is not the ARN of a role, and wildcards do not work. The entry matches nobody, and the caller gets `Unauthorized`.
    ///
    /// ## Severity
    ///
    /// Error: the entry matches nobody. Warning for an account's root user, who exists but is hardly ever the one intended.
    ///
    /// ## How to fix it
    ///
    /// Write the role's own ARN without its path: `arn:aws:iam::111122223333:role/NAME`.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Grant IAM users access to Kubernetes with a ConfigMap"
    ///
    /// ```yaml fail at=/data/mapRoles/0/rolearn
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: aws-auth, namespace: kube-system}
    /// data:
    ///   mapRoles: |
    ///     - rolearn: arn:aws:sts::111122223333:assumed-role/deploy/session
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
    /// ```
    pub AwsAuthNoCaller { id: "aws-auth-no-caller", severity: Error, family: "aws-auth", fix: Unsafe }
}

impl Rule for AwsAuthNoCaller {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        let roles = view.estate.documents().aws_auth.iter().filter(|entry| entry.list == AwsAuthList::Roles);
        for entry in roles.filter(|entry| !is_filled_in_later(&entry.arn.text)) {
            match read(&entry.arn.text) {
                // That a user stands among the roles does no harm.
                RoleArn::Other("an IAM user") | RoleArn::Role(_) | RoleArn::Template | RoleArn::Placeholder(_) => {}
                RoleArn::Other("an account") => root(entry, out),
                RoleArn::Other(kind) => report(entry, &format!("is {kind}"), None, out),
                RoleArn::Malformed(why, meant) => report(entry, &why, meant, out),
            }
        }
    }
}

fn place(entry: &AwsAuthEntry) -> Place {
    Place { span: entry.arn.span, pointer: entry.place.pointer.key("rolearn") }
}

fn root(entry: &AwsAuthEntry, out: &mut Findings) {
    let message = format!("`aws-auth` maps `{}`, which matches only the account's root user, not its roles and users", entry.arn.text);
    out.report(&AwsAuthNoCaller::META, place(entry), message)
        .severity(Severity::Warning)
        .help("write an entry for each role, with the role's own ARN")
        .done();
}

fn report(entry: &AwsAuthEntry, why: &str, meant: Option<String>, out: &mut Findings) {
    let message = format!("`aws-auth` maps `{}`, which {why}, so the entry matches nobody", entry.arn.text);
    let help = match &meant {
        Some(meant) => format!("write `{meant}`"),
        None => "write the role's ARN without its path: `arn:aws:iam::ACCOUNT:role/NAME`".to_owned(),
    };
    let fix = meant.map(|meant| Fix::replace(Applicability::Unsafe, format!("write `{meant}`"), entry.arn.inner_span(), meant.clone()));
    out.report(&AwsAuthNoCaller::META, place(entry), message).help(help).fix(fix).done();
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    fn found(arn: &str) -> Vec<&'static str> {
        let text = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: aws-auth}}\ndata:\n  mapRoles: |\n    - rolearn: \"{arn}\"\n      groups: [a]\n"
        );
        of_rule(&check(&[("aws-auth.yaml", &text)]), "aws-auth-no-caller").iter().map(|d| d.severity.name()).collect()
    }

    #[test]
    fn tells_roles_from_what_looks_like_one() {
        for bad in [
            "arn:aws:iam::111122223333:instance-profile/nodes",
            "arn:aws:iam:111122223333:role/nodes",
            "arn:aws:iam::111122223333:role/AWSReservedSSO_Admin_*",
            "deploy",
        ] {
            assert_eq!(found(bad), ["error"], "{bad}");
        }
        assert_eq!(found("arn:aws:iam::111122223333:root"), ["warning"]);
        for good in [
            "arn:aws:iam::111122223333:role/nodes",
            "arn:aws-cn:iam::111122223333:role/AWSReservedSSO_Admin_0123456789abcdef",
            "arn:aws:iam::111122223333:user/anna",
            "arn:aws:iam::${account}:role/nodes",
            "arn:aws:iam::<ACCOUNT>:role/nodes",
            "$NODE_ROLE",
            "<ARN of instance role (not instance profile)>",
        ] {
            assert!(found(good).is_empty(), "{good}");
        }
    }
}
