//! What EKS Auth, the Pod Identity agent and EKS say. It knows nothing of documents.

use irsa_lint_core::engine::KnownError;
use irsa_lint_core::engine::answer::LinkKind;

pub(super) const NOT_PERMITTED: KnownError = KnownError {
    id: "pi-not-permitted",
    any_of: &["eks does not have permissions to assume the associated role"],
    proves: "the Pod Identity association and the agent work, but the role's trust policy does not admit `pods.eks.amazonaws.com`",
    causes: "let the trust policy allow both `sts:AssumeRole` and `sts:TagSession` to the service `pods.eks.amazonaws.com`; see whether a \
             condition on `aws:RequestTag/…`, `aws:SourceArn` or `aws:SourceAccount` fits this cluster; a target role must trust the \
             association's role in the same way",
    clears: &[],
    points_to: &[LinkKind::Role, LinkKind::Statement, LinkKind::Condition],
};

pub(super) const TRUST_INVALID: KnownError = KnownError {
    id: "pi-trust-invalid",
    any_of: &["trust policy of the role provided is invalid"],
    proves: "the association was not created, since the role's trust policy does not allow Pod Identity to use it",
    causes: "a role made for IRSA trusts an OIDC provider only: add a statement that allows `sts:AssumeRole` and `sts:TagSession` to the \
             service `pods.eks.amazonaws.com`; a role made a moment ago needs some seconds",
    clears: &[],
    points_to: &[LinkKind::Statement],
};

pub(super) const ASSOCIATION_EXISTS: KnownError = KnownError {
    id: "pi-association-exists",
    any_of: &["association already exists: a-"],
    proves: "this ServiceAccount of this cluster has a Pod Identity association already, and can have only one",
    causes: "change the existing one: `aws eks update-pod-identity-association --cluster-name NAME --association-id ID --role-arn ARN`, or \
             import it into the stack that should own it",
    clears: &[],
    points_to: &[],
};

pub(super) const PASS_ROLE: KnownError = KnownError {
    id: "pi-passrole",
    any_of: &["is not authorized to perform: iam:passrole", "cross-account pass role is not allowed"],
    proves: "whoever creates the association (not the Pod) may not hand this role to EKS",
    causes: "allow that caller `iam:PassRole` and `iam:GetRole` on the role; a role of another account cannot be handed over: associate one \
             of the cluster's account and name the other as `targetRoleArn`",
    clears: &[],
    points_to: &[],
};

pub(super) const AGENT_UNREACHABLE: KnownError = KnownError {
    id: "pi-agent-unreachable",
    any_of: &[
        "169.254.170.23…refused",
        "169.254.170.23…timeout",
        "169.254.170.23…timed out",
        "169.254.170.23…unreachable",
        "169.254.170.23…deadline exceeded",
        "econnrefused 169.254.170.23",
        "etimedout 169.254.170.23",
        "timeout on endpoint url: \"http://169.254.170.23",
        "could not connect to the endpoint url: \"http://169.254.170.23",
        "fd00:ec2::23…refused",
        "fd00:ec2::23…timeout",
        "fd00:ec2::23…timed out",
        "fd00:ec2::23…unreachable",
        "fd00:ec2::23…deadline exceeded",
        "econnrefused fd00:ec2::23",
        "received non 200 response 5## from container metadata",
        "received non 200 response 403 from container metadata",
        "received non 200 response 407 from container metadata",
        "169.254.170.23…proxy",
        "proxy…169.254.170.23",
        "169.254.170.23…gateway",
        "169.254.170.23…forbidden",
    ],
    proves: "the Pod has the variables of Pod Identity, but no agent answers it on its node",
    causes: "see that the add-on `eks-pod-identity-agent` runs on the Pod's node (`kubectl get pods -n kube-system -o wide`); it does not on \
             Fargate; a proxy needs `169.254.170.23` in `NO_PROXY`, and on a node without IPv6 the agent must bind to that address only",
    clears: &[],
    points_to: &[LinkKind::Workload],
};

pub(super) const AGENT_TOKEN: KnownError = KnownError {
    id: "pi-agent-token",
    any_of: &[
        "service account token cannot be empty",
        "service account token cannot be parsed",
        "service account token failed basic claim validations",
        "called agent through invalid address",
    ],
    proves: "the Pod Identity agent was reached and refused the request for its token or its address",
    causes: "the SDK knows `AWS_CONTAINER_CREDENTIALS_FULL_URI` but not `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`: update it; or an old or \
             another Pod's token is sent; or the agent is called by a host name",
    clears: &[],
    points_to: &[],
};

// Unconfirmed texts.
pub(super) const NO_ASSOCIATION: KnownError = KnownError {
    id: "pi-no-association",
    any_of: &[
        "resourcenotfoundexception…association",
        "resourcenotfoundexception…service account",
        "resourcenotfoundexception…serviceaccount",
        "error fetching credentials: …invalidtokenexception",
        "error fetching credentials: …expiredtokenexception",
        "error fetching credentials: …resourcenotfoundexception",
    ],
    proves: "EKS Auth finds no Pod Identity association for the Pod's ServiceAccount, or does not accept its token",
    causes: "`aws eks list-pod-identity-associations --cluster-name NAME --namespace NS --service-account SA`: it was deleted after the Pod \
             started, or belongs to another cluster or namespace; re-create the Pod where its token has expired",
    clears: &[],
    points_to: &[],
};

pub(super) const NODE_ROLE: KnownError = KnownError {
    id: "pi-node-role",
    any_of: &["is not authorized to perform: eks-auth:assumeroleforpodidentity"],
    proves: "the agent runs, but the node role may not ask EKS Auth for credentials",
    causes: "attach `AmazonEKSWorkerNodePolicy` to the node's role, or allow it `eks-auth:AssumeRoleForPodIdentity`; in a private cluster see \
             the policy of the endpoint `com.amazonaws.REGION.eks-auth`",
    clears: &[],
    points_to: &[],
};

// Unconfirmed texts.
pub(super) const SDK_HOST: KnownError = KnownError {
    id: "pi-sdk-host",
    any_of: &[
        "invalid endpoint host",
        "unsupported host '169.254.170.23'",
        "must be to a loopback",
        "169.254.170.23 is not a valid",
        "169.254.170.23 is not valid",
        "169.254.170.23 is not allowed",
        "not allowed…169.254.170.23",
    ],
    proves: "the program's SDK is older than Pod Identity and refuses the agent's address in `AWS_CONTAINER_CREDENTIALS_FULL_URI`",
    causes: "update the SDK to a version that the EKS User Guide's page on Pod Identity SDK support lists; no policy has to change",
    clears: &[],
    points_to: &[],
};
