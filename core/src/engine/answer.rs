//! What the engine answers: plain data, one type for each question. How it is shown is [`crate::report`]'s and the faces' affair.

use smol_str::SmolStr;

use super::known_error::KnownError;
pub use crate::admission::Admits;
pub use crate::admission::trace::{Because, Compared, StatementTrace, Step};
use crate::admission::{Stage, Truth, Verdict};
use crate::diagnostic::Diagnostic;
use crate::document::model::{Broken, NotAnalysed, Place};

/// How a role is named in answers.
#[derive(Clone, Debug)]
pub struct RoleRef {
    /// The address of a Terraform resource.
    pub address: Option<String>,
    /// Its name.
    pub name: Option<SmolStr>,
    /// Its ARN: stated, or put together from account, path and name.
    pub arn: Option<SmolStr>,
    /// Its account.
    pub account: Option<SmolStr>,
    /// Where it stands.
    pub place: Place,
}

/// `check`.
#[derive(Clone, Debug, Default)]
pub struct CheckAnswer {
    /// Findings, sorted by file, place, rule.
    pub diagnostics: Vec<Diagnostic>,
    /// What is broken.
    pub errors: Vec<Broken>,
    /// What could not be analysed.
    pub not_analysed: Vec<NotAnalysed>,
    /// Roles seen.
    pub roles: usize,
    /// ServiceAccounts seen.
    pub service_accounts: usize,
}

/// `who`.
#[derive(Clone, Debug, Default)]
pub struct WhoAnswer {
    /// The roles asked for.
    pub roles: Vec<WhoRole>,
    /// What is broken.
    pub errors: Vec<Broken>,
    /// What could not be analysed.
    pub not_analysed: Vec<NotAnalysed>,
}

/// Who can assume one role.
#[derive(Clone, Debug)]
pub struct WhoRole {
    /// The role.
    pub role: RoleRef,
    /// Whom it admits with a web identity.
    pub grants: Vec<WhoGrant>,
    /// What its Deny statements take away, in words: a sentence for each.
    pub denied: Vec<String>,
    /// Whom it admits otherwise; not evaluated.
    pub others: Vec<OtherPrincipal>,
    /// Why the answer is not known, where it is not.
    pub unknown: Option<String>,
}

/// One set of tokens that a role admits.
#[derive(Clone, Debug, PartialEq)]
pub struct WhoGrant {
    /// The issuer without `https://`; `None`: any.
    pub issuer: Option<SmolStr>,
    /// The issuer's name in the catalogue ("Amazon EKS").
    pub provider: Option<SmolStr>,
    /// How much of the issuer.
    pub admits: Admits,
    /// The admitted subjects in words ("any ServiceAccount in namespace `prod`").
    pub words: String,
    /// Which audiences.
    pub audiences: AudienceSet,
    /// Parts of the subject without a longest member.
    pub unbounded: Vec<SmolStr>,
    /// Subjects that are admitted, certified.
    pub examples: Vec<SmolStr>,
    /// Condition keys that no token decides.
    pub residual: Vec<SmolStr>,
    /// Claims beyond subject and audience that are restricted, in words.
    pub claims: Vec<String>,
    /// The statements it comes from.
    pub statements: Vec<usize>,
}

/// Which audiences a grant admits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AudienceSet {
    /// Any.
    Any,
    /// These.
    Listed(Vec<SmolStr>),
    /// Those that match a pattern and none of the exceptions.
    Like {
        /// Patterns, of which one must match.
        like: Vec<SmolStr>,
        /// Patterns, of which none may match.
        except: Vec<SmolStr>,
    },
}

/// A principal that does not come with a web identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherPrincipal {
    /// `AWS: arn:…`, `Service: ec2.amazonaws.com`, `SAML: …`.
    pub principal: String,
    /// The statement's place in the policy, from 0.
    pub statement: usize,
}

/// `can-assume`.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The role.
    pub role: Option<RoleRef>,
    /// The verdict.
    pub verdict: Verdict,
    /// What decided.
    pub stage: Stage,
    /// What the token or the provider stage objects to, in words.
    pub objection: Option<String>,
    /// Every statement with what it made of the token.
    pub trace: Vec<StatementTrace>,
    /// On a denial: the admitted subject nearest to the one asked for.
    pub nearest: Option<Nearest>,
}

/// The nearest subject that would have been let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// The subject.
    pub subject: SmolStr,
    /// What differs, in words.
    pub message: String,
}

/// `why`.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    /// The links in order.
    pub links: Vec<ChainLink>,
    /// Index of the first broken one.
    pub broken: Option<usize>,
    /// What the error text is, where it is a known one.
    pub error: Option<KnownError>,
}

/// One link of the chain from pod to role.
#[derive(Clone, Debug)]
pub struct ChainLink {
    /// Which.
    pub kind: LinkKind,
    /// Whether it holds.
    pub holds: Truth,
    /// What was seen.
    pub message: String,
    /// What to do; empty where it holds.
    pub help: String,
    /// Where it stands.
    pub place: Option<Place>,
}

/// A link of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the link of that name")]
pub enum LinkKind {
    Workload,
    ServiceAccount,
    Annotation,
    Role,
    Provider,
    Audience,
    Statement,
    Condition,
    Token,
    Error,
}

impl LinkKind {
    /// The name in machine-readable output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Workload => "workload",
            Self::ServiceAccount => "service-account",
            Self::Annotation => "annotation",
            Self::Role => "role",
            Self::Provider => "provider",
            Self::Audience => "audience",
            Self::Statement => "statement",
            Self::Condition => "condition",
            Self::Token => "token",
            Self::Error => "error",
        }
    }

    /// How a sentence names it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Workload => "the Pod or job",
            Self::ServiceAccount => "the ServiceAccount",
            Self::Annotation => "its annotation",
            Self::Role => "the role",
            Self::Provider => "the provider",
            Self::Audience => "the audience",
            Self::Statement => "a statement",
            Self::Condition => "a condition of the trust policy",
            Self::Token => "the token",
            Self::Error => "the error",
        }
    }
}
