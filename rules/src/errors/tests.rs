//! Each message as an SDK, a tool or a log shows it: recognised as itself and as no other.

use std::collections::HashSet;

use super::KNOWN;
use irsa_lint_core::engine::KnownError;
use irsa_lint_core::engine::answer::LinkKind;

const SAMPLES: &[(&str, &[&str])] = &[
    (
        "sts-not-authorized",
        &[
            "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity",
            "NoCredentialProviders: no valid providers in chain\ncaused by: WebIdentityErr: failed to retrieve credentials\ncaused by: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity\n\tstatus code: 403, request id: 0b1c",
            "failed to refresh cached credentials, failed to retrieve credentials, operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: 403, RequestID: 0b1c, api error AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity",
            "software.amazon.awssdk.services.sts.model.StsException: Not authorized to perform sts:AssumeRoleWithWebIdentity (Service: Sts, Status Code: 403, Request ID: 0b1c)",
            "{\"level\":\"error\",\"err\":\"WebIdentityErr: failed to retrieve credentials\\ncaused by: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity\\n\\tstatus code: 403\"}",
            "Error: Could not assume role with OIDC: Not authorized to perform sts:AssumeRoleWithWebIdentity",
            "<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error>",
        ],
    ),
    (
        "sts-not-authorized-explicit",
        &[
            "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: User is not authorized to perform: sts:AssumeRoleWithWebIdentity on resource: arn:aws:iam::111122223333:role/app with an explicit deny in a resource control policy",
        ],
    ),
    (
        "sts-assume-role-denied",
        &[
            "operation error STS: AssumeRole, https response error StatusCode: 403, RequestID: 0b1c, api error AccessDenied: User: arn:aws:sts::111122223333:assumed-role/app/1700000000 is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/dns",
            "An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:sts::111122223333:assumed-role/app/eks-prod-app-7d9 is not authorized to perform: sts:TagSession on resource: arn:aws:iam::444455556666:role/dns",
            "AccessDenied: User: arn:aws:iam::111122223333:user/ci is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/app",
        ],
    ),
    (
        "sts-no-provider",
        &[
            "An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: No OpenIDConnect provider found in your account for https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
            "InvalidIdentityTokenException: No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com",
        ],
    ),
    (
        "sts-audience",
        &[
            "operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: 400, RequestID: 0b1c, InvalidIdentityToken: Incorrect token audience",
            "InvalidIdentityToken: The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation for requirements.",
        ],
    ),
    (
        "sts-multiple-audiences",
        &["InvalidIdentityToken: Token audience contains more than one audience while authorized party is not present"],
    ),
    (
        "sts-verification-key",
        &[
            "WebIdentityErr: failed to retrieve credentials\ncaused by: InvalidIdentityToken: Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements\n\tstatus code: 400, request id: 0b1c",
            "IDPCommunicationError: Couldn\u{2019}t retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation",
        ],
    ),
    (
        "sts-signature",
        &["An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: Token signature invalid"],
    ),
    (
        "sts-thumbprint",
        &[
            "InvalidIdentityToken: OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint (Service: Sts, Status Code: 400)",
        ],
    ),
    (
        "sts-expired",
        &[
            "ExpiredTokenException: Token expired: current date/time 1700003600 must be before the expiration date/time1700000000",
            "An error occurred (ExpiredTokenException) when calling the AssumeRoleWithWebIdentity operation: The web identity token that was passed is expired",
        ],
    ),
    (
        "sts-session-expired",
        &["An error occurred (ExpiredToken) when calling the ListBuckets operation: The security token included in the request is expired"],
    ),
    (
        "sts-not-jwt",
        &["InvalidIdentityToken: The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"],
    ),
    (
        "sts-missing-claim",
        &[
            "An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: Missing a required claim: sub",
            "InvalidIdentityToken: Claim is not allowed to be empty: aud",
        ],
    ),
    ("sts-roles-claim", &["InvalidIdentityToken: The target role ARN is not present in the roles claim of the identity token"]),
    ("sts-principal-tags", &["InvalidIdentityToken: principal_tags passed in claim is not in correct format."]),
    ("sts-idp-rejected", &["IDPRejectedClaim: The token was revoked", "An error occurred (IDPCommunicationError): try again"]),
    (
        "sts-validation",
        &[
            "ValidationError: 1 validation error detected: Value 'app' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20",
            "operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: 400, RequestID: 0b1c, api error ValidationError: 2 validation errors detected: Value 'a/b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
            "An error occurred (ValidationError) when calling the AssumeRoleWithWebIdentity operation: Request ARN is invalid",
            "Parameter validation failed:\nInvalid length for parameter RoleArn, value: 0, valid min length: 20",
            "InvalidParameter: 1 validation error(s) found.\n- minimum field size of 20, AssumeRoleWithWebIdentityInput.RoleArn.",
        ],
    ),
    (
        "sts-duration",
        &[
            "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
            "ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ],
    ),
    ("sts-packed-policy", &["PackedPolicyTooLarge: Packed size of session tags consumes 118% of allotted space."]),
    (
        "sts-region-disabled",
        &[
            "RegionDisabledException: STS is not activated in this region for account:111122223333. Your account administrator can activate it",
        ],
    ),
    ("sts-signature-region", &["SignatureDoesNotMatch: Credential should be scoped to a valid region."]),
    ("sts-throttled", &["ThrottlingException: Rate exceeded", "Throttling: Rate exceeded\n\tstatus code: 400"]),
    (
        "sts-network",
        &[
            "botocore.exceptions.ConnectTimeoutError: Connect timeout on endpoint URL: \"https://sts.eu-west-1.amazonaws.com/\"",
            "Could not connect to the endpoint URL: \"https://sts.amazonaws.com/\"",
            "WebIdentityErr: failed to retrieve credentials\ncaused by: RequestError: send request failed\ncaused by: Post \"https://sts.eu-west-1.amazonaws.com/\": dial tcp 10.0.3.4:443: i/o timeout",
            "dial tcp: lookup sts.eu-west-1.amazonaws.com on 10.100.0.10:53: no such host",
            "Error: getaddrinfo ENOTFOUND sts.eu-west-1.amazonaws.com",
        ],
    ),
    (
        "iam-invalid-principal",
        &[
            "operation error IAM: CreateRole, https response error StatusCode: 400, RequestID: 0b1c, MalformedPolicyDocument: Invalid principal in policy: \"AWS\":\"arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/0123\"",
        ],
    ),
    ("iam-federated-form", &["MalformedPolicyDocument: Federated principals must be valid domain names or SAML metadata ARNs"]),
    ("iam-star-principal", &["MalformedPolicyDocument: AssumeRolepolicy contained an invalid principal: \"STAR\":\"*\"."]),
    (
        "iam-shared-idp-control",
        &[
            "MalformedPolicyDocument: Trust policy with trusted principal token.actions.githubusercontent.com must evaluate, using StringEquals, StringLike or StringEqualsIgnoreCase, token.actions.githubusercontent.com:sub which is not scoped to all.",
            "Trust policy must evaluate the claim agent.buildkite.com:sub",
        ],
    ),
    (
        "iam-cognito-condition",
        &[
            "MalformedPolicyDocument: A condition block must be present for the Cognito provider",
            "MalformedPolicyDocument: Policy trusting graph.facebook.com requires a StringEquals condition on an application id",
        ],
    ),
    ("iam-resource-field", &["MalformedPolicyDocument: Has prohibited field Resource", "AssumeRole policy must not contain resources"]),
    ("iam-action-not-sts", &["MalformedPolicyDocument: AssumeRole policy may only specify STS AssumeRole actions."]),
    ("iam-notprincipal", &["MalformedPolicyDocument: Allow with NotPrincipal is not allowed."]),
    ("iam-missing-field", &["MalformedPolicyDocument: Missing required field Principal cannot be empty!"]),
    (
        "iam-syntax",
        &["An error occurred (MalformedPolicyDocument) when calling the UpdateAssumeRolePolicy operation: Syntax errors in policy."],
    ),
    ("iam-json", &["This policy contains invalid Json", "MalformedPolicyDocument: JSON strings must not have leading spaces"]),
    ("iam-version", &["MalformedPolicyDocument: The policy must contain a valid version string"]),
    ("iam-sid", &["MalformedPolicyDocument: Statement IDs (SID) in a single policy must be unique."]),
    ("iam-quota", &["LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048\n\tstatus code: 409"]),
    (
        "iam-provider-exists",
        &["EntityAlreadyExists: Provider with url https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF already exists."],
    ),
    ("iam-provider-quota", &["LimitExceeded: Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100"]),
    ("iam-provider-connect", &["InvalidInput: Could not connect to openid configuration of provider: `https://gitlab.acme.example`"]),
    ("eks-issuer-host-hidden", &["** server can't find oidc.eks.eu-west-1.amazonaws.com: NXDOMAIN"]),
    (
        "pod-uses-node-role",
        &[
            "AccessDenied: User: arn:aws:sts::111122223333:assumed-role/prod-nodes/i-0a1b2c3d4e5f60718 is not authorized to perform: route53:ListHostedZones because no identity-based policy allows it",
            "{\n  \"Arn\": \"arn:aws:sts::111122223333:assumed-role/prod-nodes/i-1a2b3c4d\"\n}",
            "User: arn:aws:sts::111122223333:assumed-role/prod-nodes/i-0a1b2c3d4e5f60718 is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/dns",
        ],
    ),
    ("pod-other-role", &["{\n  \"Arn\": \"arn:aws:sts::111122223333:assumed-role/legacy/botocore-session-1700000000\"\n}"]),
    (
        "pod-permission-denied-service",
        &[
            "An error occurred (AccessDenied) when calling the ListBuckets operation: User: arn:aws:sts::111122223333:assumed-role/app/botocore-session-1700000000 is not authorized to perform: s3:ListAllMyBuckets because no identity-based policy allows the s3:ListAllMyBuckets action",
            "User: arn:aws:sts::111122223333:assumed-role/app/item-exporter is not authorized to perform: sqs:SendMessage",
        ],
    ),
    (
        "pod-no-credentials",
        &[
            "botocore.exceptions.NoCredentialsError: Unable to locate credentials",
            "NoCredentialProviders: no valid providers in chain. Deprecated.",
            "CredentialsProviderError: Could not load credentials from any providers",
            "Unable to load credentials from any of the providers in the chain AwsCredentialsProviderChain(credentialsProviders=[…])",
            "Error: No valid credential sources found\n\nError: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata",
        ],
    ),
    (
        "pod-token-permission",
        &[
            "WebIdentityErr: failed fetching WebIdentity token: \ncaused by: WebIdentityErr: unabled to read file at /var/run/secrets/eks.amazonaws.com/serviceaccount/token\ncaused by: open /var/run/secrets/eks.amazonaws.com/serviceaccount/token: permission denied",
            "PermissionError: [Errno 13] Permission denied: '/var/run/secrets/eks.amazonaws.com/serviceaccount/token'",
            "Error: EACCES: permission denied, open '/var/run/secrets/eks.amazonaws.com/serviceaccount/token'",
            "failed to retrieve jwt from provide source, unable to read file at /tokens/aws: open /tokens/aws: permission denied",
        ],
    ),
    (
        "pod-token-missing",
        &[
            "FileNotFoundError: [Errno 2] No such file or directory: '/var/run/secrets/eks.amazonaws.com/serviceaccount/token'",
            "failed to refresh cached credentials, failed to retrieve jwt from provide source, unable to read file at /tokens/aws: open /tokens/aws: no such file or directory",
            "ENOENT: no such file or directory, open '/var/run/secrets/eks.amazonaws.com/serviceaccount/token'",
        ],
    ),
    (
        "pod-mount-failed",
        &[
            "Warning  FailedMount  MountVolume.SetUp failed for volume \"aws-iam-token\" : failed to fetch token: serviceaccounts \"app\" not found",
        ],
    ),
    (
        "pod-expiration-invalid",
        &[
            "spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 300: may not specify a duration less than 10 minutes",
        ],
    ),
    (
        "java-sts-module",
        &[
            "To use web identity tokens, the 'sts' service module must be on the class path.",
            "Unable to load AWS credentials from any provider in the chain: [WebIdentityTokenCredentialsProvider: To use assume role profiles the aws-java-sdk-sts module must be on the class path.]",
        ],
    ),
    ("pod-kubernetes-token-missing", &["open /var/run/secrets/kubernetes.io/serviceaccount/token: no such file or directory"]),
    (
        "eks-unauthorized",
        &[
            "error: You must be logged in to the server (Unauthorized)",
            "couldn't get current server API group list: the server has asked for the client to provide credentials",
        ],
    ),
    (
        "sts-other-server",
        &["botocore.exceptions.ClientError: An error occurred (Unknown) when calling the AssumeRoleWithWebIdentity operation: Unknown"],
    ),
    (
        "cognito-pool-role",
        &["InvalidIdentityPoolConfigurationException: Invalid identity pool configuration. Check assigned IAM roles for this pool."],
    ),
    (
        "sts-invalid-keys",
        &[
            "An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid.",
        ],
    ),
    ("gha-role-name-alone", &["Error: Source Account ID is needed if the Role Name is provided and not the Role Arn."]),
    ("sdk-wrapper", &["WebIdentityErr: failed to retrieve credentials"]),
    (
        "gha-no-id-token",
        &[
            "Error: Credentials could not be loaded, please check your action inputs: Could not load credentials from any providers",
            "It looks like you might be trying to authenticate with OIDC. Did you mean to set the `id-token` permission?",
            "Error: Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable",
        ],
    ),
    (
        "pi-not-permitted",
        &[
            "Error when retrieving credentials from container-role: Error retrieving metadata: Received non 200 response 400 from container metadata: [0b1c]: (AccessDeniedException): Unauthorized Exception! EKS does not have permissions to assume the associated role., fault: client",
        ],
    ),
    (
        "pi-trust-invalid",
        &[
            "An error occurred (InvalidParameterException) when calling the CreatePodIdentityAssociation operation: Trust policy of the role provided is invalid",
        ],
    ),
    ("pi-association-exists", &["ResourceInUseException: Association already exists: a-9njjin9gfghecgocd"]),
    (
        "pi-passrole",
        &[
            "AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/deploy/ci is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/app",
            "InvalidParameterException: Cross-account pass role is not allowed.",
        ],
    ),
    (
        "pi-agent-unreachable",
        &[
            "failed to load credentials, dial tcp 169.254.170.23:80: connect: connection refused",
            "botocore: Connect timeout on endpoint URL: \"http://169.254.170.23/v1/credentials\"",
            "Get \"http://[fd00:ec2::23]/v1/credentials\": dial tcp [fd00:ec2::23]:80: connect: network is unreachable",
            "Error: connect ECONNREFUSED 169.254.170.23:80",
            "Error retrieving metadata: Received non 200 response 500 from container metadata",
        ],
    ),
    (
        "pi-agent-token",
        &[
            "Received non 200 response 400 from container metadata: Service account token cannot be empty",
            "Called agent through invalid address",
        ],
    ),
    (
        "pi-no-association",
        &[
            "Error fetching credentials: operation error EKS Auth: AssumeRoleForPodIdentity, ResourceNotFoundException: No Pod Identity association found",
        ],
    ),
    (
        "pi-node-role",
        &[
            "AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/prod-nodes/i-0a1b2c3d4e5f60718 is not authorized to perform: eks-auth:AssumeRoleForPodIdentity on resource: arn:aws:eks:eu-west-1:111122223333:cluster/prod",
        ],
    ),
    (
        "pi-sdk-host",
        &[
            "Unsupported host '169.254.170.23'. Can only retrieve metadata from these hosts: 169.254.170.2, localhost, 127.0.0.1",
            "CredentialsEndpointError: invalid endpoint host, \"169.254.170.23\", only loopback hosts are allowed.",
        ],
    ),
];

fn id(text: &str) -> Option<&'static str> {
    KnownError::find(KNOWN, text).map(|known| known.id)
}

