//! A workload is told to assume the role that it already has.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::callers::place;
use crate::objects::hops::{hops, short};

declare_rule! {
    /// A workload assumes the role that its ServiceAccount already gives it.
    ///
    /// ## Why is this bad?
    ///
    /// The Pod gets the role with its web identity, then calls `sts:AssumeRole` for the same role. Since September 2022 a role can only
    /// assume itself if its own trust policy names it. Otherwise the second call fails with `AccessDenied`.
    ///
    /// ## Severity
    ///
    /// Warning: the second call fails, but the Pod already has the role, and some programs continue with it.
    ///
    /// ## How to fix it
    ///
    /// Remove the role from the workload's configuration: the annotation of the ServiceAccount is enough. Otherwise allow `sts:AssumeRole`
    /// to the role's own ARN in its trust policy.
    ///
    /// ## References
    ///
    /// - cert-manager, "Route53"
    /// - AWS Security Blog, "Announcing an update to IAM role trust policy behavior"
    ///
    /// ```yaml fail at=/spec/acme/solvers/0/dns01/route53/role
    /// # file: issuer.yaml
    /// apiVersion: cert-manager.io/v1
    /// kind: ClusterIssuer
    /// metadata: {name: public}
    /// spec: {acme: {solvers: [{dns01: {route53: {region: eu-west-1, role: "arn:aws:iam::111122223333:role/dns"}}}]}}
    /// # file: serviceaccount.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: cert-manager
    ///   namespace: cert-manager
    ///   annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/dns"}
    /// # file: role.json
    /// {"Role": {"RoleName": "dns", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/dns", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///   "Condition": {"StringEquals": {
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:cert-manager:cert-manager"}}}]}}}
    /// ```
    ///
    /// ```yaml pass
    /// # file: issuer.yaml
    /// apiVersion: cert-manager.io/v1
    /// kind: ClusterIssuer
    /// metadata: {name: public}
    /// spec: {acme: {solvers: [{dns01: {route53: {region: eu-west-1}}}]}}
    /// # file: serviceaccount.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: cert-manager
    ///   namespace: cert-manager
    ///   annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/dns"}
    /// ```
    pub RoleAssumesItself { id: "role-assumes-itself", severity: Warning, family: "link", fix: None }
}

