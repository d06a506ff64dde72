//! What IAM says when a role or a provider is written. It knows nothing of documents.

use irsa_lint_core::engine::KnownError;
use irsa_lint_core::engine::answer::LinkKind;

pub(super) const FEDERATED_FORM: KnownError = KnownError {
    id: "iam-federated-form",
    any_of: &["federated principals must be valid domain names or saml metadata arns"],
    proves: "the value under `Federated` is neither a provider's ARN nor the name of a built-in provider, so IAM did not store the policy",
    causes: "write `arn:aws:iam::ACCOUNT:oidc-provider/HOST/PATH` in place of the issuer's URL; look for a template variable that was empty, \
             and for a misspelt ARN (`//`, a missing `::`)",
    clears: &[],
    points_to: &[LinkKind::Statement],
};

pub(super) const STAR_PRINCIPAL: KnownError = KnownError {
    id: "iam-star-principal",
    any_of: &["assumerolepolicy contained an invalid principal", "assume role policy contained an invalid principal"],
    proves: "the trust policy has `\"Principal\": \"*\"` or a kind of principal that a role cannot trust, so IAM did not store it",
    causes: "name the OIDC provider's ARN under `Federated`; `{\"AWS\": \"*\"}` would be stored, but trusts every AWS account",
    clears: &[],
    points_to: &[LinkKind::Statement],
};

pub(super) const INVALID_PRINCIPAL: KnownError = KnownError {
    id: "iam-invalid-principal",
    any_of: &["invalid principal in policy"],
    proves: "the policy's JSON is well formed, but IAM could not resolve a principal in it and did not store it",
    causes: "an `AWS` principal that is deleted, mistyped or not there yet; a provider's ARN under `AWS` instead of `Federated`; a service's \
             name that is wrong (`eks.amazonaws.com` for `pods.eks.amazonaws.com`), an ARN of another partition, or a `*` inside one",
    clears: &[],
    points_to: &[LinkKind::Statement],
};

// The loose patterns are unconfirmed: reports name the shared issuers, live IAM was seen to use the first form.
pub(super) const SHARED_ISSUER: KnownError = KnownError {
    id: "iam-shared-idp-control",
    any_of: &[
        "must evaluate, using stringequals",
        "trust polic…token.actions.githubusercontent.com*:sub",
        "trust polic…gitlab.com*:sub",
        "trust polic…app.terraform.io*:sub",
        "trust polic…agent.buildkite.com*:sub",
        "assume role polic…token.actions.githubusercontent.com*:sub",
        "assume role polic…gitlab.com*:sub",
    ],
    proves: "the policy trusts an issuer that everybody shares without a condition that narrows the claim in the message, so IAM did not \
             store it",
    causes: "add a condition on that claim (`sub` for GitHub, GitLab, Terraform and Buildkite) whose value is not made of wildcards alone; a \
             role from before this check works until it is edited",
    clears: &[],
    points_to: &[LinkKind::Condition],
};

pub(super) const BUILT_IN_CONDITION: KnownError = KnownError {
    id: "iam-cognito-condition",
    any_of: &["a condition block must be present for the cognito provider", "requires a stringequals condition on an application id"],
    proves: "the policy trusts a built-in provider (Cognito or a login) without a condition on its application, so IAM did not store it",
    causes: "add `StringEquals` on the provider's application id: `cognito-identity.amazonaws.com:aud` with the identity pool's id for Cognito",
    clears: &[],
    points_to: &[LinkKind::Condition],
};

pub(super) const RESOURCE_FIELD: KnownError = KnownError {
    id: "iam-resource-field",
    any_of: &["has prohibited field resource", "has prohibited field notresource", "assumerole policy must not contain resources"],
    proves: "a statement of the trust policy has `Resource`, which a trust policy cannot have, so IAM did not store it",
    causes: "if this is a permissions policy, swap the two policies; otherwise remove `Resource`",
    clears: &[],
    points_to: &[LinkKind::Statement],
};

pub(super) const ACTION_NOT_STS: KnownError = KnownError {
    id: "iam-action-not-sts",
    any_of: &["assumerole policy may only specify sts assumerole actions"],
    proves: "a statement of the trust policy names an action outside STS, so IAM did not store it",
    causes: "use `sts:AssumeRoleWithWebIdentity` for an OIDC provider, `sts:AssumeRole` with `sts:TagSession` for Pod Identity; see that it is \
             not a permission policy in the wrong place",
    clears: &[],
    points_to: &[LinkKind::Statement],
};

// Unconfirmed: both texts come from emulators and reports.
pub(super) const NOT_PRINCIPAL: KnownError = KnownError {
    id: "iam-notprincipal",
    any_of: &["allow with notprincipal is not allowed", "assumerole policy must not contain notprincipal"],
    proves: "the trust policy uses `NotPrincipal`, so IAM did not store it",
    causes: "name those the role trusts under `Principal`, and exclude others with conditions",
    clears: &[],
    points_to: &[LinkKind::Statement],
};

