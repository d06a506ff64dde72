//! A ServiceAccount names a role that does not admit its tokens.

use irsa_lint_core::admission::words::listed;
use irsa_lint_core::admission::{Grant, IssuerAdmission, key};
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::{Applicability, Fix, Severity};
use irsa_lint_core::document::model::{AUDIENCE, ServiceAccount};
use irsa_lint_core::estate::ServiceAccountId;
use irsa_lint_core::policy::{Arn, Effect, Statement, TrustPolicy};
use irsa_lint_core::rule::{Findings, RoleView, Rule, RuleMeta, View};
use irsa_lint_core::syntax::{Place, Scalar};

use crate::objects::callers;
use crate::objects::pairing::{Caller, Refusal, admits, difference, federated, principal_place, refusal, role_view};
use crate::objects::pods::{ASSUME_ROLE, allows};
use crate::objects::role_arn::{RoleArn, place, read};
use crate::trust::kubernetes::subject;
use crate::trust::wide::{subject_conditions, subject_place};

declare_rule! {
    /// A ServiceAccount names a role whose trust policy does not admit it.
    ///
    /// ## Why is this bad?
    ///
    /// STS compares the token's cluster, audience, namespace and name with the trust policy. One of them differs, so every call of the Pod
    /// fails with `Not authorized to perform sts:AssumeRoleWithWebIdentity`.
    ///
    /// ## Severity
    ///
    /// Error: every call of the Pod fails. Info if the role trusts only EKS Pod Identity: an association may exist, and the annotation
    /// merely has no effect.
    ///
    /// ## How to fix it
    ///
    /// Name the ServiceAccount in the condition on `:sub`, as `system:serviceaccount:NAMESPACE:NAME`, or give the ServiceAccount the
    /// namespace and name that the role expects.
    ///
    /// ## References
    ///
    /// - EKS User Guide, "Assign IAM roles to Kubernetes service accounts"
    ///
    /// ```yaml fail
    /// # file: serviceaccount.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: web
    ///   namespace: payments
    ///   annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/payments"}
    /// # file: role.json
    /// {"Role": {"RoleName": "payments", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/payments", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///   "Condition": {"StringEquals": {
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"}}}]}}}
    /// ```
    ///
    /// ```yaml pass
    /// # file: serviceaccount.yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/payments"}
    /// # file: role.json
    /// {"Role": {"RoleName": "payments", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/payments", "AssumeRolePolicyDocument": {
    ///   "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"},
    ///   "Condition": {"StringEquals": {
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:aud": "sts.amazonaws.com",
    ///     "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E:sub": "system:serviceaccount:payments:api"}}}]}}}
    /// ```
    pub ServiceAccountNotAdmitted { id: "service-account-not-admitted", severity: Error, family: "link", fix: Unsafe }
}

impl Rule for ServiceAccountNotAdmitted {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn service_account(&self, id: ServiceAccountId, account: &ServiceAccount, view: &View<'_>, out: &mut Findings) {
        let Some(annotation) = account.role_arn() else { return };
        let Some(role_id) = view.estate.role_of(id).to() else { return };
        let readable = annotation.value.value().is_some_and(|value| matches!(read(&value.text), RoleArn::Role(_)));
        // An association wins: then the annotation is not looked at.
        if !readable || view.estate.association_of(id).to().is_some() {
            return;
        }
        let (Some(role), Some(caller)) = (role_view(view, role_id), Caller::of(account, view)) else { return };
        let at = place(annotation);
        let Some(refusal) = out.settle(&Self::META, &at, refusal(&role, &caller)) else { return };
        let case = Case { role, account, caller, annotation: at };
        match refusal {
            Refusal::NoWebIdentity => case.no_web_identity(out),
            Refusal::NoCluster(issuers) => case.no_cluster(&issuers, out),
            Refusal::OtherCluster(issuer, grant) => case.other_cluster(issuer, grant, out),
            Refusal::Audience(_, grant) if case.mounts_audience(id, grant) => {}
            Refusal::Audience(issuer, grant) => case.audience(issuer, grant, out),
            Refusal::Subject(issuer, grant, nearest) => case.subject(id, issuer, grant, &nearest, out),
        }
    }
}

struct Case<'a> {
    role: RoleView<'a>,
    account: &'a ServiceAccount,
    caller: Caller<'a>,
    /// Where the account names the role.
    annotation: Place,
}

