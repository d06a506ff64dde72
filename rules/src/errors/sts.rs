//! What STS says of the request and of the role's trust policy. It knows nothing of documents.
//!
//! STS decides in this order, so that a message excludes the causes before it: shape of the request, token, provider of its issuer in the
//! role's account, keys and signature, client ids, roles claim, trust policy.

use irsa_lint_core::engine::KnownError;
use irsa_lint_core::engine::answer::LinkKind;

pub(super) const NOT_AUTHORIZED: KnownError = KnownError {
    id: "sts-not-authorized",
    any_of: &["not authorized to perform sts:assumerolewithwebidentity"],
    proves: "the token is good and the role's account has a provider for its issuer with this audience, but no Allow statement of the role's \
             trust policy admits the token, or a Deny refuses it, or there is no such role",
    causes: "compare the condition on `sub` with the token's `sub` (`system:serviceaccount:NAMESPACE:NAME` of the Pod's real \
             `serviceAccountName`), letter for letter, and see that no `*` stands under `StringEquals`; compare the issuer in Principal and \
             in the condition keys with the token's `iss`; check that the annotated role exists: `aws iam get-role --role-name NAME`",
    clears: &[LinkKind::Token, LinkKind::Provider, LinkKind::Audience],
    points_to: &[LinkKind::Role, LinkKind::Statement, LinkKind::Condition],
};

// Unconfirmed: this longer form is documented for other calls; for web identities no live sample is known.
pub(super) const NOT_AUTHORIZED_EXPLICIT: KnownError = KnownError {
    id: "sts-not-authorized-explicit",
    any_of: &["is not authorized to perform: sts:assumerolewithwebidentity on resource"],
    proves: "the token is good and its provider and audience fit, but a policy refuses the call; where the message says `with an explicit \
             deny`, it names the kind of policy",
    causes: "look for a Deny statement in the role's trust policy; where the message names a resource or service control policy, ask the \
             organization's administrators: `aws organizations list-policies --filter RESOURCE_CONTROL_POLICY`",
    clears: &[LinkKind::Token, LinkKind::Provider, LinkKind::Audience],
    points_to: &[LinkKind::Role, LinkKind::Statement, LinkKind::Condition],
};

pub(super) const ASSUME_ROLE_DENIED: KnownError = KnownError {
    id: "sts-assume-role-denied",
    any_of: &[
        "user: arn:* is not authorized to perform: sts:assumerole on resource",
        "user: arn:* is not authorized to perform: sts:tagsession on resource",
    ],
    proves: "the caller signed with other credentials, those of the ARN after `User:`, and did not send a web identity token",
    causes: "where that ARN is the Pod's own role, this is role chaining, or the program assumes its own role once more: let the second \
             role trust the first and the first allow `sts:AssumeRole` on it, or take the role out of the program's settings; for \
             `sts:TagSession` add that action to the second role's trust policy",
    clears: &[],
    points_to: &[LinkKind::Role, LinkKind::Statement],
};

pub(super) const VALIDATION: KnownError = KnownError {
    id: "sts-validation",
    any_of: &[
        "at 'rolearn' failed to satisfy constraint",
        "at 'rolesessionname' failed to satisfy constraint",
        "at 'webidentitytoken' failed to satisfy constraint",
        "at 'durationseconds' failed to satisfy constraint",
        "request arn is invalid",
        "invalid length for parameter rolearn",
        "invalid length for parameter rolesessionname",
        "invalid length for parameter webidentitytoken",
        "minimum field size of * assumerolewithwebidentityinput.",
    ],
    proves: "a parameter of the request is malformed, and STS read neither token nor trust policy",
    causes: "`roleArn`: the annotation holds a bare name, an empty account, a placeholder or an ARN that is no role's; `roleSessionName`: \
             longer than 64 characters, or with `/`, `:` or blanks; `webIdentityToken`: the token file is empty; `durationSeconds`: below 900. \
             Check `kubectl exec POD -- env | grep AWS_`",
    clears: &[],
    points_to: &[],
};

pub(super) const DURATION: KnownError = KnownError {
    id: "sts-duration",
    any_of: &["the requested durationseconds exceeds the"],
    proves: "the requested session is longer than the role allows; this says nothing about the trust policy",
    causes: "raise the role's maximum (`aws iam update-role --role-name NAME --max-session-duration SECONDS`) or ask for less; a role \
             assumed by another role's session gets an hour at most",
    clears: &[],
    points_to: &[],
};

pub(super) const PACKED_POLICY: KnownError = KnownError {
    id: "sts-packed-policy",
    any_of: &["packed size of…of allotted space", "serialized token too large for session", "packedpolicytoolarge"],
    proves: "the trust policy admits the caller, but session tags and session policies together are too big for a session",
    causes: "set `disableSessionTags` on the Pod Identity association where its tags and the program's own add up; shorten the inline session \
             policy or the list of policy ARNs; look for tags in the token",
    clears: &[LinkKind::Role, LinkKind::Statement, LinkKind::Condition],
    points_to: &[],
};

pub(super) const REGION_DISABLED: KnownError = KnownError {
    id: "sts-region-disabled",
    any_of: &["sts is not activated in this region for account", "regiondisabledexception"],
    proves: "the STS endpoint of this region is disabled in the role's account",
    causes: "activate it in that account's IAM settings (Account settings, Security Token Service), or let the Pod use another region's \
             endpoint: check `AWS_REGION` and `AWS_STS_REGIONAL_ENDPOINTS` in the container",
    clears: &[],
    points_to: &[],
};