#[test]
fn each_message_is_recognised_as_itself() {
    let wrong: Vec<_> = SAMPLES
        .iter()
        .flat_map(|(wanted, texts)| texts.iter().map(move |text| (*wanted, id(text), *text)))
        .filter(|(wanted, found, _)| *found != Some(wanted))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn ids_are_unique_and_each_has_a_sample() {
    let ids: HashSet<&str> = KNOWN.iter().map(|known| known.id).collect();
    assert_eq!(ids.len(), KNOWN.len());
    let sampled: HashSet<&str> = SAMPLES.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, sampled);
}

#[test]
fn an_unknown_text_is_none() {
    for text in [
        "",
        "connection reset by peer",
        "AccessDenied",
        "permission denied",
        "the role app was created",
        "dial tcp 10.0.0.1:5432: connect: connection refused",
    ] {
        assert_eq!(id(text), None, "{text}");
    }
}

#[test]
fn texts_are_clauses_and_no_link_is_both_whole_and_suspect() {
    for known in KNOWN {
        assert!(!known.proves.ends_with('.') && !known.causes.ends_with('.'), "{}", known.id);
        assert!(!known.causes.is_empty() && !known.any_of.is_empty(), "{}", known.id);
        assert!(known.any_of.iter().all(|pattern| !pattern.starts_with(['*', '…'])), "{}", known.id);
        assert!(known.clears.iter().all(|link| !known.points_to.contains(link)), "{}", known.id);
    }
}

#[test]
fn what_sts_says_after_the_provider_clears_it() {
    for (wanted, clears, suspect) in [
        ("sts-not-authorized", vec![LinkKind::Token, LinkKind::Provider, LinkKind::Audience], LinkKind::Condition),
        ("sts-audience", vec![LinkKind::Provider], LinkKind::Audience),
        ("sts-no-provider", vec![], LinkKind::Provider),
    ] {
        let known = KNOWN.iter().find(|known| known.id == wanted).unwrap();
        assert_eq!(known.clears, clears, "{wanted}");
        assert!(known.points_to.contains(&suspect), "{wanted}");
    }
}
