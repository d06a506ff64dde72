//! What is configured to take on another role with the credentials that it has: arguments and variables of containers, Issuers of
//! cert-manager, SecretStores of External Secrets, Prometheus that signs for AWS, ProviderConfigs of Crossplane. Source: their own
//! documentation ("Route53", "AWS Secrets Manager", "Sigv4", "ProviderConfig", external-dns "Setting up ExternalDNS for Services on AWS").

use smol_str::SmolStr;

use super::at::{At, written};
use super::model::{FirstRole, Place, SecondRole, Stated, Workload};
use super::reader::Reader;
use crate::policy::Arn;
use crate::syntax::{Node, Scalar};

/// API groups whose objects may name a role, with their kinds.
const KINDS: &[(&str, &[&str])] = &[
    ("cert-manager.io", &["Issuer", "ClusterIssuer"]),
    ("external-secrets.io", &["SecretStore", "ClusterSecretStore"]),
    ("monitoring.coreos.com", &["Prometheus", "PrometheusAgent"]),
    ("aws.upbound.io", &["ProviderConfig"]),
    ("aws.m.upbound.io", &["ProviderConfig", "ClusterProviderConfig"]),
    ("aws.crossplane.io", &["ProviderConfig"]),
];

/// Whether a tree is an object that names a role to assume.
#[must_use]
pub fn recognise(node: &Node) -> bool {
    let text = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default();
    let group = text("apiVersion").split_once('/').map_or("", |(group, _)| group);
    let known = KINDS.iter().any(|(own, kinds)| *own == group && kinds.contains(&text("kind")));
    known && roles(&At::root(node)).next().is_some()
}

/// Reads one.
pub fn read(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    let kind = at.text("kind").unwrap_or_default();
    let name = at.get("metadata").and_then(|metadata| metadata.owned("name")).unwrap_or_default();
    for (role, from) in roles(at).filter(|(role, _)| is_role(role)) {
        let Some(arn) = written(role.node) else { continue };
        reader.out.second_roles.push(SecondRole { asker: format!("{kind} `{name}`"), from, arn, duration: None, place: role.place() });
    }
}

/// The roles that an object names, each with whose credentials it is assumed.
fn roles<'n>(at: &At<'n>) -> impl Iterator<Item = (At<'n>, FirstRole)> + use<'n> {
    let solvers = at.path(&["spec", "acme"]).into_iter().flat_map(|acme| acme.list("solvers"));
    let route53 = solvers.filter_map(|solver| solver.path(&["dns01", "route53"]));
    // With keys, or with a ServiceAccount of its own, the Pod's role plays no part.
    let others = ["auth", "accessKeyID", "accessKeyIDSecretRef"];
    let with_pods_role = route53.filter(move |at| others.iter().all(|key| at.get(key).is_none()));
    let issuers = with_pods_role.filter_map(|at| Some((at.get("role")?, FirstRole::Controller("cert-manager"))));
    let store = at.path(&["spec", "provider", "aws"]);
    let stores = store.into_iter().filter_map(|aws| Some((aws.get("role")?, store_account(&aws)?)));
    let writes = at.path(&["spec"]).into_iter().flat_map(|spec| spec.list("remoteWrite"));
    let signed = writes.filter_map(|write| write.get("sigv4")).filter(|at| at.get("accessKey").is_none());
    let account = at.path(&["spec", "serviceAccountName"]).and_then(|name| written(name.node));
    let from = account.map(|name| FirstRole::Of(namespace_of(at), name.text));
    let signers = signed.filter_map(move |sigv4| Some((sigv4.get("roleArn")?, from.clone()?)));
    issuers.chain(stores).chain(signers).chain(provider_config(at))
}

/// The first role of a chain of Crossplane's, which is assumed with the Pod's role; each further one with the one before.
fn provider_config<'n>(at: &At<'n>) -> Option<(At<'n>, FirstRole)> {
    let spec = at.get("spec")?;
    let role = spec.list("assumeRoleChain").next()?.get("roleARN")?;
    let credentials = spec.get("credentials");
    if credentials.as_ref().is_some_and(|credentials| credentials.text("source") == Some("Secret")) {
        return None;
    }
    let own = credentials.and_then(|credentials| written(credentials.path(&["webIdentity", "roleARN"])?.node));
    Some((role, own.map_or(FirstRole::Controller("provider-aws"), |first| FirstRole::Named(first, "the role before it"))))
}

