//! A role that `aws-auth` maps twice.

use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::{AwsAuthEntry, Place};
use irsa_lint_core::order;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

declare_rule! {
    /// `aws-auth` maps the same role twice, and the two entries differ.
    ///
    /// ## Why is this bad?
    ///
    /// The cluster keeps only the last entry for each ARN. The groups of the earlier entries are lost without an error, and the role has
    /// less access than the file suggests.
    ///
    /// ## Severity
    ///
    /// Warning: the role has the access of the last entry, which may be the right one.
    ///
    /// ## How to fix it
    ///
    /// Put the groups of both into one entry.
    ///
    /// ## References
    ///
    /// - aws-iam-authenticator, README, "Full Configuration Format"
    ///
    /// ```yaml fail at=/data/mapRoles/0
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: aws-auth, namespace: kube-system}
    /// data:
    ///   mapRoles: |
    ///     - {rolearn: "arn:aws:iam::111122223333:role/deploy", username: deploy, groups: [deployers]}
    ///     - {rolearn: "arn:aws:iam::111122223333:role/deploy", username: deploy, groups: [viewers]}
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: aws-auth, namespace: kube-system}
    /// data:
    ///   mapRoles: |
    ///     - {rolearn: "arn:aws:iam::111122223333:role/deploy", username: deploy, groups: [deployers, viewers]}
    /// ```
    pub AwsAuthTwice { id: "aws-auth-twice", severity: Warning, family: "aws-auth", fix: None }
}

impl Rule for AwsAuthTwice {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        let entries = &view.estate.documents().aws_auth;
        for (index, entry) in entries.iter().enumerate() {
            let later = entries.iter().skip(index + 1).rfind(|later| is_same(entry, later));
            let Some(later) = later.filter(|later| says(later) != says(entry)) else { continue };
            let message = format!(
                "`aws-auth` maps `{}` again further down, and only the last entry counts: {} of this entry has no effect",
                entry.arn.text,
                if entry.groups.is_empty() { "the username".to_owned() } else { groups(entry) }
            );
            out.report(&Self::META, entry.place.clone(), message)
                .help("merge both into one entry with all groups")
                .related(Place { span: later.arn.span, pointer: later.place.pointer.clone() }, "this entry counts")
                .done();
        }
    }
}

/// Whether two entries of one document are about the same ARN, which the authenticator compares in small letters.
fn is_same(a: &AwsAuthEntry, b: &AwsAuthEntry) -> bool {
    a.list == b.list && a.place.span.file == b.place.span.file && a.arn.text.eq_ignore_ascii_case(&b.arn.text)
}

fn says(entry: &AwsAuthEntry) -> (Option<&str>, Vec<&str>) {
    let mut groups: Vec<&str> = entry.groups.iter().map(|group| group.as_str()).collect();
    order::sort(&mut groups);
    (entry.username.as_ref().map(|name| name.as_str()), groups)
}

fn groups(entry: &AwsAuthEntry) -> String {
    let names: Vec<String> = entry.groups.iter().map(|group| format!("`{}`", group.text)).collect();
    format!("{} {}", if names.len() == 1 { "the group" } else { "the groups" }, names.join(", "))
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    fn config_map(entries: &str) -> String {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: aws-auth}}\ndata:\n  mapRoles: |\n{entries}")
    }

    fn entry(name: &str, group: &str) -> String {
        format!("    - {{rolearn: 'arn:aws:iam::111122223333:role/{name}', username: a, groups: [{group}]}}\n")
    }

    #[test]
    fn two_files_and_two_roles_are_fine() {
        let found = |files: &[&str]| {
            let files: Vec<_> = files.iter().map(|text| ("aws-auth.yaml", *text)).collect();
            of_rule(&check(&files), "aws-auth-twice").len()
        };
        let (a, b) = (config_map(&entry("x", "g")), config_map(&entry("x", "h")));
        assert_eq!(found(&[&a, &b]), 0, "one for each cluster");
        assert_eq!(found(&[&config_map(&(entry("x", "g") + &entry("y", "h")))]), 0);
        assert_eq!(found(&[&config_map(&(entry("x", "g") + &entry("x", "g")))]), 0, "nothing is lost");
        assert_eq!(found(&[&config_map(&(entry("x", "g") + &entry("X", "h")))]), 1);
    }
}