pub(super) const MISSING_FIELD: KnownError = KnownError {
    id: "iam-missing-field",
    any_of: &["missing required field"],
    proves: "a statement of the policy lacks the field that the message names, so IAM did not store it",
    causes: "look for a misspelt name (`Principals`, `Actions`), and for a Principal that a template left empty",
    clears: &[],
    points_to: &[LinkKind::Statement],
};

pub(super) const SYNTAX: KnownError = KnownError {
    id: "iam-syntax",
    any_of: &["syntax errors in policy", "syntax error in policy"],
    proves: "the document is JSON, but not a policy that IAM can read, so IAM did not store it",
    causes: "an operator that does not exist (`StringMatches`) or a Condition nested wrongly; a condition key without a value, a duplicate \
             key; curly quotes or dashes in the text. `aws accessanalyzer validate-policy --policy-type RESOURCE_POLICY` shows the place",
    clears: &[],
    points_to: &[LinkKind::Statement, LinkKind::Condition],
};

pub(super) const JSON: KnownError = KnownError {
    id: "iam-json",
    any_of: &["this policy contains invalid json", "json strings must not have leading spaces"],
    proves: "the policy is not JSON, or does not begin with `{`, so IAM did not store it",
    causes: "comments, a trailing comma or single quotes; a byte-order mark (PowerShell) or the indentation of a heredoc before `{`; an empty \
             text. Try `jq . FILE`",
    clears: &[],
    points_to: &[LinkKind::Statement],
};

pub(super) const VERSION: KnownError = KnownError {
    id: "iam-version",
    any_of: &["the policy must contain a valid version string"],
    proves: "the policy's `Version` is not one that IAM knows, so IAM did not store it",
    causes: "write `\"Version\": \"2012-10-17\"`, in quotes: it is the language's version, not the date of your change",
    clears: &[],
    points_to: &[LinkKind::Statement],
};

pub(super) const SID: KnownError = KnownError {
    id: "iam-sid",
    any_of: &["the statement ids in the policy are not unique", "statement ids (sid) in a single policy must be unique"],
    proves: "two statements of the policy have the same `Sid`, so IAM did not store it",
    causes: "rename one, or remove `Sid`; look for a loop or a merge of templates that writes the same `Sid` twice",
    clears: &[],
    points_to: &[LinkKind::Statement],
};

pub(super) const QUOTA: KnownError = KnownError {
    id: "iam-quota",
    any_of: &["cannot exceed quota for aclsizeperrole"],
    proves: "the trust policy is longer than the account allows (2,048 characters unless raised), so IAM did not store it",
    causes: "merge the subjects of statements for the same provider into one list; ask for a higher quota (up to 8,192); or use Pod Identity, \
             whose trust policy does not grow with the clusters",
    clears: &[],
    points_to: &[LinkKind::Statement],
};

// It clears nothing: the account that it was to be created in need not be the role's.
pub(super) const PROVIDER_EXISTS: KnownError = KnownError {
    id: "iam-provider-exists",
    any_of: &["provider with url * already exists"],
    proves: "the account has an OIDC provider for this URL already, and can have only one",
    causes: "a second stack or module creates the same one: take the existing one there (Terraform: `data \"aws_iam_openid_connect_provider\"`) \
             or import it",
    clears: &[],
    points_to: &[],
};

// Unconfirmed text.
pub(super) const PROVIDER_QUOTA: KnownError = KnownError {
    id: "iam-provider-quota",
    any_of: &["cannot exceed quota for openidconnectprovidersperaccount"],
    proves: "the account has reached its limit of OIDC providers, so this one was not created",
    causes: "delete those of clusters that are gone (`aws iam list-open-id-connect-providers`), or request a higher quota",
    clears: &[],
    points_to: &[LinkKind::Provider],
};

pub(super) const PROVIDER_CONNECT: KnownError = KnownError {
    id: "iam-provider-connect",
    any_of: &["could not connect to openid configuration of provider"],
    proves: "IAM could not read the issuer's discovery document, so the provider was not created",
    causes: "run `curl ISSUER/.well-known/openid-configuration` from outside your network: the URL is not public, has another path, or its \
             certificate chain is incomplete",
    clears: &[],
    points_to: &[LinkKind::Provider],
};

pub(super) const ISSUER_HOST_HIDDEN: KnownError = KnownError {
    id: "eks-issuer-host-hidden",
    any_of: &["server can't find oidc.eks.", "lookup oidc.eks.* on *: no such host"],
    proves: "this machine cannot resolve the cluster's issuer host; AWS may still be able to",
    causes: "the private DNS zone of an EKS interface endpoint hides `oidc.eks.REGION.amazonaws.com` inside the VPC: run the tool from \
             outside, or forward that name to a public resolver",
    clears: &[],
    points_to: &[],
};