pub(super) const REGION_OF_SIGNATURE: KnownError = KnownError {
    id: "sts-signature-region",
    any_of: &["credential should be scoped to a valid region"],
    proves: "a signed request went to the endpoint of another region than it was signed for; this says nothing about the trust policy",
    causes: "let endpoint and region agree: compare the annotation `eks.amazonaws.com/sts-regional-endpoints` and `AWS_REGION` with the \
             endpoint that the program sets itself",
    clears: &[],
    points_to: &[],
};

pub(super) const SESSION_EXPIRED: KnownError = KnownError {
    id: "sts-session-expired",
    any_of: &["the security token included in the request is expired"],
    proves: "the role was assumed and its session has ended since; the web identity token is not what has expired",
    causes: "the program keeps the first credentials instead of asking its SDK anew, or a file or environment variables hold copied ones: \
             check `kubectl exec POD -- env | grep AWS_`",
    clears: &[],
    points_to: &[],
};

pub(super) const THROTTLED: KnownError = KnownError {
    id: "sts-throttled",
    any_of: &["rate exceeded", "throttlingexception", "throttling: "],
    proves: "AWS refused the call because too many were made; this says nothing about the trust policy",
    causes: "many Pods that start at once, or a program that makes a new SDK client for each request: keep one client, and use the regional \
             STS endpoint",
    clears: &[],
    points_to: &[],
};

pub(super) const NETWORK: KnownError = KnownError {
    id: "sts-network",
    any_of: &[
        "could not connect to the endpoint url: \"https://sts.",
        "connect timeout on endpoint url: \"https://sts.",
        "read timeout on endpoint url: \"https://sts.",
        "dial tcp: lookup sts.",
        "dial tcp sts.",
        "https://sts.*: dial tcp",
        "https://sts.*: context deadline exceeded",
        "enotfound sts.",
        "eai_again sts.",
        "host='sts.",
        "unable to execute http request: sts.",
        "unknownhostexception: sts.",
    ],
    proves: "the program got no answer from STS, so neither token nor trust policy was read",
    causes: "private subnets without NAT and without the interface endpoint `com.amazonaws.REGION.sts`; the global endpoint used in such a \
             VPC (set the annotation `eks.amazonaws.com/sts-regional-endpoints: \"true\"`); a NetworkPolicy or proxy between: try \
             `kubectl exec POD -- curl -sv https://sts.REGION.amazonaws.com`",
    clears: &[],
    points_to: &[],
};

pub(super) const OTHER_SERVER: KnownError = KnownError {
    id: "sts-other-server",
    any_of: &[
        "(unknown) when calling the assumerolewithwebidentity operation",
        "(404) when calling the assumerolewithwebidentity operation",
        "(405) when calling the assumerolewithwebidentity operation",
        "(invalidaction) when calling the assumerolewithwebidentity operation",
        "(methodnotallowed) when calling the assumerolewithwebidentity operation",
        "(notimplemented) when calling the assumerolewithwebidentity operation",
    ],
    proves: "the answer is not from STS: the call went to another server, and neither token nor trust policy was read",
    causes: "look for an endpoint that all AWS calls of the program are sent to: `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_STS`, a field \
             `endpoint_url`, an annotation such as `serving.kserve.io/s3-endpoint`: leave it out for real S3, or set it for S3 alone",
    clears: &[],
    points_to: &[],
};

pub(super) const IDENTITY_POOL: KnownError = KnownError {
    id: "cognito-pool-role",
    any_of: &["invalid identity pool configuration. check assigned iam roles for this pool"],
    proves: "the Cognito identity pool exists, and its role does not let its tokens in",
    causes: "let the role's trust policy allow `sts:AssumeRoleWithWebIdentity` (not `sts:AssumeRole`) to `cognito-identity.amazonaws.com`, with \
             `cognito-identity.amazonaws.com:aud` equal to the pool's id and `cognito-identity.amazonaws.com:amr` as `authenticated` or \
             `unauthenticated`",
    clears: &[],
    points_to: &[LinkKind::Role, LinkKind::Statement, LinkKind::Condition],
};

pub(super) const INVALID_KEYS: KnownError = KnownError {
    id: "sts-invalid-keys",
    any_of: &["the security token included in the request is invalid", "invalidclienttokenid", "unrecognizedclientexception"],
    proves: "the caller signed with access keys that AWS does not know, and did not send a web identity token",
    causes: "look for `AWS_ACCESS_KEY_ID` in the container's environment (`kubectl exec POD -- env | grep AWS_`), in a Secret or in a credentials \
             file: deleted keys, keys of another partition (China, GovCloud), or temporary keys without `AWS_SESSION_TOKEN`; or the region is \
             one that the account has not enabled",
    clears: &[],
    points_to: &[LinkKind::Workload, LinkKind::Annotation],
};

pub(super) const ROLE_NAME_ALONE: KnownError = KnownError {
    id: "gha-role-name-alone",
    any_of: &["source account id is needed if the role name is provided"],
    proves: "the job gave the name of a role instead of its ARN, and no request reached STS",
    causes: "write the whole ARN, `arn:aws:iam::ACCOUNT:role/NAME`, as `role-to-assume`; look for a variable or secret that is empty for this \
             branch or environment",
    clears: &[],
    points_to: &[],
};
