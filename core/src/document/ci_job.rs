//! Jobs of CI that assume a role by a web identity, as GitHub Actions and GitLab describe them. Knows no subjects and no trust policies.

use smol_str::SmolStr;

use super::model::Stated;
use crate::syntax::{Place, Scalar};

/// Whose jobs they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CiSystem {
    /// GitHub Actions.
    GitHub,
    /// GitLab CI/CD.
    GitLab,
}

impl CiSystem {
    /// What a message calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub Actions",
            Self::GitLab => "GitLab",
        }
    }

    /// Whether an issuer (without `https://`) looks like one of this system's.
    #[must_use]
    pub fn is_issuer(self, issuer: &str) -> bool {
        match self {
            Self::GitHub => {
                let data_residency = issuer.starts_with("token.actions.") && issuer.contains(".ghe.com");
                issuer.contains("actions.githubusercontent.com") || data_residency || issuer.ends_with("/_services/token")
            }
            Self::GitLab => issuer.contains("gitlab"),
        }
    }
}

/// A job with the roles that it assumes.
#[derive(Clone, Debug)]
pub struct CiJob {
    /// Whose.
    pub system: CiSystem,
    /// Its key.
    pub id: Scalar,
    /// What starts it; empty where that is not known.
    pub triggers: Vec<Trigger>,
    /// The environment that it deploys to (GitHub). GitLab's says nothing of the token.
    pub environment: Stated<Scalar>,
    /// The names that it may have, where an expression stands for one of a list: a choice at the start, a part of the matrix.
    pub environments: Vec<SmolStr>,
    /// Where the environment is named.
    pub environment_place: Option<Place>,
    /// Whether it may ask for a token.
    pub id_token: IdToken,
    /// Whether other AWS credentials may be at hand: a runner of one's own, variables, an earlier step.
    pub other_credentials: bool,
    /// Whether it may be left out for reasons that are not evaluated (`if`, `needs`).
    pub conditional: bool,
    /// The steps that assume a role by a token, at least one.
    pub roles: Vec<RoleStep>,
    /// The variable that it sends in place of an ID token, where that holds none (GitLab's `CI_JOB_TOKEN`, `CI_JOB_JWT_V2`).
    pub wrong_token: Option<Scalar>,
    /// Where it checks out the head of a pull request: code that somebody else wrote.
    pub head_checkout: Option<Place>,
    /// Where it stands.
    pub place: Place,
}

/// What starts a workflow.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// `push`, `pull_request`, …
    pub event: SmolStr,
    /// Of a push: which branches.
    pub branches: RefFilter,
    /// Of a push: which tags.
    pub tags: RefFilter,
    /// Where it stands.
    pub place: Place,
}

/// Which branches or tags a trigger is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefFilter {
    /// `branches` or `tags`: the patterns, those that exclude (`!…`) left out.
    pub only: Option<Vec<SmolStr>>,
    /// Whether there is a `branches-ignore` or `tags-ignore`.
    pub ignores: bool,
}

impl RefFilter {
    /// Whether the document speaks of these refs at all.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.only.is_some() || self.ignores
    }
}

/// Whether a job may ask for a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdToken {
    /// It may.
    Granted,
    /// The `permissions` that hold for it leave it out: these.
    Denied(Place),
    /// There are no `permissions`, and the default ones never hold it.
    NotAsked,
    /// The caller of the workflow decides, or an expression.
    Unknown,
}

/// One assumption of a role.
#[derive(Clone, Debug)]
pub struct RoleStep {
    /// The role.
    pub role_arn: Stated<Scalar>,
    /// Where it is named.
    pub role_place: Place,
    /// The audience that is asked for; absent: the default of AWS's action, `sts.amazonaws.com`.
    pub audience: Stated<Scalar>,
    /// Whether it is AWS's own action, of which it is known what it does without a token.
    pub official: bool,
    /// Whether the step may be left out (`if`).
    pub conditional: bool,
    /// Where it stands.
    pub place: Place,
}

impl CiJob {
    /// Whether a step comes with a token, as far as can be told: else it may assume its role with other credentials.
    #[must_use]
    pub fn sends_token(&self) -> bool {
        self.id_token == IdToken::Granted || !self.other_credentials
    }
}