impl Rule for RoleAssumesItself {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        for hop in hops(view).into_iter().filter(|hop| hop.first.text == hop.second.text) {
            let policy = match hop.second_policy(view) {
                Some((_, true)) => continue,
                Some((policy, false)) => Some(policy),
                None => None,
            };
            let asks = format!("{} assumes role `{}`, which {} already has", hop.asker, short(&hop.second.text), hop.holder);
            let help = format!(
                "remove the role here, because {} already has it; or allow `sts:AssumeRole` to `{}` in the role's trust policy",
                hop.holder, hop.second.text
            );
            let message = match policy {
                Some(_) => format!("{asks}, but the role does not trust itself, so the second `sts:AssumeRole` is refused"),
                None => format!("{asks}, which works only if the role's trust policy names the role itself"),
            };
            let report = out.report(&Self::META, hop.place, message).help(help).related(hop.first_place, "the role is given here");
            match policy {
                Some(policy) => report.related(place(policy), "the role's trust policy does not name the role itself").done(),
                None => report.severity(Severity::Info).done(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule, policy};

    const ROLE: &str = "arn:aws:iam::111122223333:role/dns";

    fn account(name: &str, role: &str) -> String {
        format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {name}, namespace: dns, annotations: {{eks.amazonaws.com/role-arn: '{role}'}}}}\n"
        )
    }

    fn issuer(more: &str) -> String {
        format!(
            "apiVersion: cert-manager.io/v1\nkind: Issuer\nmetadata: {{name: a, namespace: dns}}\nspec: {{acme: {{solvers: [{{dns01: {{route53: {{role: '{ROLE}'{more}}}}}}}]}}}}\n"
        )
    }

    fn found(files: &[(&str, &str)], self_trust: &str) -> usize {
        let trust = policy(r#"{"StringLike": {"ISSUER:sub": "system:serviceaccount:dns:c*", "ISSUER:aud": "sts.amazonaws.com"}}"#);
        let trust = trust.replace(r#""Statement": ["#, &format!(r#""Statement": [{self_trust}"#));
        let role = format!(r#"{{"Role": {{"RoleName": "dns", "Path": "/", "Arn": "{ROLE}", "AssumeRolePolicyDocument": {trust}}}}}"#);
        let mut all = vec![("role.json", role.as_str())];
        all.extend(files);
        of_rule(&check(&all), "role-assumes-itself").len()
    }

    #[test]
    fn of_issuers_only_those_that_use_the_pods_role() {
        let own = account("cert-manager", ROLE);
        assert_eq!(found(&[("i.yaml", &issuer("")), ("sa.yaml", &own)], ""), 1);
        let with_account = issuer(", auth: {kubernetes: {serviceAccountRef: {name: dns}}}");
        assert_eq!(found(&[("i.yaml", &with_account), ("sa.yaml", &own)], ""), 0, "the role is assumed with a token of its own");
        let with_keys = issuer(", accessKeyID: AKIAIOSFODNN7EXAMPLE");
        assert_eq!(found(&[("i.yaml", &with_keys), ("sa.yaml", &own)], ""), 0);
        let with_secret = issuer(", accessKeyIDSecretRef: {name: keys, key: id}");
        assert_eq!(found(&[("i.yaml", &with_secret), ("sa.yaml", &own)], ""), 0);
        assert_eq!(
            found(&[("i.yaml", &issuer("")), ("sa.yaml", &account("cert-manager", &format!("{ROLE}2")))], ""),
            0,
            "a real second hop"
        );
        assert_eq!(found(&[("i.yaml", &issuer(""))], ""), 0);
    }

    #[test]
    fn without_the_trust_policy_it_is_info() {
        let (issuer, own) = (issuer(""), account("cert-manager", ROLE));
        let answer = check(&[("i.yaml", &issuer), ("sa.yaml", &own)]);
        let found = of_rule(&answer, "role-assumes-itself");
        assert_eq!(found.iter().map(|d| d.severity.name()).collect::<Vec<_>>(), ["info"]);
    }

    #[test]
    fn a_role_that_trusts_itself_is_fine() {
        let own = account("cert-manager", ROLE);
        for principal in [ROLE, "arn:aws:iam::111122223333:root", "111122223333"] {
            let trusts = format!(r#"{{"Effect": "Allow", "Principal": {{"AWS": "{principal}"}}, "Action": "sts:AssumeRole"}}, "#);
            assert_eq!(found(&[("i.yaml", &issuer("")), ("sa.yaml", &own)], &trusts), 0, "{principal}");
        }
        let other = r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/other"}, "Action": "sts:AssumeRole"}, "#;
        assert_eq!(found(&[("i.yaml", &issuer("")), ("sa.yaml", &own)], other), 1);
    }

    #[test]
    fn arguments_variables_and_stores() {
        let pod = |container: &str| {
            format!(
                "apiVersion: v1\nkind: Pod\nmetadata: {{name: p, namespace: dns}}\nspec: {{serviceAccountName: cdns, containers: [{{name: a, {container}}}]}}\n"
            )
        };
        let own = account("cdns", ROLE);
        for (container, wanted) in [
            (format!("args: [--aws-assume-role={ROLE}]"), 1),
            (format!("args: [--aws-assume-role, '{ROLE}']"), 1),
            (format!("args: [--aws-assume-role={ROLE}2]"), 0),
            (format!("args: [--role={ROLE}]"), 0),
            (format!("env: [{{name: AWS_ASSUME_ROLE_ARN, value: '{ROLE}'}}]"), 1),
        ] {
            assert_eq!(found(&[("p.yaml", &pod(&container)), ("sa.yaml", &own)], ""), wanted, "{container}");
        }
        let store = format!(
            "apiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata: {{name: s, namespace: dns}}\nspec: {{provider: {{aws: {{role: '{ROLE}', auth: {{jwt: {{serviceAccountRef: {{name: cdns}}}}}}}}}}}}\n"
        );
        assert_eq!(found(&[("s.yaml", &store), ("sa.yaml", &own)], ""), 1);
    }

    #[test]
    fn signers_clusters_profiles_and_associations() {
        let signer = format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {{name: p, namespace: dns}}\nspec: {{serviceAccountName: cprom, remoteWrite: [{{url: 'https://x', sigv4: {{roleArn: '{ROLE}'}}}}]}}\n"
        );
        assert_eq!(found(&[("p.yaml", &signer), ("sa.yaml", &account("cprom", ROLE))], ""), 1);
        let secret = format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: s, namespace: dns, labels: {{argocd.argoproj.io/secret-type: cluster}}}}\nstringData: {{config: '{{\"awsAuthConfig\": {{\"clusterName\": \"a\", \"roleARN\": \"{ROLE}\"}}}}'}}\n"
        );
        let both = format!("{}---\n{}", account("argocd-server", ROLE), account("argocd-application-controller", ROLE));
        assert_eq!(found(&[("s.yaml", &secret), ("sa.yaml", &both)], ""), 1, "once for both");
        let profiles = |source: &str| {
            format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: aws}}\ndata:\n  config: |\n    [b]\n    role_arn = {ROLE}\n    source_profile = {source}\n    [a]\n    role_arn = {ROLE}\n    web_identity_token_file = /token\n"
            )
        };
        assert_eq!(found(&[("c.yaml", &profiles("a"))], ""), 1);
        assert_eq!(found(&[("c.yaml", &profiles("b"))], ""), 0, "it has keys of its own");
        let pod = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p, namespace: dns}}\nspec: {{serviceAccountName: cdns, containers: [{{name: a, args: ['--aws-assume-role={ROLE}']}}]}}\n"
        );
        let association = r#"{"association": {"clusterName": "a", "namespace": "dns", "serviceAccount": "cdns", "roleArn": "arn:aws:iam::111122223333:role/first"}}"#;
        assert_eq!(found(&[("p.yaml", &pod), ("sa.yaml", &account("cdns", ROLE)), ("a.json", association)], ""), 0, "the association wins");
    }
}
