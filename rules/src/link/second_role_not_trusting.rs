//! A role that is to be assumed from a ServiceAccount's role does not trust that role.

use irsa_lint_core::admission::words::listed;
use irsa_lint_core::declare_rule;
use irsa_lint_core::policy::Effect;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::callers::place;
use crate::objects::hops::{hops, short};

declare_rule! {
    /// The second role of a chain does not trust the first.
    ///
    /// ## Why is this bad?
    ///
    /// The Pod gets the role of its ServiceAccount, then calls `sts:AssumeRole` for a second one, often in another account. The trust
    /// policy of the second role does not name the first role, so the call is refused. Naming the ServiceAccount there does not help: the
    /// second role only sees the first role.
    ///
    /// ## Severity
    ///
    /// Error: the second role cannot be assumed.
    ///
    /// ## How to fix it
    ///
    /// Allow `sts:AssumeRole` to the first role's ARN in the second role's trust policy. Or do without the first role: create an OIDC
    /// provider for the cluster in the second role's account, let that role trust it, and name it in the annotation.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Authenticate to another account with IRSA"
    ///
    /// ```yaml fail at=/Role/AssumeRolePolicyDocument/Statement/0/Principal/AWS
    /// # file: pod.yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: dns, namespace: dns}
    /// spec:
    ///   serviceAccountName: dns
    ///   containers: [{name: dns, args: ["--aws-assume-role=arn:aws:iam::444455556666:role/zones"]}]
    /// # file: serviceaccount.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: dns, namespace: dns, annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/dns"}}
    /// # file: role.json
    /// {"Role": {"RoleName": "zones", "Path": "/", "Arn": "arn:aws:iam::444455556666:role/zones", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/old-dns"}, "Action": "sts:AssumeRole"}]}}}
    /// ```
    ///
    /// ```yaml pass
    /// # file: pod.yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: dns, namespace: dns}
    /// spec:
    ///   serviceAccountName: dns
    ///   containers: [{name: dns, args: ["--aws-assume-role=arn:aws:iam::444455556666:role/zones"]}]
    /// # file: serviceaccount.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: dns, namespace: dns, annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/dns"}}
    /// # file: role.json
    /// {"Role": {"RoleName": "zones", "Path": "/", "Arn": "arn:aws:iam::444455556666:role/zones", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/dns"}, "Action": "sts:AssumeRole"}]}}}
    /// ```
    pub SecondRoleNotTrusting { id: "second-role-not-trusting", severity: Error, family: "link", fix: None }
}

impl Rule for SecondRoleNotTrusting {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        for hop in hops(view).into_iter().filter(|hop| hop.first.text != hop.second.text) {
            let Some((policy, false)) = hop.second_policy(view) else { continue };
            let allows = policy.statements.iter().filter(|statement| statement.effect == Effect::Allow);
            let trusted = listed(allows.flat_map(|statement| &statement.principals.list).map(|principal| principal.value.as_str()), 2);
            let (first, second) = (short(&hop.first.text), short(&hop.second.text));
            let message = format!(
                "{} cannot assume role `{second}` from role `{first}` of {}: `{second}` trusts {trusted}, not `{}`",
                hop.asker, hop.holder, hop.first.text
            );
            out.report(&Self::META, place(policy), message)
                .help(format!(
                    "allow `sts:AssumeRole` to `{}` in the trust policy of `{second}`; or create an OIDC provider for the cluster in its account, let `{second}` trust it, and name `{second}` in the annotation",
                    hop.first.text
                ))
                .related(hop.place, "the second role is named here")
                .related(hop.first_place, "the first role is named here")
                .done();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    fn found(first: &str, statement: &str) -> usize {
        messages(first, statement).len()
    }

    fn messages(first: &str, statement: &str) -> Vec<String> {
        let account = format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: dns, namespace: dns, annotations: {{eks.amazonaws.com/role-arn: '{first}'}}}}\n"
        );
        let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: dns}\nspec: {serviceAccountName: dns, containers: [{name: a, env: [{name: AWS_ASSUME_ROLE_ARN, value: 'arn:aws:iam::444455556666:role/zones'}]}]}\n";
        let role = format!(
            r#"{{"Role": {{"RoleName": "zones", "Path": "/", "Arn": "arn:aws:iam::444455556666:role/zones", "AssumeRolePolicyDocument": {{"Version": "2012-10-17", "Statement": [{statement}]}}}}}}"#
        );
        of_rule(&check(&[("sa.yaml", &account), ("pod.yaml", pod), ("role.json", &role)]), "second-role-not-trusting")
            .iter()
            .map(|d| d.message.clone())
            .collect()
    }

    fn allow(principal: &str, condition: &str) -> String {
        format!(
            r#"{{"Effect": "Allow", "Principal": {{"AWS": {principal}}}, "Action": ["sts:AssumeRole", "sts:TagSession"], "Condition": {{{condition}}}}}"#
        )
    }

    const FIRST: &str = "arn:aws:iam::111122223333:role/team/dns";

    #[test]
    fn who_may_be_let_in_is_left_alone() {
        for principal in [
            r#""arn:aws:iam::111122223333:role/team/dns""#,
            r#""arn:aws:iam::111122223333:root""#,
            r#"["arn:aws:iam::444455556666:root", "111122223333"]"#,
            r#""arn:aws:sts::111122223333:assumed-role/dns/session""#,
        ] {
            assert_eq!(found(FIRST, &allow(principal, "")), 0, "{principal}");
        }
        let root = r#""arn:aws:iam::111122223333:root""#;
        for condition in [
            r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/team/*"}"#,
            r#""StringEquals": {"sts:ExternalId": "zones"}"#,
            r#""StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}"#,
            r#""StringNotLike": {"aws:PrincipalArn": "*:role/team/dns"}"#,
        ] {
            assert_eq!(found(FIRST, &allow(root, condition)), 0, "{condition}");
        }
    }

    #[test]
    fn another_role_account_or_condition_is_told() {
        for principal in [
            r#""arn:aws:iam::111122223333:role/dns""#,
            r#""arn:aws:iam::444455556666:root""#,
            r#""arn:aws:iam::444455556666:role/team/dns""#,
            r#""444455556666""#,
            r#""AROAEXAMPLEEXAMPLEID1""#,
        ] {
            assert_eq!(found(FIRST, &allow(principal, "")), 1, "{principal}");
        }
        let root = r#""arn:aws:iam::111122223333:root""#;
        assert_eq!(found(FIRST, &allow(root, r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ops/*"}"#)), 1);
        assert_eq!(found(FIRST, &allow(root, r#""StringEquals": {"aws:PrincipalAccount": "444455556666"}"#)), 1);
        let web = r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::444455556666:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"}, "Action": "sts:AssumeRoleWithWebIdentity"}"#;
        assert_eq!(found(FIRST, web), 1, "the second hop is no web identity");
        let told = messages(FIRST, &allow(r#""arn:aws:iam::444455556666:role/ops""#, ""));
        assert!(told[0].contains("arn:aws:iam::444455556666:role/ops"), "whom it does trust: {told:?}");
    }
}