fn namespace_of(at: &At<'_>) -> Option<SmolStr> {
    at.get("metadata")?.owned("namespace")
}

/// Whose role a SecretStore starts from; `None` where it has keys.
fn store_account(aws: &At<'_>) -> Option<FirstRole> {
    let Some(auth) = aws.get("auth") else { return Some(FirstRole::Controller("external-secrets")) };
    let account = auth.path(&["jwt", "serviceAccountRef"])?;
    Some(FirstRole::Of(account.owned("namespace"), account.owned("name")?))
}

fn is_role(at: &At<'_>) -> bool {
    at.node.text().and_then(Arn::parse).is_some_and(|arn| arn.role().is_some())
}

/// The roles that a Pod's containers are told to assume, by an argument (`--aws-assume-role=…`) or a variable (`AWS_ASSUME_ROLE_ARN`).
#[must_use]
pub fn of_pod(spec: &At<'_>, workload: &Workload) -> Vec<SecondRole> {
    let account = match &workload.service_account {
        Stated::Is(name) => name.text.clone(),
        Stated::Absent => "default".into(),
        Stated::Unknown(_) => return Vec::new(),
    };
    let from = FirstRole::Of(workload.namespace.known().map(Into::into), account);
    let name = workload.name.value().map_or("?", |name| name.as_str());
    let asker = format!("{} `{name}`", workload.kind);
    let mut found = Vec::new();
    // Terraform's Kubernetes provider spells them `init_container` and `container`.
    for container in ["initContainers", "containers", "init_container", "container"].iter().flat_map(|key| spec.list(key)) {
        let arguments = ["command", "args"].iter().flat_map(|key| of_arguments(&container, key));
        for (arn, place) in arguments.chain(of_variables(&container)) {
            found.push(SecondRole { asker: asker.clone(), from: from.clone(), arn, duration: None, place });
        }
    }
    found
}

fn of_arguments(container: &At<'_>, key: &str) -> Vec<(Scalar, Place)> {
    let mut found = Vec::new();
    let mut flag_before = false;
    for argument in container.list(key) {
        let Some(text) = argument.node.scalar() else { continue };
        match text.text.split_once('=') {
            Some((flag, value)) if names_role(flag) => found.extend(part(text, value, &argument)),
            _ if flag_before => found.extend(part(text, &text.text, &argument)),
            _ => {}
        }
        flag_before = names_role(&text.text);
    }
    found
}

fn names_role(flag: &str) -> bool {
    let flag = flag.to_ascii_lowercase();
    // The last one is falcosidekick's.
    ["assume-role", "assume_role", "assume.role", "assumed-role", "assumed.role", "aws_rolearn"].iter().any(|word| flag.contains(word))
}

/// The end of an argument, if it is a role's ARN.
fn part(argument: &Scalar, value: &str, at: &At<'_>) -> Option<(Scalar, Place)> {
    Arn::parse(value)?.role()?;
    let from = argument.text.len().checked_sub(value.len())?;
    let range = from..argument.text.len();
    let span = argument.span_of(range.clone());
    let scalar = Scalar { text: value.into(), span, map: argument.map.part(range) };
    Some((scalar, Place { span, pointer: at.pointer.clone() }))
}

fn of_variables(container: &At<'_>) -> Vec<(Scalar, Place)> {
    let read = |entry: At<'_>| {
        let value = entry.get("value").filter(is_role)?;
        let named = entry.text("name").is_some_and(names_role);
        Some((written(value.node)?, value.place())).filter(|_| named)
    };
    container.list("env").filter_map(read).collect()
}
