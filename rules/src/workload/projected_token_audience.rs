//! A token mounted by hand for AWS is not for STS.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::document::model::{Container, DEFAULT_AUDIENCE, Place, ProjectedToken, ServiceAccount, Stated, Workload};
use irsa_lint_core::estate::WorkloadId;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Scalar;

use crate::objects::pairing::{Caller, admits, role_view};
use crate::objects::webhook::meant_audience;
use crate::objects::workloads::{
    API_TOKEN, ROLE_VARIABLE, TOKEN_VARIABLE, TOKEN_VOLUME, account_of, is_made_by_another, mounted, role_of, variable, variable_place,
    what,
};

declare_rule! {
    /// `AWS_WEB_IDENTITY_TOKEN_FILE` points to a token whose audience is not STS.
    ///
    /// ## Why is this bad?
    ///
    /// A projected `serviceAccountToken` without `audience`, like the one at `/var/run/secrets/kubernetes.io/serviceaccount/token`, is for the
    /// Kubernetes API. STS refuses a token whose audience the OIDC provider does not list: `Incorrect token audience`.
    ///
    /// ## Severity
    ///
    /// Error if the token is for the Kubernetes API, or the role does not admit its audience. Warning if the audience is almost that of
    /// STS. Info if the files do not show what the role admits.
    ///
    /// ## How to fix it
    ///
    /// Write `audience: sts.amazonaws.com`. Or remove the volume and the variables and annotate the ServiceAccount: the webhook does the
    /// rest.
    ///
    /// ## References
    ///
    /// - Kubernetes API Reference, ServiceAccountTokenProjection
    /// - amazon-eks-pod-identity-webhook, README
    ///
    /// ```yaml fail at=/spec/volumes/0/projected/sources/0/serviceAccountToken
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: api, namespace: payments}
    /// spec:
    ///   serviceAccountName: api
    ///   volumes: [{name: aws-token, projected: {sources: [{serviceAccountToken: {path: token}}]}}]
    ///   containers:
    ///   - name: api
    ///     image: registry.example.com/api
    ///     env: [{name: AWS_ROLE_ARN, value: "arn:aws:iam::111122223333:role/payments"},
    ///       {name: AWS_WEB_IDENTITY_TOKEN_FILE, value: /var/run/secrets/aws/token}]
    ///     volumeMounts: [{name: aws-token, mountPath: /var/run/secrets/aws}]
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: api, namespace: payments}
    /// spec:
    ///   serviceAccountName: api
    ///   volumes: [{name: aws-token, projected: {sources: [{serviceAccountToken: {path: token, audience: sts.amazonaws.com}}]}}]
    ///   containers:
    ///   - name: api
    ///     image: registry.example.com/api
    ///     env: [{name: AWS_ROLE_ARN, value: "arn:aws:iam::111122223333:role/payments"},
    ///       {name: AWS_WEB_IDENTITY_TOKEN_FILE, value: /var/run/secrets/aws/token}]
    ///     volumeMounts: [{name: aws-token, mountPath: /var/run/secrets/aws}]
    /// ```
    pub ProjectedTokenAudience { id: "projected-token-audience", severity: Error, family: "workload", fix: None }
}

/// The audience that kOps registers and mounts for its own components. Source: kOps documentation, "IAM roles for ServiceAccounts".
const OF_KOPS: &str = "amazonaws.com";
const META: &RuleMeta = &ProjectedTokenAudience::META;

impl Rule for ProjectedTokenAudience {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn workload(&self, id: WorkloadId, workload: &Workload, view: &View<'_>, out: &mut Findings) {
        let by_hand = |container: &Container| variable(container, TOKEN_VARIABLE).is_some();
        if !workload.containers.iter().any(by_hand) || is_made_by_another(workload, view) {
            return;
        }
        let mut told: Vec<&Place> = Vec::new();
        for container in &workload.containers {
            let Some((index, Some(file))) = variable(container, TOKEN_VARIABLE) else { continue };
            let source = mounted(container, &file.text);
            let token = source.and_then(|(volume, path)| workload.tokens.iter().find(|t| t.volume == volume && t.path == path));
            match token {
                // What the webhook has put in follows the annotation, which has rules of its own.
                Some(token) if token.volume == TOKEN_VOLUME && workload.live => {}
                Some(token) if !told.contains(&&token.place) => {
                    told.push(&token.place);
                    let case = Case { id, workload, container, token, view };
                    case.judge(out);
                }
                None if API_TOKEN.contains(&file.as_str()) => {
                    let message = format!(
                        "container `{}` of {} sends AWS the token of the Kubernetes API, `{}`, but STS refuses its audience",
                        container.name,
                        what(workload),
                        file.text
                    );
                    out.report(META, variable_place(container, index), message)
                        .help("remove the variable and annotate the ServiceAccount with the role, or mount a token with `audience: sts.amazonaws.com`")
                        .done();
                }
                _ => {}
            }
        }
    }
}

struct Case<'a> {
    id: WorkloadId,
    workload: &'a Workload,
    container: &'a Container,
    token: &'a ProjectedToken,
    view: &'a View<'a>,
}

