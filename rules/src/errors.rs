//! Error texts that users see around IRSA, Pod Identity and OIDC federation, and what each proves. They are data: it knows of no document.

mod iam;
mod pod;
mod pod_identity;
mod sts;
#[cfg(test)]
mod tests;
mod token;

use irsa_lint_core::engine::KnownError;

/// The messages, the more particular ones first: a log holds the reason together with what SDKs wrap around it.
pub static KNOWN: &[KnownError] = &[
    sts::NOT_AUTHORIZED,
    sts::NOT_AUTHORIZED_EXPLICIT,
    token::NO_PROVIDER,
    token::AUDIENCE,
    token::MULTIPLE_AUDIENCES,
    token::VERIFICATION_KEY,
    token::SIGNATURE,
    token::THUMBPRINT,
    token::EXPIRED,
    token::NOT_JWT,
    token::MISSING_CLAIM,
    token::ROLES_CLAIM,
    token::PRINCIPAL_TAGS,
    token::IDP_REJECTED,
    sts::VALIDATION,
    sts::DURATION,
    sts::PACKED_POLICY,
    sts::REGION_DISABLED,
    sts::REGION_OF_SIGNATURE,
    sts::SESSION_EXPIRED,
    iam::FEDERATED_FORM,
    iam::STAR_PRINCIPAL,
    iam::INVALID_PRINCIPAL,
    iam::BUILT_IN_CONDITION,
    iam::RESOURCE_FIELD,
    iam::ACTION_NOT_STS,
    iam::NOT_PRINCIPAL,
    iam::MISSING_FIELD,
    iam::SYNTAX,
    iam::JSON,
    iam::VERSION,
    iam::SID,
    iam::QUOTA,
    iam::PROVIDER_EXISTS,
    iam::PROVIDER_QUOTA,
    iam::PROVIDER_CONNECT,
    iam::ISSUER_HOST_HIDDEN,
    iam::SHARED_ISSUER,
    pod_identity::NOT_PERMITTED,
    pod_identity::TRUST_INVALID,
    pod_identity::ASSOCIATION_EXISTS,
    pod_identity::PASS_ROLE,
    pod_identity::AGENT_TOKEN,
    pod_identity::NODE_ROLE,
    pod_identity::NO_ASSOCIATION,
    pod_identity::SDK_HOST,
    pod_identity::AGENT_UNREACHABLE,
    pod::MOUNT_FAILED,
    pod::EXPIRATION_INVALID,
    pod::TOKEN_PERMISSION,
    pod::TOKEN_MISSING,
    pod::JAVA_STS_MODULE,
    pod::NODE_ROLE,
    sts::ASSUME_ROLE_DENIED,
    pod::PERMISSION_DENIED,
    sts::NETWORK,
    sts::THROTTLED,
    pod::GITHUB_NO_TOKEN,
    pod::OTHER_ROLE,
    pod::NO_CREDENTIALS,
    pod::SDK_WRAPPER,
];
