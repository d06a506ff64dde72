//! What the SDKs, AWS services and Kubernetes say about a pod or a CI job and its credentials. It knows nothing of documents.

use irsa_lint_core::engine::KnownError;
use irsa_lint_core::engine::answer::LinkKind;

pub(super) const NODE_ROLE: KnownError = KnownError {
    id: "pod-uses-node-role",
    any_of: &["assumed-role/*/i-########", "assumed-role/*/i-0"],
    proves: "the program used the role of the EC2 instance: this container got neither a web identity token nor Pod Identity, or did not use it",
    causes: "check `kubectl exec POD -- env | grep AWS_`. Without `AWS_ROLE_ARN`: the annotation `eks.amazonaws.com/role-arn` is not on the \
             ServiceAccount that the Pod runs as, or the Pod is older than it: re-create the Pod. With it: the program's SDK is too old or is \
             told to use the instance profile",
    clears: &[],
    points_to: &[LinkKind::Workload, LinkKind::ServiceAccount, LinkKind::Annotation],
};

// It clears nothing: the ARN need not be that of the role asked about.
pub(super) const PERMISSION_DENIED: KnownError = KnownError {
    id: "pod-permission-denied-service",
    any_of: &["arn:*:sts::*:assumed-role/* is not authorized to perform:"],
    proves: "the role named in the ARN was assumed, so its trust policy admits the caller; what is denied is the action on the service",
    causes: "see that it is the role that the annotation names; then look at the role's permission policies, its permissions boundary, the \
             organization's policies and the resource's own policy: `aws iam list-attached-role-policies --role-name NAME`",
    clears: &[],
    points_to: &[],
};

pub(super) const OTHER_ROLE: KnownError = KnownError {
    id: "pod-other-role",
    any_of: &["arn:*:sts::*:assumed-role/"],
    proves: "the caller's credentials are those of the role named in the ARN, whichever role was intended",
    causes: "where it is not the annotated role: a Pod Identity association (`aws eks list-pod-identity-associations --cluster-name NAME`) \
             wins over the annotation, and so do `AWS_ACCESS_KEY_ID` or `AWS_ROLE_ARN` in the container's `env`; a Pod from before a change \
             of the annotation keeps the old role",
    clears: &[],
    points_to: &[LinkKind::Workload, LinkKind::Annotation],
};

pub(super) const NO_CREDENTIALS: KnownError = KnownError {
    id: "pod-no-credentials",
    any_of: &[
        "unable to locate credentials",
        "nocredentialserror",
        "nocredentialproviders",
        "no valid providers in chain",
        "could not load credentials from any providers",
        "unable to load credentials from any of the providers in the chain",
        "unable to load aws credentials from any provider in the chain",
        "unable to load aws credentials from any of the providers in the chain",
        "no ec2 imds role found",
        "failed to refresh cached credentials",
        "no valid credential sources",
    ],
    proves: "the SDK found no credentials at all: no web identity token, no Pod Identity, and no instance role that the container can reach",
    causes: "check `kubectl exec POD -- env | grep AWS_`. Without `AWS_ROLE_ARN`: the annotation `eks.amazonaws.com/role-arn` is not on the \
             ServiceAccount that the Pod runs as, or the Pod is older than it: re-create the Pod. With it: the program's SDK is too old, or \
             lacks its STS module (Java)",
    clears: &[],
    points_to: &[LinkKind::Workload, LinkKind::ServiceAccount, LinkKind::Annotation],
};

pub(super) const TOKEN_PERMISSION: KnownError = KnownError {
    id: "pod-token-permission",
    any_of: &[
        "eks.amazonaws.com/serviceaccount/token…permission denied",
        "permission denied…eks.amazonaws.com/serviceaccount/token",
        "serviceaccount/eks-pod-identity-token…permission denied",
        "permission denied…serviceaccount/eks-pod-identity-token",
        "accessdeniedexception: /var/run/secrets/eks.amazonaws.com/serviceaccount/token",
        "read file at *: permission denied",
        "failed to retrieve jwt from provide source…permission denied",
    ],
    proves: "the token file is mounted in the container, but the container's user may not read it; STS was not called",
    causes: "set `securityContext.fsGroup` of the Pod (65534 will do) where the container does not run as root, or containers run as \
             different users; an own projected volume needs `defaultMode: 0644`. Compare `ls -lnL` of the file with `id` in the container",
    clears: &[],
    points_to: &[LinkKind::Workload],
};

