//! What STS says of the token and of the provider of its issuer, before it reads the trust policy. It knows nothing of documents.

use irsa_lint_core::engine::KnownError;
use irsa_lint_core::engine::answer::LinkKind;

pub(super) const NO_PROVIDER: KnownError = KnownError {
    id: "sts-no-provider",
    any_of: &["no openidconnect provider found in your account for"],
    proves: "the token's `iss` is the URL in the message, and the account of the role (not that of the cluster) has no OIDC provider for it",
    causes: "compare the URL, to the last slash, with `aws iam list-open-id-connect-providers`, run in the account of the role's ARN: the \
             provider was never created there, or belongs to a cluster that was re-created since, or the annotation names a role of \
             another account",
    clears: &[],
    points_to: &[LinkKind::Provider],
};

pub(super) const AUDIENCE: KnownError = KnownError {
    id: "sts-audience",
    // The second is what live STS answered in 2026 where the first was expected.
    any_of: &["incorrect token audience", "the web identity token provided could not be validated"],
    proves: "the role's account has a provider for the token's issuer, but the token's audience (its `azp`, else its `aud`) is not in that \
             provider's client id list; the trust policy was not read",
    causes: "compare the token's `aud` with `aws iam get-open-id-connect-provider --open-id-connect-provider-arn ARN`: the list lacks \
             `sts.amazonaws.com`, or the token is for another audience (the Pod's default token, annotation `eks.amazonaws.com/audience`, a \
             CI job that asks for none)",
    clears: &[LinkKind::Provider],
    points_to: &[LinkKind::Audience],
};

pub(super) const MULTIPLE_AUDIENCES: KnownError = KnownError {
    id: "sts-multiple-audiences",
    any_of: &["token audience contains more than one audience while authorized party is not present"],
    proves: "the token's `aud` is a list of several audiences and it has no `azp`, so STS cannot choose one",
    causes: "ask for a token of one audience, `sts.amazonaws.com`: look for a second `--audience` of `kubectl create token`, a SPIFFE \
             identity with several audiences, or a CI system that adds its own",
    clears: &[],
    points_to: &[LinkKind::Token],
};

pub(super) const VERIFICATION_KEY: KnownError = KnownError {
    id: "sts-verification-key",
    any_of: &[
        "couldn't retrieve verification key from your identity provider",
        "couldn't retrieve the verification key from your identity provider",
    ],
    proves: "the role's account has a provider for the token's issuer, but STS could not read the issuer's keys, or they lack the token's `kid`",
    causes: "run `curl ISSUER/.well-known/openid-configuration` and then its `jwks_uri` from outside your network, and look for the token's \
             `kid`: the issuer is not public or answers slowly, the cluster was deleted, or keys were rotated and the published ones are old",
    clears: &[LinkKind::Provider],
    points_to: &[],
};

pub(super) const SIGNATURE: KnownError = KnownError {
    id: "sts-signature",
    any_of: &["token signature invalid"],
    proves: "the issuer publishes a key with the token's `kid`, but it does not verify the token's signature",
    causes: "the token was altered or cut on its way (a line break when it was copied, a mask in a CI log); or a re-created cluster signs \
             with another key under the same issuer and `kid`: publish the JWKS of the cluster that runs",
    clears: &[LinkKind::Provider],
    points_to: &[LinkKind::Token],
};

pub(super) const THUMBPRINT: KnownError = KnownError {
    id: "sts-thumbprint",
    any_of: &["openidconnect provider's https certificate doesn't match configured thumbprint"],
    proves: "the provider exists, but the certificate of the issuer's key host comes from no CA that AWS trusts, and no thumbprint of the \
             provider fits it",
    causes: "a private CA or a renewed intermediate: `aws iam update-open-id-connect-provider-thumbprint` with the new one; or a proxy \
             answers in the issuer's place: look at `openssl s_client -connect HOST:443 -showcerts` from outside your network",
    clears: &[LinkKind::Provider],
    points_to: &[],
};

pub(super) const EXPIRED: KnownError = KnownError {
    id: "sts-expired",
    any_of: &["token expired: current date/time", "the web identity token that was passed is expired"],
    proves: "the token has expired (`exp`); this says nothing about the policies",
    causes: "the program read the token once at its start (old SDK): let it read the file anew; or the token is a copy (a `subPath` mount, a \
             Secret) that nothing refreshes; or a CI job outlives its token: ask for it just before use",
    clears: &[],
    points_to: &[LinkKind::Token],
};

pub(super) const NOT_JWT: KnownError = KnownError {
    id: "sts-not-jwt",
    any_of: &["the id token provided is not a valid jwt", "provided token is not a login with amazon token"],
    proves: "what was sent as the token is not a signed JWT that STS can read; provider and policies were not checked",
    causes: "look at the file that `AWS_WEB_IDENTITY_TOKEN_FILE` names: it is empty, another file or an error page; or an access token was \
             sent in place of an ID token (Cognito, Okta, Auth0); or it is an old ServiceAccount Secret's token",
    clears: &[],
    points_to: &[LinkKind::Token],
};

pub(super) const MISSING_CLAIM: KnownError = KnownError {
    id: "sts-missing-claim",
    any_of: &["missing a required claim", "claim is not allowed to be empty"],
    proves: "the token lacks one of the claims that STS requires (`iss`, `sub`, `aud`, `iat`, `exp`), the one that the message names",
    causes: "an old Kubernetes Secret token (project one with `audience: sts.amazonaws.com` instead), an access token in place of an ID \
             token, or a CI job that asks for a token without an audience (GitLab: `id_tokens: … aud:`)",
    clears: &[],
    points_to: &[LinkKind::Token],
};

pub(super) const ROLES_CLAIM: KnownError = KnownError {
    id: "sts-roles-claim",
    any_of: &[
        "the target role arn is not present in the roles claim",
        "the roles claim contains no valid role arns",
        "the roles claim is not in a supported format",
    ],
    proves: "provider and audience fit, but the token has the claim `https://aws.amazon.com/roles`, but that does not name this role",
    causes: "compare the role's ARN, with its path, with that claim of the decoded token: it was issued for another role, or holds a pattern, \
             which STS does not take",
    clears: &[LinkKind::Provider, LinkKind::Audience],
    points_to: &[LinkKind::Token],
};

pub(super) const PRINCIPAL_TAGS: KnownError = KnownError {
    id: "sts-principal-tags",
    any_of: &["principal_tags passed in claim"],
    proves: "the token has session tags in the claim `https://aws.amazon.com/tags`, but not in the form that STS accepts",
    causes: "let the issuer write `principal_tags` as an object of names, each with a list of one string, as the IAM User Guide's page on \
             session tags shows",
    clears: &[],
    points_to: &[LinkKind::Token],
};

pub(super) const IDP_REJECTED: KnownError = KnownError {
    id: "sts-idp-rejected",
    any_of: &["idprejectedclaim", "idpcommunicationerror"],
    proves: "the identity provider refused the token, or did not answer STS",
    causes: "an expired or revoked login: sign in again; `ProviderId` given together with a JWT: leave it out; for `IDPCommunicationError` \
             try again, then see whether the issuer answers from outside your network",
    clears: &[],
    points_to: &[],
};
