//! What IAM documents speak of: roles and OIDC providers.

use smol_str::SmolStr;

use super::{Origin, Place, Stated};
use crate::policy::TrustPolicy;
use crate::syntax::Scalar;

/// An IAM role.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its name.
    pub name: Stated<SmolStr>,
    /// Its path, `/` by default.
    pub path: SmolStr,
    /// Its ARN, as stated.
    pub arn: Stated<SmolStr>,
    /// The address of a Terraform resource.
    pub address: Option<String>,
    /// Its trust policy.
    pub trust: Trust,
    /// Where it comes from.
    pub origin: Origin,
    /// Where it stands.
    pub place: Place,
}

/// A role's trust policy.
#[derive(Clone, Debug)]
pub enum Trust {
    /// As read.
    Policy(Box<TrustPolicy>),
    /// Not knowable: why, and where it would stand.
    Unknown(Place, String),
    /// The document does not hold it.
    Absent,
}

impl Trust {
    /// The policy, if it is there.
    #[must_use]
    pub fn policy(&self) -> Option<&TrustPolicy> {
        match self {
            Self::Policy(policy) => Some(policy),
            _ => None,
        }
    }
}

/// An IAM OIDC provider.
#[derive(Clone, Debug)]
pub struct OidcProvider {
    /// Its ARN, as stated.
    pub arn: Stated<SmolStr>,
    /// The issuer without `https://`, a trailing slash kept.
    pub issuer: Stated<SmolStr>,
    /// Where the issuer's URL is written.
    pub url: Option<Scalar>,
    /// The client id list; absent where the document does not show it (`list-open-id-connect-providers`).
    pub client_ids: Stated<Vec<Scalar>>,
    /// The thumbprints; absent where the document does not show them.
    pub thumbprints: Stated<Vec<Scalar>>,
    /// The address of a Terraform resource.
    pub address: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
    /// Where it stands.
    pub place: Place,
}