const META: &RuleMeta = &ServiceAccountNotAdmitted::META;
const NAMES_IT: &str = "the ServiceAccount names the role here";

impl Case<'_> {
    fn who(&self) -> String {
        self.account.display_name()
    }

    fn no_web_identity(&self, out: &mut Findings) {
        if allows(self.role.policy, ASSUME_ROLE) {
            return self.pod_identity_alone(out);
        }
        let allows = self.role.policy.statements.iter().filter(|statement| statement.effect == Effect::Allow);
        let trusted = listed(allows.flat_map(|statement| &statement.principals.list).map(|principal| principal.value.as_str()), 2);
        let message =
            format!("{} trusts {trusted} and no OIDC provider, so ServiceAccount `{}` cannot assume it", self.role.name(), self.who());
        let help = "add a statement that allows `sts:AssumeRoleWithWebIdentity` for the cluster's OIDC provider and this ServiceAccount as the subject";
        let by_way = trusted_role(self.role.policy).map(|first| {
            format!("; or, if the Pods should go through role `{first}`, name that role in the annotation and assume this one from it")
        });
        out.report(META, principal_place(self.role.policy), message)
            .help(format!("{help}{}", by_way.unwrap_or_default()))
            .related(self.annotation.clone(), NAMES_IT)
            .done();
    }

    /// Where the association is not in the run, it may well be there, and then the annotation does no harm.
    fn pod_identity_alone(&self, out: &mut Findings) {
        let message = format!(
            "{} trusts only EKS Pod Identity, so the annotation of ServiceAccount `{}` has no effect",
            self.role.name(),
            self.who()
        );
        out.report(META, self.annotation.clone(), message)
            .severity(Severity::Info)
            .help("make sure that the ServiceAccount has a Pod Identity association, and remove the annotation")
            .done();
    }

    fn no_cluster(&self, issuers: &[smol_str::SmolStr], out: &mut Findings) {
        let shown = listed(issuers.iter().map(|issuer| issuer.as_str()), 3);
        let message =
            format!("{} trusts {shown} and no Kubernetes cluster, so ServiceAccount `{}` cannot assume it", self.role.name(), self.who());
        out.report(META, principal_place(self.role.policy), message)
            .help("add a statement for the cluster's OIDC provider, or name the role that was created for the ServiceAccount")
            .related(self.annotation.clone(), NAMES_IT)
            .done();
    }

    fn other_cluster(&self, issuer: &IssuerAdmission<'_>, grant: &Grant, out: &mut Findings) {
        let (own, trusted) = (self.caller.issuer.unwrap_or("?"), issuer.issuer.as_deref().unwrap_or("?"));
        let message =
            format!("{} trusts cluster `{trusted}`, but ServiceAccount `{}` is in cluster `{own}`", self.role.name(), self.who(),);
        let at = self.statement(grant).and_then(|statement| federated(statement, trusted));
        out.report(META, at.unwrap_or_else(|| principal_place(self.role.policy)), message)
            .help(format!("write `{own}` in the principal and in every condition key"))
            .related(self.annotation.clone(), NAMES_IT)
            .done();
    }

    /// Whether the account's Pods mount a token of an audience that the role admits, beside the webhook's.
    fn mounts_audience(&self, id: ServiceAccountId, grant: &Grant) -> bool {
        let estate = self.role.view.estate;
        let workloads = estate.workloads_of(id).iter().filter_map(|id| estate.workload(*id));
        let mut audiences = workloads.flat_map(|workload| &workload.tokens).filter_map(|token| token.audience.as_ref());
        audiences.any(|audience| grant.audiences().contains(&audience.text))
    }

    fn audience(&self, issuer: &IssuerAdmission<'_>, grant: &Grant, out: &mut Findings) {
        let own = self.caller.audience.unwrap_or("?");
        // Blanks around it are the annotation's own fault, and told there.
        if own.trim() != own {
            return;
        }
        let audiences = grant.audiences().patterns();
        let admitted = listed(audiences.like.iter().map(|pattern| pattern.as_str()), 3);
        let message = format!(
            "{} does not admit ServiceAccount `{}`: its tokens have the audience `{own}`, but the role admits {admitted}",
            self.role.name(),
            self.who(),
        );
        let on_audience = self.statement(grant).and_then(|statement| {
            let on_audience = |key: &str| {
                let claim = issuer.issuer.as_deref().and_then(|issuer| key::claim_of(key, issuer));
                claim.is_some_and(|claim| claim.eq_ignore_ascii_case(key::AUD))
            };
            statement.effective_conditions().find(|condition| on_audience(&condition.key.text))
        });
        let at = on_audience.map_or_else(|| self.annotation.clone(), |c| Place { span: c.span, pointer: c.pointer.clone() });
        let annotation = self.account.annotation(AUDIENCE);
        let (help, set_here, why) = match annotation {
            Some(annotation) => {
                let help = format!("admit the audience `{own}`, or remove the annotation `{AUDIENCE}`");
                (help, place(annotation), "the tokens' audience is set here")
            }
            None => {
                let help = format!("write `{own}`, or set the audience that the role admits with the annotation `{AUDIENCE}`");
                (help, self.annotation.clone(), NAMES_IT)
            }
        };
        out.report(META, at, message).help(help).related(set_here, why).done();
    }

    fn subject(&self, id: ServiceAccountId, issuer: &IssuerAdmission<'_>, grant: &Grant, nearest: &str, out: &mut Findings) {
        let at = subject_place(&self.role, issuer, grant, nearest);
        let message =
            format!("{} does not admit ServiceAccount `{}`: {}", self.role.name(), self.who(), difference(&self.caller, grant, nearest));
        let wanted = self.caller.namespace.map(|namespace| subject(namespace, self.caller.name));
        if let Some(other) = self.admitted_sibling(id) {
            let name = self
                .account
                .name
                .value()
                .map(|name| Place { span: name.span, pointer: self.account.place.pointer.key("metadata").key("name") });
            out.report(META, name.unwrap_or_else(|| self.annotation.clone()), message)
                .help(format!("run the Pods as ServiceAccount `{other}`, which the role admits, or also list this one in the role"))
                .related(at, "the role admits other ServiceAccounts")
                .done();
            return;
        }
        let help = match &wanted {
            Some(wanted) => format!(
                "write `{wanted}` in the condition on `:sub`, or use a ServiceAccount with the namespace and name that the role admits"
            ),
            None => "name the ServiceAccount in the condition on `:sub`, or use one that the role admits".to_owned(),
        };
        let value = self.statement(grant).and_then(|statement| only_value(statement, issuer, nearest));
        let fix = value.zip(wanted).map(|(value, wanted)| {
            Fix::replace(Applicability::Unsafe, format!("admit `{wanted}` instead of `{nearest}`"), value.inner_span(), wanted)
        });
        out.report(META, at, message).help(help).related(self.annotation.clone(), NAMES_IT).fix(fix).done();
    }

    /// Another ServiceAccount that names the role and that it admits: then this one is the odd one.
    fn admitted_sibling(&self, id: ServiceAccountId) -> Option<String> {
        let view = &self.role.view;
        let others = view.estate.accounts_of(self.role.id).iter().filter(|other| **other != id).take(16);
        let admitted = others.filter_map(|other| view.estate.service_account(*other)).find(|other| {
            let caller = Caller::of(other, view);
            caller.is_some_and(|caller| admits(&self.role, &caller).is_yes())
        });
        admitted.map(ServiceAccount::display_name)
    }

    fn statement(&self, grant: &Grant) -> Option<&Statement> {
        self.role.policy.statements.iter().find(|statement| grant.statements.contains(&statement.index))
    }
}

/// The one role that a policy trusts with `sts:AssumeRole`.
fn trusted_role(policy: &TrustPolicy) -> Option<&str> {
    let mut principals = callers::statements(policy).flat_map(|statement| &statement.principals.list);
    let (only, None) = (principals.next()?, principals.next()) else { return None };
    Arn::parse(&only.value.text)?.role().map(|_| only.value.as_str())
}

/// The value that admits a subject, if the statement lists no other.
fn only_value<'s>(statement: &'s Statement, issuer: &IssuerAdmission<'_>, nearest: &str) -> Option<&'s Scalar> {
    let mut conditions = subject_conditions(statement, issuer);
    match (conditions.next(), conditions.next()) {
        (Some(condition), None) => match condition.values.as_slice() {
            [value] if value.text == nearest => Some(value),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests;
