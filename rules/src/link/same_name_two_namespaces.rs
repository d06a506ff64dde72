//! ServiceAccounts of one name in several namespaces, or clusters, have one role.

use irsa_lint_core::admission::words::listed;
use irsa_lint_core::declare_rule;
use irsa_lint_core::document::model::ServiceAccount;
use irsa_lint_core::estate::ServiceAccountId;
use irsa_lint_core::provider::Kind;
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta, View};
use smol_str::SmolStr;

use crate::objects::pairing::{Caller, admits, role_view};
use crate::objects::role_arn::place;
use crate::trust::kubernetes::{cluster_name, parts};
use crate::trust::wide::subject_place;

declare_rule! {
    /// ServiceAccounts of the same name in two namespaces, or in two clusters, have the same role.
    ///
    /// ## Why is this bad?
    ///
    /// The role is only as safe as the weaker of the two: whoever can create Pods in the test namespace, or in the test cluster, gets the
    /// permissions of production.
    ///
    /// ## Severity
    ///
    /// Info: it may be intended.
    ///
    /// ## How to fix it
    ///
    /// Give each its own role, unless the same people control both.
    ///
    /// ## References
    ///
    /// - EKS Best Practices Guide, "Identity and Access Management"
    ///
    /// ```yaml fail
    /// # file: serviceaccounts.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: api, namespace: test, annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/api"}}
    /// ---
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: api, namespace: prod, annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/api"}}
    /// # file: role.json
    /// {"Role": {"RoleName": "api", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/api", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///   "Condition": {"StringEquals": {
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": [
    ///       "system:serviceaccount:test:api", "system:serviceaccount:prod:api"]}}}]}}}
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: api, namespace: test, annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/api-test"}}
    /// ---
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: api, namespace: prod, annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/api-prod"}}
    /// ```
    pub SameNameTwoNamespaces { id: "same-name-two-namespaces", severity: Info, family: "link", fix: None }
}

impl Rule for SameNameTwoNamespaces {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn role(&self, role: &RoleView<'_>, out: &mut Findings) {
        if role.admission.issuers.len() > 1 {
            of_two_clusters(role, out);
        }
    }

    fn service_account(&self, id: ServiceAccountId, account: &ServiceAccount, view: &View<'_>, out: &mut Findings) {
        let Some(role) = view.estate.role_of(id).to().filter(|role| view.estate.accounts_of(*role).len() > 1) else { return };
        let (Some(name), Some(namespace)) = (account.name.value(), account.namespace.known()) else { return };
        let earlier = view.estate.accounts_of(role).iter().take_while(|other| **other != id);
        let twin = earlier.filter_map(|other| view.estate.service_account(*other)).find(|other| {
            other.name.value().is_some_and(|own| own.text == name.text) && other.namespace.known().is_some_and(|own| own != namespace)
        });
        let (Some(twin), Some(annotation), Some(role)) = (twin, account.role_arn(), role_view(view, role)) else { return };
        // One that is not admitted is an error of its own.
        let lets_in = |account: &ServiceAccount| Caller::of(account, view).is_some_and(|caller| admits(&role, &caller).is_yes());
        if !(lets_in(account) && lets_in(twin)) {
            return;
        }
        let message = format!("ServiceAccounts `{}` and `{}` both have {}", twin.display_name(), account.display_name(), role.name());
        out.report(&Self::META, place(annotation), message)
            .help("give each its own role, unless the same people control both namespaces")
            .related(twin.place.clone(), "the other ServiceAccount")
            .done();
    }
}

fn of_two_clusters(role: &RoleView<'_>, out: &mut Findings) {
    let clusters = || role.admission.issuers.iter().filter(|issuer| issuer.provider.is_some_and(|known| known.kind == Kind::Kubernetes));
    let subjects = |issuer: &irsa_lint_core::admission::IssuerAdmission<'_>| -> Vec<SmolStr> {
        let lists = issuer.grants.iter().map(|grant| grant.subjects());
        lists.filter_map(|list| list.as_literals().map(<[_]>::to_vec)).flatten().collect()
    };
    let listed_by: Vec<_> = clusters().map(|issuer| (issuer, subjects(issuer))).collect();
    let (Some((_, first)), rest) = (listed_by.first(), listed_by.get(1..).unwrap_or_default()) else { return };
    for subject in first {
        let Some((other, _)) = rest.iter().find(|(_, subjects)| subjects.contains(subject)) else { continue };
        let (Some((namespace, name)), Some(grant)) = (parts(subject), other.grants.first()) else { continue };
        let names: Vec<String> = clusters().map(|issuer| cluster_name(issuer.issuer.as_deref())).collect();
        let message = format!(
            "ServiceAccount `{namespace}/{name}` of several clusters can assume {}: {}",
            role.name(),
            listed(names.iter().map(String::as_str), 3).replace('`', "").replace(" or ", " and ")
        );
        out.report(&SameNameTwoNamespaces::META, subject_place(role, other, grant, subject), message)
            .help("give each cluster its own role, unless the same people control both")
            .done();
        return;
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, check, of_rule, policy};

    fn of_clusters(first: &str, second: &str) -> usize {
        let statement =
            |subject: &str| policy(&format!(r#"{{"StringEquals": {{"ISSUER:sub": "{subject}", "ISSUER:aud": "sts.amazonaws.com"}}}}"#));
        let other = statement(second).replace(ISSUER, "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLEAAAA4633E53DE1B716D304AAA");
        let inner = other.split_once(r#""Statement": ["#).unwrap().1.strip_suffix("]}").unwrap().to_owned();
        let both = statement(first).replace("]}", &format!(", {inner}]}}"));
        of_rule(&check(&[("p.json", &both)]), "same-name-two-namespaces").len()
    }

    #[test]
    fn two_clusters() {
        assert_eq!(of_clusters("system:serviceaccount:prod:api", "system:serviceaccount:prod:api"), 1);
        assert_eq!(of_clusters("system:serviceaccount:prod:api", "system:serviceaccount:prod:web"), 0);
    }

    #[test]
    fn one_namespace_or_one_that_is_not_admitted() {
        let account = |namespace: &str, name: &str| {
            format!(
                "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {name}, namespace: {namespace}, annotations: {{eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/api'}}}}\n---\n"
            )
        };
        let trust = policy(
            r#"{"StringEquals": {"ISSUER:sub": ["system:serviceaccount:prod:api", "system:serviceaccount:prod:web", "system:serviceaccount:test:api"], "ISSUER:aud": "sts.amazonaws.com"}}"#,
        );
        let role = format!(
            r#"{{"Role": {{"RoleName": "api", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/api", "AssumeRolePolicyDocument": {trust}}}}}"#
        );
        let found = |accounts: &str| of_rule(&check(&[("sa.yaml", accounts), ("role.json", &role)]), "same-name-two-namespaces").len();
        assert_eq!(found(&(account("prod", "api") + &account("test", "api"))), 1);
        assert_eq!(found(&(account("prod", "api") + &account("prod", "web"))), 0);
        assert_eq!(found(&(account("prod", "api") + &account("dev", "api"))), 0);
    }
}
