//! A container brings credentials of its own, although its ServiceAccount has a role.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::document::model::{Container, Place, ServiceAccount, Workload};
use irsa_lint_core::estate::WorkloadId;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Scalar;

use crate::objects::webhook::SKIP_CONTAINERS;
use crate::objects::workloads::{
    API_TOKEN, ROLE_VARIABLE, TOKEN_VARIABLE, account_of, has_webhooks_variables, is_made_by_another, mounted, role_of, variable,
    variable_place,
};

declare_rule! {
    /// A container has its own credentials, although its ServiceAccount has a role.
    ///
    /// ## Why is this bad?
    ///
    /// The AWS SDKs prefer `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` to the web identity, so they use these long-lived keys and
    /// never the role. If a container sets `AWS_ROLE_ARN` or `AWS_WEB_IDENTITY_TOKEN_FILE` itself, the webhook adds neither.
    ///
    /// ## Severity
    ///
    /// Warning: the Pod works, but with its own credentials instead of the role.
    ///
    /// ## How to fix it
    ///
    /// Remove the variables from the container: the webhook sets what is needed.
    ///
    /// ## References
    ///
    /// - AWS SDKs and Tools Reference Guide, "Standardized credential providers"
    /// - amazon-eks-pod-identity-webhook, README
    ///
    /// ```yaml fail at=/spec/template/spec/containers/0/env/0
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/payments"}
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: api, namespace: payments}
    /// spec: {template: {spec: {serviceAccountName: api, containers: [{name: api, image: registry.example.com/api,
    ///   env: [{name: AWS_ACCESS_KEY_ID, valueFrom: {secretKeyRef: {name: keys, key: id}}}]}]}}}
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/payments"}
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: api, namespace: payments}
    /// spec: {template: {spec: {serviceAccountName: api, containers: [{name: api, image: registry.example.com/api,
    ///   env: [{name: AWS_REGION, value: eu-west-1}]}]}}}
    /// ```
    pub StaticCredentials { id: "static-credentials", severity: Warning, family: "link", fix: None }
}

/// Variables by which the SDKs find other credentials than the web identity. Source: AWS SDKs and Tools Reference Guide.
const KEYS: [&str; 2] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
/// Some programs read it before all else, some only after the web identity.
const CREDENTIALS_FILE: &str = "AWS_SHARED_CREDENTIALS_FILE";
/// Several SDKs take a named profile before the web identity, and fail where there is none of that name.
const PROFILE: [&str; 2] = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"];

impl Rule for StaticCredentials {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn workload(&self, id: WorkloadId, workload: &Workload, view: &View<'_>, out: &mut Findings) {
        let says_nothing = |c: &Container| c.env.is_empty() && c.env_from.is_empty() && c.mounts.is_empty();
        if workload.containers.iter().all(says_nothing) {
            return;
        }
        let Some((account_id, account)) = account_of(view, id) else { return };
        let association = view.estate.association_of(account_id).to().and_then(|id| view.estate.association(id));
        let by_association = association.and_then(|association| association.role_arn.value());
        let Some(role) = by_association.or_else(|| role_of(account)) else { return };
        if is_made_by_another(workload, view) {
            return;
        }
        let skipped = skipped(workload);
        for container in workload.containers.iter().filter(|container| !skipped.contains(&container.name.as_str())) {
            if let Some((index, name)) = own_credentials(container) {
                report_own(index, name, container, account, role, out);
            } else if by_association.is_none()
                && !(workload.live && has_webhooks_variables(container))
                && let Some((index, message)) = own_web_identity(container, workload, role)
            {
                let who = account.display_name();
                let message = format!("container `{}` {message}, so it does not get the role of ServiceAccount `{who}`", container.name);
                out.report(&Self::META, variable_place(container, index), message)
                    .help(format!("remove `{ROLE_VARIABLE}` and `{TOKEN_VARIABLE}`: the webhook sets both"))
                    .related(Place { span: role.span, pointer: account.place.pointer.clone() }, "the ServiceAccount's role")
                    .done();
            } else if let Some((secret, place)) = container.env_from.iter().find(|(secret, _)| is_of_keys(&secret.text)) {
                let who = account.display_name();
                let message = format!(
                    "container `{}` takes variables from Secret `{}`: AWS keys in it come before the role of ServiceAccount `{who}`",
                    container.name, secret.text
                );
                out.report(&Self::META, place.clone(), message)
                    .help(format!("take the Secret out, if it holds `{}`, so that the role `{}` is used", KEYS.join("` and `"), role.text))
                    .related(Place { span: role.span, pointer: account.place.pointer.clone() }, "the ServiceAccount's role")
                    .done();
            } else if let Some((_, path)) = container.mounts.iter().find(|(_, path)| path.ends_with("/.aws/credentials")) {
                let who = account.display_name();
                let message = format!(
                    "container `{}` has a credentials file at `{path}`, which several programs use instead of the role of ServiceAccount `{who}`",
                    container.name
                );
                out.report(&Self::META, container.place.clone(), message)
                    .help(format!("remove the file, so the Pod uses the role `{}`", role.text))
                    .related(Place { span: role.span, pointer: account.place.pointer.clone() }, "the ServiceAccount's role")
                    .done();
            }
        }
    }
}