pub(super) const TOKEN_MISSING: KnownError = KnownError {
    id: "pod-token-missing",
    any_of: &[
        "serviceaccount/token…no such file",
        "no such file…serviceaccount/token",
        "serviceaccount/eks-pod-identity-token…no such file",
        "no such file…serviceaccount/eks-pod-identity-token",
        "nosuchfileexception: *serviceaccount/token",
        "unabled to read file at",
        "unable to read file at *serviceaccount/token",
        "serviceaccount\\token: the system cannot find",
        "failed to retrieve jwt from provide source",
    ],
    proves: "the program was told to read this token file, but the container does not have it; STS was not called",
    causes: "the container's own `AWS_WEB_IDENTITY_TOKEN_FILE` names a file that no volume holds: remove it, so that the webhook sets it; or \
             the program runs in another container than the one injected (`docker run`, chroot); for `kubernetes.io/serviceaccount/token` see \
             `automountServiceAccountToken`",
    clears: &[],
    points_to: &[LinkKind::Workload],
};

pub(super) const KUBERNETES_TOKEN_MISSING: KnownError = KnownError {
    id: "pod-kubernetes-token-missing",
    any_of: &[
        "/var/run/secrets/kubernetes.io/serviceaccount/token: no such file",
        "no such file or directory: '/var/run/secrets/kubernetes.io/serviceaccount/token'",
        "no such file or directory, open '/var/run/secrets/kubernetes.io/serviceaccount/token'",
    ],
    proves: "the missing file is the Pod's token for the Kubernetes API, not the one for AWS: the role is not the problem",
    causes: "take out `automountServiceAccountToken: false` of the Pod or of its ServiceAccount (where both say something, the Pod's counts), or \
             do not let the program ask the Kubernetes API; where it was sent to AWS, name the file in `eks.amazonaws.com` instead",
    clears: &[],
    points_to: &[],
};

// The reasons after the volume's name are unconfirmed.
pub(super) const MOUNT_FAILED: KnownError = KnownError {
    id: "pod-mount-failed",
    any_of: &["mountvolume.setup failed for volume \"aws-iam-token\"", "mountvolume.setup failed for volume \"eks-pod-identity-token\""],
    proves: "the webhook added the token's volume to the Pod, but the kubelet got no token for it, so the Pod does not start",
    causes: "read the rest of the event in `kubectl describe pod POD`: the ServiceAccount does not exist (any more), or the API server \
             refuses the audience or the lifetime of the token",
    clears: &[],
    points_to: &[LinkKind::ServiceAccount, LinkKind::Workload],
};

pub(super) const EXPIRATION_INVALID: KnownError = KnownError {
    id: "pod-expiration-invalid",
    any_of: &["may not specify a duration less than 10 minutes"],
    proves: "a token with a lifetime below 600 seconds was requested, in a volume or by hand",
    causes: "set `expirationSeconds` of the projected `serviceAccountToken` to 600 or more (86400 is what the webhook uses)",
    clears: &[],
    points_to: &[LinkKind::Workload],
};

pub(super) const JAVA_STS_MODULE: KnownError = KnownError {
    id: "java-sts-module",
    any_of: &["'sts' service module must be on the class path", "aws-java-sdk-sts module must be on the class path"],
    proves: "the Java program has the variables of the web identity, but not the SDK's STS module that would use them; STS was not called",
    causes: "add the dependency `software.amazon.awssdk:sts` (SDK 1: `com.amazonaws:aws-java-sdk-sts`) in the SDK's own version; no policy \
             has to change",
    clears: &[],
    points_to: &[],
};

pub(super) const SDK_WRAPPER: KnownError = KnownError {
    id: "sdk-wrapper",
    any_of: &["webidentityerr: "],
    proves: "the Go SDK found the web identity's variables, but could not get credentials with them; the reason is not in this part",
    causes: "look at the line after `caused by:` and ask again with it",
    clears: &[],
    points_to: &[],
};

pub(super) const GITHUB_NO_TOKEN: KnownError = KnownError {
    id: "gha-no-id-token",
    any_of: &[
        "it looks like you might be trying to authenticate with oidc",
        "unable to get actions_id_token_request_url",
        "credentials could not be loaded, please check your action inputs",
    ],
    proves: "the GitHub job got no OIDC token, so no request reached STS",
    causes: "give the job `permissions: id-token: write`, and the caller too where it is a reusable workflow; a pull request from a fork gets \
             no token",
    clears: &[],
    points_to: &[LinkKind::Workload],
};

pub(super) const KUBERNETES_UNAUTHORIZED: KnownError = KnownError {
    id: "eks-unauthorized",
    any_of: &["you must be logged in to the server", "the server has asked for the client to provide credentials"],
    proves: "the caller has AWS credentials, and the cluster does not know their role: this is about access to the Kubernetes API, not about a \
             trust policy",
    causes: "compare `aws sts get-caller-identity` with the access entries (`aws eks list-access-entries --cluster-name NAME`) or the ConfigMap \
             `aws-auth` (`kubectl get configmap aws-auth -n kube-system -o yaml`): there a role stands without its path, \
             `arn:aws:iam::ACCOUNT:role/NAME`",
    clears: &[],
    points_to: &[LinkKind::Role],
};