impl Case<'_> {
    fn judge(&self, out: &mut Findings) {
        let (token, who) = (self.token, what(self.workload));
        let container = &self.container.name;
        let Some(audience) = token.audience.as_ref().filter(|audience| !audience.text.is_empty()) else {
            let message = format!(
                "the token in volume `{}` of {who} has no `audience`, so it is for the Kubernetes API, and STS refuses it from container `{container}`",
                token.volume
            );
            return out.report(META, token.place.clone(), message).help("add `audience: sts.amazonaws.com`").done();
        };
        if [DEFAULT_AUDIENCE, OF_KOPS].contains(&audience.as_str()) || audience.text.contains("${") || self.is_registered(&audience.text) {
            return;
        }
        let severity = match self.is_admitted(&audience.text) {
            Some(true) => return,
            Some(false) => Severity::Error,
            None if meant_audience(&audience.text).is_some() => Severity::Warning,
            None => Severity::Info,
        };
        let message = format!(
            "the token in volume `{}` of {who}, which container `{container}` sends to AWS, is for `{}`, not for `{DEFAULT_AUDIENCE}`",
            token.volume, audience.text
        );
        out.report(META, Place { span: audience.span, pointer: token.place.pointer.key("audience") }, message)
            .severity(severity)
            .help("write `audience: sts.amazonaws.com`, unless the OIDC provider and the role both accept the other one")
            .done();
    }

    /// Whether a provider of the run lists the audience.
    fn is_registered(&self, audience: &str) -> bool {
        let lists = self.view.estate.documents().providers.iter().filter_map(|provider| match &provider.client_ids {
            Stated::Is(ids) => Some(ids),
            _ => None,
        });
        lists.flatten().any(|id| id.text == audience)
    }

    /// Whether the role that the container names admits this audience; `None`: not known, or it refuses the Pod for another reason.
    fn is_admitted(&self, audience: &str) -> Option<bool> {
        let (_, account) = account_of(self.view, self.id)?;
        let role = self.role(account)?;
        let role = role_view(self.view, self.view.estate.role_by_arn(&role.text).to()?)?;
        let caller = Caller { audience: Some(audience), ..Caller::of(account, self.view)? };
        let asks = |audience| admits(&role, &Caller { audience, ..caller });
        if !asks(Some(audience)).is_no() {
            return Some(true);
        }
        asks(None).is_yes().then_some(false)
    }

    fn role<'b>(&'b self, account: &'b ServiceAccount) -> Option<&'b Scalar> {
        variable(self.container, ROLE_VARIABLE).and_then(|(_, value)| value).or_else(|| role_of(account))
    }
}

#[cfg(test)]
mod tests {
    use irsa_lint_core::diagnostic::Severity;

    use crate::testing::{check, of_rule, policy};

    fn found(audience: &str, file: &str, more: &[(&str, &str)]) -> Vec<Severity> {
        let pod = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: api, namespace: x}}\nspec:\n  serviceAccountName: api\n  volumes: [{{name: t, projected: {{sources: [{{serviceAccountToken: {{path: token{audience}}}}}]}}}}]\n  containers:\n  - name: api\n    env: [{{name: AWS_ROLE_ARN, value: 'arn:aws:iam::111122223333:role/app'}}, {{name: AWS_WEB_IDENTITY_TOKEN_FILE, value: {file}}}]\n    volumeMounts: [{{name: t, mountPath: /var/run/secrets/aws/}}]\n"
        );
        let mut files = vec![("pod.yaml", pod.as_str())];
        files.extend(more);
        of_rule(&check(&files), "projected-token-audience").iter().map(|d| d.severity).collect()
    }

    #[test]
    fn only_the_token_that_aws_gets_counts() {
        let file = "/var/run/secrets/aws/token";
        assert_eq!(found("", file, &[]), [Severity::Error]);
        assert_eq!(found("", "/var/run/secrets/other/token", &[]), []);
        assert_eq!(found(", audience: sts.amazonaws.com", file, &[]), []);
        assert_eq!(found(", audience: sts.amazonaws.com.cn", file, &[]), [Severity::Warning]);
        assert_eq!(found(", audience: amazonaws.com", file, &[]), [], "as kOps has it");
        assert_eq!(found(", audience: vault", file, &[]), [Severity::Info]);
        assert_eq!(found("", "/var/run/secrets/kubernetes.io/serviceaccount/token", &[]), [Severity::Error]);
    }

    #[test]
    fn the_role_says_which_audience_it_wants() {
        let file = "/var/run/secrets/aws/token";
        let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: api, namespace: x}\n";
        let role = |audience: &str| {
            let trust =
                policy(&format!(r#"{{"StringEquals": {{"ISSUER:sub": "system:serviceaccount:x:api", "ISSUER:aud": "{audience}"}}}}"#));
            format!(
                r#"{{"Role": {{"RoleName": "app", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/app", "AssumeRolePolicyDocument": {trust}}}}}"#
            )
        };
        let with = |audience: &str| found(", audience: vault", file, &[("sa.yaml", account), ("role.json", &role(audience))]);
        assert_eq!(with("vault"), []);
        assert_eq!(with("sts.amazonaws.com"), [Severity::Error]);
    }
}