/// Whether a Secret is called after AWS keys.
fn is_of_keys(secret: &str) -> bool {
    let words: Vec<&str> = secret.split(['-', '.', '_']).collect();
    words.contains(&"aws") && ["credentials", "credential", "creds", "keys", "key", "access"].iter().any(|word| words.contains(word))
}

/// The containers that are to get nothing.
fn skipped(workload: &Workload) -> Vec<&str> {
    let annotation = workload.pod_annotations.iter().rev().find(|annotation| annotation.key.text == SKIP_CONTAINERS);
    let value = annotation.and_then(|annotation| annotation.value.value());
    value.map(|value| value.text.split(',').collect()).unwrap_or_default()
}

fn report_own(index: usize, name: &str, container: &Container, account: &ServiceAccount, role: &Scalar, out: &mut Findings) {
    let wins = match name {
        CREDENTIALS_FILE => "which many programs use instead of",
        name if PROFILE.contains(&name) => "which several AWS SDKs use (or fail to find) instead of",
        _ => "which the AWS SDKs use instead of",
    };
    let from = if account.role_arn().is_some() { "in `eks.amazonaws.com/role-arn`" } else { "in the Pod Identity association" };
    let message =
        format!("container `{}` sets `{name}`, {wins} the role {from} of ServiceAccount `{}`", container.name, account.display_name());
    // A configuration file of its own shows that the profile is meant, such as one that goes on to a role of another account.
    let meant = PROFILE.contains(&name) && has_configuration(container);
    out.report(&StaticCredentials::META, variable_place(container, index), message)
        .severity(if meant { Severity::Info } else { Severity::Warning })
        .help(format!("remove `{name}`, so the Pod uses the role `{}`", role.text))
        .related(Place { span: role.span, pointer: account.place.pointer.clone() }, "the ServiceAccount's role")
        .done();
}

/// The first variable that brings other credentials; an empty one brings none, and neither does a file that is none.
fn own_credentials(container: &Container) -> Option<(usize, &str)> {
    let brings = |value: &Option<Scalar>| value.as_ref().is_none_or(|value| !matches!(value.text.trim(), "" | "/dev/null"));
    let set = |names: &[&str]| {
        let mut own = container.env.iter().enumerate().filter(|(_, (name, value))| names.contains(&name.as_str()) && brings(value));
        own.next().map(|(index, (name, _))| (index, name.as_str()))
    };
    set(&KEYS).or_else(|| set(&[CREDENTIALS_FILE])).or_else(|| set(&PROFILE))
}

fn has_configuration(container: &Container) -> bool {
    let of_aws = |path: &str| path.trim_end_matches('/').ends_with("/.aws") || path.contains("/.aws/");
    variable(container, "AWS_CONFIG_FILE").is_some() || container.mounts.iter().any(|(_, path)| of_aws(path))
}

/// What is wrong with variables that the webhook would have set; in a live Pod it has.
fn own_web_identity(container: &Container, workload: &Workload, role: &Scalar) -> Option<(usize, String)> {
    match (variable(container, ROLE_VARIABLE), variable(container, TOKEN_VARIABLE)) {
        // That it is no token for AWS is another rule's affair.
        (_, Some((_, Some(file)))) if API_TOKEN.contains(&file.as_str()) => None,
        // With a token that the manifest mounts itself all of it is meant, and works.
        (Some(_), Some((_, Some(file)))) if mounts_own_token(container, workload, &file.text) => None,
        (Some((at, Some(own))), _) if own.text != role.text && own.text.starts_with("arn:") => {
            Some((at, format!("sets `{ROLE_VARIABLE}` to another role, `{}`", own.text)))
        }
        (Some((at, _)), None) => Some((at, format!("sets `{ROLE_VARIABLE}` without `{TOKEN_VARIABLE}`"))),
        (None, Some((at, _))) => Some((at, format!("sets `{TOKEN_VARIABLE}` without `{ROLE_VARIABLE}`"))),
        _ => None,
    }
}

fn mounts_own_token(container: &Container, workload: &Workload, file: &str) -> bool {
    mounted(container, file).is_some_and(|(volume, path)| workload.tokens.iter().any(|token| token.volume == volume && token.path == path))
}

#[cfg(test)]
mod tests {
    use irsa_lint_core::diagnostic::Severity;

    use crate::testing::{check, of_rule};

    fn found(env: &str, annotated: bool) -> usize {
        let annotation = if annotated { "  annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/app'}\n" } else { "" };
        let text = format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: app\n  namespace: prod\n{annotation}---\napiVersion: v1\nkind: Pod\nmetadata: {{name: app, namespace: prod}}\nspec:\n  serviceAccountName: app\n  containers:\n  - name: app\n    env: [{env}]\n"
        );
        of_rule(&check(&[("all.yaml", &text)]), "static-credentials").len()
    }

    #[test]
    fn only_what_stands_before_the_role_counts() {
        let key = "{name: AWS_ACCESS_KEY_ID, value: AKIAIOSFODNN7EXAMPLE}, {name: AWS_SECRET_ACCESS_KEY, value: x}";
        assert_eq!((found(key, true), found(key, false)), (1, 0));
        assert_eq!(found("{name: AWS_ACCESS_KEY_ID, value: ''}", true), 0);
        let role = |role: &str| format!("{{name: AWS_ROLE_ARN, value: 'arn:aws:iam::111122223333:role/{role}'}}");
        let file = "{name: AWS_WEB_IDENTITY_TOKEN_FILE, value: /var/run/secrets/eks.amazonaws.com/serviceaccount/token}";
        assert_eq!(found(&format!("{}, {file}", role("app")), true), 0, "as the webhook does");
        assert_eq!(found(&format!("{}, {file}", role("other")), true), 1);
        assert_eq!(found(&role("app"), true), 1);
        for fine in ["AWS_REGION", "AWS_ROLE_SESSION_NAME", "AWS_STS_REGIONAL_ENDPOINTS", "AWS_EC2_METADATA_DISABLED", "AWS_CONFIG_FILE"] {
            assert_eq!(found(&format!("{{name: {fine}, value: x}}"), true), 0, "{fine}");
        }
        assert_eq!(found("{name: AWS_SHARED_CREDENTIALS_FILE, value: /creds/cloud}", true), 1);
        assert_eq!(found("{name: AWS_SHARED_CREDENTIALS_FILE, value: /dev/null}", true), 0);
    }

    #[test]
    fn a_profile_with_a_configuration_is_meant() {
        let severities = |env: &str| {
            let text = format!(
                "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: app, namespace: prod, annotations: {{eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/app'}}}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {{name: app, namespace: prod}}\nspec: {{serviceAccountName: app, containers: [{{name: app, env: [{env}]}}]}}\n"
            );
            of_rule(&check(&[("all.yaml", &text)]), "static-credentials").iter().map(|d| d.severity).collect::<Vec<_>>()
        };
        assert_eq!(severities("{name: AWS_PROFILE, value: prod}"), [Severity::Warning]);
        assert_eq!(severities("{name: AWS_PROFILE, value: prod}, {name: AWS_CONFIG_FILE, value: /etc/aws/config}"), [Severity::Info]);
    }

    #[test]
    fn a_secret_that_is_called_after_keys() {
        let found = |secret: &str| {
            let text = format!(
                "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: app, namespace: prod, annotations: {{eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/app'}}}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {{name: app, namespace: prod}}\nspec: {{serviceAccountName: app, containers: [{{name: app, envFrom: [{{configMapRef: {{name: aws-credentials}}}}, {{secretRef: {{name: {secret}}}}}]}}]}}\n"
            );
            of_rule(&check(&[("all.yaml", &text)]), "static-credentials").len()
        };
        assert_eq!(
            (found("app-aws-credentials"), found("aws-access-keys"), found("app-env"), found("aws-config"), found("keystore")),
            (1, 1, 0, 0, 0)
        );
    }

    #[test]
    fn a_mounted_file_of_credentials() {
        let found = |path: &str| {
            let text = format!(
                "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: app, namespace: prod, annotations: {{eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/app'}}}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {{name: app, namespace: prod}}\nspec: {{serviceAccountName: app, volumes: [{{name: aws, secret: {{secretName: aws}}}}], containers: [{{name: app, volumeMounts: [{{name: aws, mountPath: {path}, subPath: credentials}}]}}]}}\n"
            );
            of_rule(&check(&[("all.yaml", &text)]), "static-credentials").len()
        };
        assert_eq!((found("/root/.aws/credentials"), found("/root/.aws/config"), found("/root/.aws"), found("/credentials")), (1, 0, 0, 0));
    }

    #[test]
    fn a_token_of_ones_own_works() {
        let text = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: app, namespace: prod, annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/app'}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: app, namespace: prod}\nspec:\n  serviceAccountName: app\n  volumes: [{name: t, projected: {sources: [{serviceAccountToken: {path: token, audience: sts.amazonaws.com}}]}}]\n  containers:\n  - name: app\n    env: [{name: AWS_ROLE_ARN, value: 'arn:aws:iam::111122223333:role/other'}, {name: AWS_WEB_IDENTITY_TOKEN_FILE, value: /aws/token}]\n    volumeMounts: [{name: t, mountPath: /aws}]\n";
        assert_eq!(of_rule(&check(&[("all.yaml", text)]), "static-credentials").len(), 0);
        assert_eq!(of_rule(&check(&[("all.yaml", &text.replace("mountPath: /aws", "mountPath: /x"))]), "static-credentials").len(), 1);
    }

    #[test]
    fn keys_win_over_an_association_as_well() {
        let text = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: app, namespace: prod}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: app, namespace: prod}\nspec: {serviceAccountName: app, containers: [{name: app, env: [{name: AWS_ACCESS_KEY_ID, value: AKIAIOSFODNN7EXAMPLE}]}]}\n";
        let association = r#"{"association": {"clusterName": "demo", "namespace": "prod", "serviceAccount": "app", "roleArn": "arn:aws:iam::111122223333:role/app"}}"#;
        assert_eq!(of_rule(&check(&[("all.yaml", text), ("a.json", association)]), "static-credentials").len(), 1);
        assert_eq!(of_rule(&check(&[("all.yaml", text)]), "static-credentials").len(), 0);
    }

    #[test]
    fn a_deployment_and_its_pods_are_told_of_once() {
        let env = "containers: [{name: app, env: [{name: AWS_ACCESS_KEY_ID, value: AKIAIOSFODNN7EXAMPLE}]}]";
        let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: app, namespace: prod, annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/app'}}\n---\n";
        let made = |kind: &str, name: &str, owner: &str, spec: &str| {
            format!("apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: prod, uid: 1-2{owner}}}\nspec: {spec}\n---\n")
        };
        let template = format!("{{template: {{spec: {{serviceAccountName: app, {env}}}}}}}");
        let deployment = made("Deployment", "app", "", &template);
        let set = made("ReplicaSet", "app-5d7c9", ", ownerReferences: [{kind: Deployment, name: app}]", &template);
        let pod = made(
            "Pod",
            "app-5d7c9-x",
            ", ownerReferences: [{kind: ReplicaSet, name: app-5d7c9}]",
            &format!("{{serviceAccountName: app, {env}}}"),
        );
        let found = |texts: &[&str]| of_rule(&check(&[("all.yaml", &format!("{account}{}", texts.concat()))]), "static-credentials").len();
        assert_eq!((found(&[&deployment]), found(&[&deployment, &set, &pod]), found(&[&deployment, &pod]), found(&[&pod])), (1, 1, 1, 1));
    }
}
